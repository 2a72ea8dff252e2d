//! Whatever comes in, nothing panics; and what does come in gives the same call in any order.

use std::sync::LazyLock;

use proptest::{prelude::*, sample::select};
use ringback_model::{Call, CallEvent, ProviderCallId, Status};
use ringback_providers::{Account, Document, Understood};
use serde_json::{Value, json};

use crate::{
    accounts::{account, at, provider, request, snapshot, time, understand, webhook},
    custom_signature,
};

static JSON_FIXTURES: LazyLock<Vec<Value>> = LazyLock::new(|| {
    [
        include_str!("../fixtures/retell/call_ended.json"),
        include_str!("../fixtures/retell/get_call.json"),
        include_str!("../fixtures/retell/scrubbed.json"),
        include_str!("../fixtures/retell/not_connected.json"),
        include_str!("../fixtures/telnyx/initiated.json"),
        include_str!("../fixtures/telnyx/hangup.json"),
        include_str!("../fixtures/telnyx/hangup_v1.json"),
        include_str!("../fixtures/telnyx/cost.json"),
        include_str!("../fixtures/telnyx/recording_saved.json"),
        include_str!("../fixtures/telnyx/transcription.json"),
        include_str!("../fixtures/telnyx/analyzed.json"),
        include_str!("../fixtures/telnyx/ai_gather.json"),
        include_str!("../fixtures/telnyx/call_event.json"),
        include_str!("../fixtures/telnyx/recording.json"),
        include_str!("../fixtures/telnyx/detail_record.json"),
        include_str!("../fixtures/telnyx/call.json"),
        include_str!("../fixtures/telnyx/transcriptions.json"),
        include_str!("../fixtures/twilio/call.json"),
        include_str!("../fixtures/twilio/recording.json"),
        include_str!("../fixtures/custom/ended.json"),
        include_str!("../fixtures/custom/whole.json"),
        include_str!("../fixtures/recall/bot.json"),
        include_str!("../fixtures/recall/recording.json"),
        include_str!("../fixtures/recall/recording_done.json"),
        include_str!("../fixtures/recall/bot_v1_10.json"),
        include_str!("../fixtures/vapi/status_update.json"),
        include_str!("../fixtures/vapi/end_of_call_report.json"),
        include_str!("../fixtures/vapi/transcript.json"),
        include_str!("../fixtures/vapi/artifact_upload.json"),
        include_str!("../fixtures/vapi/call.json"),
    ]
    .map(|text| serde_json::from_str(text).expect("a fixture is JSON"))
    .to_vec()
});

const PUBLIC_KEY: &str = "ebVWLo/mVPlAeLES6KmLp5AfhTrmlb7X4OORC60ElmQ=";

/// Values that a field may wrongly have.
fn odd_values() -> impl Strategy<Value = Value> {
    let texts = vec![
        "",
        " ",
        "\0",
        "é☎\u{202e}",
        "-1",
        "1e400",
        "NaN",
        "Infinity",
        "../..",
        "9999999999999999999999999999999",
        "https://u:p@[::1]:99999/",
        "Sun, 99 Mar 2026",
        "2026-13-01T00:00:00Z",
    ];
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        select(texts).prop_map(Value::from),
        ".{0,20}".prop_map(Value::from),
        Just(json!([])),
        Just(json!({})),
        Just(json!([[[{"role": [1]}]]])),
        Just(
            json!([{"role": "agent", "content": 7, "words": [{"word": "x", "start": -5, "end": 1e300}]}])
        ),
    ]
}

/// A fixture in which a few places have other values.
fn mutated_fixtures() -> impl Strategy<Value = Value> {
    let places = prop::collection::vec((any::<prop::sample::Index>(), odd_values()), 1..6);
    (select(JSON_FIXTURES.clone()), places).prop_map(|(mut fixture, places)| {
        for (place, value) in places {
            let pointers = pointers(&fixture);
            let pointer = pointers[place.index(pointers.len())].clone();
            *fixture.pointer_mut(&pointer).expect("it was just found") = value;
        }
        fixture
    })
}

/// The places in a document, except the whole.
fn pointers(value: &Value) -> Vec<String> {
    fn walk(value: &Value, at: &str, found: &mut Vec<String>) {
        let children: Vec<(String, &Value)> = match value {
            Value::Object(members) => members
                .iter()
                .map(|(name, value)| (name.clone(), value))
                .collect(),
            Value::Array(items) => items
                .iter()
                .enumerate()
                .map(|(index, value)| (index.to_string(), value))
                .collect(),
            _ => Vec::new(),
        };
        for (name, child) in children {
            let pointer = format!("{at}/{name}");
            walk(child, &pointer, found);
            found.push(pointer);
        }
    }
    let mut found = Vec::new();
    walk(value, "", &mut found);
    if found.is_empty() {
        found.push(String::new());
    }
    found
}

/// Puts a body through everything that a provider does with one.
fn put_through(body: &[u8]) {
    for name in ["retell", "vapi", "twilio", "telnyx", "recall", "custom"] {
        let mut account = account(name, &[("webhook_secret", custom_signature::SECRET)]);
        account.accept_unsigned = true;
        let event = provider(name).verify(&account, custom_signature::signed_by_us(body), at(0));
        assert!(event.is_ok_and(|event| !event.key.is_empty()));
        let now = time("2026-03-01T10:00:00Z");
        let documents = [
            webhook(body, now),
            Document {
                content_type: Some("application/json"),
                ..webhook(body, now)
            },
            snapshot("call", body, now),
            snapshot("listed_call", body, now),
            snapshot("recordings", body, now),
            snapshot("bot", body, now),
            snapshot("listed_recording", body, now),
            snapshot("transcripts", body, now),
            snapshot("participants", body, now),
            snapshot("event", body, now),
            snapshot("call_event", body, now),
            snapshot("call_status", body, now),
            snapshot("transcriptions", body, now),
            snapshot("detail_record", body, now),
        ];
        for document in documents {
            if let Ok(Understood::Events(events)) = understand(&account, document) {
                for event in events {
                    let mut call = Call::new(event.call.clone());
                    call.apply(&event);
                    let gap = call.cost().and_then(|cost| cost.gap());
                    let _ = (gap, call.status(), provider(name).expects(&call));
                }
            }
        }
    }
}

proptest! {
    #[test]
    fn any_bytes_are_borne(body in prop::collection::vec(any::<u8>(), 0..300)) {
        put_through(&body);
    }

    #[test]
    fn any_form_is_borne(body in "[A-Za-z%&=+0-9.:, -]{0,200}") {
        put_through(body.as_bytes());
        put_through(format!("CallSid=CA1&CallStatus=completed&{body}").as_bytes());
        put_through(format!("CallSessionId=s&CallLegId=l&CallStatus=completed&{body}").as_bytes());
    }

    #[test]
    fn documents_with_wrong_values_are_borne(value in mutated_fixtures()) {
        put_through(value.to_string().as_bytes());
        let data = json!({"call": value, "recording": value, "transcript": [value]});
        put_through(json!({"timestamp": value, "data": data}).to_string().as_bytes());
        let page = json!({"recordings": [value], "event": "call_ended", "call": value});
        put_through(page.to_string().as_bytes());
        let files = json!({"call": "bot", "event": "bot.done", "data": value, "transcripts": [{"content": [value]}], "joined": [value]});
        put_through(files.to_string().as_bytes());
        let mut message = json!({"type": "end-of-call-report", "call": {"id": "call"}});
        for name in ["artifact", "costBreakdown", "analysis", "assistant", "customer"] {
            message[name] = value.clone();
        }
        put_through(json!({"message": message}).to_string().as_bytes());
    }

    #[test]
    fn cut_documents_are_borne(fixture in select(JSON_FIXTURES.clone()), cut in any::<prop::sample::Index>()) {
        let text = fixture.to_string();
        put_through(&text.as_bytes()[..cut.index(text.len())]);
    }

    #[test]
    fn headers_of_any_kind_are_borne(header in prop::collection::vec(32u8..=255, 0..120), body in "[a-z=&]{0,30}") {
        for (name, key, header_name, auth) in [
            ("retell", "api_key", "x-retell-signature", ""),
            ("twilio", "auth_token", "x-twilio-signature", ""),
            ("recall", "webhook_secret", "svix-signature", ""),
            ("custom", "webhook_secret", "webhook-signature", ""),
            ("telnyx", "api_key", "telnyx-signature-ed25519", ""),
            ("telnyx", "api_key", "telnyx-timestamp", ""),
            ("vapi", "webhook_secret", "x-vapi-secret", "secret"),
            ("vapi", "webhook_secret", "authorization", "bearer"),
            ("vapi", "webhook_secret", "x-signature", "hmac"),
            ("vapi", "webhook_secret", "x-timestamp", "hmac"),
        ] {
            let mut account = account(name, &[(key, "the key")]);
            if !auth.is_empty() {
                account.options.insert("webhook_auth".into(), auth.into());
            }
            if name == "telnyx" {
                account.options.insert("public_key".into(), PUBLIC_KEY.into());
            }
            account.webhook_url = Some("https://hooks.example/a".parse().expect("a URL"));
            let mut request = request(body.clone(), &[]);
            if let Ok(value) = http::HeaderValue::from_bytes(&header) {
                request.headers.insert(header_name, value);
                prop_assert!(provider(name).verify(&account, request, at(0)).is_err());
            }
        }
    }

    #[test]
    fn the_reports_of_a_call_give_the_same_call_in_any_order_and_number(
        order in prop::collection::vec(any::<prop::sample::Index>(), 0..30),
        shuffled in Just((0..longest_life()).collect::<Vec<_>>()).prop_shuffle(),
    ) {
        for life in lives() {
            let all = shuffled.iter().filter(|index| **index < life.len()).copied();
            let extra = order.iter().map(|index| index.index(life.len()));
            let mut told: Vec<_> = all.chain(0..life.len()).collect();
            told.splice(0..0, extra);
            let mut jumbled = Call::new(ProviderCallId::new("call"));
            for index in told {
                jumbled.apply(&life[index]);
            }
            let mut in_order = Call::new(ProviderCallId::new("call"));
            for event in life.iter() {
                in_order.apply(event);
            }
            prop_assert_eq!(jumbled.status(), Status::Ended);
            let text = |call: &Call| serde_json::to_string(call).expect("JSON");
            prop_assert_eq!(text(&jumbled), text(&in_order));
        }
    }
}

fn understood(account: &Account, document: Document<'_>) -> Vec<CallEvent> {
    crate::accounts::events(account, document)
}

static RETELL_LIFE: LazyLock<Vec<CallEvent>> = LazyLock::new(|| {
    let account = account("retell", &[]);
    let end = 1_760_000_031_000;
    let told = [
        (
            include_str!("../fixtures/retell/call_started.json"),
            1_760_000_001_000,
        ),
        (
            include_str!("../fixtures/retell/transcript_updated.json"),
            1_760_000_010_000,
        ),
        (
            include_str!("../fixtures/retell/transfer_started.json"),
            1_760_000_020_000,
        ),
        (
            include_str!("../fixtures/retell/call_ended.json"),
            end + 500,
        ),
        (
            include_str!("../fixtures/retell/call_ended_registered.json"),
            end + 900,
        ),
        (
            include_str!("../fixtures/retell/call_analyzed.json"),
            end + 9_000,
        ),
    ];
    let mut events: Vec<_> = told
        .into_iter()
        .flat_map(|(body, ms)| understood(&account, webhook(body.as_bytes(), at(ms))))
        .collect();
    let get_call =
        include_str!("../fixtures/retell/get_call.json").replace("call_0003", "call_0001");
    events.extend(understood(
        &account,
        snapshot("call", get_call.as_bytes(), at(end + 60_000)),
    ));
    let ongoing = json!({"call_id": "call_0001", "call_status": "ongoing"}).to_string();
    events.extend(understood(
        &account,
        snapshot("listed_call", ongoing.as_bytes(), at(end + 1)),
    ));
    events
});

static TWILIO_LIFE: LazyLock<Vec<CallEvent>> = LazyLock::new(|| {
    let account = account("twilio", &[]);
    let now = time("2026-03-01T10:06:00Z");
    let forms = [
        "CallSid=CA1&CallStatus=initiated&Timestamp=Sun%2C+01+Mar+2026+10%3A04%3A24+%2B0000",
        "CallSid=CA1&CallStatus=ringing&Timestamp=Sun%2C+01+Mar+2026+10%3A04%3A24+%2B0000",
        "CallSid=CA1&CallStatus=in-progress&Timestamp=Sun%2C+01+Mar+2026+10%3A04%3A24+%2B0000",
        include_str!("../fixtures/twilio/completed.form"),
        include_str!("../fixtures/twilio/recording_completed.form"),
    ];
    let mut events: Vec<_> = forms
        .into_iter()
        .flat_map(|form| understood(&account, webhook(form.as_bytes(), now)))
        .collect();
    for body in [
        include_str!("../fixtures/twilio/call.json"),
        include_str!("../fixtures/twilio/child_call.json"),
    ] {
        events.extend(understood(&account, snapshot("call", body.as_bytes(), now)));
    }
    events
});

static RECALL_LIFE: LazyLock<Vec<CallEvent>> = LazyLock::new(|| {
    let account = account("recall", &[]);
    let now = time("2025-10-09T08:55:00Z");
    let status = |code: &str, sub_code: Option<&str>, minute: u32| {
        json!({"event": format!("bot.{code}"), "data": {
            "data": {"code": code, "sub_code": sub_code, "updated_at": format!("2025-10-09T08:{minute}:00Z")},
            "bot": {"id": "22222222-2222-4222-8222-222222222222"}}})
        .to_string()
    };
    let webhooks = [
        status("joining_call", None, 20),
        status("in_waiting_room", None, 21),
        status("in_call_not_recording", None, 23),
        status("in_call_recording", None, 24),
        include_str!("../fixtures/recall/call_ended.json").to_owned(),
        include_str!("../fixtures/recall/recording_done.json").to_owned(),
        status("done", None, 54),
        include_str!("../fixtures/recall/transcript_done.json").to_owned(),
    ];
    let mut events: Vec<_> = webhooks
        .iter()
        .flat_map(|body| understood(&account, webhook(body.as_bytes(), now)))
        .collect();
    let file: Value = serde_json::from_str(include_str!("../fixtures/recall/transcript.json"))
        .expect("a fixture is JSON");
    let transcripts =
        json!({"call": "22222222-2222-4222-8222-222222222222", "transcripts": [{"content": file}]});
    for (kind, body) in [
        (
            "bot",
            include_str!("../fixtures/recall/bot.json").to_owned(),
        ),
        (
            "listed_recording",
            include_str!("../fixtures/recall/recording.json").to_owned(),
        ),
        ("transcripts", transcripts.to_string()),
    ] {
        events.extend(understood(&account, snapshot(kind, body.as_bytes(), now)));
    }
    events
});

/// What is told of one call of each provider.
fn lives() -> [&'static [CallEvent]; 4] {
    [&RETELL_LIFE, &TWILIO_LIFE, &VAPI_LIFE, &RECALL_LIFE]
}

fn longest_life() -> usize {
    lives()
        .map(<[_]>::len)
        .into_iter()
        .max()
        .unwrap_or_default()
}

static VAPI_LIFE: LazyLock<Vec<CallEvent>> = LazyLock::new(|| {
    let account = account("vapi", &[]);
    let end = 1_760_000_031_000;
    let status = include_str!("../fixtures/vapi/status_update.json");
    let report = include_str!("../fixtures/vapi/end_of_call_report.json");
    let messages = [
        status.replace("in-progress", "queued"),
        status.replace("in-progress", "ringing"),
        status.to_owned(),
        include_str!("../fixtures/vapi/conversation_update.json").to_owned(),
        include_str!("../fixtures/vapi/transcript.json").to_owned(),
        status.replace("in-progress", "ended"),
        report.to_owned(),
    ];
    let mut events: Vec<_> = messages
        .iter()
        .flat_map(|body| understood(&account, webhook(body.as_bytes(), at(end + 60_000))))
        .collect();
    let call = include_str!("../fixtures/vapi/call.json");
    let composed =
        format!(r#"{{"call": {call}, "phoneNumber": {{"id": "p", "number": "+15550199"}}}}"#);
    for (kind, ms) in [("call", 90_000), ("listed_call", 120_000)] {
        let snapshot = snapshot(kind, composed.as_bytes(), at(end + ms));
        events.extend(understood(&account, snapshot));
    }
    events
});
