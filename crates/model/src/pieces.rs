//! What providers tell that know no calls, only pieces of them.
//!
//! Telnyx, for one: each event speaks of one leg and none says which leg is the root, and what a call
//! cost is spread over records, one for each product. Each piece is a stamped value and is joined by itself; the call is put together from what is there
//! (`assemble`), so any order and any repetition of the pieces gives the same call.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    Cost, LegFacts, LegFields, LegId, RecordingKey, Source, Stamp, Told,
    told::{join, settle},
};

/// What one report tells in pieces.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Pieces {
    /// What it says of legs, the root among them.
    pub legs: Vec<(LegId, LegFacts)>,
    /// What products were charged for a leg.
    pub charges: Vec<Charge>,
    /// What was said in a whole recording, without who said what.
    pub transcriptions: Vec<(RecordingKey, String)>,
}

impl Pieces {
    /// Whether it tells nothing.
    pub fn is_empty(&self) -> bool {
        self.legs.is_empty() && self.charges.is_empty() && self.transcriptions.is_empty()
    }
}

/// What one product of the provider was charged for a leg.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Charge {
    /// The leg.
    pub leg: LegId,
    /// The provider's name of the product.
    pub product: String,
    /// What it cost; its parts do not count.
    pub cost: Cost,
}

/// All pieces of a call that are there.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Assembly {
    /// What was told of the call as a whole and would otherwise be hidden by what the pieces give.
    pub(crate) own: Own,
    pub(crate) legs: BTreeMap<LegId, LegFields>,
    pub(crate) charges: BTreeMap<LegId, BTreeMap<String, Told<Cost>>>,
    pub(crate) transcriptions: BTreeMap<RecordingKey, Told<String>>,
}

/// What was told of a call as a whole.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Own {
    /// The fields that legs have too.
    pub(crate) leg: LegFields,
    pub(crate) legs: BTreeMap<LegId, LegFields>,
}

impl Assembly {
    pub(crate) fn is_empty(&self) -> bool {
        self.legs.is_empty() && self.charges.is_empty() && self.transcriptions.is_empty()
    }

    /// Takes in what was told. True if a value is new or another one now.
    pub(crate) fn take(&mut self, pieces: &Pieces, stamp: Stamp) -> bool {
        let mut is_news = false;
        for (id, facts) in &pieces.legs {
            is_news |= !self.legs.contains_key(id);
            let leg = self.legs.entry(id.clone()).or_default();
            let changed = leg.take(facts, stamp);
            // Who asks hears every few seconds that a leg is up. What that changes is seen by itself.
            let is_asked = stamp.source == Source::Snapshot;
            is_news |= changed.iter().any(|name| *name != "alive_at" || !is_asked);
        }
        for charge in &pieces.charges {
            let products = self.charges.entry(charge.leg.clone()).or_default();
            let mut slot = products.remove(&charge.product);
            is_news |= settle(&mut slot, Some(&charge.cost), stamp);
            products.extend(slot.map(|told| (charge.product.clone(), told)));
        }
        for (recording, text) in &pieces.transcriptions {
            let mut slot = self.transcriptions.remove(recording);
            is_news |= settle(&mut slot, Some(text), stamp);
            self.transcriptions
                .extend(slot.map(|told| (recording.clone(), told)));
        }
        is_news
    }

    /// The join with the pieces that another side has. What was told of the call as a whole is
    /// joined with the call itself.
    pub(crate) fn join(&mut self, other: Self) {
        for (id, leg) in other.legs {
            self.legs.entry(id).or_default().join(leg);
        }
        for (leg, products) in other.charges {
            join_each(self.charges.entry(leg).or_default(), products);
        }
        join_each(&mut self.transcriptions, other.transcriptions);
    }
}

fn join_each<K: Ord + Clone, T: crate::Fact>(
    held: &mut BTreeMap<K, Told<T>>,
    other: BTreeMap<K, Told<T>>,
) {
    for (key, told) in other {
        let mut slot = held.remove(&key);
        join(&mut slot, Some(told));
        held.extend(slot.map(|told| (key, told)));
    }
}
