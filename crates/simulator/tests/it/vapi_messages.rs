//! Vapi's messages as a test takes them from the world.

use std::time::Duration;

use reqwest::{Method, StatusCode, header};
use ringback_simulator::{CallScript, Delivery, Direction, Ending, Times};
use serde_json::Value;

use crate::{
    setting::{Setting, VAPI},
    vapi::{due, message, pizza, place},
};

/// The kinds of messages, each status update with its status.
fn kinds(deliveries: &[Delivery]) -> Vec<String> {
    let kind = |delivery: &Delivery| match (delivery.kind.as_str(), &message(delivery)["status"]) {
        ("status-update", status) => status.as_str().unwrap().to_owned(),
        (kind, _) => kind.to_owned(),
    };
    deliveries.iter().map(kind).collect()
}

fn headers(delivery: &Delivery) -> Vec<(&'static str, &str)> {
    delivery
        .headers
        .iter()
        .filter(|(name, _)| *name != "content-type")
        .map(|(name, value)| (*name, value.as_str()))
        .collect()
}

#[tokio::test]
async fn messages_tell_each_status_and_the_report_around_a_call_that_is_old_news() {
    let setting = Setting::vapi().await;
    let id = place(&setting, pizza());
    setting.later(60);
    let deliveries = due(&setting);
    assert_eq!(
        kinds(&deliveries),
        ["ringing", "in-progress", "ended", "end-of-call-report"]
    );
    let messages: Vec<Value> = deliveries.iter().map(message).collect();
    for message in &messages {
        assert_eq!(message["call"]["id"], id);
        assert_eq!(
            message["call"]["status"], "ringing",
            "as it was when it was created"
        );
        assert!(message["phoneNumber"]["number"].is_string());
    }
    assert_eq!(messages[1]["timestamp"], 1_772_359_202_000_i64);
    assert_eq!(messages[2]["endedReason"], "customer-ended-call");
    let report = &messages[3];
    assert_eq!(report["durationMs"], 29_000);
    assert_eq!(report["cost"], 0.060117);
    assert_eq!(report["analysis"]["successEvaluation"], "true");
    assert!(report["artifact"]["presignedStereoUrl"].is_string());
    assert_eq!(deliveries[0].url_path, format!("/webhooks/{VAPI}"));
    assert!(due(&setting).is_empty(), "each is taken once");
}

#[tokio::test]
async fn what_is_said_is_told_turn_by_turn_when_updates_are_on() {
    let setting = Setting::vapi().await;
    let script = CallScript {
        conversation: Some(5),
        transcript_updates: true,
        ..CallScript::default()
    };
    place(&setting, script);
    setting.later(60);
    let deliveries = due(&setting);
    let count = |kind: &str| deliveries.iter().filter(|it| it.kind == kind).count();
    assert_eq!((count("speech-update"), count("transcript")), (4, 4));
    assert_eq!((count("conversation-update"), count("hang")), (4, 1));
    assert!(
        deliveries.is_sorted_by_key(|delivery| delivery.due),
        "in the order in which it happens"
    );
    let last = deliveries
        .iter()
        .rfind(|it| it.kind == "conversation-update")
        .unwrap();
    let last = message(last);
    assert_eq!(
        last["messages"].as_array().unwrap().len(),
        5,
        "instructions and four turns"
    );
    let line = deliveries
        .iter()
        .find(|it| it.kind == "transcript")
        .unwrap();
    let line = message(line);
    assert_eq!(
        line["artifact"]["messages"][1]["message"],
        line["transcript"]
    );
}

#[tokio::test]
async fn each_way_of_calling_has_its_own_steps() {
    let setting = Setting::vapi().await;
    for (script, steps) in [
        (
            CallScript::outbound(),
            &[
                "queued",
                "ringing",
                "in-progress",
                "ended",
                "end-of-call-report",
            ][..],
        ),
        (
            CallScript::default().ending(Ending::Transferred),
            &[
                "ringing",
                "in-progress",
                "forwarding",
                "ended",
                "end-of-call-report",
            ],
        ),
        (
            CallScript::unanswered(Ending::Busy),
            &["queued", "ringing", "ended", "end-of-call-report"],
        ),
        (
            CallScript {
                direction: Direction::Web,
                ..CallScript::default()
            },
            &["queued", "in-progress", "ended", "end-of-call-report"],
        ),
    ] {
        place(&setting, script);
        setting.later(100);
        assert_eq!(kinds(&due(&setting)), steps);
    }
}

#[tokio::test]
async fn messages_show_what_the_credential_says() {
    let setting = Setting::vapi().await;
    let world = setting.simulator.world();
    let (name, secret) = setting.account(VAPI).secrets[1].clone();
    assert_eq!(name, "WEBHOOK_SECRET");
    place(&setting, pizza());
    setting.later(60);
    let first = due(&setting).remove(0);
    assert_eq!(headers(&first), [("x-vapi-secret", secret.as_str())]);

    let set = |key, value| world.set_option(VAPI, key, value).unwrap();
    set("webhook_auth", "bearer");
    let bearer = format!("Bearer {secret}");
    assert_eq!(
        headers(&world.signed_again(&first)),
        [("authorization", bearer.as_str())]
    );
    set("webhook_auth", "none");
    assert!(headers(&world.signed_again(&first)).is_empty());
    set("webhook_auth", "hmac");
    let signed = world.signed_again(&first);
    let names: Vec<_> = headers(&signed).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["x-signature", "x-timestamp"]);
    assert_eq!(headers(&signed)[1].1, setting.now().as_second().to_string());
    assert_eq!(signed.body, first.body);
    assert_eq!(setting.account(VAPI).option("webhook_auth"), Some("hmac"));
    let door = "http://127.0.0.1:7480".parse().unwrap();
    assert!(
        setting
            .simulator
            .config_toml(&door)
            .contains("webhook_auth = \"hmac\"")
    );
    assert!(world.set_option("nobody", "webhook_auth", "none").is_err());
}

#[tokio::test]
async fn messages_are_lost_and_doubled_and_requests_refused_by_switches() {
    let setting = Setting::vapi().await;
    let switches = setting.simulator.switches(VAPI).unwrap();
    switches.turn(|faults| faults.lose_webhooks = Times::Next(3));
    place(&setting, pizza());
    setting.later(60);
    assert_eq!(kinds(&due(&setting)), ["end-of-call-report"]);
    place(&setting, pizza());
    switches.turn(|faults| {
        faults.duplicate_webhooks = Times::Next(1);
        faults.reorder_webhooks = true;
    });
    setting.later(60);
    assert_eq!(
        kinds(&due(&setting)),
        [
            "end-of-call-report",
            "ended",
            "in-progress",
            "ringing",
            "ringing"
        ]
    );
    switches.turn(|faults| {
        faults.too_many_requests = Times::Next(1);
        faults.retry_after = Some(Duration::from_secs(7));
    });
    let refused = setting
        .request(VAPI, Method::GET, "/call")
        .send()
        .await
        .unwrap();
    assert_eq!(
        (refused.status(), &refused.headers()[header::RETRY_AFTER]),
        (StatusCode::TOO_MANY_REQUESTS, &"7".parse().unwrap())
    );
    switches.turn(|faults| faults.key_revoked = true);
    assert_eq!(setting.get(VAPI, "/call").await.0, StatusCode::UNAUTHORIZED);
}
