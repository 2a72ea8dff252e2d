//! Events without a signature: strangers, or providers that do not sign.

use ringback_journeys::{cases::Case, setting::Setting};
use ringback_simulator::{CallScript, Delivery};

travelled_by!(everybody:
    what_is_not_signed_is_refused_and_brings_about_nothing,
);
travelled_by!(who_takes_hints:
    of_what_is_not_signed_only_the_id_counts_and_the_provider_is_asked,
);

/// The same without anything that says who sent it.
fn unsigned(webhook: &Delivery) -> Delivery {
    let mut unsigned = webhook.clone();
    unsigned.headers.retain(|(name, _)| *name == "content-type");
    unsigned
}

async fn what_is_not_signed_is_refused_and_brings_about_nothing(case: &Case) {
    let setting = Setting::told(&[case]).await;
    let house = setting.start().await;
    let id = setting.place(case, CallScript::outbound());
    setting.clock.set(setting.timeline(&id).settled());
    let webhooks = setting.world().webhooks_due(setting.now());
    for webhook in &webhooks {
        let answer = setting.post(&unsigned(webhook)).await;
        assert_eq!((answer.status, answer.word.as_str()), (401, "rejected"));
        assert!(answer.reason.is_some(), "it says why");
    }
    house.rests().await;
    assert_eq!(house.call(&id), None, "nothing came of it");
    assert!(house.events(None).is_empty(), "the journal is for others");
    assert!(setting.world().seen().is_empty(), "nobody is asked");

    for webhook in &webhooks {
        let answer = setting.post(webhook).await;
        assert_eq!(answer.status, 200, "the real one is still new");
        assert_ne!(answer.word, "duplicate", "{}", webhook.kind);
    }
    house.becomes_whole_in_time(&setting, &id).await;
    house.engine.shutdown().await;
}

async fn of_what_is_not_signed_only_the_id_counts_and_the_provider_is_asked(case: &Case) {
    let setting = Setting::told(&[case]).await;
    setting.configure(|text| {
        text.replace(
            "allow_private_network = true",
            "allow_private_network = true\npoll_every = \"0s\"\naccept_unsigned = true",
        )
    });
    let house = setting.start().await;
    let id = setting.place(case, CallScript::outbound());
    let invented = setting.place(case, CallScript::outbound());
    let world = setting.world();
    world.delete(&invented).expect("nobody knows it");
    let timeline = setting.timeline(&id);
    // Everything up to the end is told while the call goes on: a lie, by whoever it is.
    setting
        .clock
        .set(timeline.answered.expect("it is answered"));
    let lies = world.webhooks_due(timeline.settled());
    assert!(lies.len() > 3, "{} webhooks of two calls", lies.len());
    for lie in &lies {
        let answer = setting.post(&unsigned(lie)).await;
        assert_eq!(answer.status, 200, "{}: {answer:?}", lie.kind);
    }
    let call = house
        .call_that(&id, "what the provider says", |call| {
            call["status"] == "ongoing"
        })
        .await;
    house.rests().await;
    assert_eq!(call["ended_at"], serde_json::Value::Null);
    assert_eq!(
        house.call(&id).expect("here")["status"],
        "ongoing",
        "it is not over because somebody says so"
    );
    assert_eq!(house.call(&invented), None, "nobody knows such a call");
    for event in house.events(None) {
        assert!(
            event.source == "snapshot" || event.state == "ignored",
            "nothing of a hint is applied: {event:?}"
        );
    }

    // A real one is no repetition of a lie.
    setting.clock.set(timeline.settled());
    for lie in lies.iter().filter(|lie| lie.call_id == id) {
        let answer = setting.post(&world.signed_again(lie)).await;
        assert_eq!(answer.status, 200, "{}: {answer:?}", lie.kind);
        assert_ne!(answer.word, "duplicate", "{}", lie.kind);
    }
    house.becomes_whole_in_time(&setting, &id).await;
    house.engine.shutdown().await;
}
