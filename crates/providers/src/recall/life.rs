//! What a bot went through, from its status changes
//! (<https://docs.recall.ai/docs/bot-status-change-events>, read November 2026).

use jiff::Timestamp;
use ringback_model::{EndedReason, Status};

use super::{ending, payload::StatusChange};

/// The codes are no closed list; one that is not known here says nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    /// Made, and nothing more yet.
    Ready,
    /// On its way in, or waiting to be let in.
    Joining,
    /// In the meeting.
    InCall,
    /// Out of the meeting.
    CallEnded,
    /// Everything is over; how it went, the steps before say.
    Done,
    /// Broken down, before the meeting or in the middle of it.
    Fatal,
}

impl Step {
    pub(super) fn of(code: &str) -> Option<Self> {
        Some(match code {
            "ready" => Self::Ready,
            "joining_call" | "in_waiting_room" => Self::Joining,
            // A recording may end before the meeting does.
            "in_call_not_recording"
            | "recording_permission_allowed"
            | "recording_permission_denied"
            | "in_call_recording"
            | "recording_done" => Self::InCall,
            "call_ended" => Self::CallEnded,
            "done" | "media_expired" | "analysis_done" | "analysis_failed" => Self::Done,
            "fatal" => Self::Fatal,
            _ => return None,
        })
    }
}

/// A bot's status changes, read as one life.
pub(super) struct Life<'a> {
    /// In the order in which they happened.
    changes: Vec<(Step, &'a StatusChange)>,
    /// Whether something was recorded, which happens in meetings only.
    has_recordings: bool,
}

impl<'a> Life<'a> {
    pub(super) fn of(changes: &'a [StatusChange], has_recordings: bool) -> Self {
        let known = changes
            .iter()
            .filter_map(|change| Some((Step::of(&change.code)?, change)));
        let mut changes: Vec<_> = known.collect();
        if changes.iter().all(|(_, change)| change.at.is_some()) {
            changes.sort_by_key(|(_, change)| change.at);
        }
        Self {
            changes,
            has_recordings,
        }
    }

    /// Where it stands. `None` where nothing that is known here was told.
    pub(super) fn status(&self) -> Option<Status> {
        let reached = |step| self.first(step).is_some();
        let was_in_call = reached(Step::InCall) || self.has_recordings;
        Some(if reached(Step::Fatal) {
            Status::Failed
        } else if reached(Step::CallEnded) || reached(Step::Done) {
            if was_in_call {
                Status::Ended
            } else {
                Status::NotConnected
            }
        } else if was_in_call {
            Status::Ongoing
        } else if reached(Step::Joining) {
            Status::Ringing
        } else if reached(Step::Ready) {
            Status::Scheduled
        } else {
            return None;
        })
    }

    /// When it set out for the meeting.
    pub(super) fn began(&self) -> Option<Timestamp> {
        self.first(Step::Joining)?.at
    }

    /// When it was, by the first thing that happened to it. `None` for one that is only planned.
    pub(super) fn when(&self) -> Option<Timestamp> {
        self.began()
            .or_else(|| self.let_in())
            .or_else(|| self.ended())
    }

    /// When it was let in.
    pub(super) fn let_in(&self) -> Option<Timestamp> {
        self.first(Step::InCall)?.at
    }

    /// When it was out again.
    pub(super) fn ended(&self) -> Option<Timestamp> {
        [Step::CallEnded, Step::Fatal, Step::Done]
            .into_iter()
            .find_map(|step| self.first(step)?.at)
    }

    /// Why it ended, by the last word on it.
    pub(super) fn ended_reason(&self) -> Option<EndedReason> {
        let ends = |step: &Step| matches!(step, Step::CallEnded | Step::Fatal);
        let (_, change) = self.changes.iter().rev().find(|(step, _)| ends(step))?;
        Some(ending::reason(change))
    }

    /// Whether what it recorded was deleted because its time was over.
    pub(super) fn is_expired(&self) -> bool {
        let is_expiry = |change: &StatusChange| change.code == "media_expired";
        self.changes.iter().any(|(_, change)| is_expiry(change))
    }

    fn first(&self, wanted: Step) -> Option<&'a StatusChange> {
        let (_, change) = self.changes.iter().find(|(step, _)| *step == wanted)?;
        Some(change)
    }
}
