//! Webhooks come twice, backwards, and long after the fact.

use ringback_journeys::{
    setting::{House, RETELL, Setting, TWILIO},
    truth::unequal,
};
use ringback_simulator::{CallScript, Delivery, Direction, Ending};
use serde_json::Value;

/// Two calls with everything that is told about them, all of it due at once.
async fn setting_with_webhooks() -> (Setting, House, [String; 2], Vec<Delivery>) {
    let setting = Setting::webhooks_only().await;
    let house = setting.start().await;
    let script = CallScript {
        transcript_updates: true,
        ..CallScript::default()
    };
    let transferred = CallScript {
        direction: Direction::Outbound,
        ending: Ending::Transferred,
        ..CallScript::default()
    };
    let ids = [(RETELL, script), (TWILIO, transferred)].map(|(account, script)| {
        setting
            .simulator
            .place(account, script)
            .expect("an account")
    });
    setting
        .clock
        .set("2026-03-01T10:20:00Z".parse().expect("a time"));
    let webhooks = setting.world().webhooks_due(setting.now());
    assert!(webhooks.len() > 8, "a call says a lot: {}", webhooks.len());
    (setting, house, ids, webhooks)
}

async fn ready(setting: &Setting, house: &House, ids: &[String; 2]) -> [Value; 2] {
    let mut calls = Vec::new();
    for id in ids {
        house.recording_is(id, "ready").await;
    }
    // A question that is asked at one time and answered at another gets half of each answer.
    house.rests().await;
    // Twilio's prices are asked for once more, two hours after the end.
    setting
        .clock
        .set("2026-03-01T12:10:00Z".parse().expect("a time"));
    house.look();
    for id in ids {
        let whole = |call: &Value| call["missing"] == serde_json::json!([]);
        calls.push(house.call_that(id, "everything", whole).await);
    }
    house.rests().await;
    calls.try_into().expect("two")
}

#[tokio::test(flavor = "multi_thread")]
async fn webhooks_that_come_twice_and_backwards_give_the_same_calls_as_in_their_order() {
    let (setting, house, ids, webhooks) = setting_with_webhooks().await;
    for webhook in &webhooks {
        assert_eq!(setting.post(webhook).await.word, "accepted");
    }
    let in_order = ready(&setting, &house, &ids).await;
    house.engine.shutdown().await;

    let (setting, house, ids, webhooks) = setting_with_webhooks().await;
    for webhook in webhooks.iter().rev() {
        assert_eq!(
            setting.post(webhook).await.word,
            "accepted",
            "{}",
            webhook.kind
        );
        assert_eq!(
            setting.post(webhook).await.word,
            "duplicate",
            "{}",
            webhook.kind
        );
    }
    let backwards = ready(&setting, &house, &ids).await;
    for (backwards, in_order) in backwards.iter().zip(&in_order) {
        assert_eq!(
            unequal(backwards, in_order),
            [""; 0],
            "the order in which things are heard of does not matter"
        );
    }
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repetition_is_answered_as_one_and_changes_nothing() {
    let (setting, house, ids, webhooks) = setting_with_webhooks().await;
    for webhook in &webhooks {
        setting.post(webhook).await;
    }
    ready(&setting, &house, &ids).await;
    let (before, events) = (house.changes(), house.events(None).len());

    for webhook in &webhooks {
        // A provider signs anew when it tries again, so the header differs and the event does not.
        let again = setting.world().signed_again(webhook);
        let answer = setting.post(&again).await;
        assert_eq!(
            (answer.status, answer.word.as_str()),
            (200, "duplicate"),
            "{}",
            webhook.kind
        );
    }
    house.rests().await;
    assert_eq!(house.changes(), before, "not a row was touched");
    assert_eq!(house.events(None).len(), events, "each event is there once");
    house.engine.shutdown().await;
}
