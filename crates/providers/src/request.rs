//! A request at the door, before and after somebody vouched for it.
//!
//! A request that has not been verified is another type than one that has, so nobody can forget.

use bytes::Bytes;
use http::{HeaderMap, Method};
use jiff::Timestamp;

/// What arrived at the door of an account, byte for byte. Nobody knows yet who sent it.
#[derive(Clone, Debug)]
pub struct RawRequest {
    /// POST, in practice.
    pub method: Method,
    /// The query as received, without `?`.
    pub query: Option<String>,
    /// All headers.
    pub headers: HeaderMap,
    /// The body, untouched.
    pub body: Bytes,
    /// When it arrived.
    pub received_at: Timestamp,
}

/// How far an event may be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The signature holds: it comes from the provider.
    Signed,
    /// Unsigned, and the account says so in as many words: only its ids are used, the facts are
    /// asked of the API.
    Hint,
}

/// An event that the provider vouches for, named so that a repetition is recognised.
#[derive(Clone, Debug)]
pub struct VerifiedEvent {
    /// What arrived.
    pub request: RawRequest,
    /// How far it may be believed.
    pub standing: Standing,
    /// The provider's word for the kind of event, as far as it can be read ("call_ended").
    pub kind: String,
    /// The same for a repetition of the same event, another one for every other event of the
    /// account.
    pub key: String,
}

/// Why a request is turned away. Each says another thing to the person who looks into it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Refusal {
    /// There is no signature where it should be.
    #[error("signature missing")]
    Missing,
    /// There is something that is no signature.
    #[error("signature unreadable")]
    Unreadable,
    /// It was made with another key, or the body was changed on the way.
    #[error("wrong signature")]
    Wrong,
    /// It was signed too long ago; a replay, or the sender's clock is off.
    #[error("signature too old")]
    TooOld,
    /// It was signed in the future; a wrong clock, here or there.
    #[error("signature from the future")]
    FromTheFuture,
    /// This account has no secret to check it with.
    #[error("no secret configured for this account")]
    NoSecret,
    /// The signature covers the public address, and that is not configured.
    #[error("public_url is not configured, and the signature covers it")]
    NoPublicUrl,
}

impl Refusal {
    /// A closed word for counters and the database.
    pub fn code(self) -> &'static str {
        match self {
            Self::Missing => "signature_missing",
            Self::Unreadable => "signature_unreadable",
            Self::Wrong => "signature_wrong",
            Self::TooOld => "signature_too_old",
            Self::FromTheFuture => "signature_from_the_future",
            Self::NoSecret => "no_secret",
            Self::NoPublicUrl => "no_public_url",
        }
    }
}
