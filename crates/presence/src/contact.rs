//! What is asked of the contract, and done through it.

use ringback_api::{
    Contract, ErrorCode, ErrorJson,
    dto::{AlertJson, AppInfo, CallPage, CallRow, ResyncProgress, Settings, TunnelJson},
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::standing::{LAST, Standing};

/// Everything that is known now.
pub(crate) async fn read(contract: &dyn Contract) -> Result<Standing, ErrorJson> {
    let live: Vec<CallRow> = ask(contract, "live.list", json!({})).await?;
    let last: CallPage = ask(contract, "calls.page", json!({"offset": 0, "limit": LAST})).await?;
    let alerts: Vec<AlertJson> = ask(contract, "alerts.list", json!({})).await?;
    let jobs: Vec<ResyncProgress> = ask(contract, "resync.list", json!({})).await?;
    let mut standing = Standing {
        tunnel: Some(tunnel(contract).await?),
        settings: settings(contract).await?,
        ..Standing::default()
    };
    // Those that go on are often among the last; a call told twice is folded once.
    for row in live.into_iter().chain(last.rows) {
        standing.fold_call(row);
    }
    for alert in alerts {
        standing.fold_alert(alert);
    }
    for job in jobs {
        standing.fold_job(job);
    }
    Ok(standing)
}

/// How the tunnel is.
pub(crate) async fn tunnel(contract: &dyn Contract) -> Result<TunnelJson, ErrorJson> {
    ask(contract, "tunnel.get", json!({})).await
}

/// Whether the providers are simulated.
pub(crate) async fn is_demo(contract: &dyn Contract) -> Result<bool, ErrorJson> {
    let info: AppInfo = ask(contract, "app.info", json!({})).await?;
    Ok(info.demo)
}

/// Writes down that the person knows that the program goes on without its window.
pub(crate) async fn knows_tray(contract: &dyn Contract) -> Result<(), ErrorJson> {
    let mut settings = settings(contract).await?;
    settings.desktop.knows_tray = true;
    let settings =
        serde_json::to_value(settings).map_err(|error| unreadable("settings.set", &error))?;
    contract.call("settings.set", settings).await.map(drop)
}

/// The window is closed: nobody is left who could stop what plays, so it holds where it is.
pub(crate) async fn hold_player(contract: &dyn Contract) {
    if let Err(error) = contract.call("player.pause", json!({})).await {
        tracing::warn!(code = ?error.code, "what plays is not held though the window is closed");
    }
}

/// Who took part in a call, for those who allow that it is shown.
pub(crate) async fn who(contract: &dyn Contract, call: &str) -> Option<String> {
    let detail = contract
        .call("calls.get", json!({ "id": call }))
        .await
        .ok()?;
    let call = &detail["call"];
    let parts: Vec<&str> = [&call["agent"]["name"], &call["from"]]
        .into_iter()
        .filter_map(Value::as_str)
        .collect();
    (!parts.is_empty()).then(|| parts.join(" · "))
}

/// A person has seen these.
pub(crate) async fn acknowledge(contract: &dyn Contract, alerts: &[String]) {
    for id in alerts {
        match contract
            .call("alerts.acknowledge", json!({ "id": id }))
            .await
        {
            Ok(_) => {}
            // Somebody was faster, or it was mended.
            Err(error) if error.code == ErrorCode::NotFound => {}
            Err(error) => tracing::warn!(code = ?error.code, "an alert cannot be acknowledged"),
        }
    }
}

/// Tries once more what failed.
pub(crate) async fn retry(contract: &dyn Contract, alerts: &[AlertJson]) -> Result<(), ErrorJson> {
    for alert in alerts {
        match &*alert.kind {
            "recording_failed" | "recording_expired" => {
                retry_recordings(contract, &alert.subject).await?;
                // Should it fail again, that is news.
                acknowledge(contract, std::slice::from_ref(&alert.id)).await;
            }
            "tunnel_down" => drop(contract.call("tunnel.restart", json!({})).await?),
            "stuck_call" => {
                contract
                    .call("calls.check", json!({ "id": alert.subject }))
                    .await?;
            }
            "offsite_failed" => drop(contract.call("offsite.push", json!({})).await?),
            _ => {}
        }
    }
    Ok(())
}

async fn retry_recordings(contract: &dyn Contract, call: &str) -> Result<(), ErrorJson> {
    let detail = contract.call("calls.get", json!({ "id": call })).await?;
    let recordings = detail["call"]["recordings"]
        .as_array()
        .into_iter()
        .flatten();
    for recording in recordings {
        if matches!(recording["state"].as_str(), Some("failed" | "expired")) {
            contract
                .call("recordings.retry", json!({ "id": recording["id"] }))
                .await?;
        }
    }
    Ok(())
}

/// What a person set.
pub(crate) async fn settings(contract: &dyn Contract) -> Result<Settings, ErrorJson> {
    ask(contract, "settings.get", json!({})).await
}

async fn ask<T: DeserializeOwned>(
    contract: &dyn Contract,
    name: &str,
    args: Value,
) -> Result<T, ErrorJson> {
    let answer = contract.call(name, args).await?;
    serde_json::from_value(answer).map_err(|error| unreadable(name, &error))
}

fn unreadable(name: &str, error: &serde_json::Error) -> ErrorJson {
    ErrorJson::new(
        ErrorCode::Internal,
        format!("{name} cannot be read: {error}"),
    )
}

#[cfg(test)]
#[path = "contact/tests.rs"]
mod tests;
