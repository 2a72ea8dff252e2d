//! What Recall.ai's documents say of recordings, and what lies in the files beside them.

use ringback_model::{
    Availability, Call, ProviderCallId, Reason, RecordingKey, Segment, Speaker, StoragePolicy,
    TranscriptOutlook, Word,
};
use ringback_providers::Understood;
use serde_json::{Value, json};

use crate::{
    accounts::{account, snapshot, time, understand, webhook},
    recall_events::{BOT, BOT_ID, RECORDING, RECORDING_ID, arrived, asked, changed, told},
};

const TRANSCRIPT: &str = include_str!("../fixtures/recall/transcript.json");

fn availability(body: &str) -> Option<Availability> {
    asked("bot", body).recordings[0].facts.availability
}

/// The bot with its recording changed.
fn with(change: impl FnOnce(&mut Value)) -> String {
    changed(BOT, |bot| change(&mut bot["recordings"][0]))
}

fn set(recording: &mut Value, media: &str, code: &str) {
    recording["media_shortcuts"][media]["status"]["code"] = code.into();
}

#[test]
fn sound_alone_is_preferred_and_its_link_dies_when_its_signature_does() {
    let event = asked("bot", BOT);
    let report = &event.recordings[0];
    assert_eq!(report.key, RecordingKey::new(RECORDING_ID));
    assert_eq!(report.facts.availability, Some(Availability::Available));
    assert_eq!(report.facts.started_at, Some(time("2025-10-09T08:23:10Z")));
    assert_eq!(report.facts.duration_ms, Some(1_800_500));
    let link = report.link.as_ref().expect("told");
    assert!(link.url.reveal().path().ends_with("/audio.mp3"));
    assert_eq!(link.expires_at, Some(time("2025-10-09T14:53:20Z")));
}

#[test]
fn a_link_dies_with_its_recording_if_that_comes_first() {
    let body = with(|recording| recording["expires_at"] = "2025-10-09T10:00:00Z".into());
    let link = asked("bot", &body).recordings.remove(0).link.expect("told");
    assert_eq!(link.expires_at, Some(time("2025-10-09T10:00:00Z")));
    let body = with(|recording| {
        recording["media_shortcuts"]["audio_mixed"]["data"]["download_url"] =
            "https://bucket.s3.amazonaws.com/audio.mp3".into();
        recording["expires_at"] = Value::Null;
    });
    let link = asked("bot", &body).recordings.remove(0).link.expect("told");
    assert_eq!(link.expires_at, None);
}

#[test]
fn the_video_serves_where_there_is_no_sound_alone() {
    for without in [
        with(|recording| recording["media_shortcuts"]["audio_mixed"] = Value::Null),
        with(|recording| set(recording, "audio_mixed", "failed")),
        with(|recording| recording["media_shortcuts"]["audio_mixed"]["format"] = "raw".into()),
    ] {
        let report = asked("bot", &without).recordings.remove(0);
        let link = report.link.expect("told");
        assert!(link.url.reveal().path().ends_with("/video.mp4"));
        assert_eq!(report.facts.availability, Some(Availability::Available));
    }
    let renamed = with(|recording| {
        let audio = recording["media_shortcuts"]["audio_mixed"].take();
        recording["media_shortcuts"]["audio_mixed_mp3"] = audio;
    });
    let link = asked("bot", &renamed)
        .recordings
        .remove(0)
        .link
        .expect("told");
    assert!(link.url.reveal().path().ends_with("/audio.mp3"));
}

#[test]
fn each_status_of_recording_and_files_means_something() {
    let without_files = |code: &'static str| {
        with(|recording| {
            recording["status"]["code"] = code.into();
            recording["media_shortcuts"] = json!({});
        })
    };
    let error = Availability::Absent(Reason::ProviderError);
    for (body, means) in [
        (without_files("processing"), Some(Availability::Expected)),
        (without_files("paused"), Some(Availability::Expected)),
        (without_files("done"), Some(Availability::Available)),
        (without_files("failed"), Some(error)),
        (without_files("deleted"), Some(Availability::Deleted)),
        (without_files("a_code_of_tomorrow"), None),
        (
            with(|recording| {
                set(recording, "audio_mixed", "processing");
                set(recording, "video_mixed", "processing");
            }),
            Some(Availability::Expected),
        ),
        (
            with(|recording| {
                set(recording, "audio_mixed", "failed");
                set(recording, "video_mixed", "failed");
            }),
            Some(error),
        ),
        (
            with(|recording| {
                set(recording, "audio_mixed", "deleted");
                set(recording, "video_mixed", "deleted");
            }),
            Some(Availability::Deleted),
        ),
        (
            with(|recording| {
                recording["media_shortcuts"]["audio_mixed"]["format"] = "raw".into();
                recording["media_shortcuts"]["video_mixed"]["format"] = "flv".into();
            }),
            Some(Availability::Withheld(Reason::Unsupported)),
        ),
        (
            with(|recording| {
                recording["media_shortcuts"]["audio_mixed"]["data"] = Value::Null;
                recording["media_shortcuts"]["video_mixed"]["data"] = Value::Null;
            }),
            Some(Availability::Expected),
        ),
    ] {
        assert_eq!(availability(&body), means, "{body}");
    }
}

#[test]
fn a_bot_that_broke_down_keeps_what_it_recorded_until_then() {
    let body = changed(BOT, |bot| {
        let changes = bot["status_changes"].as_array_mut().expect("a list");
        changes.truncate(6);
        changes.push(json!({"code": "fatal", "sub_code": "bot_errored", "created_at": "2025-10-09T08:50:00Z"}));
        bot["recordings"][0]["status"]["code"] = "failed".into();
    });
    let event = asked("bot", &body);
    assert_eq!(event.facts.status, Some(ringback_model::Status::Failed));
    assert_eq!(
        event.recordings[0].facts.availability,
        Some(Availability::Available)
    );
    assert!(event.recordings[0].link.is_some());
}

#[test]
fn expired_media_are_deleted() {
    let body = changed(BOT, |bot| {
        let changes = bot["status_changes"].as_array_mut().expect("a list");
        changes.push(json!({"code": "media_expired", "created_at": "2025-10-16T08:53:10Z"}));
        bot["recordings"][0]["media_shortcuts"] = json!({});
    });
    assert_eq!(availability(&body), Some(Availability::Deleted));
}

#[test]
fn zero_data_retention_is_a_policy_once_nothing_was_kept() {
    let kept_nothing = |bot: &mut Value| {
        bot["recording_config"]["retention"] = Value::Null;
        bot["recordings"][0]["media_shortcuts"] = json!({});
    };
    let event = asked("bot", &changed(BOT, kept_nothing));
    assert_eq!(event.facts.storage_policy, Some(StoragePolicy::BasicsOnly));
    assert_eq!(
        event.recordings[0].facts.availability,
        Some(Availability::Withheld(Reason::Policy))
    );
    let with_sound = changed(BOT, |bot| {
        bot["recording_config"]["retention"] = Value::Null
    });
    let event = asked("bot", &with_sound);
    assert_eq!(
        event.facts.storage_policy, None,
        "there is something, whatever the setting says"
    );
    assert_eq!(
        event.recordings[0].facts.availability,
        Some(Availability::Available)
    );
    let unset = changed(BOT, |bot| {
        kept_nothing(bot);
        bot["recording_config"]
            .as_object_mut()
            .expect("an object")
            .remove("retention");
    });
    assert_eq!(
        asked("bot", &unset).facts.storage_policy,
        None,
        "not said is not null"
    );
}

#[test]
fn a_recording_in_a_list_is_its_bots() {
    let event = asked("listed_recording", RECORDING);
    assert_eq!(event.call, ProviderCallId::new(BOT_ID));
    assert_eq!(event.recordings[0].key, RecordingKey::new(RECORDING_ID));
    let mut call = Call::new(event.call.clone());
    call.apply(&event);
    assert_eq!(
        call.status(),
        ringback_model::Status::Ended,
        "what is finished has ended"
    );
}

fn spoken(parts: &Value) -> Vec<Segment> {
    let body = json!({"call": BOT_ID, "transcripts": parts});
    let event = asked("transcripts", &body.to_string());
    assert_eq!(event.call.as_str(), BOT_ID);
    let transcript = event.facts.transcript.expect("told");
    assert!(transcript.is_final);
    transcript.segments
}

fn file() -> Value {
    serde_json::from_str(TRANSCRIPT).expect("a fixture is JSON")
}

fn word(text: &str, start_ms: u64, end_ms: u64) -> Word {
    Word {
        text: text.into(),
        start_ms,
        end_ms,
    }
}

#[test]
fn a_transcript_names_its_speakers_and_times_its_words() {
    let segments =
        spoken(&json!([{"recording_started_at": "2025-10-09T08:23:10Z", "content": file()}]));
    assert_eq!(
        segments,
        [
            Segment {
                speaker: Speaker::Named("Ada Fischer".into()),
                start_ms: Some(520),
                end_ms: Some(1_500),
                text: "Good morning.".into(),
                words: vec![word("Good", 520, 900), word("morning.", 950, 1_500)],
            },
            Segment {
                speaker: Speaker::Named("Ben Okafor".into()),
                start_ms: Some(2_000),
                end_ms: Some(2_000),
                text: "Hi".into(),
                words: vec![word("Hi", 2_000, 2_000)],
            },
            Segment {
                speaker: Speaker::Named("Participant 16778242".into()),
                start_ms: Some(3_250),
                end_ms: Some(3_750),
                text: "Hello.".into(),
                words: vec![word("Hello.", 3_250, 3_750)],
            },
        ]
    );
}

#[test]
fn the_second_recordings_words_come_after_those_of_the_first() {
    let turn = json!([{"participant": {"name": "Ada"}, "words": [{"text": "Again", "start_timestamp": {"relative": 1.0}, "end_timestamp": {"relative": 2.0}}]}]);
    let segments = spoken(&json!([
        {"recording_started_at": "2025-10-09T08:23:10Z", "content": turn},
        {"recording_started_at": "2025-10-09T08:33:10Z", "content": turn},
    ]));
    let starts: Vec<_> = segments.iter().map(|segment| segment.start_ms).collect();
    assert_eq!(starts, [Some(1_000), Some(601_000)]);
    assert_eq!(segments[1].words, [word("Again", 601_000, 602_000)]);
}

#[test]
fn older_and_poorer_transcripts_are_read_as_far_as_they_go() {
    let content = json!([
        {"speaker": "Ada", "words": [{"text": "Old", "start_timestamp": 1.5, "end_timestamp": 2.0}]},
        {"participant": {"id": 3}, "words": [{"text": "Late", "start_timestamp": {"absolute": "2025-10-09T08:23:15Z"}}]},
        {"participant": {"name": "Ben"}, "words": [{"text": "timeless"}, {"text": "words"}]},
        {"participant": null, "words": [{"text": "Who?"}]},
        {"participant": {"name": "Nobody"}, "words": []},
        {"participant": {"name": "Nobody"}, "words": [{"text": " "}, 7, null]},
        {"participant": {"name": "agent"}, "words": [{"text": "odd", "start_timestamp": {"relative": -1}, "end_timestamp": {"relative": 1e300}}]},
        7,
    ]);
    let segments =
        spoken(&json!([{"recording_started_at": "2025-10-09T08:23:10Z", "content": content}]));
    let told: Vec<_> = segments
        .iter()
        .map(|segment| {
            (
                String::from(segment.speaker.clone()),
                segment.text.as_str(),
                segment.start_ms,
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("Ada".to_owned(), "Old", Some(1_500)),
            ("Participant 3".to_owned(), "Late", Some(5_000)),
            ("Ben".to_owned(), "timeless words", None),
            ("Participant".to_owned(), "Who?", None),
            ("agent".to_owned(), "odd", None),
        ]
    );
    assert!(
        segments[2].words.is_empty(),
        "a word without a place is not placed"
    );
}

#[test]
fn a_transcript_in_which_nobody_speaks_is_none() {
    for parts in [json!([]), json!([{"content": []}])] {
        let body = json!({"call": BOT_ID, "transcripts": parts}).to_string();
        let event = asked("transcripts", &body);
        assert_eq!(event.facts.transcript, None);
        assert_eq!(
            event.facts.transcript_outlook,
            Some(TranscriptOutlook::Empty)
        );
    }
    for body in [
        json!({"transcripts": []}),
        json!({"call": BOT_ID}),
        json!({"call": BOT_ID, "transcripts": [{"content": {"error": "gone"}}]}),
    ] {
        let body = body.to_string();
        let told = understand(
            &account("recall", &[]),
            snapshot("transcripts", body.as_bytes(), arrived()),
        );
        assert!(told.is_err(), "{body}");
    }
}

#[test]
fn those_who_took_part_are_named_in_the_order_in_which_they_came_without_the_bot() {
    let events: Value =
        serde_json::from_str(include_str!("../fixtures/recall/participant_events.json"))
            .expect("a fixture is JSON");
    let joined: Vec<_> = events
        .as_array()
        .expect("a list")
        .iter()
        .filter(|event| event["action"] == "join")
        .collect();
    let body = json!({"call": BOT_ID, "bot_name": "Note taker", "joined": joined}).to_string();
    let event = asked("participants", &body);
    assert_eq!(event.facts.from.as_deref(), Some("Ada Fischer, Ben Okafor"));
}

#[test]
fn without_joins_the_participants_are_named_as_they_are_listed_and_not_all_of_a_crowd() {
    let from = |joined: Value| {
        let body = json!({"call": BOT_ID, "bot_name": null, "joined": joined}).to_string();
        asked("participants", &body).facts.from
    };
    let listed =
        json!([{"id": 1, "name": "Zoe"}, {"id": 2, "name": null}, {"id": 3, "name": " Ann "}]);
    assert_eq!(from(listed).as_deref(), Some("Zoe, Ann"));
    assert_eq!(from(json!([])), None);
    let crowd: Vec<_> = (0..60)
        .map(|number| json!({"name": format!("P{number}")}))
        .collect();
    let names = from(crowd.into()).expect("told");
    assert!(names.ends_with("P48, P49, +10"), "{names}");
}

#[test]
fn while_a_meeting_goes_on_its_turns_are_told_one_by_one() {
    let live = |event: &str, start: f64, text: &str| {
        json!({"event": event, "data": {
            "data": {"words": [{"text": text, "start_timestamp": {"relative": start}, "end_timestamp": null}],
                "participant": {"id": 1, "name": "Ada", "is_host": true}},
            "transcript": {"id": "t"}, "recording": {"id": RECORDING_ID}, "bot": {"id": BOT_ID}}})
        .to_string()
    };
    let mut call = Call::new(ProviderCallId::new(BOT_ID));
    for (start, text) in [(7.5, "So?"), (1.25, "Hello")] {
        let event = told(&live("transcript.data", start, text));
        assert!(!event.is_notice, "it is all in there");
        call.apply(&event);
    }
    let words = call.transcript().expect("told");
    let turns: Vec<_> = words
        .segments
        .iter()
        .map(|turn| (turn.start_ms, turn.text.as_str()))
        .collect();
    assert_eq!(turns, [(Some(1_250), "Hello"), (Some(7_500), "So?")]);
    assert_eq!(words.segments[0].speaker, Speaker::Named("Ada".into()));
    assert!(!words.is_final);

    let partial = live("transcript.partial_data", 1.0, "Hel");
    let told = understand(
        &account("recall", &[]),
        webhook(partial.as_bytes(), arrived()),
    );
    assert!(matches!(told, Ok(Understood::Ignored(_))), "{told:?}");
}
