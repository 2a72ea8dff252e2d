//! Recordings that there are not, and that are not given: states with a reason, not errors.

use std::time::Duration;

use ringback_journeys::{
    setting::{RETELL, Setting, TWILIO},
    truth::differences,
};
use ringback_simulator::{CallScript, Ending, RecordingPlan, StoragePolicy};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_that_the_customer_s_policy_withholds_is_no_failure() {
    let setting = Setting::webhooks_only().await;
    let house = setting.start().await;
    let script = CallScript {
        storage: StoragePolicy::BasicAttributesOnly,
        ..CallScript::default()
    };
    let id = setting
        .simulator
        .place(RETELL, script)
        .expect("one of ours");
    setting.miss_everything();
    // The links that Retell gives out meanwhile die ten minutes after the analysis.
    setting.pass(Duration::from_secs(1800));
    let request = ringback_engine::resync::Request {
        scope: ringback_engine::resync::Scope::Recent { days: 1 },
        account: None,
        dry_run: false,
    };
    let mut run = house.engine.resync(request).await.expect("it can be asked");
    assert_eq!(run.finished().await.report.failed, 0);
    let call = house.recording_is(&id, "withheld").await;
    assert_eq!(call["recordings"][0]["reason"], "policy");
    let truth = setting.simulator.truth(&id).expect("the call");
    assert_eq!(differences(&call, &truth), [""; 0]);
    assert_eq!(
        call["missing"],
        json!([]),
        "what is withheld is not missing"
    );
    assert!(
        house.alerts().is_empty(),
        "nobody has to be told: {:?}",
        house.alerts()
    );
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_one_link_of_a_withheld_recording_is_used_while_it_lives() {
    let setting = Setting::webhooks_only().await;
    let house = setting.start().await;
    let script = CallScript {
        storage: StoragePolicy::BasicAttributesOnly,
        ..CallScript::default()
    };
    let id = setting
        .simulator
        .place(RETELL, script)
        .expect("one of ours");
    setting.live_through().await;
    let call = house.recording_is(&id, "ready").await;
    let truth = setting.simulator.truth(&id).expect("the call");
    let recordings = setting.home().recordings();
    assert_eq!(
        ringback_journeys::truth::wrong_with_sound(&call, &truth, &recordings),
        [""; 0]
    );
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_too_short_or_silent_is_absent_with_its_reason() {
    for (plan, reason) in [
        (RecordingPlan::TooShort, "too_short"),
        (RecordingPlan::Silent, "silent"),
    ] {
        let setting = Setting::webhooks_only().await;
        let house = setting.start().await;
        let script = CallScript {
            recording: plan,
            ..CallScript::default()
        };
        let id = setting
            .simulator
            .place(TWILIO, script)
            .expect("one of ours");
        setting.live_through().await;
        let call = house.recording_is(&id, "absent").await;
        assert_eq!(call["recordings"][0]["reason"], reason);
        let lacks = |field: &str| {
            call["missing"]
                .as_array()
                .is_some_and(|all| all.contains(&field.into()))
        };
        assert!(!lacks("recording"), "what does not exist is not missing");
        assert!(house.alerts().is_empty());
        house.engine.shutdown().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_that_nobody_took_say_why_and_miss_nothing() {
    for (account, ending) in [
        (RETELL, Ending::NoAnswer),
        (RETELL, Ending::Busy),
        (TWILIO, Ending::NoAnswer),
        (TWILIO, Ending::Busy),
        (TWILIO, Ending::Canceled),
        (TWILIO, Ending::Unreachable),
    ] {
        let setting = Setting::webhooks_only().await;
        let house = setting.start().await;
        let script = CallScript::unanswered(ending.clone());
        let id = setting
            .simulator
            .place(account, script)
            .expect("one of ours");
        setting.live_through().await;
        let over = |call: &Value| call["ended_reason"].is_object();
        house.call_that(&id, "the reason of its end", over).await;
        house.applied().await;
        let call = house.call(&id).expect("here");
        let truth = setting.simulator.truth(&id).expect("the call");
        let mut wrong = differences(&call, &truth);
        // Whether it is listed as absent or not at all, there is nothing to fetch.
        wrong.retain(|difference| !difference.starts_with("recordings"));
        // What a call without an answer costs is told later, and is not worth a question.
        wrong.retain(|difference| !(account == TWILIO && difference.starts_with("cost")));
        assert_eq!(wrong, [""; 0], "{account}: {ending:?}");
        assert_eq!(call["missing"], json!([]), "{account}: {ending:?}");
        for recording in call["recordings"].as_array().expect("a list") {
            assert_eq!(
                (&recording["state"], &recording["reason"]),
                (&json!("absent"), &json!("not_connected"))
            );
        }
        assert!(house.board().is_empty());
        house.engine.shutdown().await;
    }
}
