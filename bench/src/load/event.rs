//! Signed events of Retell's shape, 4 KB each, no two alike.
//!
//! The number of an event stands at the very end of its body, so the signature of everything before
//! it is computed once per kind and only the last bytes are hashed for each event. The receiver sees
//! ordinary JSON with an ordinary signature: HMAC-SHA256 over the raw body followed by the decimal
//! timestamp, sent as `x-retell-signature: v=<unix ms>,d=<hex>`
//! (<https://docs.retellai.com/features/secure-webhook>, read in November 2026).

use std::{
    io::Write as _,
    time::{SystemTime, UNIX_EPOCH},
};

use hmac::{Hmac, KeyInit, Mac};
use rand::{Rng, SeedableRng, rngs::StdRng};
use serde_json::json;
use sha2::Sha256;

/// The size of a body in bytes.
pub(crate) const BODY: usize = 4096;

const MARK: &str = "call_bench_";

/// Digits of a number in an id, so that all ids are of one length.
const DIGITS: usize = 12;

/// Different conversations, so that no server profits from one body repeated.
const VARIANTS: usize = 32;

/// What happened to the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `call_started`
    Started,
    /// `call_ended`
    Ended,
    /// `call_analyzed`, which is the last and has everything
    Analyzed,
}

/// Makes events and signs them.
pub(crate) struct Forge {
    path: String,
    wrong: Hmac<Sha256>,
    /// Per kind, per variant.
    stamps: [Vec<Stamp>; 3],
}

/// A body up to the number, and the signature up to there.
struct Stamp {
    body: Vec<u8>,
    mac: Hmac<Sha256>,
}

/// What follows the number.
const END: &[u8] = b"\"}}";

impl Forge {
    /// For the account at this path (`/webhooks/bench`), signing with this key.
    pub(crate) fn new(path: &str, key: &str) -> Self {
        let mac = mac_with(key);
        let stamps = [Kind::Started, Kind::Ended, Kind::Analyzed].map(|kind| {
            (0..VARIANTS)
                .map(|variant| Stamp::new(kind, variant, &mac))
                .collect()
        });
        Self {
            path: path.to_owned(),
            wrong: mac_with("somebody else's key"),
            stamps,
        }
    }

    /// Writes the whole HTTP request of an event into `request`, replacing what was there.
    pub(crate) fn request(&self, kind: Kind, number: u64, request: &mut Vec<u8>) {
        self.write(kind, number, now_ms(), false, request);
    }

    /// The same with a signature that somebody else made.
    pub(crate) fn badly_signed(&self, kind: Kind, number: u64, request: &mut Vec<u8>) {
        self.write(kind, number, now_ms(), true, request);
    }

    fn write(&self, kind: Kind, number: u64, at: u64, badly: bool, request: &mut Vec<u8>) {
        let variants = &self.stamps[kind as usize];
        let stamp = &variants[number as usize % variants.len()];
        let id = event_id(number);
        let time = at.to_string();

        let mut mac = if badly {
            let mut mac = self.wrong.clone();
            mac.update(&stamp.body);
            mac
        } else {
            stamp.mac.clone()
        };
        mac.update(id.as_bytes());
        mac.update(END);
        mac.update(time.as_bytes());
        let signature = hex::encode(mac.finalize().into_bytes());

        request.clear();
        write!(
            request,
            "POST {} HTTP/1.1\r\n\
             host: 127.0.0.1\r\n\
             content-type: application/json\r\n\
             content-length: {}\r\n\
             x-retell-signature: v={time},d={signature}\r\n\r\n",
            self.path,
            stamp.body.len() + id.len() + END.len(),
        )
        .expect("writing to memory");
        request.extend_from_slice(&stamp.body);
        request.extend_from_slice(id.as_bytes());
        request.extend_from_slice(END);
    }
}

impl Stamp {
    fn new(kind: Kind, variant: usize, mac: &Hmac<Sha256>) -> Self {
        let mut dice = StdRng::seed_from_u64(variant as u64);
        let mut told = conversation(&mut dice, BODY);
        // The conversation is cut until the whole body has its size to the byte.
        let length = |told: &str| prefix(kind, variant, told).len() + event_id(0).len() + END.len();
        let surplus = length(&told) - BODY;
        told.truncate(told.len() - surplus);
        let body = prefix(kind, variant, &told);
        let mut mac = mac.clone();
        mac.update(&body);
        Self { body, mac }
    }
}

/// Everything up to the number: `...,"call_id":"`.
fn prefix(kind: Kind, variant: usize, told: &str) -> Vec<u8> {
    let start = 1_760_000_000_000_u64 + variant as u64 * 60_000;
    let caller = format!("+1555{:07}", 100_000 + variant);
    let (event, mut call) = match kind {
        Kind::Started => (
            "call_started",
            json!({
                "call_status": "ongoing",
                "metadata": {"note": told},
            }),
        ),
        Kind::Ended | Kind::Analyzed => (
            "call_ended",
            json!({
                "call_status": "ended",
                "end_timestamp": start + 31_000,
                "duration_ms": 31_000,
                "disconnection_reason": "user_hangup",
                "transcript": told,
                "call_cost": {
                    "combined_cost": 5.2183,
                    "product_costs": [{"product": "elevenlabs_tts", "cost": 3.6, "unit_price": 0.116}],
                    "total_duration_seconds": 31,
                    "total_duration_unit_price": 0.168,
                },
                "latency": {"e2e": {"p50": 812.0, "p90": 1010.5, "p95": 1100.0, "p99": 1200.0, "num": 3}},
            }),
        ),
    };
    let event = if kind == Kind::Analyzed {
        call["call_analysis"] = json!({
            "call_summary": "The caller asked for another appointment and got one.",
            "user_sentiment": "Positive",
            "call_successful": true,
            "in_voicemail": false,
            "custom_analysis_data": {},
        });
        "call_analyzed"
    } else {
        event
    };
    for (name, value) in [
        ("call_type", json!("phone_call")),
        ("agent_id", json!("agent_1")),
        ("agent_name", json!("Desk")),
        ("agent_version", json!(3)),
        ("direction", json!("inbound")),
        ("from_number", json!(caller)),
        ("to_number", json!("+15550199000")),
        ("start_timestamp", json!(start)),
    ] {
        call[name] = value;
    }

    let text = json!({"event": event, "call": call}).to_string();
    let open = text
        .strip_suffix("}}")
        .expect("an object in an object ends with two brackets");
    format!("{open},\"call_id\":\"").into_bytes()
}

/// Sentences of everyday words, at least so many bytes of them.
fn conversation(dice: &mut StdRng, length: usize) -> String {
    const WORDS: [&str; 48] = [
        "hello",
        "this",
        "is",
        "the",
        "front",
        "desk",
        "how",
        "can",
        "help",
        "you",
        "today",
        "would",
        "like",
        "to",
        "move",
        "my",
        "appointment",
        "from",
        "Tuesday",
        "morning",
        "sure",
        "let",
        "me",
        "look",
        "at",
        "calendar",
        "there",
        "are",
        "two",
        "free",
        "slots",
        "on",
        "Thursday",
        "one",
        "half",
        "past",
        "nine",
        "and",
        "other",
        "three",
        "in",
        "afternoon",
        "which",
        "suits",
        "better",
        "thank",
        "very",
        "much",
    ];
    let mut text = String::with_capacity(length + 16);
    let mut speaker = "Agent";
    while text.len() < length {
        text.push_str(speaker);
        text.push(':');
        for _ in 0..dice.random_range(4..16) {
            text.push(' ');
            text.push_str(WORDS[dice.random_range(0..WORDS.len())]);
        }
        text.push_str(". ");
        speaker = if speaker == "Agent" { "User" } else { "Agent" };
    }
    text
}

/// The call id that an event with this number carries.
pub(crate) fn event_id(number: u64) -> String {
    format!("{MARK}{number:0DIGITS$}")
}

/// The numbers of all events whose ids stand in this text.
pub(crate) fn ids_in(text: &str) -> impl Iterator<Item = u64> {
    text.split(MARK)
        .skip(1)
        .filter_map(|after| after.get(..DIGITS)?.parse().ok())
}

fn mac_with(key: &str) -> Hmac<Sha256> {
    Hmac::new_from_slice(key.as_bytes()).expect("HMAC takes keys of any length")
}

#[expect(
    clippy::disallowed_methods,
    reason = "the receivers compare the signature's time with the machine's clock"
)]
fn now_ms() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_millis() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "key_earshot_test_0123456789abcdef";

    fn parts(request: &[u8]) -> (String, Vec<u8>) {
        let text = String::from_utf8(request.to_vec()).expect("requests are text");
        let (head, body) = text.split_once("\r\n\r\n").expect("head and body");
        (head.to_owned(), body.as_bytes().to_vec())
    }

    #[test]
    fn an_event_is_signed_as_the_provider_signs() {
        let forge = Forge::new("/webhooks/bench", KEY);
        let mut request = Vec::new();
        forge.write(Kind::Analyzed, 7, 1_760_000_000_000, false, &mut request);
        let (head, body) = parts(&request);

        let mut mac = mac_with(KEY);
        mac.update(&body);
        mac.update(b"1760000000000");
        let expected = hex::encode(mac.finalize().into_bytes());
        assert!(
            head.contains(&format!("v=1760000000000,d={expected}")),
            "{head}"
        );

        forge.write(Kind::Analyzed, 7, 1_760_000_000_000, true, &mut request);
        assert!(
            !parts(&request).0.contains(&expected),
            "a bad signature is bad"
        );
    }

    #[test]
    fn the_signature_agrees_with_the_providers_own_package() {
        // Made by retell-sdk 5.66.1 (npm), `symmetric.sign`.
        let body =
            br#"{"event":"call_ended","call":{"call_id":"call_0001","call_status":"ended"}}"#;
        let mut mac = mac_with(KEY);
        mac.update(body);
        mac.update(b"1760000000000");
        assert_eq!(
            hex::encode(mac.finalize().into_bytes()),
            "165d7227053717eeec9c4710e04a37e7d2204f9605b5c6ee499df594913a758e"
        );
    }

    #[test]
    fn bodies_have_their_size_to_the_byte_and_are_json() {
        let forge = Forge::new("/webhooks/bench", KEY);
        let mut request = Vec::new();
        for kind in [Kind::Started, Kind::Ended, Kind::Analyzed] {
            for number in [0, 31, 123_456_789] {
                forge.request(kind, number, &mut request);
                let (_, body) = parts(&request);
                assert_eq!(body.len(), BODY, "{kind:?} {number}");
                let event: serde_json::Value =
                    serde_json::from_slice(&body).expect("events are JSON");
                assert_eq!(event["call"]["call_id"], event_id(number));
            }
        }
    }

    #[test]
    fn ids_are_found_again_wherever_they_stand() {
        let text = format!("call_ended:{} and {}", event_id(3), event_id(44));
        assert_eq!(ids_in(&text).collect::<Vec<_>>(), [3, 44]);
    }
}
