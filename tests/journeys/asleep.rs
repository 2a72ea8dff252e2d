//! Nobody is here for a while: the machine sleeps, or the network is gone. Afterwards everything is
//! archived, and a person is told once.

use std::{sync::Arc, time::Duration};

use ringback_api::{Api, cli};
use ringback_journeys::{
    patience::{A_WHILE, SOON, until},
    setting::{House, RETELL, Setting, TWILIO},
};
use ringback_simulator::{CallScript, Host, Reach};
use serde_json::json;

use crate::bulk::NoShell;

const HOUR: Duration = Duration::from_secs(3600);

/// Calls spread over the time from now, of which nobody is told anything.
fn meanwhile(setting: &Setting, count: u32, over: Duration) -> Vec<String> {
    let begin = setting.now();
    let ids = (0..count)
        .map(|n| {
            let account = if n % 2 == 0 { RETELL } else { TWILIO };
            let at = begin + Duration::from_secs(60) + over / (count + 2) * n;
            let script = CallScript {
                talk: Some(Duration::from_secs(8)),
                ..CallScript::default()
            };
            let id = setting.world().place_at(account, script, at);
            id.expect("one of ours")
        })
        .collect();
    let _lost = setting.world().webhooks_due(begin + over);
    ids
}

/// Waits until the lists have been read up to now.
async fn is_read(house: &House) {
    let now = house.engine.clock().now();
    until(A_WHILE, "the lists are read", async || {
        let config = house.engine.config();
        let is_read = config.accounts.iter().all(|account| {
            let poll = house.engine.poll_of(account);
            !account.provider.has_api() || poll.last_at.is_some_and(|at| at >= now)
        });
        is_read.then_some(())
    })
    .await;
}

async fn digest(house: &House) -> serde_json::Value {
    until(A_WHILE, "it is told what happened", async || {
        let digests = house.digests();
        assert!(digests.len() < 2, "it is told once: {digests:?}");
        digests.into_iter().next()
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_night_with_a_thousand_calls_everything_is_archived_and_told_once() {
    let setting = Setting::polling().await;
    let house = setting.start().await;
    is_read(&house).await;
    let evening = setting.now();
    let ids = meanwhile(&setting, 1_000, HOUR * 8);
    setting
        .clock
        .set(evening + HOUR * 8 + Duration::from_secs(900));

    let told = digest(&house).await;
    assert_eq!(told["calls"], 1_000, "{told}");
    assert_eq!(told["recordings"], 1_000, "{told}");
    assert_eq!(told["holes"], 0, "{told}");
    assert_eq!(house.ready(), 1_000);
    for id in ids.iter().step_by(97) {
        house.becomes_whole(&setting, id).await;
    }
    assert!(
        house.alerts().is_empty(),
        "a night is nothing to worry about"
    );

    // The next look has nothing to tell, and what a person puts away stays away.
    let api = Api::new(house.engine.clone(), Arc::new(NoShell));
    let list = api.call("alerts.list", json!({})).await.expect("a list");
    let mine = list.as_array().expect("a list").iter();
    let mine = mine
        .filter(|alert| alert["kind"] == "digest")
        .collect::<Vec<_>>();
    assert_eq!(mine.len(), 1, "{list}");
    let seen = json!({ "id": mine[0]["id"] });
    let put_away = api.call("alerts.acknowledge", seen).await;
    put_away.expect("it is put away");
    setting.pass(Duration::from_secs(301));
    house.look();
    is_read(&house).await;
    house.rests().await;
    assert!(house.digests().is_empty());
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_day_without_network_what_failed_is_tried_at_once() {
    let setting = Setting::polling().await;
    let house = setting.start().await;
    is_read(&house).await;
    // A recording that is on its way when the network goes.
    let evening = setting.simulator.place(TWILIO, CallScript::default());
    let evening = evening.expect("one of ours");
    let cut = |reach| {
        for account in [RETELL, TWILIO] {
            setting.switches(account).turn(|faults| {
                faults.reach = reach;
            });
        }
    };
    cut(Reach::HangsUp);
    setting.live_through().await;
    let begin = setting.now();
    let ids = meanwhile(&setting, 40, HOUR * 24);
    for hour in 1..=24 {
        setting.world().forget_seen();
        setting.clock.set(begin + HOUR * hour);
        house.look();
        until(SOON, "it is asked in vain", async || {
            (!setting.world().seen().is_empty()).then_some(())
        })
        .await;
        house.rests().await;
    }
    assert_eq!(house.ready(), 0);
    assert!(house.digests().is_empty(), "nobody is back yet");

    cut(Reach::Up);
    // It is noticed within half a minute.
    setting.pass(Duration::from_secs(31));
    let told = digest(&house).await;
    assert!(told["calls"].as_u64() >= Some(40), "{told}");
    assert!(told["recordings"].as_u64() >= Some(40), "{told}");
    assert_eq!(told["holes"], 0, "{told}");
    house.recording_is(&evening, "ready").await;
    for id in &ids {
        house.recording_is(id, "ready").await;
    }
    until(SOON, "the alerts go by themselves", async || {
        house.alerts().is_empty().then_some(())
    })
    .await;
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transfer_that_goes_on_while_the_machine_sleeps_is_not_begun_a_second_time() {
    let setting = Setting::webhooks_only().await;
    // It takes a few seconds, in which the machine sleeps.
    let switches = setting.switches(RETELL);
    switches.turn(|faults| faults.slow_media = Some(50_000));
    let house = setting.start().await;
    let short = CallScript {
        talk: Some(Duration::from_secs(8)),
        ..CallScript::default()
    };
    let id = setting.simulator.place(RETELL, short);
    let id = id.expect("one of ours");
    setting.live_through().await;
    house.recording_is(&id, "downloading").await;
    setting.pass(HOUR);
    house.look();
    until(SOON, "it is seen that the machine slept", async || {
        let fetches = house.engine.read(|reader| reader.jobs().list("fetch", 1));
        let (_, until) = fetches.ok()?.first()?.lease.clone()?;
        (until > setting.now()).then_some(())
    })
    .await;
    house.recording_is(&id, "ready").await;
    house.rests().await;
    let seen = setting.world().seen();
    let fetches = seen.iter().filter(|seen| seen.host == Host::Storage);
    assert_eq!(fetches.count(), 1, "{seen:#?}");
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_after_a_weekend_tells_what_happened_and_a_short_pause_does_not() {
    let setting = Setting::polling().await;
    let house = setting.start().await;
    is_read(&house).await;
    house.engine.shutdown().await;
    drop(house);

    let ids = meanwhile(&setting, 12, HOUR * 48);
    setting.pass(HOUR * 48 + Duration::from_secs(900));
    let house = setting.start().await;
    let told = digest(&house).await;
    assert_eq!(
        (&told["calls"], &told["recordings"]),
        (&json!(12), &json!(12))
    );
    for id in &ids {
        assert_eq!(house.call(id).expect("here")["status"], "ended");
    }
    house.engine.shutdown().await;
    drop(house);

    meanwhile(&setting, 2, Duration::from_secs(120));
    setting.pass(Duration::from_secs(600));
    let house = setting.start().await;
    is_read(&house).await;
    house.rests().await;
    assert_eq!(house.digests().len(), 1, "only that of the weekend");
    let pending = cli::events(&house.engine, Some("pending"), 1);
    assert!(pending.expect("readable").is_empty());
    house.engine.shutdown().await;
}
