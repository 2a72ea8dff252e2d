//! The door: where the providers' webhooks come in.
//!
//! A request takes five steps: the account is found by the address, the bytes are read within
//! limits, the account's provider vouches for them, the event is put into the journal, and only
//! then is it answered. A 200 therefore means that the event survives a crash.
//!
//! Verifying comes before the journal because it needs nothing but the processor: that way an event
//! costs one durable write instead of two, and a stranger costs none. What is refused goes to a
//! small ring that the journal keeps apart and caps; it can neither fill the disk nor occupy the
//! key of a real event.
//!
//! What an event says is not looked at here. One that is verified but cannot be read, or is of a
//! kind that nobody uses, is kept and accepted like any other; understanding is the engine's part.
//!
//! The crate asks for two ports, [`Accounts`] and [`Journal`], and knows no database. Start with
//! [`router`] for what is answered and [`Door`] for how it is served.

mod answer;
mod body;
mod canary;
mod crowd;
mod door;
mod ports;
mod routes;

pub use answer::Answer;
pub use body::{BODY_LIMIT, BodyMemory};
pub use canary::Canary;
pub use door::{DEFAULT_LISTEN, Door, DoorError, Limits};
pub use ports::{Accounts, Appended, Journal, JournalDown};
pub use routes::{Intake, router};
