//! Fetching what is missing.

use ringback_engine::resync::{Request, Scope, Steer};

use super::Answer;
use crate::{Api, ErrorCode, ErrorJson, convert::progress_json, dto::*};

pub(crate) async fn resync_start(api: &Api, args: ResyncArgs) -> Answer<ResyncProgress> {
    let run = api.engine.resync(request(args)).await?;
    let progress = progress_json(&run.progress.borrow());
    Ok(progress)
}

/// What is to be fetched, in the engine's words.
pub fn request(args: ResyncArgs) -> Request {
    Request {
        scope: match args.scope {
            ResyncScope::Call { id } => Scope::Call(id),
            ResyncScope::Calls { ids } => Scope::Calls(ids),
            ResyncScope::Missing => Scope::Missing,
            ResyncScope::Recent { days } => Scope::Recent { days },
        },
        account: args.account,
        dry_run: args.dry_run,
    }
}

pub(crate) async fn resync_cancel(api: &Api, args: ResyncRef) -> Answer<Nothing> {
    steer(api, args, Steer::Cancel).await
}

pub(crate) async fn resync_pause(api: &Api, args: ResyncRef) -> Answer<Nothing> {
    steer(api, args, Steer::Pause).await
}

pub(crate) async fn resync_resume(api: &Api, args: ResyncRef) -> Answer<Nothing> {
    steer(api, args, Steer::Resume).await
}

async fn steer(api: &Api, args: ResyncRef, steer: Steer) -> Answer<Nothing> {
    if api.engine.steer_resync(args.run, steer).await? {
        Ok(Nothing {})
    } else {
        Err(ErrorJson::new(
            ErrorCode::NotFound,
            "there is no resync with this number that still goes on",
        ))
    }
}

pub(crate) async fn resync_list(api: &Api, _: Nothing) -> Answer<Vec<ResyncProgress>> {
    Ok(api.engine.resyncs()?.iter().map(progress_json).collect())
}
