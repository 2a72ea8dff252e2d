//! A call arrives live, by webhooks alone.

use ringback_journeys::{
    setting::{RETELL, Setting, TWILIO},
    truth::{differences, wrong_with_sound},
};
use ringback_simulator::{CallScript, Direction, Ending};

#[tokio::test(flavor = "multi_thread")]
async fn a_call_is_on_the_board_while_it_goes_on_and_everything_about_it_is_here_when_it_ended() {
    let setting = Setting::webhooks_only().await;
    let house = setting.start().await;
    let script = CallScript {
        transcript_updates: true,
        ..CallScript::default()
    };
    let id = setting.simulator.place(RETELL, script).expect("an account");
    let timeline = setting.world().timeline(&id).expect("the call");

    setting
        .clock
        .set(timeline.answered.expect("it is answered"));
    for (delivery, answer) in setting.deliver_due().await {
        assert_eq!(
            (answer.status, answer.word.as_str()),
            (200, "accepted"),
            "{}",
            delivery.kind
        );
    }
    let call = house
        .call_that(&id, "the begin", |call| call["status"] == "ongoing")
        .await;
    assert_eq!(
        house.board(),
        [id.as_str()],
        "it goes on, so it is on the board"
    );
    assert_eq!(
        call["ended_at"],
        serde_json::Value::Null,
        "nobody told an end"
    );
    assert_eq!(
        call["missing"],
        serde_json::json!([]),
        "nothing can be there yet"
    );

    setting.clock.set(timeline.ended);
    setting.deliver_due().await;
    house
        .call_that(&id, "the end", |call| call["status"] == "ended")
        .await;
    assert!(
        house.board().is_empty(),
        "ended calls leave the board at once"
    );

    setting.live_through().await;
    house.recording_is(&id, "ready").await;
    let call = house
        .call_that(&id, "the analysis", |call| call["summary"].is_string())
        .await;
    let truth = setting.simulator.truth(&id).expect("the call");
    assert_eq!(differences(&call, &truth), [""; 0]);
    assert_eq!(
        wrong_with_sound(&call, &truth, &setting.home().recordings()),
        [""; 0]
    );
    assert_eq!(
        call["missing"],
        serde_json::json!([]),
        "nothing is missing any more"
    );
    assert_eq!(
        call["cost"]["provisional"], false,
        "after the analysis the cost stands"
    );
    setting.asked_nothing_in_vain();
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_telephone_call_with_a_transfer_is_one_conversation_with_two_legs() {
    let setting = Setting::webhooks_only().await;
    let house = setting.start().await;
    let script = CallScript {
        ending: Ending::Transferred,
        direction: Direction::Outbound,
        ..CallScript::default()
    };
    let id = setting.simulator.place(TWILIO, script).expect("an account");
    let timeline = setting.world().timeline(&id).expect("the call");
    setting
        .clock
        .set(timeline.answered.expect("it is answered"));
    setting.deliver_due().await;
    house
        .call_that(&id, "the begin", |call| call["status"] == "ongoing")
        .await;
    assert_eq!(house.board(), [id.as_str()]);

    setting.live_through().await;
    house.recording_is(&id, "ready").await;
    // The price comes a minute after the end, and nobody tells: the call is asked for again.
    setting
        .clock
        .set(timeline.ended + std::time::Duration::from_secs(15 * 60 + 1));
    house.becomes_whole(&setting, &id).await;
    assert!(house.board().is_empty());
    let ids: Vec<_> = house
        .calls(&ringback_api::dto::CallQuery::default())
        .iter()
        .map(|call| call["provider_call_id"].clone())
        .collect();
    assert_eq!(ids, [id.as_str()], "a leg is no call of its own");
    house.engine.shutdown().await;
}
