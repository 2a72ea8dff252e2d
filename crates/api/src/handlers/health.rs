//! Health, and what it offers to do.

use std::path::Path;

use super::Answer;
use crate::{Api, dto::*, exports, health, report};

pub(crate) async fn health_get(api: &Api, _: Nothing) -> Answer<Health> {
    health::health(&api.engine)
}

/// Writes the report for those who help where the person says and shows the file.
pub(crate) async fn health_report(api: &Api, _: Nothing) -> Answer<Option<WrittenFile>> {
    let name = report::name(&api.engine);
    let Some(file) = exports::place_for_file(api, name).await? else {
        return Ok(None);
    };
    let health = health::health(&api.engine)?;
    report::write(&api.engine, health, &file).await?;
    api.shell.reveal(&file)?;
    Ok(Some(WrittenFile {
        file: file.display().to_string(),
    }))
}

pub(crate) async fn events_replay_failed(api: &Api, _: Nothing) -> Answer<ReplayedJson> {
    let done = api.engine.replay_failed().await?;
    Ok(ReplayedJson {
        replayed: done.replayed,
        failed: done.failed,
    })
}

pub(crate) async fn refusals_forget(api: &Api, args: AccountRef) -> Answer<Nothing> {
    let config = api.engine.config();
    let id = config
        .account(&args.account)
        .map(|configured| configured.account.id.clone())
        .ok_or_else(|| ringback_engine::EngineError::NoSuchAccount(args.account.clone()))?;
    api.engine
        .write(move |writer| writer.refused_mut().clear(&id))
        .await?;
    Ok(Nothing {})
}

pub(crate) async fn home_reveal(api: &Api, _: Nothing) -> Answer<Nothing> {
    let home: &Path = api.engine.home().data();
    api.shell.reveal(&home.join("recordings"))?;
    Ok(Nothing {})
}
