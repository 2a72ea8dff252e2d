//! The tunnel: a new beginning.

use super::Answer;
use crate::{Api, convert::tunnel_json, dto::*};

pub(crate) async fn tunnel_get(api: &Api, _: Nothing) -> Answer<TunnelJson> {
    Ok(tunnel_json(api.engine.tunnel()))
}

pub(crate) async fn tunnel_restart(api: &Api, _: Nothing) -> Answer<Nothing> {
    api.engine.restart_tunnel()?;
    Ok(Nothing {})
}
