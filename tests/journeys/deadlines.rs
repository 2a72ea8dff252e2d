//! Links die. What dies first is brought in first, and a person is told in time.

use std::time::Duration;

use ringback_engine::LINK_DYING;
use ringback_journeys::{
    patience::{A_WHILE, SOON, until},
    setting::{CUSTOM, House, Setting},
};
use ringback_simulator::{AccountSetup, CallScript, Times};

const MINUTE: Duration = Duration::from_secs(60);

async fn backend() -> Setting {
    Setting::webhooks_only_of(vec![AccountSetup::new(CUSTOM, "custom")]).await
}

/// Calls that are over, with links that live for so long.
fn over(setting: &Setting, count: u32, life: Duration) -> Vec<String> {
    setting
        .switches(CUSTOM)
        .turn(|faults| faults.links_expire_after = Some(life));
    let script = || CallScript {
        talk: Some(Duration::from_secs(3)),
        ..CallScript::default()
    };
    (0..count)
        .map(|_| {
            setting
                .world()
                .place_at(CUSTOM, script(), setting.now() - MINUTE)
                .expect("one of ours")
        })
        .collect()
}

fn ready(house: &House, ids: &[String]) -> usize {
    ids.iter()
        .filter(|id| {
            let call = house.call(id);
            call.is_some_and(|call| call["recordings"][0]["state"] == "ready")
        })
        .count()
}

#[tokio::test(flavor = "multi_thread")]
async fn links_that_die_in_ten_minutes_overtake_a_full_queue_of_long_lived_ones() {
    let setting = backend().await;
    let house = setting.start().await;
    // A short recording takes about half a second, three at a time.
    setting
        .switches(CUSTOM)
        .turn(|faults| faults.slow_media = Some(200_000));
    let long = over(&setting, 60, MINUTE * 60 * 24);
    setting.deliver_due().await;
    let short = over(&setting, 10, MINUTE * 10);
    setting.deliver_due().await;
    house.applied().await;
    let began = ready(&house, &long);
    until(A_WHILE, "those that die soon are here", async || {
        (ready(&house, &short) == short.len()).then_some(())
    })
    .await;
    let overtaken = ready(&house, &long);
    assert!(
        overtaken <= began + 12,
        "{began} were here when the short-lived were told, {overtaken} when those were here"
    );
    // What lives longer is none the worse for it.
    setting.pass(MINUTE * 11);
    until(A_WHILE, "all are here", async || {
        (ready(&house, &long) == long.len()).then_some(())
    })
    .await;
    assert!(house.alerts().is_empty(), "{:?}", house.alerts());
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_told_while_a_recording_can_still_be_saved() {
    let setting = backend().await;
    let house = setting.start().await;
    setting.switches(CUSTOM).turn(|faults| {
        faults.break_media = Times::Always;
        faults.break_media_after = 100;
    });
    let ids = over(&setting, 1, MINUTE * 10);
    setting.deliver_due().await;
    house
        .call_that(&ids[0], "a recording that fails", |call| {
            call["recordings"][0]["reason"].is_string()
        })
        .await;
    house.rests().await;
    assert!(house.alerts().is_empty(), "there is time");

    setting.pass(MINUTE * 6);
    house.look();
    let call = house.call(&ids[0]).expect("it is here")["id"].clone();
    until(SOON, "somebody is told", async || {
        let told = house.alerts();
        let is_told = told
            .iter()
            .any(|(kind, subject)| kind == LINK_DYING && call == subject.as_str());
        is_told.then_some(())
    })
    .await;
    house.rests().await;

    setting
        .switches(CUSTOM)
        .turn(|faults| faults.break_media = Times::Never);
    setting.pass(MINUTE);
    house.look();
    house.recording_is(&ids[0], "ready").await;
    assert!(house.alerts().is_empty(), "{:?}", house.alerts());
    house.engine.shutdown().await;
}
