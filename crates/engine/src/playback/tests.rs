//! What the desk says while loads overtake each other, and what it does for nobody.

use ringback_audio::player::{DeviceState, Phase};
use ringback_store::Options;

use super::*;

fn desk() -> (tempfile::TempDir, Desk) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("ringback.db");
    let store = Store::open(&file, Options::default(), Clock::system()).expect("opens");
    let news = broadcast::Sender::new(1);
    (folder, Desk::new(Clock::system(), Arc::new(store), news))
}

fn loaded(load: u64) -> Loaded {
    let id = format!("01K{load:0>23}");
    Loaded {
        load: LoadNumber(load),
        recording: id.parse().expect("an id"),
        call: id.parse().expect("an id"),
        caller_channel: None,
    }
}

fn says(load: Option<u64>, phase: Phase) -> PlayerSnapshot {
    PlayerSnapshot {
        load: load.map(LoadNumber),
        wants_play: phase == Phase::Playing,
        phase,
        position_ms: 0,
        at_unix_ms: 0,
        rate: 0.0,
        duration_ms: None,
        volume: 1.0,
        speed: 1.0,
        lanes: Lanes::All,
        skip_silence: false,
        device: DeviceState::Ready,
    }
}

fn hears(desk: &Desk, snapshot: &PlayerSnapshot) -> Option<Loaded> {
    heard(&desk.state, &desk.store, &desk.clock, snapshot)
}

#[test]
fn until_a_load_is_taken_up_the_one_before_is_what_is_heard() {
    let (_folder, desk) = desk();
    for number in [1, 2] {
        lock(&desk.state).loads.add(loaded(number));
    }
    // The player has not come to the second one yet, and says so twice.
    for _ in 0..2 {
        assert_eq!(hears(&desk, &says(Some(1), Phase::Paused)), Some(loaded(1)));
        let now = desk.now().expect("somebody listens");
        assert_eq!(now.loaded, Some(loaded(1)));
    }
    hears(&desk, &says(Some(2), Phase::Loading));
    assert_eq!(desk.now().expect("it goes on").loaded, Some(loaded(2)));
    assert_eq!(lock(&desk.state).loads.0.len(), 1, "the first is forgotten");
    assert_eq!(hears(&desk, &says(None, Phase::Idle)), None);
}

#[test]
fn a_pause_wakes_no_player_that_nobody_wanted() {
    let (_folder, desk) = desk();
    for command in [
        PlayerCommand::Pause,
        PlayerCommand::Play,
        PlayerCommand::Seek(5),
    ] {
        desk.tell(command).expect("it is nothing to do");
    }
    assert!(lock(&desk.player).is_none());
    assert_eq!(desk.now(), None);
}
