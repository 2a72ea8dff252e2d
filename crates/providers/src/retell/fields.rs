//! What a person fills in.

use super::API_KEY;
use crate::SecretField;

pub(super) const SECRETS: [SecretField; 1] = [SecretField {
    name: API_KEY,
    title: "API key",
    place: "Retell's dashboard, Settings, API keys: the key with the webhook badge, because it signs the webhooks.",
    begins_with: Some("key_"),
}];
