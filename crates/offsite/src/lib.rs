//! The second copy of the recordings: files in an S3-compatible bucket or in a folder elsewhere.
//!
//! [`Place`] says where it is, [`Copies`] opens it: [`Copies::upload`] brings a file there (in parts that
//! survive `kill -9`, never holding more than one part in memory), [`Copies::digest`] reads one back to
//! its last byte and tells its SHA-256, [`Copies::each`] goes through what is there and
//! [`Copies::open`] gives one back. Objects are called like the files below `recordings/`, see [`name`].
//!
//! Known here: buckets, files, names. Not known: calls, providers, which files ought to be there, and
//! when to try again. Nothing here deletes anything.

mod bucket;
mod copies;
mod error;
mod folder;
mod guard;
pub mod name;
mod place;
mod upload;
mod way;

pub use copies::{Bytes, Copies, Digest, Stored};
pub use error::{Hitch, Trouble};
pub use guard::{NotAllowed, check_endpoint};
pub use place::{Bucket, Keys, Place};
pub use upload::{Begun, Notebook};
