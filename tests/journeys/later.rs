//! What a provider knows only later is asked for later: after 15 minutes, 2 hours and a day.

use std::time::Duration;

use jiff::Timestamp;
use ringback_journeys::{
    patience::{SOON, until},
    setting::{House, RETELL, Setting, TWILIO},
    truth::differences,
};
use ringback_simulator::CallScript;

/// When the call will be asked for next.
fn next_question(house: &House) -> Option<Timestamp> {
    house
        .engine
        .read(|reader| reader.jobs().next_due(&["resync"]))
        .expect("readable")
}

async fn next_question_is(house: &House, at: Option<Timestamp>) {
    until(
        SOON,
        format!("the next question is due at {at:?}"),
        async || (next_question(house) == at).then_some(()),
    )
    .await;
}

fn after(ended: Timestamp, minutes: u64) -> Timestamp {
    ended + Duration::from_secs(minutes * 60)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_price_that_comes_late_is_found_at_the_first_question_after_it() {
    let setting = Setting::webhooks_only().await;
    let house = setting.start().await;
    let script = CallScript {
        price_after: Duration::from_secs(30 * 60),
        ..CallScript::default()
    };
    let id = setting
        .simulator
        .place(TWILIO, script)
        .expect("one of ours");
    let ended = setting.world().timeline(&id).expect("the call").ended;
    setting.live_through().await;
    house.recording_is(&id, "ready").await;
    let call = house.call(&id).expect("here");
    assert_eq!(call["missing"], serde_json::json!(["cost"]));
    assert_eq!(
        call["cost"],
        serde_json::Value::Null,
        "not told yet is not free of charge"
    );
    next_question_is(&house, Some(after(ended, 15))).await;

    setting.clock.set(after(ended, 15));
    house.look();
    next_question_is(&house, Some(after(ended, 120))).await;
    assert_eq!(
        house.call(&id).expect("here")["missing"],
        serde_json::json!(["cost"])
    );

    setting.clock.set(after(ended, 120));
    house.look();
    let call = house
        .call_that(&id, "the price", |call| call["cost"].is_object())
        .await;
    let truth = setting.simulator.truth(&id).expect("the call");
    assert_eq!(differences(&call, &truth), [""; 0]);
    assert_eq!(call["missing"], serde_json::json!([]));
    next_question_is(&house, None).await;
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_analysis_whose_webhook_is_lost_is_found_after_a_quarter_of_an_hour() {
    let setting = Setting::webhooks_only().await;
    let house = setting.start().await;
    let id = setting
        .simulator
        .place(RETELL, CallScript::default())
        .expect("one of ours");
    let timeline = setting.world().timeline(&id).expect("the call");
    setting.clock.set(timeline.ended);
    setting.deliver_due().await;
    setting.miss_everything();
    house.recording_is(&id, "ready").await;
    next_question_is(&house, Some(after(timeline.ended, 15))).await;
    setting.clock.set(after(timeline.ended, 15));
    house.look();
    let call = house
        .call_that(&id, "the analysis", |call| call["summary"].is_string())
        .await;
    let truth = setting.simulator.truth(&id).expect("the call");
    assert_eq!(differences(&call, &truth), [""; 0]);
    next_question_is(&house, None).await;
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_day_nobody_asks_any_more_by_itself() {
    let setting = Setting::webhooks_only().await;
    let house = setting.start().await;
    let script = CallScript {
        price_after: Duration::from_secs(90 * 3600),
        ..CallScript::default()
    };
    let id = setting
        .simulator
        .place(TWILIO, script)
        .expect("one of ours");
    let ended = setting.world().timeline(&id).expect("the call").ended;
    setting.live_through().await;
    house.recording_is(&id, "ready").await;
    for (minutes, next) in [(15, Some(120)), (120, Some(24 * 60)), (24 * 60, None)] {
        setting.clock.set(after(ended, minutes));
        house.look();
        next_question_is(&house, next.map(|minutes| after(ended, minutes))).await;
    }
    assert_eq!(
        house.call(&id).expect("here")["missing"],
        serde_json::json!(["cost"])
    );
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_correction_that_nobody_told_wins_when_it_is_heard_of() {
    let setting = Setting::webhooks_only().await;
    let house = setting.start().await;
    let script = CallScript {
        correction: Some(ringback_simulator::Correction {
            after: Duration::from_secs(600),
            extra_cost_micros: 7_000,
            extra_duration: Duration::from_secs(3),
        }),
        ..CallScript::default()
    };
    let id = setting
        .simulator
        .place(RETELL, script)
        .expect("one of ours");
    setting.live_through().await;
    house
        .call_that(&id, "everything", |call| {
            call["missing"] == serde_json::json!([])
        })
        .await;
    let before = house.call(&id).expect("here");
    setting.pass(Duration::from_secs(3600));
    let request = ringback_engine::resync::Request {
        scope: ringback_engine::resync::Scope::Call(id.clone()),
        account: None,
        dry_run: false,
    };
    house
        .engine
        .resync(request)
        .await
        .expect("known")
        .finished()
        .await;
    let call = house.call(&id).expect("here");
    let truth = setting.simulator.truth(&id).expect("the call");
    assert_eq!(differences(&call, &truth), [""; 0]);
    assert_ne!(call["cost"]["amount"], before["cost"]["amount"]);
    assert_ne!(call["duration_ms"], before["duration_ms"]);
    house.engine.shutdown().await;
}
