//! When a call that is told in pieces is over.
//!
//! No event says so: each tells of one leg, and which of the legs was the first is only known when
//! all were heard of, in whatever order. So the end is a function of what is known of all legs:
//!
//! - The call is over when a leg that was connected has hung up, unless another is known to have been
//!   up after that. By Telnyx's default the end of one leg ends the one it is bridged to
//!   (`park_after_unbridge`: "if not set, the default behavior is to hang up the leg", npm `telnyx`
//!   7.24.0), and where it does not, that leg gives a sign of life later.
//! - A leg that was never connected, such as one to somebody who did not pick up, ends nothing for
//!   others: without any connected end, the call is over when all of its legs are.
//! - A bill says that a leg is over, under that leg's id or its other one.
//!
//! What follows: once a connected leg has hung up, no report about an earlier moment makes the call
//! go on again, however late it comes and of whichever leg it speaks; only a sign of life from after
//! the end does. The price is that a call whose further leg was connected and let go, and whose first
//! leg stays, counts as over until that leg is heard of. [`Call::has_open_leg`] says that there is such
//! a doubt, so that the provider can be asked at once.

use jiff::Timestamp;

use crate::{Call, LegFields, LegId, Status, Told, pieces::Assembly};

impl Call {
    /// Whether it is over by the end of one leg although another is not known to have hung up.
    pub fn has_open_leg(&self) -> bool {
        let root = self.assembly.root(&self.assembly.visible());
        let told = self.assembly.status(root);
        let is_over = told.is_some_and(|told| told.value.is_terminal());
        is_over && self.assembly.live(self.assembly.legs.values()).is_some()
    }
}

impl Assembly {
    /// Where the call stands, by its legs.
    pub(crate) fn status(&self, root: Option<&LegId>) -> Option<Told<Status>> {
        // Every leg counts, also one that only a bill tells of: which legs are visible changes with
        // what is known.
        let ends = self.legs.values().filter_map(connected_end);
        let last = ends.max_by(|(one, by), (other, by_other)| {
            one.cmp(other).then(by.stamp.cmp(&by_other.stamp))
        });
        let root = root.and_then(|root| self.standing(self.legs.get(root)?));
        let Some((end, told)) = last else {
            let live = self.live(self.legs.values());
            return root
                .filter(|root| live.is_none() || !root.value.is_terminal())
                .or(live)
                .or_else(|| self.legs.values().filter_map(told_status).max_by_key(order));
        };
        let is_up = |leg: &&LegFields| {
            let alive_at = leg.alive_at.as_ref().map(|told| told.value);
            let told = self.standing(leg);
            alive_at > Some(end) && told.is_none_or(|told| !told.value.is_terminal())
        };
        let up: Vec<_> = self.legs.values().filter(is_up).collect();
        if up.is_empty() {
            let over = root.filter(|root| root.value.is_terminal());
            return over.or(Some(Told {
                value: Status::Ended,
                stamp: told.stamp,
            }));
        }
        self.live(up.iter().copied()).or_else(|| {
            let signs = up.iter().filter_map(|leg| leg.alive_at.as_ref());
            let stamp = signs.map(|told| told.stamp).max()?;
            Some(Told {
                value: Status::Ongoing,
                stamp,
            })
        })
    }

    /// Where a leg stands, also by what a bill says of it under its other id.
    pub(crate) fn standing(&self, leg: &LegFields) -> Option<Told<Status>> {
        let own = told_status(leg);
        let other = leg.other_id.as_ref();
        let billed = other.and_then(|told| self.legs.get(&LegId::new(told.value.as_str())));
        let billed = billed
            .and_then(told_status)
            .filter(|told| told.value.is_terminal());
        match own {
            Some(told) if told.value.is_terminal() => Some(told),
            own => billed.or(own),
        }
    }

    /// The furthest that any of these legs is that has not hung up.
    fn live<'a>(&self, legs: impl Iterator<Item = &'a LegFields>) -> Option<Told<Status>> {
        let told = legs.filter_map(|leg| self.standing(leg));
        told.filter(|told| !told.value.is_terminal())
            .max_by_key(order)
    }
}

/// What was told of where a leg stands. One that was answered was connected, whatever its end says.
fn told_status(leg: &LegFields) -> Option<Told<Status>> {
    let mut told = leg.status.clone()?;
    if told.value == Status::NotConnected && leg.answered_at.is_some() {
        told.value = Status::Ended;
    }
    Some(told)
}

fn order(told: &Told<Status>) -> (Status, crate::Stamp) {
    (told.value, told.stamp)
}

/// When a leg that was connected hung up, and the telling of it.
fn connected_end(leg: &LegFields) -> Option<(Timestamp, Told<Status>)> {
    let told = told_status(leg).filter(|told| told.value.is_terminal())?;
    let was_connected = told.value == Status::Ended || leg.answered_at.is_some();
    let ended_at = leg.ended_at.as_ref().map(|told| told.value);
    was_connected.then(|| (ended_at.unwrap_or(told.stamp.as_of), told))
}
