//! A conversation.

use ringback_engine::{Conversation, Part};

use super::{
    call::{cost_json, recording_json, told},
    time,
};
use crate::dto::{ConversationCall, ConversationJson, ConversationRecording, SecondsJson};

pub(crate) fn conversation_json(conversation: Conversation) -> ConversationJson {
    let recordings = conversation.calls.iter().flat_map(|part| {
        part.recordings
            .iter()
            .map(|recording| ConversationRecording {
                call: part.record.id.to_string(),
                account: part.record.account.to_string(),
                recording: recording_json(recording),
            })
    });
    let recordings = recordings.collect();
    let mut costs = conversation.costs.into_iter().map(cost_json);
    ConversationJson {
        calls: conversation.calls.iter().map(call).collect(),
        recordings,
        cost: costs.next(),
        other_costs: costs.collect(),
        seconds: seconds(
            conversation.billed_ms,
            conversation.carrier_ms,
            conversation.audible_ms,
        ),
    }
}

fn call(part: &Part) -> ConversationCall {
    let (record, call) = (&part.record, &part.record.call);
    ConversationCall {
        id: record.id.to_string(),
        account: record.account.to_string(),
        provider: record.provider.clone(),
        provider_call_id: call.provider_call_id.to_string(),
        role: if part.is_carrier { "carrier" } else { "call" }.into(),
        status: call.status().as_str().to_owned(),
        started_at: told(&call.fields.started_at).map(time),
        duration_ms: told(&call.fields.duration_ms),
        cost: call.cost().map(cost_json),
    }
}

fn seconds(billed: Option<u64>, carrier: Option<u64>, audible: Option<u64>) -> SecondsJson {
    let apart = |one: Option<u64>, other: Option<u64>| {
        let (one, other) = (i64::try_from(one?).ok()?, i64::try_from(other?).ok()?);
        Some(one - other)
    };
    SecondsJson {
        billed_ms: billed,
        carrier_ms: carrier,
        audible_ms: audible,
        billed_minus_carrier_ms: apart(billed, carrier),
        billed_minus_audible_ms: apart(billed, audible),
        carrier_minus_audible_ms: apart(carrier, audible),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_told_where_both_sides_are_known_and_may_be_negative() {
        let told = seconds(Some(30_000), Some(32_500), None);
        assert_eq!(told.billed_minus_carrier_ms, Some(-2_500));
        assert_eq!(
            (told.billed_minus_audible_ms, told.carrier_minus_audible_ms),
            (None, None)
        );
    }
}
