//! How an account's server messages prove where they come from, as `config.toml` says it
//! (<https://docs.vapi.ai/server-url/server-authentication>, read November 2026).
//!
//! The keys are Vapi's own words in snake case, so that what stands in the credential in the
//! dashboard can be copied.

use http::{HeaderName, header::AUTHORIZATION};

use super::{WEBHOOK_SECRET, fields, plan::Plan};
use crate::{Account, OptionKey, standard_webhooks};

pub(super) const WEBHOOK_AUTH: OptionKey = "webhook_auth";
/// Of a Bearer credential: the header that the token comes in.
pub(super) const HEADER_NAME: OptionKey = "header_name";

/// What a message has to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Auth {
    /// Nothing: Vapi's own default. Nobody vouches for such a message.
    Nothing,
    /// The secret itself, alone in this header.
    Secret(HeaderName),
    /// The secret itself in this header, after `Bearer` or alone: a credential may leave the word out.
    Bearer(HeaderName),
    /// A signature.
    Hmac(Plan),
}

impl Auth {
    /// Reads the account's settings. The error is a sentence that says what to do.
    ///
    /// Without `webhook_auth` it is the shared secret: that is what assistants send which were set up
    /// before there were credentials, it is what Vapi documents as their replacement (a Bearer
    /// credential with the header `X-Vapi-Secret` and no prefix), and it has nothing else that two
    /// sides have to agree on. HMAC is worth more, because the secret itself never travels, but half
    /// a dozen settings have to be the same here and there, so it is a choice to make. Vapi's own
    /// default, no authentication, is never ours.
    pub(super) fn of(account: &Account) -> Result<Self, String> {
        let word = account.option(WEBHOOK_AUTH).unwrap_or("secret");
        let auth = match word {
            "none" => Self::Nothing,
            "secret" => Self::Secret(header(
                account,
                HEADER_NAME,
                HeaderName::from_static("x-vapi-secret"),
            )?),
            "bearer" => Self::Bearer(header(account, HEADER_NAME, AUTHORIZATION)?),
            "hmac" => Self::Hmac(Plan::of(account)?),
            _ => {
                return Err(format!(
                    "webhook_auth is {word:?}; it has to be \"secret\", \"bearer\", \"hmac\" or \"none\", as the credential of the server URL in Vapi's dashboard says"
                ));
            }
        };
        let mut keys = fields::OPTIONS.iter().map(|field| field.key);
        let strange = keys.find(|key| {
            let fits = match auth {
                Self::Nothing => *key == WEBHOOK_AUTH,
                Self::Secret(_) | Self::Bearer(_) => [WEBHOOK_AUTH, HEADER_NAME].contains(key),
                Self::Hmac(_) => *key != HEADER_NAME,
            };
            !fits && account.option(key).is_some()
        });
        match strange {
            None => Ok(auth),
            Some(key) => {
                let wanted = if key == HEADER_NAME {
                    "webhook_auth = \"secret\" or \"bearer\""
                } else {
                    "webhook_auth = \"hmac\""
                };
                Err(format!(
                    "{key} belongs to {wanted} and does nothing with \"{word}\"; change webhook_auth or leave {key} out"
                ))
            }
        }
    }
}

/// What does not fit in the settings, in a sentence that says what to do.
pub(super) fn check(account: &Account) -> Result<(), String> {
    let Auth::Hmac(plan) = Auth::of(account)? else {
        return Ok(());
    };
    let secrets = account.secrets.all(WEBHOOK_SECRET);
    let unreadable = |secret| standard_webhooks::key(secret).is_none();
    if plan.secret_is_base64() && secrets.iter().any(unreadable) {
        return Err("secret_is_base64 is true, and webhook_secret is not base64; copy the whole secret (with or without whsec_), or leave secret_is_base64 out".into());
    }
    Ok(())
}

/// A header's name from the settings.
pub(super) fn header(
    account: &Account,
    key: OptionKey,
    usual: HeaderName,
) -> Result<HeaderName, String> {
    let Some(text) = account.option(key) else {
        return Ok(usual);
    };
    text.trim()
        .parse()
        .map_err(|_| format!("{key} is no name of a header; it has to be something like {usual:?}"))
}
