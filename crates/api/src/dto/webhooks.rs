//! The addresses of webhooks at the providers.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::ErrorJson;

/// Which account's webhooks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct WebhookRef {
    /// As in `config.toml`.
    pub account: String,
}

/// In which places the account's address is to be entered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct WebhookRegisterArgs {
    /// As in `config.toml`.
    pub account: String,
    /// [`WebhookTargetJson::id`]s. Empty: all that need no caution. Naming a place says that its caution
    /// was read.
    pub targets: Vec<String>,
}

/// A place at an account's provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct WebhookTargetRef {
    /// As in `config.toml`.
    pub account: String,
    /// [`WebhookTargetJson::id`].
    pub target: String,
}

/// Whether the account's address may be kept up to date at its provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct WebhookConsentArgs {
    /// As in `config.toml`.
    pub account: String,
    /// True: a changed address is entered by itself wherever an earlier one of this home stands.
    pub keep: bool,
}

/// A sentence for a person, with a word by which the window finds it in its own language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AdviceJson {
    /// The word.
    pub code: String,
    /// The sentence, in English.
    pub text: String,
}

/// What is entered at an account's provider, and what can be done about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct WebhookLook {
    /// As in `config.toml`.
    pub account: String,
    /// The address to be entered; `null` while the door has no public one.
    pub address: Option<String>,
    /// Whether there are places at this provider that can be set from here.
    pub can_set: bool,
    /// Whether a person agreed that the address is kept up to date; `null`: nobody was asked.
    pub keep_current: Option<bool>,
    /// The places as they are now.
    pub targets: Vec<WebhookTargetJson>,
    /// What to do by hand, in order.
    pub steps: Vec<WebhookStepJson>,
    /// Why the provider could not be asked.
    pub error: Option<ErrorJson>,
    /// When the provider's newest event came, RFC 3339; test events do not count.
    pub last_event_at: Option<String>,
    /// The provider's word for its kind.
    pub last_event_kind: Option<String>,
}

/// A place at the provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct WebhookTargetJson {
    /// Its name for `webhook.register` and `webhook.restore`.
    pub id: String,
    /// `agent | assistant | phone_number | application`.
    pub kind: String,
    /// What people call it.
    pub name: Option<String>,
    /// The provider's word for the field.
    pub field: String,
    /// Whose the address is that stands there: `ours | draft | old | empty | foreign`. `draft`: ours, and it
    /// does not count yet.
    pub state: String,
    /// The address that stands there, without what stands behind `?` and before `@`.
    pub value: Option<String>,
    /// Where the provider turns when nobody takes an event there; it stays as it is.
    pub failover: Option<String>,
    /// Whether the address decides what calls do, rather than only hearing of them.
    pub drives_calls: bool,
    /// What would be entered; `null` where nothing may be, or nothing has to.
    pub will_set: Option<String>,
    /// Why nothing may be entered.
    pub why_not: Option<AdviceJson>,
    /// What has to be read before it is entered.
    pub caution: Option<AdviceJson>,
    /// What a person has to do before the address in a draft counts.
    pub pending: Option<AdviceJson>,
    /// Where events go until then; `null`: to no address of this place's own.
    pub counts: Option<String>,
    /// What can be put back.
    pub previous: Option<WebhookPrevious>,
}

/// What stood in a place before Ringback entered something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct WebhookPrevious {
    /// The address; `null`: there was none.
    pub value: Option<String>,
    /// When it was exchanged, RFC 3339.
    pub at: String,
    /// Who wanted that.
    pub who: String,
}

/// Something to do by hand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct WebhookStepJson {
    /// What to do.
    pub what: AdviceJson,
    /// What to paste with it.
    pub paste: Option<String>,
}

/// What came of setting addresses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct WebhookSet {
    /// The places, in the order asked for.
    pub results: Vec<WebhookResult>,
}

/// What came of one place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct WebhookResult {
    /// [`WebhookTargetJson::id`].
    pub target: String,
    /// `done | drafted | unchanged | refused | changed | no_such_place | failed`. `drafted`: it counts when
    /// a person has done what `advice` says.
    pub outcome: String,
    /// What is left to do, or why it was refused.
    pub advice: Option<AdviceJson>,
    /// What the provider said.
    pub error: Option<ErrorJson>,
}

/// What came of a test event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct WebhookTrial {
    /// As in `config.toml`.
    pub account: String,
    /// `accepted | cannot_sign | rejected | unknown_account | elsewhere | other_home | unavailable | unreachable`.
    pub outcome: String,
    /// Where it was sent.
    pub address: Option<String>,
    /// Whether that is the public address; otherwise only the door itself was tried.
    pub is_public: bool,
    /// How long it took there and back, in ms.
    pub took_ms: Option<f64>,
    /// The word for why: the door's reason, the tunnel's, or that of what cannot be signed.
    pub reason: Option<String>,
    /// The environment variable of the secret that it was signed with, if it was: in a program's
    /// environment it comes before a kept key.
    pub variable: Option<String>,
    /// What happened, in English.
    pub message: String,
    /// What to do about it, in English.
    pub hint: Option<String>,
    /// When the provider's newest event came, RFC 3339; test events do not count.
    pub last_event_at: Option<String>,
    /// The provider's word for its kind.
    pub last_event_kind: Option<String>,
}
