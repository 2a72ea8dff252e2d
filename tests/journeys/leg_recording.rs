//! A recording that is told under the id of a further leg is a recording of the conversation.

use std::{fs, time::Duration};

use ringback_journeys::{
    cases::Case,
    setting::{House, Setting, TWILIO, files_below},
    truth::{differences, lacking, unequal},
};
use ringback_model::{CallId, LegId};
use ringback_simulator::{CallScript, Ending, Reach};
use serde_json::Value;

/// A call that is put through to a person, and the leg to that person.
fn put_through(setting: &Setting) -> (String, String) {
    let switches = setting.switches(TWILIO);
    switches.turn(|faults| faults.recordings_on_child = true);
    let script = CallScript {
        ending: Ending::Transferred,
        ..CallScript::outbound()
    };
    let placed = setting.simulator.place(TWILIO, script);
    let root = placed.expect("one of ours");
    let ended = setting.timeline(&root).ended;
    let truth = setting.world().truth_at(&root, ended).expect("the call");
    (root, truth.child_legs[0].provider_call_id.clone())
}

/// There is one conversation, known by both ids, and its recording says which leg it is of.
fn assert_one(house: &House, root: &str, leg: &str) -> Value {
    let call = house.call(root).expect("it is here");
    assert_eq!(
        house.calls(&Default::default()).len(),
        1,
        "one conversation"
    );
    let by_leg = house.call(leg).expect("it is known by its leg as well");
    assert_eq!(by_leg["id"], call["id"]);
    assert_eq!(call["recordings"].as_array().map(Vec::len), Some(1));
    assert_eq!(call["provider_call_id"], root);
    let id: CallId = call["id"].as_str().expect("a text").parse().expect("an id");
    let read = house.engine.read(|reader| reader.calls().by_id(id));
    let record = read.expect("readable").expect("it is here");
    let recordings = record.call.recordings.values();
    let of_legs: Vec<_> = recordings
        .map(|fields| fields.leg.as_ref().map(|told| told.value.clone()))
        .collect();
    assert_eq!(of_legs, [Some(LegId::new(leg))]);
    call
}

/// The call is whole, with its sound where it belongs.
async fn becomes_whole(setting: &Setting, house: &House, root: &str, leg: &str) -> Value {
    house.becomes_whole_in_time(setting, root).await;
    lacks_nothing(house, root, leg).await
}

/// The ledger lacks nothing and counts one call.
async fn lacks_nothing(house: &House, root: &str, leg: &str) -> Value {
    house.rests().await;
    let ledger = house.ledger(TWILIO);
    assert_eq!(ledger.total.calls, 1, "{:?}", ledger.total);
    assert!(house.holes(TWILIO).await.is_empty());
    assert_one(house, root, leg)
}

/// The database is deleted; the journal and the files give the same conversation again.
async fn comes_back(setting: &Setting, house: House, before: &Value) {
    house.rests().await;
    house.engine.shutdown().await;
    for file in files_below(&setting.folder()) {
        if file.starts_with("ringback.db") {
            fs::remove_file(setting.folder().join(file)).expect("it can be deleted");
        }
    }
    let house = setting.start().await;
    house.applied().await;
    let id = before["id"].as_str().expect("an id");
    let after = house
        .call_that(id, "what it was", |now| unequal(now, before).is_empty())
        .await;
    assert_eq!(after["recordings"][0]["id"], before["recordings"][0]["id"]);
    assert_eq!(house.calls(&Default::default()).len(), 1);
    house.engine.check_database().expect("sound");
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_leg_is_known_it_goes_to_the_call_at_once() {
    let setting = Setting::told(&[Case::of("twilio")]).await;
    let house = setting.start().await;
    let (root, leg) = put_through(&setting);
    setting.live_through().await;
    house.recording_is(&root, "ready").await;
    assert_one(&house, &root, &leg);
    let call = becomes_whole(&setting, &house, &root, &leg).await;
    comes_back(&setting, house, &call).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stood_for_the_leg_goes_over_when_it_is_told_whose_leg_it_is() {
    let setting = Setting::told(&[Case::of("twilio")]).await;
    let switches = setting.switches(TWILIO);
    switches.turn(|faults| {
        faults.recording_before_call = true;
        faults.reach = Reach::Unavailable;
    });
    let house = setting.start().await;
    let (root, leg) = put_through(&setting);
    let ready = setting.timeline(&root).recording_ready;
    setting.clock.set(ready.expect("it is recorded"));
    setting.deliver_due().await;
    let alone = house
        .call_that(&leg, "a recording", |call| {
            call["recordings"][0].is_object()
        })
        .await;
    assert_eq!(alone["provider_call_id"], leg.as_str());
    assert!(house.call(&root).is_none(), "nobody told of the call yet");

    setting.live_through().await;
    let one = house
        .call_that(&root, "the recording", |call| {
            call["recordings"][0].is_object() && call["status"] == "ended"
        })
        .await;
    assert_eq!(
        one["recordings"][0]["id"], alone["recordings"][0]["id"],
        "whoever looked at it goes on looking at the same recording"
    );
    assert_one(&house, &root, &leg);
    switches.turn(|faults| faults.reach = Reach::Up);
    setting.pass(Duration::from_secs(31));
    house.look();
    house.recording_is(&root, "ready").await;
    let call = becomes_whole(&setting, &house, &root, &leg).await;
    comes_back(&setting, house, &call).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whose_leg_it_is_is_asked_for_when_nobody_tells() {
    let setting = Setting::told(&[Case::of("twilio")]).await;
    let switches = setting.switches(TWILIO);
    switches.turn(|faults| faults.recording_before_call = true);
    let house = setting.start().await;
    let (root, leg) = put_through(&setting);
    let ready = setting.timeline(&root).recording_ready;
    setting.clock.set(ready.expect("it is recorded"));
    setting.deliver_due().await;
    setting.miss_everything();
    house.recording_is(&root, "ready").await;
    assert_one(&house, &root, &leg);
    // The file keeps the name that it landed under, and is found again by it.
    let settled = setting.timeline(&root).ended + Duration::from_secs(15 * 60 + 1);
    setting
        .clock
        .set(settled.max(setting.timeline(&root).settled()));
    house.look();
    house
        .call_that(&root, "everything", |call| {
            let truth = setting.simulator.truth(&root).expect("the call");
            differences(call, &truth).is_empty() && lacking(call).is_none()
        })
        .await;
    let call = lacks_nothing(&house, &root, &leg).await;
    assert!(house.file(&call).is_file());
    comes_back(&setting, house, &call).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_names_the_leg_each_time_tells_it_once() {
    let setting = Setting::asking(&[Case::of("twilio")]).await;
    let (root, leg) = put_through(&setting);
    setting.miss_everything();
    setting.pass(Duration::from_secs(20 * 60));
    let house = setting.start().await;
    let call = becomes_whole(&setting, &house, &root, &leg).await;
    let before = house.events(None).len();
    for _ in 0..3 {
        setting.pass(Duration::from_secs(5 * 60));
        house.look();
        house.becomes_complete(&setting, Case::of("twilio")).await;
    }
    assert_eq!(house.events(None).len(), before, "nothing new was told");
    comes_back(&setting, house, &call).await;
}
