//! The marks of one call, written in the transaction that changed it.

use ringback_model::{Asking, Evidence, HoleReason, ProviderCallId, RecordingState};
use ringback_store::{Ask, CallRecord, Result, Writer};

use super::question_key;
use crate::{accounts::Party, jobs};

/// Writes how the call stands. Has to come after everything that is written because of the same
/// report: what waits to be asked counts.
pub(crate) fn mark(
    writer: &mut Writer<'_>,
    party: &Party,
    record: &CallRecord,
    recordings: &[RecordingState],
) -> Result<()> {
    let call = &record.call.provider_call_id;
    let ask = writer.ledger().ask(party.id(), call)?;
    let is_only_listed = ask.is_some_and(|ask| ask.listed_at.is_some());
    let is_whole = record.missing.is_empty() && record.call.fields.status.is_some();
    // Where nothing is lacking it does not matter, and a look-up is saved.
    let asking = if is_whole && !is_only_listed {
        Asking::Never
    } else {
        asking(writer, party, call, ask)?
    };
    let marks = Evidence {
        call: &record.call,
        missing: &record.missing,
        recordings,
        asking,
        is_only_listed,
    }
    .marks();
    if ask.is_some() && is_whole && !is_only_listed && record.call.status().is_terminal() {
        writer.ledger_mut().complete(party.id(), call)?;
    }
    writer.ledger_mut().mark(record.id, &marks)?;
    Ok(())
}

/// The same for a call of which something else than itself changed: what came of asking.
pub(crate) fn remark(writer: &mut Writer<'_>, party: &Party, call: &ProviderCallId) -> Result<()> {
    let Some(record) = writer.calls().by_provider_id(party.id(), call)? else {
        return Ok(());
    };
    let rows = writer.recordings().of_call(record.id)?;
    let states: Vec<_> = rows.iter().map(|row| row.state).collect();
    mark(writer, party, &record, &states)
}

fn asking(
    writer: &Writer<'_>,
    party: &Party,
    call: &ProviderCallId,
    ask: Option<Ask>,
) -> Result<Asking> {
    if !party.provider().has_api() {
        return Ok(Asking::Cannot);
    }
    let job = writer
        .jobs()
        .get(jobs::RESYNC, &question_key(party, call))?;
    if let Some(job) = job {
        let failed = job
            .last_error
            .and_then(|word| word.parse::<HoleReason>().ok());
        return Ok(Asking::Pending(failed));
    }
    Ok(match ask.and_then(|ask| ask.answer) {
        Some(reason) => Asking::Over(reason),
        None => Asking::Never,
    })
}
