//! What is known, folded from what the contract tells, as the window does it.

use std::collections::{BTreeMap, HashSet};

use ringback_api::{
    Event,
    dto::{AlertJson, CallRow, ResyncProgress, Settings, TunnelJson},
};

/// So many of the last calls are kept.
pub const LAST: usize = 5;

/// Alerts after which nothing works as it should until somebody does something.
const BROKEN: [&str; 3] = ["tunnel_down", "disk_full", "key_refused"];

/// Alerts that tell and ask for nothing.
const TOLD: [&str; 1] = ["digest"];

/// How things are, worst last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Condition {
    /// Nothing needs anybody.
    #[default]
    Well,
    /// Something needs a look.
    Attention,
    /// Something does not work.
    Broken,
}

/// What has to be read anew after an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reread {
    /// Nothing: it was folded in.
    Nothing,
    /// How the tunnel is.
    Tunnel,
    /// Everything.
    All,
}

/// What is known.
#[derive(Clone, Debug, Default)]
pub struct Standing {
    /// Why no engine runs, if one should.
    pub failed: bool,
    /// The ids of calls that ring or go on.
    pub live: HashSet<String>,
    /// The calls that began last, newest first.
    pub last: Vec<CallRow>,
    /// Alerts that nobody has seen and whose cause is not gone, by id.
    pub alerts: BTreeMap<String, AlertJson>,
    /// The job over many calls that is not over.
    pub job: Option<ResyncProgress>,
    /// How the tunnel is.
    pub tunnel: Option<TunnelJson>,
    /// What a person set.
    pub settings: Settings,
}

impl Standing {
    /// Takes in what happened.
    pub fn fold(&mut self, event: Event) -> Reread {
        match event {
            Event::Calls(rows) => {
                for row in rows {
                    self.fold_call(row);
                }
                Reread::Nothing
            }
            Event::Alert(alert) => {
                self.fold_alert(alert);
                Reread::Nothing
            }
            Event::Resync(progress) => {
                self.fold_job(progress);
                Reread::Nothing
            }
            Event::Settings(settings) => {
                self.settings = settings;
                Reread::Nothing
            }
            Event::Health => Reread::Tunnel,
            Event::Stale => Reread::All,
            _ => Reread::Nothing,
        }
    }

    /// A call that is new or changed. One that is shown under another is none of its own.
    pub fn fold_call(&mut self, row: CallRow) {
        let is_own = row.part_of.is_none();
        if is_own && matches!(&*row.status, "ringing" | "ongoing") {
            self.live.insert(row.id.clone());
        } else {
            self.live.remove(&row.id);
        }
        let newer = |known: &CallRow| known.id == row.id && known.rev > row.rev;
        if self.last.iter().any(newer) {
            return;
        }
        self.last.retain(|known| known.id != row.id);
        if is_own && row.status != "scheduled" {
            self.last.push(row);
        }
        // Moments are written so that they sort as texts; who has none has just been heard of.
        let begin = |row: &CallRow| row.started_at.clone().unwrap_or_else(|| "~".into());
        self.last
            .sort_by_key(|row| std::cmp::Reverse((begin(row), row.id.clone())));
        self.last.truncate(LAST);
    }

    /// An alert that is new or changed.
    pub fn fold_alert(&mut self, alert: AlertJson) {
        if alert.acknowledged_at.is_none() && alert.resolved_at.is_none() {
            self.alerts.insert(alert.id.clone(), alert);
        } else {
            self.alerts.remove(&alert.id);
        }
    }

    /// How far a job is. Of jobs over many calls the newest counts.
    pub fn fold_job(&mut self, progress: ResyncProgress) {
        let is_over = progress.done || progress.cancelled;
        match &self.job {
            _ if !progress.stored => {}
            Some(known) if known.run == progress.run => self.job = (!is_over).then_some(progress),
            Some(known) if known.run > progress.run => {}
            _ if is_over => {}
            _ => self.job = Some(progress),
        }
    }

    /// How things are.
    pub fn condition(&self) -> Condition {
        let down = self
            .tunnel
            .as_ref()
            .is_some_and(|tunnel| tunnel.state == "down" && tunnel.kind != "none");
        let worst = self.alerts.values().map(|alert| match &*alert.kind {
            kind if BROKEN.contains(&kind) => Condition::Broken,
            kind if TOLD.contains(&kind) => Condition::Well,
            _ => Condition::Attention,
        });
        let of_rest = if self.failed || down {
            Condition::Broken
        } else {
            Condition::Well
        };
        worst.max().unwrap_or_default().max(of_rest)
    }

    /// How many alerts ask for a look.
    pub fn to_look_at(&self) -> usize {
        self.alerts
            .values()
            .filter(|alert| !TOLD.contains(&&*alert.kind))
            .count()
    }
}

#[cfg(test)]
pub(crate) mod samples {
    //! What the contract tells in the tests of this crate.

    use super::*;

    pub(crate) fn row(id: &str, status: &str, started_at: &str) -> CallRow {
        serde_json::from_value(serde_json::json!({
            "id": id, "rev": 1, "account": "clinic-retell", "provider": "retell",
            "provider_call_id": id, "part_of": null, "status": status, "direction": "inbound",
            "from": "+15550100", "to": "+15550199", "agent": "Desk", "started_at": started_at,
            "ended_at": null, "duration_ms": null, "cost": null, "line": "I have a headache",
            "sentiment": null, "successful": null, "recording": null, "has_transcript": false,
            "heard": false, "missing": [], "stuck": null, "snippet": null
        }))
        .expect("a row as the contract tells it")
    }

    pub(crate) fn alert(id: &str, kind: &str, subject: &str, raised_at: &str) -> AlertJson {
        serde_json::from_value(serde_json::json!({
            "id": id, "kind": kind, "subject": subject, "call": null,
            "params": {"account": "clinic-retell"}, "raised_at": raised_at,
            "acknowledged_at": null, "resolved_at": null
        }))
        .expect("an alert as the contract tells it")
    }

    pub(crate) fn job(run: u64, checked: u64, total: u64) -> ResyncProgress {
        serde_json::from_value(serde_json::json!({
            "run": run, "call": null, "stored": true, "total": total, "eta_ms": 180_000,
            "paused": false, "done": false, "cancelled": false,
            "report": {"dry_run": false, "checked": checked, "updated": 0, "unchanged": 0, "failed": 0, "items": []}
        }))
        .expect("progress as the contract tells it")
    }
}

#[cfg(test)]
mod tests {
    use super::{samples::*, *};

    const MORNING: &str = "2026-03-01T10:00:00.000Z";

    #[test]
    fn a_call_counts_while_it_goes_on_and_stays_among_the_last_when_it_ends() {
        let mut standing = Standing::default();
        standing.fold(Event::Calls(vec![
            row("a", "ongoing", MORNING),
            row("b", "ringing", MORNING),
        ]));
        assert_eq!(standing.live.len(), 2);
        let ended = CallRow {
            rev: 2,
            ..row("a", "ended", MORNING)
        };
        standing.fold(Event::Calls(vec![ended]));
        assert_eq!(standing.live.len(), 1);
        assert_eq!(standing.last.len(), 2);
    }

    #[test]
    fn the_last_five_are_those_that_began_last_in_whatever_order_they_are_told() {
        let mut standing = Standing::default();
        for minute in [3, 1, 6, 2, 5, 4] {
            let at = format!("2026-03-01T10:0{minute}:00.000Z");
            standing.fold_call(row(&minute.to_string(), "ended", &at));
        }
        let ids: Vec<_> = standing.last.iter().map(|row| &*row.id).collect();
        assert_eq!(ids, ["6", "5", "4", "3", "2"]);
    }

    #[test]
    fn a_carriers_call_below_another_is_none_of_its_own() {
        let mut standing = Standing::default();
        standing.fold_call(row("a", "ongoing", MORNING));
        let below = CallRow {
            rev: 2,
            part_of: Some("b".into()),
            ..row("a", "ongoing", MORNING)
        };
        standing.fold_call(below);
        assert!(standing.live.is_empty() && standing.last.is_empty());
    }

    #[test]
    fn the_worst_counts_and_what_only_tells_is_no_trouble() {
        let mut standing = Standing::default();
        standing.fold_alert(alert("1", "digest", "x", MORNING));
        assert_eq!(standing.condition(), Condition::Well);
        standing.fold_alert(alert("2", "recording_failed", "x", MORNING));
        assert_eq!(standing.condition(), Condition::Attention);
        standing.fold_alert(alert("3", "tunnel_down", "tunnel", MORNING));
        assert_eq!(standing.condition(), Condition::Broken);
        let mended = AlertJson {
            resolved_at: Some(MORNING.into()),
            ..alert("3", "tunnel_down", "tunnel", MORNING)
        };
        standing.fold(Event::Alert(mended));
        assert_eq!(standing.condition(), Condition::Attention);
        assert_eq!(standing.to_look_at(), 1);
    }

    #[test]
    fn a_job_is_shown_until_it_is_over_and_an_older_one_does_not_come_back() {
        let mut standing = Standing::default();
        standing.fold_job(job(7, 1, 10));
        standing.fold_job(job(6, 9, 10));
        assert_eq!(standing.job.as_ref().map(|job| job.run), Some(7));
        standing.fold_job(ResyncProgress {
            done: true,
            ..job(7, 10, 10)
        });
        assert_eq!(standing.job, None);
        standing.fold_job(ResyncProgress {
            stored: false,
            ..job(8, 0, 1)
        });
        assert_eq!(standing.job, None, "a single call is no job");
    }
}
