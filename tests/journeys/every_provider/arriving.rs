//! A call arrives live and is whole when it is over.

use ringback_journeys::{cases::Case, setting::Setting};
use ringback_simulator::{CallScript, Ending};
use serde_json::json;

travelled_by!(everybody:
    a_call_is_on_the_board_while_it_goes_on_and_whole_when_it_is_over,
    a_call_that_nobody_takes_is_over_and_misses_nothing,
);

async fn a_call_is_on_the_board_while_it_goes_on_and_whole_when_it_is_over(case: &Case) {
    let setting = Setting::told(&[case]).await;
    let house = setting.start().await;
    let script = CallScript {
        transcript_updates: true,
        ..CallScript::outbound()
    };
    let id = setting.place(case, script);
    let timeline = setting.timeline(&id);

    setting
        .clock
        .set(timeline.answered.expect("it is answered"));
    let begin = setting.deliver_due().await;
    assert!(!begin.is_empty(), "the begin is told");
    for (webhook, answer) in begin {
        assert_eq!(answer.status, 200, "{}: {answer:?}", webhook.kind);
    }
    let call = house
        .call_that(&id, "the begin", |call| call["status"] == "ongoing")
        .await;
    assert_eq!(house.board(), [id.as_str()]);
    assert_eq!(call["ended_at"], json!(null), "nobody told an end");
    assert_eq!(call["missing"], json!([]), "nothing can be there yet");

    for (webhook, answer) in setting.live_through().await {
        assert_eq!(answer.status, 200, "{}: {answer:?}", webhook.kind);
    }
    house
        .call_that(&id, "the end", |call| call["status"] == "ended")
        .await;
    assert!(house.board().is_empty(), "ended calls leave the board");
    house.recording_is(&id, "ready").await;

    let call = house.becomes_whole_in_time(&setting, &id).await;
    if !call["cost"].is_null() {
        assert_eq!(call["cost"]["provisional"], false, "the cost stands");
    }
    assert!(house.alerts().is_empty(), "{:?}", house.alerts());
    let failed = house.events(Some("failed"));
    assert!(failed.is_empty(), "every event was understood: {failed:?}");
    house.engine.shutdown().await;
}

async fn a_call_that_nobody_takes_is_over_and_misses_nothing(case: &Case) {
    let setting = Setting::told(&[case]).await;
    let house = setting.start().await;
    let id = setting.place(case, CallScript::unanswered(Ending::NoAnswer));
    setting.live_through().await;
    let call = house
        .call_that(&id, "its end", |call| {
            call["ended_at"].is_string() || call["ended_reason"].is_object()
        })
        .await;
    house.rests().await;
    let truth = setting.simulator.truth(&id).expect("the provider knows it");
    assert_eq!(call["status"], json!(truth.status));
    let call = house.call(&id).expect("here");
    assert_eq!(call["missing"], json!([]), "{call:#}");
    assert!(house.board().is_empty());
    assert!(house.alerts().is_empty(), "{:?}", house.alerts());
    house.engine.shutdown().await;
}
