//! The running app without a face: it composes the floors below into one thing that receives, polls,
//! applies, fetches, plays and tells.
//!
//! Start with [`Engine::start`]. What arrives goes through `journal` (durable) to `apply` (what it
//! means); `poll` and `work` ask the providers for what did not arrive; `fetch` brings recordings in;
//! `resync` does on demand what the others do by themselves; `ledger` knows what is expected and not
//! here; `playback` plays and keeps the record
//! of who listened. `background` makes sure that one process per home does it.
//!
//! The engine knows no window, no JSON of the outside and no provider by name.

mod accounts;
mod apply;
mod background;
mod backup;
mod catch_up;
mod checks;
mod claim;
pub mod config;
mod conversation;
mod core;
mod daily;
mod deletion;
mod engine;
mod error;
mod export;
mod fetch;
mod health;
mod hearing;
mod hint;
mod home;
mod import;
mod inspect;
mod jobs;
mod journal;
pub mod keys;
mod lease;
mod ledger;
mod listening;
mod live;
mod lost;
mod meters;
mod news;
mod offsite;
mod open_files;
mod playback;
mod poll;
mod pulse;
mod rebuild;
mod reload;
mod replay;
pub mod resync;
mod role;
mod schedule;
mod setup;
mod shapes;
mod sidecar;
mod sound;
mod stuck;
mod tunnel;
mod view;
mod watch;
mod webhooks;
mod work;
mod writable;

pub use backup::{BackedUp, back_up};
pub use catch_up::DIGEST;
pub use conversation::{Conversation, Part};
pub use engine::{Engine, EngineOptions, Variables, Waveform};
pub use error::{EngineError, StartError};
pub use fetch::LINK_DYING;
pub use health::{DiskUse, JournalUse, Lags};
pub use home::Home;
pub use import::{Import, ImportFacts, ImportSound};
pub use inspect::{Fault, FaultKind, OrphanFile, Orphans, Verification};
pub use ledger::{AccountLedger, RepairScope};
pub use live::{ConfigState, Refused};
pub use meters::{Counts, Entered, LAG_BUCKETS_MS, Lag, Transfer};
pub use news::News;
pub use offsite::{
    Brought, CopyFault, CopyFaultKind, OffsiteStatus, Pull, PullItem, Push, PushItem, PushOutcome,
};
pub use playback::{Loaded, Playback};
pub use poll::Poll;
pub use rebuild::{Rebuilt, rebuild};
pub use replay::Replayed;
pub use ringback_archive::Why;
pub use ringback_audio as audio;
pub use ringback_offsite::Hitch;
pub use ringback_providers::{
    Advice, ApiError, OptionField, OptionKind, Proof, Provider, SecretField, TEST_KIND,
    WebhookStep, all as providers,
};
pub use ringback_store as store;
pub use ringback_tunnel::Names;
pub use setup::{NewAccount, Removed, RemovedData, Retired};
pub use shapes::{Drift, DriftKind, Drifted, provider_title};
pub use stuck::{STUCK, StuckBecause};
pub use tunnel::{Pace, TunnelReport};
pub use webhooks::{
    LookedTarget, Previous, SetOutcome, SetTarget, Trial, TrialOutcome, WebhookLook, Whose,
};
