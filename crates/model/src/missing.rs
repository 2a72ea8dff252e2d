//! What a call should have by now and has not.

use crate::{Call, Field, RecordingState};

/// The names of what is missing, in the order of the expectation.
pub type Missing = Vec<Field>;

/// What of `expected` the call has not. `expected` is what its provider can tell of a call like
/// this one; `recordings` are the states of its recordings.
///
/// A recording is missing while it is neither here nor known to be absent, withheld or deleted: a
/// failed or expired one is missing, because asking again may still help. The cost is missing while any leg
/// that was connected has no price: a sum of what is known would look like the whole.
pub fn missing(call: &Call, expected: &[Field], recordings: &[RecordingState]) -> Missing {
    expected
        .iter()
        .copied()
        .filter(|field| match field {
            Field::Recording => {
                recordings.is_empty() || recordings.iter().any(|state| lacks_sound(*state))
            }
            Field::Cost => call.lacks_price(),
            field => !field.is_told(&call.fields),
        })
        .collect()
}

/// Whether there is no sound although there should be.
pub(crate) fn lacks_sound(state: RecordingState) -> bool {
    !matches!(
        state,
        RecordingState::Ready
            | RecordingState::Absent(_)
            | RecordingState::Withheld(_)
            | RecordingState::Deleted(_)
    )
}
