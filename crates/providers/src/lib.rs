//! Everything that knows what a provider looks like from outside: its signatures, payloads, API,
//! links and quirks. Above this crate there are only Ringback's own words.
//!
//! A provider is one folder (`signature`, `payload`, `events`, `client`, `links`, `mod`, and what
//! only it has, such as Retell's `transcript`), one line in [`registry`](find) and its fixtures.
//! The two faces are [`Provider`] (pure: verify and understand bytes) and [`Client`] (asks the
//! provider's API). [`http`] holds what all clients share: the address guard, the pace,
//! Retry-After, and the words for what can go wrong.

mod account;
mod client;
mod custom;
mod digest;
mod document;
mod fields;
mod fingerprint;
mod form;
pub mod http;
mod json;
mod provider;
mod recall;
mod request;
mod retell;
mod shape;
mod signed_link;
mod standard_webhooks;
mod telnyx;
mod twilio;
mod vapi;
mod webhook;

pub use account::{Account, OptionKey, SecretName, Secrets};
pub use client::{ApiError, Client, ListedPage, MediaRef, MediaStream, Proof, Snapshot};
pub use document::{Document, Misunderstood, Understood};
pub use fields::{OptionField, OptionKind, SecretField};
pub use provider::{Provider, all, find, names};
pub use request::{RawRequest, Refusal, Standing, VerifiedEvent};
pub use shape::{Kinds, Shape, plain, shape};
pub use webhook::{
    Advice, Draft, May, NotSet, TEST_KIND, TargetKind, TestEvent, WebhookChange, WebhookStep,
    WebhookTarget,
};
