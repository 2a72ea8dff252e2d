//! Completeness: what is expected, what is held, and filling the holes.

use ringback_engine::EngineError;

use super::Answer;
use crate::{Api, convert::progress_json, dto::*, ledger};

pub(crate) async fn ledger_get(api: &Api, args: LedgerArgs) -> Answer<LedgerJson> {
    ledger::ledger(&api.engine, &args)
}

pub(crate) async fn ledger_holes(api: &Api, args: HolesArgs) -> Answer<HolesPage> {
    ledger::holes(&api.engine, &args).await
}

pub(crate) async fn ledger_repair(api: &Api, scope: RepairScopeJson) -> Answer<ResyncProgress> {
    let run = ledger::repair(&api.engine, scope).await?;
    let progress = progress_json(&run.progress.borrow());
    Ok(progress)
}

/// Writes the days as CSV into the home's folder and shows the file.
pub(crate) async fn ledger_export(api: &Api, args: LedgerArgs) -> Answer<WrittenFile> {
    let found = ledger::ledger(&api.engine, &args)?;
    let text = ledger::days_csv(&found)?;
    let folder = api.engine.home().data().join("exports");
    let whose = args.account.map(|id| format!("{id}-")).unwrap_or_default();
    let name = format!("ledger-{whose}{}-{}.csv", found.since, found.until);
    let file = folder.join(name);
    std::fs::create_dir_all(&folder)
        .and_then(|()| std::fs::write(&file, text))
        .map_err(EngineError::Io)?;
    api.shell.reveal(&file)?;
    Ok(WrittenFile {
        file: file.display().to_string(),
    })
}
