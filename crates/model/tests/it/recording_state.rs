//! The way of a recording, pair by pair.

use proptest::{prelude::*, sample::select};
use ringback_model::{Availability, Reason, RecordingInput as In, RecordingState as State};

use crate::events::AVAILABILITIES;

const R: Reason = Reason::Network;

const STATES: [State; 9] = [
    State::Expected(Reason::Processing),
    State::Available(Reason::Queued),
    State::Downloading,
    State::Ready,
    State::Absent(Reason::TooShort),
    State::Failed(Reason::Network),
    State::Expired(Reason::LinkExpired),
    State::Withheld(Reason::Policy),
    State::Deleted(Reason::DeletedAtProvider),
];

fn inputs() -> Vec<In> {
    let mut inputs: Vec<_> = AVAILABILITIES.map(In::Provider).to_vec();
    inputs.extend([
        In::FetchBegins,
        In::NotReadyYet,
        In::FetchFails(R),
        In::FetchGivenUp(R),
        In::Expires(Reason::LinkExpired),
        In::Lands,
        In::FileVanishes,
        In::TryAgain,
    ]);
    inputs
}

#[test]
fn every_pair_of_state_and_input_is_as_written_here() {
    let [
        expected,
        available,
        downloading,
        ready,
        absent,
        failed,
        expired,
        withheld,
        deleted,
    ] = STATES;
    let is = |state: State, input, next| assert_eq!(state.next(input), next, "{state:?} {input:?}");

    // What is here stays here; only its disappearance from our disk counts.
    for input in inputs() {
        let next = match input {
            In::FileVanishes => State::Available(Reason::FileMissing),
            _ => ready,
        };
        is(ready, input, next);
    }

    for state in STATES {
        is(state, In::Lands, ready);
        if state != ready {
            is(state, In::FileVanishes, state);
            is(state, In::Provider(Availability::Expected), state);
            is(
                state,
                In::Provider(Availability::Absent(Reason::Silent)),
                State::Absent(Reason::Silent),
            );
            is(
                state,
                In::Provider(Availability::Withheld(Reason::Policy)),
                withheld,
            );
            is(state, In::Provider(Availability::Deleted), deleted);
        }
    }

    // The provider has it.
    let has = In::Provider(Availability::Available);
    for state in [expected, absent, withheld, deleted] {
        is(state, has, available);
    }
    for state in [available, downloading, failed, expired] {
        is(state, has, state);
    }

    // A transfer, from its beginning to its end.
    for state in [expected, available, failed, expired] {
        is(state, In::FetchBegins, downloading);
    }
    for state in [expected, available, downloading] {
        is(state, In::NotReadyYet, expected);
        is(state, In::FetchFails(R), State::Available(R));
        is(state, In::FetchGivenUp(R), failed);
        is(state, In::Expires(Reason::LinkExpired), expired);
    }
    is(downloading, In::FetchBegins, downloading);

    // What was given up begins again only when somebody begins it.
    for state in [failed, expired] {
        is(state, In::NotReadyYet, state);
        is(state, In::FetchFails(R), state);
        is(state, In::TryAgain, available);
    }
    is(failed, In::Expires(Reason::LinkExpired), expired);
    is(expired, In::FetchGivenUp(R), expired);

    // What will not be given out is not fetched.
    for state in [absent, withheld, deleted] {
        for input in [
            In::FetchBegins,
            In::NotReadyYet,
            In::FetchFails(R),
            In::FetchGivenUp(R),
            In::Expires(R),
            In::TryAgain,
        ] {
            is(state, input, state);
        }
    }
    for state in [expected, available, downloading] {
        is(state, In::TryAgain, state);
    }
}

proptest! {
    #[test]
    fn what_landed_stays_unless_the_file_vanishes(
        before in prop::collection::vec(select(inputs()), 0..6),
        after in prop::collection::vec(select(inputs()), 0..6),
    ) {
        let state = before.into_iter().fold(State::initial(None), State::next);
        let landed = state.next(In::Lands);
        let vanished = after.contains(&In::FileVanishes);
        let state = after.into_iter().fold(landed, State::next);
        prop_assert!(state == State::Ready || vanished);
    }

    #[test]
    fn a_state_has_a_reason_unless_it_is_ready_or_coming_in(steps in prop::collection::vec(select(inputs()), 0..8)) {
        let state = steps.into_iter().fold(State::initial(None), State::next);
        let needs_none = matches!(state, State::Ready | State::Downloading);
        prop_assert_eq!(state.reason().is_none(), needs_none);
    }

    #[test]
    fn what_is_settled_wants_nothing_fetched(steps in prop::collection::vec(select(inputs()), 0..8)) {
        let state = steps.into_iter().fold(State::initial(None), State::next);
        prop_assert!(!(state.is_settled() && state.wants_fetch()));
    }
}
