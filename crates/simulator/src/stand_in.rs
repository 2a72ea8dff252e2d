//! What the world needs to know about a provider. One folder per provider implements it; adding one is a folder and a
//! line in [`named`].

use std::fmt::Debug;
use std::time::Duration;

use axum::Router;
use axum::response::Response;
use jiff::Timestamp;

use crate::account::{Account, Credentials};
use crate::call::Call;
use crate::dice::Dice;
use crate::server::Api;
use crate::speech::{Format, Sound};
use crate::timeline::Pace;
use crate::truth::{Truth, TruthAgent};
use crate::world::Inner;

/// The stand-in for the provider of that name.
pub(crate) fn named(provider: &str) -> Option<&'static dyn StandIn> {
    ALL.into_iter().find(|it| it.name() == provider)
}

/// The names of all providers that have a stand-in, for messages.
pub(crate) fn names() -> String {
    ALL.map(StandIn::name).join(", ")
}

const ALL: [&dyn StandIn; 6] = [
    &crate::retell::Retell,
    &crate::twilio::Twilio,
    &crate::telnyx::Telnyx,
    &crate::vapi::Vapi,
    &crate::recall::Recall,
    &crate::custom::Custom,
];

/// One provider's words and habits.
pub(crate) trait StandIn: Debug + Send + Sync + 'static {
    /// As in `config.toml`.
    fn name(&self) -> &'static str;
    /// Where the real API is; used in documents while nothing listens.
    fn real_api(&self) -> &'static str;
    /// What follows the API's host in `base_url`.
    fn base_path(&self) -> &'static str {
        ""
    }
    /// Where real files are; used in documents while nothing listens.
    fn real_storage(&self) -> &'static str;
    fn pace(&self) -> Pace;
    /// How it waits for the door, and how often it tries.
    fn patience(&self) -> Patience;
    /// The pauses after which it sends once more what was lost on the way. Most find out later or never: then what is
    /// lost is lost.
    fn lost_again_after(&self) -> &'static [Duration] {
        &[]
    }
    /// What its recordings are mostly fetched as.
    fn usual_format(&self) -> Format;
    /// Whether there are calls from web pages.
    fn web_calls(&self) -> bool;

    fn credentials(&self, dice: Dice, number: u64) -> Credentials;
    /// The agent that answers for a business.
    fn agent(&self, dice: Dice, business: &str) -> Option<TruthAgent>;
    fn call_id(&self, dice: Dice, number: u64) -> String;
    fn child_id(&self, dice: Dice, number: u64) -> String;
    fn recording_id(&self, dice: Dice, number: u64) -> String;

    /// All webhooks of a call, oldest first.
    fn announcements(&self, call: &Call) -> Vec<Announcement>;
    /// A webhook's body with what was true at its moment.
    fn body(&self, inner: &Inner, call: &Call, announcement: &Announcement) -> Vec<u8>;
    /// Content type, signature and so on. `url` is the address the customer configured; `number` is the same for
    /// every attempt of one delivery.
    fn headers(
        &self,
        account: &Account,
        url: &str,
        body: &[u8],
        number: u64,
        now: Timestamp,
    ) -> Vec<(&'static str, String)>;

    /// The provider's routes.
    fn routes(&self) -> Router<Api>;
    /// The error document for a refusal that is not about a route.
    fn refusal(&self, refusal: Refusal) -> Response;
    /// The file of that name at the storage host, if the call has one.
    fn file(&self, call: &Call, name: &str) -> Option<StoredFile>;
    /// Whether its files lie in buckets (`bucket.rs`) and not behind links of its own (`links.rs`).
    fn in_buckets(&self) -> bool {
        false
    }
    /// Whether a link without a signature opens this call's files.
    fn public_links(&self, call: &Call) -> bool;

    fn truth(&self, account: &Account, call: &Call, at: Timestamp) -> Truth;
    /// The documents of a call as the API gives them at `at`, for the generated archive.
    fn documents(&self, inner: &Inner, call: &Call, at: Timestamp) -> Vec<serde_json::Value>;
}

/// A webhook that will be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Announcement {
    pub(crate) at: Timestamp,
    /// The provider's word for the event.
    pub(crate) kind: String,
    /// Which of the same kind: a count of turns, a sequence number.
    pub(crate) index: usize,
    /// Whether it tells of a recording rather than of a call.
    pub(crate) about_recording: bool,
}

/// How a provider waits for the door.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    pub(crate) connect: Duration,
    /// From connecting to the last byte of the answer.
    pub(crate) total: Duration,
    pub(crate) repeat: RepeatAfter,
}

/// When a provider posts a webhook again.
#[derive(Debug, Clone, Copy)]
pub(crate) enum RepeatAfter {
    /// Once and at once, when the door could not be reached.
    ConnectFailure,
    /// After anything but a 2xx, with these pauses.
    AnyFailure(&'static [Duration]),
}

/// Why any request may be refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    Unauthorized,
    TooMany,
    ServerError,
    Unavailable,
    UnknownRoute,
}

/// What the storage host holds.
#[derive(Debug, Clone)]
pub(crate) enum StoredFile {
    Sound(Sound),
    Text(String),
    Json(serde_json::Value),
}
