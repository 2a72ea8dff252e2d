//! The tunnel: how it is, as a finding of the doctor, and a new beginning.

use ringback_engine::Engine;

use super::Answer;
use crate::{Api, convert::tunnel_json, dto::*};

pub(crate) async fn tunnel_get(api: &Api, _: Nothing) -> Answer<TunnelJson> {
    Ok(tunnel_json(api.engine.tunnel()))
}

pub(crate) async fn tunnel_restart(api: &Api, _: Nothing) -> Answer<Nothing> {
    api.engine.restart_tunnel()?;
    Ok(Nothing {})
}

/// What the doctor says about the tunnel.
pub(crate) fn tunnel_check(engine: &Engine, tunnel: &TunnelJson) -> Check {
    let (state, message, hint) = match tunnel.state.as_str() {
        "up" => {
            let url = tunnel.url.as_deref().unwrap_or_default();
            let took = tunnel
                .round_trip_ms
                .map_or_else(String::new, |ms| format!(" in {ms:.0} ms"));
            let message = format!("providers reach the door at {url} (probed{took})");
            ("ok", message, None)
        }
        "down" => {
            let message = tunnel.message.clone().unwrap_or_default();
            // Somebody else's address may be out of reach from inside only.
            let state = if tunnel.kind == "none" { "warning" } else { "problem" };
            (state, message, tunnel.hint.clone())
        }
        "starting" => ("ok", "is being opened and probed".to_owned(), None),
        _ if tunnel.kind == "none" && engine.config().public_url.is_none() => (
            "warning",
            "no tunnel and no public_url is configured, so providers cannot reach the door".to_owned(),
            Some(
                "Calls are found by polling, minutes later, and calls that are going on may be missed. docs/tunnels.md shows how to change that."
                    .to_owned(),
            ),
        ),
        _ => (
            "ok",
            "nothing runs it at this moment; `ringback serve` or the window does".to_owned(),
            None,
        ),
    };
    Check {
        subject: "tunnel".into(),
        state: state.into(),
        message,
        hint,
    }
}
