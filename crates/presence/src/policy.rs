//! Which notification is due. Pure: what is open, what a person set, and the time come in; what to
//! show and what to take back comes out. It remembers what was told already.
//!
//! Alerts of one kind are one notification that is replaced when another is added. It is taken back
//! when none of them is open any more. In quiet hours nothing is shown; what is still open when they
//! end is summed up once. What was raised before this program started was told by whoever ran then.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{Timestamp, tz::TimeZone};
use ringback_api::dto::{AlertJson, DesktopSettings};

use crate::{quiet, words::Words};

/// The group of what quiet hours have held back.
pub const MEANWHILE: &str = "meanwhile";

/// What can be done from a notification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Show it in the window.
    Open,
    /// Try once more what failed.
    Retry,
    /// A person has seen it.
    Acknowledge,
}

impl Action {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Open, Self::Retry, Self::Acknowledge];

    /// Its key in the notification. A click on the notification itself is `default`: it opens.
    pub fn key(self) -> &'static str {
        match self {
            Self::Open => "default",
            Self::Retry => "retry",
            Self::Acknowledge => "acknowledge",
        }
    }

    /// The action with this key.
    pub fn of(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.key() == key)
    }
}

/// A notification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// A notification of the same group takes the place of the one before.
    pub group: String,
    /// Its first line.
    pub title: String,
    /// What stands below.
    pub lines: Vec<String>,
    /// The call, when it is about one.
    pub call: Option<String>,
    /// What can be done.
    pub actions: Vec<Action>,
}

/// What to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Show this, in place of the last of its group.
    Show(Note),
    /// Take the notification of this group back.
    Withdraw(String),
}

/// Knows what was told.
#[derive(Clone, Debug)]
pub struct Teller {
    since: Timestamp,
    heard: BTreeSet<String>,
    shown: BTreeMap<String, Vec<String>>,
    held: Vec<String>,
}

impl Teller {
    /// Tells of what is raised from `since` on.
    pub fn new(since: Timestamp) -> Self {
        Self {
            since,
            heard: BTreeSet::new(),
            shown: BTreeMap::new(),
            held: Vec::new(),
        }
    }

    /// What is due now that these alerts are open. Asked again with the same, nothing.
    pub fn heed(
        &mut self,
        open: &BTreeMap<String, AlertJson>,
        set: &DesktopSettings,
        words: Words,
        now: Timestamp,
        zone: &TimeZone,
    ) -> Vec<Step> {
        self.heard.retain(|id| open.contains_key(id));
        self.held.retain(|id| open.contains_key(id));
        let mut steps = Vec::new();
        self.shown.retain(|group, ids| {
            ids.retain(|id| open.contains_key(id));
            if ids.is_empty() {
                steps.push(Step::Withdraw(group.clone()));
            }
            !ids.is_empty()
        });

        let is_quiet = quiet::ends(set.quiet(), now, zone).is_some();
        let mut grown = BTreeSet::new();
        for alert in open.values() {
            if !self.is_news(alert) || !self.heard.insert(alert.id.clone()) {
                continue;
            }
            if set.muted.iter().any(|muted| muted == topic(&alert.kind)) {
                continue;
            }
            if is_quiet {
                self.held.push(alert.id.clone());
            } else {
                let group = self.shown.entry(alert.kind.clone()).or_default();
                group.push(alert.id.clone());
                grown.insert(alert.kind.clone());
            }
        }
        if !is_quiet && !self.held.is_empty() {
            let held = std::mem::take(&mut self.held);
            self.shown.entry(MEANWHILE.into()).or_default().extend(held);
            grown.insert(MEANWHILE.into());
        }
        steps.extend(grown.into_iter().map(|group| {
            let about: Vec<_> = self
                .alerts_of(&group)
                .iter()
                .filter_map(|id| open.get(id))
                .collect();
            Step::Show(note(group, &about, words))
        }));
        steps
    }

    /// When to ask again even if nothing happens: at the end of quiet hours that hold something back.
    pub fn next(
        &self,
        set: &DesktopSettings,
        now: Timestamp,
        zone: &TimeZone,
    ) -> Option<Timestamp> {
        quiet::ends(set.quiet(), now, zone).filter(|_| !self.held.is_empty())
    }

    /// The alerts that the notification of this group is about.
    pub fn alerts_of(&self, group: &str) -> &[String] {
        self.shown.get(group).map_or(&[], Vec::as_slice)
    }

    /// The person has put the notification of this group away: the next begins to count anew.
    pub fn put_away(&mut self, group: &str) -> Vec<String> {
        self.shown.remove(group).unwrap_or_default()
    }

    fn is_news(&self, alert: &AlertJson) -> bool {
        // Alerts are written down in milliseconds, the start is known finer.
        alert
            .raised_at
            .parse::<Timestamp>()
            .is_ok_and(|at| at.as_second() >= self.since.as_second())
    }
}

/// What a kind of alert is about, as it can be muted.
pub fn topic(kind: &str) -> &'static str {
    match kind {
        "tunnel_down" | "public_url_changed" | "webhook_not_kept" | "poll_failed"
        | "key_refused" | "quiet" | "config_refused" => "connection",
        "stuck_call" => "calls",
        "cost_gap" | "cost_high" | "latency_high" | "success_low" => "limits",
        "digest" => "digest",
        _ => "recordings",
    }
}

fn note(group: String, about: &[&AlertJson], words: Words) -> Note {
    if group == MEANWHILE {
        let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
        for alert in about {
            *kinds.entry(&alert.kind).or_default() += 1;
        }
        return Note {
            group,
            title: words.meanwhile(),
            lines: kinds
                .into_iter()
                .map(|(kind, n)| words.alert(kind, n))
                .collect(),
            call: None,
            actions: vec![Action::Open, Action::Acknowledge],
        };
    }
    let accounts: BTreeSet<&str> = about.iter().filter_map(|alert| account(alert)).collect();
    let call = match about {
        [alert] => alert.call.clone(),
        _ => None,
    };
    let mut actions = vec![Action::Open];
    if can_retry(&group) {
        actions.push(Action::Retry);
    }
    actions.push(Action::Acknowledge);
    Note {
        title: words.alert(&group, about.len()),
        lines: accounts.into_iter().map(str::to_owned).collect(),
        call,
        actions,
        group,
    }
}

/// Whether something can be tried once more.
fn can_retry(kind: &str) -> bool {
    matches!(
        kind,
        "recording_failed" | "recording_expired" | "tunnel_down" | "stuck_call" | "offsite_failed"
    )
}

/// The account as it is named in `config.toml`.
fn account(alert: &AlertJson) -> Option<&str> {
    match &*alert.kind {
        "poll_failed" | "key_refused" | "quiet" | "success_low" | "public_url_changed"
        | "webhook_not_kept" => Some(&alert.subject),
        _ => alert.params.get("account").map(String::as_str),
    }
}

#[cfg(test)]
#[path = "policy/tests.rs"]
mod tests;
