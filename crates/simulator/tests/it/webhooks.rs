//! Webhooks as a test takes them from the world.

use std::time::Duration;

use ringback_simulator::{CallScript, Delivery, Ending, RecordingPlan, Times};
use serde_json::Value;

use crate::setting::{RETELL, Setting, TWILIO};

fn due(setting: &Setting) -> Vec<Delivery> {
    setting.simulator.world().webhooks_due(setting.now())
}

fn kinds(deliveries: &[Delivery]) -> Vec<&str> {
    deliveries
        .iter()
        .map(|delivery| delivery.kind.as_str())
        .collect()
}

fn header<'a>(delivery: &'a Delivery, name: &str) -> &'a str {
    delivery
        .headers
        .iter()
        .find(|(header, _)| *header == name)
        .map(|(_, value)| value.as_str())
        .unwrap()
}

fn form(delivery: &Delivery) -> Vec<(String, String)> {
    url::form_urlencoded::parse(&delivery.body)
        .into_owned()
        .collect()
}

fn value<'a>(form: &'a [(String, String)], name: &str) -> Option<&'a str> {
    form.iter()
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.as_str())
}

#[tokio::test]
async fn retell_tells_started_ended_analysed_each_with_what_was_true_then() {
    let setting = Setting::start().await;
    let id = setting
        .simulator
        .place(RETELL, CallScript::default())
        .unwrap();
    setting.later(60);
    let deliveries = due(&setting);
    assert_eq!(
        kinds(&deliveries),
        ["call_started", "call_ended", "call_analyzed"]
    );
    let bodies: Vec<Value> = deliveries
        .iter()
        .map(|it| serde_json::from_slice(&it.body).unwrap())
        .collect();
    assert!(
        bodies
            .iter()
            .zip(&deliveries)
            .all(|(body, it)| body["event"] == it.kind && body["call"]["call_id"] == id)
    );
    assert_eq!(bodies[0]["call"]["call_status"], "ongoing");
    assert!(
        bodies[1]["call"]["recording_url"].is_string()
            && bodies[1]["call"].get("call_analysis").is_none()
    );
    assert!(
        bodies[2]["call"]["call_analysis"].is_object()
            && bodies[2]["call"]["transcript"].is_string()
    );
    assert!(due(&setting).is_empty(), "each is taken once");
    assert_eq!(deliveries[0].url_path, format!("/webhooks/{RETELL}"));
    let stamp = format!("v={},d=", setting.now().as_millisecond());
    assert!(
        header(&deliveries[0], "x-retell-signature").starts_with(&stamp),
        "signed when it is sent"
    );
}

#[tokio::test]
async fn a_retell_call_that_never_connects_does_not_start() {
    let setting = Setting::start().await;
    setting
        .simulator
        .place(RETELL, CallScript::unanswered(Ending::Busy))
        .unwrap();
    setting.later(60);
    assert_eq!(kinds(&due(&setting)), ["call_ended", "call_analyzed"]);
}

#[tokio::test]
async fn each_turn_is_told_when_updates_are_on() {
    let setting = Setting::start().await;
    let script = CallScript {
        conversation: Some(5),
        transcript_updates: true,
        ..CallScript::default()
    };
    setting.simulator.place(RETELL, script).unwrap();
    setting.later(60);
    let deliveries = due(&setting);
    let updates: Vec<_> = deliveries
        .iter()
        .filter(|it| it.kind == "transcript_updated")
        .collect();
    assert_eq!(updates.len(), 4);
    let last: Value = serde_json::from_slice(&updates[3].body).unwrap();
    assert_eq!(
        last["call"]["transcript_object"].as_array().unwrap().len(),
        4
    );
    assert!(last["call"].get("end_timestamp").is_none());
}

#[tokio::test]
async fn twilio_tells_each_step_of_an_outbound_call_and_its_recording() {
    let setting = Setting::start().await;
    let sid = setting
        .simulator
        .place(
            TWILIO,
            CallScript {
                conversation: Some(0),
                ..CallScript::outbound()
            },
        )
        .unwrap();
    setting.later(60);
    let deliveries = due(&setting);
    assert_eq!(
        kinds(&deliveries),
        [
            "initiated",
            "ringing",
            "answered",
            "completed",
            "recording-completed"
        ]
    );
    let forms: Vec<_> = deliveries.iter().map(form).collect();
    let told = |name: &str| {
        forms
            .iter()
            .map(|form| value(form, name))
            .collect::<Vec<_>>()
    };
    assert!(told("CallSid").iter().all(|it| *it == Some(&sid)));
    assert_eq!(
        told("CallStatus")[..4],
        [
            Some("initiated"),
            Some("ringing"),
            Some("in-progress"),
            Some("completed")
        ]
    );
    assert_eq!(
        told("SequenceNumber")[..4],
        [Some("0"), Some("1"), Some("2"), Some("3")]
    );
    assert_eq!(
        (
            value(&forms[3], "CallDuration"),
            value(&forms[3], "Duration")
        ),
        (Some("29"), Some("1"))
    );
    assert_eq!(
        value(&forms[3], "RecordingSid"),
        value(&forms[4], "RecordingSid"),
        "told twice"
    );
    assert_eq!(
        (
            value(&forms[4], "RecordingDuration"),
            value(&forms[4], "RecordingChannels")
        ),
        (Some("29"), Some("2"))
    );
    let url = value(&forms[4], "RecordingUrl").unwrap();
    assert!(url.starts_with(&setting.account(TWILIO).base_url) && !url.ends_with(".mp3"));
    assert!(
        header(&deliveries[0], "content-type").starts_with("application/x-www-form-urlencoded")
    );
}

#[tokio::test]
async fn an_inbound_twilio_call_is_told_at_its_end_only() {
    let setting = Setting::start().await;
    setting
        .simulator
        .place(TWILIO, CallScript::default())
        .unwrap();
    setting.later(100);
    let deliveries = due(&setting);
    assert_eq!(kinds(&deliveries), ["completed", "recording-completed"]);
    assert_eq!(
        value(&form(&deliveries[0]), "RecordingSid"),
        None,
        "only its own callback tells of this recording"
    );
}

#[tokio::test]
async fn a_transfer_tells_the_steps_of_its_child_leg() {
    let setting = Setting::start().await;
    let parent = setting
        .simulator
        .place(TWILIO, CallScript::default().ending(Ending::Transferred))
        .unwrap();
    setting.later(100);
    let deliveries = due(&setting);
    let children: Vec<_> = deliveries
        .iter()
        .map(form)
        .filter(|form| value(form, "ParentCallSid") == Some(&parent))
        .collect();
    assert_eq!(children.len(), 4);
    assert_ne!(value(&children[0], "CallSid"), Some(parent.as_str()));
    let recording = deliveries
        .iter()
        .find(|it| it.kind == "recording-completed")
        .unwrap();
    assert_eq!(value(&form(recording), "CallSid"), Some(parent.as_str()));
}

#[tokio::test]
async fn an_absent_recording_is_told_with_its_code() {
    let setting = Setting::start().await;
    setting
        .simulator
        .place(
            TWILIO,
            CallScript {
                recording: RecordingPlan::TooShort,
                ..CallScript::default()
            },
        )
        .unwrap();
    setting.later(100);
    let absent = due(&setting).pop().unwrap();
    let form = form(&absent);
    assert_eq!(
        (value(&form, "RecordingStatus"), value(&form, "ErrorCode")),
        (Some("absent"), Some("16101"))
    );
    assert_eq!(value(&form, "RecordingUrl"), None);
}

#[tokio::test]
async fn twilio_signs_the_address_the_customer_configured() {
    let setting = Setting::start().await;
    let world = setting.simulator.world();
    setting
        .simulator
        .place(TWILIO, CallScript::default())
        .unwrap();
    setting.later(100);
    let first = due(&setting).remove(0);
    world.set_door(&"https://hooks.example/".parse().unwrap());
    let again = world.signed_again(&first);
    assert_eq!((&again.body, again.number), (&first.body, first.number));
    assert_ne!(
        header(&again, "x-twilio-signature"),
        header(&first, "x-twilio-signature")
    );
    assert_eq!(
        header(&again, "i-twilio-idempotency-token"),
        header(&first, "i-twilio-idempotency-token")
    );
}

#[tokio::test]
async fn webhooks_are_lost_doubled_delayed_and_reordered_by_switches() {
    let setting = Setting::start().await;
    let switches = setting.simulator.switches(RETELL).unwrap();
    let place = || {
        setting
            .simulator
            .place(RETELL, CallScript::default())
            .unwrap()
    };
    place();
    switches.turn(|faults| faults.lose_webhooks = Times::Next(1));
    setting.later(60);
    assert_eq!(kinds(&due(&setting)), ["call_ended", "call_analyzed"]);

    place();
    switches.turn(|faults| faults.duplicate_webhooks = Times::Next(1));
    setting.later(60);
    let doubled = due(&setting);
    assert_eq!(
        kinds(&doubled),
        [
            "call_started",
            "call_started",
            "call_ended",
            "call_analyzed"
        ]
    );
    assert_eq!(doubled[0], doubled[1]);

    place();
    switches.turn(|faults| faults.reorder_webhooks = true);
    setting.later(60);
    assert_eq!(
        kinds(&due(&setting)),
        ["call_analyzed", "call_ended", "call_started"]
    );

    place();
    switches.turn(|faults| faults.delay_webhooks = Duration::from_secs(3600));
    setting.later(60);
    assert_eq!(kinds(&due(&setting)), [""; 0]);
    setting.later(3600);
    assert_eq!(due(&setting).len(), 3);
}

#[tokio::test]
async fn a_recording_is_announced_before_its_call_when_told_to() {
    let setting = Setting::start().await;
    let switches = setting.simulator.switches(TWILIO).unwrap();
    switches.turn(|faults| faults.recording_before_call = true);
    setting
        .simulator
        .place(TWILIO, CallScript::outbound())
        .unwrap();
    setting.later(100);
    assert_eq!(kinds(&due(&setting))[0], "recording-completed");
}

#[tokio::test]
async fn the_next_webhook_is_known_beforehand() {
    let setting = Setting::start().await;
    let id = setting
        .simulator
        .place(RETELL, CallScript::default())
        .unwrap();
    let world = setting.simulator.world();
    assert_eq!(
        world.next_webhook_at(),
        world.timeline(&id).unwrap().answered
    );
    setting.later(100);
    assert_eq!(due(&setting).len(), 3);
    assert_eq!(world.next_webhook_at(), None);
}

#[tokio::test]
async fn the_same_seed_gives_the_same_bytes() {
    let told = async |seed| {
        let setting = Setting::seeded(seed).await;
        for account in [RETELL, TWILIO] {
            setting
                .simulator
                .place(
                    account,
                    CallScript {
                        transcript_updates: true,
                        ..CallScript::outbound()
                    },
                )
                .unwrap();
        }
        setting.later(100);
        // Addresses carry the ports of this run.
        let ports: Vec<String> = setting
            .simulator
            .accounts()
            .into_iter()
            .flat_map(|it| [it.base_url, it.media_hosts[0].clone()])
            .collect();
        let body = |it: Delivery| {
            let mut text = String::from_utf8(it.body.to_vec()).unwrap();
            for port in &ports {
                let encoded: String =
                    url::form_urlencoded::byte_serialize(port.as_bytes()).collect();
                text = text.replace(port, "").replace(&encoded, "");
            }
            (it.number, it.kind, text)
        };
        due(&setting).into_iter().map(body).collect::<Vec<_>>()
    };
    let first = told(5).await;
    assert_eq!(first, told(5).await);
    assert_ne!(first, told(6).await);
}
