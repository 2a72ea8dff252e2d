//! What the programs log, changed while they run: by `config.toml`, and by a person for a while.

use jiff::{SignedDuration, Timestamp};
use ringback_engine::{Engine, EngineError, News};
use ringback_logs::{Dial, Level};
use serde::{Deserialize, Serialize};
use tokio::sync::broadcast::error::RecvError;

use crate::{ErrorCode, ErrorJson, convert::time};

/// Under this name the wish is kept, so that every program on the home hears of it.
const SETTING: &str = "log.level";

/// A wish ends by itself: a forgotten one would fill the logs.
const LONGEST: SignedDuration = SignedDuration::from_hours(7 * 24);

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Wish {
    level: Option<String>,
    until: Timestamp,
}

/// What is logged now by a person's wish.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LogLevelJson {
    /// `null`: as configured.
    pub level: Option<String>,
    /// Until when, RFC 3339.
    pub until: Option<String>,
}

/// The wish that holds now.
pub fn level(engine: &Engine) -> Result<LogLevelJson, ErrorJson> {
    Ok(match standing(engine)? {
        None => LogLevelJson {
            level: None,
            until: None,
        },
        Some((level, until)) => LogLevelJson {
            level: Some(level.to_string()),
            until: Some(time(until)),
        },
    })
}

/// Has all programs on this home log so for a while; `None`: as configured, from now on.
pub async fn set_level(
    engine: &Engine,
    level: Option<Level>,
    lasts: SignedDuration,
) -> Result<LogLevelJson, ErrorJson> {
    if lasts <= SignedDuration::ZERO || lasts > LONGEST {
        return Err(ErrorJson::new(
            ErrorCode::BadRequest,
            "the time has to be more than nothing and at most a week",
        ));
    }
    let until = engine.clock().now().saturating_add(lasts);
    let wish = Wish {
        level: level.map(|level| level.to_string()),
        until: until.unwrap_or(Timestamp::MAX),
    };
    engine
        .write(move |writer| writer.settings_mut().set(SETTING, &wish))
        .await?;
    self::level(engine)
}

/// Turns the log as `config.toml` and people say, until the engine ends.
pub async fn follow(engine: Engine, dial: Dial) {
    let mut news = engine.news();
    let mut before = None;
    loop {
        let ends = turn(&engine, &dial, &mut before);
        let ended = async {
            match ends {
                Some(time) => tokio::time::sleep(time).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = ended => {}
            () = engine.stopped() => return,
            told = until_settings_change(&mut news) => if told.is_none() {
                return;
            },
        }
    }
}

async fn until_settings_change(news: &mut tokio::sync::broadcast::Receiver<News>) -> Option<()> {
    loop {
        match news.recv().await {
            Ok(
                News::Calls(_)
                | News::Player(_)
                | News::Resync(_)
                | News::Alerts
                | News::Tunnel(_)
                | News::Health,
            ) => {}
            // Whatever else there is may be about settings.
            Ok(_) | Err(RecvError::Lagged(_)) => return Some(()),
            Err(RecvError::Closed) => return None,
        }
    }
}

/// Turns it, and says after how long it has to be turned again.
fn turn(engine: &Engine, dial: &Dial, before: &mut Option<Level>) -> Option<std::time::Duration> {
    let config = engine.config();
    let log = &config.log;
    dial.configure(log.level.as_ref(), log.format);
    let wish = match standing(engine) {
        Ok(wish) => wish,
        Err(error) => {
            tracing::warn!(%error, "what is to be logged cannot be read");
            None
        }
    };
    let level = wish.as_ref().map(|(level, _)| level.clone());
    dial.set_level(level.as_ref());
    if *before != level {
        let told = level.as_ref().map_or("as configured", Level::as_str);
        tracing::info!(wanted = told, "what is logged is another thing now");
        *before = level;
    }
    let (_, until) = wish?;
    std::time::Duration::try_from(until.duration_since(engine.clock().now())).ok()
}

fn standing(engine: &Engine) -> Result<Option<(Level, Timestamp)>, EngineError> {
    let wish: Option<Wish> = engine.read(|reader| reader.settings().get(SETTING))?;
    let now = engine.clock().now();
    Ok(wish.filter(|wish| wish.until > now).and_then(|wish| {
        // A level of a newer version may be none here.
        let level = wish.level?.parse().ok()?;
        Some((level, wish.until))
    }))
}
