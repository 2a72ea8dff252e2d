//! Telnyx tells no calls, only events of legs and recordings without their id: calls come of it all the
//! same, with or without webhooks.

use std::time::Duration;

use ringback_journeys::{
    edited::{form_instead, with_word},
    patience::{SOON, until},
    setting::{House, Setting, TELNYX},
};
use ringback_simulator::{CallScript, Correction, Ending, Reach, StoragePolicy};
use serde_json::json;

async fn setting(poll_every: &str) -> Setting {
    Setting::of_one(TELNYX, "telnyx", poll_every).await
}

fn place(setting: &Setting, script: CallScript) -> String {
    let placed = setting.simulator.place(TELNYX, script);
    placed.expect("one of ours")
}

async fn resync(house: &House, scope: ringback_engine::resync::Scope) {
    let request = ringback_engine::resync::Request {
        scope,
        account: None,
        dry_run: false,
    };
    let mut run = house.engine.resync(request).await.expect("it can be asked");
    assert_eq!(run.finished().await.report.failed, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_arrives_rings_goes_on_ends_and_is_whole() {
    let setting = setting("0s").await;
    let house = setting.start().await;
    let id = place(&setting, CallScript::default());
    let timeline = setting.world().timeline(&id).expect("the call");
    for (at, status) in [
        (timeline.placed, "ringing"),
        (timeline.answered.expect("it is answered"), "ongoing"),
    ] {
        setting.clock.set(at);
        setting.deliver_due().await;
        house
            .call_that(&id, status, |call| call["status"] == status)
            .await;
        assert_eq!(house.board(), std::slice::from_ref(&id));
    }
    let answered = setting.live_through().await;
    assert!(
        answered.iter().all(|(_, answer)| answer.word == "accepted"),
        "{answered:?}"
    );
    let call = house.becomes_whole(&setting, &id).await;
    assert_eq!(call["recordings"].as_array().map(Vec::len), Some(1));
    assert!(house.board().is_empty());
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_way_to_end_comes_out_as_it_was() {
    let setting = setting("0s").await;
    let house = setting.start().await;
    let ids: Vec<_> = [
        CallScript::default().ending(Ending::Transferred),
        CallScript::outbound().ending(Ending::Voicemail),
        CallScript::outbound().ending(Ending::AgentHangup),
        CallScript::default().ending(Ending::MaxDuration),
    ]
    .map(|script| place(&setting, script))
    .into();
    let unanswered: Vec<_> = [
        Ending::Busy,
        Ending::NoAnswer,
        Ending::Canceled,
        Ending::Unreachable,
    ]
    .map(|ending| place(&setting, CallScript::unanswered(ending)))
    .into();
    setting.live_through().await;
    for id in &ids {
        house.becomes_whole(&setting, id).await;
    }
    for id in &unanswered {
        let truth = setting.simulator.truth(id).expect("the call");
        let call = house
            .call_that(id, "the end", |call| call["ended_reason"].is_object())
            .await;
        assert_eq!(
            ringback_journeys::truth::differences(&call, &truth),
            [""; 0]
        );
        assert_eq!(call["missing"], json!([]));
    }
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_whose_webhooks_were_all_lost_are_whole_after_the_next_poll() {
    let setting = setting("5m").await;
    let ids = [
        place(&setting, CallScript::default()),
        place(&setting, CallScript::default().ending(Ending::Transferred)),
    ];
    setting.miss_everything();
    setting.pass(Duration::from_secs(20 * 60));
    let house = setting.start().await;
    for id in &ids {
        house.becomes_whole(&setting, id).await;
    }
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_is_whole_by_asking_for_it_alone() {
    let setting = setting("0s").await;
    let house = setting.start().await;
    let id = place(&setting, CallScript::default());
    setting.miss_everything();
    // Longer ago than any bill is taken as it is.
    setting.pass(Duration::from_secs(2 * 3600));
    resync(&house, ringback_engine::resync::Scope::Call(id.clone())).await;
    house.becomes_whole(&setting, &id).await;
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_without_its_id_is_the_same_one_when_its_id_is_known() {
    let setting = setting("0s").await;
    let switches = setting.switches(TELNYX);
    switches.turn(|faults| {
        faults.recording_before_call = true;
        faults.reach = Reach::Unavailable;
    });
    let house = setting.start().await;
    let id = place(&setting, CallScript::default());
    let timeline = setting.world().timeline(&id).expect("the call");
    setting
        .clock
        .set(timeline.recording_ready.expect("it is recorded"));
    setting.deliver_due().await;
    let early = house
        .call_that(&id, "a recording", |call| call["recordings"][0].is_object())
        .await;
    assert_eq!(early["recordings"][0]["provider_recording_id"], json!(null));

    setting.live_through().await;
    switches.turn(|faults| faults.reach = Reach::Up);
    setting.pass(Duration::from_secs(31));
    house.look();
    let call = house.becomes_whole(&setting, &id).await;
    assert_eq!(call["recordings"].as_array().map(Vec::len), Some(1));
    assert_eq!(call["recordings"][0]["id"], early["recordings"][0]["id"]);
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_is_fetched_by_the_link_that_was_told_when_nobody_can_be_asked() {
    let setting = setting("0s").await;
    let switches = setting.switches(TELNYX);
    let house = setting.start().await;
    let id = place(&setting, CallScript::default());
    switches.turn(|faults| faults.reach = Reach::Unavailable);
    setting.live_through().await;
    house.applied().await;
    setting.pass(Duration::from_secs(11));
    house.look();
    // Half a minute's patience for the API, then the link.
    let call = until(SOON, "the sound", async || {
        house.rests().await;
        let call = house.call(&id)?;
        let is_here = call["recordings"][0]["state"] == "ready";
        if !is_here {
            setting.pass(Duration::from_secs(2));
            house.look();
        }
        is_here.then_some(call)
    })
    .await;
    let truth = setting.simulator.truth(&id).expect("the call");
    let sha256 = &truth.recordings[0].files[0].sha256;
    assert_eq!(call["recordings"][0]["sha256"], json!(sha256));

    switches.turn(|faults| faults.reach = Reach::Up);
    resync(&house, ringback_engine::resync::Scope::Call(id.clone())).await;
    let later = house
        .call_that(&id, "its id", |call| {
            call["recordings"][0]["provider_recording_id"].is_string()
        })
        .await;
    assert_eq!(later["recordings"].as_array().map(Vec::len), Some(1));
    assert_eq!(
        later["recordings"][0]["path"],
        call["recordings"][0]["path"]
    );
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_link_is_asked_for_anew() {
    let setting = setting("0s").await;
    let house = setting.start().await;
    let id = place(&setting, CallScript::default());
    let switches = setting.switches(TELNYX);
    switches.turn(|faults| {
        faults.links_expire_after = Some(Duration::from_secs(60));
        faults.delay_webhooks = Duration::from_secs(3_600);
    });
    setting.live_through().await;
    house.becomes_whole(&setting, &id).await;
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_in_the_customers_own_bucket_is_withheld_and_nothing_is_missing() {
    let setting = setting("0s").await;
    let house = setting.start().await;
    let script = CallScript {
        storage: StoragePolicy::BasicAttributesOnly,
        ..CallScript::default()
    };
    let id = place(&setting, script);
    setting.live_through().await;
    let call = house.recording_is(&id, "withheld").await;
    assert_eq!(call["recordings"][0]["reason"], "external_storage");
    house
        .call_that(&id, "nothing missing", |call| call["missing"] == json!([]))
        .await;
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_corrected_charge_wins_when_it_is_heard_of() {
    let setting = setting("0s").await;
    let house = setting.start().await;
    let script = CallScript {
        correction: Some(Correction {
            after: Duration::from_secs(600),
            extra_cost_micros: 7_000,
            extra_duration: Duration::ZERO,
        }),
        ..CallScript::default()
    };
    let id = place(&setting, script);
    setting.live_through().await;
    let before = house.becomes_whole(&setting, &id).await;
    setting.pass(Duration::from_secs(3600));
    resync(&house, ringback_engine::resync::Scope::Call(id.clone())).await;
    let call = house.becomes_whole(&setting, &id).await;
    assert_ne!(call["cost"]["amount"], before["cost"]["amount"]);
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_whose_further_leg_was_let_go_goes_on_if_telnyx_says_so() {
    let setting = setting("0s").await;
    let house = setting.start().await;
    let id = place(&setting, CallScript::default().ending(Ending::Transferred));
    let timeline = setting.timeline(&id);
    let all = setting.world().webhooks_due(timeline.settled());
    let is_end = |webhook: &&ringback_simulator::Delivery| webhook.kind == "call.hangup";
    let ends: Vec<_> = all.iter().filter(is_end).collect();
    let [_, further] = ends.as_slice() else {
        panic!("two legs end: {}", ends.len());
    };
    let answered = all.iter().filter(|it| it.kind == "call.answered");
    let connected = answered.map(|it| it.due).max().expect("two were answered");
    setting.clock.set(connected);
    for webhook in all.iter().filter(|it| it.due <= connected) {
        setting.post(&setting.world().signed_again(webhook)).await;
    }
    let let_go = connected + Duration::from_secs(1);
    let webhook = with_word(
        setting.world(),
        further,
        "/data/occurred_at",
        &format!("{let_go:.6}"),
    );
    setting.clock.set(let_go + Duration::from_secs(2));
    house
        .call_that(&id, "two legs", |call| {
            call["legs"][0]["status"] == "ongoing"
        })
        .await;
    setting.post(&webhook).await;
    house
        .call_that(&id, "the end of the further leg", |call| {
            call["legs"][0]["status"] == "ended" && call["status"] == "ongoing"
        })
        .await;
    assert_eq!(house.board(), [id.as_str()], "somebody is on the line");

    setting.clock.set(timeline.settled());
    for webhook in all.iter().filter(|it| it.due > connected) {
        setting.post(&setting.world().signed_again(webhook)).await;
    }
    house.becomes_whole_in_time(&setting, &id).await;
    assert!(house.board().is_empty());
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_of_a_texml_application_is_told_by_forms() {
    let setting = setting("0s").await;
    let house = setting.start().await;
    place(&setting, CallScript::default());
    let like = setting.world().webhooks_due(setting.now()).swap_remove(0);
    let session = "dddddddd-0000-4000-8000-000000000001";
    let begin = setting.now();
    for (words, status) in [
        ("CallStatus=ringing&Direction=inbound", "ringing"),
        ("CallStatus=in-progress", "ongoing"),
        (
            "CallStatus=completed&HangupCause=normal_clearing&HangupSource=caller",
            "ended",
        ),
    ] {
        let form = format!(
            "AccountSid=acct-1&CallSid=v3%3Aform&CallSessionId={session}&CallLegId=leg-form&{words}\
             &From=%2B15005550111&To=%2B15005550100&CallInitiatedAt={begin}&Timestamp={}",
            setting.now()
        );
        let webhook = form_instead(setting.world(), &like, &form);
        assert_eq!(setting.post(&webhook).await.word, "accepted", "{status}");
        assert_eq!(setting.post(&webhook).await.word, "duplicate", "{status}");
        house
            .call_that(session, status, |call| call["status"] == status)
            .await;
        setting.pass(Duration::from_secs(5));
    }
    let call = house.call(session).expect("here");
    assert_eq!(
        (&call["direction"], &call["from"]),
        (&json!("inbound"), &json!("+15005550111"))
    );
    assert_eq!(call["ended_reason"]["code"], "caller_hangup");
    assert_eq!(call["duration_ms"], 5_000, "from the answer to the end");
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn disturbed_webhooks_give_the_same_calls() {
    let setting = setting("0s").await;
    let house = setting.start().await;
    let switches = setting.switches(TELNYX);
    switches.turn(|faults| {
        faults.reorder_webhooks = true;
        faults.duplicate_webhooks = ringback_simulator::Times::Always;
    });
    let ids = [
        place(&setting, CallScript::default().ending(Ending::Transferred)),
        place(&setting, CallScript::outbound()),
    ];
    setting.pass(Duration::from_secs(300));
    let answered = setting.deliver_due().await;
    assert!(
        answered
            .iter()
            .any(|(_, answer)| answer.word == "duplicate")
    );
    for id in &ids {
        house.becomes_whole(&setting, id).await;
    }
    house.engine.shutdown().await;
}
