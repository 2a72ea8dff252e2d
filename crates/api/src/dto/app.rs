//! The program itself: accounts, health, settings, alerts.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What the window needs to know first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AppInfo {
    /// The program's version.
    pub version: String,
    /// Whether the simulated providers are running.
    pub demo: bool,
    /// The folder (or folders) where everything is, for showing.
    pub home: String,
    /// How many accounts are configured.
    pub accounts: u32,
    /// Where the door listens, if this process holds it.
    pub door: Option<String>,
    /// True if another process on the same home does the background work.
    pub background_elsewhere: bool,
}

/// An account and how it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AccountJson {
    /// As in `config.toml`.
    pub id: String,
    /// The provider's name.
    pub provider: String,
    /// The provider's name for people.
    pub title: String,
    /// Whether it is paused: nothing is asked or fetched, the door still takes everything in.
    pub paused: bool,
    /// The address to give the provider, if one is known.
    pub webhook_url: Option<String>,
    /// The names of secrets that are needed and not there.
    pub missing_secrets: Vec<String>,
    /// The last webhook that was accepted, RFC 3339.
    pub last_webhook_at: Option<String>,
    /// The last time its list of calls was read, RFC 3339.
    pub last_poll_at: Option<String>,
    /// What went wrong at the last poll.
    pub last_poll_error: Option<crate::ErrorJson>,
    /// How many requests with a bad signature are in the ring.
    pub refused: u32,
    /// The reason of the last one.
    pub last_refusal: Option<String>,
    /// The same by reason, the newest first.
    pub refusals: Vec<crate::dto::RefusalJson>,
    /// `missing | refused | accepted | unknown`; the last where nobody could be asked yet.
    pub key: String,
    /// Whether the key comes from the environment; false: from the key store; `null`: from nowhere.
    pub key_in_environment: Option<bool>,
    /// How long webhooks were on their way lately, from the moment that they speak of.
    #[ts(type = "number | null")]
    pub delivery_lag_ms: Option<u64>,
    /// How long they waited here lately until they were applied.
    #[ts(type = "number | null")]
    pub apply_lag_ms: Option<u64>,
    /// How many calls are here.
    #[ts(type = "number")]
    pub calls: u64,
}

/// What `ringback accounts check` found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AccountCheck {
    /// As in `config.toml`.
    pub id: String,
    /// Whether the key works.
    pub ok: bool,
    /// Whether there was somebody to ask. Where not, only the settings were looked at.
    pub asked: bool,
    /// What the provider calls the account.
    pub name: Option<String>,
    /// Things worth knowing.
    pub notes: Vec<String>,
    /// What is wrong.
    pub error: Option<crate::ErrorJson>,
}

/// How the tunnel is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct TunnelJson {
    /// `ssh | bore | command | none`.
    pub kind: String,
    /// `off | starting | up | down`.
    pub state: String,
    /// The public address while the door is reached through it.
    pub url: Option<String>,
    /// The last one that worked.
    pub last_url: Option<String>,
    /// Since when it is up, RFC 3339.
    pub since: Option<String>,
    /// How long the last probe took there and back.
    pub round_trip_ms: Option<f64>,
    /// Why it is down: `host_key_changed`, `no_answer`, ...
    pub reason: Option<String>,
    /// The same for a person.
    pub message: Option<String>,
    /// What to do about it.
    pub hint: Option<String>,
    /// How often in a row it was begun in vain.
    pub tries: u32,
    /// When it is tried again, RFC 3339.
    pub next_try: Option<String>,
}

/// What a person set in the window.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct Settings {
    /// `en`, `de`, or `null` for the system's language.
    pub language: Option<String>,
    /// `light`, `dark`, or `null` for the system's.
    pub theme: Option<String>,
    /// `comfortable` or `compact`.
    pub density: Option<String>,
    /// The name that goes into "listened" lines; `null` is the name of the system's user.
    pub listener: Option<String>,
    /// Whether a click on a word also plays.
    pub click_plays: Option<bool>,
    /// Whether numbers are shown in full.
    pub show_numbers: Option<bool>,
    /// The tray, the start with the session, and notifications.
    pub desktop: super::DesktopSettings,
}

/// Something that a person should know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AlertJson {
    /// Its id.
    pub id: String,
    /// What kind: `recording_failed`, `poll_failed`, `cost_gap`, `latency_high`, ...
    pub kind: String,
    /// What it is about: a call's id or an account's.
    pub subject: String,
    /// The call, when it is about one.
    pub call: Option<String>,
    /// What the message needs: reason, provider, ...
    #[ts(type = "Record<string, string>")]
    pub params: indexmap::IndexMap<String, String>,
    /// RFC 3339.
    pub raised_at: String,
    /// When a person saw it, RFC 3339.
    pub acknowledged_at: Option<String>,
    /// When its cause was gone, RFC 3339.
    pub resolved_at: Option<String>,
}

/// Arguments of `alerts.acknowledge`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AlertRef {
    /// The alert's id.
    pub id: String,
}

/// No arguments, or nothing to say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct Nothing {}
