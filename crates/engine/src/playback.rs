//! Listening: which recording is loaded, what the player says, and the record of who heard what.
//!
//! The player lives on its own thread and speaks of numbered loads. This desk knows which recording
//! and call a number stands for, forwards what the player says as news, and keeps the record.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use ringback_audio::{
    Analysis, Player, PlayerCommand, PlayerEvent, PlayerSnapshot,
    player::{Lanes, LoadNumber},
};
use ringback_model::{CallId, Clock, RecordingId};
use ringback_store::{Listen, ListenId, Store};
use tokio::sync::broadcast;

use crate::{
    EngineError,
    listening::{Line, Listening, Moment},
    news::News,
};

/// What the player is doing, with whose recording it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Playback {
    /// What the player speaks of; a load that it has not taken up yet is not meant.
    pub loaded: Option<Loaded>,
    /// What the player says.
    pub player: PlayerSnapshot,
}

/// What a load stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loaded {
    /// The load's number.
    pub load: LoadNumber,
    /// The recording.
    pub recording: RecordingId,
    /// Its call.
    pub call: CallId,
    /// The caller's channel, where it is known and there are two.
    pub caller_channel: Option<u16>,
}

/// The loads that the player may still speak of: it takes one up a moment after it was told to, and
/// speaks of the one before until then. The newest is last.
#[derive(Debug, Default)]
struct Loads(VecDeque<Loaded>);

impl Loads {
    fn add(&mut self, loaded: Loaded) {
        self.0.push_back(loaded);
    }

    fn newest(&self) -> Option<Loaded> {
        self.0.back().copied()
    }

    /// The one that the snapshot speaks of.
    fn of(&self, snapshot: &PlayerSnapshot) -> Option<Loaded> {
        let mut loads = self.0.iter().copied();
        loads.find(|loaded| Some(loaded.load) == snapshot.load)
    }

    /// The player never comes back to what was before.
    fn taken_up(&mut self, load: LoadNumber) {
        self.0.retain(|loaded| loaded.load >= load);
    }
}

/// A recording that can be played.
#[derive(Clone, Debug)]
pub(crate) struct Playable {
    pub recording: RecordingId,
    pub call: CallId,
    pub path: std::path::PathBuf,
    pub analysis: Option<Analysis>,
    pub caller_channel: Option<u16>,
}

/// The desk. The player's thread is started when somebody first wants to listen.
pub(crate) struct Desk {
    clock: Clock,
    store: Arc<Store>,
    news: broadcast::Sender<News>,
    state: Arc<Mutex<State>>,
    player: Mutex<Option<Player>>,
}

struct State {
    count: u64,
    who: String,
    loads: Loads,
    caller_only: bool,
    snapshot: Option<PlayerSnapshot>,
    listening: Listening,
    line: Option<ListenId>,
}

impl Desk {
    pub(crate) fn new(clock: Clock, store: Arc<Store>, news: broadcast::Sender<News>) -> Self {
        Self {
            clock,
            store,
            news,
            state: Arc::new(Mutex::new(State {
                count: 0,
                who: String::new(),
                loads: Loads::default(),
                caller_only: false,
                snapshot: None,
                listening: Listening::default(),
                line: None,
            })),
            player: Mutex::new(None),
        }
    }

    /// What the player is doing; `None` if nobody wanted to listen yet.
    pub(crate) fn now(&self) -> Option<Playback> {
        let state = lock(&self.state);
        let player = state.snapshot.clone()?;
        Some(Playback {
            loaded: state.loads.of(&player),
            player,
        })
    }

    /// Loads a recording; the answer comes as news with the number that is given back.
    pub(crate) fn load(
        &self,
        playable: Playable,
        at_ms: u64,
        play: bool,
        who: String,
    ) -> Result<LoadNumber, EngineError> {
        let silence = playable.analysis.map(|analysis| Arc::new(analysis.silence));
        let mut state = lock(&self.state);
        state.count += 1;
        let load = LoadNumber(state.count);
        state.who = who;
        state.loads.add(Loaded {
            load,
            recording: playable.recording,
            call: playable.call,
            caller_channel: playable.caller_channel,
        });
        let lanes = lanes(&state);
        drop(state);
        self.tell(PlayerCommand::SetLanes(lanes))?;
        self.tell(PlayerCommand::Load {
            load,
            path: playable.path,
            at_ms,
            play,
            silence,
        })?;
        Ok(load)
    }

    /// Hears only the caller's channel, or all.
    pub(crate) fn set_caller_only(&self, caller_only: bool) -> Result<(), EngineError> {
        let mut state = lock(&self.state);
        state.caller_only = caller_only;
        let lanes = lanes(&state);
        drop(state);
        self.tell(PlayerCommand::SetLanes(lanes))
    }

    /// Tells the player something. What only a loaded recording can heed wakes no player.
    pub(crate) fn tell(&self, command: PlayerCommand) -> Result<(), EngineError> {
        let mut player = lock(&self.player);
        if player.is_none() {
            if matches!(
                command,
                PlayerCommand::Play | PlayerCommand::Pause | PlayerCommand::Seek(_)
            ) {
                return Ok(());
            }
            *player = Some(self.start()?);
        }
        if let Some(player) = player.as_ref() {
            player.send(command);
        }
        Ok(())
    }

    fn start(&self) -> std::io::Result<Player> {
        let clock = self.clock.clone();
        let (state, store, news) = (self.state.clone(), self.store.clone(), self.news.clone());
        let now = self.clock.clone();
        Player::start(
            Box::new(move || clock.now().as_millisecond()),
            Box::new(move |event| {
                let PlayerEvent::Snapshot(snapshot) = event;
                let loaded = heard(&state, &store, &now, &snapshot);
                // Nobody may be looking.
                let _ = news.send(News::Player(Playback {
                    loaded,
                    player: snapshot,
                }));
            }),
        )
    }

    /// Closes the record and lets go of the device.
    pub(crate) fn close(&self) {
        *lock(&self.player) = None;
        let mut state = lock(&self.state);
        let now = self.clock.now();
        let line = state.listening.leave(now.as_millisecond());
        if let (Some(Line::Extend { to_ms }), Some(id)) = (line, state.line.take()) {
            write_reach(&self.store, id, to_ms);
        }
    }
}

fn lanes(state: &State) -> Lanes {
    let caller = state.loads.newest().and_then(|load| load.caller_channel);
    match caller.filter(|_| state.caller_only) {
        Some(channel) => Lanes::Only(channel),
        None => Lanes::All,
    }
}

/// Takes in what the player says and keeps the record.
fn heard(
    state: &Arc<Mutex<State>>,
    store: &Arc<Store>,
    clock: &Clock,
    snapshot: &PlayerSnapshot,
) -> Option<Loaded> {
    let mut held = lock(state);
    held.snapshot = Some(snapshot.clone());
    if let Some(load) = snapshot.load {
        held.loads.taken_up(load);
    }
    let loaded = held.loads.of(snapshot);
    let lines = held.listening.hear(Moment {
        load: snapshot.load.map_or(0, |load| load.0),
        position_ms: snapshot.position_ms,
        at_ms: snapshot.at_unix_ms,
        rate: snapshot.rate,
        leaps: snapshot.skip_silence,
    });
    for line in lines {
        match (line, loaded) {
            (Line::Begin { from_ms, .. }, Some(loaded)) => {
                held.line = None;
                let listen = Listen {
                    recording: loaded.recording,
                    call: loaded.call,
                    who: held.who.clone(),
                    from_ms,
                    to_ms: from_ms,
                    at: clock.now(),
                };
                let state = state.clone();
                store.write_async(
                    move |writer| writer.listens_mut().add(&listen),
                    move |result| match result {
                        Ok(id) => lock(&state).line = Some(id),
                        Err(error) => tracing::error!(%error, "a listened line is not written"),
                    },
                );
            }
            (Line::Extend { to_ms }, _) => {
                if let Some(id) = held.line {
                    write_reach(store, id, to_ms);
                }
            }
            (Line::Begin { .. }, None) => {}
        }
    }
    loaded
}

fn write_reach(store: &Store, id: ListenId, to_ms: u64) {
    store.write_async(
        move |writer| writer.listens_mut().reach(id, to_ms),
        |result| {
            if let Err(error) = result {
                tracing::error!(%error, "a listened line is not carried forward");
            }
        },
    );
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What is inside is replaced as a whole; a panic elsewhere leaves it usable.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
#[path = "playback/tests.rs"]
mod tests;
