//! That a recording was deleted at its provider, as an entry of our own in the journal: what was deleted,
//! when, on whose word and what there was to go by. It changes nothing of the call.

use jiff::Timestamp;
use ringback_model::{ProviderCallId, RecordingKey, Source};
use ringback_store::{
    Deletion, DeletionOutcome, Event, EventOutcome, NewEvent, Request, Standing, StoreError, Writer,
};
use serde::{Deserialize, Serialize};

use crate::accounts::Party;

/// Our own word for it.
const DELETED: &str = "deleted_at_provider";

/// What stands in the entry.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct DeletionNote {
    /// The provider's id of the call.
    pub call: ProviderCallId,
    /// The recording, as our row has it.
    pub key: RecordingKey,
    /// The provider's id of the recording.
    pub provider_recording_id: Option<String>,
    /// `deleted | was_gone`.
    pub outcome: String,
    /// Who wanted it.
    pub who: String,
    /// The SHA-256 of the file here, read again just before.
    pub sha256: String,
    /// Where the second copy is, if one is configured.
    pub second_copy: Option<String>,
}

/// The entry of the journal.
pub(super) fn entry(party: &Party, note: &DeletionNote, at: Timestamp) -> NewEvent {
    NewEvent {
        account: party.id().clone(),
        provider: party.account().provider.to_owned(),
        source: Source::Snapshot,
        kind: Some(DELETED.into()),
        key: format!("snapshot:{DELETED}:{}:{}", note.call, note.key.as_str()),
        received_at: at,
        as_of: Some(at),
        request: Request::default(),
        standing: Standing::Signed,
        body: serde_json::to_vec(note).expect("our own plain structs are JSON"),
    }
}

/// The note in an event, if it is such an entry.
pub(super) fn read(event: &Event) -> Option<DeletionNote> {
    let head = &event.head;
    let is_ours = head.source == Source::Snapshot && head.kind.as_deref() == Some(DELETED);
    is_ours
        .then(|| serde_json::from_slice(&event.body).ok())
        .flatten()
}

/// Writes the line about the recording.
pub(super) fn take_in(
    writer: &mut Writer<'_>,
    party: &Party,
    note: &DeletionNote,
    at: Timestamp,
) -> Result<EventOutcome, StoreError> {
    let call = writer.calls().id_of_any(party.id(), &note.call)?;
    let row = match call {
        Some(call) => writer.recordings().by_key(call, &note.key)?,
        None => None,
    };
    let Some(row) = row else {
        return Ok(EventOutcome::Ignored {
            reason: "its recording is not known".into(),
            call,
        });
    };
    let outcome = DeletionOutcome::from_word(&note.outcome).unwrap_or(DeletionOutcome::Deleted);
    writer.deletions_mut().put(&Deletion {
        recording: row.id,
        outcome,
        reason: None,
        who: note.who.clone(),
        at,
    })?;
    Ok(EventOutcome::Applied { call })
}
