//! One leg of a conversation: a transfer or a dialled second party makes several legs of one call.

use crate::{Cost, Direction, EndedReason, Side, Status, fields::told_fields};

told_fields! {
    /// What one report tells of a leg.
    facts LegFacts;
    /// What is known of a leg.
    fields LegFields;
    /// Where the leg stands.
    status: Status,
    /// Which way it went.
    direction: Direction,
    /// The calling side.
    from: String,
    /// The called side.
    to: String,
    /// When it began.
    started_at: jiff::Timestamp,
    /// When it was answered.
    answered_at: jiff::Timestamp,
    /// When it was over.
    ended_at: jiff::Timestamp,
    /// A moment at which it was up, told as of that moment; the last one stands.
    alive_at: jiff::Timestamp,
    /// How long it lasted by the provider's word, in ms.
    duration_ms: u64,
    /// Why it ended.
    ended_reason: EndedReason,
    /// Which side hung up.
    hung_up: Side,
    /// What became of it, where the provider tells that before the end and apart from it: a voicemail
    /// answered, it was handed on.
    outcome: EndedReason,
    /// Another id of the same leg, by which bills may name it.
    other_id: String,
    /// True where only a bill tells of it, and not by its own id: it may be a leg that is known by
    /// that id as well.
    billed_only: bool,
    /// What this leg cost by itself.
    cost: Cost,
}
