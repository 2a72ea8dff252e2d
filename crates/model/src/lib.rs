//! What Ringback talks about: calls, legs, recordings, transcripts, costs, and how reports of them
//! from many sides become one call.
//!
//! Everything here is pure: no files, no network, no clock of its own, no async. Nothing here knows
//! a provider, SQLite or JSON shapes of the outside.
//!
//! Start with [`CallEvent`] (what somebody reports about a call) and [`Call::apply`] (how reports are
//! merged so that any order and any repetition of them gives the same call). Where a provider tells
//! only of [`Pieces`], the call is put together from them (`assemble`).

mod assemble;
mod call;
mod clock;
mod ending;
mod event;
mod fields;
mod ids;
mod ledger;
mod leg;
mod missing;
mod money;
mod pieces;
mod recording;
mod secret;
mod spoken;
mod status;
mod told;
mod transcript;
mod turns;

pub use call::{Call, Changes};
pub use clock::Clock;
pub use event::{CallEvent, Link, RecordingReport, Source, Stamp};
pub use fields::{CallFacts, CallFields, Field};
pub use ids::{
    AccountId, AccountIdError, CallId, LegId, ProviderCallId, RecordingId, RecordingKey,
};
pub use ledger::{
    Asking, Evidence, HoleClass, HoleReason, HoleReasonError, Mark, Marks, MarksError, Tally,
    Thing, ThingTally, complete_through,
};
pub use leg::{LegFacts, LegFields};
pub use missing::{Missing, missing};
pub use money::{Cost, CostPart, Currency, Latency, Percentiles, currency_code};
pub use pieces::{Charge, Pieces};
pub use recording::{
    Availability, Matched, Reason, RecordingFacts, RecordingFields, RecordingInput, RecordingState,
};
pub use secret::{Secret, SecretUrl};
pub use status::{Agent, Direction, EndedCode, EndedReason, Side, Status, StoragePolicy};
pub use told::{Fact, Told};
pub use transcript::{Segment, Speaker, Transcript, TranscriptOutlook, Word};
pub use turns::{Turn, Turns, Voice, When};
