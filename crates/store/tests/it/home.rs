//! A store in a folder of its own, a clock that stands still until it is moved, and short ways to
//! make the things that are stored.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use jiff::{SignedDuration, Timestamp};
use ringback_model::{
    AccountId, Call, CallEvent, CallId, Clock, ProviderCallId, RecordingFields, RecordingId,
    RecordingKey, RecordingState, Segment, Source, Speaker, Stamp, Transcript,
};
use ringback_store::{CallRecord, NewEvent, Options, Recording, Request, Standing, Store};

/// Monday, 2026-03-02, 09:00 UTC.
pub(crate) const START: i64 = 1_772_442_000_000;

pub(crate) struct Home {
    // Dropped first: the store closes before its folder goes.
    pub(crate) store: Store,
    now: Arc<AtomicI64>,
    folder: tempfile::TempDir,
}

impl Home {
    pub(crate) fn new() -> Self {
        Self::with(Options::default())
    }

    pub(crate) fn with(options: Options) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let now = Arc::new(AtomicI64::new(START));
        let store = Store::open(&folder.path().join("ringback.db"), options, clock(&now))
            .expect("a new store opens");
        Self { store, now, folder }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("ringback.db")
    }

    /// The same file opened as another process would.
    pub(crate) fn second(&self) -> Store {
        Store::open(&self.path(), Options::default(), clock(&self.now)).expect("opens twice")
    }

    pub(crate) fn now(&self) -> Timestamp {
        at(self.now.load(Ordering::SeqCst))
    }

    pub(crate) fn pass(&self, time: SignedDuration) -> Timestamp {
        let ms = i64::try_from(time.as_millis()).expect("short");
        self.now.fetch_add(ms, Ordering::SeqCst);
        self.now()
    }
}

fn clock(now: &Arc<AtomicI64>) -> Clock {
    let now = Arc::clone(now);
    Clock::from_fn(move || at(now.load(Ordering::SeqCst)))
}

pub(crate) fn at(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).expect("in range")
}

pub(crate) fn account(name: &str) -> AccountId {
    AccountId::new(name).expect("a valid account")
}

pub(crate) fn event(key: &str) -> NewEvent {
    NewEvent {
        account: account("clinic"),
        provider: "retell".into(),
        source: Source::Webhook,
        kind: Some("call_ended".into()),
        key: key.into(),
        received_at: at(START),
        as_of: None,
        request: Request {
            method: Some("POST".into()),
            path_and_query: Some("/webhooks/clinic?x=1".into()),
            content_type: Some("application/json".into()),
            headers: vec![("user-agent".into(), "axios".into())],
        },
        body: format!("{{\"event\":\"{key}\"}}").into_bytes(),
        standing: Standing::Signed,
    }
}

/// A call that is changed by facts, as events would.
pub(crate) struct Told(pub(crate) CallRecord);

impl Told {
    pub(crate) fn new(account_name: &str, id: &str, began: i64) -> Self {
        let account = account(account_name);
        let call = ProviderCallId::new(id);
        let told = Self(CallRecord {
            id: CallId::derive(at(began), &account, &call),
            account,
            provider: "retell".into(),
            first_seen_at: at(began),
            missing: Vec::new(),
            call: Call::new(call),
        });
        told.with(|event| event.facts.started_at = Some(at(began)))
    }

    pub(crate) fn with(mut self, tell: impl FnOnce(&mut CallEvent)) -> Self {
        let call = &mut self.0.call;
        let stamp = Stamp {
            as_of: at(START),
            source: Source::Webhook,
        };
        let mut event = CallEvent::new(call.provider_call_id.clone(), stamp);
        tell(&mut event);
        call.apply(&event);
        self
    }

    pub(crate) fn said(self, lines: &[&str]) -> Self {
        let segments = lines.iter().zip(0u64..).map(|(text, n)| Segment {
            speaker: if n % 2 == 0 {
                Speaker::Agent
            } else {
                Speaker::Caller
            },
            start_ms: Some(n * 1000),
            end_ms: Some(n * 1000 + 900),
            text: (*text).into(),
            words: Vec::new(),
        });
        let transcript = Transcript {
            is_final: true,
            segments: segments.collect(),
        };
        self.with(|event| event.facts.transcript = Some(transcript))
    }

    pub(crate) fn put(&self, store: &Store) -> CallId {
        let record = self.0.clone();
        store
            .write(move |writer| writer.calls_mut().put(record))
            .expect("the call is written");
        self.0.id
    }
}

pub(crate) fn recording(call: &CallRecord, key: &str, state: RecordingState) -> Recording {
    let key = RecordingKey::new(key);
    Recording {
        id: RecordingId::derive(call.id, &key),
        call: call.id,
        account: call.account.clone(),
        key,
        state,
        channels: None,
        duration_ms: None,
        audible_ms: None,
        format: None,
        size_bytes: None,
        sha256: None,
        path: None,
        analysis_path: None,
        link: None,
        expected_since: at(START),
        landed_at: None,
        fetch_attempts: 0,
        last_error: None,
        facts: RecordingFields::default(),
    }
}

pub(crate) fn put_recording(store: &Store, recording: &Recording) {
    let recording = recording.clone();
    store
        .write(move |writer| writer.recordings_mut().put(&recording))
        .expect("the recording is written");
}
