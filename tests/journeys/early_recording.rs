//! A recording is announced before anything was heard of its call.

use std::time::Duration;

use ringback_journeys::setting::{Setting, TWILIO};
use ringback_simulator::{CallScript, Reach};

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_before_its_call_is_fetched_and_the_call_is_asked_for() {
    let setting = Setting::webhooks_only().await;
    setting
        .switches(TWILIO)
        .turn(|faults| faults.recording_before_call = true);
    let house = setting.start().await;
    let id = setting
        .simulator
        .place(TWILIO, CallScript::default())
        .expect("one of ours");
    let timeline = setting.world().timeline(&id).expect("the call");
    setting
        .clock
        .set(timeline.recording_ready.expect("it is recorded"));
    let delivered = setting.deliver_due().await;
    let kinds: Vec<_> = delivered
        .iter()
        .map(|(webhook, _)| webhook.kind.as_str())
        .collect();
    assert_eq!(
        kinds,
        ["recording-completed"],
        "only the recording was told of"
    );

    house.recording_is(&id, "ready").await;
    house
        .call_that(&id, "the call itself", |call| call["status"] == "ended")
        .await;
    let after: Vec<_> = setting.live_through().await;
    assert!(
        after.iter().all(|(_, answer)| answer.word == "accepted"),
        "{after:?}"
    );
    setting
        .clock
        .set(timeline.ended + Duration::from_secs(15 * 60 + 1));
    house.look();
    house.becomes_whole(&setting, &id).await;
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_when_the_provider_cannot_be_asked_about_the_call() {
    let setting = Setting::webhooks_only().await;
    let switches = setting.switches(TWILIO);
    switches.turn(|faults| {
        faults.recording_before_call = true;
        faults.reach = Reach::Unavailable;
    });
    let house = setting.start().await;
    let id = setting
        .simulator
        .place(TWILIO, CallScript::default())
        .expect("one of ours");
    let timeline = setting.world().timeline(&id).expect("the call");
    setting
        .clock
        .set(timeline.recording_ready.expect("it is recorded"));
    setting.deliver_due().await;
    let early = house
        .call_that(&id, "a recording", |call| call["recordings"][0].is_object())
        .await;
    let recording = early["recordings"][0]["id"].clone();

    setting.live_through().await;
    house
        .call_that(&id, "the end", |call| call["status"] == "ended")
        .await;
    switches.turn(|faults| faults.reach = Reach::Up);
    setting.pass(Duration::from_secs(31));
    house.look();
    let call = house.recording_is(&id, "ready").await;
    assert_eq!(
        call["recordings"][0]["id"], recording,
        "it is the same recording"
    );
    assert_eq!(
        call["recordings"].as_array().map(Vec::len),
        Some(1),
        "and the only one"
    );
    assert_eq!(call["id"], early["id"], "and the same call");
    house.engine.shutdown().await;
}
