//! Accounts and alerts.

use ringback_engine::{
    ApiError, Engine, EngineError, Poll, TunnelReport,
    config::{ConfiguredAccount, SecretSource},
    store::{Alert, CallFilter},
};
use ringback_model::CallId;

use super::time;
use crate::{
    ErrorJson,
    dto::{AccountJson, AlertJson, RefusalJson, TunnelJson},
};

pub(crate) fn account_json(
    engine: &Engine,
    configured: &ConfiguredAccount,
) -> Result<AccountJson, EngineError> {
    let id = &configured.account.id;
    let poll = engine.poll_of(configured);
    let webhook_url = engine.webhook_url(configured);
    let lags = engine.lags(configured)?;
    let ms = |lag: jiff::SignedDuration| u64::try_from(lag.as_millis()).unwrap_or(0);
    let key = key_state(configured, &poll);
    engine.read(|reader| {
        let mut refused: Vec<_> = reader
            .refused()
            .counts()?
            .into_iter()
            .filter(|count| count.account == *id)
            .collect();
        refused.sort_by_key(|count| std::cmp::Reverse(count.last_at));
        let last_refusal = refused.first();
        let calls = CallFilter {
            account: Some(id.clone()),
            ..CallFilter::default()
        };
        Ok(AccountJson {
            id: id.to_string(),
            provider: configured.provider.name().to_owned(),
            title: configured.provider.title().to_owned(),
            paused: configured.paused,
            webhook_url: webhook_url.map(|url| url.to_string()),
            missing_secrets: configured
                .missing_secrets()
                .iter()
                .map(|name| (*name).to_owned())
                .collect(),
            last_webhook_at: reader
                .events()
                .newest_webhook(id)?
                .map(|head| time(head.received_at)),
            last_poll_at: poll.last_at.map(time),
            last_poll_error: poll.last_error.as_deref().map(ErrorJson::from),
            refused: u32::try_from(refused.iter().map(|count| count.count).sum::<u64>())
                .unwrap_or(u32::MAX),
            last_refusal: last_refusal.map(|count| count.reason.clone()),
            refusals: refused
                .iter()
                .map(|count| RefusalJson {
                    reason: count.reason.clone(),
                    count: count.count,
                    last_at: time(count.last_at),
                })
                .collect(),
            key: key.to_owned(),
            key_in_environment: configured
                .secret_sources
                .first()
                .map(|(_, source)| *source == SecretSource::Environment),
            delivery_lag_ms: lags.delivery.map(ms),
            apply_lag_ms: lags.apply.map(ms),
            calls: reader.calls().count(&calls, u64::MAX)?.n,
        })
    })
}

/// What is known of an account's key without asking.
fn key_state(configured: &ConfiguredAccount, poll: &Poll) -> &'static str {
    if !configured.missing_secrets().is_empty() {
        return "missing";
    }
    match poll.last_error.as_deref() {
        Some(EngineError::Provider(ApiError::KeyRefused | ApiError::NoKey(_))) => "refused",
        // Whatever else went wrong says nothing about the key.
        Some(_) => "unknown",
        None if poll.last_at.is_some() => "accepted",
        None => "unknown",
    }
}

/// How the tunnel is.
pub(crate) fn tunnel_json(report: TunnelReport) -> TunnelJson {
    TunnelJson {
        kind: report.kind,
        state: report.state,
        url: report.url.as_ref().map(bare),
        last_url: report.last_url.as_ref().map(bare),
        since: report.since.map(time),
        round_trip_ms: report.round_trip_ms,
        reason: report.reason,
        message: report.message,
        hint: report.hint,
        tries: report.tries,
        next_try: report.next_try.map(time),
    }
}

/// Without the slash at the end: what people paste a path behind.
fn bare(url: &impl ToString) -> String {
    url.to_string().trim_end_matches('/').to_owned()
}

pub(crate) fn alert_json(alert: Alert) -> AlertJson {
    let params = match alert.what.params {
        serde_json::Value::Object(params) => params
            .into_iter()
            .map(|(name, value)| match value {
                serde_json::Value::String(text) => (name, text),
                other => (name, other.to_string()),
            })
            .collect(),
        _ => indexmap::IndexMap::new(),
    };
    AlertJson {
        id: alert.id.to_string(),
        kind: alert.what.kind,
        call: alert
            .what
            .subject
            .parse::<CallId>()
            .ok()
            .map(|call| call.to_string()),
        subject: alert.what.subject,
        params,
        raised_at: time(alert.raised_at),
        acknowledged_at: alert.acknowledged_at.map(time),
        resolved_at: alert.resolved_at.map(time),
    }
}
