//! The machine's clock was ahead for a while and is set right.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use ringback_engine::EngineOptions;
use ringback_journeys::{
    cases::Case,
    patience::{SOON, until},
    setting::{House, Setting},
};
use ringback_model::Clock;
use ringback_simulator::CallScript;

const HOUR: i64 = 3600;

/// Up to when the account's list is known to be complete.
fn walked_until(house: &House, case: &Case) -> Option<Timestamp> {
    house.ledger(case.account).walked_until?.parse().ok()
}

async fn is_walked(house: &House, case: &Case, until_when: Timestamp) {
    until(
        SOON,
        format!("the list is read up to {until_when}"),
        async || walked_until(house, case).filter(|until| *until >= until_when),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happened_while_the_clock_was_ahead_is_here_after_the_next_poll() {
    // Their lists are asked for what changed since the last one: three hours of overlap do not help.
    let case = Case::of("vapi");
    let setting = Setting::asking(&[case]).await;
    let ahead = Arc::new(AtomicI64::new(2 * HOUR));
    let (world, by) = (setting.world().clone(), ahead.clone());
    let clock = move || world.now() + SignedDuration::from_secs(by.load(Ordering::SeqCst));
    let options = EngineOptions {
        clock: Clock::from_fn(clock),
        ..setting.options()
    };
    let house = setting.start_as(options).await.expect("it starts");
    is_walked(&house, case, setting.now()).await;
    assert_eq!(
        walked_until(&house, case),
        Some(setting.now()),
        "by the provider's clock, not by ours"
    );
    let id = setting.place(case, CallScript::default());
    setting.miss_everything();

    ahead.store(0, Ordering::SeqCst);
    setting.pass(Duration::from_secs(5 * 60));
    let now = setting.now();
    house.look();
    house.becomes_whole(&setting, &id).await;
    is_walked(&house, case, now).await;
    assert!(walked_until(&house, case) <= Some(setting.now()));
    assert!(house.alerts().is_empty(), "{:?}", house.alerts());
    house.engine.shutdown().await;
}
