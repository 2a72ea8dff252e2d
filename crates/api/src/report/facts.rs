//! What goes into the report: figures and closed words.

use std::{collections::BTreeMap, env::consts, fs};

use ringback_engine::{
    Engine, EngineError,
    config::{ConfiguredAccount, SecretSource, TunnelKind},
};
use serde_json::{Value, json};

use super::redacted::alias;
use crate::{
    convert::{recording_word, time},
    dto::Health,
};

/// So many of the newest alerts.
const ALERTS: usize = 200;

pub(super) fn about(engine: &Engine) -> Value {
    json!({
        "version": env!("CARGO_PKG_VERSION"),
        "made_at": time(engine.clock().now()),
        "system": consts::OS,
        "machine": consts::ARCH,
        "distribution": distribution(),
        "debug_build": cfg!(debug_assertions),
        "demo": engine.is_demo(),
        "does_background_work": engine.has_role(),
        "door_is_open_here": engine.door().is_some(),
    })
}

/// What the system calls itself, as far as these are words that everybody with this system has.
fn distribution() -> Option<String> {
    let text = fs::read_to_string("/etc/os-release").ok()?;
    let word = |key: &str| {
        let mut lines = text.lines();
        let value = lines.find_map(|line| line.strip_prefix(key)?.strip_prefix('='))?;
        Some(value.trim_matches('"').to_owned())
    };
    Some(format!(
        "{} {}",
        word("ID")?,
        word("VERSION_ID").unwrap_or_default()
    ))
}

pub(super) fn config(engine: &Engine) -> Value {
    let config = engine.config();
    let accounts: Vec<Value> = config.accounts.iter().enumerate().map(account).collect();
    json!({
        "listens_on_loopback": config.listen.ip().is_loopback(),
        "port": config.listen.port(),
        "public_url": config.public_url.is_some(),
        "tunnel": match config.tunnel.kind {
            TunnelKind::None => "none",
            TunnelKind::Ssh(_) => "ssh",
            TunnelKind::Bore(_) => "bore",
            TunnelKind::Command(_) => "command",
        },
        "offsite": engine
            .offsite_place()
            .map(|place| place.split("://").next().unwrap_or_default().to_owned()),
        "log": {
            "level": config.log.level.as_ref().map(|level| level.to_string()),
            "json": config.log.format == ringback_logs::Format::Json,
        },
        "metrics": config.metrics.is_some(),
        "accounts": accounts,
    })
}

fn account((index, configured): (usize, &ConfiguredAccount)) -> Value {
    let account = &configured.account;
    let usual = configured
        .provider
        .default_base_url(&|key| account.options.get(key).cloned());
    let secrets: BTreeMap<&str, &str> = configured
        .secret_sources
        .iter()
        .map(|(name, source)| {
            let from = match source {
                SecretSource::Environment => "environment",
                SecretSource::Kept => "key store",
            };
            (*name, from)
        })
        .collect();
    json!({
        "account": alias(index),
        "provider": configured.provider.name(),
        "own_base_url": account.base_url.as_str().trim_end_matches('/') != usual.trim_end_matches('/'),
        "settings": account.options.keys().collect::<Vec<_>>(),
        "poll_every_s": configured.poll_every.map(|every| every.as_secs()),
        "accept_unsigned": account.accept_unsigned,
        "allow_private_network": account.allow_private_network,
        "delete_at_provider": configured.delete_at_provider,
        "media_hosts": account.media_hosts.len(),
        "secrets": secrets,
        "missing_secrets": configured.missing_secrets(),
    })
}

pub(super) fn doctor(health: &Health) -> Value {
    let checks: Vec<Value> = health
        .checks
        .iter()
        .map(|check| {
            json!({
                "subject": check.subject,
                "state": check.state,
                "finding": check.finding,
                "message": check.message,
            })
        })
        .collect();
    let accounts: Vec<Value> = health
        .accounts
        .iter()
        .enumerate()
        .map(|(index, account)| {
            json!({
                "account": alias(index),
                "calls": account.calls,
                "key": account.key,
                "last_webhook_at": account.last_webhook_at,
                "last_poll_at": account.last_poll_at,
                "last_poll_error": account.last_poll_error.as_ref().map(|error| error.code),
                "delivery_lag_ms": account.delivery_lag_ms,
                "apply_lag_ms": account.apply_lag_ms,
                "has_webhook_url": account.webhook_url.is_some(),
            })
        })
        .collect();
    json!({
        "checks": checks,
        "accounts": accounts,
        "queue": health.queue,
        "disk": health.disk,
        "journal": health.journal,
        "tunnel": {
            "kind": health.tunnel.kind,
            "state": health.tunnel.state,
            "reason": health.tunnel.reason,
            "tries": health.tunnel.tries,
            "round_trip_ms": health.tunnel.round_trip_ms,
        },
    })
}

pub(super) fn tables(engine: &Engine) -> Result<Value, EngineError> {
    let now = engine.clock().now();
    engine.read(|reader| {
        let rows: BTreeMap<String, u64> = reader.figures().rows()?.into_iter().collect();
        let recordings: Vec<Value> = reader
            .figures()
            .recordings()?
            .into_iter()
            .map(|total| {
                json!({
                    "account": total.account,
                    "state": recording_word(total.state),
                    "count": total.count,
                    "bytes": total.bytes,
                })
            })
            .collect();
        let jobs: Vec<Value> = reader
            .jobs()
            .counts(now)?
            .into_iter()
            .map(|count| {
                json!({
                    "kind": count.kind,
                    "all": count.all,
                    "running": count.leased,
                    "failing": count.failing,
                })
            })
            .collect();
        Ok(json!({ "rows": rows, "recordings": recordings, "jobs": jobs }))
    })
}

/// Kinds and moments; what an alert is about and its figures are somebody's.
pub(super) fn alerts(engine: &Engine) -> Result<Value, EngineError> {
    let alerts = engine.read(|reader| reader.alerts().list(None, ALERTS))?;
    Ok(alerts
        .into_iter()
        .map(|alert| {
            json!({
                "kind": alert.what.kind,
                "raised_at": time(alert.raised_at),
                "acknowledged_at": alert.acknowledged_at.map(time),
                "resolved_at": alert.resolved_at.map(time),
            })
        })
        .collect())
}

pub(super) fn refused(engine: &Engine) -> Result<Value, EngineError> {
    let counts = engine.read(|reader| reader.refused().counts())?;
    Ok(counts
        .into_iter()
        .map(|count| {
            json!({
                "account": count.account,
                "reason": count.reason,
                "count": count.count,
                "first_at": time(count.first_at),
                "last_at": time(count.last_at),
            })
        })
        .collect())
}
