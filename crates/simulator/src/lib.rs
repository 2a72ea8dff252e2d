//! Stand-in providers: real HTTP, signed webhooks, real speech. The demo of the product, and the other end of its
//! tests.
//!
//! The stand-ins are an independent other side. They share no code with the rest of Ringback, neither JSON shapes nor
//! signatures, so that nothing is misunderstood the same way twice; they say exactly what the providers' documents
//! say.
//!
//! Where to start: a [`CallScript`] is a call written down; [`World::place`] lets it happen; what a provider says
//! about it at a moment follows from its [`Timeline`] and the [`Clock`]. [`Simulator`] puts a world on sockets,
//! [`Switches`] make it misbehave, [`Truth`] is what to compare with. One folder per provider implements the trait in
//! `stand_in.rs`; adding one is a folder and a line there.

mod account;
mod archive;
mod bucket;
mod call;
mod clock;
mod config;
mod custom;
mod delivery;
mod dice;
mod links;
mod live;
mod recall;
mod retell;
mod script;
mod seen;
mod server;
mod simulator;
pub mod speech;
mod stand_in;
mod switches;
mod telnyx;
mod things;
mod timeline;
mod truth;
mod twilio;
mod vapi;
mod world;

pub use account::{AccountSetup, SimAccount};
pub use archive::{ArchivedCall, ArchivedRecording, archive};
pub use clock::{Clock, HandClock, WallClock};
pub use delivery::{Delivery, DeliveryReport};
pub use live::LiveConfig;
pub use script::{CallScript, Correction, Direction, Ending, RecordingPlan, StoragePolicy};
pub use seen::{Host, SeenRequest};
pub use simulator::{Config, Simulator, StartError};
pub use switches::{Faults, Reach, Switches, Times};
pub use things::Thing;
pub use timeline::Timeline;
pub use truth::{
    Truth, TruthAgent, TruthCost, TruthCostPart, TruthFile, TruthLatency, TruthLeg, TruthReason,
    TruthRecording, TruthSegment, TruthWord,
};
pub use world::{World, WorldError};
