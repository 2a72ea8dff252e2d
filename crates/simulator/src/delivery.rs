//! A webhook on its way, and what became of it.

use bytes::Bytes;
use jiff::Timestamp;
use serde::Serialize;

/// A signed webhook, ready to be posted to the door's address + [`Delivery::url_path`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Counts up; a duplicate has the number of its original.
    pub number: u64,
    /// The account it is for.
    pub account: String,
    /// The provider's id of the call it is about.
    pub call_id: String,
    /// The event in the provider's word: `call_ended`, `completed`, `recording-completed`, ...
    pub kind: String,
    /// When it is due.
    pub due: Timestamp,
    /// Where to, below the door's address: `/webhooks/{account}`.
    pub url_path: String,
    /// Always `POST` with the present providers.
    pub method: &'static str,
    /// All headers, the signature among them.
    pub headers: Vec<(&'static str, String)>,
    /// The exact bytes that were signed.
    pub body: Bytes,
}

/// How a live delivery went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeliveryReport {
    /// [`Delivery::number`].
    pub number: u64,
    /// The account.
    pub account: String,
    /// The provider's id of the call.
    pub call_id: String,
    /// The event in the provider's word.
    pub kind: String,
    /// How often it was posted.
    pub attempts: u32,
    /// The last answer's status; `None` when the door could not be reached.
    pub status: Option<u16>,
    /// Whether the provider takes it as delivered.
    pub delivered: bool,
}
