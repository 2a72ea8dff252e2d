//! The completeness ledger: what of a call is expected, what is held, and why the rest is not here.
//!
//! Of each call five [`Thing`]s are looked at. Each gets a [`Mark`]: not expected, held, or a hole
//! with its [`HoleReason`]; there is no hole without one. [`Marks`] are the five marks of a call,
//! [`Tally`] adds them up. Everything here is a function of what is known of calls: no clock, no
//! order, so that any order of the same reports gives the same ledger.

use std::{collections::BTreeMap, fmt, str::FromStr};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Call, Field, Reason, RecordingState, Status, StoragePolicy, missing::lacks_sound};

/// What a call consists of, as far as completeness is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Thing {
    /// The call itself: who, when, how it ended.
    Record,
    /// The sound, here, as a file.
    Recording,
    /// What was said.
    Transcript,
    /// Summary, mood, verdict, where the provider makes them.
    Analysis,
    /// What it cost.
    Cost,
}

impl Thing {
    /// All, in the order in which they are shown and stored.
    pub const ALL: [Self; 5] = [
        Self::Record,
        Self::Recording,
        Self::Transcript,
        Self::Analysis,
        Self::Cost,
    ];

    /// The word for it in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Record => "record",
            Self::Recording => "recording",
            Self::Transcript => "transcript",
            Self::Analysis => "analysis",
            Self::Cost => "cost",
        }
    }

    /// The thing that a field of a call belongs to.
    pub fn of(field: Field) -> Self {
        match field {
            Field::Recording => Self::Recording,
            Field::Transcript => Self::Transcript,
            Field::Summary | Field::Sentiment | Field::Successful => Self::Analysis,
            Field::Cost => Self::Cost,
            _ => Self::Record,
        }
    }
}

/// Kinds of reasons for a hole, from harmless to urgent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HoleClass {
    /// There never was anything, and there will not be.
    Absent,
    /// There is something that we do not get.
    Withheld,
    /// It could be had, and cannot any more.
    Expired,
    /// The provider does not have it any more.
    Gone,
    /// There is nobody to ask.
    CannotBeAsked,
    /// It will come, or will be asked for.
    NotDue,
    /// Something went wrong.
    Failed,
    /// Nobody asked for it, and nobody is about to.
    NeverAsked,
}

impl HoleClass {
    /// The word for it in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::Withheld => "withheld",
            Self::Expired => "expired",
            Self::Gone => "gone",
            Self::CannotBeAsked => "cannot_be_asked",
            Self::NotDue => "not_due",
            Self::Failed => "failed",
            Self::NeverAsked => "never_asked",
        }
    }

    /// Whether a hole of this kind is explained for good: it is counted, and does not stand in the
    /// way of "complete through".
    pub fn is_excused(self) -> bool {
        !matches!(self, Self::NotDue | Self::Failed | Self::NeverAsked)
    }

    /// Whether asking (again) may fill such a hole.
    pub fn is_repairable(self) -> bool {
        !matches!(self, Self::Absent | Self::Withheld | Self::CannotBeAsked)
    }
}

/// Declares the reasons, each with its word, its letter in stored marks, and its class.
macro_rules! reasons {
    ($( $(#[$doc:meta])* $name:ident = $word:literal, $letter:literal, $class:ident; )*) => {
        /// Why something that is expected of a call is not here. A closed list.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum HoleReason { $( $(#[$doc])* $name, )* }

        impl HoleReason {
            /// All of them.
            pub const ALL: &[Self] = &[$( Self::$name, )*];

            /// The word for it in JSON.
            pub fn as_str(self) -> &'static str {
                match self { $( Self::$name => $word, )* }
            }

            /// What kind of reason it is.
            pub fn class(self) -> HoleClass {
                match self { $( Self::$name => HoleClass::$class, )* }
            }

            fn letter(self) -> char {
                match self { $( Self::$name => $letter, )* }
            }

            fn of_letter(letter: char) -> Option<Self> {
                match letter { $( $letter => Some(Self::$name), )* _ => None }
            }
        }
    };
}

reasons! {
    /// The provider says it was too short to keep.
    TooShort = "too_short", 'a', Absent;
    /// The provider says that nothing was to be heard.
    Silent = "silent", 'b', Absent;
    /// The call never connected.
    NotConnected = "not_connected", 'c', Absent;
    /// No recording was made.
    NotRecorded = "not_recorded", 'd', Absent;
    /// The provider was asked when it was time, and does not tell it.
    NotTold = "not_told", 'o', Absent;
    /// The customer's storage policy forbids it.
    Policy = "policy", 'e', Withheld;
    /// It is encrypted with the customer's own key.
    Encrypted = "encrypted", 'f', Withheld;
    /// It was put where we have no access.
    ExternalStorage = "external_storage", 'g', Withheld;
    /// The link died and the provider gives no other.
    LinkExpired = "link_expired", 'h', Expired;
    /// The provider's retention is over.
    Retention = "retention", 'i', Expired;
    /// The provider does not know it (any more).
    NotFound = "not_found", 'j', Gone;
    /// The provider deleted it.
    DeletedAtProvider = "deleted_at_provider", 'k', Gone;
    /// The account's provider has no API.
    CannotBeAsked = "cannot_be_asked", 'l', CannotBeAsked;
    /// It is on its way, or will be asked for at a set time.
    NotDue = "not_due", 'm', NotDue;
    /// Nobody asked for it, and nobody is about to.
    NeverAsked = "never_asked", 'n', NeverAsked;
    /// The provider refuses our key.
    Unauthorized = "unauthorized", 'p', Failed;
    /// The provider asks us to wait.
    RateLimited = "rate_limited", 'q', Failed;
    /// The provider answers with an error of its own.
    ProviderError = "provider_error", 'r', Failed;
    /// What the provider answers cannot be understood.
    Unreadable = "unreadable", 's', Failed;
    /// The network failed.
    Network = "network", 't', Failed;
    /// The transfer ended early.
    Incomplete = "incomplete", 'u', Failed;
    /// What came is no sound.
    NotAudio = "not_audio", 'v', Failed;
    /// The sound is damaged.
    Damaged = "damaged", 'w', Failed;
    /// The sound is of a kind that cannot be read.
    Unsupported = "unsupported", 'x', Failed;
    /// It is larger than is allowed.
    TooLarge = "too_large", 'y', Failed;
    /// The link leads to a place that must not be fetched from.
    ForbiddenAddress = "forbidden_address", 'z', Failed;
    /// Our disk is full.
    DiskFull = "disk_full", 'A', Failed;
    /// The file was here and is gone from the disk.
    FileMissing = "file_missing", 'B', Failed;
    /// It was in the database and is not any more.
    Lost = "lost", 'C', Failed;
}

impl From<Reason> for HoleReason {
    fn from(reason: Reason) -> Self {
        match reason {
            Reason::Processing | Reason::Queued => Self::NotDue,
            Reason::TooShort => Self::TooShort,
            Reason::Silent => Self::Silent,
            Reason::NotConnected => Self::NotConnected,
            Reason::NotRecorded => Self::NotRecorded,
            Reason::Policy => Self::Policy,
            Reason::Encrypted => Self::Encrypted,
            Reason::ExternalStorage => Self::ExternalStorage,
            Reason::LinkExpired => Self::LinkExpired,
            Reason::Retention => Self::Retention,
            Reason::NotFound => Self::NotFound,
            Reason::DeletedAtProvider => Self::DeletedAtProvider,
            Reason::Unauthorized => Self::Unauthorized,
            Reason::RateLimited => Self::RateLimited,
            Reason::ProviderError => Self::ProviderError,
            Reason::Network => Self::Network,
            Reason::Incomplete => Self::Incomplete,
            Reason::NotAudio => Self::NotAudio,
            Reason::Damaged => Self::Damaged,
            Reason::Unsupported => Self::Unsupported,
            Reason::TooLarge => Self::TooLarge,
            Reason::ForbiddenAddress => Self::ForbiddenAddress,
            Reason::DiskFull => Self::DiskFull,
            Reason::FileMissing => Self::FileMissing,
        }
    }
}

/// The text is no reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is not a reason for a hole")]
pub struct HoleReasonError;

impl FromStr for HoleReason {
    type Err = HoleReasonError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut all = Self::ALL.iter().copied();
        all.find(|reason| reason.as_str() == text)
            .ok_or(HoleReasonError)
    }
}

/// How one thing of one call stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mark {
    /// Nothing of the kind is to be had of such a call, or not yet: the call goes on.
    NotExpected,
    /// Here.
    Held,
    /// Not here, and why.
    Hole(HoleReason),
}

impl Mark {
    fn letter(self) -> char {
        match self {
            Self::NotExpected => '-',
            Self::Held => '+',
            Self::Hole(reason) => reason.letter(),
        }
    }

    fn of_letter(letter: char) -> Option<Self> {
        match letter {
            '-' => Some(Self::NotExpected),
            '+' => Some(Self::Held),
            letter => HoleReason::of_letter(letter).map(Self::Hole),
        }
    }
}

/// The marks of a call, in the order of [`Thing::ALL`]. As text, five letters: `-` not expected, `+`
/// held, else the reason's letter.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Marks([Mark; 5]);

impl fmt::Debug for Marks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Marks({self})")
    }
}

impl fmt::Display for Marks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|mark| {
            let letter = mark.letter();
            write!(f, "{letter}")
        })
    }
}

/// The text is not five marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("these are not the marks of a call")]
pub struct MarksError;

impl FromStr for Marks {
    type Err = MarksError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut marks = [Mark::NotExpected; 5];
        let mut letters = text.chars();
        for mark in &mut marks {
            let letter = letters.next().ok_or(MarksError)?;
            *mark = Mark::of_letter(letter).ok_or(MarksError)?;
        }
        letters
            .next()
            .is_none()
            .then_some(Self(marks))
            .ok_or(MarksError)
    }
}

impl Marks {
    /// Those marks, in the order of [`Thing::ALL`].
    pub fn new(marks: [Mark; 5]) -> Self {
        Self(marks)
    }

    /// The marks of a call of which no more is known than that it exists.
    pub fn unknown(reason: HoleReason) -> Self {
        let mut marks = [Mark::NotExpected; 5];
        marks[0] = Mark::Hole(reason);
        Self(marks)
    }

    /// How `thing` stands.
    pub fn of(&self, thing: Thing) -> Mark {
        self.0[thing as usize]
    }

    /// The holes, in the order of the things.
    pub fn holes(&self) -> impl Iterator<Item = (Thing, HoleReason)> {
        let all = Thing::ALL.into_iter().zip(self.0);
        all.filter_map(|(thing, mark)| match mark {
            Mark::Hole(reason) => Some((thing, reason)),
            Mark::NotExpected | Mark::Held => None,
        })
    }

    /// The holes that stand in the way of "complete through".
    pub fn open(&self) -> impl Iterator<Item = (Thing, HoleReason)> {
        self.holes()
            .filter(|(_, reason)| !reason.class().is_excused())
    }

    /// Whether asking the provider may fill one of the holes.
    pub fn is_repairable(&self) -> bool {
        self.holes()
            .any(|(_, reason)| reason.class().is_repairable())
    }
}

/// How it stands with asking the provider about a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asking {
    /// The provider has no API.
    Cannot,
    /// It will be asked; why the last try failed, if one did.
    Pending(Option<HoleReason>),
    /// It was asked, is not about to be asked again, and this is why nothing more is here.
    Over(HoleReason),
    /// Nobody asked.
    Never,
}

impl Asking {
    /// Why something that only asking can bring is not here.
    pub fn reason(self) -> HoleReason {
        match self {
            Self::Cannot => HoleReason::CannotBeAsked,
            // Whether it is gone for good is known when asking is over, and not before.
            Self::Pending(failed) => failed
                .filter(|reason| !reason.class().is_excused())
                .unwrap_or(HoleReason::NotDue),
            Self::Over(reason) => reason,
            Self::Never => HoleReason::NeverAsked,
        }
    }
}

/// What the marks of a call follow from.
#[derive(Clone, Copy, Debug)]
pub struct Evidence<'a> {
    /// The call.
    pub call: &'a Call,
    /// What is missing of it, see [`crate::missing`].
    pub missing: &'a [Field],
    /// The states of its recordings.
    pub recordings: &'a [RecordingState],
    /// How it stands with asking.
    pub asking: Asking,
    /// Whether no more of it is known than a list that leaves things out showed.
    pub is_only_listed: bool,
}

impl Evidence<'_> {
    /// The marks of the call.
    pub fn marks(self) -> Marks {
        let status = self.call.status();
        let record = self.record();
        if !status.is_terminal() {
            let mut marks = [Mark::NotExpected; 5];
            marks[0] = record;
            return Marks(marks);
        }
        Marks([
            record,
            self.recording(status),
            self.transcript(status),
            self.told(Thing::Analysis, self.has_analysis()),
            self.told(Thing::Cost, self.call.cost().is_some()),
        ])
    }

    fn lacks(self, thing: Thing) -> bool {
        self.missing.iter().any(|field| Thing::of(*field) == thing)
    }

    fn record(self) -> Mark {
        let is_known = self.call.fields.status.is_some() && !self.is_only_listed;
        if is_known && !self.lacks(Thing::Record) {
            return Mark::Held;
        }
        Mark::Hole(self.asking.reason())
    }

    fn told(self, thing: Thing, is_here: bool) -> Mark {
        match (self.lacks(thing), is_here) {
            (true, _) => Mark::Hole(self.asking.reason()),
            (false, true) => Mark::Held,
            (false, false) => Mark::NotExpected,
        }
    }

    fn has_analysis(self) -> bool {
        let fields = &self.call.fields;
        fields.summary.is_some() || fields.sentiment.is_some() || fields.successful.is_some()
    }

    /// Whether the customer let the provider keep no words and no sound of an ended call.
    fn is_withheld(self, status: Status) -> bool {
        let policy = self.call.fields.storage_policy.as_ref();
        status == Status::Ended
            && policy.is_some_and(|told| told.value == StoragePolicy::BasicsOnly)
    }

    fn transcript(self, status: Status) -> Mark {
        let mark = self.told(Thing::Transcript, self.call.transcript().is_some());
        if mark == Mark::NotExpected && self.is_withheld(status) {
            return Mark::Hole(HoleReason::Policy);
        }
        mark
    }

    fn recording(self, status: Status) -> Mark {
        if self.recordings.is_empty() {
            return match (self.lacks(Thing::Recording), self.is_withheld(status)) {
                (true, _) => Mark::Hole(self.asking.reason()),
                (false, true) => Mark::Hole(HoleReason::Policy),
                (false, false) => Mark::NotExpected,
            };
        }
        let holes_of = |wanted: fn(&RecordingState) -> bool| {
            let states = self.recordings.iter().filter(move |state| wanted(state));
            states.filter_map(move |state| self.hole_of(*state))
        };
        let lacking = holes_of(|state| lacks_sound(*state));
        // The most urgent of several: what blocks before what is explained.
        if let Some(reason) = lacking.max_by_key(|reason| (reason.class(), *reason)) {
            return Mark::Hole(reason);
        }
        match holes_of(|_| true).max() {
            // One sound of several is what there is to hear of the call.
            _ if self.recordings.contains(&RecordingState::Ready) => Mark::Held,
            Some(reason) if status == Status::Ended => Mark::Hole(reason),
            _ => Mark::NotExpected,
        }
    }

    /// Why there is no sound in this state.
    fn hole_of(self, state: RecordingState) -> Option<HoleReason> {
        match state {
            RecordingState::Ready => None,
            RecordingState::Downloading => Some(HoleReason::NotDue),
            // Nobody can be asked whether it comes.
            RecordingState::Expected(_) if self.asking == Asking::Cannot => {
                Some(HoleReason::CannotBeAsked)
            }
            state => Some(state.reason().map_or(HoleReason::NotDue, HoleReason::from)),
        }
    }
}

/// How many of one thing are expected and held.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ThingTally {
    /// Expected.
    pub expected: u64,
    /// Held.
    pub held: u64,
}

/// Marks of many calls, added up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many calls.
    pub calls: u64,
    things: [ThingTally; 5],
    holes: BTreeMap<(Thing, HoleReason), u64>,
}

impl Tally {
    /// Adds `n` calls with these marks.
    pub fn add(&mut self, marks: &Marks, n: u64) {
        if n == 0 {
            return;
        }
        self.calls += n;
        for (thing, mark) in Thing::ALL.into_iter().zip(marks.0) {
            let sums = &mut self.things[thing as usize];
            match mark {
                Mark::NotExpected => continue,
                Mark::Held => sums.held += n,
                Mark::Hole(reason) => *self.holes.entry((thing, reason)).or_default() += n,
            }
            sums.expected += n;
        }
    }

    /// Adds another sum.
    pub fn join(&mut self, other: &Self) {
        self.calls += other.calls;
        for (sums, more) in self.things.iter_mut().zip(&other.things) {
            sums.expected += more.expected;
            sums.held += more.held;
        }
        for (hole, n) in &other.holes {
            *self.holes.entry(*hole).or_default() += n;
        }
    }

    /// Of one thing.
    pub fn of(&self, thing: Thing) -> ThingTally {
        self.things[thing as usize]
    }

    /// Things that are expected.
    pub fn expected(&self) -> u64 {
        self.things.iter().map(|sums| sums.expected).sum()
    }

    /// Things that are held.
    pub fn held(&self) -> u64 {
        self.things.iter().map(|sums| sums.held).sum()
    }

    /// Holes by thing and reason, in the order of the things.
    pub fn holes(&self) -> impl Iterator<Item = (Thing, HoleReason, u64)> {
        self.holes
            .iter()
            .map(|((thing, reason), n)| (*thing, *reason, *n))
    }

    /// Holes that stand in the way of "complete through".
    pub fn open(&self) -> u64 {
        let open = self
            .holes()
            .filter(|(_, reason, _)| !reason.class().is_excused());
        open.map(|(_, _, n)| n).sum()
    }

    /// Holes that are explained for good.
    pub fn excused(&self) -> u64 {
        self.expected() - self.held() - self.open()
    }
}

/// The moment up to which an account is complete: every call that began before it is known, over, and
/// everything expected of it is held or excused.
///
/// `walked_until` is up to where the provider's list was read without a gap, `None` if it never was
/// (or there is none); then nothing is claimed. `blocked_at` is when the earliest call began that still
/// goes on or has an open hole.
pub fn complete_through(
    walked_until: Option<Timestamp>,
    blocked_at: Option<Timestamp>,
) -> Option<Timestamp> {
    let walked_until = walked_until?;
    Some(blocked_at.map_or(walked_until, |blocked| blocked.min(walked_until)))
}
