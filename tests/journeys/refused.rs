//! A webhook that was turned away may have been a real one.

use std::time::Duration;

use ringback_journeys::{
    patience::{SOON, until},
    program::Ringback,
    setting::{RETELL, Setting, TWILIO},
};
use ringback_simulator::{CallScript, Delivery};
use serde_json::Value;

/// The same with a signature that does not fit.
pub(crate) fn forged(delivery: &Delivery) -> Delivery {
    let mut forged = delivery.clone();
    for (name, value) in &mut forged.headers {
        if name.contains("signature") {
            let wrong = if value.ends_with('0') { '1' } else { '0' };
            value.pop();
            value.push(wrong);
        }
    }
    forged
}

#[tokio::test(flavor = "multi_thread")]
async fn five_minutes_after_a_refused_webhook_of_a_known_call_the_provider_is_asked() {
    for account in [RETELL, TWILIO] {
        let setting = Setting::webhooks_only().await;
        let house = setting.start().await;
        let id = setting
            .simulator
            .place(account, CallScript::outbound())
            .expect("one of ours");
        let timeline = setting.world().timeline(&id).expect("the call");
        setting
            .clock
            .set(timeline.answered.expect("it is answered"));
        setting.deliver_due().await;
        house
            .call_that(&id, "the begin", |call| call["status"] == "ongoing")
            .await;

        setting.clock.set(timeline.ended);
        for webhook in setting.world().webhooks_due(setting.now()) {
            let answer = setting.post(&forged(&webhook)).await;
            assert_eq!((answer.status, answer.word.as_str()), (401, "rejected"));
            assert!(answer.reason.is_some(), "it says why");
        }
        setting.miss_everything();
        let due = until(SOON, "a question is planned", async || {
            house
                .engine
                .read(|reader| reader.jobs().next_due(&["resync"]))
                .ok()
                .flatten()
        })
        .await;
        assert_eq!(
            due.duration_since(timeline.ended).as_secs(),
            300,
            "five minutes later"
        );
        assert_eq!(
            house.call(&id).expect("here")["status"],
            "ongoing",
            "a forgery tells nothing"
        );
        let refused =
            ringback_api::cli::events(&house.engine, Some("rejected"), 10).expect("listed");
        assert!(!refused.is_empty() && refused.iter().all(|event| event.reason.is_some()));
        for event in &refused {
            assert_eq!(event.provider, None, "nobody knows who sent it");
            let shown = ringback_api::cli::event(&house.engine, &event.id).expect("it is kept");
            assert_eq!((&shown.id, &shown.reason), (&event.id, &event.reason));
            assert!(shown.body.is_some(), "with what was sent");
        }

        setting.clock.set(due.max(setting.now()));
        house.look();
        house
            .call_that(&id, "the end", |call| call["status"] == "ended")
            .await;
        house.recording_is(&id, "ready").await;
        house.engine.shutdown().await;
        what_was_refused_is_shown(&setting.program()).await;
    }
}

async fn what_was_refused_is_shown(program: &Ringback) {
    let listed = program
        .json(&["events", "list", "--state", "rejected", "--limit", "1"])
        .await;
    assert_eq!(listed[0]["provider"], Value::Null);
    let id = listed[0]["id"].as_str().expect("an id");
    let shown = program.json(&["events", "show", id]).await;
    assert_eq!(shown["reason"], listed[0]["reason"], "{shown}");
    assert!(!shown["body"].is_null(), "{shown}");
    let replayed = program.run(&["events", "replay", id, "--json"]).await;
    assert_eq!(replayed.code, Some(2), "{replayed:?}");
    assert_eq!(replayed.json()["error"]["code"], "bad_request");
    let gone = program
        .run(&["events", "show", "refused-0", "--json"])
        .await;
    assert_eq!(gone.code, Some(1), "{gone:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_learns_nothing_brings_about_nothing_and_takes_no_event_s_place() {
    let setting = Setting::webhooks_only().await;
    let house = setting.start().await;
    let id = setting
        .simulator
        .place(RETELL, CallScript::default())
        .expect("one of ours");
    setting
        .clock
        .set(setting.world().timeline(&id).expect("the call").settled());
    let webhooks = setting.world().webhooks_due(setting.now());
    for webhook in &webhooks {
        assert_eq!(setting.post(&forged(webhook)).await.status, 401);
    }
    assert_eq!(house.call(&id), None, "nothing came of it");
    let jobs = house
        .engine
        .read(|reader| reader.jobs().next_due(&["resync", "fetch"]));
    assert_eq!(
        jobs.expect("readable"),
        None,
        "nobody is asked because of a stranger"
    );
    assert!(setting.world().seen().is_empty());
    for webhook in &webhooks {
        assert_eq!(
            setting.post(webhook).await.word,
            "accepted",
            "the real one is still new"
        );
    }
    house.recording_is(&id, "ready").await;
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_of_another_shape_than_documented_does_not_leave_its_call_going_on() {
    let setting = Setting::webhooks_only().await;
    let house = setting.start().await;
    let id = setting
        .simulator
        .place(RETELL, CallScript::default())
        .expect("one of ours");
    let timeline = setting.world().timeline(&id).expect("the call");
    setting
        .clock
        .set(timeline.answered.expect("it is answered"));
    setting.deliver_due().await;
    house
        .call_that(&id, "the begin", |call| call["status"] == "ongoing")
        .await;
    setting.miss_everything();
    setting.pass(Duration::from_secs(60));
    // Signed by the provider, of the kind that tells the end, and of another shape than documented.
    let body = format!(
        "{{\"event\":\"call_ended\",\"call\":{{\"call_id\":\"{id}\",\"end_timestamp\":{{}},\"call_status\":[]}}}}"
    );
    let answer = ringback_journeys::signing::post_to_retell(&setting, body.into_bytes()).await;
    assert_eq!(answer.status, 200, "it is real, so it is kept: {answer:?}");
    house.applied().await;
    setting.pass(Duration::from_secs(300));
    house.look();
    house
        .call_that(&id, "the end", |call| call["status"] == "ended")
        .await;
    house.recording_is(&id, "ready").await;
    house.engine.shutdown().await;
}
