//! Somebody presses Resync, or runs `ringback resync`.

use std::{
    fs,
    time::{Duration, Instant},
};

use ringback_api::cli;
use ringback_engine::{
    EngineError, EngineOptions,
    resync::{Request, Scope, Steer},
};
use ringback_journeys::{
    setting::{House, RETELL, Setting, TWILIO, files_below},
    truth::{differences, wrong_with_sound},
};
use ringback_simulator::{CallScript, Reach, Times};
use serde_json::{Value, json};

use crate::bulk::at_pace;

async fn resync(house: &House, scope: Scope, dry_run: bool) -> Value {
    let request = Request {
        scope,
        account: None,
        dry_run,
    };
    let mut run = house.engine.resync(request).await.expect("it can be asked");
    let progress = run.finished().await;
    assert!(progress.done && progress.total == progress.report.checked);
    serde_json::to_value(cli::resync_report(&progress)).expect("plain structs are JSON")
}

fn counts(report: &Value) -> [Option<u64>; 4] {
    ["checked", "updated", "unchanged", "failed"].map(|name| report[name].as_u64())
}

/// A call of which only the begin was told.
async fn begun(setting: &Setting, house: &House, account: &str) -> String {
    let id = setting
        .simulator
        .place(account, CallScript::outbound())
        .expect("one of ours");
    let answered = setting
        .world()
        .timeline(&id)
        .expect("the call")
        .answered
        .expect("answered");
    setting.clock.set(answered);
    setting.deliver_due().await;
    house
        .call_that(&id, "the begin", |call| call["status"] == "ongoing")
        .await;
    setting.miss_everything();
    id
}

fn is_whole(setting: &Setting, house: &House, id: &str) {
    let call = house.call(id).expect("it is here");
    let truth = setting.simulator.truth(id).expect("the call");
    assert_eq!(differences(&call, &truth), [""; 0]);
    assert_eq!(
        wrong_with_sound(&call, &truth, &setting.home().recordings()),
        [""; 0]
    );
    assert_eq!(call["missing"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hole_in_one_call_is_filled_and_each_field_is_shown_before_and_after() {
    for account in [RETELL, TWILIO] {
        let setting = Setting::webhooks_only().await;
        let house = setting.start().await;
        let id = begun(&setting, &house, account).await;
        setting.pass(Duration::from_secs(120));

        let ringback_id = house.call(&id).expect("here")["id"]
            .as_str()
            .expect("an id")
            .to_owned();
        let report = resync(&house, Scope::Call(ringback_id.clone()), false).await;
        assert_eq!(counts(&report), [Some(1), Some(1), Some(0), Some(0)]);
        let item = &report["items"][0];
        assert_eq!(item["call"], ringback_id.as_str());
        assert_eq!(item["provider_call_id"], id.as_str());
        assert_eq!(item["outcome"], "updated");
        assert_eq!(
            (&item["before"]["status"], &item["after"]["status"]),
            (&json!("ongoing"), &json!("ended"))
        );
        for field in ["status", "ended_at", "duration_ms", "cost", "recording"] {
            assert!(
                item["changed"]
                    .as_array()
                    .expect("a list")
                    .contains(&field.into()),
                "{field}: {item}"
            );
        }
        assert_eq!(
            item["after"]["recording"],
            json!(["ready"]),
            "the answer is about what is here"
        );
        assert_eq!(item["after"]["missing"], json!([]));
        // The answer was complete when it was given: nothing is waited for here.
        is_whole(&setting, &house, &id);

        let report = resync(&house, Scope::Call(id.clone()), false).await;
        assert_eq!(
            counts(&report),
            [Some(1), Some(0), Some(1), Some(0)],
            "a second time changes nothing"
        );
        house.engine.shutdown().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn all_calls_with_missing_data_are_filled_and_the_others_are_left_alone() {
    let setting = Setting::webhooks_only().await;
    let house = setting.start().await;
    let whole = setting
        .simulator
        .place(RETELL, CallScript::default())
        .expect("one of ours");
    setting.live_through().await;
    house
        .call_that(&whole, "everything", |call| call["missing"] == json!([]))
        .await;
    house.recording_is(&whole, "ready").await;
    // Ended, told by webhook; the analysis was lost, and the API has a hole for a while.
    let mut holes = Vec::new();
    for account in [RETELL, TWILIO, RETELL] {
        let id = setting
            .simulator
            .place(account, CallScript::default())
            .expect("one of ours");
        let timeline = setting.world().timeline(&id).expect("the call");
        setting.clock.set(timeline.ended);
        setting.deliver_due().await;
        house
            .call_that(&id, "the end", |call| call["status"] == "ended")
            .await;
        if account == RETELL {
            house.recording_is(&id, "ready").await;
        }
        setting.miss_everything();
        let later = setting.now() + Duration::from_secs(600);
        setting.world().hide(&id, later).expect("the call");
        holes.push(id);
    }
    let report = resync(&house, Scope::Missing, false).await;
    assert_eq!(
        counts(&report),
        [Some(3), Some(0), Some(3), Some(0)],
        "{report:#}"
    );
    setting.pass(Duration::from_secs(800));
    setting.world().forget_seen();
    let report = resync(&house, Scope::Missing, false).await;
    assert_eq!(
        counts(&report),
        [Some(3), Some(3), Some(0), Some(0)],
        "{report:#}"
    );
    for id in &holes {
        is_whole(&setting, &house, id);
    }
    let asked_for_whole = setting
        .world()
        .seen()
        .iter()
        .any(|seen| seen.path.contains(&whole));
    assert!(!asked_for_whole, "what is complete is left alone");
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_days_bring_in_calls_that_are_not_here_and_a_dry_run_writes_nothing() {
    let setting = Setting::webhooks_only().await;
    let ids = [RETELL, TWILIO, RETELL].map(|account| {
        setting
            .simulator
            .place(account, CallScript::default())
            .expect("one of ours")
    });
    let old = setting.now() - Duration::from_secs(4 * 24 * 3600);
    let older = setting
        .world()
        .place_at(RETELL, CallScript::default(), old)
        .expect("one of ours");
    setting.miss_everything();
    setting.pass(Duration::from_secs(3600));
    let house = setting.start().await;
    let before = (house.changes(), house.events(None).len());

    let report = resync(&house, Scope::Recent { days: 2 }, true).await;
    assert_eq!(report["dry_run"], true);
    assert_eq!(
        counts(&report),
        [Some(3), Some(3), Some(0), Some(0)],
        "{report:#}"
    );
    for item in report["items"].as_array().expect("a list") {
        assert_eq!(item["call"], Value::Null, "it is not here");
        assert_eq!(
            item["after"]["status"], "ended",
            "and this is what it would be"
        );
    }
    assert_eq!(
        (house.changes(), house.events(None).len()),
        before,
        "nothing was written"
    );
    assert!(house.calls(&Default::default()).is_empty());
    assert!(ringback_journeys::setting::files_below(&setting.home().recordings()).is_empty());

    let report = resync(&house, Scope::Recent { days: 2 }, false).await;
    assert_eq!(counts(&report), [Some(3), Some(3), Some(0), Some(0)]);
    for id in &ids {
        is_whole(&setting, &house, id);
    }
    assert_eq!(
        house.call(&older),
        None,
        "four days ago is not within the last two"
    );
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_asked_for_is_told_and_the_others_are_done() {
    let setting = Setting::webhooks_only().await;
    let house = setting.start().await;
    let good = begun(&setting, &house, RETELL).await;
    let bad = begun(&setting, &house, TWILIO).await;
    setting
        .switches(TWILIO)
        .turn(|faults| faults.reach = Reach::Unavailable);
    setting
        .switches(RETELL)
        .turn(|faults| faults.server_errors = Times::Next(1));
    let report = resync(&house, Scope::Recent { days: 1 }, false).await;
    assert_eq!(report["failed"], 1, "{report:#}");
    let items = report["items"].as_array().expect("a list");
    let failed = items
        .iter()
        .find(|item| item["outcome"] == "failed")
        .expect("one failed");
    assert!(
        failed["error"]["message"].is_string() && failed["error"]["code"] == "provider",
        "{failed}"
    );
    is_whole(&setting, &house, &good);
    assert_eq!(
        house.call(&bad).expect("here")["status"],
        "ongoing",
        "as it was"
    );

    let unknown = Request {
        scope: Scope::Call("call_nowhere".into()),
        account: None,
        dry_run: false,
    };
    assert!(matches!(
        house.engine.resync(unknown).await,
        Err(EngineError::NoSuchCall)
    ));
    let no_days = Request {
        scope: Scope::Recent { days: 0 },
        account: None,
        dry_run: false,
    };
    assert!(matches!(
        house.engine.resync(no_days).await,
        Err(EngineError::BadRequest(_))
    ));
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_to_one_account_begin_a_tenth_of_a_second_apart() {
    let setting = Setting::webhooks_only().await;
    for _ in 0..5 {
        setting
            .simulator
            .place(RETELL, CallScript::default())
            .expect("one of ours");
    }
    setting.miss_everything();
    setting.pass(Duration::from_secs(60));
    let usual = EngineOptions::new(setting.home(), setting.options().clock);
    let house = setting
        .start_as(EngineOptions {
            pace: usual.pace,
            ..setting.options()
        })
        .await
        .expect("it starts");
    assert_eq!(
        usual.pace,
        Duration::from_millis(100),
        "what somebody gets who sets nothing"
    );
    let begin = Instant::now();
    let report = resync(&house, Scope::Recent { days: 1 }, true).await;
    assert_eq!(report["checked"], 5);
    let seen = setting.world().seen();
    let requests = seen
        .iter()
        .filter(|seen| seen.account.as_deref() == Some(RETELL))
        .count() as u32;
    assert!(requests >= 6, "the list and five calls");
    assert!(
        begin.elapsed() >= Duration::from_millis(100) * (requests - 1),
        "{requests} requests in {:?}",
        begin.elapsed()
    );
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_somebody_stops_ends_between_two_calls() {
    let setting = Setting::webhooks_only().await;
    for _ in 0..30 {
        setting
            .simulator
            .place(RETELL, CallScript::default())
            .expect("one of ours");
    }
    setting.miss_everything();
    setting.pass(Duration::from_secs(60));
    at_pace(&setting, 2);
    let house = setting.start().await;
    let request = Request {
        scope: Scope::Recent { days: 1 },
        account: None,
        dry_run: true,
    };
    let mut run = house.engine.resync(request).await.expect("it can be asked");
    let some = run
        .progress
        .wait_for(|progress| progress.report.checked >= 2)
        .await;
    assert!(some.is_ok());
    drop(some);
    assert!(
        house
            .engine
            .steer_resync(run.number, Steer::Cancel)
            .await
            .expect("the engine runs"),
        "it is known by its number"
    );
    let end = run.finished().await;
    assert!(end.done && end.cancelled);
    assert!(end.report.checked < 30, "{} of 30", end.report.checked);
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_leaves_what_waits_in_the_journal_as_it_is_and_says_so() {
    let setting = Setting::webhooks_only().await;
    let house = setting.start().await;
    let id = begun(&setting, &house, RETELL).await;
    house.engine.shutdown().await;
    // With a new database everything in the journal is still to be read.
    for file in files_below(&setting.folder()) {
        if file.starts_with("ringback.db") {
            fs::remove_file(setting.folder().join(file)).expect("it can be deleted");
        }
    }
    let program = setting.program();
    let pending = ["events", "list", "--state", "pending"];
    let before = program.json(&pending).await;
    assert_ne!(before, json!([]), "there is something to be read");
    let said = program
        .run(&["resync", "--all", "--dry-run", "--json"])
        .await;
    assert_eq!(said.code, Some(0), "{said:?}");
    assert_eq!(said.json()["dry_run"], true);
    assert!(said.stderr.contains("to be read"), "{}", said.stderr);
    assert_eq!(program.json(&pending).await, before, "nothing was written");
    let shown = program.run(&["calls", "show", &id, "--json"]).await;
    assert_eq!(shown.code, Some(1), "no call came of it");
}
