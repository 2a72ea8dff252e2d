//! Listening.

use ringback_engine::audio::PlayerCommand;
use ringback_model::RecordingId;

use super::{Answer, read_settings};
use crate::{Api, ErrorCode, ErrorJson, convert::playback_json as state, dto::*};

/// The widest waveform.
const MOST_COLUMNS: u32 = 8192;

pub(crate) async fn player_state(api: &Api, _: Nothing) -> Answer<PlayerState> {
    Ok(state(api.engine.playback()))
}

pub(crate) async fn player_load(api: &Api, args: LoadArgs) -> Answer<PlayerState> {
    let id = recording(&args.id)?;
    let who = read_settings(&api.engine)?
        .listener
        .unwrap_or_else(listener);
    api.engine.load(id, args.at_ms, args.play, who)?;
    Ok(state(api.engine.playback()))
}

/// The name of the system's user.
pub(super) fn listener() -> String {
    ["USER", "LOGNAME", "USERNAME"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok().filter(|who| !who.is_empty()))
        .unwrap_or_else(|| "unknown".into())
}

pub(crate) async fn player_play(api: &Api, _: Nothing) -> Answer<Nothing> {
    tell(api, PlayerCommand::Play)
}

pub(crate) async fn player_pause(api: &Api, _: Nothing) -> Answer<Nothing> {
    tell(api, PlayerCommand::Pause)
}

pub(crate) async fn player_seek(api: &Api, args: SeekArgs) -> Answer<Nothing> {
    tell(api, PlayerCommand::Seek(args.ms))
}

pub(crate) async fn player_set(api: &Api, settings: PlayerSettings) -> Answer<Nothing> {
    if let Some(volume) = settings.volume {
        tell(api, PlayerCommand::SetVolume(volume))?;
    }
    if let Some(speed) = settings.speed {
        tell(api, PlayerCommand::SetSpeed(speed))?;
    }
    if let Some(skip) = settings.skip_silence {
        tell(api, PlayerCommand::SetSkipSilence(skip))?;
    }
    if let Some(caller_only) = settings.caller_only {
        api.engine.hear_caller_only(caller_only)?;
    }
    Ok(Nothing {})
}

fn tell(api: &Api, command: PlayerCommand) -> Answer<Nothing> {
    api.engine.player(command)?;
    Ok(Nothing {})
}

pub(crate) async fn recordings_retry(api: &Api, args: RecordingRef) -> Answer<Nothing> {
    api.engine.retry_recording(recording(&args.id)?).await?;
    Ok(Nothing {})
}

pub(crate) async fn recordings_reveal(api: &Api, args: RecordingRef) -> Answer<Nothing> {
    let file = api.engine.file_of(recording(&args.id)?)?;
    api.shell.reveal(&file).map(|()| Nothing {})
}

/// Bytes as [`PeaksArgs`] describes them.
pub(crate) async fn recordings_peaks(api: &Api, args: PeaksArgs) -> Answer<Vec<u8>> {
    if !(1..=MOST_COLUMNS).contains(&args.columns) {
        let message = format!("columns have to be 1 to {MOST_COLUMNS}");
        return Err(ErrorJson::new(ErrorCode::BadRequest, message));
    }
    let id = recording(&args.id)?;
    let engine = api.engine.clone();
    // A lost waveform is computed again, which takes a moment.
    let drawn = tokio::task::spawn_blocking(move || engine.waveform(id, args.columns as usize))
        .await
        .map_err(|_| ErrorJson::new(ErrorCode::Internal, "the waveform could not be computed"))??;
    let channels = u32::try_from(drawn.channels).unwrap_or(0);
    let duration = u32::try_from(drawn.duration_ms).unwrap_or(u32::MAX);
    let mut bytes = Vec::with_capacity(12 + drawn.bytes.len());
    for number in [channels, args.columns, duration] {
        bytes.extend_from_slice(&number.to_le_bytes());
    }
    bytes.extend_from_slice(&drawn.bytes);
    Ok(bytes)
}

fn recording(id: &str) -> Result<RecordingId, ErrorJson> {
    id.parse()
        .map_err(|_| ErrorJson::new(ErrorCode::NotFound, "there is no recording with this id"))
}
