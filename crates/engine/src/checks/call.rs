//! What is looked at in one call.

use ringback_model::{Call, CallId};
use ringback_store::{CallRecord, Result, Writer};
use rust_decimal::prelude::FromPrimitive;
use serde_json::json;

use super::Verdict;
use crate::{config::Checks, core::Core};

/// The parts of the cost do not add up.
const COST_GAP: &str = "cost_gap";
/// The agent is slow to answer.
const LATENCY: &str = "latency_high";
/// The call is dear.
const COST: &str = "cost_high";

/// Alerts about a call that are looked at again when the limits may be other ones.
const MOST: usize = 10_000;

/// What of a latency is the whole way from what the caller says to what the caller hears.
const WHOLE_WAY: &str = "e2e";

/// Looks at a call of which something new is known.
pub(crate) fn of_call(writer: &mut Writer<'_>, checks: &Checks, record: &CallRecord) -> Result<()> {
    let subject = record.id.to_string();
    let standing = writer.alerts().standing_of(&subject)?;
    let account = record.account.as_str();
    for (kind, verdict) in verdicts(&record.call, checks, account) {
        if verdict.is_news(kind, &standing) {
            verdict.write(writer, kind, &subject)?;
        }
    }
    Ok(())
}

/// Looks once more at the calls that an alert stands for: the limits may have changed since.
pub(super) async fn again(core: &Core) -> Result<()> {
    let standing = core
        .store
        .read(|reader| reader.alerts().all_standing(MOST))?;
    let is_ours = |kind: &str| [COST_GAP, LATENCY, COST].contains(&kind);
    let calls = standing
        .into_iter()
        .filter(|alert| is_ours(&alert.what.kind))
        .filter_map(|alert| alert.what.subject.parse::<CallId>().ok());
    for call in calls {
        let Some(record) = core.store.read(|reader| reader.calls().light(call))? else {
            continue;
        };
        let Some(party) = core.accounts.get(record.account.as_str()) else {
            continue;
        };
        core.applier
            .write(move |writer| of_call(writer, &party.configured.checks, &record))
            .await?;
    }
    Ok(())
}

fn verdicts(call: &Call, checks: &Checks, account: &str) -> [(&'static str, Verdict); 3] {
    [
        (COST_GAP, cost_gap(call, checks, account)),
        (LATENCY, latency(call, checks, account)),
        (COST, cost(call, checks, account)),
    ]
}

fn cost_gap(call: &Call, checks: &Checks, account: &str) -> Verdict {
    let gap = call.cost().and_then(|cost| Some((cost.gap()?, cost)));
    match (gap, checks.cost_gap) {
        (Some((gap, cost)), Some(limit)) if gap > limit => Verdict::Raise(json!({
            "gap": gap.normalize().to_string(),
            "currency": cost.currency,
            "limit": limit.to_string(),
            "account": account,
        })),
        _ => Verdict::Fine,
    }
}

fn latency(call: &Call, checks: &Checks, account: &str) -> Verdict {
    let told = call.fields.latency.as_ref();
    let figures = told.and_then(|told| told.value.0.get(WHOLE_WAY));
    // A lower percentile is at most the one that is asked for: over the limit, so is that.
    let p95 = figures.and_then(|figures| figures.p95.or(figures.p90).or(figures.p50));
    match (p95, checks.latency_p95) {
        (Some(p95), Some(limit)) if p95 > limit.as_secs_f64() * 1000.0 => Verdict::Raise(json!({
            "p95_ms": rust_decimal::Decimal::from_f64(p95.round()).unwrap_or_default().to_string(),
            "limit_ms": limit.as_millis().to_string(),
            "account": account,
        })),
        _ => Verdict::Fine,
    }
}

fn cost(call: &Call, checks: &Checks, account: &str) -> Verdict {
    match (call.cost(), checks.cost_per_call) {
        (Some(cost), Some(limit)) if cost.amount > limit => Verdict::Raise(json!({
            "amount": cost.amount.normalize().to_string(),
            "currency": cost.currency,
            "limit": limit.to_string(),
            "account": account,
        })),
        _ => Verdict::Fine,
    }
}
