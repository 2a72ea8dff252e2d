//! Tests of the whole app through its real faces, and what they share.
//!
//! Each target of this package is a kind of journey. What stands here are the means of travelling:
//! nothing in it is about a single journey, and nothing in it reaches into the app.

pub mod bucket;
pub mod cases;
pub mod completeness;
pub mod door;
pub mod edited;
pub mod patience;
pub mod poison;
pub mod program;
mod rest;
pub mod setting;
pub mod signing;
pub mod truth;
mod whole;
#[cfg(target_os = "linux")]
pub mod window;
pub mod witness;
