//! Webhooks are lost; what they would have told is found by asking.

use std::time::Duration;

use ringback_journeys::{
    cases::Case,
    patience::{SOON, until},
    setting::{House, Setting},
};
use ringback_model::AccountId;
use ringback_simulator::CallScript;

travelled_by!(who_can_be_asked:
    a_call_of_which_nothing_was_told_is_here_after_the_next_reading_of_the_list,
    a_call_whose_end_was_not_told_leaves_the_board,
    a_call_from_before_the_first_start_is_found,
);

/// Waits until the list of calls was read for the first time.
async fn first_reading(house: &House, case: &Case) {
    let account: AccountId = case.account.parse().expect("an account id");
    until(SOON, "the list is read", async || {
        house
            .engine
            .read(|reader| reader.cursors().get(&account, "list_complete_until"))
            .expect("readable")
    })
    .await;
}

async fn a_call_of_which_nothing_was_told_is_here_after_the_next_reading_of_the_list(case: &Case) {
    let setting = Setting::asking(&[case]).await;
    let house = setting.start().await;
    first_reading(&house, case).await;
    let id = setting.place(case, CallScript::default());
    setting.miss_everything();
    setting.pass(Duration::from_secs(20 * 60));
    house.look();
    house.becomes_whole(&setting, &id).await;
    house.engine.shutdown().await;
}

async fn a_call_whose_end_was_not_told_leaves_the_board(case: &Case) {
    let setting = Setting::asking(&[case]).await;
    let house = setting.start().await;
    first_reading(&house, case).await;
    let id = setting.place(case, CallScript::outbound());
    let timeline = setting.timeline(&id);
    setting
        .clock
        .set(timeline.answered.expect("it is answered"));
    setting.deliver_due().await;
    house
        .call_that(&id, "the begin", |call| call["status"] == "ongoing")
        .await;
    setting.miss_everything();
    setting.clock.set(timeline.settled().max(setting.now()));
    // Shorter than the pause between two readings of the whole list.
    setting.pass(Duration::from_secs(15));
    house
        .call_that(&id, "the end", |call| call["status"] == "ended")
        .await;
    assert!(house.board().is_empty());
    house.becomes_whole_in_time(&setting, &id).await;
    house.engine.shutdown().await;
}

async fn a_call_from_before_the_first_start_is_found(case: &Case) {
    let setting = Setting::asking(&[case]).await;
    let id = setting.place(case, CallScript::default());
    setting.miss_everything();
    setting.pass(Duration::from_secs(20 * 60));
    let house = setting.start().await;
    house.becomes_whole(&setting, &id).await;
    house.engine.shutdown().await;
}
