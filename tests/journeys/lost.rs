//! Webhooks are lost; polling finds what they would have told.

use std::time::Duration;

use ringback_engine::EngineOptions;
use ringback_journeys::setting::{House, RETELL, Setting, TWILIO};
use ringback_model::{AccountId, Clock};
use ringback_simulator::{CallScript, Clock as _, HandClock};

fn complete_until(house: &House, account: &str) -> Option<String> {
    let account: AccountId = account.parse().expect("an account id");
    let cursor = |reader: &ringback_engine::store::Reader<'_>| {
        reader.cursors().get(&account, "list_complete_until")
    };
    house.engine.read(cursor).expect("readable")
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_from_before_the_first_start_are_found_by_reading_the_list() {
    let setting = Setting::polling().await;
    let ids = [RETELL, TWILIO].map(|account| {
        setting
            .simulator
            .place(account, CallScript::default())
            .expect("one of ours")
    });
    setting.miss_everything();
    setting.pass(Duration::from_secs(20 * 60));

    let house = setting.start().await;
    for id in &ids {
        house.becomes_whole(&setting, id).await;
    }
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_whose_webhooks_are_all_lost_is_here_after_the_next_poll() {
    let setting = Setting::polling().await;
    let house = setting.start().await;
    let begin = setting.now().to_string();
    for account in [RETELL, TWILIO] {
        ringback_journeys::patience::until(
            ringback_journeys::patience::SOON,
            format!("{account} is read for the first time"),
            async || complete_until(&house, account).filter(|until| *until == begin),
        )
        .await;
    }
    let ids = [RETELL, TWILIO].map(|account| {
        setting
            .simulator
            .place(account, CallScript::default())
            .expect("one of ours")
    });
    setting.miss_everything();
    setting.pass(Duration::from_secs(5 * 60));
    for id in &ids {
        house.becomes_whole(&setting, id).await;
    }
    for account in [RETELL, TWILIO] {
        let until = complete_until(&house, account).expect("a cursor");
        assert!(
            until > begin,
            "the list is known to be complete further on: {until}"
        );
    }
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_cursor_stays_while_the_list_cannot_be_read_to_its_end() {
    let setting = Setting::polling().await;
    let house = setting.start().await;
    let begin = setting.now().to_string();
    ringback_journeys::patience::until(
        ringback_journeys::patience::SOON,
        "the first walk",
        async || complete_until(&house, RETELL).filter(|until| *until == begin),
    )
    .await;
    let id = setting
        .simulator
        .place(RETELL, CallScript::default())
        .expect("one of ours");
    setting.miss_everything();
    let switches = setting.switches(RETELL);
    switches.turn(|faults| faults.reach = ringback_simulator::Reach::Unavailable);
    for _ in 0..3 {
        setting.world().forget_seen();
        setting.pass(Duration::from_secs(5 * 60));
        ringback_journeys::patience::until(
            ringback_journeys::patience::SOON,
            "the provider is asked in vain",
            async || {
                let account = &house.engine.config().accounts[0];
                let poll = house.engine.poll_of(account);
                let asked = setting.world().seen().len() >= 4;
                (asked && poll.last_error.is_some()).then_some(())
            },
        )
        .await;
    }
    assert_eq!(
        complete_until(&house, RETELL),
        Some(begin),
        "nothing was read, so nothing is known"
    );
    ringback_journeys::patience::until(
        ringback_journeys::patience::SOON,
        "somebody is told after the third time",
        async || {
            let alert = ("poll_failed".to_owned(), RETELL.to_owned());
            house.alerts().contains(&alert).then_some(())
        },
    )
    .await;

    switches.turn(|faults| faults.reach = ringback_simulator::Reach::Up);
    setting.pass(Duration::from_secs(5 * 60));
    house.becomes_whole(&setting, &id).await;
    ringback_journeys::patience::until(
        ringback_journeys::patience::SOON,
        "the alert goes by itself",
        async || house.alerts().is_empty().then_some(()),
    )
    .await;
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_whose_end_was_not_told_leaves_the_board_within_seconds() {
    let setting = Setting::polling().await;
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
    // Shorter than the pause between two readings of the whole list.
    setting.clock.set(timeline.analyzed.max(setting.now()));
    setting.pass(Duration::from_secs(15));
    house
        .call_that(&id, "the end", |call| call["status"] == "ended")
        .await;
    assert!(house.board().is_empty());
    house.becomes_whole(&setting, &id).await;
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_cannot_be_read_does_not_keep_the_others_on_the_board() {
    let setting = Setting::of_one(RETELL, "retell", "5m").await;
    // Our clock goes on less than theirs, so that nobody reads the whole list meanwhile.
    let ours = HandClock::at(setting.now());
    let hands = ours.clone();
    let options = EngineOptions {
        clock: Clock::from_fn(move || hands.now()),
        ..setting.options()
    };
    let house = setting.start_as(options).await.expect("it starts");
    let mut ids = Vec::new();
    for _ in 0..2 {
        let placed = setting.simulator.place(RETELL, CallScript::default());
        ids.push(placed.expect("one of ours"));
        setting.pass(Duration::from_secs(1));
    }
    let [older, newer] = ids.try_into().expect("two");
    let answered = setting.timeline(&newer).answered.expect("it is answered");
    setting.clock.set(answered);
    ours.set(answered);
    setting.deliver_due().await;
    for id in [&older, &newer] {
        house
            .call_that(id, "the begin", |call| call["status"] == "ongoing")
            .await;
    }
    house.rests().await;
    let switches = setting.switches(RETELL);
    switches.turn(|faults| faults.errors_about = Some(newer.clone()));
    setting.miss_everything();
    setting.world().forget_seen();
    ours.advance(Duration::from_secs(15));
    house
        .call_that(&older, "the end", |call| call["status"] == "ended")
        .await;
    house.rests().await;
    assert_eq!(house.board(), std::slice::from_ref(&newer));
    let seen = setting.world().seen();
    let first = seen.iter().find(|seen| seen.path.contains("get-call"));
    let is_newer = first.is_some_and(|seen| seen.path.ends_with(&newer));
    assert!(is_newer, "it was asked for before the other: {seen:#?}");

    switches.turn(|faults| faults.errors_about = None);
    ours.advance(Duration::from_secs(15));
    house
        .call_that(&newer, "the end", |call| call["status"] == "ended")
        .await;
    assert!(house.board().is_empty());
    house.engine.shutdown().await;
}
