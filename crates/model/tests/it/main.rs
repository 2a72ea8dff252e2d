//! What the model promises, tried with many reports in many orders.

mod costs;
mod ending;
mod events;
mod merge;
mod missing;
mod pieces;
mod recording_state;
mod spoken;
