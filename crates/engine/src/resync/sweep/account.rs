//! The items of one account: its list, if that is still to be read, then call by call, several at a
//! time. The account's pace keeps the requests apart; what an item waits for most is its sound.

use std::{sync::Arc, time::Duration};

use jiff::{Timestamp, civil::Date};
use ringback_model::AccountId;
use ringback_providers::ApiError;
use ringback_store::SweepItem;
use tokio::{sync::Semaphore, task::JoinSet};

use super::{Asked, Item, drive::Work, kept};
use crate::{
    EngineError,
    accounts::Party,
    apply::Before,
    ledger,
    resync::{
        Scope,
        asking::{failed, item},
    },
};

/// Items of one account in work at the same time. Most of them wait: for their turn, their sound, the disk.
const IN_WORK: usize = 128;

/// Of these so many ask the API at the same time.
const ASKING: usize = 4;

/// Items that are read from the database at once.
const PAGE: usize = 64;

/// How often it is looked whether the provider may be asked again.
const LOOK: Duration = Duration::from_millis(200);

/// Works off the items of an account, until there are none or the work is stopped.
pub(super) async fn work_off(
    work: Arc<Work>,
    name: AccountId,
    is_listed: bool,
) -> Result<(), EngineError> {
    let core = &work.core;
    let mut party = when_it_goes_on(&work, &name).await;
    if work.stop.is_cancelled() {
        return Ok(());
    }
    if !is_listed {
        list(&work, &name, party.as_ref()).await?;
    }
    let asking = Arc::new(Semaphore::new(ASKING));
    let mut in_work: JoinSet<Result<(), EngineError>> = JoinSet::new();
    let mut after = 0;
    loop {
        let page = core
            .store
            .read(|reader| reader.sweeps().waiting(work.id, &name, after, PAGE))?;
        let Some(last) = page.last() else { break };
        after = last.place;
        party = when_it_goes_on(&work, &name).await;
        for item in page {
            if in_work.len() == IN_WORK
                && let Some(ended) = in_work.join_next().await
            {
                done(ended)?;
            }
            if work.stop.is_cancelled() {
                break;
            }
            in_work.spawn(one(work.clone(), party.clone(), item, asking.clone()));
        }
        if work.stop.is_cancelled() {
            break;
        }
    }
    while let Some(ended) = in_work.join_next().await {
        done(ended)?;
    }
    Ok(())
}

/// The account as it is now; while it is paused, its items wait.
async fn when_it_goes_on(work: &Work, name: &AccountId) -> Option<Arc<Party>> {
    loop {
        let party = work.core.accounts.get(name.as_str());
        let is_paused = party.as_ref().is_some_and(|party| party.is_paused());
        if !is_paused || work.stop.is_cancelled() {
            return party;
        }
        let pause = tokio::time::sleep(LOOK);
        work.stop.run_until_cancelled(pause).await;
    }
}

fn done(ended: Result<Result<(), EngineError>, tokio::task::JoinError>) -> Result<(), EngineError> {
    ended.unwrap_or_else(|ended| match ended.try_into_panic() {
        Ok(panic) => std::panic::resume_unwind(panic),
        Err(_) => Ok(()),
    })
}

/// Reads the account's list; what it names is added page by page. A list that cannot be read is an
/// item of its own, with the reason.
async fn list(
    work: &Arc<Work>,
    name: &AccountId,
    party: Option<&Arc<Party>>,
) -> Result<(), EngineError> {
    let (core, id) = (&work.core, work.id);
    let sweep = core.store.read(|reader| reader.sweeps().get(id))?;
    let asked: Option<Asked> = sweep.and_then(|sweep| serde_json::from_value(sweep.request).ok());
    if let (Some(party), Some(Scope::Holes { day })) = (party, asked.as_ref().map(|it| &it.scope)) {
        return list_holes(work, party, *day).await;
    }
    let since = asked
        .and_then(|asked| asked.since)
        .unwrap_or(Timestamp::MIN);
    let mut page = None;
    let fault = loop {
        if work.stop.is_cancelled() {
            return Ok(());
        }
        let Some(party) = party else {
            break Some(EngineError::NoSuchAccount(name.to_string()));
        };
        match party.backlog.list(since, page.as_deref()).await {
            Ok(listed) => {
                let calls: Vec<_> = listed
                    .snapshots
                    .into_iter()
                    .map(|snapshot| snapshot.call)
                    .collect();
                let account = name.clone();
                core.applier
                    .write(move |writer| writer.sweeps_mut().add_items(id, &account, &calls))
                    .await?;
                page = listed.next;
                if page.is_none() {
                    break None;
                }
            }
            Err(ApiError::RateLimited(until)) => may_ask_again(work, until).await,
            Err(error) => break Some(error.into()),
        }
    };
    let account = name.clone();
    let result = fault.map(|error| kept::result(failed(name.to_string(), error)));
    core.applier
        .write(move |writer| {
            if let Some(result) = result {
                let named = ringback_model::ProviderCallId::new(account.to_string());
                writer
                    .sweeps_mut()
                    .add_items(id, &account, std::slice::from_ref(&named))?;
                let waiting = writer.sweeps().waiting(id, &account, 0, usize::MAX)?;
                if let Some(item) = waiting.iter().find(|item| item.named == named) {
                    writer
                        .sweeps_mut()
                        .put_result(id, item.place, &result, None)?;
                }
            }
            writer.sweeps_mut().listed(id, &account)
        })
        .await?;
    Ok(())
}

/// Finds the holes of an account day by day: what is not on the disk any more, what the journal still
/// knows, and what is to be asked for. It can be stopped between two days, and begins anew then.
async fn list_holes(
    work: &Arc<Work>,
    party: &Arc<Party>,
    day: Option<Date>,
) -> Result<(), EngineError> {
    let (core, id) = (&work.core, work.id);
    let days = ledger::days_to_repair(core, party, day)?;
    // After all days once more: a call of which only its existence is known may have none.
    let beyond = day.is_none().then_some(None);
    for day in days.into_iter().map(Some).chain(beyond) {
        if work.stop.is_cancelled() {
            return Ok(());
        }
        if let Some(day) = day {
            ledger::look_after_day(core, party, day).await?;
        }
        ledger::find_again(core, party, day, None).await?;
        let calls = ledger::repairable(core, party, day)?;
        let account = party.id().clone();
        core.applier
            .write(move |writer| writer.sweeps_mut().add_items(id, &account, &calls))
            .await?;
    }
    let account = party.id().clone();
    core.applier
        .write(move |writer| writer.sweeps_mut().listed(id, &account))
        .await?;
    Ok(())
}

/// Asks about one call and writes down what came of it. Without a result it is asked again later.
async fn one(
    work: Arc<Work>,
    party: Option<Arc<Party>>,
    row: SweepItem,
    asking: Arc<Semaphore>,
) -> Result<(), EngineError> {
    let item = match &party {
        Some(party) => match ask(&work, party, row.clone(), &asking).await? {
            Some(item) => item,
            None => return Ok(()),
        },
        None => failed(
            row.named.to_string(),
            EngineError::NoSuchAccount(row.account.to_string()),
        ),
    };
    let (result, id, pace) = (kept::result(item), work.id, work.pace_us());
    work.core
        .applier
        .write(move |writer| writer.sweeps_mut().put_result(id, row.place, &result, pace))
        .await?;
    Ok(())
}

/// `None` if it was stopped before there was an answer.
async fn ask(
    work: &Arc<Work>,
    party: &Arc<Party>,
    row: SweepItem,
    asking: &Semaphore,
) -> Result<Option<Item>, EngineError> {
    let (core, call) = (&work.core, &row.named);
    // Of a try that a crash cut off there is a note; what it changed is not unchanged.
    let mut before = row.before.clone().and_then(kept::before);
    let taken = loop {
        let turn = asking
            .acquire()
            .await
            .expect("nobody closes this semaphore");
        if work.stop.is_cancelled() {
            return Ok(None);
        }
        // Noting takes no longer than asking, and nobody else has to wait for it.
        let noting = async {
            match before.take() {
                Some(before) => Ok(before),
                None => begin(work, party, &row).await,
            }
        };
        let answering = async {
            let answer = party.backlog.call(call).await;
            drop(turn);
            answer
        };
        let (noted, answer) = tokio::join!(noting, answering);
        before = Some(noted?);
        match answer {
            Ok(snapshots) => break core.applier.take(party, call, snapshots, false).await,
            Err(ApiError::RateLimited(until)) => may_ask_again(work, until).await,
            Err(error) => break Err(error.into()),
        }
    };
    let mut taken = match taken {
        Ok(taken) => taken,
        // Our own disk is not the call's fault: it is asked again when there is room.
        Err(EngineError::Store(error)) => return Err(error.into()),
        Err(error) => {
            ledger::note_repaired(core, party, call, Some(&error)).await?;
            return Ok(Some(failed(call.to_string(), error)));
        }
    };
    if let Some(before) = before {
        taken.before = before.fields;
        taken.missing_before = before.missing;
    }
    ledger::note_repaired(core, party, call, None).await?;
    if let Some(id) = taken.call {
        core.fetcher.bring(id, &work.stop).await?;
        core.applier.look_again(party, &mut taken)?;
    }
    Ok(Some(item(taken)))
}

/// Notes what is known of the call before it is asked for.
async fn begin(work: &Work, party: &Party, row: &SweepItem) -> Result<Before, EngineError> {
    let known = work.core.applier.known(party, &row.named)?;
    let (note, id, place) = (kept::note(&known), work.id, row.place);
    work.core
        .applier
        .write(move |writer| writer.sweeps_mut().begin_item(id, place, &note))
        .await?;
    Ok(known)
}

/// Waits until the provider may be asked again, or the work is stopped.
async fn may_ask_again(work: &Work, until: Timestamp) {
    let clock = &work.core.clock;
    let begin = clock.now();
    // A clock that is set back meanwhile does not tell any more how long it is yet to be.
    let waits = |now| begin <= now && now < until;
    while waits(clock.now()) && !work.stop.is_cancelled() {
        tokio::time::sleep(LOOK).await;
    }
}
