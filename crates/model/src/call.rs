//! A call as it is known, and how reports are merged into it.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::{
    Availability, CallEvent, CallFields, Cost, CostPart, LegFields, LegId, ProviderCallId,
    RecordingFields, RecordingKey, Stamp, Status, Told, Turns, pieces::Assembly,
};

/// How far apart two tellings of the same begin of a recording may be: some round it to seconds.
const SAME_BEGIN: SignedDuration = SignedDuration::from_secs(2);

/// What is known of a call.
///
/// Merging is a join: any order and any repetition of the same events gives the same call.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// The provider's id of the conversation.
    pub provider_call_id: ProviderCallId,
    /// The fields, with their stamps.
    pub fields: CallFields,
    /// The further legs, by the provider's id. The root leg is the call itself.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub legs: BTreeMap<LegId, LegFields>,
    /// The recordings, by their key.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub recordings: BTreeMap<RecordingKey, RecordingFields>,
    /// What was told turn by turn. Not kept beside a final transcript.
    #[serde(default, skip_serializing_if = "Turns::is_empty")]
    pub turns: Turns,
    /// The pieces that fields and legs are put together from, at providers that tell no whole calls.
    #[serde(default, skip_serializing_if = "Assembly::is_empty")]
    pub(crate) assembly: Assembly,
}

/// What an event changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Fields of the call whose value is another one now, by name.
    pub fields: Vec<&'static str>,
    /// Legs that are new or changed.
    pub legs: Vec<LegId>,
    /// Recordings that are new or of which something else is known now.
    pub recordings: Vec<RecordingKey>,
    /// Whether a piece of the call is new or another one now, or a turn of what was said. What is seen
    /// of the call may be the same all the same.
    pub pieces: bool,
    /// Whether something known was told again as of a later moment. Nothing is seen of it, but an older
    /// report that is heard of later must lose against that moment.
    pub stamps: bool,
}

impl Changes {
    /// Whether nothing changed that can be seen.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty() && self.legs.is_empty() && self.recordings.is_empty() && !self.pieces
    }
}

impl Call {
    /// A call of which only the name is known.
    pub fn new(provider_call_id: ProviderCallId) -> Self {
        Self {
            provider_call_id,
            ..Self::default()
        }
    }

    /// Takes in what `event` tells. The event is about this call (the caller looked it up by the
    /// event's call id).
    pub fn apply(&mut self, event: &CallEvent) -> Changes {
        let in_pieces = !(self.assembly.is_empty() && event.pieces.is_empty());
        let in_turns = !(self.turns.is_empty() && event.turns.is_empty());
        if !in_pieces && !in_turns {
            return self.take(event);
        }
        let before = self.shown();
        self.take_apart();
        let mut changes = self.take(event);
        changes.pieces = !self.turns_give_way() && self.turns.take(&event.turns);
        let (pieces, stamps) = self.assembly.take(&event.pieces, event.stamp);
        changes.pieces |= pieces;
        changes.stamps |= stamps;
        self.put_together();
        self.compare(&before, &mut changes);
        changes
    }

    /// Takes in what is told of the call as a whole.
    fn take(&mut self, event: &CallEvent) -> Changes {
        let taken = self.fields.take(&event.facts, event.stamp);
        let mut changes = Changes {
            fields: taken.changed,
            stamps: taken.restamped,
            ..Changes::default()
        };
        for (id, facts) in &event.legs {
            let is_new = !self.legs.contains_key(id);
            let leg = self.legs.entry(id.clone()).or_default();
            let taken = leg.take(facts, event.stamp);
            changes.stamps |= taken.restamped;
            if !taken.changed.is_empty() || is_new {
                changes.legs.push(id.clone());
            }
        }
        for report in &event.recordings {
            let is_new = !self.recordings.contains_key(&report.key);
            let recording = self.recordings.entry(report.key.clone()).or_default();
            let taken = recording.take(&report.facts, event.stamp);
            changes.stamps |= taken.restamped;
            if !taken.changed.is_empty() || is_new {
                changes.recordings.push(report.key.clone());
            }
        }
        changes
    }

    /// The join with what another side knows of the same call.
    pub fn join(&mut self, mut other: Self) {
        self.take_apart();
        other.take_apart();
        self.fields.join(other.fields);
        for (id, leg) in other.legs {
            self.legs.entry(id).or_default().join(leg);
        }
        for (key, recording) in other.recordings {
            self.recordings.entry(key).or_default().join(recording);
        }
        self.turns.join(other.turns);
        self.turns_give_way();
        self.assembly.join(other.assembly);
        self.put_together();
    }

    /// Takes over the recordings of a further leg that stood for a call of its own, and gives their keys.
    /// Each says which leg it is of; `stamp` is of the report that told whose leg it is.
    pub fn take_over(&mut self, leg: &Self, stamp: Stamp) -> Vec<RecordingKey> {
        let id = LegId::new(leg.provider_call_id.as_str());
        for (key, fields) in &leg.recordings {
            let mut fields = fields.clone();
            let told = fields.availability.as_ref();
            let stamp = told.map_or(stamp, |told| told.stamp);
            fields.leg.get_or_insert_with(|| Told {
                value: id.clone(),
                stamp,
            });
            self.recordings.entry(key.clone()).or_default().join(fields);
        }
        leg.recordings.keys().cloned().collect()
    }

    /// The ids of all legs that are known by one, the root's among them.
    pub fn leg_ids(&self) -> impl Iterator<Item = &LegId> {
        let further = self.legs.keys();
        let pieces = self.assembly.legs.keys();
        further.chain(pieces.filter(|id| !self.legs.contains_key(*id)))
    }

    /// The other ids by which its legs are known, where the provider has two of a leg.
    pub fn other_leg_ids(&self) -> impl Iterator<Item = LegId> {
        let legs = self.legs.values().chain(self.assembly.legs.values());
        legs.filter_map(|leg| Some(LegId::new(&leg.other_id.as_ref()?.value)))
    }

    /// The key under which a recording that was reported without its id is known by its id: that of
    /// the same leg which began at the same moment. `None` for every other key, and as long as there
    /// is no such recording.
    pub fn named(&self, key: &RecordingKey) -> Option<&RecordingKey> {
        let (leg, began) = key.unnamed_parts()?;
        self.recordings
            .iter()
            .filter(|(other, _)| other.unnamed_parts().is_none())
            .filter(|(_, fields)| fields.leg.as_ref().is_some_and(|told| told.value == leg))
            .filter_map(|(other, fields)| {
                let apart = fields
                    .started_at
                    .as_ref()?
                    .value
                    .duration_since(began)
                    .abs();
                (apart <= SAME_BEGIN).then_some((apart, other))
            })
            .min()
            .map(|(_, other)| other)
    }

    /// The keys under which the recording of this key was reported without its id.
    pub fn unnamed(&self, key: &RecordingKey) -> Vec<&RecordingKey> {
        let keys = self.recordings.keys();
        keys.filter(|other| self.named(other) == Some(key))
            .collect()
    }

    /// What is known of a recording, with and without its id.
    pub fn recording(&self, key: &RecordingKey) -> Option<RecordingFields> {
        let mut fields = self.recordings.get(key)?.clone();
        for other in self.named(key).into_iter().chain(self.unnamed(key)) {
            fields.join(self.recordings.get(other).cloned().unwrap_or_default());
        }
        Some(fields)
    }

    /// Where the call stands. When only a leg or a recording was heard of so far, what they imply:
    /// a finished recording or a call whose legs are all over has ended.
    pub fn status(&self) -> Status {
        if let Some(status) = &self.fields.status {
            return status.value;
        }
        if self.fields.ended_at.is_some() || self.has_finished_recording() {
            return Status::Ended;
        }
        let legs = || self.legs.values().filter_map(|leg| leg.status.as_ref());
        match legs().map(|told| told.value).min() {
            Some(least) if least.is_terminal() => Status::Ended,
            Some(least) => least,
            None => Status::Ongoing,
        }
    }

    fn has_finished_recording(&self) -> bool {
        self.recordings.values().any(|recording| {
            recording
                .availability
                .as_ref()
                .is_some_and(|told| told.value != Availability::Expected)
        })
    }

    /// What the whole conversation cost: the call's own cost and that of its further legs. `None`
    /// while nothing is priced; provisional while a leg that was connected is not priced.
    pub fn cost(&self) -> Option<Cost> {
        let own = self.fields.cost.as_ref().map(|told| &told.value);
        let legs: Vec<_> = self
            .legs
            .iter()
            .filter_map(|(id, leg)| Some((id, &leg.cost.as_ref()?.value)))
            .collect();
        let mut total = match (own, legs.first()) {
            (Some(own), _) => own.clone(),
            (None, Some((_, first))) => Cost {
                amount: 0.into(),
                currency: first.currency.clone(),
                provisional: true,
                parts: Vec::new(),
            },
            (None, None) => return None,
        };
        total.provisional |= self.lacks_price_of_legs();
        if legs.is_empty() {
            return Some(total);
        }
        if own.is_some() && total.parts.is_empty() {
            total.parts.push(CostPart {
                name: self.provider_call_id.to_string(),
                amount: total.amount,
            });
        }
        for (id, cost) in legs {
            // Amounts of different currencies are not added up; the leg still shows its own.
            if cost.currency == total.currency {
                total.amount = total.amount.saturating_add(cost.amount);
                total.provisional |= cost.provisional;
                total.parts.push(CostPart {
                    name: id.to_string(),
                    amount: cost.amount,
                });
            }
        }
        Some(total)
    }

    /// Whether what the conversation cost is not whole: its own price is not known, or that of a further
    /// leg.
    pub(crate) fn lacks_price(&self) -> bool {
        self.fields.cost.is_none() || self.lacks_price_of_legs()
    }

    fn lacks_price_of_legs(&self) -> bool {
        self.legs.values().any(lacks_price)
    }
}

/// Whether a leg that was connected, and so costs something, is not priced yet.
fn lacks_price(leg: &LegFields) -> bool {
    let was_connected = leg
        .status
        .as_ref()
        .is_some_and(|told| matches!(told.value, Status::Ongoing | Status::Ended));
    was_connected && leg.cost.is_none()
}
