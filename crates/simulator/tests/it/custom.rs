//! A team's own backend: the events that it pushes, its bucket, and that it answers nothing.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;
use reqwest::{Method, StatusCode, header};
use ringback_simulator::{
    CallScript, Correction, Delivery, Ending, RecordingPlan, StoragePolicy, Times, speech::Format,
};
use serde_json::{Value, json};

use crate::setting::{CUSTOM, Setting, document};

fn body(delivery: &Delivery) -> Value {
    serde_json::from_slice(&delivery.body).unwrap()
}

fn header_of<'a>(delivery: &'a Delivery, name: &str) -> &'a str {
    let found = delivery.headers.iter().find(|(header, _)| *header == name);
    found.map(|(_, value)| value.as_str()).unwrap()
}

/// All events until nothing more comes, each taken at its moment.
fn live_through(setting: &Setting) -> Vec<Delivery> {
    let mut all = Vec::new();
    while let Some(at) = setting.simulator.world().next_webhook_at() {
        setting.clock.set(at.max(setting.now()));
        all.extend(setting.simulator.world().webhooks_due(setting.now()));
    }
    all
}

fn kinds(deliveries: &[Delivery]) -> Vec<&str> {
    deliveries.iter().map(|it| it.kind.as_str()).collect()
}

fn place(setting: &Setting, script: CallScript) -> String {
    setting.simulator.place(CUSTOM, script).unwrap()
}

/// The recording of a finished call, as the backend tells it.
fn recording(deliveries: &[Delivery]) -> Value {
    let told = deliveries
        .iter()
        .find(|it| it.kind == "recording.done")
        .map(body);
    told.unwrap()["data"]["recording"].clone()
}

#[tokio::test]
async fn each_part_of_a_call_is_an_event_of_its_own_with_what_was_true_then() {
    let setting = Setting::with_backend().await;
    let script = CallScript {
        conversation: Some(0),
        ..CallScript::outbound()
    };
    let id = place(&setting, script);
    let events = live_through(&setting);
    let unordered: BTreeSet<_> = kinds(&events).into_iter().collect();
    assert_eq!(
        unordered,
        BTreeSet::from([
            "call.created",
            "call.ringing",
            "call.answered",
            "call.ended",
            "recording.done",
            "transcript.done",
            "call.analyzed",
            "call.priced"
        ])
    );
    assert_eq!(
        kinds(&events)[..4],
        [
            "call.created",
            "call.ringing",
            "call.answered",
            "call.ended"
        ]
    );
    for event in &events {
        let body = body(event);
        assert_eq!(body["type"], event.kind.as_str());
        assert_eq!(body["data"]["call"]["provider_call_id"], id.as_str());
        let told: Timestamp = body["timestamp"].as_str().unwrap().parse().unwrap();
        assert_eq!(told, event.due, "{}", event.kind);
    }
    let call = |kind: &str| {
        let event = events.iter().find(|it| it.kind == kind).unwrap();
        body(event)["data"]["call"].clone()
    };
    let statuses = [
        "call.created",
        "call.ringing",
        "call.answered",
        "call.ended",
    ];
    let statuses = statuses.map(|kind| call(kind)["status"].clone());
    assert_eq!(statuses, ["scheduled", "ringing", "ongoing", "ended"]);
    assert_eq!(call("call.ended")["duration_ms"], 29_000);
    assert_eq!(
        call("call.ended")["ended_reason"],
        json!({ "code": "caller_hangup", "raw": "customer left" })
    );
    assert_eq!(
        call("call.ended")["cost"],
        json!({
            "amount": "0.04727", "currency": "USD", "provisional": true,
            "parts": [{ "name": "telephony", "amount": "0.00667" }, { "name": "agent", "amount": "0.0406" }],
        })
    );
    assert_eq!(call("call.priced")["cost"]["provisional"], false);
    assert_eq!(call("recording.done"), json!({ "provider_call_id": id }));
    let truth = setting.simulator.truth(&id).unwrap();
    assert_eq!(truth.cost.as_ref().unwrap().amount, "0.04727");
    assert_eq!(
        call("call.analyzed")["latency"]["e2e"]["p95"],
        truth.latency.unwrap().p95
    );
    assert_eq!(truth.recordings[0].state, "available");
}

#[tokio::test]
async fn what_comes_after_the_end_comes_in_an_order_that_changes() {
    let setting = Setting::with_backend().await;
    let mut orders = BTreeSet::new();
    for _ in 0..20 {
        place(&setting, CallScript::default());
        let events = live_through(&setting);
        let after: Vec<String> = events
            .into_iter()
            .map(|it| it.kind)
            .skip_while(|kind| kind != "call.ended")
            .skip(1)
            .collect();
        orders.insert(after);
    }
    assert_eq!(orders.len(), 3, "{orders:?}");
}

#[tokio::test]
async fn a_transcript_grows_while_the_call_goes_on_and_is_told_whole_at_the_end() {
    let setting = Setting::with_backend().await;
    let script = CallScript {
        conversation: Some(5),
        transcript_updates: true,
        ..CallScript::default()
    };
    let id = place(&setting, script);
    let events = live_through(&setting);
    let told: Vec<_> = events
        .iter()
        .filter(|it| it.kind.starts_with("transcript."))
        .map(|it| (it.kind.clone(), body(it)["data"].clone()))
        .collect();
    assert_eq!(told.len(), 5);
    for (count, (kind, data)) in told.iter().take(4).enumerate() {
        assert_eq!(kind, "transcript.updated");
        assert_eq!(data["call"]["status"], "ongoing");
        assert_eq!(data["transcript"].as_array().unwrap().len(), count + 1);
    }
    let (kind, whole) = &told[4];
    assert_eq!(kind, "transcript.done");
    assert_eq!(whole["call"], json!({ "provider_call_id": id }));
    let truth = serde_json::to_value(setting.simulator.truth(&id).unwrap()).unwrap();
    assert_eq!(whole["transcript"], truth["transcript"]);
}

#[tokio::test]
async fn a_call_that_never_connects_has_no_cost_no_words_and_no_recording() {
    let setting = Setting::with_backend().await;
    place(&setting, CallScript::unanswered(Ending::Busy));
    let events = live_through(&setting);
    assert_eq!(
        kinds(&events),
        ["call.created", "call.ringing", "call.ended"]
    );
    let call = body(&events[2])["data"]["call"].clone();
    assert_eq!(call["status"], "not_connected");
    assert_eq!(call["duration_ms"], Value::Null);
    assert!(call.get("cost").is_none());
}

#[tokio::test]
async fn a_recording_that_is_not_given_out_says_why() {
    let setting = Setting::with_backend().await;
    for (script, state, reason) in [
        (RecordingPlan::TooShort, "absent", "too_short"),
        (RecordingPlan::Silent, "absent", "silent"),
    ]
    .map(|(recording, state, reason)| {
        let script = CallScript {
            recording,
            ..CallScript::default()
        };
        (script, state, reason)
    })
    .into_iter()
    .chain([(
        CallScript {
            storage: StoragePolicy::BasicAttributesOnly,
            ..CallScript::default()
        },
        "withheld",
        "policy",
    )]) {
        let id = place(&setting, script);
        let events = live_through(&setting);
        let told = recording(&events);
        assert_eq!(
            (&told["state"], &told["reason"]),
            (&json!(state), &json!(reason))
        );
        assert!(told.get("url").is_none());
        let truth = setting.simulator.truth(&id).unwrap();
        assert_eq!(truth.recordings[0].state, state);
    }
}

#[tokio::test]
async fn corrections_and_deletions_are_told_because_nobody_can_ask() {
    let setting = Setting::with_backend().await;
    let correction = Correction {
        after: Duration::from_secs(600),
        extra_cost_micros: 10_000,
        extra_duration: Duration::from_millis(250),
    };
    let script = CallScript {
        conversation: Some(0),
        correction: Some(correction),
        deleted_after: Some(Duration::from_secs(3600)),
        ..CallScript::default()
    };
    place(&setting, script);
    let events = live_through(&setting);
    let last: Vec<_> = events[events.len() - 2..].iter().map(body).collect();
    assert_eq!(last[0]["type"], "call.corrected");
    assert_eq!(last[0]["data"]["call"]["duration_ms"], 29_250);
    assert_eq!(last[0]["data"]["call"]["cost"]["amount"], "0.05727");
    assert_eq!(last[1]["data"]["recording"]["state"], "deleted");
}

#[tokio::test]
async fn an_event_is_signed_when_it_is_sent_and_keeps_its_id_when_it_is_sent_again() {
    let setting = Setting::with_backend().await;
    place(&setting, CallScript::default());
    setting.later(60);
    let events = setting.simulator.world().webhooks_due(setting.now());
    assert_eq!(events[0].url_path, format!("/webhooks/{CUSTOM}"));
    let ids: BTreeSet<_> = events
        .iter()
        .map(|it| header_of(it, "webhook-id"))
        .collect();
    assert_eq!(ids.len(), events.len());
    let now = setting.now().as_second().to_string();
    assert_eq!(header_of(&events[0], "webhook-timestamp"), now);
    assert!(header_of(&events[0], "webhook-signature").starts_with("v1,"));

    setting.later(300);
    let again = setting.simulator.world().signed_again(&events[0]);
    assert_eq!(again.body, events[0].body);
    assert_eq!(
        header_of(&again, "webhook-id"),
        header_of(&events[0], "webhook-id")
    );
    assert_ne!(
        header_of(&again, "webhook-signature"),
        header_of(&events[0], "webhook-signature")
    );

    let account = setting.account(CUSTOM);
    let (name, secret) = &account.secrets[0];
    assert_eq!(
        (name.as_str(), account.secrets.len()),
        ("WEBHOOK_SECRET", 1)
    );
    assert!(secret.starts_with("whsec_"));
    let config = setting
        .simulator
        .config_toml(&"http://127.0.0.1:7480".parse().unwrap());
    assert!(config.contains("provider = \"custom\""), "{config}");
    assert!(
        setting
            .simulator
            .environment()
            .iter()
            .any(|(name, value)| name == "RINGBACK_SHOP_CUSTOM_WEBHOOK_SECRET" && value == secret)
    );
}

#[tokio::test]
async fn what_is_lost_is_sent_again_with_growing_pauses_and_given_up_in_the_end() {
    let setting = Setting::with_backend().await;
    let switches = setting.simulator.switches(CUSTOM).unwrap();
    switches.turn(|faults| faults.lose_webhooks = Times::Next(2));
    place(&setting, CallScript::unanswered(Ending::NoAnswer));
    setting.later(60);
    let world = setting.simulator.world();
    let first = world.webhooks_due(setting.now());
    assert_eq!(kinds(&first), ["call.ended"]);
    setting.later(5);
    let again = world.webhooks_due(setting.now());
    assert_eq!(kinds(&again), ["call.created", "call.ringing"]);
    assert_eq!(body(&again[0])["data"]["call"]["status"], "scheduled");

    switches.turn(|faults| faults.lose_webhooks = Times::Always);
    place(&setting, CallScript::unanswered(Ending::NoAnswer));
    let begin = setting.now();
    assert!(live_through(&setting).is_empty());
    let hours = setting.now().duration_since(begin).as_hours();
    assert!((70..80).contains(&hours), "three days and a bit: {hours} h");
}

#[tokio::test]
async fn a_recording_can_be_told_of_before_its_call() {
    let setting = Setting::with_backend().await;
    let switches = setting.simulator.switches(CUSTOM).unwrap();
    switches.turn(|faults| faults.recording_before_call = true);
    place(&setting, CallScript::default());
    let events = live_through(&setting);
    assert_eq!(events[0].kind, "recording.done");
    assert_eq!(events.len(), 7);
    switches.turn(|faults| {
        faults.recording_before_call = false;
        faults.duplicate_webhooks = Times::Always;
        faults.reorder_webhooks = true;
    });
    place(&setting, CallScript::default());
    setting.later(120);
    let events = setting.simulator.world().webhooks_due(setting.now());
    assert_eq!(events.len(), 14);
    assert_eq!(events[0].kind, "call.priced");
    assert_eq!(events[0].number, events[1].number);
}

#[tokio::test]
async fn a_public_link_gives_the_file_that_the_truth_describes() {
    let setting = Setting::with_backend().await;
    let id = place(&setting, CallScript::default());
    let told = recording(&live_through(&setting));
    let url = told["url"].as_str().unwrap();
    assert!(
        url.contains("/storage/v1/object/public/recordings/"),
        "{url}"
    );
    let answer = setting.client.get(url).send().await.unwrap();
    assert_eq!(answer.headers()[header::CONTENT_TYPE], "audio/mpeg");
    let bytes = answer.bytes().await.unwrap();
    let truth = setting.simulator.truth(&id).unwrap();
    let file = &truth.recordings[0].files[0];
    assert_eq!(
        (file.format.as_str(), file.channels, file.size_bytes),
        ("mp3", 2, bytes.len() as u64)
    );
    assert_eq!(
        told["provider_recording_id"],
        truth.recordings[0]
            .provider_recording_id
            .as_deref()
            .unwrap()
    );
    let world = setting.simulator.world();
    assert_eq!(world.recording_bytes(&id, Format::Mp3, 2), Some(bytes));
    let plain = url.replace("/storage/v1/object/public/recordings", "");
    let elsewhere = setting.client.get(plain).send().await.unwrap();
    assert_eq!(
        elsewhere.status(),
        StatusCode::NOT_FOUND,
        "only as a bucket"
    );
}

#[tokio::test]
async fn a_signed_link_says_when_it_dies_and_dies_then_with_400_and_a_reason() {
    let setting = Setting::with_backend().await;
    let switches = setting.simulator.switches(CUSTOM).unwrap();
    switches.turn(|faults| faults.links_expire_after = Some(Duration::from_secs(600)));
    place(&setting, CallScript::default());
    let events = live_through(&setting);
    let told = recording(&events);
    let url = told["url"].as_str().unwrap();
    let (path, token) = url.split_once("?token=").unwrap();
    assert!(path.contains("/storage/v1/object/sign/"), "{url}");
    let claims = token.split('.').nth(1).unwrap();
    use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
    let claims: Value =
        serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
    let announced = events
        .iter()
        .find(|it| it.kind == "recording.done")
        .unwrap()
        .due;
    assert_eq!(claims["exp"], announced.as_second() + 600);

    let get = async |url: &str| document(setting.client.get(url).send().await.unwrap()).await;
    assert_eq!(get(url).await.0, StatusCode::OK);
    let public = path.replace("/sign/", "/public/");
    for (link, code) in [
        (path.to_owned(), "NoSuchBucket"),
        (public, "NoSuchBucket"),
        (format!("{url}x"), "InvalidJWT"),
        (url.replace("/recordings/", "/others/"), "InvalidJWT"),
        (format!("{path}x?token={token}"), "InvalidJWT"),
    ] {
        let (status, refusal) = get(&link).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        assert_eq!(refusal["code"], code, "{link}: {refusal}");
    }
    setting.later(600);
    let (status, refusal) = get(url).await;
    assert_eq!(
        (status, refusal["code"].as_str()),
        (StatusCode::BAD_REQUEST, Some("ExpiredToken"))
    );
}

#[tokio::test]
async fn a_file_that_is_still_being_uploaded_is_not_found_with_400() {
    let setting = Setting::with_backend().await;
    let switches = setting.simulator.switches(CUSTOM).unwrap();
    switches.turn(|faults| faults.recordings_late_by = Duration::from_secs(600));
    let id = place(&setting, CallScript::default());
    let told = recording(&live_through(&setting));
    let url = told["url"].as_str().unwrap();
    let (status, refusal) = document(setting.client.get(url).send().await.unwrap()).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(
        (&refusal["code"], &refusal["statusCode"]),
        (&json!("NoSuchKey"), &json!("404"))
    );
    assert_eq!(
        setting.simulator.truth(&id).unwrap().recordings[0].state,
        "expected"
    );
    setting.later(600);
    let answer = setting.client.get(url).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
}

#[tokio::test]
async fn there_is_no_api() {
    let setting = Setting::with_backend().await;
    let id = place(&setting, CallScript::default());
    for path in ["/", "/calls", &format!("/calls/{id}")] {
        for method in [Method::GET, Method::POST] {
            let answer = setting.request(CUSTOM, method, path).send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{path}");
        }
    }
}
