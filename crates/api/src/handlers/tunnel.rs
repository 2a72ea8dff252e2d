//! The tunnel: a new beginning.

use super::Answer;
use crate::{Api, dto::*};

pub(crate) async fn tunnel_restart(api: &Api, _: Nothing) -> Answer<Nothing> {
    api.engine.restart_tunnel()?;
    Ok(Nothing {})
}
