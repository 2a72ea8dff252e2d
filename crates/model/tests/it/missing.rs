//! What counts as missing.

use ringback_model::{
    Call, CallFacts, Field, ProviderCallId, Reason, RecordingState, Source, missing,
};

use crate::events::{event, stamp, transcript};

#[test]
fn a_recording_is_missing_until_it_is_here_or_known_not_to_come() {
    let call = Call::new(ProviderCallId::new("call_1"));
    let reason = Reason::Processing;
    let table = [
        (RecordingState::Expected(reason), true),
        (RecordingState::Available(reason), true),
        (RecordingState::Downloading, true),
        (RecordingState::Failed(reason), true),
        (RecordingState::Expired(reason), true),
        (RecordingState::Ready, false),
        (RecordingState::Absent(reason), false),
        (RecordingState::Withheld(reason), false),
        (RecordingState::Deleted(reason), false),
    ];
    for (state, is_missing) in table {
        let found = missing(&call, &[Field::Recording], &[state]);
        assert_eq!(!found.is_empty(), is_missing, "{state:?}");
    }
    assert_eq!(missing(&call, &[Field::Recording], &[]), [Field::Recording]);
    let one_of_two = [RecordingState::Ready, RecordingState::Downloading];
    assert_eq!(
        missing(&call, &[Field::Recording], &one_of_two),
        [Field::Recording]
    );
}

#[test]
fn a_live_transcript_is_not_the_transcript() {
    let mut call = Call::new(ProviderCallId::new("call_1"));
    let told = |is_final| CallFacts {
        transcript: Some(transcript(is_final, "Hi")),
        ..CallFacts::default()
    };
    call.apply(&event(stamp(1, Source::Webhook), told(false)));
    assert_eq!(
        missing(&call, &[Field::Transcript], &[]),
        [Field::Transcript]
    );
    call.apply(&event(stamp(2, Source::Webhook), told(true)));
    assert!(missing(&call, &[Field::Transcript], &[]).is_empty());
}
