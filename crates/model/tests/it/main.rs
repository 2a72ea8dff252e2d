//! What the model promises, tried with many reports in many orders.

mod costs;
mod events;
mod merge;
mod missing;
mod recording_state;
