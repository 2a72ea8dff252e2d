//! Asking a provider's API.

use std::{fmt, pin::Pin};

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::Stream;
use jiff::{SignedDuration, Timestamp};
use ringback_model::{Link, ProviderCallId, Reason, RecordingKey};

use crate::{NotSet, WebhookChange, WebhookTarget};

/// An answer of the API in the provider's own bytes, one call's worth. It goes through the journal
/// like a webhook and is understood by [`Provider::understand`](crate::Provider::understand).
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// The client's word for the shape: "call", "recordings", ... One that begins with "listed" is an
    /// item of a list that leaves out what the call's own answer has.
    pub kind: &'static str,
    /// The call that it is about (the conversation's id).
    pub call: ProviderCallId,
    /// The bytes.
    pub body: Bytes,
    /// The moment it describes, by the provider's clock where it tells.
    pub at: Timestamp,
}

/// One page of the provider's list of calls.
#[derive(Clone, Debug, Default)]
pub struct ListedPage {
    /// What the list says, split by call.
    pub snapshots: Vec<Snapshot>,
    /// The next page, if there is one.
    pub next: Option<String>,
    /// When it was read, by the provider's clock where it tells.
    pub at: Option<Timestamp>,
}

/// Proof that the key works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// What the provider calls this account or key.
    pub name: Option<String>,
    /// Things worth knowing ("webhooks cannot be verified with an API key alone").
    pub notes: Vec<String>,
}

/// Which recording to fetch.
#[derive(Clone, Copy, Debug)]
pub struct MediaRef<'a> {
    /// The call.
    pub call: &'a ProviderCallId,
    /// The recording of the call.
    pub recording: &'a RecordingKey,
    /// A link that was told and may still live. The client may ask for a fresh one instead.
    pub link: Option<&'a Link>,
    /// The API told the link a moment ago: asked again, it would tell the same.
    pub is_fresh: bool,
}

/// Sound on its way.
pub struct MediaStream {
    /// The position in the file that the first byte has: as asked for, or 0 where the storage does
    /// not resume or the file is another one than before.
    pub starts_at: u64,
    /// The length of the whole file, if the storage tells.
    pub length: Option<u64>,
    /// Something that changes when the file changes (ETag, Last-Modified); given back to resume.
    pub validator: Option<String>,
    /// The bytes.
    pub body: Pin<Box<dyn Stream<Item = Result<Bytes, ApiError>> + Send>>,
}

impl fmt::Debug for MediaStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MediaStream")
            .field("starts_at", &self.starts_at)
            .field("length", &self.length)
            .finish_non_exhaustive()
    }
}

/// Asks one account's API. Every method goes through the account's pace, retries what is safe to
/// retry a few times, and gives back [`ApiError`] for the caller to decide.
#[async_trait]
pub trait Client: Send + Sync {
    /// Whether the key works.
    async fn check(&self) -> Result<Proof, ApiError>;

    /// Everything the provider tells of one call now: the call, its legs, its recordings.
    async fn call(&self, call: &ProviderCallId) -> Result<Vec<Snapshot>, ApiError>;

    /// The calls that go on now.
    async fn ongoing(&self) -> Result<Vec<Snapshot>, ApiError>;

    /// One page of the calls that began at or after `since`, newest first; `page` is what the page
    /// before gave as `next`. Includes calls without a start time that the provider has kept since.
    async fn list(&self, since: Timestamp, page: Option<&str>) -> Result<ListedPage, ApiError>;

    /// How far before the last reading of the list the next one begins. Where calls are listed by when
    /// they began: longer than the longest call that providers allow.
    fn list_overlap(&self) -> SignedDuration {
        SignedDuration::from_hours(3)
    }

    /// Where the provider sends what happens, as it is configured there now. Empty where only the
    /// dashboard knows.
    async fn webhooks(&self) -> Result<Vec<WebhookTarget>, ApiError> {
        Ok(Vec::new())
    }

    /// Puts an address in the place of another. What stands there is read again right before, and nothing
    /// is written if it is not what the change expects, or if the place must not be touched. Everything
    /// else that is configured there stays, failovers above all.
    async fn set_webhook(&self, _change: WebhookChange<'_>) -> Result<(), NotSet> {
        Err(ApiError::NotFound.into())
    }

    /// Opens the sound of a recording at byte `from`; `validator` is that of the earlier part.
    /// Asks for a fresh link, takes the version with the most channels, follows redirects without
    /// handing on credentials.
    async fn media(
        &self,
        media: MediaRef<'_>,
        from: u64,
        validator: Option<&str>,
    ) -> Result<MediaStream, ApiError>;

    /// Deletes one recording at the provider, for ever. [`ApiError::NotFound`] if it is gone already. Where
    /// [`Provider::deletes_recordings`](crate::Provider::deletes_recordings) says no, nothing is asked.
    async fn delete(
        &self,
        _call: &ProviderCallId,
        _recording: &RecordingKey,
    ) -> Result<(), ApiError> {
        Err(ApiError::Unexpected(
            "this provider deletes no recordings on request".into(),
        ))
    }
}

/// What can go wrong when asking a provider; each case asks for another reaction.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApiError {
    /// The key is refused. A person has to mend it.
    #[error("the provider refuses the key")]
    KeyRefused,
    /// The account has no key to ask with.
    #[error("no {0} is configured for this account")]
    NoKey(&'static str),
    /// Too many requests; not before this moment again.
    #[error("the provider asks to wait until {0}")]
    RateLimited(Timestamp),
    /// There is no such call or recording (any more).
    #[error("the provider does not know it")]
    NotFound,
    /// It will be there, but not yet.
    #[error("not ready at the provider yet")]
    NotReady,
    /// The link is dead; a fresh one may help.
    #[error("the link is no longer valid")]
    LinkDead,
    /// It is there and we do not get it, or it never will be there. With [`Reason::LinkExpired`] or
    /// [`Reason::Retention`]: it was there, and nothing leads to it any more.
    #[error("not given out: {}", .0.as_str())]
    Withheld(Reason),
    /// The address is one that must not be fetched from.
    #[error("{0}")]
    Forbidden(String),
    /// The answer has another shape than documented. The path, never a value.
    #[error("unexpected answer: {0}")]
    Unexpected(String),
    /// The provider answers with an error of its own.
    #[error("the provider answers with status {0}")]
    Server(u16),
    /// The network failed: no name, no connection, cut off, too slow.
    #[error("the provider cannot be reached: {0}")]
    Transport(String),
}

impl ApiError {
    /// Without the provider's id nothing can be deleted there.
    pub(crate) fn no_id() -> Self {
        Self::Unexpected("the recording has no id at the provider".into())
    }

    /// Whether the same request may work later without anybody doing anything.
    pub fn may_pass(&self) -> bool {
        matches!(
            self,
            Self::RateLimited(_)
                | Self::NotReady
                | Self::LinkDead
                | Self::Server(_)
                | Self::Transport(_)
                | Self::Unexpected(_)
        )
    }
}
