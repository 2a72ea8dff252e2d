//! What is told, what is not, and when.

use super::*;
use crate::standing::samples::alert;

const START: &str = "2026-03-01T10:00:00Z";

fn at(text: &str) -> Timestamp {
    text.parse().expect("a moment")
}

/// A desk: what is open on it, what was set, and what was told.
struct Room {
    open: BTreeMap<String, AlertJson>,
    set: DesktopSettings,
    teller: Teller,
}

impl Room {
    fn new() -> Self {
        Self {
            open: BTreeMap::new(),
            set: DesktopSettings::default(),
            teller: Teller::new(at(START)),
        }
    }

    fn quiet_at_night() -> Self {
        let mut room = Self::new();
        room.set.quiet_from = Some("22:00".into());
        room.set.quiet_to = Some("07:00".into());
        room
    }

    fn raise(&mut self, id: &str, kind: &str) {
        let raised = alert(id, kind, "x", "2026-03-01T10:30:00.000Z");
        self.open.insert(id.into(), raised);
    }

    fn heed(&mut self, now: &str) -> Vec<Step> {
        self.teller.heed(
            &self.open,
            &self.set,
            Words::English,
            at(now),
            &TimeZone::UTC,
        )
    }
}

fn titles(steps: &[Step]) -> Vec<&str> {
    steps.iter().map(title).collect()
}

fn title(step: &Step) -> &str {
    match step {
        Step::Show(note) => &note.title,
        Step::Withdraw(group) => group,
    }
}

const NOON: &str = "2026-03-01T12:00:00Z";
const NIGHT: &str = "2026-03-01T23:00:00Z";
const MORNING: &str = "2026-03-02T07:00:00Z";

#[test]
fn an_alert_is_told_once() {
    let mut room = Room::new();
    room.raise("1", "recording_failed");
    let steps = room.heed(NOON);
    let [Step::Show(note)] = &steps[..] else {
        panic!("{steps:?}")
    };
    assert_eq!(note.title, "A recording could not be copied");
    assert_eq!(note.lines, ["clinic-retell"]);
    assert_eq!(
        note.actions,
        [Action::Open, Action::Retry, Action::Acknowledge]
    );
    assert_eq!(room.heed(NOON), []);
}

#[test]
fn more_of_a_kind_become_one_that_replaces_the_first() {
    let mut room = Room::new();
    room.raise("1", "recording_failed");
    room.heed(NOON);
    room.raise("2", "recording_failed");
    room.raise("3", "recording_failed");
    let steps = room.heed(NOON);
    assert_eq!(titles(&steps), ["3 recordings could not be copied"]);
    assert_eq!(room.teller.alerts_of("recording_failed"), ["1", "2", "3"]);
}

#[test]
fn what_is_mended_or_was_seen_in_the_window_is_taken_back() {
    let mut room = Room::new();
    room.raise("1", "tunnel_down");
    room.raise("2", "stuck_call");
    room.heed(NOON);
    room.open.remove("1");
    assert_eq!(room.heed(NOON), [Step::Withdraw("tunnel_down".into())]);
    room.raise("3", "tunnel_down");
    assert_eq!(
        titles(&room.heed(NOON)),
        ["The tunnel is down"],
        "down again is news again"
    );
}

#[test]
fn what_stood_before_the_start_is_not_told_again() {
    let mut room = Room::new();
    let old = alert("1", "recording_failed", "x", "2026-03-01T09:59:59.999Z");
    let new = alert("2", "recording_failed", "x", "2026-03-01T10:00:00.000Z");
    room.open.insert("1".into(), old);
    assert_eq!(room.heed(NOON), []);
    room.open.insert("2".into(), new);
    assert_eq!(
        titles(&room.heed(NOON)),
        ["A recording could not be copied"]
    );
}

#[test]
fn after_it_was_put_away_the_next_counts_anew() {
    let mut room = Room::new();
    room.raise("1", "recording_failed");
    room.heed(NOON);
    assert_eq!(room.teller.put_away("recording_failed"), ["1"]);
    assert_eq!(
        room.heed(NOON),
        [],
        "what was put away does not come back by itself"
    );
    room.raise("2", "recording_failed");
    assert_eq!(
        titles(&room.heed(NOON)),
        ["A recording could not be copied"]
    );
}

#[test]
fn a_muted_topic_stays_silent_and_is_not_caught_up_with() {
    let mut room = Room::new();
    room.set.muted = vec!["recordings".into()];
    room.raise("1", "recording_failed");
    room.raise("2", "tunnel_down");
    assert_eq!(titles(&room.heed(NOON)), ["The tunnel is down"]);
    room.set.muted.clear();
    assert_eq!(room.heed(NOON), []);
}

#[test]
fn in_quiet_hours_nothing_is_shown_and_what_is_still_open_is_summed_up_once_at_their_end() {
    let mut room = Room::quiet_at_night();
    room.raise("1", "recording_failed");
    room.raise("2", "recording_failed");
    room.raise("3", "tunnel_down");
    room.raise("4", "stuck_call");
    assert_eq!(room.heed(NIGHT), []);
    let set = room.set.clone();
    assert_eq!(
        room.teller.next(&set, at(NIGHT), &TimeZone::UTC),
        Some(at(MORNING))
    );
    room.open.remove("4");
    let steps = room.heed(MORNING);
    let [Step::Show(note)] = &steps[..] else {
        panic!("{steps:?}")
    };
    assert_eq!(note.title, "While it was quiet");
    assert_eq!(
        note.lines,
        ["2 recordings could not be copied", "The tunnel is down"]
    );
    assert_eq!(note.actions, [Action::Open, Action::Acknowledge]);
    assert_eq!(room.heed(MORNING), []);
    assert_eq!(room.teller.next(&set, at(MORNING), &TimeZone::UTC), None);
}

#[test]
fn a_night_after_which_everything_is_mended_leaves_no_notification() {
    let mut room = Room::quiet_at_night();
    room.raise("1", "tunnel_down");
    room.heed(NIGHT);
    room.open.clear();
    assert_eq!(room.heed(NIGHT), []);
    let set = room.set.clone();
    assert_eq!(room.teller.next(&set, at(NIGHT), &TimeZone::UTC), None);
    assert_eq!(room.heed(MORNING), []);
}

#[test]
fn a_notification_says_nothing_of_what_an_alert_knows_about_a_call() {
    let mut room = Room::new();
    room.raise("1", "cost_high");
    let known = room.open.get_mut("1").expect("raised");
    for (name, value) in [
        ("amount", "4.20"),
        ("from", "+15550100"),
        ("reason", "no_space"),
    ] {
        known.params.insert(name.into(), value.into());
    }
    let said = format!("{:?}", room.heed(NOON));
    for secret in ["4.20", "+15550100", "no_space"] {
        assert!(!said.contains(secret), "{said}");
    }
}

#[test]
fn every_topic_is_one_that_can_be_muted() {
    for kind in [
        "recording_failed",
        "tunnel_down",
        "stuck_call",
        "cost_high",
        "digest",
        "later",
    ] {
        assert!(ringback_api::dto::TOPICS.contains(&topic(kind)), "{kind}");
    }
}

#[test]
fn keys_lead_back_to_their_actions() {
    for action in Action::ALL {
        assert_eq!(Action::of(action.key()), Some(action));
    }
    assert_eq!(Action::of("inline-reply"), None);
}
