//! One conversation that two accounts tell of: an agent's call and the carrier's call below it.

use ringback_audio::Analysis;
use ringback_model::{Call, CallId, Cost, CostPart, RecordingState};
use ringback_store::{CallRecord, Recording, StoreError};

use crate::{Engine, EngineError, sound};

/// All calls of a conversation, with what follows from them together.
#[derive(Clone, Debug, PartialEq)]
pub struct Conversation {
    /// The calls: the agent's first, then the carrier's. Mostly there is one.
    pub calls: Vec<Part>,
    /// What all of it cost, one sum for each currency, with a part for each account.
    pub costs: Vec<Cost>,
    /// What the agent's side charges for, in ms.
    pub billed_ms: Option<u64>,
    /// How long the carrier's call lasted, in ms. `None` if there is none.
    pub carrier_ms: Option<u64>,
    /// How much of the recordings is not silence, in ms: of the call whose recordings have most.
    pub audible_ms: Option<u64>,
}

/// One call of a conversation.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// Whether it is a carrier's, below another call.
    pub is_carrier: bool,
    /// The call, without its transcript.
    pub record: CallRecord,
    /// Its recordings.
    pub recordings: Vec<Recording>,
}

impl Engine {
    /// The conversation that this call is part of, or is.
    pub fn conversation(&self, id: CallId) -> Result<Conversation, EngineError> {
        let mut parts = self.read(|reader| {
            let mut parts = Vec::new();
            for member in reader.calls().conversation(id)? {
                parts.extend(
                    reader
                        .calls()
                        .light(member.call)?
                        .map(|record| (member, record)),
                );
            }
            let with_recordings = parts.into_iter().map(|(member, record)| {
                Ok::<_, StoreError>(Part {
                    is_carrier: member.is_part,
                    recordings: reader.recordings().of_call(record.id)?,
                    record,
                })
            });
            with_recordings.collect::<Result<Vec<_>, _>>()
        })?;
        for recording in parts.iter_mut().flat_map(|part| &mut part.recordings) {
            self.hear(recording);
        }
        Ok(together(parts))
    }

    /// What landed before this was counted is counted from what was computed of it then.
    fn hear(&self, recording: &mut Recording) {
        let (RecordingState::Ready, None, Some(duration_ms)) =
            (recording.state, recording.audible_ms, recording.duration_ms)
        else {
            return;
        };
        let file = self
            .home()
            .analysis()
            .join(format!("{}.analysis", recording.id));
        let analysis = Analysis::read_from(&file).ok();
        recording.audible_ms = analysis.map(|kept| sound::audible_ms(&kept, duration_ms));
    }
}

fn together(calls: Vec<Part>) -> Conversation {
    let of = |is_carrier| {
        calls
            .iter()
            .filter(move |part| part.is_carrier == is_carrier)
    };
    Conversation {
        costs: costs(&calls),
        billed_ms: of(false)
            .filter_map(|part| billed_ms(&part.record.call))
            .reduce(u64::saturating_add),
        carrier_ms: of(true)
            .filter_map(|part| lasted_ms(&part.record.call))
            .max(),
        audible_ms: calls.iter().filter_map(audible_ms).max(),
        calls,
    }
}

fn billed_ms(call: &Call) -> Option<u64> {
    let told = call.fields.billed_ms.as_ref().map(|told| told.value);
    told.or_else(|| lasted_ms(call))
}

fn lasted_ms(call: &Call) -> Option<u64> {
    call.fields.duration_ms.as_ref().map(|told| told.value)
}

/// The recordings of one call follow each other.
fn audible_ms(part: &Part) -> Option<u64> {
    let audible = part
        .recordings
        .iter()
        .filter_map(|recording| recording.audible_ms);
    audible.reduce(u64::saturating_add)
}

fn costs(calls: &[Part]) -> Vec<Cost> {
    let mut costs: Vec<Cost> = Vec::new();
    for part in calls {
        let Some(cost) = part.record.call.cost() else {
            continue;
        };
        let share = CostPart {
            name: part.record.account.to_string(),
            amount: cost.amount,
        };
        match costs.iter_mut().find(|sum| sum.currency == cost.currency) {
            Some(sum) => {
                sum.amount = sum.amount.saturating_add(cost.amount);
                sum.provisional |= cost.provisional;
                sum.parts.push(share);
            }
            None => costs.push(Cost {
                parts: vec![share],
                ..cost
            }),
        }
    }
    costs
}
