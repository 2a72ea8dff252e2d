//! The answers about completeness, for the window and for `ringback ledger`.

mod table;

use indexmap::IndexMap;
use jiff::{Span, Timestamp, civil::Date, tz::TimeZone};
use ringback_engine::{
    AccountLedger, Engine, RepairScope,
    resync::Run,
    store::{HoleKey, HoleRow},
};
use ringback_model::{Tally, Thing};

pub use table::{days_csv, holes_csv};

use crate::{ErrorCode, ErrorJson, convert::time, dto::*};

/// The longest page of holes.
const MOST_ROWS: u32 = 500;

/// The longest stretch of days: ten years.
const MOST_DAYS: i64 = 3660;

/// What is expected and what is held.
pub fn ledger(engine: &Engine, args: &LedgerArgs) -> Result<LedgerJson, ErrorJson> {
    let today = engine.clock().now().to_zoned(TimeZone::UTC).date();
    let until = args.until.as_deref().map_or(Ok(today), day)?;
    let since = match args.since.as_deref() {
        Some(text) => day(text)?,
        None => until.saturating_sub(Span::new().days(365)),
    };
    let length = until.duration_since(since).as_hours() / 24;
    if !(0..MOST_DAYS).contains(&length) {
        return Err(bad(format!(
            "from {since} to {until} has to be at least one day and at most {MOST_DAYS}"
        )));
    }
    let accounts = engine.ledger(args.account.as_deref(), since, until)?;
    Ok(LedgerJson {
        since: since.to_string(),
        until: until.to_string(),
        accounts: accounts
            .into_iter()
            .map(|account| account_json(engine, account))
            .collect(),
    })
}

/// The calls of an account's day with something lacking. A day that is opened is looked after: files
/// that are gone from the disk are found.
pub async fn holes(engine: &Engine, args: &HolesArgs) -> Result<HolesPage, ErrorJson> {
    let day = day(&args.day)?;
    let after = args.after.as_deref().map(key).transpose()?;
    if after.is_none() {
        engine.look_after_files(&args.account, day).await?;
    }
    let limit = args.limit.clamp(1, MOST_ROWS) as usize;
    let page = engine.holes(&args.account, day, after.as_ref(), limit)?;
    let now = engine.clock().now();
    Ok(HolesPage {
        rows: page.rows.iter().map(|row| hole_json(row, now)).collect(),
        next: page.next.map(|key| match key {
            HoleKey::Here(position) => format!("here:{position}"),
            HoleKey::NotHere {
                at,
                provider_call_id,
            } => format!("not_here:{at}:{provider_call_id}"),
        }),
    })
}

/// Begins to fill holes.
pub async fn repair(engine: &Engine, scope: RepairScopeJson) -> Result<Run, ErrorJson> {
    let scope = match scope {
        RepairScopeJson::Call { account, id } => RepairScope::Call { account, id },
        RepairScopeJson::Day { account, day: text } => RepairScope::Day {
            account,
            day: day(&text)?,
        },
        RepairScopeJson::All { account } => RepairScope::All { account },
    };
    Ok(engine.repair(scope).await?)
}

/// Every account at a glance, over all its days.
pub fn completeness(engine: &Engine) -> Result<Vec<CompletenessJson>, ErrorJson> {
    // No day is asked for: the totals are of all days anyway.
    let accounts = engine.ledger(None, Date::MAX, Date::MAX)?;
    Ok(accounts
        .into_iter()
        .map(|account| CompletenessJson {
            account: account.account.to_string(),
            complete_through: account.complete_through.map(time),
            expected: account.total.expected(),
            held: account.total.held(),
            holes: reasons(&account.total),
        })
        .collect())
}

fn account_json(engine: &Engine, ledger: AccountLedger) -> AccountLedgerJson {
    let account = ledger.account.to_string();
    let provider = engine
        .config()
        .account(&account)
        .map(|configured| configured.provider);
    AccountLedgerJson {
        provider: provider.map_or_else(String::new, |provider| provider.name().to_owned()),
        title: provider.map_or_else(String::new, |provider| provider.title().to_owned()),
        account,
        has_api: ledger.has_api,
        complete_through: ledger.complete_through.map(time),
        walked_until: ledger.walked_until.map(time),
        blocked_at: ledger.blocked_at.map(time),
        total: sums(&ledger.total),
        days: ledger
            .days
            .iter()
            .map(|day| LedgerDayJson {
                day: day.day.to_string(),
                sums: sums(&day.tally),
            })
            .collect(),
    }
}

fn sums(tally: &Tally) -> LedgerSums {
    let things = Thing::ALL.map(|thing| {
        let sums = tally.of(thing);
        (thing.as_str().to_owned(), [sums.expected, sums.held])
    });
    LedgerSums {
        calls: tally.calls,
        expected: tally.expected(),
        held: tally.held(),
        excused: tally.excused(),
        open: tally.open(),
        things: things.into_iter().collect(),
        holes: reasons(tally),
    }
}

fn reasons(tally: &Tally) -> IndexMap<String, u64> {
    let mut holes: IndexMap<String, u64> = IndexMap::new();
    for (_, reason, n) in tally.holes() {
        *holes.entry(reason.as_str().to_owned()).or_default() += n;
    }
    holes
}

fn hole_json(row: &HoleRow, now: Timestamp) -> HoleJson {
    let age = now.duration_since(row.since).as_millis();
    HoleJson {
        call: row
            .call
            .filter(|_| row.is_here)
            .map(|call| call.to_string()),
        account: row.account.to_string(),
        provider_call_id: row.provider_call_id.to_string(),
        began: time(row.began),
        since: time(row.since),
        age_ms: u64::try_from(age).unwrap_or(0),
        holes: row
            .marks
            .holes()
            .map(|(thing, reason)| HoleThing {
                thing: thing.as_str().to_owned(),
                reason: reason.as_str().to_owned(),
                class: reason.class().as_str().to_owned(),
            })
            .collect(),
        repairable: row.marks.is_repairable(),
    }
}

fn day(text: &str) -> Result<Date, ErrorJson> {
    text.parse()
        .map_err(|_| bad(format!("{text:?} is not a day like 2026-03-01")))
}

fn key(text: &str) -> Result<HoleKey, ErrorJson> {
    let read = || {
        if let Some(position) = text.strip_prefix("here:") {
            return Some(HoleKey::Here(position.parse().ok()?));
        }
        let (at, id) = text.strip_prefix("not_here:")?.split_once(':')?;
        Some(HoleKey::NotHere {
            at: at.parse().ok()?,
            provider_call_id: id.to_owned(),
        })
    };
    read().ok_or_else(|| bad("`after` has to be the `next` of the page before".into()))
}

fn bad(message: String) -> ErrorJson {
    ErrorJson::new(ErrorCode::BadRequest, message)
}
