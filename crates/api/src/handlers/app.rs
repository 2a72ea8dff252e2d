//! The program itself: accounts, settings, alerts, and what only a desktop can do.

use ringback_engine::{Engine, EngineError, store::AlertId};

use super::Answer;
use crate::{
    Api, ErrorCode, ErrorJson,
    convert::{account_json, alert_json},
    dto::*,
};

const SETTINGS: &str = "window";

pub(crate) async fn app_info(api: &Api, _: Nothing) -> Answer<AppInfo> {
    let engine = &api.engine;
    Ok(AppInfo {
        version: env!("CARGO_PKG_VERSION").into(),
        demo: engine.is_demo(),
        home: engine.home().data().display().to_string(),
        accounts: u32::try_from(engine.config().accounts.len()).unwrap_or(u32::MAX),
        door: engine.door().map(|address| address.to_string()),
        background_elsewhere: !engine.has_role(),
    })
}

pub(crate) async fn accounts_list(api: &Api, _: Nothing) -> Answer<Vec<AccountJson>> {
    let config = api.engine.config();
    let accounts = config.accounts.iter();
    Ok(accounts
        .map(|configured| account_json(&api.engine, configured))
        .collect::<Result<_, EngineError>>()?)
}

pub(crate) async fn accounts_check(api: &Api, _: Nothing) -> Answer<Vec<AccountCheck>> {
    let mut checks = Vec::new();
    for configured in &api.engine.config().accounts {
        checks.push(super::check_account(&api.engine, configured).await);
    }
    Ok(checks)
}

pub(crate) async fn settings_get(api: &Api, _: Nothing) -> Answer<Settings> {
    Ok(read_settings(&api.engine)?)
}

pub(crate) async fn settings_set(api: &Api, settings: Settings) -> Answer<Settings> {
    settings.desktop.check()?;
    let kept = settings.clone();
    api.engine
        .write(move |writer| writer.settings_mut().set(SETTINGS, &kept))
        .await?;
    Ok(settings)
}

/// What a person set, or nothing set.
pub(crate) fn read_settings(engine: &Engine) -> Result<Settings, EngineError> {
    Ok(engine
        .read(|reader| reader.settings().get(SETTINGS))?
        .unwrap_or_default())
}

pub(crate) async fn alerts_list(api: &Api, _: Nothing) -> Answer<Vec<AlertJson>> {
    let alerts = api.engine.read(|reader| reader.alerts().open())?;
    Ok(alerts.into_iter().map(alert_json).collect())
}

pub(crate) async fn alerts_acknowledge(api: &Api, args: AlertRef) -> Answer<Nothing> {
    acknowledge(&api.engine, &args.id).await.map(|_| Nothing {})
}

/// A person has seen it.
pub async fn acknowledge(engine: &Engine, id: &str) -> Result<AlertJson, ErrorJson> {
    let no_such = || {
        ErrorJson::new(ErrorCode::NotFound, "there is no new alert with this id")
            .hint("`ringback alerts list` shows those that there are.")
    };
    let id: AlertId = id.parse().map_err(|_| no_such())?;
    let seen = engine
        .write(move |writer| {
            let is_new = writer.alerts_mut().acknowledge(id)?;
            Ok(writer.alerts().get(id)?.filter(|_| is_new))
        })
        .await?;
    seen.map(alert_json).ok_or_else(no_such)
}

pub(crate) async fn demo_start(api: &Api, _: Nothing) -> Answer<Nothing> {
    api.shell.start_demo().map(|()| Nothing {})
}

pub(crate) async fn config_open(api: &Api, _: Nothing) -> Answer<Nothing> {
    api.shell
        .open(&api.engine.home().config_file())
        .map(|()| Nothing {})
}
