//! A team's own backend pushes what it knows, and nobody can be asked.

use std::{fs, time::Duration};

use ringback_api::cli;
use ringback_engine::{
    EngineError,
    resync::{Request, Scope},
};
use ringback_journeys::{
    patience::{SOON, until},
    setting::{CUSTOM, House, RETELL, Setting, files_below},
    signing::post_to_custom,
    truth::unequal,
};
use ringback_model::AccountId;
use ringback_simulator::{CallScript, Correction, Direction, Ending, Host, RecordingPlan, Times};
use serde_json::{Value, json};

async fn resync(house: &House, scope: Scope) -> Value {
    let request = Request {
        scope,
        account: Some(CUSTOM.into()),
        dry_run: false,
    };
    let mut run = house.engine.resync(request).await.expect("it can be asked");
    let progress = run.finished().await;
    serde_json::to_value(cli::resync_report(&progress)).expect("plain structs are JSON")
}

fn counts(report: &Value) -> [Option<u64>; 4] {
    ["checked", "updated", "unchanged", "failed"].map(|name| report[name].as_u64())
}

fn place(setting: &Setting, script: CallScript) -> String {
    setting
        .simulator
        .place(CUSTOM, script)
        .expect("one of ours")
}

/// Whether anybody knocked at the backend for anything else than a file.
fn was_asked(setting: &Setting) -> bool {
    let seen = setting.world().seen();
    seen.iter()
        .any(|seen| seen.host == Host::Api && seen.account.as_deref() == Some(CUSTOM))
}

/// Waits until the accounts that can be polled were polled at this moment.
async fn polled(setting: &Setting, house: &House) {
    let account = &house.engine.config().accounts[0];
    assert_eq!(account.account.id.as_str(), RETELL);
    house.look();
    until(SOON, "the others are polled", async || {
        let poll = house.engine.poll_of(account);
        (poll.last_at == Some(setting.now())).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_of_every_kind_become_whole_from_their_events_alone() {
    let setting = Setting::with_backend().await;
    let house = setting.start().await;
    let correction = Correction {
        after: Duration::from_secs(120),
        extra_cost_micros: 2_500,
        extra_duration: Duration::from_millis(250),
    };
    let scripts = [
        CallScript::default(),
        CallScript {
            transcript_updates: true,
            correction: Some(correction),
            ..CallScript::outbound()
        },
        CallScript {
            direction: Direction::Web,
            ending: Ending::AgentError,
            recording: RecordingPlan::Kept {
                ready_after: None,
                two_channels: false,
            },
            ..CallScript::default()
        },
    ];
    let ids = scripts.map(|script| place(&setting, script));
    let told = setting.live_through().await;
    assert!(told.iter().all(|(_, answer)| answer.word == "accepted"));
    for id in &ids {
        house.becomes_whole(&setting, id).await;
    }
    let silent = CallScript {
        recording: RecordingPlan::Silent,
        ..CallScript::default()
    };
    for (script, recording) in [
        (CallScript::unanswered(Ending::Busy), Value::Null),
        (silent, json!("absent")),
    ] {
        let id = place(&setting, script);
        setting.live_through().await;
        house.applied().await;
        let call = house.call(&id).expect("here");
        let truth = setting.simulator.truth(&id).expect("the call");
        assert_eq!(
            ringback_journeys::truth::differences(&call, &truth),
            [""; 0]
        );
        assert_eq!(call["recordings"][0]["state"], recording);
        assert_eq!(call["missing"], json!([]));
    }
    assert!(!was_asked(&setting), "there was nobody to ask");
    assert_eq!(house.alerts(), []);
    assert!(house.board().is_empty());
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_before_its_call_is_fetched_and_finds_its_call() {
    let setting = Setting::with_backend().await;
    setting.switches(CUSTOM).turn(|faults| {
        faults.recording_before_call = true;
        faults.duplicate_webhooks = Times::Always;
        faults.reorder_webhooks = true;
    });
    let house = setting.start().await;
    let id = place(&setting, CallScript::default());
    let timeline = setting.world().timeline(&id).expect("the call");
    let ready = timeline.recording_ready.expect("it is recorded");
    setting.clock.set(ready);
    let told = setting.deliver_due().await;
    let words: Vec<_> = told
        .iter()
        .map(|(event, answer)| (event.kind.as_str(), answer.word.as_str()))
        .collect();
    assert_eq!(
        words,
        [
            ("recording.done", "accepted"),
            ("recording.done", "duplicate")
        ]
    );
    let early = house.recording_is(&id, "ready").await;
    assert_eq!(
        early["missing"],
        json!(["status", "started_at", "ended_at"]),
        "somebody still has to tell of the call"
    );
    setting.live_through().await;
    let call = house.becomes_whole(&setting, &id).await;
    assert_eq!(call["missing"], json!([]));
    assert_eq!(call["id"], early["id"]);
    assert_eq!(call["recordings"], early["recordings"]);
    assert!(!was_asked(&setting));
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_lost_on_the_way_is_told_again_by_the_backend() {
    let setting = Setting::with_backend().await;
    setting
        .switches(CUSTOM)
        .turn(|faults| faults.lose_webhooks = Times::Next(4));
    let house = setting.start().await;
    let id = place(&setting, CallScript::default());
    setting.live_through().await;
    house.becomes_whole(&setting, &id).await;
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_goes_on_for_hours_is_neither_gone_nor_asked_about() {
    let setting = Setting::with_backend().await;
    let house = setting.start().await;
    let script = CallScript {
        talk: Some(Duration::from_secs(3 * 3600)),
        ..CallScript::default()
    };
    let id = place(&setting, script);
    let timeline = setting.world().timeline(&id).expect("the call");
    setting
        .clock
        .set(timeline.answered.expect("it is answered"));
    setting.deliver_due().await;
    house
        .call_that(&id, "the begin", |call| call["status"] == "ongoing")
        .await;
    for _ in 0..4 {
        setting.pass(Duration::from_secs(20 * 60));
        polled(&setting, &house).await;
    }
    house.rests().await;
    assert_eq!(house.board(), [id.as_str()]);
    assert!(!was_asked(&setting));
    assert_eq!(house.alerts(), []);
    let account = house
        .engine
        .config()
        .account(CUSTOM)
        .expect("configured")
        .clone();
    let poll = house.engine.poll_of(&account);
    assert!(poll.last_at.is_none() && poll.last_error.is_none());
    let custom: AccountId = CUSTOM.parse().expect("an id");
    let cursor = house
        .engine
        .read(|reader| reader.cursors().get(&custom, "list_complete_until"));
    assert_eq!(
        cursor.expect("readable"),
        None,
        "what nobody lists is not known to be complete"
    );
    setting.live_through().await;
    house
        .call_that(&id, "the end", |call| call["status"] == "ended")
        .await;
    assert!(house.board().is_empty());
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resync_finds_everything_unchanged() {
    let setting = Setting::with_backend().await;
    let house = setting.start().await;
    let id = place(&setting, CallScript::default());
    setting.live_through().await;
    house.becomes_whole(&setting, &id).await;
    let before = house.call(&id).expect("here");
    let report = resync(&house, Scope::Call(id.clone())).await;
    assert_eq!(
        counts(&report),
        [Some(1), Some(0), Some(1), Some(0)],
        "{report:#}"
    );
    assert_eq!(report["items"][0]["outcome"], "unchanged");

    // Of this one only the begin was ever told.
    let begun = place(&setting, CallScript::default());
    let timeline = setting.world().timeline(&begun).expect("the call");
    setting
        .clock
        .set(timeline.answered.expect("it is answered"));
    setting.deliver_due().await;
    house
        .call_that(&begun, "the begin", |call| call["status"] == "ongoing")
        .await;
    let report = resync(&house, Scope::Call(begun.clone())).await;
    assert_eq!(counts(&report), [Some(1), Some(0), Some(1), Some(0)]);
    for scope in [Scope::Missing, Scope::Recent { days: 7 }] {
        let report = resync(&house, scope).await;
        assert_eq!(counts(&report), [Some(0); 4], "{report:#}");
    }
    assert_eq!(house.call(&id), Some(before));
    assert_eq!(
        house.call(&begun).expect("here")["status"],
        "ongoing",
        "it is not gone"
    );
    let unknown = Request {
        scope: Scope::Call("conv_nowhere".into()),
        account: Some(CUSTOM.into()),
        dry_run: false,
    };
    assert!(
        matches!(
            house.engine.resync(unknown).await,
            Err(EngineError::NoSuchCall)
        ),
        "what is not here cannot be found out"
    );
    assert!(!was_asked(&setting));
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_does_not_fit_is_kept_with_the_path_of_what_is_wrong() {
    let setting = Setting::with_backend().await;
    let house = setting.start().await;
    let event = |status: &str| {
        json!({
            "type": "call.updated",
            "timestamp": setting.now().to_string(),
            "data": {"call": {"provider_call_id": "conv_1", "status": status}},
        })
        .to_string()
        .into_bytes()
    };
    let answer = post_to_custom(&setting, "msg_1", event("hung up")).await;
    assert_eq!((answer.status, answer.word.as_str()), (200, "accepted"));
    let failed = until(SOON, "it is looked at", async || {
        house.events(Some("failed")).pop()
    })
    .await;
    let failed = serde_json::to_value(failed).expect("plain structs are JSON");
    let reason = failed["reason"].as_str().expect("a reason");
    assert!(
        reason.contains("(at data.call.status)") && !reason.contains("hung up"),
        "{reason}"
    );
    assert_eq!(house.call("conv_1"), None, "nothing of it counts");

    let again = post_to_custom(&setting, "msg_1", event("ended")).await;
    assert_eq!(
        again.word, "duplicate",
        "a corrected event is another message"
    );
    let corrected = post_to_custom(&setting, "msg_2", event("ended")).await;
    assert_eq!(corrected.word, "accepted");
    house
        .call_that("conv_1", "the end", |call| call["status"] == "ended")
        .await;
    let other = json!({"type": "invoice.paid", "data": 7}).to_string();
    post_to_custom(&setting, "msg_3", other.into_bytes()).await;
    house.applied().await;
    let ignored = serde_json::to_value(house.events(Some("ignored"))).expect("JSON");
    let reason = ignored[0]["reason"].as_str().expect("a reason");
    assert!(reason.contains("invoice.paid"), "{reason}");
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_or_a_wrong_clock_is_refused_and_nothing_is_asked_because_of_it() {
    let setting = Setting::with_backend().await;
    let house = setting.start().await;
    let id = place(&setting, CallScript::default());
    let timeline = setting.world().timeline(&id).expect("the call");
    setting
        .clock
        .set(timeline.answered.expect("it is answered"));
    setting.deliver_due().await;
    house
        .call_that(&id, "the begin", |call| call["status"] == "ongoing")
        .await;
    setting.clock.set(timeline.ended);
    let mut ended = setting.world().webhooks_due(setting.now()).remove(0);
    setting.pass(Duration::from_secs(301));
    let late = setting.post(&ended).await;
    assert_eq!(
        (late.status, late.reason.as_deref()),
        (401, Some("signature_too_old"))
    );
    for (name, value) in &mut ended.headers {
        if *name == "webhook-signature" {
            "v1,AAAA".clone_into(value);
        }
    }
    let forged = setting.post(&ended).await;
    assert_eq!(forged.reason.as_deref(), Some("signature_wrong"));
    let unsigned = setting
        .sender
        .post_bytes(&ended.url_path, &[], ended.body.to_vec())
        .await
        .expect("the door answers");
    assert_eq!(unsigned.reason.as_deref(), Some("signature_missing"));
    house.rests().await;
    let jobs = house.engine.read(|reader| reader.jobs().list("resync", 10));
    assert!(jobs.expect("readable").is_empty());
    assert_eq!(house.call(&id).expect("here")["status"], "ongoing");
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_database_comes_back_from_the_events_that_were_pushed() {
    let setting = Setting::with_backend().await;
    let house = setting.start().await;
    let ids = [
        place(&setting, CallScript::default()),
        place(&setting, CallScript::unanswered(Ending::NoAnswer)),
    ];
    setting.live_through().await;
    house.becomes_whole(&setting, &ids[0]).await;
    house.rests().await;
    let before = ids.clone().map(|id| house.call(&id).expect("here"));
    house.engine.shutdown().await;
    for file in files_below(&setting.folder()) {
        if file.starts_with("ringback.db") {
            fs::remove_file(setting.folder().join(file)).expect("it can be deleted");
        }
    }

    let rebuilt = setting.program().json(&["rebuild"]).await;
    assert_eq!(
        (&rebuilt["calls"], &rebuilt["recordings"]),
        (&json!(2), &json!(1))
    );
    let house = setting.start().await;
    for (id, before) in ids.iter().zip(&before) {
        let after = house.call(id).expect("here again");
        assert_eq!(unequal(&after, before), [""; 0]);
    }
    assert!(!was_asked(&setting));
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_says_that_there_is_nobody_to_ask_and_a_missing_secret_is_a_finding() {
    let setting = Setting::with_backend_in_real_time().await;
    let program = setting.program();
    let of = |checks: &Value| {
        let all = checks.as_array().expect("a list");
        let found = all.iter().find(|check| check["id"] == CUSTOM);
        found.cloned().expect("listed")
    };
    let checks = program.json(&["accounts", "check"]).await;
    let check = of(&checks);
    assert_eq!(
        (&check["ok"], &check["asked"]),
        (&json!(true), &json!(false))
    );
    let notes = check["notes"].to_string();
    assert!(
        notes.contains("no API") && notes.contains("127.0.0.1"),
        "{notes}"
    );
    let words = program.run(&["accounts", "check"]).await.stdout;
    assert!(words.contains("shop-custom: the settings fit"), "{words}");
    assert!(!was_asked(&setting));

    let rest = setting.simulator.environment();
    let rest = rest.into_iter().filter(|(name, _)| !name.contains("SHOP"));
    let program = ringback_journeys::program::Ringback::new(&setting.folder(), rest.collect());
    let said = program.run(&["accounts", "check", "--json"]).await;
    assert_eq!(said.code, Some(1));
    let check = of(&said.json());
    assert_eq!(check["ok"], false);
    let error = check["error"].to_string();
    assert!(error.contains("webhook_secret"), "{error}");
    let doctor = program.run(&["doctor"]).await.stdout;
    assert!(
        doctor.contains("PROBLEM account:shop-custom: webhook_secret is not set")
            && doctor.contains("RINGBACK_SHOP_CUSTOM_WEBHOOK_SECRET"),
        "{doctor}"
    );
}
