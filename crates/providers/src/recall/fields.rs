//! What a person fills in.

use super::{API_KEY, DEFAULT_REGION, REGION, REGIONS, WEBHOOK_SECRET};
use crate::{OptionField, OptionKind, SecretField};

pub(super) const SECRETS: [SecretField; 2] = [
    SecretField {
        name: API_KEY,
        title: "API key",
        place: "The dashboard of the region, Developers, API Keys & Secrets.",
        begins_with: None,
    },
    SecretField {
        name: WEBHOOK_SECRET,
        title: "Workspace secret",
        place: "Create Workspace Secret on the page of the API keys; in workspaces from before December 2025: Webhooks, at the endpoint, Signing Secret.",
        begins_with: Some("whsec_"),
    },
];

pub(super) const OPTIONS: [OptionField; 1] = [OptionField {
    kind: OptionKind::Choice(&REGIONS),
    default: Some(DEFAULT_REGION),
    ..OptionField::text(
        REGION,
        "The beginning of the dashboard's address. Regions know nothing of each other.",
    )
}];
