//! How much memory it takes to live through many calls: as much as for a few.

use std::time::Duration;

use ringback_journeys::{
    cases::{CASES, Case},
    patience::{A_WHILE, SOON, until},
    setting::Setting,
};
use serde_json::Value;

use super::crowd::{deliver_at_once, script};

/// Calls of one wave, all told at the same moment.
const WAVE: usize = 50;

/// What two waves after the first may add. A wave of recordings is about 40 MB of sound and far more
/// of decoded samples, so that keeping any of it would show; what SQLite's caches and the allocator
/// still take after the first wave stays far below.
const GROWTH: u64 = 12 << 20;

/// Lets a wave of calls be over, and waits until every recording of it is here.
async fn wave(setting: &Setting, cases: &[&Case]) {
    let at = setting.now() - Duration::from_secs(1800);
    for number in 0..WAVE {
        let case = cases[number % cases.len()];
        setting
            .world()
            .place_at(case.account, script(number / cases.len()), at)
            .expect("one of ours");
    }
    let expected: usize = cases
        .iter()
        .flat_map(|case| setting.world().calls(case.account))
        .filter_map(|id| setting.simulator.truth(&id))
        .filter(|truth| truth.recordings.iter().any(|it| it.state == "available"))
        .count();
    for (webhook, answer) in deliver_at_once(setting).await {
        assert_eq!(answer.status, 200, "{}: {answer:?}", webhook.kind);
    }
    let program = setting.program();
    until(A_WHILE, "every recording is here", async || {
        let words = ["calls", "list", "--state", "ready", "--limit", "1000"];
        let ready = program.json(&words).await;
        (ready.as_array().map(Vec::len) == Some(expected)).then_some(())
    })
    .await;
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn memory_does_not_grow_with_the_number_of_calls_that_were_lived_through() {
    let cases: Vec<&Case> = CASES.iter().collect();
    // A process of its own: nothing else is in its memory, and it is the program as people run it.
    let setting = Setting::told_in_real_time(&cases).await;
    let mut serving = setting.program().serve(&[]);
    serving.open(&setting.sender).await;
    wave(&setting, &cases).await;
    let before = serving.memory();
    for _ in 0..2 {
        wave(&setting, &cases).await;
    }
    let growth = serving.memory().saturating_sub(before);
    assert!(
        growth <= GROWTH,
        "{growth} bytes more than {before} after three times as many calls"
    );
    let calls: Value = setting
        .program()
        .json(&["calls", "list", "--limit", "1000"])
        .await;
    assert_eq!(calls.as_array().map(Vec::len), Some(3 * WAVE));
    serving.signal("TERM").await;
    assert!(serving.ended(SOON).await.success());
}
