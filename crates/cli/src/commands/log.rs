//! `log`: what the running programs log, changed while they run.

use jiff::SignedDuration;
use ringback_api::{
    ErrorCode, ErrorJson,
    logs::{self, LogLevelJson},
};
use ringback_engine::Engine;
use ringback_logs::Level;

use super::Done;
use crate::{
    args::LogCommand,
    out::{DONE, Out},
};

pub(super) async fn run(engine: &Engine, command: LogCommand, out: Out) -> Done {
    let LogCommand::Level {
        level,
        lasts,
        usual,
    } = command;
    let now = match (level, usual) {
        (None, false) => logs::level(engine)?,
        (level, _) => {
            let level = level.as_deref().map(read).transpose()?;
            let lasts: SignedDuration = lasts.parse().map_err(|_| {
                ErrorJson::new(ErrorCode::BadRequest, "--for is no length of time")
                    .hint("Write it as 30m, 2h or 1d.")
            })?;
            logs::set_level(engine, level, lasts).await?
        }
    };
    out.answer(&now, text)?;
    Ok(DONE)
}

fn read(text: &str) -> Result<Level, ErrorJson> {
    text.parse().map_err(|error: ringback_logs::BadLevel| {
        ErrorJson::new(ErrorCode::BadRequest, format!("{text:?} {error}"))
    })
}

fn text(now: &LogLevelJson) -> String {
    match (&now.level, &now.until) {
        (Some(level), Some(until)) => format!("{level} until {until}"),
        _ => "as configured".into(),
    }
}
