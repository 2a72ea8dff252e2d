//! What Recall.ai's documents mean: webhooks, and bots as the API gives them.

use jiff::Timestamp;
use ringback_model::{
    Agent, Availability, Call, CallEvent, CallFacts, Direction, EndedCode, Field, ProviderCallId,
    Reason, RecordingKey, Source, Status, TranscriptOutlook,
};
use ringback_providers::Understood;
use serde_json::{Value, json};

use crate::accounts::{account, event, snapshot, time, understand, webhook};

pub(crate) const BOT: &str = include_str!("../fixtures/recall/bot.json");
pub(crate) const RECORDING: &str = include_str!("../fixtures/recall/recording.json");
pub(crate) const SDK_RECORDING: &str = include_str!("../fixtures/recall/recording_sdk.json");
const BOT_V1_10: &str = include_str!("../fixtures/recall/bot_v1_10.json");
const CALL_ENDED: &str = include_str!("../fixtures/recall/call_ended.json");
const RECORDING_DONE: &str = include_str!("../fixtures/recall/recording_done.json");
const TRANSCRIPT_DONE: &str = include_str!("../fixtures/recall/transcript_done.json");
const SDK_COMPLETE: &str = include_str!("../fixtures/recall/sdk_upload_complete.json");
const STATUS_CHANGE_V1_10: &str = include_str!("../fixtures/recall/status_change_v1_10.json");

pub(crate) const BOT_ID: &str = "22222222-2222-4222-8222-222222222222";
pub(crate) const RECORDING_ID: &str = "11111111-1111-4111-8111-111111111111";
const SDK_RECORDING_ID: &str = "77777777-7777-4777-8777-777777777777";

pub(crate) fn arrived() -> Timestamp {
    time("2025-10-09T08:55:00Z")
}

pub(crate) fn told(body: &str) -> CallEvent {
    event(&account("recall", &[]), webhook(body.as_bytes(), arrived()))
}

pub(crate) fn asked(kind: &str, body: &str) -> CallEvent {
    event(
        &account("recall", &[]),
        snapshot(kind, body.as_bytes(), arrived()),
    )
}

fn reason_to_ignore(body: &str) -> String {
    match understand(&account("recall", &[]), webhook(body.as_bytes(), arrived())) {
        Ok(Understood::Ignored(reason)) => reason,
        other => panic!("not ignored: {other:?}"),
    }
}

/// A fixture with something in it changed.
pub(crate) fn changed(body: &str, change: impl FnOnce(&mut Value)) -> String {
    let mut value: Value = serde_json::from_str(body).expect("a fixture is JSON");
    change(&mut value);
    value.to_string()
}

fn status_webhook(code: &str, sub_code: Option<&str>) -> String {
    json!({"event": format!("bot.{code}"), "data": {
        "data": {"code": code, "sub_code": sub_code, "updated_at": "2025-10-09T08:53:10.000000Z"},
        "bot": {"id": BOT_ID, "metadata": {}},
    }})
    .to_string()
}

/// A bot that went through these codes, a minute each from 08:20 on.
fn bot_through(codes: &[(&str, Option<&str>)]) -> String {
    changed(BOT, |bot| {
        bot["recordings"] = json!([]);
        let changes = codes.iter().enumerate().map(|(minute, (code, sub_code))| {
            let at = format!("2025-10-09T08:{:02}:00.000000Z", 20 + minute);
            json!({"code": code, "sub_code": sub_code, "message": null, "created_at": at})
        });
        bot["status_changes"] = changes.collect();
    })
}

#[test]
fn a_webhook_tells_what_happened_as_of_its_own_moment_and_asks_for_the_rest() {
    let event = told(CALL_ENDED);
    assert_eq!(event.call.as_str(), BOT_ID);
    assert_eq!(
        event.stamp.as_of,
        time("2025-10-09T08:53:10Z"),
        "the moment it speaks of, not its arrival"
    );
    assert_eq!(event.stamp.source, Source::Webhook);
    assert!(event.is_notice, "ids instead of facts");
    let reason = event.facts.ended_reason.clone().expect("told");
    assert_eq!(
        (reason.code, reason.raw.as_str()),
        (EndedCode::CallerHangup, "call_ended_by_host")
    );
    assert_eq!(
        event.facts,
        CallFacts {
            status: Some(Status::Ended),
            direction: Some(Direction::Meeting),
            ended_at: Some(time("2025-10-09T08:53:10Z")),
            ended_reason: Some(reason),
            ..CallFacts::default()
        }
    );
}

#[test]
fn each_status_of_a_bot_has_its_place_in_a_call() {
    for (code, status) in [
        ("joining_call", Status::Ringing),
        ("in_waiting_room", Status::Ringing),
        ("in_call_not_recording", Status::Ongoing),
        ("recording_permission_allowed", Status::Ongoing),
        ("recording_permission_denied", Status::Ongoing),
        ("in_call_recording", Status::Ongoing),
        ("call_ended", Status::Ended),
        ("done", Status::Ended),
        ("fatal", Status::Failed),
    ] {
        let event = told(&status_webhook(code, None));
        assert_eq!(event.facts.status, Some(status), "{code}");
        assert!(event.is_notice, "{code}");
        let begins = event.facts.started_at.is_some();
        assert_eq!(begins, code == "joining_call", "{code}");
    }
}

#[test]
fn every_documented_sub_code_has_a_word_and_others_keep_theirs() {
    for (sub_code, code) in [
        ("call_ended_by_host", EndedCode::CallerHangup),
        ("call_ended_by_platform_idle", EndedCode::Inactivity),
        ("call_ended_by_platform_max_length", EndedCode::MaxDuration),
        (
            "call_ended_by_platform_waiting_room_timeout",
            EndedCode::NoAnswer,
        ),
        ("timeout_exceeded_waiting_room", EndedCode::NoAnswer),
        ("timeout_exceeded_noone_joined", EndedCode::NoAnswer),
        ("timeout_exceeded_everyone_left", EndedCode::CallerHangup),
        ("timeout_exceeded_silence_detected", EndedCode::Inactivity),
        (
            "timeout_exceeded_only_bots_detected_using_participant_names",
            EndedCode::Inactivity,
        ),
        (
            "timeout_exceeded_only_bots_detected_using_participant_events",
            EndedCode::Inactivity,
        ),
        (
            "timeout_exceeded_in_call_not_recording",
            EndedCode::Inactivity,
        ),
        ("timeout_exceeded_in_call_recording", EndedCode::MaxDuration),
        (
            "timeout_exceeded_recording_permission_denied",
            EndedCode::AgentHangup,
        ),
        ("timeout_exceeded_max_duration", EndedCode::MaxDuration),
        ("bot_kicked_from_call", EndedCode::CallerHangup),
        ("bot_kicked_from_waiting_room", EndedCode::NoAnswer),
        ("bot_received_leave_call", EndedCode::AgentHangup),
        ("a_code_of_tomorrow", EndedCode::Unknown),
    ] {
        let event = told(&status_webhook("call_ended", Some(sub_code)));
        let reason = event.facts.ended_reason.expect("told");
        assert_eq!((reason.code, reason.raw.as_str()), (code, sub_code));
        let was_let_in = !sub_code.contains("waiting_room");
        let status = if was_let_in {
            Status::Ended
        } else {
            Status::NotConnected
        };
        assert_eq!(event.facts.status, Some(status), "{sub_code}");
    }
    for sub_code in [
        "bot_errored",
        "meeting_full",
        "zoom_sdk_update_required",
        "webex_join_meeting_error",
    ] {
        let event = told(&status_webhook("fatal", Some(sub_code)));
        let reason = event.facts.ended_reason.expect("told");
        assert_eq!(
            (reason.code, reason.raw.as_str()),
            (EndedCode::Error, sub_code)
        );
    }
    let reason = told(&status_webhook("call_ended", None))
        .facts
        .ended_reason
        .expect("told");
    assert_eq!(
        (reason.code, reason.raw.as_str()),
        (EndedCode::Unknown, "call_ended")
    );
}

#[test]
fn a_whole_bot_is_a_whole_call() {
    let event = asked("bot", BOT);
    assert_eq!(event.call.as_str(), BOT_ID);
    assert_eq!(
        (event.stamp.as_of, event.stamp.source),
        (arrived(), Source::Snapshot)
    );
    assert!(!event.is_notice);
    let facts = &event.facts;
    assert_eq!(facts.status, Some(Status::Ended));
    assert_eq!(facts.direction, Some(Direction::Meeting));
    assert_eq!(facts.to.as_deref(), Some("Zoom"));
    assert_eq!(facts.from, None, "who took part lies in a file of its own");
    assert_eq!(
        facts.agent,
        Some(Agent {
            id: None,
            name: Some("Note taker".into())
        })
    );
    assert_eq!(facts.started_at, Some(time("2025-10-09T08:20:00Z")));
    assert_eq!(facts.answered_at, Some(time("2025-10-09T08:23:00.25Z")));
    assert_eq!(
        facts.ended_at,
        Some(time("2025-10-09T08:53:10Z")),
        "out of the call, not done"
    );
    assert_eq!(facts.duration_ms, Some(1_809_750));
    let reason = facts.ended_reason.as_ref().expect("told");
    assert_eq!(
        (reason.code, reason.raw.as_str()),
        (EndedCode::CallerHangup, "call_ended_by_host")
    );
    assert_eq!(facts.transcript_outlook, Some(TranscriptOutlook::Promised));
    assert_eq!(
        facts.cost, None,
        "Recall.ai tells no costs of single meetings"
    );
    assert_eq!(facts.storage_policy, None);
}

#[test]
fn the_platform_is_told_as_people_call_it() {
    for (word, title) in [
        ("zoom", "Zoom"),
        ("google_meet", "Google Meet"),
        ("microsoft_teams", "Microsoft Teams"),
        ("microsoft_teams_live", "Microsoft Teams"),
        ("webex", "Webex"),
        ("goto_meeting", "GoTo Meeting"),
        ("slack_huddle_observer", "Slack"),
        ("holo_deck", "holo_deck"),
    ] {
        let body = changed(BOT, |bot| bot["meeting_url"]["platform"] = word.into());
        assert_eq!(asked("bot", &body).facts.to.as_deref(), Some(title));
    }
    let address = changed(BOT, |bot| {
        bot["meeting_url"] = "https://us02web.zoom.us/j/1?pwd=x".into()
    });
    assert_eq!(asked("bot", &address).facts.to.as_deref(), Some("Zoom"));
    for cleared in [Value::Null, json!({}), json!("somewhere"), json!(7)] {
        let body = changed(BOT, |bot| bot["meeting_url"] = cleared);
        assert_eq!(
            asked("bot", &body).facts.to,
            None,
            "it is cleared after some days"
        );
    }
}

#[test]
fn a_bot_stands_where_its_status_changes_have_led() {
    const IN: (&str, Option<&str>) = ("in_call_recording", None);
    const JOIN: (&str, Option<&str>) = ("joining_call", None);
    for (codes, status) in [
        (&[][..], Status::Scheduled),
        (&[("ready", None)], Status::Scheduled),
        (&[JOIN], Status::Ringing),
        (&[JOIN, ("in_waiting_room", None)], Status::Ringing),
        (&[JOIN, ("in_call_not_recording", None)], Status::Ongoing),
        (&[JOIN, IN, ("recording_done", None)], Status::Ongoing),
        (&[JOIN, IN, ("a_code_of_tomorrow", None)], Status::Ongoing),
        (&[JOIN, IN, ("call_ended", Some("x"))], Status::Ended),
        (
            &[JOIN, IN, ("call_ended", None), ("done", None)],
            Status::Ended,
        ),
        (
            &[JOIN, IN, ("done", None), ("media_expired", None)],
            Status::Ended,
        ),
        (
            &[JOIN, ("call_ended", None), ("done", None)],
            Status::NotConnected,
        ),
        (
            &[JOIN, ("in_waiting_room", None), ("done", None)],
            Status::NotConnected,
        ),
        (
            &[JOIN, ("fatal", Some("meeting_not_found"))],
            Status::Failed,
        ),
        (
            &[JOIN, IN, ("fatal", Some("bot_errored")), ("done", None)],
            Status::Failed,
        ),
        (&[("ready", None), ("fatal", None)], Status::Failed),
    ] {
        let facts = asked("bot", &bot_through(codes)).facts;
        assert_eq!(facts.status, Some(status), "{codes:?}");
        assert_eq!(facts.ended_at.is_some(), status.is_terminal(), "{codes:?}");
    }
    let untold = changed(BOT, |bot| {
        bot["status_changes"] = Value::Null;
        bot["recordings"] = Value::Null;
    });
    assert_eq!(
        asked("bot", &untold).facts.status,
        None,
        "nothing told is nothing known"
    );
}

#[test]
fn pauses_and_jumbled_lists_do_not_move_the_beginning() {
    let body = changed(BOT, |bot| {
        let changes = bot["status_changes"].as_array_mut().expect("a list");
        changes
            .push(json!({"code": "in_call_not_recording", "created_at": "2025-10-09T08:40:00Z"}));
        changes.reverse();
    });
    let facts = asked("bot", &body).facts;
    assert_eq!(facts.started_at, Some(time("2025-10-09T08:20:00Z")));
    assert_eq!(facts.answered_at, Some(time("2025-10-09T08:23:00.25Z")));
}

#[test]
fn done_ends_a_call_and_does_not_say_how_it_went() {
    let never_let_in = told(&status_webhook(
        "call_ended",
        Some("timeout_exceeded_waiting_room"),
    ));
    let broken = told(&status_webhook("fatal", Some("bot_errored")));
    let done = told(&changed(&status_webhook("done", None), |body| {
        body["data"]["data"]["updated_at"] = "2025-10-09T08:54:00Z".into();
    }));
    let begun = told(&status_webhook("in_call_recording", None));
    let after = |events: &[&CallEvent]| {
        let mut call = Call::new(ProviderCallId::new(BOT_ID));
        for event in events {
            call.apply(event);
        }
        call.status()
    };
    for (last, status) in [
        (&never_let_in, Status::NotConnected),
        (&broken, Status::Failed),
    ] {
        assert_eq!(after(&[last, &done]), status);
        assert_eq!(after(&[&done, last]), status);
    }
    assert_eq!(after(&[&begun, &done]), Status::Ended);
    assert_eq!(
        after(&[&done, &begun]),
        Status::Ended,
        "whatever comes first"
    );
}

#[test]
fn a_finished_recording_is_announced_with_its_id_alone() {
    let event = told(RECORDING_DONE);
    assert_eq!(event.call.as_str(), BOT_ID);
    assert!(event.is_notice);
    assert_eq!(
        event.facts.status, None,
        "the bot may still be in the meeting"
    );
    assert_eq!(event.recordings.len(), 1);
    assert_eq!(event.recordings[0].key, RecordingKey::new(RECORDING_ID));
    assert!(event.recordings[0].link.is_none());
    for (what, availability) in [
        ("processing", Availability::Expected),
        ("paused", Availability::Expected),
        ("done", Availability::Available),
        ("failed", Availability::Absent(Reason::ProviderError)),
        ("deleted", Availability::Deleted),
    ] {
        let body = changed(RECORDING_DONE, |body| {
            body["event"] = format!("recording.{what}").into()
        });
        let event = told(&body);
        assert_eq!(
            event.recordings[0].facts.availability,
            Some(availability),
            "{what}"
        );
    }
}

#[test]
fn a_transcript_is_promised_asked_for_or_given_up() {
    for (what, outlook, asks) in [
        ("processing", TranscriptOutlook::Promised, false),
        ("done", TranscriptOutlook::Promised, true),
        ("failed", TranscriptOutlook::Absent, true),
        ("deleted", TranscriptOutlook::Absent, true),
    ] {
        let body = changed(TRANSCRIPT_DONE, |body| {
            body["event"] = format!("transcript.{what}").into()
        });
        let event = told(&body);
        assert_eq!(event.call.as_str(), BOT_ID);
        assert_eq!(event.facts.transcript_outlook, Some(outlook), "{what}");
        assert_eq!(event.is_notice, asks, "{what}");
        assert!(event.recordings.is_empty());
    }
}

#[test]
fn the_older_versions_event_is_the_same_news() {
    let event = told(STATUS_CHANGE_V1_10);
    assert_eq!(event.call.as_str(), BOT_ID);
    assert_eq!(event.stamp.as_of, time("2025-10-09T08:53:10Z"));
    assert_eq!(event.facts.status, Some(Status::Ended));
    assert_eq!(
        event.facts.ended_reason.expect("told").raw,
        "bot_kicked_from_call"
    );

    let event = asked("bot", BOT_V1_10);
    assert_eq!(event.facts.to.as_deref(), Some("Google Meet"));
    assert_eq!(event.recordings[0].key, RecordingKey::only());
    assert_eq!(
        event.recordings[0].facts.availability,
        Some(Availability::Available)
    );
    let link = event.recordings[0].link.as_ref().expect("told");
    assert_eq!(link.expires_at, Some(time("2025-10-09T14:53:20Z")));
    let expired = changed(BOT_V1_10, |bot| {
        let changes = bot["status_changes"].as_array_mut().expect("a list");
        changes.push(json!({"code": "media_expired", "created_at": "2025-10-16T08:53:10Z"}));
    });
    let event = asked("bot", &expired);
    assert_eq!(
        event.recordings[0].facts.availability,
        Some(Availability::Deleted)
    );
    assert!(event.recordings[0].link.is_none());
}

#[test]
fn what_the_desktop_recorded_is_a_meeting_without_a_bot() {
    let event = told(SDK_COMPLETE);
    assert_eq!(event.call.as_str(), SDK_RECORDING_ID);
    assert_eq!(event.facts.status, Some(Status::Ended));
    for (what, status) in [
        ("recording_started", Status::Ongoing),
        ("recording_ended", Status::Ended),
        ("failed", Status::Failed),
    ] {
        let body = changed(SDK_COMPLETE, |body| {
            body["event"] = format!("sdk_upload.{what}").into()
        });
        assert_eq!(told(&body).facts.status, Some(status));
    }
    let nameless = changed(SDK_COMPLETE, |body| {
        body["data"]
            .as_object_mut()
            .expect("an object")
            .remove("recording");
    });
    assert_eq!(reason_to_ignore(&nameless), "names no recording yet");

    let event = asked("recording", SDK_RECORDING);
    assert_eq!(event.call.as_str(), SDK_RECORDING_ID);
    assert_eq!(event.facts.status, Some(Status::Ended));
    assert_eq!(event.facts.started_at, Some(time("2025-10-09T08:23:10Z")));
    assert_eq!(event.facts.ended_at, Some(time("2025-10-09T08:33:10Z")));
    assert_eq!(event.facts.duration_ms, Some(600_000));
    let of_bot = asked("listed_recording", RECORDING);
    assert_eq!(of_bot.call.as_str(), BOT_ID);
    assert_eq!(of_bot.facts.status, None, "the bot's to say");
}

#[test]
fn what_is_not_used_is_kept_with_the_reason() {
    let named = |name: &str| changed(CALL_ENDED, |body| body["event"] = name.into());
    for (event, part) in [
        ("bot.log", "bot.log are not used"),
        ("bot.breakout_room_entered", "are not used"),
        ("participant_events.done", "recording's own"),
        ("meeting_metadata.done", "recording's own"),
        ("video_mixed.done", "recording's own"),
        ("audio_mixed.processing", "recording's own"),
        ("video_separate.done", "are not used"),
        ("calendar.update", "a calendar"),
        ("nonsense", "are not used"),
    ] {
        let reason = reason_to_ignore(&named(event));
        assert!(reason.contains(part), "{event}: {reason}");
    }
    for event in ["audio_mixed.deleted", "video_mixed.failed"] {
        assert!(
            told(&named(event)).is_notice,
            "{event}: the API says what is left"
        );
    }
}

#[test]
fn a_webhook_that_names_nobody_says_where_the_name_is_missing() {
    for (body, path) in [
        ("{}", "event"),
        (r#"{"event": "bot.done"}"#, "data"),
        (r#"{"event": "bot.done", "data": {}}"#, "data.bot.id"),
        (
            r#"{"event": "bot.done", "data": {"bot": {"id": 7}}}"#,
            "data.bot.id",
        ),
        ("[]", "body"),
    ] {
        let told = understand(&account("recall", &[]), webhook(body.as_bytes(), arrived()));
        assert_eq!(told.expect_err("not understood").path, path, "{body}");
    }
}

#[test]
fn what_is_expected_follows_from_what_was_heard() {
    let recall = crate::accounts::provider("recall");
    let expected = |events: &[CallEvent]| {
        let mut call = Call::new(ProviderCallId::new(BOT_ID));
        for event in events {
            call.apply(event);
        }
        recall.expects(&call)
    };
    assert_eq!(
        expected(&[asked("bot", BOT)]),
        [
            Field::StartedAt,
            Field::EndedAt,
            Field::DurationMs,
            Field::EndedReason,
            Field::Transcript,
            Field::Recording
        ]
    );
    let without = changed(BOT, |bot| bot["recordings"] = json!([]));
    assert_eq!(
        expected(&[asked("bot", &without)]),
        [
            Field::StartedAt,
            Field::EndedAt,
            Field::DurationMs,
            Field::EndedReason
        ],
        "a bot need not record"
    );
    let waiting = bot_through(&[("joining_call", None), ("call_ended", None)]);
    assert_eq!(expected(&[asked("bot", &waiting)]), [Field::EndedReason]);
    let ongoing = bot_through(&[("joining_call", None)]);
    assert_eq!(expected(&[asked("bot", &ongoing)]), []);
    let failed_transcript = changed(BOT, |bot| {
        bot["recordings"][0]["media_shortcuts"]["transcript"]["status"]["code"] = "failed".into();
    });
    assert!(!expected(&[asked("bot", &failed_transcript)]).contains(&Field::Transcript));
    let silent = asked(
        "transcripts",
        &json!({"call": BOT_ID, "transcripts": []}).to_string(),
    );
    assert!(!expected(&[asked("bot", BOT), silent]).contains(&Field::Transcript));
    assert_eq!(
        expected(&[asked("recording", SDK_RECORDING)]),
        [
            Field::StartedAt,
            Field::EndedAt,
            Field::DurationMs,
            Field::Recording
        ]
    );
}
