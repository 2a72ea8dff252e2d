//! A call goes on and on, and nothing is heard of it.

use std::time::Duration;

use ringback_engine::{EngineError, EngineOptions, STUCK};
use ringback_journeys::{
    patience::{SOON, until},
    setting::{CUSTOM, House, RETELL, Setting},
};
use ringback_simulator::{CallScript, Reach};

const HOUR: Duration = Duration::from_secs(3600);

/// A call whose begin was told, and nothing after it.
async fn begun(setting: &Setting, house: &House, account: &str, script: CallScript) -> String {
    let id = setting.simulator.place(account, script);
    let id = id.expect("one of ours");
    let answered = setting.timeline(&id).answered.expect("it is answered");
    setting.clock.set(answered);
    setting.deliver_due().await;
    house
        .call_that(&id, "the begin", |call| call["status"] == "ongoing")
        .await;
    id
}

/// The words of the open alerts about calls that hang.
fn told(house: &House) -> Vec<String> {
    let alerts = house.engine.read(|reader| reader.alerts().open());
    let alerts = alerts.expect("readable").into_iter();
    alerts
        .filter(|alert| alert.what.kind == STUCK)
        .map(|alert| {
            alert.what.params["because"]
                .as_str()
                .expect("a word")
                .to_owned()
        })
        .collect()
}

async fn is_told(house: &House, because: &str) {
    until(
        SOON,
        format!("it is told that a call hangs: {because}"),
        async || (told(house) == [because]).then_some(()),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_whose_end_was_lost_is_asked_about_and_resolved() {
    let setting = Setting::webhooks_only().await;
    let house = setting.start().await;
    let id = begun(&setting, &house, RETELL, CallScript::default()).await;
    setting.miss_everything();
    setting.pass(HOUR);
    assert_eq!(
        house.board(),
        std::slice::from_ref(&id),
        "an hour is not long"
    );
    setting.pass(HOUR + Duration::from_secs(60));
    house.becomes_whole(&setting, &id).await;
    assert_eq!(told(&house), [""; 0]);
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_goes_on_by_the_providers_word_is_flagged_once_until_there_is_news() {
    let setting = Setting::webhooks_only().await;
    let house = setting.start().await;
    let endless = CallScript {
        talk: Some(HOUR * 4),
        ..CallScript::default()
    };
    let id = begun(&setting, &house, RETELL, endless).await;
    let _lost = setting.world().webhooks_due(setting.now());
    setting.pass(HOUR * 2 + Duration::from_secs(60));
    is_told(&house, "still_ongoing").await;

    // Somebody has seen it; the next looks do not tell again.
    let alerts = house.engine.read(|reader| reader.alerts().open());
    let alert = alerts.expect("readable").first().expect("one").id;
    let seen = house
        .engine
        .write(move |writer| writer.alerts_mut().acknowledge(alert));
    assert!(seen.await.expect("written"));
    setting.world().forget_seen();
    setting.pass(HOUR);
    until(SOON, "the provider is asked again", async || {
        let seen = setting.world().seen();
        seen.iter()
            .any(|seen| seen.path.contains(&id))
            .then_some(())
    })
    .await;
    assert_eq!(told(&house), [""; 0]);

    setting.clock.set(setting.timeline(&id).settled());
    house.engine.check_call(&id).await.expect("it can be asked");
    house.becomes_whole(&setting, &id).await;
    let standing = house.engine.read(|reader| {
        let id = reader.calls().named(&id)?[0].to_string();
        reader.alerts().standing(STUCK, &id)
    });
    assert_eq!(
        standing.expect("readable"),
        None,
        "it does not hang any more"
    );
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_does_not_answer_is_asked_three_times_before_anybody_is_told() {
    let setting = Setting::webhooks_only().await;
    let house = setting.start().await;
    let id = begun(&setting, &house, RETELL, CallScript::default()).await;
    setting.miss_everything();
    setting
        .switches(RETELL)
        .turn(|faults| faults.reach = Reach::HangsUp);
    for round in 0..3 {
        assert_eq!(told(&house), [""; 0], "round {round}");
        setting.world().forget_seen();
        setting.pass(if round == 0 {
            HOUR * 2 + Duration::from_secs(60)
        } else {
            Duration::from_secs(90)
        });
        until(SOON, "the provider is asked", async || {
            let seen = setting.world().seen();
            // A request and its tries again.
            (seen.iter().filter(|seen| seen.path.contains(&id)).count() >= 4).then_some(())
        })
        .await;
    }
    is_told(&house, "unreachable").await;
    setting
        .switches(RETELL)
        .turn(|faults| faults.reach = Reach::Up);
    house.engine.check_call(&id).await.expect("it answers");
    house.becomes_whole(&setting, &id).await;
    assert_eq!(told(&house), [""; 0]);
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nobody_can_be_asked_a_person_ends_it_and_a_rebuild_says_the_same() {
    let setting = Setting::with_backend().await;
    setting.configure(|text| {
        text.replace(
            "provider = \"custom\"",
            "provider = \"custom\"\nstuck_after = \"30m\"",
        )
    });
    let house = setting.start().await;
    let id = begun(&setting, &house, CUSTOM, CallScript::default()).await;
    setting.miss_everything();
    setting.pass(HOUR);
    is_told(&house, "cannot_ask").await;
    assert!(matches!(
        house.engine.check_call(&id).await,
        Err(EngineError::NotNow(_))
    ));
    house.engine.mark_call_ended(&id).await.expect("it goes on");
    let call = house
        .call_that(&id, "the end", |call| call["status"] == "ended")
        .await;
    assert_eq!(
        call["ended_reason"],
        serde_json::Value::Null,
        "nobody told it"
    );
    assert_eq!(told(&house), [""; 0]);
    assert!(matches!(
        house.engine.mark_call_ended(&id).await,
        Err(EngineError::NotNow(_))
    ));
    house.engine.shutdown().await;

    let options = EngineOptions {
        background: false,
        ..setting.options()
    };
    ringback_engine::rebuild(options).await.expect("rebuilt");
    let house = setting.start().await;
    assert_eq!(house.call(&id).expect("here")["status"], "ended");
    house.engine.shutdown().await;
}
