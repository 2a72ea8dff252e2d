//! What is checked, and what changed in the providers' documents.

use ringback_engine::{
    DriftKind, Drifted, Engine,
    config::{Checks, Over},
    provider_title,
};

use super::Answer;
use crate::{Api, ErrorJson, convert::time, dto::*};

pub(crate) async fn checks_get(api: &Api, _: Nothing) -> Answer<ChecksJson> {
    let engine = &api.engine;
    Ok(ChecksJson {
        file: engine.home().config_file().display().to_string(),
        accounts: engine
            .config()
            .accounts
            .iter()
            .map(|configured| AccountRules {
                account: configured.account.id.to_string(),
                rules: rules(&configured.checks),
                success_over: over(&configured.checks),
                business_hours: configured.checks.business_hours.to_string(),
                time_zone: zone(&configured.checks).to_owned(),
            })
            .collect(),
        written: engine
            .config()
            .written_rules()
            .into_iter()
            .map(|rule| RuleWritten {
                account: rule.account,
                key: rule.key,
                value: rule.value,
            })
            .collect(),
    })
}

fn rules(checks: &Checks) -> Vec<CheckRule> {
    let rule = |kind: &str, key: &str, limit: Option<String>, scope: Option<String>| CheckRule {
        kind: kind.into(),
        key: key.into(),
        scope: scope.filter(|_| limit.is_some()),
        limit,
    };
    let hours = format!("{} ({})", checks.business_hours, zone(checks));
    let amount = |limit: Option<rust_decimal::Decimal>| limit.map(|limit| limit.to_string());
    let time = |limit: Option<jiff::SignedDuration>| limit.map(|limit| format!("{limit:#}"));
    let percent = checks.success_rate.map(|rate| {
        let percent = rate * rust_decimal::Decimal::ONE_HUNDRED;
        format!("{}%", percent.normalize())
    });
    vec![
        rule("cost_gap", "cost_gap", amount(checks.cost_gap), None),
        rule(
            "latency_high",
            "latency_p95",
            time(checks.latency_p95),
            None,
        ),
        rule(
            "cost_high",
            "cost_per_call",
            amount(checks.cost_per_call),
            None,
        ),
        rule("success_low", "success_rate", percent, Some(over(checks))),
        rule(
            "quiet",
            "quiet_after",
            time(checks.quiet_after),
            Some(hours),
        ),
    ]
}

fn over(checks: &Checks) -> String {
    match checks.success_over {
        Over::Calls(count) => format!("{count} calls"),
        Over::Time(time) => format!("{time:#}"),
    }
}

fn zone(checks: &Checks) -> &str {
    checks.time_zone.iana_name().unwrap_or("UTC")
}

pub(crate) async fn drift_get(api: &Api, _: Nothing) -> Answer<Vec<DriftJson>> {
    drift(&api.engine)
}

/// What changed, newest first.
pub fn drift(engine: &Engine) -> Result<Vec<DriftJson>, ErrorJson> {
    Ok(engine.drift()?.into_iter().map(drift_json).collect())
}

fn drift_json(drifted: Drifted) -> DriftJson {
    let texts = |names: Vec<&str>| names.into_iter().map(str::to_owned).collect();
    let drift = drifted.drift;
    DriftJson {
        title: provider_title(&drifted.provider).to_owned(),
        provider: drifted.provider,
        event: drifted.kind,
        path: drift.path,
        change: match drift.what {
            DriftKind::New => "new",
            DriftKind::Changed => "changed",
            DriftKind::Gone => "gone",
        }
        .into(),
        since: time(drift.since),
        seen: drift.seen,
        before: texts(drift.before),
        after: texts(drift.after),
    }
}
