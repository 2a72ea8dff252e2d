//! Taking recordings out.

use super::Answer;
use crate::{Api, ErrorCode, ErrorJson, dto::*, exports};

pub(crate) async fn export_start(api: &Api, args: ExportArgs) -> Answer<Option<ExportProgress>> {
    exports::start(api, args).await
}

pub(crate) async fn export_stop(api: &Api, args: ExportRef) -> Answer<Nothing> {
    match api.exports.stop(args.export) {
        true => Ok(Nothing {}),
        false => Err(unknown()),
    }
}

/// Shows the newest file of an export in its folder.
pub(crate) async fn export_reveal(api: &Api, args: ExportRef) -> Answer<Nothing> {
    let shown = api.exports.shown(args.export).ok_or_else(unknown)?;
    api.shell.reveal(&shown)?;
    Ok(Nothing {})
}

fn unknown() -> ErrorJson {
    ErrorJson::new(ErrorCode::NotFound, "there is no such export")
}
