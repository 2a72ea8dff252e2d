//! How the tunnel is, in a form that another process on the same home can read.

use jiff::Timestamp;
use ringback_tunnel::State;
use serde::{Deserialize, Serialize};
use url::Url;

/// How the tunnel is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TunnelReport {
    /// `ssh | bore | command | none`.
    pub kind: String,
    /// `off | starting | up | down`.
    pub state: String,
    /// The public address while the door is reached through it.
    pub url: Option<Url>,
    /// The last one that worked.
    pub last_url: Option<Url>,
    /// Since when it is up.
    pub since: Option<Timestamp>,
    /// How long the last probe took there and back, in ms.
    pub round_trip_ms: Option<f64>,
    /// Why it is down, as a word.
    pub reason: Option<String>,
    /// Why it is down, for a person.
    pub message: Option<String>,
    /// What to do about it.
    pub hint: Option<String>,
    /// How often in a row it was begun in vain.
    pub tries: u32,
    /// When it is tried again; `None` while it is down: just now.
    pub next_try: Option<Timestamp>,
}

impl TunnelReport {
    pub(super) fn off(kind: &str) -> Self {
        Self::of(kind, &State::Off, None)
    }

    pub(super) fn of(kind: &str, state: &State, last_url: Option<Url>) -> Self {
        let mut report = Self {
            kind: kind.to_owned(),
            state: state.as_str().to_owned(),
            url: None,
            last_url,
            since: None,
            round_trip_ms: None,
            reason: None,
            message: None,
            hint: None,
            tries: 0,
            next_try: None,
        };
        match state {
            State::Off | State::Starting => {}
            State::Up {
                url,
                since,
                round_trip,
            } => {
                report.url = Some(url.clone());
                report.since = Some(*since);
                let micros = u32::try_from(round_trip.as_micros()).unwrap_or(u32::MAX);
                report.round_trip_ms = Some(f64::from(micros) / 1000.0);
            }
            State::Down {
                reason,
                tries,
                next_try,
            } => {
                report.reason = Some(reason.code.as_str().to_owned());
                report.message = Some(reason.what.clone());
                report.hint = Some(reason.code.hint().to_owned());
                report.tries = *tries;
                report.next_try = *next_try;
            }
        }
        report
    }

    /// Whether only the figures of the last probe differ.
    pub(super) fn is_the_same_news(&self, other: &Self) -> bool {
        let without = |report: &Self| Self {
            round_trip_ms: None,
            ..report.clone()
        };
        without(self) == without(other)
    }
}
