//! Another program holds the database for longer than we wait.

use std::time::Duration;

use ringback_engine::{EngineError, store::StoreError};
use ringback_journeys::setting::{RETELL, Setting};
use ringback_simulator::CallScript;

#[tokio::test(flavor = "multi_thread")]
async fn events_that_come_meanwhile_wait_and_none_is_taken_for_one_that_cannot_be_applied() {
    let setting = Setting::of_one(RETELL, "retell", "0s").await;
    let house = setting.start().await;
    house.rests().await;
    let database = setting.home().database();
    let other = rusqlite::Connection::open(database).expect("opens");
    other.busy_timeout(Duration::from_secs(60)).expect("sets");
    other
        .execute_batch("BEGIN IMMEDIATE")
        .expect("holds the lock");
    let id = setting.simulator.place(RETELL, CallScript::default());
    let id = id.expect("one of ours");
    let answers = setting.live_through().await;
    assert!(answers.len() >= 2, "{answers:?}");
    for (webhook, answer) in &answers {
        assert_eq!(answer.word, "accepted", "{}", webhook.kind);
    }
    for _ in 0..2 {
        let engine = house.engine.clone();
        let tried = tokio::task::spawn_blocking(move || engine.apply_pending()).await;
        let tried = tried.expect("it does not panic");
        assert!(
            matches!(tried, Err(EngineError::Store(StoreError::Busy))),
            "{tried:?}"
        );
    }
    other.execute_batch("ROLLBACK").expect("lets go");

    house.applied().await;
    house.recording_is(&id, "ready").await;
    house.rests().await;
    for event in house.events(None) {
        assert_eq!(event.state, "applied", "{event:?}");
    }
    house.engine.shutdown().await;
}
