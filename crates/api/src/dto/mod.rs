//! The shapes that cross the border, to the window and to scripts. Made for the wire: the domain
//! does not learn JSON.
//!
//! Times are RFC 3339 in UTC with milliseconds, durations are milliseconds, money is a decimal
//! text in units of its currency. What nobody told is `null`, never 0 or "".

mod app;
mod call;
mod checks;
mod conversation;
mod desktop;
mod exports;
mod health;
mod insights;
mod ledger;
mod list;
mod offsite;
mod player;
mod resync;
mod setup;
mod webhooks;

pub use app::*;
pub use call::*;
pub use checks::*;
pub use conversation::*;
pub use desktop::*;
pub use exports::*;
pub use health::*;
pub use insights::*;
pub use ledger::*;
pub use list::*;
pub use offsite::*;
pub use player::*;
pub use resync::*;
pub use setup::*;
pub use webhooks::*;
