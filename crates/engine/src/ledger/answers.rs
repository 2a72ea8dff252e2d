//! What came of asking the provider about a call.

use std::sync::Arc;

use jiff::Timestamp;
use ringback_model::{Asking, HoleReason, ProviderCallId};
use ringback_providers::ApiError;
use ringback_store::{Ask, Result, Writer};

use super::{question_key, remark};
use crate::{EngineError, accounts::Party, apply::whole_of, core::Core, jobs};

/// Why a question brought nothing, as the reason of a hole.
pub(crate) fn reason_of(error: &EngineError) -> HoleReason {
    match error {
        EngineError::Provider(error) => match error {
            ApiError::KeyRefused | ApiError::NoKey(_) => HoleReason::Unauthorized,
            ApiError::RateLimited(_) => HoleReason::RateLimited,
            ApiError::NotFound => HoleReason::NotFound,
            ApiError::NotReady => HoleReason::NotDue,
            ApiError::LinkDead => HoleReason::LinkExpired,
            ApiError::Withheld(reason) => (*reason).into(),
            ApiError::Forbidden(_) => HoleReason::ForbiddenAddress,
            ApiError::Unexpected(_) => HoleReason::Unreadable,
            ApiError::Server(_) => HoleReason::ProviderError,
            ApiError::Transport(_) => HoleReason::Network,
        },
        EngineError::Store(ringback_store::StoreError::DiskFull) => HoleReason::DiskFull,
        _ => HoleReason::ProviderError,
    }
}

/// A question that waits is not asked any more, unless somebody is at it.
pub(crate) fn drop_question(
    writer: &mut Writer<'_>,
    party: &Party,
    call: &ProviderCallId,
) -> Result<()> {
    let key = question_key(party, call);
    let waiting = writer.jobs().get(jobs::RESYNC, &key)?;
    if waiting.is_some_and(|job| job.lease.is_none()) {
        writer.jobs_mut().cancel(jobs::RESYNC, &key)?;
    }
    Ok(())
}

/// Notes that asking about a call is over and why it brought nothing more; a call that is not here
/// becomes a hole. A question that waits is dropped.
pub(crate) fn note_unanswered(
    writer: &mut Writer<'_>,
    party: &Party,
    call: &ProviderCallId,
    reason: HoleReason,
    at: Timestamp,
) -> Result<()> {
    if whole_of(writer, party, call)?.is_some() {
        // Nothing is expected of a leg by itself.
        return Ok(());
    }
    let account = party.id();
    drop_question(writer, party, call)?;
    writer.ledger_mut().answered(account, call, reason)?;
    if writer.calls().id_of(account, call)?.is_none() {
        return writer.ledger_mut().not_here(account, call, at, reason);
    }
    remark(writer, party, call)
}

/// A question was asked for the last time. If it brought nothing more, that is remembered for good, each
/// time: what is listed since gave reason to ask again, and the journal has to say how that ended.
pub(crate) async fn note_asked(
    core: &Core,
    party: &Arc<Party>,
    call: &ProviderCallId,
    error: Option<&EngineError>,
) -> std::result::Result<(), EngineError> {
    let reason = error.map_or(HoleReason::NotTold, reason_of);
    let lacks = core.store.read(|reader| {
        let account = party.id();
        if whole_of(reader, party, call)?.is_some() {
            return Ok(false);
        }
        let ask = reader.ledger().ask(account, call)?;
        match reader.calls().by_provider_id(account, call)? {
            Some(record) => Ok(!record.missing.is_empty() || is_only_listed(ask)),
            // What was never here is known to exist if the provider showed it.
            None => Ok(error.is_some() && (ask.is_some() || !party.account().accept_unsigned)),
        }
    })?;
    if lacks {
        core.applier.take_unanswered(party, call, reason).await?;
    }
    Ok(())
}

/// The same after a person asked. An error that may pass says nothing for good, where a question waits,
/// it decides, and the same answer again is no news.
pub(crate) async fn note_repaired(
    core: &Core,
    party: &Arc<Party>,
    call: &ProviderCallId,
    error: Option<&EngineError>,
) -> std::result::Result<(), EngineError> {
    let may_pass = match error {
        None => false,
        Some(EngineError::Provider(error)) => *error != ApiError::NotFound,
        Some(_) => true,
    };
    let reason = error.map_or(HoleReason::NotTold, reason_of);
    let is_news = core.store.read(|reader| {
        let account = party.id();
        let waits = reader
            .jobs()
            .get(jobs::RESYNC, &question_key(party, call))?;
        let ask = reader.ledger().ask(account, call)?;
        let is_known = reader.calls().id_of(account, call)?.is_some() || ask.is_some();
        let is_other = ask.and_then(|ask| ask.answer) != Some(reason);
        Ok(waits.is_none() && is_known && is_other)
    })?;
    if may_pass || !is_news || !party.provider().has_api() {
        return Ok(());
    }
    note_asked(core, party, call, error).await
}

/// A question about a call that is not here failed and will be asked again: the hole says why.
pub(crate) fn note_failing(
    writer: &mut Writer<'_>,
    party: &Party,
    call: &ProviderCallId,
    reason: HoleReason,
) -> Result<()> {
    let account = party.id();
    let is_shown = writer.ledger().ask(account, call)?.is_some();
    if !is_shown || writer.calls().id_of(account, call)?.is_some() {
        return Ok(());
    }
    let (now, reason) = (writer.now(), Asking::Pending(Some(reason)).reason());
    writer.ledger_mut().not_here(account, call, now, reason)
}

fn is_only_listed(ask: Option<Ask>) -> bool {
    ask.is_some_and(|ask| ask.listed_at.is_some())
}
