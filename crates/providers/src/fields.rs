//! What a person fills in to set an account up. Each provider's folder says it in its `fields`; how the
//! words look on a screen is the window's business.

use crate::{OptionKey, SecretName};

/// A secret that a person fills in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SecretField {
    /// Its name here.
    pub name: SecretName,
    /// What it is called at the provider.
    pub title: &'static str,
    /// Where it is found there, in a sentence.
    pub place: &'static str,
    /// What its value begins with, if that is always the same.
    pub begins_with: Option<&'static str>,
}

/// A provider-specific setting that a person fills in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OptionField {
    /// Its key in `config.toml`.
    pub key: OptionKey,
    /// Whether an account cannot be without it.
    pub required: bool,
    /// What it takes.
    pub kind: OptionKind,
    /// What counts if it is left out.
    pub default: Option<&'static str>,
    /// What it is for, in a sentence.
    pub about: &'static str,
    /// It is only allowed while that setting has one of these values; its default counts, too.
    pub only_with: Option<(OptionKey, &'static [&'static str])>,
}

/// What a setting takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OptionKind {
    /// Any text.
    Text,
    /// One of these.
    Choice(&'static [&'static str]),
    /// True or false.
    Flag,
}

impl OptionField {
    /// A text that may be left out.
    pub(crate) const fn text(key: OptionKey, about: &'static str) -> Self {
        Self {
            key,
            required: false,
            kind: OptionKind::Text,
            default: None,
            about,
            only_with: None,
        }
    }
}
