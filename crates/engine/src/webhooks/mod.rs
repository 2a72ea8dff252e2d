//! The addresses of webhooks at the providers: what is entered there, and what Ringback may enter.
//!
//! `place` says whose an address is; `look` asks a provider and puts that together with what was written
//! here; `write` sets an address and takes it back, with a line in the database before and after; `keep`
//! sets it anew when the public address changed and a person agreed to that; `trial` sends a test event to
//! the own door. What may be touched at a provider is said by its folder in `providers`; an address that is
//! somebody else's is never touched.

mod keep;
mod look;
mod place;
mod trial;
mod write;

use jiff::Timestamp;
use ringback_model::AccountId;
use ringback_providers::{Advice, ApiError, WebhookStep, WebhookTarget};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::{Engine, EngineError, core::Core};

pub(crate) use keep::{does_it_by_itself, watch};
pub use place::Whose;
pub use trial::{Trial, TrialOutcome};
pub use write::{SetOutcome, SetTarget};

/// What is known of an account's webhooks.
#[derive(Clone, Debug)]
pub struct WebhookLook {
    /// The address to be entered; `None` while the door has no public one.
    pub address: Option<Url>,
    /// Whether there are places at this provider that can be set from here.
    pub can_set: bool,
    /// Whether a person agreed that the address is kept up to date; `None`: nobody was asked.
    pub keep_current: Option<bool>,
    /// The places, as they are now.
    pub targets: Vec<LookedTarget>,
    /// What to do by hand.
    pub steps: &'static [WebhookStep],
    /// Why the provider could not be asked.
    pub trouble: Option<ApiError>,
    /// The newest event that the provider itself sent: when, and its kind.
    pub last_event: Option<(Timestamp, Option<String>)>,
}

/// A place at the provider and what can be done about it.
#[derive(Clone, Debug)]
pub struct LookedTarget {
    /// The place.
    pub target: WebhookTarget,
    /// Whose the address is that stands there.
    pub whose: Whose,
    /// What would be set; `None` where nothing may be, or nothing has to.
    pub will_set: Option<String>,
    /// Why nothing may be set.
    pub why_not: Option<Advice>,
    /// What a person has to know before it is set.
    pub caution: Option<Advice>,
    /// What a person has to do before the account's address, which stands in a draft, counts.
    pub pending: Option<Advice>,
    /// What stood there before Ringback set something, as long as that can be put back.
    pub previous: Option<Previous>,
    /// Whether a person put back what stood there, and nobody set it since.
    pub(crate) is_restored: bool,
    /// Whether an earlier address of ours counts as long as nobody publishes what stands there.
    pub(crate) counts_still: bool,
}

impl LookedTarget {
    /// Whether events go to an earlier address of ours, or will once somebody publishes a draft.
    fn is_behind(&self) -> bool {
        !self.is_restored && (self.whose == Whose::OursOnce || self.counts_still)
    }
}

/// What stood in a place before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Previous {
    /// The address; `None`: there was none.
    pub value: Option<String>,
    /// When it was exchanged.
    pub at: Timestamp,
    /// Who wanted that.
    pub who: String,
}

/// Whether the address may be kept up to date, as a person said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Consent {
    keep: bool,
    who: String,
    at: Timestamp,
}

/// Somebody else's address.
pub(crate) const FOREIGN: Advice = Advice {
    code: "foreign",
    text: "this address is not Ringback's and stays as it is; calls are found by polling. If nothing needs it any more, take it out at the provider and look again",
};
/// There is nothing that could be entered.
pub(crate) const NO_PUBLIC_ADDRESS: Advice = Advice {
    code: "no_public_address",
    text: "the door has no public address yet; configure a tunnel or public_url first",
};

/// One write at a time in this process: what was looked at is what is written over.
#[derive(Debug, Default)]
pub(crate) struct Turn(tokio::sync::Mutex<()>);

impl Engine {
    /// Asks the account's provider where it sends its webhooks.
    pub async fn look_at_webhooks(&self, account: &str) -> Result<WebhookLook, EngineError> {
        let core = self.core();
        let party = core.party(account)?;
        let look = look::look(core, &party).await?;
        keep::noticed(core, &party, &look).await?;
        Ok(look)
    }

    /// Enters the account's address in these places; without any, in all that need no caution. `who`
    /// goes into the record.
    pub async fn register_webhooks(
        &self,
        account: &str,
        targets: &[String],
        who: &str,
    ) -> Result<Vec<SetTarget>, EngineError> {
        let core = self.core();
        write::register(core, &*core.party(account)?, targets, who).await
    }

    /// Puts back what stood in a place before Ringback set something there.
    pub async fn restore_webhook(
        &self,
        account: &str,
        target: &str,
        who: &str,
    ) -> Result<SetTarget, EngineError> {
        let core = self.core();
        write::restore(core, &*core.party(account)?, target, who).await
    }

    /// Whether the account's address may be kept up to date at its provider from now on.
    pub async fn keep_webhook_current(
        &self,
        account: &str,
        keep: bool,
        who: &str,
    ) -> Result<(), EngineError> {
        let core = self.core();
        keep::consent(core, &*core.party(account)?, keep, who).await
    }

    /// Sends a signed test event through the public address, or to the door itself if there is none.
    pub async fn try_webhook(&self, account: &str) -> Result<Trial, EngineError> {
        let core = self.core();
        let party = core.party(account)?;
        trial::send(core, &party, self.door()).await
    }
}

const CONSENT: &str = "webhook_consent.";

/// Where a person's word is kept.
fn consent_key(account: &AccountId) -> String {
    format!("{CONSENT}{account}")
}

fn consent_of(core: &Core, account: &AccountId) -> Result<Option<Consent>, EngineError> {
    let key = consent_key(account);
    Ok(core.store.read(|reader| reader.settings().get(&key))?)
}
