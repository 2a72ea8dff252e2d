//! What is logged and said in errors gives nothing away.

use std::{
    cell::RefCell,
    io,
    sync::{Arc, Once},
    time::Duration,
};

use futures_util::TryStreamExt;
use ringback_model::{Clock, Link, ProviderCallId, RecordingKey, SecretUrl};
use ringback_providers::{MediaRef, http::Http};
use serde_json::json as value;
use tracing_subscriber::{Layer, filter::dynamic_filter_fn, fmt, prelude::*};

use crate::{
    accounts::{account, provider, snapshot, time, understand, webhook},
    stand_in::{StandIn, bytes, json, redirect, status},
};

thread_local! {
    /// What was logged on this thread since somebody began to listen.
    static LOGGED: RefCell<Option<Vec<u8>>> = const { RefCell::new(None) };
}

struct Ear;

impl io::Write for Ear {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LOGGED.with_borrow_mut(|logged| logged.get_or_insert_default().extend_from_slice(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Listens to everything, down to the libraries' traces, on this thread only. The subscriber is one
/// for all threads, because whether a place in the code logs is decided once for all of them.
fn listen() {
    static LISTENING: Once = Once::new();
    LISTENING.call_once(|| {
        let here = dynamic_filter_fn(|_, _| LOGGED.with_borrow(Option::is_some));
        let layer = fmt::layer().with_ansi(false).with_writer(|| Ear);
        let subscriber = tracing_subscriber::registry().with(layer.with_filter(here));
        tracing::subscriber::set_global_default(subscriber).expect("nobody else sets one");
    });
    LOGGED.set(Some(Vec::new()));
}

fn heard() -> String {
    let logged = LOGGED.take().expect("somebody listened");
    String::from_utf8(logged).expect("text")
}

#[tokio::test]
async fn keys_links_numbers_words_and_ids_stay_out_of_logs_and_errors() {
    listen();
    let mut said = String::new();

    let api = StandIn::start().await;
    let call = value!({
        "call_id": "hidden-call", "from_number": 15_550_100, "agent_id": {"hidden": "word"},
        "recording_url": api.url("/hidden-path.wav?sig=hidden-signature").as_str(),
    });
    api.on(
        "/v2/get-call/hidden-call",
        [status(503), json(&call), status(418)],
    )
    .on(
        "/hidden-path.wav",
        [redirect("/hidden-storage.wav?sig=hidden-signature")],
    )
    .on("/hidden-storage.wav", [bytes("hidden sound").cut()]);
    let mut account = account("retell", &[("api_key", "hidden-key")]);
    account.base_url = api.url("");
    account.allow_private_network = true;
    let clock = Clock::from_fn(|| time("2026-03-01T10:00:00Z"));
    let http = Http::for_account(&account, clock, Duration::ZERO);
    said += &format!("{account:?} {http:?}");
    let client = provider("retell").client(Arc::new(account.clone()), http);

    let id = ProviderCallId::new("hidden-call");
    let told = client.call(&id).await.expect("an answer").remove(0);
    understand(&account, snapshot(told.kind, &told.body, told.at)).expect("understood");
    let link = Link {
        url: SecretUrl::new(api.url("/hidden-path.wav?sig=hidden-signature")),
        expires_at: None,
    };
    said += &format!("{link:?}");
    let media = MediaRef {
        call: &id,
        recording: &RecordingKey::only(),
        link: Some(&link),
        is_fresh: false,
    };
    let stream = client.media(media, 0, None).await.expect("begins");
    said += &format!("{stream:?}");
    let cut = stream
        .body
        .try_collect::<Vec<_>>()
        .await
        .expect_err("cut off");
    said += &format!("{cut} {cut:?}");
    api.on(
        "/hidden-path.wav",
        [redirect(
            "https://user:hidden@evil.example/hidden?sig=hidden",
        )],
    );
    let refused = client
        .media(media, 0, None)
        .await
        .expect_err("leads astray");
    said += &format!("{refused} {refused:?}");

    let logged = heard();
    assert!(
        logged.contains("/v2/get-call/{call_id}"),
        "something is logged: {logged}"
    );
    assert!(
        logged.contains("call.from_number"),
        "a field that makes no sense is noted: {logged}"
    );
    for text in [&logged, &said] {
        assert!(!text.contains("hidden"), "{text}");
        assert!(!text.contains("15550100"), "{text}");
    }
}

#[test]
fn a_key_that_is_not_known_is_noted_by_its_path_and_what_is_in_it_is_not() {
    listen();
    let account = account("custom", &[]);
    let body = value!({
        "type": "call.updated",
        "data": {"call": {"provider_call_id": "hidden-call", "ticket": "hidden", "+15550100": "hidden",
            "agent": {"mood": "hidden", "name": "hidden"}, "summary": "hidden"},
            "recording": {"url": "https://hidden.example/hidden?sig=hidden", "codec": "hidden"},
            "transcript": [
                {"speaker": "hidden", "text": "hidden", "confidence": 1},
                {"speaker": "hidden", "text": "hidden", "confidence": 1, "words": [
                    {"text": "hidden", "start_ms": 1, "end_ms": 2, "confidence": 1},
                    {"text": "hidden", "start_ms": 1, "end_ms": 2, "confidence": 1}]}]},
    });
    let body = body.to_string();
    let now = time("2026-03-01T10:00:00Z");
    let understood = understand(&account, webhook(body.as_bytes(), now)).expect("understood");
    let many: Vec<String> = (0..100)
        .map(|index| format!("\"key_{index}\": 1"))
        .collect();
    let many = format!(
        "{{\"data\": {{\"call\": {{\"provider_call_id\": \"a\", {}}}}}}}",
        many.join(", ")
    );
    understand(&account, webhook(many.as_bytes(), now)).expect("understood");
    let logged = heard();
    for path in [
        "data.call.ticket",
        "data.call.agent.mood",
        "data.recording.codec",
        "data.call.(no word)",
    ] {
        assert!(logged.contains(path), "{path}: {logged}");
    }
    assert_eq!(
        logged.matches("confidence").count(),
        1,
        "once for all segments: {logged}"
    );
    for text in ["hidden", "15550100"] {
        assert!(!logged.contains(text), "{logged}");
    }
    assert_eq!(
        logged.matches("data.call.key_").count(),
        8,
        "a log is not filled by one event"
    );
    assert_eq!(understood.calls().len(), 1);
}
