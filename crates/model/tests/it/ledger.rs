//! The completeness ledger: marks, sums, and what "complete through" means.

use jiff::Timestamp;
use proptest::prelude::*;
use ringback_model::{
    Asking, Call, CallFacts, Evidence, Field, HoleClass, HoleReason, Mark, Marks, ProviderCallId,
    Reason, RecordingState, Source, Status, StoragePolicy, Tally, Thing, complete_through, missing,
};

use crate::events::{event, stamp, transcript};

fn call(facts: CallFacts) -> Call {
    let mut call = Call::new(ProviderCallId::new("call_1"));
    call.apply(&event(stamp(1, Source::Snapshot), facts));
    call
}

fn ended() -> CallFacts {
    CallFacts {
        status: Some(Status::Ended),
        ..CallFacts::default()
    }
}

/// What a provider with everything expects.
const ALL: [Field; 5] = [
    Field::EndedAt,
    Field::Recording,
    Field::Transcript,
    Field::Summary,
    Field::Cost,
];

fn marks(call: &Call, expected: &[Field], states: &[RecordingState], asking: Asking) -> Marks {
    let missing = missing(call, expected, states);
    Evidence {
        call,
        missing: &missing,
        recordings: states,
        asking,
        is_only_listed: false,
    }
    .marks()
}

#[test]
fn a_call_that_goes_on_is_held_and_nothing_else_is_expected_of_it_yet() {
    let call = call(CallFacts {
        status: Some(Status::Ongoing),
        transcript: Some(transcript(false, "Hi")),
        ..CallFacts::default()
    });
    let found = marks(
        &call,
        &[],
        &[RecordingState::Expected(Reason::Processing)],
        Asking::Never,
    );
    assert_eq!(found.to_string(), "+----");
}

#[test]
fn what_asking_has_to_bring_says_how_it_stands_with_asking() {
    let table = [
        (Asking::Pending(None), HoleReason::NotDue),
        (
            Asking::Pending(Some(HoleReason::Network)),
            HoleReason::Network,
        ),
        (
            Asking::Pending(Some(HoleReason::NotFound)),
            HoleReason::NotDue,
        ),
        (Asking::Over(HoleReason::NotFound), HoleReason::NotFound),
        (Asking::Never, HoleReason::NeverAsked),
        (Asking::Cannot, HoleReason::CannotBeAsked),
    ];
    for (asking, reason) in table {
        let found = marks(&call(ended()), &ALL, &[], asking);
        for thing in Thing::ALL {
            assert_eq!(found.of(thing), Mark::Hole(reason), "{thing:?}: {asking:?}");
        }
    }
}

#[test]
fn what_the_provider_does_not_make_is_not_expected_and_what_it_tells_all_the_same_is_held() {
    let bare = call(ended());
    assert_eq!(marks(&bare, &[], &[], Asking::Never).to_string(), "+----");
    let told = call(CallFacts {
        sentiment: Some("positive".into()),
        transcript: Some(transcript(true, "Hi")),
        ..ended()
    });
    assert_eq!(marks(&told, &[], &[], Asking::Never).to_string(), "+-++-");
}

#[test]
fn a_recording_stands_as_its_worst_sound_does() {
    use RecordingState as State;
    let call = call(ended());
    let table: [(&[State], Mark); 9] = [
        (&[State::Ready], Mark::Held),
        (&[State::Ready, State::Absent(Reason::TooShort)], Mark::Held),
        (
            &[State::Ready, State::Failed(Reason::Network)],
            Mark::Hole(HoleReason::Network),
        ),
        (
            &[State::Expired(Reason::Retention), State::Downloading],
            Mark::Hole(HoleReason::NotDue),
        ),
        (
            &[State::Absent(Reason::Silent)],
            Mark::Hole(HoleReason::Silent),
        ),
        (
            &[State::Withheld(Reason::Encrypted)],
            Mark::Hole(HoleReason::Encrypted),
        ),
        (
            &[State::Available(Reason::FileMissing)],
            Mark::Hole(HoleReason::FileMissing),
        ),
        (
            &[State::Failed(Reason::NotFound)],
            Mark::Hole(HoleReason::NotFound),
        ),
        (
            &[State::Deleted(Reason::DeletedAtProvider)],
            Mark::Hole(HoleReason::DeletedAtProvider),
        ),
    ];
    for (states, mark) in table {
        let found = marks(&call, &[Field::Recording], states, Asking::Never);
        assert_eq!(found.of(Thing::Recording), mark, "{states:?}");
    }
    let nobody = CallFacts {
        status: Some(Status::NotConnected),
        ..CallFacts::default()
    };
    let absent = [State::Absent(Reason::NotConnected)];
    let found = marks(&self::call(nobody), &[], &absent, Asking::Never);
    assert_eq!(found.of(Thing::Recording), Mark::NotExpected);
}

#[test]
fn a_recording_of_which_nobody_can_be_asked_is_not_said_to_be_on_its_way() {
    let states = [RecordingState::Expected(Reason::Processing)];
    let found = marks(&call(ended()), &[Field::Recording], &states, Asking::Cannot);
    assert_eq!(
        found.of(Thing::Recording),
        Mark::Hole(HoleReason::CannotBeAsked)
    );
}

#[test]
fn what_a_policy_keeps_back_is_a_hole_with_that_reason() {
    let call = call(CallFacts {
        storage_policy: Some(StoragePolicy::BasicsOnly),
        ..ended()
    });
    assert_eq!(marks(&call, &[], &[], Asking::Never).to_string(), "+ee--");
    let states = [RecordingState::Withheld(Reason::Policy)];
    assert_eq!(
        marks(&call, &[], &states, Asking::Never).to_string(),
        "+ee--"
    );
}

#[test]
fn a_call_that_only_a_list_showed_or_only_a_recording_told_of_is_no_record() {
    let listed = call(ended());
    let found = Evidence {
        call: &listed,
        missing: &[],
        recordings: &[],
        asking: Asking::Over(HoleReason::NotFound),
        is_only_listed: true,
    };
    assert_eq!(
        found.marks().of(Thing::Record),
        Mark::Hole(HoleReason::NotFound)
    );
    let unnamed = call(CallFacts::default());
    let found = marks(&unnamed, &[], &[], Asking::Pending(None));
    assert_eq!(found.of(Thing::Record), Mark::Hole(HoleReason::NotDue));
}

#[test]
fn words_and_letters_of_the_reasons_are_told_apart_and_come_back() {
    let mut seen = std::collections::BTreeSet::new();
    for reason in HoleReason::ALL {
        assert_eq!(reason.as_str().parse(), Ok(*reason));
        let json = serde_json::to_value(reason).expect("a word");
        assert_eq!(json, reason.as_str());
        let marks = Marks::unknown(*reason);
        assert!(
            seen.insert(marks.to_string()),
            "{reason:?} has a letter of its own"
        );
        assert_eq!(marks.to_string().parse(), Ok(marks));
    }
    for text in ["", "++++", "++++++", "++++!"] {
        assert!(text.parse::<Marks>().is_err(), "{text}");
    }
    let classes: Vec<bool> = [HoleClass::NotDue, HoleClass::Failed, HoleClass::NeverAsked]
        .map(HoleClass::is_excused)
        .into();
    assert_eq!(classes, [false; 3]);
}

#[test]
fn complete_through_is_the_earlier_of_the_walk_and_of_what_is_open() {
    let at = |second| Timestamp::from_second(second).expect("in range");
    let table = [
        (None, None, None),
        (None, Some(5), None),
        (Some(10), None, Some(10)),
        (Some(10), Some(5), Some(5)),
        (Some(10), Some(15), Some(10)),
    ];
    for (walked, blocked, through) in table {
        assert_eq!(
            complete_through(walked.map(at), blocked.map(at)),
            through.map(at),
            "{walked:?} {blocked:?}"
        );
    }
}

fn any_marks() -> impl Strategy<Value = Marks> {
    let mark = prop_oneof![
        2 => Just(Mark::NotExpected),
        4 => Just(Mark::Held),
        2 => (0..HoleReason::ALL.len()).prop_map(|n| Mark::Hole(HoleReason::ALL[n])),
    ];
    prop::collection::vec(mark, 5)
        .prop_map(|marks| Marks::new([marks[0], marks[1], marks[2], marks[3], marks[4]]))
}

fn any_state() -> impl Strategy<Value = RecordingState> {
    let reason = prop_oneof![
        Just(Reason::Processing),
        Just(Reason::Queued),
        Just(Reason::TooShort),
        Just(Reason::Policy),
        Just(Reason::LinkExpired),
        Just(Reason::NotFound),
        Just(Reason::Network),
        Just(Reason::FileMissing),
    ];
    (0..9, reason).prop_map(|(kind, reason)| match kind {
        0 => RecordingState::Expected(reason),
        1 => RecordingState::Available(reason),
        2 => RecordingState::Downloading,
        3 => RecordingState::Absent(reason),
        4 => RecordingState::Failed(reason),
        5 => RecordingState::Expired(reason),
        6 => RecordingState::Withheld(reason),
        7 => RecordingState::Deleted(reason),
        _ => RecordingState::Ready,
    })
}

proptest! {
    #[test]
    fn marks_come_back_from_their_text(marks in any_marks()) {
        prop_assert_eq!(marks.to_string().parse::<Marks>(), Ok(marks));
    }

    #[test]
    fn the_days_add_up_to_the_total_in_any_order(
        calls in prop::collection::vec((0..5usize, any_marks(), 1..4u64), 0..40),
        seed in any::<u64>(),
    ) {
        let mut total = Tally::default();
        let mut days = vec![Tally::default(); 5];
        for (day, marks, n) in &calls {
            days[*day].add(marks, *n);
            total.add(marks, *n);
        }
        let mut sum = Tally::default();
        // Another order of the days, and of the calls.
        days.rotate_left((seed % 5) as usize);
        for day in &days {
            sum.join(day);
        }
        prop_assert_eq!(&sum, &total);
        let mut backwards = Tally::default();
        for (_, marks, n) in calls.iter().rev() {
            for _ in 0..*n {
                backwards.add(marks, 1);
            }
        }
        prop_assert_eq!(&backwards, &total);
        prop_assert_eq!(total.expected(), total.held() + total.open() + total.excused());
        let holes: u64 = total.holes().map(|(_, _, n)| n).sum();
        prop_assert_eq!(holes, total.open() + total.excused());
        prop_assert_eq!(total.calls, calls.iter().map(|(_, _, n)| n).sum::<u64>());
    }

    #[test]
    fn nothing_is_missing_without_a_hole_and_there_is_no_hole_without_a_reason(
        states in prop::collection::vec(any_state(), 0..4),
        told in prop::collection::vec(any::<bool>(), 4),
        expects in prop::collection::vec(any::<bool>(), 5),
        terminal in 0..3usize,
        is_only_listed in any::<bool>(),
    ) {
        let status = [Status::Ended, Status::NotConnected, Status::Failed][terminal];
        let call = call(CallFacts {
            status: Some(status),
            ended_at: told[0].then_some(Timestamp::UNIX_EPOCH),
            transcript: told[1].then(|| transcript(true, "Hi")),
            summary: told[2].then(|| "Fine".to_owned()),
            successful: told[3].then_some(true),
            ..CallFacts::default()
        });
        let expected: Vec<Field> = ALL.into_iter().zip(&expects).filter(|(_, is)| **is).map(|(field, _)| field).collect();
        let missing = missing(&call, &expected, &states);
        let marks = Evidence { call: &call, missing: &missing, recordings: &states, asking: Asking::Pending(None), is_only_listed }.marks();
        for field in &missing {
            prop_assert!(matches!(marks.of(Thing::of(*field)), Mark::Hole(_)), "{field:?}: {marks}");
        }
        for (thing, reason) in marks.holes() {
            prop_assert!(HoleReason::ALL.contains(&reason));
            // What is explained for good is explained by somebody's word, never by our waiting.
            if thing != Thing::Recording {
                prop_assert!(!reason.class().is_excused());
            }
        }
        let open: Vec<_> = marks.open().collect();
        prop_assert!(open.iter().all(|(_, reason)| reason.class().is_repairable()));
    }
}
