//! The player's transition table: a pure function from state and input to state and effects. Nothing here waits,
//! reads a clock or touches a device, so that every pair can be tested.
//!
//! Two things move independently: the *track* and the *device*. A recording may be loaded and "playing" while the
//! device is missing; it is heard as soon as the device is back. The position is not part of the state: it
//! moves by itself, and the session asks for it where an effect needs it.
//!
//! Pairs that cannot happen, or can happen only because an answer was under way when it was overtaken, change
//! nothing and have no effect. They are listed in [`is_void`] and tested one by one.

use super::command::PlayerCommand;
pub use super::state::{Device, Effect, Input, Motion, Place, Settings, State, Track};

/// Whether this input means nothing in this state. The reasons:
///
/// - *nothing to act on*: playing, pausing, seeking without a recording, or with a broken one;
/// - *already so*: playing while playing, pausing while standing;
/// - *overtaken*: an answer that carries the number of an earlier load, or a load older than the newest;
/// - *cannot be*: a recording that drains while it stands, a device that opens while it is open, is lost or runs dry while
///   it is closed, a retry that comes due while nothing is missing, a rest while sound is wanted.
pub fn is_void(state: &State, input: &Input) -> bool {
    let current = match &state.track {
        Track::None => None,
        Track::Loading { load, .. } | Track::Loaded { load, .. } | Track::Failed { load, .. } => {
            Some(*load)
        }
    };
    let device_open = state.device == Device::Open;
    match input {
        Input::Command(command) => match command {
            PlayerCommand::Load { load, .. } => {
                state.newest_load.is_some_and(|newest| *load <= newest)
            }
            PlayerCommand::Play => match state.track {
                Track::None | Track::Failed { .. } => true,
                Track::Loading { play, .. } => play,
                Track::Loaded { motion, .. } => motion == Motion::Playing,
            },
            PlayerCommand::Pause => match state.track {
                Track::None | Track::Failed { .. } => true,
                Track::Loading { play, .. } => !play,
                Track::Loaded { motion, .. } => motion != Motion::Playing,
            },
            PlayerCommand::Seek(_) => matches!(state.track, Track::None | Track::Failed { .. }),
            PlayerCommand::SetVolume(volume) => {
                volume.is_nan() || volume.clamp(0.0, 1.0) == state.settings.volume
            }
            PlayerCommand::SetSpeed(speed) => {
                speed.is_nan() || speed.clamp(0.5, 3.0) == state.settings.speed
            }
            PlayerCommand::SetLanes(lanes) => *lanes == state.settings.lanes,
            PlayerCommand::SetSkipSilence(skip) => *skip == state.settings.skip_silence,
            PlayerCommand::SetSilence { load, .. } => {
                current != Some(*load) || matches!(state.track, Track::Failed { .. })
            }
            PlayerCommand::Unload => state.track == Track::None,
            PlayerCommand::Shutdown => false,
        },
        Input::Opened { load, .. } => {
            !matches!(&state.track, Track::Loading { load: waited, .. } if waited == load)
        }
        Input::Broken { load, .. } => {
            current != Some(*load) || matches!(state.track, Track::Failed { .. })
        }
        Input::Drained { load } => {
            !matches!(&state.track, Track::Loaded { load: playing, motion: Motion::Playing, .. } if playing == load)
        }
        Input::DeviceOpened => device_open,
        Input::DeviceRefused { .. } => device_open,
        Input::DeviceLost { .. } | Input::DeviceRanDry => !device_open,
        Input::RetryDue => !matches!(state.device, Device::Missing { .. }),
        Input::RestDue => {
            !device_open || state.wants_sound() || matches!(state.track, Track::Loading { .. })
        }
    }
}

/// The next state, and what has to be done on the way there.
pub fn step(state: State, input: Input) -> (State, Vec<Effect>) {
    if is_void(&state, &input) {
        return (state, Vec::new());
    }
    match input {
        Input::Command(command) => obey(state, command),
        Input::Opened { duration_ms, .. } => opened(state, duration_ms),
        Input::Broken { load, failure } => {
            let state = State {
                track: Track::Failed { load, failure },
                ..state
            };
            (
                state,
                vec![
                    Effect::Flow(false),
                    Effect::CloseTrack,
                    Effect::RestLater,
                    Effect::Tell,
                ],
            )
        }
        Input::Drained { .. } => {
            let state = moved(state, Motion::Ended);
            (
                state,
                vec![Effect::Flow(false), Effect::RestLater, Effect::Tell],
            )
        }
        Input::DeviceOpened => device_opened(state),
        Input::DeviceRefused { message } => {
            let attempts = match state.device {
                Device::Missing { attempts, .. } => attempts.saturating_add(1),
                Device::Closed | Device::Open => 1,
            };
            let state = State {
                device: Device::Missing { message, attempts },
                ..state
            };
            (state, vec![Effect::RetryLater { attempts }, Effect::Tell])
        }
        Input::DeviceLost { message } => {
            let state = State {
                device: Device::Missing {
                    message,
                    attempts: 0,
                },
                ..state
            };
            (
                state,
                vec![
                    Effect::CloseDevice,
                    Effect::RetryLater { attempts: 0 },
                    Effect::Tell,
                ],
            )
        }
        Input::DeviceRanDry => {
            let state = State {
                device: Device::Closed,
                ..state
            };
            (
                state,
                vec![
                    Effect::CloseDevice,
                    Effect::EnlargeBuffer,
                    Effect::OpenDevice,
                ],
            )
        }
        Input::RetryDue if matches!(state.track, Track::None | Track::Failed { .. }) => {
            // Nobody wants to hear anything: stop looking, and look again with the next load.
            (
                State {
                    device: Device::Closed,
                    ..state
                },
                vec![Effect::Tell],
            )
        }
        Input::RetryDue => (state, vec![Effect::OpenDevice]),
        Input::RestDue => (
            State {
                device: Device::Closed,
                ..state
            },
            vec![Effect::CloseDevice],
        ),
    }
}

fn obey(state: State, command: PlayerCommand) -> (State, Vec<Effect>) {
    match command {
        PlayerCommand::Load {
            load,
            path,
            at_ms,
            play,
            silence,
        } => {
            let mut effects = vec![
                Effect::Flow(false),
                Effect::CloseTrack,
                Effect::OpenTrack {
                    load,
                    path,
                    at_ms,
                    silence,
                },
            ];
            effects.extend(device_if_not_open(&state));
            effects.push(Effect::Tell);
            (
                State {
                    track: Track::Loading { load, at_ms, play },
                    newest_load: Some(load),
                    ..state
                },
                effects,
            )
        }
        PlayerCommand::Play => play(state),
        PlayerCommand::Pause => {
            if let Track::Loading { load, at_ms, .. } = state.track {
                return (
                    State {
                        track: Track::Loading {
                            load,
                            at_ms,
                            play: false,
                        },
                        ..state
                    },
                    vec![Effect::Tell],
                );
            }
            (
                moved(state, Motion::Paused),
                vec![Effect::Flow(false), Effect::RestLater, Effect::Tell],
            )
        }
        PlayerCommand::Seek(to_ms) => seek(state, to_ms),
        PlayerCommand::SetVolume(volume) => {
            let volume = volume.clamp(0.0, 1.0);
            (
                State {
                    settings: Settings {
                        volume,
                        ..state.settings
                    },
                    ..state
                },
                vec![Effect::Gain(volume), Effect::Tell],
            )
        }
        PlayerCommand::SetSpeed(speed) => {
            relisten(state, |settings| settings.speed = speed.clamp(0.5, 3.0))
        }
        PlayerCommand::SetLanes(lanes) => relisten(state, |settings| settings.lanes = lanes),
        PlayerCommand::SetSkipSilence(skip) => {
            relisten(state, |settings| settings.skip_silence = skip)
        }
        PlayerCommand::SetSilence { silence, .. } => {
            let mut effects = vec![Effect::KnowSilence(silence)];
            if state.settings.skip_silence
                && matches!(
                    state.track,
                    Track::Loaded {
                        motion: Motion::Paused | Motion::Playing,
                        ..
                    }
                )
            {
                effects.push(Effect::Run(Place::Heard));
            }
            (state, effects)
        }
        PlayerCommand::Unload => (
            State {
                track: Track::None,
                ..state
            },
            vec![
                Effect::Flow(false),
                Effect::CloseTrack,
                Effect::RestLater,
                Effect::Tell,
            ],
        ),
        PlayerCommand::Shutdown => (
            State {
                track: Track::None,
                device: Device::Closed,
                ..state
            },
            vec![
                Effect::Flow(false),
                Effect::CloseTrack,
                Effect::CloseDevice,
                Effect::Stop,
            ],
        ),
    }
}

fn opened(state: State, duration_ms: Option<u64>) -> (State, Vec<Effect>) {
    let Track::Loading { load, at_ms, play } = state.track else {
        return (state, Vec::new());
    };
    let motion = if play {
        Motion::Playing
    } else {
        Motion::Paused
    };
    let at_ms = at_ms.min(duration_ms.unwrap_or(u64::MAX));
    let mut effects = vec![Effect::Run(Place::At(at_ms)), Effect::Flow(play)];
    effects.extend((!play).then_some(Effect::RestLater));
    effects.push(Effect::Tell);
    (
        State {
            track: Track::Loaded {
                load,
                duration_ms,
                motion,
            },
            ..state
        },
        effects,
    )
}

fn play(state: State) -> (State, Vec<Effect>) {
    if let Track::Loading { load, at_ms, .. } = state.track {
        return (
            State {
                track: Track::Loading {
                    load,
                    at_ms,
                    play: true,
                },
                ..state
            },
            vec![Effect::Tell],
        );
    }
    let mut effects = Vec::new();
    if matches!(
        state.track,
        Track::Loaded {
            motion: Motion::Ended,
            ..
        }
    ) {
        effects.push(Effect::Run(Place::At(0)));
    }
    effects.extend(device_if_not_open(&state));
    effects.extend([Effect::Flow(true), Effect::Tell]);
    (moved(state, Motion::Playing), effects)
}

fn seek(state: State, to_ms: u64) -> (State, Vec<Effect>) {
    match state.track {
        Track::Loading { load, play, .. } => (
            State {
                track: Track::Loading {
                    load,
                    at_ms: to_ms,
                    play,
                },
                ..state
            },
            vec![Effect::Tell],
        ),
        Track::Loaded {
            duration_ms,
            motion,
            ..
        } => {
            let to_ms = to_ms.min(duration_ms.unwrap_or(u64::MAX));
            // After the end, going somewhere means looking, not playing.
            let motion = if motion == Motion::Ended {
                Motion::Paused
            } else {
                motion
            };
            (
                moved(state, motion),
                vec![Effect::Run(Place::At(to_ms)), Effect::Tell],
            )
        }
        Track::None | Track::Failed { .. } => (state, Vec::new()),
    }
}

/// A setting that changes what is decoded.
fn relisten(mut state: State, change: impl FnOnce(&mut Settings)) -> (State, Vec<Effect>) {
    change(&mut state.settings);
    let running = matches!(
        state.track,
        Track::Loaded {
            motion: Motion::Paused | Motion::Playing,
            ..
        }
    );
    let effects = if running {
        vec![Effect::Run(Place::Heard), Effect::Tell]
    } else {
        vec![Effect::Tell]
    };
    (state, effects)
}

fn device_opened(state: State) -> (State, Vec<Effect>) {
    let was_missing = matches!(state.device, Device::Missing { .. });
    let mut effects = Vec::new();
    if matches!(
        state.track,
        Track::Loaded {
            motion: Motion::Paused | Motion::Playing,
            ..
        }
    ) {
        effects.extend([Effect::Run(Place::Heard), Effect::Flow(state.wants_sound())]);
    }
    if !state.wants_sound() {
        effects.push(Effect::RestLater);
    }
    if was_missing {
        effects.push(Effect::Tell);
    }
    (
        State {
            device: Device::Open,
            ..state
        },
        effects,
    )
}

fn device_if_not_open(state: &State) -> Option<Effect> {
    (state.device != Device::Open).then_some(Effect::OpenDevice)
}

fn moved(mut state: State, to: Motion) -> State {
    if let Track::Loaded { motion, .. } = &mut state.track {
        *motion = to;
    }
    state
}
