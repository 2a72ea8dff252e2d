//! Two programs on one home.

use std::time::Duration;

use ringback_engine::EngineOptions;
use ringback_journeys::{
    patience::{SOON, until},
    setting::{House, RETELL, Setting, TWILIO},
    truth::wrong_with_sound,
};
use ringback_simulator::{CallScript, Host};
use serde_json::json;

/// A call that has been over for a while, in real time.
fn over(setting: &Setting, account: &str) -> String {
    let at = setting.now() - Duration::from_secs(300);
    setting
        .world()
        .place_at(account, CallScript::default(), at)
        .expect("one of ours")
}

fn fetches(setting: &Setting) -> usize {
    let seen = setting.world().seen();
    seen.iter()
        .filter(|seen| seen.host == Host::Storage && seen.method == "GET")
        .count()
}

/// A window's engine: it is there as well, and does not insist on the door.
async fn beside(setting: &Setting) -> House {
    let options = EngineOptions {
        door_required: false,
        background: false,
        ..setting.options()
    };
    let house = setting
        .start_as(options)
        .await
        .expect("it starts beside the other");
    assert!(!house.engine.has_role());
    house
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_does_the_other_is_told_of_and_takes_over_when_the_first_is_killed() {
    let setting = Setting::in_real_time().await;
    let mut serving = setting.program().serve(&[]);
    serving.open(&setting.sender).await;
    let options = EngineOptions {
        door_required: false,
        ..setting.options()
    };
    let engine = ringback_engine::Engine::start(options)
        .await
        .expect("it starts beside the other");
    let house = House::of(engine, &setting);
    assert!(!house.engine.has_role(), "the first does the work");

    let id = over(&setting, RETELL);
    let mut news = house.engine.news();
    for (_, answer) in setting.deliver_due().await {
        assert_eq!(answer.word, "accepted");
    }
    let told = tokio::time::timeout(SOON, async {
        loop {
            let heard = news.recv().await;
            let call = house
                .call(&id)
                .and_then(|call| call["id"].as_str().map(str::to_owned));
            if let (Ok(ringback_engine::News::Calls(calls)), Some(call)) = (heard, call)
                && calls.iter().any(|id| id.to_string() == call)
            {
                return;
            }
        }
    });
    told.await.expect("what another process does is told here");
    house.recording_is(&id, "ready").await;

    serving.kill().await;
    until(SOON, "the second takes over", async || {
        house.engine.has_role().then_some(())
    })
    .await;
    until(SOON, "and opens the door", async || house.engine.door()).await;
    let next = over(&setting, TWILIO);
    for (_, answer) in setting.deliver_due().await {
        assert_eq!(answer.word, "accepted");
    }
    let call = house.recording_is(&next, "ready").await;
    let truth = setting.simulator.truth(&next).expect("the call");
    assert_eq!(
        wrong_with_sound(&call, &truth, &setting.home().recordings()),
        [""; 0]
    );
    assert_eq!(fetches(&setting), 2, "each recording was fetched once");
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_work_is_done_twice_while_both_are_asked_for_it() {
    let setting = Setting::in_real_time().await;
    let mut serving = setting.program().serve(&[]);
    serving.open(&setting.sender).await;
    let house = beside(&setting).await;
    // Slow enough that both are at it at the same time if they do not take care.
    for account in [RETELL, TWILIO] {
        setting
            .switches(account)
            .turn(|faults| faults.slow_media = Some(400_000));
    }
    let ids: Vec<_> = [RETELL, TWILIO, RETELL, TWILIO]
        .map(|account| over(&setting, account))
        .into();
    for (_, answer) in setting.deliver_due().await {
        assert_eq!(answer.word, "accepted");
    }
    for id in &ids {
        house
            .call_that(id, "a recording", |call| call["recordings"][0].is_object())
            .await;
    }
    let request = ringback_engine::resync::Request {
        scope: ringback_engine::resync::Scope::Missing,
        account: None,
        dry_run: false,
    };
    let report = house
        .engine
        .resync(request)
        .await
        .expect("it can be asked")
        .finished()
        .await
        .report;
    assert_eq!(report.failed, 0, "{report:?}");
    for id in &ids {
        let call = house.recording_is(id, "ready").await;
        let truth = setting.simulator.truth(id).expect("the call");
        assert_eq!(
            wrong_with_sound(&call, &truth, &setting.home().recordings()),
            [""; 0]
        );
        assert_eq!(call["recordings"].as_array().map(Vec::len), Some(1));
    }
    assert_eq!(
        fetches(&setting),
        ids.len(),
        "each recording came over the line once"
    );
    house.engine.shutdown().await;
    serving.kill().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_work_beside_a_server_that_runs() {
    let setting = Setting::in_real_time().await;
    let mut serving = setting.program().serve(&[]);
    serving.open(&setting.sender).await;
    let id = over(&setting, RETELL);
    setting.deliver_due().await;
    let program = setting.program();
    until(SOON, "the call is listed with its recording", async || {
        let calls = program.json(&["calls", "list"]).await;
        (calls[0]["recordings"][0]["state"] == "ready").then_some(())
    })
    .await;
    let shown = program.json(&["calls", "show", &id]).await;
    assert_eq!(shown["provider_call_id"], id.as_str());
    let report = program.json(&["resync", "--call", &id]).await;
    assert_eq!(report["failed"], json!(0));
    serving.kill().await;
}
