//! A provider that wants to be left alone, does not know the key any more, or is away for a day.

use std::time::Duration;

use ringback_journeys::{
    cases::Case,
    patience::{SOON, until},
    setting::{House, Setting},
    truth::wrong_with_sound,
};
use ringback_simulator::{CallScript, Faults, Host, Reach, Times};

travelled_by!(who_can_be_asked:
    a_storm_of_429_is_sat_out_as_the_provider_asks,
    a_revoked_key_is_told_and_with_a_new_one_nothing_is_lost,
    a_provider_that_is_away_for_a_day_is_caught_up_on,
);

/// Links in webhooks are dead when these arrive, so that a fresh one has to be asked for.
fn only_the_api_helps(faults: &mut Faults) {
    faults.links_expire_after = Some(Duration::from_secs(10));
    faults.delay_webhooks = Duration::from_secs(60);
}

async fn is_sound(setting: &Setting, house: &House, id: &str) {
    let call = house.recording_is(id, "ready").await;
    let truth = setting.simulator.truth(id).expect("the provider knows it");
    assert_eq!(
        wrong_with_sound(&call, &truth, &setting.home().recordings()),
        [""; 0]
    );
}

async fn a_storm_of_429_is_sat_out_as_the_provider_asks(case: &Case) {
    const WAIT: Duration = Duration::from_secs(20);
    let setting = Setting::told(&[case]).await;
    setting.switches(case.account).turn(|faults| {
        only_the_api_helps(faults);
        faults.too_many_requests = Times::Next(5);
        faults.retry_after = Some(WAIT);
    });
    let house = setting.start().await;
    let id = setting.place(case, CallScript::default());
    // The time stands still while something is on its way: when it was sent and when it came is the same.
    while let Some(at) = setting.world().next_webhook_at() {
        setting.clock.set(at.max(setting.now()));
        setting.deliver_due().await;
        house.rests().await;
    }
    setting.pass(Duration::from_secs(60));
    for _ in 0..40 {
        house.look();
        house.rests().await;
        if house.call(&id).expect("here")["recordings"][0]["state"] == "ready" {
            break;
        }
        setting.pass(Duration::from_secs(7));
    }
    is_sound(&setting, &house, &id).await;
    house.becomes_whole_in_time(&setting, &id).await;
    assert!(house.alerts().is_empty(), "waiting is no failure");

    let asked: Vec<_> = setting
        .world()
        .seen()
        .into_iter()
        .filter(|seen| seen.host == Host::Api)
        .collect();
    let refused: Vec<_> = asked
        .iter()
        .filter(|seen| seen.status == Some(429))
        .collect();
    assert_eq!(refused.len(), 5, "the storm was lived through: {asked:?}");
    for refusal in refused {
        // Two that were on their way at the same moment are not impatient.
        let too_early = asked
            .iter()
            .find(|seen| seen.at > refusal.at && seen.at < refusal.at + WAIT);
        assert_eq!(too_early, None, "it is left alone as it asked");
    }
    house.engine.shutdown().await;
}

async fn a_revoked_key_is_told_and_with_a_new_one_nothing_is_lost(case: &Case) {
    let setting = Setting::asking(&[case]).await;
    let switches = setting.switches(case.account);
    let house = setting.start().await;
    switches.turn(|faults| {
        only_the_api_helps(faults);
        faults.key_revoked = true;
    });
    let id = setting.place(case, CallScript::default());
    setting.live_through().await;
    setting.pass(Duration::from_secs(5 * 60));
    house.look();
    let alert = ("key_refused".to_owned(), case.account.to_owned());
    until(SOON, "somebody is told", async || {
        house.alerts().contains(&alert).then_some(())
    })
    .await;
    house.rests().await;
    let call = house.call(&id).expect("what was told is here");
    let recording = &call["recordings"][0];
    assert!(
        recording.is_null() || recording["state"] != "ready",
        "{recording}"
    );
    if recording["reason"].is_string() && recording["state"] == "available" {
        assert_eq!(recording["reason"], "unauthorized");
    }
    let proof = house.engine.check_account(case.account).await;
    assert!(proof.is_err(), "the account's check says so as well");

    switches.turn(|faults| faults.key_revoked = false);
    setting.pass(Duration::from_secs(40 * 60));
    house.look();
    is_sound(&setting, &house, &id).await;
    house.becomes_whole(&setting, &id).await;
    until(SOON, "the alert goes", async || {
        house.alerts().is_empty().then_some(())
    })
    .await;
    house.engine.shutdown().await;
}

async fn a_provider_that_is_away_for_a_day_is_caught_up_on(case: &Case) {
    let setting = Setting::asking(&[case]).await;
    let switches = setting.switches(case.account);
    let house = setting.start().await;
    let evening = setting.place(case, CallScript::outbound());
    let timeline = setting.timeline(&evening);
    setting
        .clock
        .set(timeline.answered.expect("it is answered"));
    setting.deliver_due().await;
    house
        .call_that(&evening, "the begin", |call| call["status"] == "ongoing")
        .await;

    switches.turn(|faults| faults.reach = Reach::Unavailable);
    let begin = setting.now();
    let mut ids = vec![evening];
    for hour in [1u64, 9, 17] {
        let at = begin + Duration::from_secs(hour * 3600);
        let id = setting
            .world()
            .place_at(case.account, CallScript::default(), at);
        ids.push(id.expect("one of ours"));
    }
    let lost = setting
        .world()
        .webhooks_due(begin + Duration::from_secs(24 * 3600));
    assert!(lost.len() > 3, "there would have been something to hear");
    for hour in 1..=24u64 {
        setting.world().forget_seen();
        setting.clock.set(begin + Duration::from_secs(hour * 3600));
        house.look();
        until(SOON, "it is asked in vain", async || {
            let account = &house.engine.config().accounts[0];
            let failed = house.engine.poll_of(account).last_error.is_some();
            (failed && !setting.world().seen().is_empty()).then_some(())
        })
        .await;
    }
    let alert = ("poll_failed".to_owned(), case.account.to_owned());
    until(SOON, "somebody is told", async || {
        house.alerts().contains(&alert).then_some(())
    })
    .await;

    switches.turn(|faults| faults.reach = Reach::Up);
    setting.pass(Duration::from_secs(5 * 60));
    house.look();
    for id in &ids {
        house.becomes_whole(&setting, id).await;
    }
    assert!(house.board().is_empty(), "what went on before is over");
    until(SOON, "the alert goes by itself", async || {
        house.alerts().is_empty().then_some(())
    })
    .await;
    house.engine.shutdown().await;
}
