//! What is looked at in one account, by the clock.

use jiff::Timestamp;
use ringback_model::{AccountId, Source};
use ringback_store::{Reader, Result};
use rust_decimal::Decimal;
use serde_json::json;

use super::Verdict;
use crate::{
    config::{Checks, Over},
    core::Core,
};

/// Too few calls reach their purpose.
const SUCCESS: &str = "success_low";
/// Nothing is heard although calls are expected.
const QUIET: &str = "quiet";

/// Fewer calls than this within a time say nothing about it.
const FEW: u64 = 5;

/// So many of the newest calls of a time are counted.
const MOST: usize = 10_000;

/// Looks at every account, and writes what is another one now.
pub(super) async fn look(core: &Core) -> Result<()> {
    let now = core.clock.now();
    for party in core.accounts.iter() {
        let (account, checks) = (party.id(), &party.configured.checks);
        let news = core
            .store
            .read(|reader| news(reader, account, checks, now))?;
        if news.is_empty() {
            continue;
        }
        let subject = account.to_string();
        core.applier
            .write(move |writer| {
                for (kind, verdict) in news {
                    verdict.write(writer, kind, &subject)?;
                }
                Ok(())
            })
            .await?;
    }
    Ok(())
}

/// The verdicts that change something.
fn news(
    reader: &Reader<'_>,
    account: &AccountId,
    checks: &Checks,
    now: Timestamp,
) -> Result<Vec<(&'static str, Verdict)>> {
    let standing = reader.alerts().standing_of(account.as_str())?;
    let verdicts = [
        (SUCCESS, success(reader, account, checks, now)?),
        (QUIET, quiet(reader, account, checks, now)?),
    ];
    let is_news = |(kind, verdict): &(&str, Verdict)| verdict.is_news(kind, &standing);
    Ok(verdicts.into_iter().filter(is_news).collect())
}

fn success(
    reader: &Reader<'_>,
    account: &AccountId,
    checks: &Checks,
    now: Timestamp,
) -> Result<Verdict> {
    let Some(limit) = checks.success_rate else {
        return Ok(Verdict::Fine);
    };
    let (since, most, few) = match checks.success_over {
        Over::Calls(count) => (None, count as usize, u64::from(count)),
        Over::Time(time) => (now.checked_sub(time).ok(), MOST, FEW),
    };
    let judged = reader.calls().judged(account, since, most)?;
    if judged.count < few {
        return Ok(Verdict::Fine);
    }
    let rate = Decimal::from(judged.successful) / Decimal::from(judged.count);
    if rate >= limit {
        return Ok(Verdict::Fine);
    }
    Ok(Verdict::Raise(json!({
        "rate": percent(rate),
        "limit": percent(limit),
        "count": judged.count.to_string(),
    })))
}

fn percent(share: Decimal) -> String {
    let percent = (share * Decimal::ONE_HUNDRED).round_dp(1).normalize();
    format!("{percent}%")
}

/// Only the time within the hours that go on now counts, so that nobody is told in the morning of the
/// silence of the night.
fn quiet(
    reader: &Reader<'_>,
    account: &AccountId,
    checks: &Checks,
    now: Timestamp,
) -> Result<Verdict> {
    let Some(limit) = checks.quiet_after else {
        return Ok(Verdict::Fine);
    };
    let events = reader.events();
    let heard = events
        .last_received(account, Source::Webhook)?
        .max(events.last_received(account, Source::Snapshot)?);
    if heard.is_some_and(|heard| now.duration_since(heard) < limit) {
        return Ok(Verdict::Fine);
    }
    let Some(began) = checks.business_hours.began(now, &checks.time_zone) else {
        return Ok(Verdict::Unknown);
    };
    if now.duration_since(began) < limit {
        return Ok(Verdict::Unknown);
    }
    Ok(Verdict::Raise(json!({
        "minutes": (limit.as_secs() / 60).to_string(),
        "since": heard.map(|at| at.to_string()),
    })))
}
