//! Telnyx's webhooks, as a test takes them from the world.

use std::time::Duration;

use base64::{Engine, prelude::BASE64_STANDARD};
use ed25519_dalek::{Signature, VerifyingKey};
use ringback_simulator::{CallScript, Delivery, Direction, Ending, RecordingPlan, Times};
use serde_json::{Value, json};

use crate::setting::{Setting, TELNYX};

async fn setting() -> Setting {
    Setting::with(TELNYX, "telnyx").await
}

fn due(setting: &Setting) -> Vec<Delivery> {
    setting.simulator.world().webhooks_due(setting.now())
}

fn place(setting: &Setting, script: CallScript) -> String {
    setting.simulator.place(TELNYX, script).unwrap()
}

fn body(delivery: &Delivery) -> Value {
    serde_json::from_slice(&delivery.body).unwrap()
}

fn kinds(deliveries: &[Delivery]) -> Vec<&str> {
    let kinds = deliveries.iter().map(|delivery| delivery.kind.as_str());
    kinds.collect()
}

fn header<'a>(delivery: &'a Delivery, wanted: &str) -> &'a str {
    let found = delivery.headers.iter().find(|(name, _)| *name == wanted);
    found.map(|(_, value)| value.as_str()).unwrap()
}

/// Whether the account's public key vouches for a delivery.
fn holds(setting: &Setting, delivery: &Delivery) -> bool {
    let account = setting.account(TELNYX);
    let key = BASE64_STANDARD
        .decode(account.option("public_key").unwrap())
        .unwrap();
    let key = VerifyingKey::from_bytes(&key.try_into().unwrap()).unwrap();
    let signature = BASE64_STANDARD
        .decode(header(delivery, "telnyx-signature-ed25519"))
        .unwrap();
    let timestamp = header(delivery, "telnyx-timestamp");
    let text = [timestamp.as_bytes(), b"|", &delivery.body].concat();
    key.verify_strict(&text, &Signature::from_slice(&signature).unwrap())
        .is_ok()
}

#[tokio::test]
async fn a_call_is_told_step_by_step_each_signed_when_it_is_sent() {
    let setting = setting().await;
    let session = place(&setting, CallScript::default());
    setting.later(120);
    let deliveries = due(&setting);
    assert_eq!(
        kinds(&deliveries),
        [
            "call.initiated",
            "call.answered",
            "call.hangup",
            "call.recording.saved",
            "call.cost"
        ]
    );
    assert!(due(&setting).is_empty(), "each is taken once");
    for delivery in &deliveries {
        assert!(holds(&setting, delivery), "{}", delivery.kind);
        assert_eq!(
            header(delivery, "telnyx-timestamp"),
            setting.now().as_second().to_string()
        );
        assert_eq!(delivery.url_path, format!("/webhooks/{TELNYX}"));
        let body = body(delivery);
        assert_eq!(body["data"]["event_type"], delivery.kind.as_str());
        assert_eq!(body["data"]["payload"]["call_session_id"], session.as_str());
    }
    setting.later(5);
    let again = setting.simulator.world().signed_again(&deliveries[0]);
    assert!(holds(&setting, &again));
    assert_ne!(
        header(&again, "telnyx-timestamp"),
        header(&deliveries[0], "telnyx-timestamp")
    );
}

#[tokio::test]
async fn a_saved_recording_names_neither_itself_nor_the_numbers() {
    let setting = setting().await;
    place(&setting, CallScript::default());
    setting.later(120);
    let deliveries = due(&setting);
    let saved = body(&deliveries[3]);
    let payload = saved["data"]["payload"].as_object().unwrap();
    for absent in [
        "recording_id",
        "call_control_id",
        "from",
        "to",
        "status",
        "format",
    ] {
        assert!(!payload.contains_key(absent), "{absent}");
    }
    assert!(payload["recording_urls"]["mp3"].is_string());
    assert_eq!(payload["recording_urls"]["wav"], Value::Null);
    let initiated = body(&deliveries[0]);
    assert_eq!(
        payload["call_leg_id"],
        initiated["data"]["payload"]["call_leg_id"]
    );
}

#[tokio::test]
async fn how_a_call_ends_is_told_by_cause_and_side() {
    let setting = setting().await;
    let outbound = |ending| CallScript::outbound().ending(ending);
    for (script, cause, source, status, code) in [
        (
            CallScript::default(),
            "normal_clearing",
            "caller",
            "ended",
            "caller_hangup",
        ),
        (
            outbound(Ending::CallerHangup),
            "normal_clearing",
            "callee",
            "ended",
            "caller_hangup",
        ),
        (
            outbound(Ending::AgentHangup),
            "normal_clearing",
            "caller",
            "ended",
            "agent_hangup",
        ),
        (
            CallScript::default().ending(Ending::AgentHangup),
            "normal_clearing",
            "callee",
            "ended",
            "agent_hangup",
        ),
        (
            outbound(Ending::MaxDuration),
            "time_limit",
            "unknown",
            "ended",
            "max_duration",
        ),
        (
            outbound(Ending::AgentError),
            "unspecified",
            "unknown",
            "ended",
            "unknown",
        ),
        (
            CallScript::unanswered(Ending::NoAnswer),
            "timeout",
            "unknown",
            "not_connected",
            "no_answer",
        ),
        (
            CallScript::unanswered(Ending::Busy),
            "user_busy",
            "callee",
            "not_connected",
            "busy",
        ),
        (
            CallScript::unanswered(Ending::Canceled),
            "originator_cancel",
            "caller",
            "not_connected",
            "canceled",
        ),
        (
            CallScript::unanswered(Ending::Unreachable),
            "not_found",
            "unknown",
            "failed",
            "error",
        ),
    ] {
        let session = place(&setting, script);
        setting.later(300);
        let deliveries = due(&setting);
        let hangup = deliveries
            .iter()
            .find(|it| it.kind == "call.hangup")
            .unwrap();
        let payload = &body(hangup)["data"]["payload"];
        assert_eq!(
            (&payload["hangup_cause"], &payload["hangup_source"]),
            (&json!(cause), &json!(source))
        );
        let truth = setting.simulator.truth(&session).unwrap();
        assert_eq!(truth.status, status, "{cause}");
        let reason = truth.ended_reason.unwrap();
        assert_eq!(
            (reason.code.as_str(), reason.raw.as_str()),
            (code, cause),
            "{source}"
        );
    }
}

#[tokio::test]
async fn a_machine_is_detected_on_calls_that_were_made() {
    let setting = setting().await;
    let session = place(&setting, CallScript::outbound().ending(Ending::Voicemail));
    setting.later(300);
    assert!(kinds(&due(&setting)).contains(&"call.machine.detection.ended"));
    let reason = setting.simulator.truth(&session).unwrap().ended_reason;
    let reason = reason.unwrap();
    assert_eq!(
        (reason.code.as_str(), reason.raw.as_str()),
        ("voicemail", "machine")
    );
    place(&setting, CallScript::default().ending(Ending::Voicemail));
    setting.later(300);
    assert!(!kinds(&due(&setting)).contains(&"call.machine.detection.ended"));
}

#[tokio::test]
async fn a_call_that_is_put_through_has_a_leg_more_in_the_same_session() {
    let setting = setting().await;
    let session = place(&setting, CallScript::default().ending(Ending::Transferred));
    setting.later(300);
    let deliveries = due(&setting);
    let legs: std::collections::BTreeSet<String> = deliveries
        .iter()
        .map(|it| body(it)["data"]["payload"]["call_leg_id"].to_string())
        .collect();
    assert_eq!(legs.len(), 2);
    let count = |kind| deliveries.iter().filter(|it| it.kind == kind).count();
    assert_eq!(
        (
            count("call.hangup"),
            count("call.bridged"),
            count("call.cost")
        ),
        (2, 1, 2)
    );
    let truth = setting.simulator.truth(&session).unwrap();
    assert_eq!(truth.child_legs.len(), 1);
    assert_eq!(truth.child_legs[0].status, "ended");
    assert!(truth.child_legs[0].cost.is_some());
}

#[tokio::test]
async fn lines_are_told_with_their_track_where_it_is_switched_on() {
    let setting = setting().await;
    let script = CallScript {
        conversation: Some(5),
        transcript_updates: true,
        ..CallScript::default()
    };
    place(&setting, script);
    setting.later(120);
    let deliveries = due(&setting);
    let lines: Vec<Value> = deliveries
        .iter()
        .filter(|it| it.kind == "call.transcription")
        .map(|it| body(it)["data"]["payload"]["transcription_data"].clone())
        .collect();
    assert_eq!(lines.len(), 4);
    assert_eq!(
        lines[0]["transcription_track"], "outbound",
        "the agent begins"
    );
    assert!(lines.iter().all(|line| line["is_final"] == true));
}

#[tokio::test]
async fn webhooks_get_lost_doubled_delayed_and_mixed_up() {
    let setting = setting().await;
    let switches = setting.simulator.switches(TELNYX).unwrap();
    let script = || CallScript {
        recording: RecordingPlan::None,
        direction: Direction::Inbound,
        ..CallScript::default()
    };
    switches.turn(|faults| faults.lose_webhooks = Times::Next(1));
    place(&setting, script());
    setting.later(200);
    assert_eq!(
        kinds(&due(&setting)),
        ["call.answered", "call.hangup", "call.cost"]
    );

    switches.turn(|faults| faults.duplicate_webhooks = Times::Next(1));
    place(&setting, script());
    setting.later(200);
    let doubled = due(&setting);
    assert_eq!(kinds(&doubled)[..2], ["call.initiated", "call.initiated"]);
    assert_eq!(
        body(&doubled[0])["data"]["id"],
        body(&doubled[1])["data"]["id"]
    );

    switches.turn(|faults| faults.reorder_webhooks = true);
    place(&setting, script());
    setting.later(200);
    assert_eq!(
        kinds(&due(&setting)),
        [
            "call.cost",
            "call.hangup",
            "call.answered",
            "call.initiated"
        ]
    );

    switches.turn(|faults| {
        faults.reorder_webhooks = false;
        faults.delay_webhooks = Duration::from_secs(3_600);
    });
    place(&setting, script());
    setting.later(200);
    assert!(due(&setting).is_empty());
    setting.later(3_600);
    assert_eq!(due(&setting).len(), 4);
}

#[tokio::test]
async fn a_recording_can_be_announced_before_its_call() {
    let setting = setting().await;
    let switches = setting.simulator.switches(TELNYX).unwrap();
    switches.turn(|faults| faults.recording_before_call = true);
    place(&setting, CallScript::default());
    setting.later(300);
    assert_eq!(kinds(&due(&setting))[0], "call.recording.saved");
}
