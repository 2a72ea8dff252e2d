//! Reports that name a leg where a call is meant.
//!
//! Where a provider gives each leg an id of the same kind as the call, a recording may be told under the
//! id of a further leg. If it is known whose leg that is, the report is one about that call. If it is not
//! known yet, the leg stands for itself until somebody tells, and then goes over to the call
//! ([`ringback_store::CallsMut::belongs_to`]). Either way the recording says which leg it is of, and the
//! same journal gives the same rows.
//!
//! What such a report says of the call itself is left out: what is true of a leg is told by the leg's own
//! reports.

use std::borrow::Cow;

use ringback_model::{CallEvent, CallFacts, LegId, ProviderCallId};
use ringback_store::{CallRecord, Reader, Result, Writer};

use crate::accounts::Party;

/// The report as one about the whole call, as far as it is known whose leg it names.
pub(super) fn of_whole<'e>(
    reader: &Reader<'_>,
    party: &Party,
    event: &'e CallEvent,
) -> Result<Cow<'e, CallEvent>> {
    let Some(whole) = whole_of(reader, party, &event.call)? else {
        return Ok(Cow::Borrowed(event));
    };
    let leg = LegId::new(event.call.as_str());
    let mut event = event.clone();
    event.call = whole;
    event.facts = CallFacts::default();
    for report in &mut event.recordings {
        report.facts.leg.get_or_insert_with(|| leg.clone());
    }
    Ok(Cow::Owned(event))
}

/// The call that `call` is a further leg of, if it is one.
pub(crate) fn whole_of(
    reader: &Reader<'_>,
    party: &Party,
    call: &ProviderCallId,
) -> Result<Option<ProviderCallId>> {
    if !party.provider().names_legs() {
        return Ok(None);
    }
    reader.calls().whole_of(party.id(), call)
}

/// The legs that the report tells of and that stood for calls of their own until now.
pub(super) fn stand_alone(
    writer: &Writer<'_>,
    party: &Party,
    event: &CallEvent,
) -> Result<Vec<CallRecord>> {
    let mut alone = Vec::new();
    if !party.provider().names_legs() {
        return Ok(alone);
    }
    for (leg, _) in &event.legs {
        let named = ProviderCallId::new(leg.as_str());
        if named != event.call {
            alone.extend(writer.calls().by_provider_id(party.id(), &named)?);
        }
    }
    Ok(alone)
}
