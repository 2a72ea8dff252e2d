//! What a person fills in.

use super::WEBHOOK_SECRET;
use crate::SecretField;

pub(super) const SECRETS: [SecretField; 1] = [SecretField {
    name: WEBHOOK_SECRET,
    title: "Signing secret",
    place: "Of your own making, the same in your backend: whsec_ and 24 to 64 random bytes in base64.",
    begins_with: Some("whsec_"),
}];
