//! The player's transition table, pair by pair.

use ringback_audio::SilenceMap;
use ringback_audio::player::table::{
    Device, Effect, Input, Motion, Place, Settings, State, Track, is_void, step,
};
use ringback_audio::player::{Failure, Lanes, LoadNumber, PlayerCommand};
use std::path::PathBuf;
use std::sync::Arc;

const OLD: LoadNumber = LoadNumber(3);
const NOW: LoadNumber = LoadNumber(4);
const NEXT: LoadNumber = LoadNumber(5);

fn failure() -> Failure {
    Failure {
        code: "damaged",
        message: "broken".to_owned(),
    }
}

fn tracks() -> Vec<(&'static str, Track)> {
    let loaded = |motion| Track::Loaded {
        load: NOW,
        duration_ms: Some(60_000),
        motion,
    };
    vec![
        ("nothing", Track::None),
        (
            "loading, will stand",
            Track::Loading {
                load: NOW,
                at_ms: 500,
                play: false,
            },
        ),
        (
            "loading, will play",
            Track::Loading {
                load: NOW,
                at_ms: 500,
                play: true,
            },
        ),
        ("paused", loaded(Motion::Paused)),
        ("playing", loaded(Motion::Playing)),
        ("ended", loaded(Motion::Ended)),
        (
            "failed",
            Track::Failed {
                load: NOW,
                failure: failure(),
            },
        ),
    ]
}

fn devices() -> Vec<(&'static str, Device)> {
    vec![
        ("closed", Device::Closed),
        ("open", Device::Open),
        (
            "missing",
            Device::Missing {
                message: "none".to_owned(),
                attempts: 2,
            },
        ),
    ]
}

fn states() -> Vec<(&'static str, &'static str, State)> {
    let mut states = Vec::new();
    for (track_name, track) in tracks() {
        for (device_name, device) in devices() {
            let state = State {
                track: track.clone(),
                device,
                newest_load: Some(NOW),
                ..State::default()
            };
            states.push((track_name, device_name, state));
        }
    }
    states
}

fn load(load: LoadNumber) -> PlayerCommand {
    PlayerCommand::Load {
        load,
        path: PathBuf::from("call.wav"),
        at_ms: 0,
        play: true,
        silence: None,
    }
}

fn inputs() -> Vec<(&'static str, Input)> {
    use Input::Command;
    let silence = Arc::new(SilenceMap::default());
    vec![
        ("load", Command(load(NEXT))),
        ("late load", Command(load(OLD))),
        ("play", Command(PlayerCommand::Play)),
        ("pause", Command(PlayerCommand::Pause)),
        ("seek", Command(PlayerCommand::Seek(1234))),
        ("volume", Command(PlayerCommand::SetVolume(0.5))),
        ("same volume", Command(PlayerCommand::SetVolume(1.0))),
        ("no volume", Command(PlayerCommand::SetVolume(f32::NAN))),
        ("speed", Command(PlayerCommand::SetSpeed(1.5))),
        ("no speed", Command(PlayerCommand::SetSpeed(f32::NAN))),
        ("lanes", Command(PlayerCommand::SetLanes(Lanes::Only(1)))),
        ("skip", Command(PlayerCommand::SetSkipSilence(true))),
        (
            "silence",
            Command(PlayerCommand::SetSilence {
                load: NOW,
                silence: silence.clone(),
            }),
        ),
        (
            "late silence",
            Command(PlayerCommand::SetSilence { load: OLD, silence }),
        ),
        ("unload", Command(PlayerCommand::Unload)),
        ("shutdown", Command(PlayerCommand::Shutdown)),
        (
            "opened",
            Input::Opened {
                load: NOW,
                duration_ms: Some(60_000),
            },
        ),
        (
            "late opened",
            Input::Opened {
                load: OLD,
                duration_ms: Some(60_000),
            },
        ),
        (
            "broken",
            Input::Broken {
                load: NOW,
                failure: failure(),
            },
        ),
        (
            "late broken",
            Input::Broken {
                load: OLD,
                failure: failure(),
            },
        ),
        ("drained", Input::Drained { load: NOW }),
        ("late drained", Input::Drained { load: OLD }),
        ("device opened", Input::DeviceOpened),
        (
            "device refused",
            Input::DeviceRefused {
                message: "none".to_owned(),
            },
        ),
        (
            "device lost",
            Input::DeviceLost {
                message: "gone".to_owned(),
            },
        ),
        ("device ran dry", Input::DeviceRanDry),
        ("retry due", Input::RetryDue),
        ("rest due", Input::RestDue),
    ]
}

#[test]
fn the_pairs_that_mean_nothing_are_exactly_these() {
    // For each input, in the order of `states`: seven tracks, for each the device closed, open, missing. `-` is void.
    let expected = "
load            ### ### ### ### ### ### ###
late load       --- --- --- --- --- --- ---
play            --- ### --- ### --- ### ---
pause           --- --- ### --- ### --- ---
seek            --- ### ### ### ### ### ---
volume          ### ### ### ### ### ### ###
same volume     --- --- --- --- --- --- ---
no volume       --- --- --- --- --- --- ---
speed           ### ### ### ### ### ### ###
no speed        --- --- --- --- --- --- ---
lanes           ### ### ### ### ### ### ###
skip            ### ### ### ### ### ### ###
silence         --- ### ### ### ### ### ---
late silence    --- --- --- --- --- --- ---
unload          --- ### ### ### ### ### ###
shutdown        ### ### ### ### ### ### ###
opened          --- ### ### --- --- --- ---
late opened     --- --- --- --- --- --- ---
broken          --- ### ### ### ### ### ---
late broken     --- --- --- --- --- --- ---
drained         --- --- --- --- ### --- ---
late drained    --- --- --- --- --- --- ---
device opened   #-# #-# #-# #-# #-# #-# #-#
device refused  #-# #-# #-# #-# #-# #-# #-#
device lost     -#- -#- -#- -#- -#- -#- -#-
device ran dry  -#- -#- -#- -#- -#- -#- -#-
retry due       --# --# --# --# --# --# --#
rest due        -#- --- --- -#- --- -#- -#-
";
    let states = states();
    let mut found = String::from("\n");
    for (name, input) in inputs() {
        let marks: Vec<String> = states
            .chunks(devices().len())
            .map(|group| {
                group
                    .iter()
                    .map(|(_, _, state)| if is_void(state, &input) { '-' } else { '#' })
                    .collect()
            })
            .collect();
        found.push_str(&format!("{name:<15} {}\n", marks.join(" ")));
    }
    assert_eq!(found, expected);
}

fn visible(state: &State) -> (Track, Settings, bool) {
    (
        state.track.clone(),
        state.settings,
        matches!(state.device, Device::Missing { .. }),
    )
}

#[test]
fn every_pair_keeps_the_promises_of_the_table() {
    for (track, device, state) in states() {
        for (name, input) in inputs() {
            let pair = format!("{name}, {track}, device {device}");
            let void = is_void(&state, &input);
            let (next, effects) = step(state.clone(), input.clone());
            if void {
                assert_eq!(
                    (&next, effects.as_slice()),
                    (&state, &[][..]),
                    "{pair}: void pairs change nothing"
                );
                continue;
            }
            let has = |wanted: fn(&Effect) -> bool| effects.iter().any(wanted);
            assert!(
                next != state || !effects.is_empty(),
                "{pair}: a pair that is not void does something"
            );

            let stops = has(|effect| *effect == Effect::Stop);
            assert_eq!(
                stops,
                matches!(input, Input::Command(PlayerCommand::Shutdown)),
                "{pair}: only a shutdown stops"
            );
            let told = effects
                .iter()
                .filter(|effect| **effect == Effect::Tell)
                .count();
            let changed = visible(&next) != visible(&state);
            // A device that is being looked for again is not gone yet.
            let between = matches!(input, Input::DeviceRanDry);
            assert!(
                stops || between || !changed || told == 1,
                "{pair}: what can be seen is told once"
            );

            let opens = has(|effect| matches!(effect, Effect::OpenTrack { .. }));
            assert_eq!(
                opens,
                matches!(input, Input::Command(PlayerCommand::Load { .. })),
                "{pair}: only a load opens a file"
            );
            let leaves = matches!(state.track, Track::Loading { .. } | Track::Loaded { .. })
                && !matches!(
                    next.track,
                    Track::Loading { load: NOW, .. } | Track::Loaded { load: NOW, .. }
                );
            assert!(
                !leaves || has(|effect| *effect == Effect::CloseTrack),
                "{pair}: a track that is left is closed"
            );

            let flows = effects.iter().rev().find_map(|effect| match effect {
                Effect::Flow(on) => Some(*on),
                _ => None,
            });
            if let Some(flows) = flows {
                assert_eq!(
                    flows,
                    next.wants_sound(),
                    "{pair}: sound flows exactly when it is wanted"
                );
            }
            assert!(
                flows.is_some() || next.wants_sound() == state.wants_sound(),
                "{pair}: a change of mind reaches the device"
            );

            let closes = has(|effect| *effect == Effect::CloseDevice);
            assert!(
                stops || closes == (state.device == Device::Open && next.device != Device::Open),
                "{pair}: closed when it is no longer open"
            );
            let opens_device = has(|effect| *effect == Effect::OpenDevice);
            let starts_to_want = next.wants_sound() && !state.wants_sound();
            assert!(
                !starts_to_want
                    || opens_device
                    || next.device == Device::Open
                    || matches!(input, Input::Opened { .. }),
                "{pair}: who wants to play asks for a device"
            );
            let missing_now = matches!(next.device, Device::Missing { .. });
            let was_missing = matches!(state.device, Device::Missing { .. });
            assert!(
                !missing_now
                    || was_missing
                    || has(|effect| matches!(effect, Effect::RetryLater { .. })),
                "{pair}: a missing device is looked for again"
            );
        }
    }
}

/// Feeds inputs one after the other and keeps the last effects.
fn after(inputs: impl IntoIterator<Item = Input>) -> (State, Vec<Effect>) {
    inputs
        .into_iter()
        .fold((State::default(), Vec::new()), |(state, _), input| {
            step(state, input)
        })
}

fn playing() -> Vec<Input> {
    vec![
        Input::Command(load(NOW)),
        Input::DeviceOpened,
        Input::Opened {
            load: NOW,
            duration_ms: Some(60_000),
        },
    ]
}

#[test]
fn a_load_plays_as_soon_as_it_is_open() {
    let (state, effects) = after(playing());
    assert!(state.wants_sound());
    assert_eq!(
        effects,
        [Effect::Run(Place::At(0)), Effect::Flow(true), Effect::Tell]
    );
}

#[test]
fn what_is_asked_while_a_file_loads_is_done_when_it_is_open() {
    let (state, effects) = after([
        Input::Command(load(NOW)),
        Input::DeviceOpened,
        Input::Command(PlayerCommand::Seek(99_000)),
        Input::Command(PlayerCommand::Pause),
        Input::Opened {
            load: NOW,
            duration_ms: Some(60_000),
        },
    ]);
    assert!(!state.wants_sound());
    assert_eq!(
        effects,
        [
            Effect::Run(Place::At(60_000)),
            Effect::Flow(false),
            Effect::RestLater,
            Effect::Tell
        ],
        "beyond the end is the end"
    );
}

#[test]
fn a_load_that_is_taken_back_says_so_before_the_file_is_open() {
    let mut inputs = vec![Input::Command(load(NOW)), Input::DeviceOpened];
    assert!(after(inputs.clone()).0.wants_play(), "it will play");
    inputs.push(Input::Command(PlayerCommand::Pause));
    let (state, effects) = after(inputs.clone());
    assert!(!state.wants_play());
    assert_eq!(effects, [Effect::Tell]);
    inputs.push(Input::Command(PlayerCommand::Play));
    let (state, effects) = after(inputs);
    assert!(state.wants_play() && !state.wants_sound());
    assert_eq!(effects, [Effect::Tell]);
}

#[test]
fn a_lost_device_is_closed_looked_for_and_resumed_where_it_was() {
    let mut inputs = playing();
    inputs.push(Input::DeviceLost {
        message: "gone".to_owned(),
    });
    let (state, effects) = after(inputs.clone());
    assert!(state.wants_sound(), "the wish outlives the device");
    assert_eq!(
        effects,
        [
            Effect::CloseDevice,
            Effect::RetryLater { attempts: 0 },
            Effect::Tell
        ]
    );
    inputs.extend([
        Input::RetryDue,
        Input::DeviceRefused {
            message: "none".to_owned(),
        },
    ]);
    assert_eq!(
        after(inputs.clone()).1,
        [Effect::RetryLater { attempts: 1 }, Effect::Tell]
    );
    inputs.extend([Input::RetryDue, Input::DeviceOpened]);
    assert_eq!(
        after(inputs).1,
        [Effect::Run(Place::Heard), Effect::Flow(true), Effect::Tell]
    );
}

#[test]
fn playing_after_the_end_begins_at_the_start() {
    let mut inputs = playing();
    inputs.extend([
        Input::Drained { load: NOW },
        Input::Command(PlayerCommand::Play),
    ]);
    assert_eq!(
        after(inputs).1,
        [Effect::Run(Place::At(0)), Effect::Flow(true), Effect::Tell]
    );
}

#[test]
fn a_setting_that_changes_the_sound_decodes_anew_from_what_is_heard() {
    for command in [
        PlayerCommand::SetSpeed(2.0),
        PlayerCommand::SetLanes(Lanes::Only(0)),
        PlayerCommand::SetSkipSilence(true),
    ] {
        let mut inputs = playing();
        inputs.push(Input::Command(command));
        assert_eq!(after(inputs).1, [Effect::Run(Place::Heard), Effect::Tell]);
    }
}

#[test]
fn settings_are_clamped_to_what_is_promised() {
    let (state, _) = after([
        Input::Command(PlayerCommand::SetSpeed(9.0)),
        Input::Command(PlayerCommand::SetVolume(-1.0)),
    ]);
    assert_eq!((state.settings.speed, state.settings.volume), (3.0, 0.0));
}
