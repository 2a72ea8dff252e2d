//! The machine sleeps for a night, and the night's webhooks are lost.

use std::time::Duration;

use ringback_journeys::setting::{RETELL, Setting, TWILIO};
use ringback_simulator::CallScript;

#[tokio::test(flavor = "multi_thread")]
async fn after_a_night_everything_is_caught_up_on_by_itself() {
    let setting = Setting::polling().await;
    let house = setting.start().await;
    let evening = setting
        .simulator
        .place(RETELL, CallScript::default())
        .expect("one of ours");
    let timeline = setting.world().timeline(&evening).expect("the call");
    setting
        .clock
        .set(timeline.answered.expect("it is answered"));
    setting.deliver_due().await;
    house
        .call_that(&evening, "the begin", |call| call["status"] == "ongoing")
        .await;

    let asleep = setting.now();
    let mut ids = vec![evening];
    for hour in 0..8u64 {
        for account in [RETELL, TWILIO] {
            let at = asleep + Duration::from_secs(hour * 3600 + 600);
            let id = setting.world().place_at(account, CallScript::default(), at);
            ids.push(id.expect("one of ours"));
        }
    }
    let morning = asleep + Duration::from_secs(8 * 3600);
    let lost = setting.world().webhooks_due(morning);
    assert!(lost.len() > 16, "there would have been a lot to hear");
    setting.clock.set(morning);

    for id in &ids {
        house.becomes_whole(&setting, id).await;
    }
    assert!(
        house.board().is_empty(),
        "what went on in the evening is over"
    );
    assert!(
        house.alerts().is_empty(),
        "a night is nothing to worry about: {:?}",
        house.alerts()
    );
    house.engine.shutdown().await;
}
