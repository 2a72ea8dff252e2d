//! Recordings on disk: plain files in readable folders that outlive the program.
//!
//! ```text
//! {home}/recordings/{account}/{yyyy-mm-dd}/{call}[_{recording}].wav    complete, or not there
//!                                         /{call}[_{recording}].json   what is known of the call
//!                                         /{recording id}.part[.json]  on its way
//! {home}/quarantine/{what}/                                            set aside, never deleted
//! ```
//!
//! A recording comes in by [`Archive::land`]: it gives a [`Landing`] that knows how far an earlier
//! try came, [`copy`] streams the rest into it, and [`Landing::finish`] has the file checked and
//! gives it its name. The process may be killed between any two of these steps, and inside them;
//! the next try goes on from there. Nothing here overwrites or deletes a complete file.
//!
//! Left to others: where the bytes come from, what counts as sound (the check is handed in), which
//! recordings there ought to be, and when to try again.
//!
//! Everything except [`copy`] works on files at once and may wait for the disk; from async code it
//! belongs on a blocking thread.

mod archive;
mod bring_back;
mod copy;
mod disk;
mod error;
mod finish;
mod landing;
mod name;
mod note;
mod path;
mod quarantine;
mod scan;
mod sidecar;
mod verify;

pub use archive::{Archive, LandingPlan};
pub use bring_back::{ReturnError, Returning};
pub use copy::{CopyLimits, copy};
pub use error::{CheckFailed, CopyError, DiskError, FinishError, LandError, RestoreError};
pub use finish::{Checked, Landed};
pub use landing::{Arriving, Landing, ResumePoint};
pub use name::RecordingName;
pub use path::{NotARecordingPath, RecordingPath};
pub use quarantine::{Quarantined, Why};
pub use scan::{Found, Scan};
pub use sidecar::SidecarError;
pub use verify::Verdict;
