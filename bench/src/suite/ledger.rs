//! The completeness ledger over a year of a large house.

use std::{fs, path::Path, time::Instant};

use anyhow::{Context, bail};
use jiff::{SignedDuration, Timestamp};
use rand::{Rng, SeedableRng, rngs::StdRng};
use ringback_api::{
    dto::{HolesArgs, LedgerArgs, LedgerJson},
    ledger,
};
use ringback_engine::{
    Engine, EngineOptions, Home,
    store::{CallRecord, StoreError},
};
use ringback_model::{
    AccountId, Call, CallEvent, CallId, Clock, EndedCode, EndedReason, Marks, ProviderCallId,
    Source, Stamp, Status,
};

use super::Setting;
use crate::report::{Figure, Goal, Limit, Report, Series};

pub(super) const QUESTION: &str = "How soon does the ledger answer over a year of 1,000,000 calls?";

const CALLS: u64 = 1_000_000;
const DAYS: i64 = 365;
const ACCOUNTS: u64 = 6;

/// Calls that are written in one transaction.
const BATCH: u64 = 2_000;

/// Questions of each kind in a round.
const QUESTIONS: usize = 200;

/// The moment at which the year is over.
const NOW: &str = "2027-01-01T00:00:00Z";

/// How calls stand, and how many of a hundred stand so.
const KINDS: [(&str, u32); 8] = [
    ("+++++", 82),
    ("+----", 9),
    ("+a+++", 3),
    ("+ee++", 2),
    ("++o++", 1),
    ("+h+++", 1),
    ("+t+++", 1),
    ("j----", 1),
];

pub(super) async fn measure(setting: &Setting<'_>) -> anyhow::Result<Report> {
    let folder = tempfile::tempdir()?;
    println!("   a home with {CALLS} calls");
    let begun = Instant::now();
    let engine = start(folder.path()).await?;
    fill(&engine).await?;
    println!("   filled in {:.0} s", begun.elapsed().as_secs_f64());
    engine.shutdown().await;

    let engine = start(folder.path()).await?;
    let mut dice = StdRng::seed_from_u64(1);
    let mut series = Series {
        server: "Ringback".to_owned(),
        rounds: Vec::new(),
    };
    for round in 1..=setting.wish.rounds {
        let figures = ask(&engine, &mut dice).await?;
        println!(
            "   round {round}  year p95 {:.1} ms, a day's holes p95 {:.1} ms",
            figures[1], figures[3]
        );
        series.rounds.push(figures);
    }
    engine.shutdown().await;

    let mut report = setting.report("ledger", QUESTION);
    report.figures = vec![
        Figure::lower("year p50 ms"),
        Figure::lower("year p95 ms"),
        Figure::lower("a day's holes p50 ms"),
        Figure::lower("a day's holes p95 ms"),
    ];
    report.goals = vec![
        Goal::new(
            "The year of all accounts, p95 in ms",
            Limit::AtMost(50.0),
            series.column(1),
        ),
        Goal::new(
            "The holes of a day, p95 in ms",
            Limit::AtMost(50.0),
            series.column(3),
        ),
    ];
    report.series = vec![series];
    report.how = vec![
        format!(
            "{CALLS} ended calls of {ACCOUNTS} accounts, spread over {DAYS} days; 9 of 100 with something lacking, for seven kinds of reasons."
        ),
        format!(
            "{QUESTIONS} questions of each kind a round, as the window asks them and with the JSON of the answer written: the year of all accounts, and the first 100 holes of a random account's random day."
        ),
        "Checked: the sums of the year are those of the calls that were written.".into(),
    ];
    Ok(report)
}

async fn start(folder: &Path) -> anyhow::Result<Engine> {
    let home = Home::at(folder.to_owned());
    let accounts = (0..ACCOUNTS)
        .map(|n| format!("[[accounts]]\nid = \"account-{n}\"\nprovider = \"retell\"\n\n"));
    fs::write(home.config_file(), accounts.collect::<String>())?;
    let now: Timestamp = NOW.parse()?;
    let options = EngineOptions {
        background: false,
        ..EngineOptions::new(home, Clock::from_fn(move || now))
    };
    Ok(Engine::start(options).await?)
}

/// Writes the calls as the engine writes those that it hears of, and how they stand.
async fn fill(engine: &Engine) -> anyhow::Result<()> {
    let mut dice = StdRng::seed_from_u64(7);
    for first in (0..CALLS).step_by(BATCH as usize) {
        let mut batch = Vec::new();
        for number in first..CALLS.min(first + BATCH) {
            batch.push((call(number)?, marks(&mut dice)?));
        }
        engine
            .write(move |writer| {
                for (record, marks) in batch {
                    let id = record.id;
                    writer.calls_mut().put(record)?;
                    writer.ledger_mut().mark(id, &marks)?;
                }
                Ok::<_, StoreError>(())
            })
            .await?;
    }
    Ok(())
}

fn call(number: u64) -> anyhow::Result<CallRecord> {
    let account = AccountId::new(format!("account-{}", number % ACCOUNTS))?;
    let step = DAYS * 86_400_000 / i64::try_from(CALLS)?;
    let back = SignedDuration::from_millis(step * (i64::try_from(CALLS - number)?));
    let began = NOW.parse::<Timestamp>()?.checked_sub(back)?;
    let id = ProviderCallId::new(format!("call_{number:012x}"));
    let stamp = Stamp {
        as_of: began,
        source: Source::Snapshot,
    };
    let mut event = CallEvent::new(id.clone(), stamp);
    event.facts.status = Some(Status::Ended);
    event.facts.started_at = Some(began);
    event.facts.ended_at = Some(began.checked_add(SignedDuration::from_secs(95))?);
    event.facts.ended_reason = Some(EndedReason {
        code: EndedCode::CallerHangup,
        raw: "user_hangup".into(),
    });
    let mut call = Call::new(id.clone());
    call.apply(&event);
    Ok(CallRecord {
        id: CallId::derive(began, &account, &id),
        account,
        provider: "retell".into(),
        first_seen_at: began,
        missing: Vec::new(),
        call,
    })
}

fn marks(dice: &mut StdRng) -> anyhow::Result<Marks> {
    let mut left = dice.random_range(0..100);
    for (text, share) in KINDS {
        if left < share {
            return Ok(text.parse()?);
        }
        left -= share;
    }
    bail!("the shares are those of a hundred")
}

async fn ask(engine: &Engine, dice: &mut StdRng) -> anyhow::Result<Vec<f64>> {
    let mut years = Vec::new();
    for _ in 0..QUESTIONS {
        let begun = Instant::now();
        let found = ledger::ledger(engine, &LedgerArgs::default()).map_err(told)?;
        let text = serde_json::to_string(&found)?;
        years.push(begun.elapsed().as_secs_f64() * 1000.0);
        check(&found, &text)?;
    }
    let mut days = Vec::new();
    let end: Timestamp = NOW.parse()?;
    for _ in 0..QUESTIONS {
        let back = SignedDuration::from_hours(24 * dice.random_range(1..DAYS));
        let day = end
            .checked_sub(back)?
            .to_zoned(jiff::tz::TimeZone::UTC)
            .date();
        let args = HolesArgs {
            account: format!("account-{}", dice.random_range(0..ACCOUNTS)),
            day: day.to_string(),
            after: None,
            limit: 100,
        };
        let begun = Instant::now();
        let page = ledger::holes(engine, &args).await.map_err(told)?;
        let text = serde_json::to_string(&page)?;
        days.push(begun.elapsed().as_secs_f64() * 1000.0);
        if page.rows.is_empty() || text.is_empty() {
            bail!("no hole on {day}");
        }
    }
    let [year_p50, year_p95] = [0.5, 0.95].map(|share| percentile(&mut years, share));
    let [day_p50, day_p95] = [0.5, 0.95].map(|share| percentile(&mut days, share));
    Ok(vec![year_p50?, year_p95?, day_p50?, day_p95?])
}

fn check(found: &LedgerJson, text: &str) -> anyhow::Result<()> {
    let calls: u64 = found
        .accounts
        .iter()
        .flat_map(|account| &account.days)
        .map(|day| day.sums.calls)
        .sum();
    if calls != CALLS || text.len() < 1000 {
        bail!("the ledger knows {calls} calls of {CALLS}");
    }
    Ok(())
}

fn told(error: ringback_api::ErrorJson) -> anyhow::Error {
    anyhow::anyhow!(error.message)
}

/// The smallest value that so many of all do not exceed.
fn percentile(values: &mut [f64], share: f64) -> anyhow::Result<f64> {
    values.sort_unstable_by(f64::total_cmp);
    let index = (values.len() as f64 * share).ceil() as usize;
    values
        .get(index.saturating_sub(1))
        .copied()
        .context("nothing was asked")
}
