//! What is particular about Vapi, through the real door: calls that are only named by id, messages around
//! an old copy of the call, files behind a redirect, credentials of four kinds, two weeks of retention.

use std::{fs, time::Duration};

use ringback_engine::resync::{Request, Scope};
use ringback_journeys::{
    patience::{SOON, until},
    setting::{House, Setting, files_below},
    truth::{differences, unequal},
};
use ringback_simulator::{AccountSetup, CallScript, Correction, Host, Reach, RecordingPlan, Times};
use serde_json::{Value, json};

const VAPI: &str = "sales-vapi";

const MINUTE: Duration = Duration::from_secs(60);

async fn setting() -> Setting {
    let account = AccountSetup::new(VAPI, "vapi");
    Setting::webhooks_only_of(vec![account]).await
}

fn place(setting: &Setting, script: CallScript) -> String {
    setting.simulator.place(VAPI, script).expect("one of ours")
}

/// Sets the account's own keys, at the provider and in `config.toml`, and adds lines to the latter.
fn configured(setting: &Setting, keys: &[(&'static str, &str)], lines: &str) {
    for (key, value) in keys {
        let set = setting.world().set_option(VAPI, key, value);
        set.expect("one of ours");
    }
    setting.configure(|text| {
        let more = format!("allow_private_network = true\npoll_every = \"0s\"\n{lines}");
        text.replace("allow_private_network = true", &more)
    });
}

async fn resync(house: &House, scope: Scope) {
    let request = Request {
        scope,
        account: None,
        dry_run: false,
    };
    let mut run = house.engine.resync(request).await.expect("known");
    let progress = run.finished().await;
    assert_eq!(progress.report.failed, 0, "{:?}", progress.report.items);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_is_read_along_while_it_goes_on_and_whole_when_its_report_came() {
    let setting = setting().await;
    let house = setting.start().await;
    let id = place(
        &setting,
        CallScript {
            transcript_updates: true,
            ..CallScript::outbound()
        },
    );
    let timeline = setting.world().timeline(&id).expect("the call");
    setting.deliver_due().await;
    let scheduled = house.call_that(&id, "the begin", |call| call["status"] == "scheduled");
    assert_eq!(
        scheduled.await["from"],
        json!(setting.simulator.truth(&id).expect("known").from)
    );
    setting.clock.set(timeline.ringing);
    setting.deliver_due().await;
    house
        .call_that(&id, "the ringing", |call| call["status"] == "ringing")
        .await;
    assert_eq!(house.board(), [id.as_str()]);

    let answered = timeline.answered.expect("it is answered");
    setting.clock.set(answered + Duration::from_secs(12));
    setting.deliver_due().await;
    let spoken = setting
        .world()
        .truth_at(&id, timeline.ended)
        .expect("the call")
        .transcript;
    let so_far = spoken.iter().filter(|it| it.end_ms <= 12_000).count();
    assert!(so_far > 0);
    let call = house
        .call_that(&id, "the words so far", |call| {
            call["transcript"]
                .as_array()
                .is_some_and(|words| words.len() == so_far)
        })
        .await;
    assert_eq!(call["status"], "ongoing");
    assert_eq!(
        call["transcript"][so_far - 1]["text"],
        spoken[so_far - 1].text
    );
    assert_eq!(call["missing"], json!([]), "nothing can be there yet");

    setting.clock.set(timeline.ended);
    setting.deliver_due().await;
    house.recording_is(&id, "ready").await;
    assert!(house.board().is_empty());
    setting.live_through().await;
    let call = house.becomes_whole(&setting, &id).await;
    assert_eq!(call["cost"]["provisional"], false);
    assert_eq!(call["recordings"][0]["channels"], 2);
    house.rests().await;
    setting.asked_nothing_in_vain();
    for seen in setting.world().seen() {
        assert_eq!(
            seen.authorization_present,
            seen.host == Host::Api,
            "{seen:?}"
        );
    }
    let ignored = house.events(Some("ignored"));
    assert_eq!(ignored.len(), 1, "a hang is no hang-up: {ignored:?}");
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_missed_is_found_with_number_and_name_and_is_still_there_after_a_rebuild() {
    let setting = setting().await;
    let house = setting.start().await;
    let ids: Vec<String> = [CallScript::default(), CallScript::outbound()]
        .into_iter()
        .map(|script| place(&setting, script))
        .collect();
    setting.miss_everything();
    resync(&house, Scope::Recent { days: 1 }).await;
    let mut before = Vec::new();
    for id in &ids {
        before.push(house.becomes_whole(&setting, id).await);
    }
    let numbers = setting.world().seen();
    let numbers = numbers.iter().filter(|seen| seen.path == "/phone-number");
    assert_eq!(numbers.count(), 1, "one question for all calls");
    house.rests().await;
    house.engine.shutdown().await;

    for file in files_below(&setting.folder()) {
        if file.starts_with("ringback.db") {
            fs::remove_file(setting.folder().join(file)).expect("it can be deleted");
        }
    }
    setting
        .switches(VAPI)
        .turn(|faults| faults.reach = Reach::HangsUp);
    let house = setting.start().await;
    house.applied().await;
    for (id, before) in ids.iter().zip(&before) {
        let is_same = |call: &Value| unequal(call, before).is_empty();
        house.call_that(id, "what it was", is_same).await;
    }
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_any_message_polling_finds_calls_and_what_changes_in_them_later() {
    let setting = setting().await;
    setting.configure(|text| {
        let more = "allow_private_network = true\npoll_every = \"5m\"";
        text.replace("allow_private_network = true", more)
    });
    let house = setting.start().await;
    let script = CallScript {
        correction: Some(Correction {
            after: Duration::from_secs(600),
            extra_cost_micros: 7_000,
            extra_duration: Duration::from_secs(1),
        }),
        ..CallScript::default()
    };
    let id = place(&setting, script);
    let ended = setting.world().timeline(&id).expect("the call").ended;
    while setting
        .world()
        .next_webhook_at()
        .is_some_and(|at| at <= ended + MINUTE)
    {
        setting.pass(Duration::from_secs(10));
        let _lost = setting.world().webhooks_due(setting.now());
    }
    house.look();
    let before = house.becomes_whole(&setting, &id).await;
    setting.clock.set(ended + 11 * MINUTE);
    house.look();
    let after = house.becomes_whole(&setting, &id).await;
    assert_ne!(after["cost"]["amount"], before["cost"]["amount"]);
    assert_ne!(after["duration_ms"], before["duration_ms"]);
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_that_was_lost_is_made_up_for_and_a_late_recording_waited_for() {
    let setting = setting().await;
    let house = setting.start().await;
    let switches = setting.switches(VAPI);
    switches.turn(|faults| faults.recordings_late_by = Duration::from_secs(40));
    let id = place(&setting, CallScript::default());
    let timeline = setting.world().timeline(&id).expect("the call");
    setting.clock.set(timeline.ended);
    setting.deliver_due().await;
    switches.turn(|faults| faults.lose_webhooks = Times::Always);
    setting.miss_everything();
    house.recording_is(&id, "expected").await;
    for _ in 0..8 {
        setting.pass(Duration::from_secs(10));
        house.look();
        house.rests().await;
    }
    house.recording_is(&id, "ready").await;
    setting
        .clock
        .set(timeline.ended + Duration::from_secs(15 * 60));
    house.look();
    house.becomes_whole(&setting, &id).await;
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn beyond_the_retention_of_the_plan_a_recording_has_expired() {
    let setting = setting().await;
    let house = setting.start().await;
    let id = place(
        &setting,
        CallScript {
            recording: RecordingPlan::Kept {
                ready_after: Some(Duration::from_secs(3600)),
                two_channels: true,
            },
            ..CallScript::default()
        },
    );
    let timeline = setting.world().timeline(&id).expect("the call");
    setting.clock.set(timeline.ended);
    setting.deliver_due().await;
    house.recording_is(&id, "expected").await;
    house.engine.shutdown().await;

    setting
        .clock
        .set(timeline.placed + Duration::from_secs(15 * 24 * 3600));
    let house = setting.start().await;
    house.look();
    let call = house.recording_is(&id, "expired").await;
    assert_eq!(call["recordings"][0]["reason"], "retention");
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_reading_of_the_list_asks_for_what_changed_since_the_last_and_little_more() {
    let setting = Setting::of_one(VAPI, "vapi", "5m").await;
    let house = setting.start().await;
    let id = place(&setting, CallScript::default());
    setting.miss_everything();
    for _ in 0..4 {
        setting.pass(Duration::from_secs(6 * 60));
        house.look();
        house.rests().await;
    }
    house.becomes_whole(&setting, &id).await;
    setting.world().forget_seen();
    setting.pass(Duration::from_secs(6 * 60));
    let asked = until(SOON, "the list is read", async || {
        house.look();
        setting.world().seen().into_iter().find_map(|seen| {
            let query = seen.query.filter(|_| seen.path == "/call")?;
            let mut pairs = form_urlencoded::parse(query.as_bytes());
            let since = pairs.find(|(name, _)| name == "updatedAtGt")?.1;
            Some((seen.at, since.parse::<jiff::Timestamp>().expect("a time")))
        })
    })
    .await;
    let (at, since) = asked;
    let back = at.duration_since(since);
    assert!(
        (jiff::SignedDuration::from_mins(10)..jiff::SignedDuration::from_mins(20)).contains(&back),
        "{back}"
    );
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_recording_nothing_is_waited_for() {
    let setting = setting().await;
    let house = setting.start().await;
    let id = place(
        &setting,
        CallScript {
            recording: RecordingPlan::None,
            ..CallScript::default()
        },
    );
    setting.live_through().await;
    let call = house
        .call_that(&id, "everything else", |call| call["cost"].is_object())
        .await;
    house.rests().await;
    assert_eq!(call["missing"], json!([]));
    let call = house.recording_is(&id, "absent").await;
    assert_eq!(call["recordings"][0]["reason"], "not_recorded");
    house.engine.shutdown().await;
}

/// The words of the answers to all messages of one call.
async fn answers(setting: &Setting, house: &House) -> (String, Vec<(u16, String)>) {
    let id = place(setting, CallScript::default());
    let answered = setting.live_through().await;
    house.applied().await;
    let words = answered
        .into_iter()
        .map(|(_, answer)| (answer.status, answer.word));
    (id, words.collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn each_credential_opens_the_door_and_its_absence_does_not() {
    let svix: &[(&str, &str)] = &[
        ("webhook_auth", "hmac"),
        ("signature_header", "svix-signature"),
        ("timestamp_header", "svix-timestamp"),
        ("message_id_header", "svix-id"),
        ("signature_prefix", "v1,"),
        ("payload_format", "{svix-id}.{timestamp}.{body}"),
        ("signature_encoding", "base64"),
        ("secret_is_base64", "true"),
    ];
    for keys in [
        &[("webhook_auth", "bearer")][..],
        &[("webhook_auth", "hmac")],
        svix,
        &[
            ("webhook_auth", "hmac"),
            ("payload_format", "{method} {url} {body}"),
            ("algorithm", "sha512"),
            ("include_timestamp", "false"),
        ],
    ] {
        let setting = setting().await;
        configured(&setting, keys, "");
        let house = setting.start().await;
        let (id, answers) = answers(&setting, &house).await;
        assert!(
            answers
                .iter()
                .all(|answer| *answer == (200, "accepted".into())),
            "{keys:?}: {answers:?}"
        );
        house.becomes_whole(&setting, &id).await;

        // The same account, and messages that show nothing.
        setting
            .world()
            .set_option(VAPI, "webhook_auth", "none")
            .expect("one of ours");
        let (_, answers) = self::answers(&setting, &house).await;
        assert!(
            answers.iter().all(|(status, _)| *status == 401),
            "{answers:?}"
        );
        house.engine.shutdown().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_authentication_only_ids_are_taken_and_only_where_the_account_says_so() {
    let setting = setting().await;
    configured(&setting, &[("webhook_auth", "none")], "");
    let house = setting.start().await;
    let (id, answers) = answers(&setting, &house).await;
    assert!(
        answers.iter().all(|(status, _)| *status == 401),
        "{answers:?}"
    );
    assert_eq!(house.call(&id), None);
    house.engine.shutdown().await;

    configured(&setting, &[], "accept_unsigned = true");
    let house = setting.start().await;
    let (id, answers) = self::answers(&setting, &house).await;
    assert!(
        answers.iter().all(|(status, _)| *status == 200),
        "{answers:?}"
    );
    house.look();
    let call = house.becomes_whole(&setting, &id).await;
    let truth = setting.simulator.truth(&id).expect("the call");
    assert_eq!(
        differences(&call, &truth),
        [""; 0],
        "all of it from the API"
    );
    let is_all_asked = house
        .timeline(&id)
        .iter()
        .all(|(kind, _)| kind == "call" || kind == "listed_call");
    assert!(is_all_asked, "{:?}", house.timeline(&id));
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_an_answer_of_ones_own_server_is_kept_and_says_so() {
    let setting = setting().await;
    let house = setting.start().await;
    let account = setting.simulator.accounts().remove(0);
    let (_, secret) = account.secrets[1].clone();
    let body = json!({"message": {"type": "tool-calls", "toolCallList": [], "call": {"id": "x"}}});
    let answer = setting
        .sender
        .post_bytes(
            &format!("/webhooks/{VAPI}"),
            &[
                ("x-vapi-secret", &secret),
                ("content-type", "application/json"),
            ],
            body.to_string().into_bytes(),
        )
        .await
        .expect("the door answers");
    assert_eq!(answer.status, 200);
    house.applied().await;
    let event: Value =
        serde_json::to_value(&house.events(None)[0]).expect("plain structs are JSON");
    let reason = event["reason"].as_str().unwrap_or_default();
    assert!(reason.contains("only listens"), "{event}");
    house.engine.shutdown().await;
}
