//! Telnyx's package can verify and not sign. So it is held against what the stand-in signs, and the
//! door against the same bytes: what the package takes is taken, and what it refuses is refused.

use std::time::Duration;

use ringback_journeys::{cases::Case, edited::form_instead, setting::Setting};
use ringback_simulator::{CallScript, Delivery, Ending};
use serde_json::{Value, json};

use crate::node;

/// Another account's key.
const OTHER_KEY: &str = "JUO5L/EJVRFHatyDadtt3JM2ZaEZeN2hQE7hBmypVZ0=";

/// The public key that stands in `config.toml`.
fn public_key(setting: &Setting) -> String {
    let config = std::fs::read_to_string(setting.home().config_file()).expect("it was written");
    let mut lines = config.lines();
    let line = lines.find_map(|line| line.trim().strip_prefix("public_key = \""));
    let key = line.and_then(|line| line.strip_suffix('"'));
    key.expect("a Telnyx account has one").to_owned()
}

/// What the package says: nothing, or why it refuses.
async fn refusals(webhooks: &[Value]) -> Vec<Option<String>> {
    let answers = node("telnyx.mjs", &json!(webhooks)).await;
    serde_json::from_value(answers).expect("null or a text for each")
}

fn for_the_package(webhook: &Delivery, key: &str, now: jiff::Timestamp) -> Value {
    let headers: serde_json::Map<String, Value> = webhook
        .headers
        .iter()
        .map(|(name, value)| ((*name).to_owned(), json!(value)))
        .collect();
    json!({
        "key": key,
        "body": std::str::from_utf8(&webhook.body).expect("text"),
        "headers": headers,
        "now": now.as_millisecond(),
    })
}

/// A callback of a TeXML application, signed as every other body.
fn form(setting: &Setting, like: &Delivery) -> Delivery {
    let form = format!(
        "AccountSid=acct-1&CallSid=v3%3Aform&CallSessionId={}&CallLegId=leg-form&CallStatus=completed\
         &From=%2B15005550111&To=%2B15005550100&Timestamp={}&CallerName=Zo%C3%AB",
        like.call_id,
        setting.now()
    );
    form_instead(setting.world(), like, &form)
}

#[tokio::test(flavor = "multi_thread")]
async fn telnyx_s_package_and_the_door_take_and_refuse_the_same_bytes() {
    let setting = Setting::told(&[Case::of("telnyx")]).await;
    let house = setting.start().await;
    let script = CallScript {
        transcript_updates: true,
        ..CallScript::outbound().ending(Ending::Transferred)
    };
    let id = setting.place(Case::of("telnyx"), script);
    setting.clock.set(setting.timeline(&id).settled());
    let mut webhooks = setting.world().webhooks_due(setting.now());
    assert!(webhooks.len() > 8, "{} webhooks", webhooks.len());
    webhooks.push(form(&setting, &webhooks[0]));

    let (key, now) = (public_key(&setting), setting.now());
    let with = |webhook: &Delivery| for_the_package(webhook, &key, now);
    let genuine: Vec<Value> = webhooks.iter().map(with).collect();
    let taken = refusals(&genuine).await;
    assert_eq!(taken, vec![None; webhooks.len()]);
    for webhook in &webhooks {
        let answer = setting.post(webhook).await;
        assert_eq!(answer.word, "accepted", "{}: {answer:?}", webhook.kind);
    }

    for webhook in [&webhooks[0], &webhooks[webhooks.len() - 1]] {
        let mut changed = webhook.clone();
        changed.body = [&webhook.body[..], b" "].concat().into();
        let late = now + Duration::from_secs(301);
        let early = now - Duration::from_secs(301);
        let still = now + Duration::from_secs(300);
        let said = refusals(&[
            with(&changed),
            for_the_package(webhook, &key, late),
            for_the_package(webhook, &key, early),
            for_the_package(webhook, OTHER_KEY, now),
            for_the_package(webhook, &key, still),
        ])
        .await;
        let why = said.iter().map(|said| said.as_deref().unwrap_or("taken"));
        for (said, expected) in why.zip(["match", "too old", "too new", "match", "taken"]) {
            assert!(said.contains(expected), "{said} instead of {expected}");
        }

        let answer = setting.post(&changed).await;
        assert_eq!(answer.status, 401, "{answer:?}");
        setting.clock.set(still);
        assert_eq!(setting.post(webhook).await.word, "duplicate");
        setting.clock.set(late);
        let answer = setting.post(webhook).await;
        assert_eq!(answer.reason.as_deref(), Some("signature_too_old"));
        setting.clock.set(early);
        let answer = setting.post(webhook).await;
        assert_eq!(answer.reason.as_deref(), Some("signature_from_the_future"));
        setting.clock.set(now);
    }
    house.engine.shutdown().await;

    setting.configure(|text| text.replace(&key, OTHER_KEY));
    let house = setting.start().await;
    let answer = setting.post(&webhooks[0]).await;
    assert_eq!(answer.reason.as_deref(), Some("signature_wrong"));
    house.engine.shutdown().await;
}
