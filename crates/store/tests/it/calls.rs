//! Single calls: what is put is what comes back.

use jiff::SignedDuration;
use ringback_model::{
    Agent, CallId, Cost, Field, LegFacts, LegId, Link, ProviderCallId, Reason, RecordingState,
    Segment, Speaker, Status, Turn,
};
use ringback_store::{CallFilter, CallRow, RecordingSummary, RecordingWord, StoreError};

use crate::home::{Home, START, Told, account, at, put_recording, recording};

fn rich() -> Told {
    Told::new("clinic", "call_1", START)
        .said(&["Hello, how can I help?", "I need an appointment."])
        .with(|event| {
            event.facts.status = Some(Status::Ended);
            event.facts.ended_at = Some(at(START + 61_000));
            event.facts.from = Some("+15550100".into());
            event.facts.agent = Some(Agent {
                id: Some("agent_1".into()),
                name: Some("Desk".into()),
            });
            event.facts.cost = Some(Cost {
                amount: "0.05218".parse().expect("a decimal"),
                currency: "USD".into(),
                provisional: true,
                parts: Vec::new(),
            });
            event.legs.push((LegId::new("leg_2"), LegFacts::default()));
        })
}

#[test]
fn a_call_comes_back_whole_and_light_without_its_transcript() {
    let home = Home::new();
    let mut call = rich();
    call.0.missing = vec![Field::Summary, Field::Recording];
    let id = call.put(&home.store);
    let read = home
        .store
        .read(|reader| reader.calls().by_id(id))
        .expect("reads");
    assert_eq!(read.as_ref(), Some(&call.0));
    let provider_id = ProviderCallId::new("call_1");
    let same = home.store.read(|reader| {
        reader
            .calls()
            .by_provider_id(&account("clinic"), &provider_id)
    });
    assert_eq!(same, Ok(read));

    let mut light = call.0.clone();
    light.call.fields.transcript = None;
    assert_eq!(
        home.store.read(|reader| reader.calls().light(id)),
        Ok(Some(light))
    );
}

#[test]
fn turns_told_one_by_one_are_kept_apart_too_until_the_transcript_takes_their_place() {
    let home = Home::new();
    let turn = |start_ms, text: &str| {
        Turn::from(Segment {
            speaker: Speaker::Named("Ada".into()),
            start_ms: Some(start_ms),
            end_ms: None,
            text: text.into(),
            words: Vec::new(),
        })
    };
    let read = |id| {
        home.store
            .read(|reader| reader.calls().by_id(id))
            .expect("reads")
            .expect("there")
    };
    let call =
        Told::new("clinic", "call_1", START).with(|event| event.turns.push(turn(0, "Hello")));
    let id = call.put(&home.store);
    assert_eq!(read(id), call.0);
    let light = home
        .store
        .read(|reader| reader.calls().light(id))
        .expect("reads")
        .expect("there");
    assert!(light.call.turns.is_empty());
    home.store
        .write(move |writer| writer.calls_mut().put(light))
        .expect("the call is written");
    assert_eq!(read(id), call.0, "nothing said takes nothing back");

    let more = call.with(|event| event.turns.push(turn(900, "Yes?")));
    more.put(&home.store);
    let words = read(id).call.transcript().expect("told").into_owned();
    assert_eq!((words.segments.len(), words.is_final), (2, false));

    let whole = more.said(&["Hello", "Yes?", "Goodbye"]);
    whole.put(&home.store);
    let stored = read(id);
    assert_eq!(stored, whole.0);
    assert!(stored.call.turns.is_empty());
    assert_eq!(stored.call.transcript().expect("told").segments.len(), 3);
}

#[test]
fn a_line_of_the_list_shows_the_call_in_columns() {
    let home = Home::new();
    let id = rich().put(&home.store);
    let row = home
        .store
        .read(|reader| reader.calls().row(id))
        .expect("reads")
        .expect("there");
    assert_eq!(row.status, Status::Ended);
    assert_eq!(
        row.duration_ms,
        Some(61_000),
        "from start to end while the provider tells none"
    );
    assert_eq!(row.agent.as_deref(), Some("Desk"));
    assert_eq!(row.from.as_deref(), Some("+15550100"));
    assert_eq!(
        row.cost.map(|cost| (cost.micros, cost.currency)),
        Some((52_180, "USD".into()))
    );
    assert!(row.has_transcript);
    assert_eq!(row.recording, None);
    assert_eq!(row.successful, None, "not told is not false");
    assert_eq!(row.rev, 1);
}

#[test]
fn a_later_report_without_the_transcript_loaded_does_not_lose_it() {
    let home = Home::new();
    let id = rich().put(&home.store);
    let light = home
        .store
        .read(|reader| reader.calls().light(id))
        .expect("reads");
    let light =
        Told(light.expect("there")).with(|event| event.facts.summary = Some("Short".into()));
    light.put(&home.store);
    let read = home
        .store
        .read(|reader| reader.calls().by_id(id))
        .expect("reads")
        .expect("there");
    assert!(read.call.fields.transcript.is_some());
    assert!(read.call.fields.summary.is_some());
    let row = home
        .store
        .read(|reader| reader.calls().row(id))
        .expect("reads")
        .expect("there");
    assert_eq!((row.has_transcript, row.rev), (true, 2));
}

#[test]
fn a_call_is_found_by_any_name_it_has() {
    let home = Home::new();
    let id = rich().put(&home.store);
    let other = Told::new("shop", "call_1", START + 1).put(&home.store);
    let named = |text: &str| {
        home.store
            .read(|reader| reader.calls().named(text))
            .expect("reads")
    };
    assert_eq!(named(&id.to_string()), [id]);
    assert_eq!(named("leg_2"), [id]);
    let mut both = named("call_1");
    both.sort();
    assert_eq!(both, [id, other]);
    assert_eq!(named("call_2"), []);
    let of_leg = |leg: &str| {
        let leg = LegId::new(leg);
        home.store
            .read(|reader| reader.calls().id_of_leg(&account("clinic"), &leg))
    };
    assert_eq!(of_leg("leg_2"), Ok(Some(id)));
    assert_eq!(
        of_leg("call_1"),
        Ok(Some(id)),
        "the root leg is the call itself"
    );
    assert_eq!(of_leg("leg_3"), Ok(None));
}

#[test]
fn a_call_does_not_get_a_second_id() {
    let home = Home::new();
    rich().put(&home.store);
    let mut twin = Told::new("clinic", "call_1", START + 5);
    twin.0.first_seen_at = at(START + 5);
    let put = home
        .store
        .write(move |writer| writer.calls_mut().put(twin.0));
    assert!(matches!(put, Err(StoreError::Broken(_))));
}

#[test]
fn the_list_shows_the_recording_that_is_furthest() {
    let home = Home::new();
    let call = rich();
    let id = call.put(&home.store);
    let summary = || row(&home, id).recording.expect("there are recordings");
    let absent = recording(&call.0, "RE1", RecordingState::Absent(Reason::TooShort));
    put_recording(&home.store, &absent);
    let mut second = recording(&call.0, "RE2", RecordingState::Available(Reason::Queued));
    second.link = Some(link(START + 600_000));
    put_recording(&home.store, &second);
    let coming = RecordingSummary {
        id: second.id,
        state: second.state,
        link_expires_at: Some(at(START + 600_000)),
        count: 2,
    };
    assert_eq!(summary(), coming);

    let before = row(&home, id).rev;
    second.link = Some(link(START + 900_000));
    put_recording(&home.store, &second);
    let renewed = RecordingSummary {
        link_expires_at: Some(at(START + 900_000)),
        ..coming
    };
    assert_eq!(summary(), renewed);
    assert!(row(&home, id).rev > before, "the countdown starts over");

    second.state = RecordingState::Ready;
    second.path = Some("clinic/2026-03-02/call_1_RE2.wav".into());
    put_recording(&home.store, &second);
    let ready = RecordingSummary {
        state: RecordingState::Ready,
        link_expires_at: None,
        ..coming
    };
    assert_eq!(summary(), ready, "a link that is not needed any more");
    // Putting the call again leaves what is known of its recordings alone.
    call.put(&home.store);
    assert_eq!(summary(), ready);
}

#[test]
fn of_recordings_that_are_equally_far_the_first_by_key_is_played_first() {
    let home = Home::new();
    let call = rich();
    let id = call.put(&home.store);
    let [one, two] = ["RE1", "RE2"]
        .map(|key| recording(&call.0, key, RecordingState::Expected(Reason::Processing)));
    put_recording(&home.store, &two);
    put_recording(&home.store, &one);
    let summary = row(&home, id).recording.expect("there are recordings");
    assert_eq!((summary.id, summary.count), (one.id, 2));
}

#[test]
fn a_line_is_what_was_said_last_and_afterwards_the_summary() {
    let home = Home::new();
    let live = Told::new("clinic", "call_9", START)
        .with(|event| event.facts.status = Some(Status::Ongoing))
        .with(|event| event.facts.summary = Some("A summary that comes too early".into()));
    let id = live.put(&home.store);
    let line = || row(&home, id).line;
    assert_eq!(line(), None, "nothing was said yet");

    let live = live.said(&["Good morning.", "Is anybody there?"]);
    live.put(&home.store);
    assert_eq!(line().as_deref(), Some("Is anybody there?"));

    let mut light = live.0.clone();
    light.call.fields.transcript = None;
    Told(light).put(&home.store);
    assert_eq!(
        line().as_deref(),
        Some("Is anybody there?"),
        "writing a call without its transcript takes nothing back"
    );

    let over = live.with(|event| event.facts.status = Some(Status::Ended));
    over.put(&home.store);
    assert_eq!(line().as_deref(), Some("A summary that comes too early"));
    let long = "\u{e4}".repeat(500);
    let told = long.clone();
    let corrected = over.with(|event| {
        event.stamp.as_of = at(START + 1000);
        event.facts.summary = Some(told);
    });
    corrected.put(&home.store);
    assert_eq!(line(), Some(long.chars().take(160).collect()));
}

fn row(home: &Home, id: CallId) -> CallRow {
    home.store
        .read(|reader| reader.calls().row(id))
        .expect("reads")
        .expect("there")
}

fn link(expires_at: i64) -> Link {
    Link {
        url: serde_json::from_str("\"https://cdn.example/a.wav?sig=1\"").expect("a link"),
        expires_at: Some(at(expires_at)),
    }
}

#[test]
fn a_recording_comes_back_whole_and_forgets_its_link_when_it_has_landed() {
    let home = Home::new();
    let call = rich();
    let id = call.put(&home.store);
    let mut one = recording(&call.0, "RE1", RecordingState::Available(Reason::Queued));
    let url: ringback_model::SecretUrl =
        serde_json::from_str("\"https://cdn.example/a.wav?sig=1\"").expect("a link");
    one.link = Some(ringback_model::Link {
        url,
        expires_at: Some(at(START + 600_000)),
    });
    one.last_error = Some("network".into());
    one.fetch_attempts = 2;
    put_recording(&home.store, &one);
    let read = || {
        home.store
            .read(|reader| reader.recordings().by_id(one.id))
            .expect("reads")
    };
    assert_eq!(read().as_ref(), Some(&one));
    let expiring = |before| {
        home.store
            .read(|reader| reader.recordings().expiring(at(before), 9))
    };
    assert_eq!(expiring(START + 600_001), Ok(vec![one.clone()]));
    assert_eq!(expiring(START + 600_000), Ok(vec![]));

    let mut landed = one.clone();
    landed.state = RecordingState::Ready;
    landed.path = Some("clinic/2026-03-02/call_1.wav".into());
    landed.channels = Some(2);
    landed.duration_ms = Some(61_000);
    landed.size_bytes = Some(992_044);
    landed.sha256 = Some("00".repeat(32));
    landed.format = Some("wav".into());
    landed.landed_at = Some(at(START + 70_000));
    put_recording(&home.store, &landed);
    landed.link = None;
    assert_eq!(read().as_ref(), Some(&landed));
    assert_eq!(expiring(i64::from(i32::MAX) * 1000), Ok(vec![]));

    let by_path = |path: &str| home.store.read(|reader| reader.recordings().by_path(path));
    assert_eq!(
        by_path("clinic/2026-03-02/call_1.wav"),
        Ok(Some(landed.clone()))
    );
    assert_eq!(
        home.store.read(|reader| reader.recordings().of_call(id)),
        Ok(vec![landed.clone()])
    );
    let ready = |after| {
        home.store
            .read(move |reader| reader.recordings().in_state(RecordingWord::Ready, after, 9))
    };
    assert_eq!(ready(None), Ok(vec![landed.clone()]));
    assert_eq!(ready(Some(landed.id)), Ok(vec![]));
}

#[test]
fn a_recording_needs_its_call() {
    let home = Home::new();
    let call = rich();
    let one = recording(&call.0, "", RecordingState::Ready);
    let put = home
        .store
        .write(move |writer| writer.recordings_mut().put(&one));
    assert!(matches!(put, Err(StoreError::Broken(_))));
}

#[test]
fn what_is_missing_can_be_looked_for_by_when_a_call_ended() {
    let home = Home::new();
    let mut ids = Vec::new();
    for n in 0..6i64 {
        let mut call = Told::new("clinic", &format!("call_{n}"), START + n)
            .with(|event| event.facts.ended_at = Some(at(START + n * 1000)));
        if n % 2 == 0 {
            call.0.missing = vec![Field::Transcript];
        }
        ids.push(call.put(&home.store));
    }
    let within = |from, until| {
        let found = home
            .store
            .read(|reader| reader.calls().ended_with_missing(at(from), at(until)))
            .expect("reads");
        found
            .into_iter()
            .map(|record| record.id)
            .collect::<Vec<_>>()
    };
    assert_eq!(within(START, START + 4000), [ids[0], ids[2]]);
    home.pass(SignedDuration::from_secs(1));
    let gone = ids[2];
    home.store
        .write(move |writer| writer.calls_mut().set_missing(gone, &[]))
        .expect("written");
    assert_eq!(within(START, START + 4000), [ids[0]]);
    let filter = CallFilter {
        has_missing: true,
        ..CallFilter::default()
    };
    let page = home
        .store
        .read(|reader| reader.calls().page(&filter, None, 10))
        .expect("reads");
    assert_eq!(
        page.rows.iter().map(|row| row.id).collect::<Vec<_>>(),
        [ids[4], ids[0]]
    );
}

#[test]
fn a_call_leaves_the_board_when_it_has_ended() {
    let home = Home::new();
    let ongoing = || {
        let records = home
            .store
            .read(|reader| reader.calls().ongoing())
            .expect("reads");
        records
            .into_iter()
            .map(|record| record.id)
            .collect::<Vec<_>>()
    };
    let one = Told::new("clinic", "call_1", START)
        .with(|event| event.facts.status = Some(Status::Ringing));
    let two = Told::new("clinic", "call_2", START + 1)
        .with(|event| event.facts.status = Some(Status::Ongoing));
    let (first, second) = (one.put(&home.store), two.put(&home.store));
    assert_eq!(ongoing(), [second, first]);
    one.with(|event| event.facts.status = Some(Status::Ended))
        .put(&home.store);
    assert_eq!(ongoing(), [second]);
}
