//! What the door asks of the rest of the house.

use std::sync::Arc;

use async_trait::async_trait;
use ringback_model::AccountId;
use ringback_providers::{Account, Provider, RawRequest, Refusal, VerifiedEvent};

/// The accounts as they are configured at this moment.
pub trait Accounts: Send + Sync {
    /// The account with this id and the provider that vouches for its events. Called once a
    /// request, so it must neither wait nor read a file; it may answer differently the next time.
    fn find(&self, id: &str) -> Option<(Arc<Account>, &'static dyn Provider)>;
}

/// Where events are kept.
#[async_trait]
pub trait Journal: Send + Sync {
    /// Keeps an event. Comes back when the event survives a power failure, not before.
    ///
    /// The sender may hang up while it waits, and then the future is dropped. The event must be
    /// either kept whole or not at all in that case.
    async fn append(
        &self,
        account: &Account,
        event: VerifiedEvent,
    ) -> Result<Appended, JournalDown>;

    /// Notes a request that was turned away, in a record of limited size that is apart from the
    /// events. Called for every bad request, however many there are, so it must neither wait nor
    /// write each one to disk.
    fn refuse(&self, account: &AccountId, request: &RawRequest, refusal: Refusal);

    /// Whether an event could be kept now. It may try, and wait for the disk, for a few seconds at most;
    /// anybody may ask, as often as they like.
    async fn is_writable(&self) -> bool;
}

/// What the journal did with an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Appended {
    /// It was not known and is kept now.
    New,
    /// An event with the same key was kept before. Nothing changed.
    Duplicate,
}

/// The journal cannot keep events now: the disk is full, or the database is not to be written. The
/// sender is asked to try again.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the journal cannot be written: {0}")]
pub struct JournalDown(
    /// Why, for the log. Without anything out of the event.
    pub String,
);
