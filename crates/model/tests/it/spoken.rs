//! What was said, told as a whole, turn by turn and as the text of a recording.

use proptest::prelude::*;
use ringback_model::{
    Call, CallEvent, CallFacts, Direction, LegId, RecordingKey, Segment, Source, Speaker,
    Transcript, Turn, Voice, When,
};

use crate::{
    events::{at, event, stamp, transcript, turn},
    pieces::{call_of, initiated, piece, text, told_pieces, transferred},
};

pub(crate) fn said(second: i64, voice: Voice, text: &str) -> Turn {
    Turn {
        when: When::SaidBy(at(second)),
        voice,
        text: text.into(),
        words: Vec::new(),
    }
}

fn line(second: i64, leg: &str, voice: fn(LegId) -> Voice, text: &str) -> CallEvent {
    piece(second, |event| {
        event.turns.push(said(second, voice(LegId::new(leg)), text));
    })
}

#[test]
fn turns_become_a_transcript_in_the_order_of_speaking() {
    let mut events = vec![
        line(17, "root", Voice::OfTheParty, "A table for two."),
        line(14, "root", Voice::ToTheParty, "Hello!"),
        line(21, "further", Voice::OfTheParty, "Kitchen here."),
    ];
    events.extend(transferred());
    let call = call_of(&events);
    let told = call.transcript().expect("a transcript");
    let lines: Vec<_> = told
        .segments
        .iter()
        .map(|segment| {
            (
                segment.speaker.clone(),
                segment.end_ms,
                segment.text.as_str(),
            )
        })
        .collect();
    assert_eq!(
        lines,
        [
            (Speaker::Agent, Some(2_000), "Hello!"),
            (Speaker::Caller, Some(5_000), "A table for two."),
            (Speaker::Agent, Some(9_000), "Kitchen here."),
        ]
    );
    assert!(!told.is_final, "nobody says that these are all");
}

#[test]
fn the_telling_with_both_voices_counts_most() {
    let text = piece(40, |event| {
        let told = (
            RecordingKey::new("r1"),
            "Hello! A table for two.".to_owned(),
        );
        event.pieces.transcriptions.push(told);
    });
    let one_sided = line(17, "root", Voice::OfTheParty, "A table for two.");
    let first = |call: Call| {
        let told = call.transcript().expect("a transcript");
        told.segments[0].text.clone()
    };
    let begin = initiated(10, "root", Direction::Inbound, "a", "b");
    let events = [begin, one_sided, text];
    assert_eq!(first(call_of(&events[..2])), "A table for two.");
    assert_eq!(first(call_of(&events)), "Hello! A table for two.");
    let mut both = events.to_vec();
    both.push(line(14, "root", Voice::ToTheParty, "Hello!"));
    assert_eq!(first(call_of(&both)), "Hello!");
    let mut whole = events.to_vec();
    whole.push(event(
        stamp(41, Source::Webhook),
        CallFacts {
            transcript: Some(transcript(true, "Hi")),
            ..CallFacts::default()
        },
    ));
    assert_eq!(first(call_of(&whole)), "Hi");
}

#[test]
fn a_whole_telling_that_knows_when_stands_against_the_same_in_turns() {
    let said = |start_ms| {
        let segment = |speaker, text: &str| Segment {
            speaker,
            start_ms,
            end_ms: None,
            text: text.into(),
            words: Vec::new(),
        };
        let whole = Transcript {
            is_final: false,
            segments: vec![
                segment(Speaker::Agent, "Hello there!"),
                segment(Speaker::Caller, "A table for two, please."),
            ],
        };
        let facts = CallFacts {
            transcript: Some(whole),
            ..CallFacts::default()
        };
        event(stamp(30, Source::Webhook), facts)
    };
    let lines = [
        line(14, "desk", Voice::OfTheParty, "Hello!"),
        line(17, "desk", Voice::ToTheParty, "A table for two."),
    ];
    let told = |events: &[CallEvent]| {
        let call = call_of(events);
        let told = call.transcript().expect("a transcript");
        let pair = |segment: &Segment| (segment.speaker.clone(), segment.text.clone());
        told.segments.iter().map(pair).collect::<Vec<_>>()
    };
    let pairs = |agent: &str, caller: &str| {
        let (agent, caller) = (agent.to_owned(), caller.to_owned());
        vec![(Speaker::Agent, agent), (Speaker::Caller, caller)]
    };
    let in_lines = pairs("Hello!", "A table for two.");
    assert_eq!(told(&lines), in_lines, "no leg is the root of this call");
    let [first, second] = lines;
    assert_eq!(told(&[first.clone(), said(None), second.clone()]), in_lines);
    assert_eq!(
        told(&[first, said(Some(400)), second]),
        pairs("Hello there!", "A table for two, please.")
    );
}

#[test]
fn turns_of_known_speakers_keep_their_times_and_words() {
    let told = |start_ms, text| piece(9, |event| event.turns.push(turn(start_ms, text).into()));
    let call = call_of(&[told(900, "Yes?"), told(0, "Hello"), told(900, "Yes?")]);
    let expected = [turn(0, "Hello"), turn(900, "Yes?")];
    assert_eq!(call.transcript().expect("a transcript").segments, expected);
}

#[test]
fn a_change_that_nobody_sees_is_kept_all_the_same() {
    let mut call = call_of(&[
        line(14, "root", Voice::ToTheParty, "Hello!"),
        line(17, "root", Voice::OfTheParty, "A table for two."),
    ]);
    let whole = CallFacts {
        transcript: Some(transcript(false, "Hello")),
        ..CallFacts::default()
    };
    let changes = call.apply(&event(stamp(20, Source::Webhook), whole));
    assert_eq!((changes.fields, changes.pieces), (vec![], true));
}

proptest! {
    #[test]
    fn beside_a_final_transcript_there_are_no_turns_and_it_is_what_was_said(
        events in prop::collection::vec(told_pieces(), 1..8)
    ) {
        let call: Call = call_of(&events);
        let whole = call.fields.transcript.as_ref().map(|told| &told.value);
        if let Some(whole) = whole.filter(|whole| whole.is_final) {
            prop_assert!(call.turns.is_empty());
            let said = call.transcript();
            prop_assert_eq!(said.as_deref(), Some(whole));
        } else {
            let told: usize = events.iter().map(|event| event.turns.len()).sum();
            prop_assert!(told == 0 || call.transcript().is_some(), "{}", text(&call));
        }
    }
}
