//! What a person fills in.

use super::{API_KEY, PUBLIC_KEY};
use crate::{OptionField, SecretField};

pub(super) const SECRETS: [SecretField; 1] = [SecretField {
    name: API_KEY,
    title: "API key",
    place: "Mission Control, Account settings, Keys & Credentials, API Keys.",
    begins_with: Some("KEY"),
}];

pub(super) const OPTIONS: [OptionField; 1] = [OptionField::text(
    PUBLIC_KEY,
    "The key that webhooks are checked with: Mission Control, API Keys, Public Key. Without it webhooks are refused, and calls are found by polling.",
)];
