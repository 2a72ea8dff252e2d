//! One thing that was told about a call, with when and by whom; and which of two tellings stands.
//!
//! The rule makes merging a join of a semilattice: commutative, associative, idempotent. A value is
//! compared by its rank first (a final transcript beats a live one, a terminal status beats an
//! ongoing one), then by the stamp, and only if both are equal by its own text, so that even two
//! contradicting reports of the same moment give the same result in any order.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use crate::{LegId, event::Stamp};

/// A kind of value that can be told about a call.
pub trait Fact: Clone + PartialEq + Serialize {
    /// Values of a higher rank stand against later values of a lower one.
    fn rank(&self) -> u8 {
        0
    }
}

impl Fact for String {}
impl Fact for LegId {}
impl Fact for bool {}
impl Fact for u64 {}
impl Fact for u16 {}
impl Fact for jiff::Timestamp {}

/// A value and the moment it was true.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Told<T> {
    /// What was told.
    pub value: T,
    /// As of when, and by whom.
    pub stamp: Stamp,
}

impl<T: Fact> Told<T> {
    fn order(&self, other: &Self) -> Ordering {
        self.value
            .rank()
            .cmp(&other.value.rank())
            .then(self.stamp.cmp(&other.stamp))
            // By the text, not by equality: 1.0 and 1.00 are equal and still have to give the
            // same call, to the byte, whichever came first.
            .then_with(|| text(&self.value).cmp(&text(&other.value)))
    }
}

fn text<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// Takes `told` into `slot`. True if the value (not only its stamp) is another one now.
pub(crate) fn settle<T: Fact>(slot: &mut Option<Told<T>>, told: Option<&T>, stamp: Stamp) -> bool {
    let Some(value) = told else { return false };
    let told = Told {
        value: value.clone(),
        stamp,
    };
    join(slot, Some(told))
}

/// Keeps the greater of the two in `slot`. True if the value is another one now.
pub(crate) fn join<T: Fact>(slot: &mut Option<Told<T>>, told: Option<Told<T>>) -> bool {
    match (slot.as_ref(), told) {
        (_, None) => false,
        (None, Some(told)) => {
            *slot = Some(told);
            true
        }
        (Some(held), Some(told)) => {
            let changes = told.value != held.value;
            let wins = told.order(held) == Ordering::Greater;
            if wins {
                *slot = Some(told);
            }
            wins && changes
        }
    }
}
