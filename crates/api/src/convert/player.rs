//! The player.

use ringback_engine::{
    Playback,
    audio::player::{DeviceState, Lanes, Phase},
};

use crate::{
    ErrorCode, ErrorJson,
    dto::{PlayerPhase, PlayerState},
};

/// The player's state; of a player that nobody used yet, an idle one.
pub(crate) fn playback_json(playback: Option<Playback>) -> PlayerState {
    let Some(Playback { loaded, player }) = playback else {
        return idle();
    };
    let error = match (&player.phase, &player.device) {
        (Phase::Failed(failure), _) => {
            Some(ErrorJson::new(ErrorCode::Damaged, failure.message.clone()))
        }
        (_, DeviceState::Missing { message }) => {
            Some(ErrorJson::new(ErrorCode::NoDevice, message.clone()))
        }
        _ => None,
    };
    #[expect(clippy::cast_possible_truncation, reason = "a rate is a small number")]
    PlayerState {
        load: player.load.map_or(0, |load| load.0),
        recording: loaded.map(|loaded| loaded.recording.to_string()),
        call: loaded.map(|loaded| loaded.call.to_string()),
        phase: match player.phase {
            Phase::Idle => PlayerPhase::Idle,
            Phase::Loading => PlayerPhase::Loading,
            Phase::Paused => PlayerPhase::Paused,
            Phase::Playing => PlayerPhase::Playing,
            Phase::Ended => PlayerPhase::Ended,
            Phase::Failed(_) => PlayerPhase::Failed,
        },
        wants_play: player.wants_play,
        error,
        position_ms: player.position_ms,
        at: player.at_unix_ms,
        rate: player.rate as f32,
        duration_ms: player.duration_ms,
        volume: player.volume,
        speed: player.speed,
        skip_silence: player.skip_silence,
        caller_only: matches!(player.lanes, Lanes::Only(_)),
        device: matches!(player.device, DeviceState::Ready),
    }
}

fn idle() -> PlayerState {
    PlayerState {
        load: 0,
        recording: None,
        call: None,
        phase: PlayerPhase::Idle,
        wants_play: false,
        error: None,
        position_ms: 0,
        at: 0,
        rate: 0.0,
        duration_ms: None,
        volume: 1.0,
        speed: 1.0,
        skip_silence: false,
        caller_only: false,
        device: true,
    }
}
