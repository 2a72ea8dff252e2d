//! A recording: what the provider says of it, and how far we are with making it ours.
//!
//! Two sides meet here. [`RecordingFields`] is merged from reports like everything else of a call.
//! [`RecordingState`] is our own progress and moves by [`RecordingState::next`] alone.

use serde::{Deserialize, Serialize};

use crate::{LegId, fields::told_fields, told::Fact};

told_fields! {
    /// What one report tells of a recording.
    facts RecordingFacts;
    /// What is known of a recording from the provider.
    fields RecordingFields;
    /// Whether the provider has it.
    availability: Availability,
    /// How many channels the provider's best version has.
    channels: u16,
    /// How long it is by the provider's word, in ms.
    duration_ms: u64,
    /// When recording began; with the call's start it gives the offset of the sound.
    started_at: jiff::Timestamp,
    /// The provider's id of it, where the key may be another one.
    provider_id: String,
    /// The leg that was recorded.
    leg: LegId,
    /// How it was found to belong to the call.
    matched: Matched,
}

/// How a recording was found to belong to its call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Matched {
    /// The provider says so.
    ByIds,
    /// Nobody says so: a call between the same numbers went on at that time, and only one. It may be
    /// the wrong one, so whoever listens has to know.
    ByNumberAndTime,
}

impl Fact for Matched {
    /// What the provider says stands against what was guessed.
    fn rank(&self) -> u8 {
        u8::from(*self == Self::ByIds)
    }
}

/// Whether the provider has the sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is", content = "reason")]
pub enum Availability {
    /// Being made or processed; will come.
    Expected,
    /// There, can be fetched.
    Available,
    /// There is none and there will be none.
    Absent(Reason),
    /// There is one that we do not get.
    Withheld(Reason),
    /// There was one; it is deleted at the provider.
    Deleted,
}

impl Fact for Availability {
    /// What was once decided does not become "expected" again through a late report.
    fn rank(&self) -> u8 {
        u8::from(!matches!(self, Self::Expected))
    }
}

/// Why a recording is not ready, as a closed word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The provider is still processing it.
    Processing,
    /// Waiting for its turn in the fetch queue.
    Queued,
    /// The provider says it was too short to keep.
    TooShort,
    /// The provider says that nothing was to be heard.
    Silent,
    /// The call never connected.
    NotConnected,
    /// Recording was not switched on.
    NotRecorded,
    /// The customer's storage policy forbids it.
    Policy,
    /// It is encrypted with the customer's own key.
    Encrypted,
    /// It was put where we have no access (the customer's own bucket).
    ExternalStorage,
    /// The link died and the provider gives no other.
    LinkExpired,
    /// The provider's retention is over.
    Retention,
    /// The provider does not know it (any more).
    NotFound,
    /// The provider deleted it.
    DeletedAtProvider,
    /// The provider refuses our key.
    Unauthorized,
    /// The provider asks us to wait.
    RateLimited,
    /// The provider answers with an error of its own.
    ProviderError,
    /// The network failed.
    Network,
    /// The transfer ended early.
    Incomplete,
    /// What came is no sound.
    NotAudio,
    /// What came is sound but broken.
    Damaged,
    /// What came is sound that this program cannot decode.
    Unsupported,
    /// It is larger than allowed.
    TooLarge,
    /// The link leads to a place that recordings may not be fetched from.
    ForbiddenAddress,
    /// Our disk is full.
    DiskFull,
    /// The file was here and is gone from the disk.
    FileMissing,
}

impl Reason {
    /// The word for it in JSON and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Processing => "processing",
            Self::Queued => "queued",
            Self::TooShort => "too_short",
            Self::Silent => "silent",
            Self::NotConnected => "not_connected",
            Self::NotRecorded => "not_recorded",
            Self::Policy => "policy",
            Self::Encrypted => "encrypted",
            Self::ExternalStorage => "external_storage",
            Self::LinkExpired => "link_expired",
            Self::Retention => "retention",
            Self::NotFound => "not_found",
            Self::DeletedAtProvider => "deleted_at_provider",
            Self::Unauthorized => "unauthorized",
            Self::RateLimited => "rate_limited",
            Self::ProviderError => "provider_error",
            Self::Network => "network",
            Self::Incomplete => "incomplete",
            Self::NotAudio => "not_audio",
            Self::Damaged => "damaged",
            Self::Unsupported => "unsupported",
            Self::TooLarge => "too_large",
            Self::ForbiddenAddress => "forbidden_address",
            Self::DiskFull => "disk_full",
            Self::FileMissing => "file_missing",
        }
    }
}

/// How far we are with a recording. The words are those of the outside JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state", content = "reason")]
pub enum RecordingState {
    /// Will come; the provider is not ready.
    Expected(Reason),
    /// Can be fetched; waits for its turn or its next try.
    Available(Reason),
    /// Bytes are coming in.
    Downloading,
    /// Here, whole, and known to be sound.
    Ready,
    /// There is none.
    Absent(Reason),
    /// All tries failed.
    Failed(Reason),
    /// It died before we had it.
    Expired(Reason),
    /// There is one that we do not get.
    Withheld(Reason),
    /// It was deleted.
    Deleted(Reason),
}

/// What moves a recording's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordingInput {
    /// The provider's word, after merging.
    Provider(Availability),
    /// A transfer begins.
    FetchBegins,
    /// The provider has it but not yet for us to fetch.
    NotReadyYet,
    /// A transfer failed and will be tried again.
    FetchFails(Reason),
    /// A transfer failed for the last time.
    FetchGivenUp(Reason),
    /// The link or the provider's retention is over.
    Expires(Reason),
    /// The file is here, whole and sound.
    Lands,
    /// The file is gone from our disk.
    FileVanishes,
    /// A person asks to try again.
    TryAgain,
}

impl RecordingState {
    /// The state of a recording that was just heard of.
    pub fn initial(availability: Option<Availability>) -> Self {
        Self::Expected(Reason::Processing).next(RecordingInput::Provider(
            availability.unwrap_or(Availability::Expected),
        ))
    }

    /// The state after `input`. Inputs that make no sense in a state leave it as it is: what is
    /// ready stays ready whatever the provider says later, because the bytes are ours.
    #[must_use]
    pub fn next(self, input: RecordingInput) -> Self {
        use RecordingInput as In;
        match (self, input) {
            (Self::Ready, In::FileVanishes) => Self::Available(Reason::FileMissing),
            (Self::Ready, _) => Self::Ready,
            (_, In::Lands) => Self::Ready,
            (_, In::FileVanishes) => self,

            (Self::Downloading, In::Provider(Availability::Expected | Availability::Available)) => {
                self
            }
            (
                Self::Expected(_) | Self::Absent(_) | Self::Withheld(_) | Self::Deleted(_),
                In::Provider(Availability::Available),
            ) => Self::Available(Reason::Queued),
            // A try that is waiting or was given up is not started over by the same old news.
            (_, In::Provider(Availability::Available)) => self,
            (_, In::Provider(Availability::Expected)) => self,
            (_, In::Provider(Availability::Absent(reason))) => Self::Absent(reason),
            (_, In::Provider(Availability::Withheld(reason))) => Self::Withheld(reason),
            (_, In::Provider(Availability::Deleted)) => Self::Deleted(Reason::DeletedAtProvider),

            (Self::Absent(_) | Self::Withheld(_) | Self::Deleted(_), _) => self,
            (_, In::FetchBegins) => Self::Downloading,
            // The late answer of a transfer that was already given up.
            (Self::Failed(_) | Self::Expired(_), In::NotReadyYet | In::FetchFails(_)) => self,
            (Self::Expired(_), In::FetchGivenUp(_)) => self,
            (_, In::NotReadyYet) => Self::Expected(Reason::Processing),
            (_, In::FetchFails(reason)) => Self::Available(reason),
            (_, In::FetchGivenUp(reason)) => Self::Failed(reason),
            (_, In::Expires(reason)) => Self::Expired(reason),
            (Self::Failed(_) | Self::Expired(_), In::TryAgain) => Self::Available(Reason::Queued),
            (_, In::TryAgain) => self,
        }
    }

    /// Whether nothing more will happen by itself.
    pub fn is_settled(self) -> bool {
        !matches!(
            self,
            Self::Expected(_) | Self::Available(_) | Self::Downloading
        )
    }

    /// Whether bytes should be fetched.
    pub fn wants_fetch(self) -> bool {
        matches!(
            self,
            Self::Expected(_) | Self::Available(_) | Self::Downloading
        )
    }

    /// The word for the state in JSON and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Expected(_) => "expected",
            Self::Available(_) => "available",
            Self::Downloading => "downloading",
            Self::Ready => "ready",
            Self::Absent(_) => "absent",
            Self::Failed(_) => "failed",
            Self::Expired(_) => "expired",
            Self::Withheld(_) => "withheld",
            Self::Deleted(_) => "deleted",
        }
    }

    /// Why it is not ready. `None` when it is ready, or while it is coming in.
    pub fn reason(self) -> Option<Reason> {
        match self {
            Self::Downloading | Self::Ready => None,
            Self::Expected(reason)
            | Self::Available(reason)
            | Self::Absent(reason)
            | Self::Failed(reason)
            | Self::Expired(reason)
            | Self::Withheld(reason)
            | Self::Deleted(reason) => Some(reason),
        }
    }
}
