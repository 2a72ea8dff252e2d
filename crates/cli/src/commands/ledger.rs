//! `ledger`: what is expected, what is held, why the rest is not here, and filling the holes.

use comfy_table::{CellAlignment, Table, presets};
use ringback_api::{
    ErrorCode, ErrorJson,
    dto::{AccountLedgerJson, HoleJson, HolesArgs, LedgerJson, LedgerSums, RepairScopeJson},
    ledger,
};
use ringback_engine::Engine;

use super::{Done, resync};
use crate::{
    args::{LedgerArgs, LedgerCommand},
    out::{DONE, Out},
};

/// So many calls are read at a time.
const PAGE: u32 = 500;

pub(super) async fn run(engine: &Engine, args: LedgerArgs, out: Out) -> Done {
    // What waits in the journal may be what is missing.
    engine.apply_pending()?;
    match args.command {
        None => {
            let asked = ringback_api::dto::LedgerArgs {
                account: args.account,
                since: args.since,
                until: args.until,
            };
            let found = ledger::ledger(engine, &asked)?;
            if args.csv {
                out.raw(&ledger::days_csv(&found)?)?;
            } else {
                out.answer(&found, text)?;
            }
            Ok(DONE)
        }
        Some(LedgerCommand::Holes { account, day, csv }) => {
            let calls = holes(engine, account, day).await?;
            if csv {
                out.raw(&ledger::holes_csv(&calls)?)?;
            } else {
                out.answer(&calls, |calls| listed(calls))?;
            }
            Ok(DONE)
        }
        Some(LedgerCommand::Repair {
            call,
            day,
            all,
            account,
        }) => {
            let scope = match (call, day, account) {
                (Some(id), _, account) => RepairScopeJson::Call { account, id },
                (None, Some(day), Some(account)) => RepairScopeJson::Day { account, day },
                (None, None, account) if all => RepairScopeJson::All { account },
                _ => {
                    let message = "say what to repair: --call, --day with --account, or --all";
                    return Err(ErrorJson::new(ErrorCode::BadRequest, message));
                }
            };
            let run = ledger::repair(engine, scope).await?;
            resync::follow(engine, run, out).await
        }
    }
}

async fn holes(engine: &Engine, account: String, day: String) -> Result<Vec<HoleJson>, ErrorJson> {
    let mut args = HolesArgs {
        account,
        day,
        after: None,
        limit: PAGE,
    };
    let mut calls = Vec::new();
    loop {
        let page = ledger::holes(engine, &args).await?;
        calls.extend(page.rows);
        match page.next {
            Some(next) => args.after = Some(next),
            None => return Ok(calls),
        }
    }
}

fn text(found: &LedgerJson) -> String {
    let mut lines = Vec::new();
    for account in &found.accounts {
        lines.push(format!(
            "{} ({}): {}",
            account.account,
            account.title,
            verdict(account)
        ));
        if !account.days.is_empty() {
            lines.push(days(account));
        }
    }
    if lines.is_empty() {
        return "No account is configured.".into();
    }
    lines.join("\n")
}

fn verdict(account: &AccountLedgerJson) -> String {
    let sums = &account.total;
    let held = format!("{} of {} held", sums.held, sums.expected);
    match &account.complete_through {
        Some(at) => format!("complete through {at}, {held}"),
        None if account.has_api => format!("its list was not read yet, {held}"),
        None => format!("cannot be asked, so nothing is claimed; {held}"),
    }
}

fn days(account: &AccountLedgerJson) -> String {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_header(["day", "calls", "expected", "held", "holes"]);
    for day in &account.days {
        let sums = &day.sums;
        table.add_row([
            day.day.clone(),
            sums.calls.to_string(),
            sums.expected.to_string(),
            sums.held.to_string(),
            reasons(sums),
        ]);
    }
    for column in 1..4 {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.to_string()
}

/// `policy 1, not_due 3`
fn reasons(sums: &LedgerSums) -> String {
    let parts = sums.holes.iter().map(|(reason, n)| format!("{reason} {n}"));
    parts.collect::<Vec<_>>().join(", ")
}

fn listed(calls: &[HoleJson]) -> String {
    if calls.is_empty() {
        return "Nothing is lacking.".into();
    }
    let line = |call: &HoleJson| {
        let holes = call
            .holes
            .iter()
            .map(|hole| format!("{}: {}", hole.thing, hole.reason));
        let holes = holes.collect::<Vec<_>>().join(", ");
        format!("{}  {}  {holes}", call.since, call.provider_call_id)
    };
    calls.iter().map(line).collect::<Vec<_>>().join("\n")
}
