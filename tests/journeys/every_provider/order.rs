//! What is told twice, and backwards.

use ringback_journeys::{
    cases::Case,
    setting::{House, Setting},
    truth::unequal,
};
use ringback_simulator::{CallScript, Delivery, Direction, Ending};
use serde_json::Value;

travelled_by!(everybody:
    webhooks_that_come_twice_and_backwards_give_the_same_call,
    a_repetition_is_answered_as_one_and_changes_nothing,
);

/// A call with all that can be told of it, due at once.
async fn told_at_once(case: &Case) -> (Setting, House, String, Vec<Delivery>) {
    let setting = Setting::told(&[case]).await;
    let house = setting.start().await;
    let script = CallScript {
        direction: Direction::Outbound,
        ending: Ending::Transferred,
        transcript_updates: true,
        ..CallScript::default()
    };
    let id = setting.place(case, script);
    setting.clock.set(setting.timeline(&id).settled());
    let webhooks = setting.world().webhooks_due(setting.now());
    assert!(webhooks.len() >= 3, "{} webhooks", webhooks.len());
    (setting, house, id, webhooks)
}

async fn whole(setting: &Setting, house: &House, id: &str) -> Value {
    house.becomes_whole_in_time(setting, id).await;
    house.rests().await;
    house.call(id).expect("here")
}

async fn webhooks_that_come_twice_and_backwards_give_the_same_call(case: &Case) {
    let (setting, house, id, webhooks) = told_at_once(case).await;
    for webhook in &webhooks {
        let answer = setting.post(webhook).await;
        assert_eq!(answer.word, "accepted", "{}", webhook.kind);
    }
    let in_order = whole(&setting, &house, &id).await;
    house.engine.shutdown().await;

    let (setting, house, id, webhooks) = told_at_once(case).await;
    for webhook in webhooks.iter().rev() {
        let answer = setting.post(webhook).await;
        assert_eq!(answer.word, "accepted", "{}", webhook.kind);
        let again = setting.post(&setting.world().signed_again(webhook)).await;
        assert_eq!(again.word, "duplicate", "{}", webhook.kind);
    }
    let backwards = whole(&setting, &house, &id).await;
    assert_eq!(unequal(&backwards, &in_order), [""; 0]);
    house.engine.shutdown().await;
}

async fn a_repetition_is_answered_as_one_and_changes_nothing(case: &Case) {
    let (setting, house, id, webhooks) = told_at_once(case).await;
    for webhook in &webhooks {
        setting.post(webhook).await;
    }
    whole(&setting, &house, &id).await;
    let (before, events) = (house.changes(), house.events(None).len());
    for webhook in &webhooks {
        let answer = setting.post(&setting.world().signed_again(webhook)).await;
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
