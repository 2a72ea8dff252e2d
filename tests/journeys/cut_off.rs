//! A resync that `kill -9` cuts off tells what was here before all of it, and not what the first half wrote.

use std::time::Duration;

use ringback_api::cli;
use ringback_journeys::{
    patience::{A_WHILE, SOON, until},
    setting::{RETELL, Setting},
};
use ringback_simulator::CallScript;
use serde_json::{Value, json};

/// More than are in work at once with one account's places for sound.
const CALLS: u64 = 4;

#[tokio::test(flavor = "multi_thread")]
async fn what_was_in_work_is_compared_with_what_was_here_before_the_first_half() {
    let setting = Setting::in_real_time().await;
    // The sound does not come, so every call is taken in and none has a result.
    let switches = setting.switches(RETELL);
    switches.turn(|faults| faults.slow_media = Some(1));
    let begin = setting.now() - Duration::from_secs(4 * 3600);
    let ids: Vec<String> = (0..CALLS)
        .map(|n| {
            let script = CallScript {
                talk: Some(Duration::from_secs(8)),
                ..CallScript::default()
            };
            let at = begin - Duration::from_secs(60 * n);
            let placed = setting.world().place_at(RETELL, script, at);
            placed.expect("one of ours")
        })
        .collect();
    let mut told = setting.world().webhooks_due(setting.now());
    let mut serving = setting.program().serve(&[]);
    serving.open(&setting.sender).await;
    let house = setting.beside().await;
    // Of the first call its begin was told; of the others nothing.
    told.retain(|webhook| webhook.kind == "call_started");
    let first = told.iter().find(|webhook| webhook.call_id == ids[0]);
    let first = first.expect("it began");
    assert!(setting.post(first).await.is_kept());
    house
        .call_that(&ids[0], "the begin", |call| call["status"] == "ongoing")
        .await;

    let mut run = house.resync_days(1).await.expect("it begins");
    for id in &ids {
        until(A_WHILE, format!("{id} is taken in"), async || {
            house.call(id).filter(|call| call["status"] == "ended")
        })
        .await;
    }
    let so_far = run.progress.borrow().report.checked;
    assert_eq!(so_far, 0, "what waits for its sound has no result");
    serving.kill().await;

    // Nobody does the background work any more, so this process goes on with it.
    switches.turn(|faults| faults.slow_media = None);
    let end = tokio::time::timeout(A_WHILE, run.finished()).await;
    let end = end.expect("it is finished");
    let report = serde_json::to_value(cli::resync_report(&end)).expect("plain structs are JSON");
    assert_eq!(report["updated"], CALLS, "{report}");
    let items = report["items"].as_array().expect("a list");
    for item in items {
        let id = item["provider_call_id"].as_str().expect("an id");
        let before = match id == ids[0] {
            true => json!("ongoing"),
            false => Value::Null,
        };
        assert_eq!(item["before"]["status"], before, "{item}");
        assert_eq!(item["after"]["status"], "ended", "{item}");
        let changed = item["changed"].as_array().expect("a list");
        for field in ["status", "ended_at", "cost"] {
            assert!(changed.contains(&field.into()), "{field}: {item}");
        }
    }
    for id in &ids {
        until(SOON, format!("the sound of {id}"), async || {
            house
                .call(id)
                .filter(|call| call["recordings"][0]["state"] == "ready")
        })
        .await;
    }
    house.engine.shutdown().await;
}
