//! Probes of our own: whether what is posted to the public address arrives at this very door.
//!
//! A probe carries a number that was never used before, signed with a key that only this process has
//! and that is drawn anew at each start. The answer is the same number signed in another way. Nobody
//! else can give it: no other door, no door of an earlier start, no cache, and no page that says that
//! all is well. So a probe that is answered rightly proves that it went the whole way.

use axum::{Json, response::IntoResponse, response::Response};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

/// What a question is signed as, and what an answer; the one is never good for the other.
const QUESTION: &[u8] = b"ringback canary question ";
const ANSWER: &[u8] = b"ringback canary answer ";

/// The key of this process's probes. Clones are the same.
#[derive(Clone)]
pub struct Canary {
    key: [u8; 32],
}

/// Without the key.
impl std::fmt::Debug for Canary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Canary").finish_non_exhaustive()
    }
}

/// What the door says to a good probe.
pub(crate) struct Proof(String);

impl IntoResponse for Proof {
    fn into_response(self) -> Response {
        Json(json!({ "status": "ok", "proof": self.0 })).into_response()
    }
}

impl Canary {
    /// Where probes go. It begins like every webhook, so that what is proven is the way of webhooks,
    /// and it is no account's: ids have no dots.
    pub const PATH: &str = "/webhooks/.canary";

    /// A canary with a key that has to be drawn by chance.
    pub fn new(key: [u8; 32]) -> Self {
        Self { key }
    }

    /// The body of a probe with this number, which must not have been used before.
    pub fn question(&self, nonce: [u8; 16]) -> String {
        format!(
            "{}.{}",
            hex::encode(nonce),
            hex::encode(self.sign(QUESTION, &nonce).finalize().into_bytes())
        )
    }

    /// Whether `answer`, the body of an answer, proves that this door got the probe with this number.
    pub fn is_proof(&self, nonce: [u8; 16], answer: &[u8]) -> bool {
        let Ok(answer) = serde_json::from_slice::<Value>(answer) else {
            return false;
        };
        let proof = answer["proof"]
            .as_str()
            .and_then(|text| hex::decode(text).ok());
        proof.is_some_and(|proof| self.sign(ANSWER, &nonce).verify_slice(&proof).is_ok())
    }

    /// The answer to a probe; `None` to everything that is none of ours.
    pub(crate) fn answer(&self, body: &[u8]) -> Option<Proof> {
        let (nonce, tag) = std::str::from_utf8(body).ok()?.split_once('.')?;
        let nonce: [u8; 16] = hex::decode(nonce).ok()?.try_into().ok()?;
        let tag = hex::decode(tag).ok()?;
        self.sign(QUESTION, &nonce).verify_slice(&tag).ok()?;
        let proof = self.sign(ANSWER, &nonce).finalize().into_bytes();
        Some(Proof(hex::encode(proof)))
    }

    fn sign(&self, what: &[u8], nonce: &[u8; 16]) -> Hmac<Sha256> {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(&self.key).expect("HMAC takes keys of any length");
        mac.update(what);
        mac.update(nonce);
        mac
    }
}
