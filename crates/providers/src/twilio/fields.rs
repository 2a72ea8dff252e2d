//! What a person fills in.

use super::{ACCOUNT_SID, API_KEY_SECRET, API_KEY_SID, AUTH_TOKEN};
use crate::{OptionField, SecretField};

pub(super) const SECRETS: [SecretField; 3] = [
    SecretField {
        name: AUTH_TOKEN,
        title: "Auth Token",
        place: "The start page of the Twilio console, Account Info: the primary one, because it signs the webhooks.",
        begins_with: None,
    },
    SecretField {
        name: API_KEY_SID,
        title: "API key SID",
        place: "Twilio console, Account, API keys & tokens. Only to ask the API with a key instead of the token; then with its secret.",
        begins_with: Some("SK"),
    },
    SecretField {
        name: API_KEY_SECRET,
        title: "API key secret",
        place: "Shown once when the API key is made.",
        begins_with: None,
    },
];

pub(super) const OPTIONS: [OptionField; 1] = [OptionField {
    required: true,
    ..OptionField::text(
        ACCOUNT_SID,
        "The id of the account: it begins with AC and stands on the start page of the Twilio console.",
    )
}];
