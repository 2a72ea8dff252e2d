//! What a person fills in.

use super::{
    API_KEY, WEBHOOK_SECRET,
    auth::{HEADER_NAME, WEBHOOK_AUTH},
    plan,
};
use crate::{OptionField, OptionKey, OptionKind, SecretField};

pub(super) const SECRETS: [SecretField; 2] = [
    SecretField {
        name: API_KEY,
        title: "Private API key",
        place: "Vapi's dashboard, Manage, API Keys: the private one. The public one is for web pages.",
        begins_with: None,
    },
    SecretField {
        name: WEBHOOK_SECRET,
        title: "Webhook secret",
        place: "Of your own making, the same in the credential of the server URL: Integrations, Server Configuration.",
        begins_with: None,
    },
];

pub(super) const OPTIONS: [OptionField; 11] = [
    OptionField {
        kind: OptionKind::Choice(&["secret", "bearer", "hmac", "none"]),
        default: Some("secret"),
        ..OptionField::text(
            WEBHOOK_AUTH,
            "What the credential of the server URL is; none takes messages as hints only.",
        )
    },
    OptionField {
        only_with: Some((WEBHOOK_AUTH, &["secret", "bearer"])),
        ..OptionField::text(
            HEADER_NAME,
            "The header of the token, if it is not X-Vapi-Secret (secret) or Authorization (bearer).",
        )
    },
    of_hmac(
        plan::SIGNATURE_HEADER,
        Some("x-signature"),
        "The header with the signature.",
    ),
    of_hmac(
        plan::TIMESTAMP_HEADER,
        Some("x-timestamp"),
        "The header with the moment of signing.",
    ),
    of_hmac(
        plan::MESSAGE_ID_HEADER,
        Some("svix-id"),
        "The header with the message's id, if that is signed, too.",
    ),
    of_hmac(
        plan::SIGNATURE_PREFIX,
        None,
        "What stands before the signature.",
    ),
    of_hmac(
        plan::PAYLOAD_FORMAT,
        Some("{timestamp}.{body}"),
        "What is signed.",
    ),
    OptionField {
        kind: OptionKind::Choice(&["sha256", "sha512", "sha1"]),
        ..of_hmac(
            plan::ALGORITHM,
            Some("sha256"),
            "The hash of the signature.",
        )
    },
    OptionField {
        kind: OptionKind::Choice(&["hex", "base64"]),
        ..of_hmac(
            plan::SIGNATURE_ENCODING,
            Some("hex"),
            "How the signature is written.",
        )
    },
    OptionField {
        kind: OptionKind::Flag,
        ..of_hmac(
            plan::SECRET_IS_BASE64,
            Some("false"),
            "Whether the secret is base64, as with whsec_.",
        )
    },
    OptionField {
        kind: OptionKind::Flag,
        ..of_hmac(
            plan::INCLUDE_TIMESTAMP,
            Some("true"),
            "Whether the moment of signing is signed, too.",
        )
    },
];

const fn of_hmac(
    key: OptionKey,
    default: Option<&'static str>,
    about: &'static str,
) -> OptionField {
    OptionField {
        default,
        only_with: Some((WEBHOOK_AUTH, &["hmac"])),
        ..OptionField::text(key, about)
    }
}
