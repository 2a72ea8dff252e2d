//! Signatures of one's own, for bodies that no stand-in would ever send: written down from the
//! providers' documents, independent of the code that checks them.

use std::collections::{BTreeMap, BTreeSet};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::Sha256;

use crate::{
    door::Answer,
    setting::{CUSTOM, RETELL, Setting, TWILIO},
};

/// The secret of a simulated account.
///
/// # Panics
/// When there is none of that name.
pub fn secret(setting: &Setting, account: &str) -> String {
    let accounts = setting.simulator.accounts();
    let account = accounts.into_iter().find(|found| found.id == account);
    account.expect("one of ours").secrets[0].1.clone()
}

/// `x-retell-signature` for a body at this moment.
pub fn retell(key: &str, body: &[u8], at: jiff::Timestamp) -> String {
    let moment = at.as_millisecond().to_string();
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).expect("keys of any size");
    mac.update(body);
    mac.update(moment.as_bytes());
    format!("v={moment},d={}", hex::encode(mac.finalize().into_bytes()))
}

/// `X-Twilio-Signature` for a form that is posted to `url`.
pub fn twilio(token: &str, url: &str, form: &[u8]) -> String {
    let mut params: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (name, value) in form_urlencoded::parse(form) {
        params
            .entry(name.into_owned())
            .or_default()
            .insert(value.into_owned());
    }
    let mut mac = Hmac::<Sha1>::new_from_slice(token.as_bytes()).expect("keys of any size");
    mac.update(url.as_bytes());
    for (name, values) in &params {
        for value in values {
            mac.update(name.as_bytes());
            mac.update(value.as_bytes());
        }
    }
    BASE64_STANDARD.encode(mac.finalize().into_bytes())
}

/// Posts a body to the Retell account's door as Retell would sign it.
///
/// # Panics
/// When nobody answers.
pub async fn post_to_retell(setting: &Setting, body: Vec<u8>) -> Answer {
    let signature = retell(&secret(setting, RETELL), &body, setting.now());
    let headers = [
        ("content-type", "application/json"),
        ("x-retell-signature", signature.as_str()),
    ];
    let path = format!("/webhooks/{RETELL}");
    setting
        .sender
        .post_bytes(&path, &headers, body)
        .await
        .expect("the door answers")
}

/// Posts a form to the Twilio account's door as Twilio would sign it.
///
/// # Panics
/// When nobody answers.
pub async fn post_to_twilio(setting: &Setting, form: Vec<u8>) -> Answer {
    let path = format!("/webhooks/{TWILIO}");
    let url = format!(
        "{}{path}",
        setting.sender.door().as_str().trim_end_matches('/')
    );
    let signature = twilio(&secret(setting, TWILIO), &url, &form);
    let headers = [
        ("content-type", "application/x-www-form-urlencoded"),
        ("x-twilio-signature", signature.as_str()),
    ];
    setting
        .sender
        .post_bytes(&path, &headers, form)
        .await
        .expect("the door answers")
}

/// `webhook-signature` for a message (Standard Webhooks).
///
/// # Panics
/// When the secret is none.
pub fn standard_webhooks(secret: &str, id: &str, at: jiff::Timestamp, body: &[u8]) -> String {
    let key = BASE64_STANDARD
        .decode(secret.trim_start_matches("whsec_"))
        .expect("base64 behind whsec_");
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("keys of any size");
    mac.update(format!("{id}.{}.", at.as_second()).as_bytes());
    mac.update(body);
    format!("v1,{}", BASE64_STANDARD.encode(mac.finalize().into_bytes()))
}

/// Posts a body to the own backend's door as the backend would sign it.
///
/// # Panics
/// When nobody answers.
pub async fn post_to_custom(setting: &Setting, id: &str, body: Vec<u8>) -> Answer {
    let now = setting.now();
    let signature = standard_webhooks(&secret(setting, CUSTOM), id, now, &body);
    let seconds = now.as_second().to_string();
    let headers = [
        ("content-type", "application/json"),
        ("webhook-id", id),
        ("webhook-timestamp", seconds.as_str()),
        ("webhook-signature", signature.as_str()),
    ];
    let path = format!("/webhooks/{CUSTOM}");
    setting
        .sender
        .post_bytes(&path, &headers, body)
        .await
        .expect("the door answers")
}
