//! Transcripts, apart from their calls so that lists and merges of other fields stay light.

use std::mem;

use ringback_model::{Call, Told, Transcript, Turns};
use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};

use crate::{
    error::{Result, StoreError},
    pack::{pack, unpack},
    sql,
};

pub(crate) const V1: &str = "
CREATE TABLE transcripts (
    call INTEGER PRIMARY KEY REFERENCES calls (row) ON DELETE CASCADE,
    doc  BLOB    NOT NULL
) STRICT;
";

/// What was said in a call, in the forms in which it may be told.
#[derive(Debug, Default)]
pub(crate) struct Spoken {
    pub(crate) transcript: Option<Told<Transcript>>,
    pub(crate) turns: Turns,
}

/// A document with single turns. Without them the document is the transcript itself.
#[derive(Serialize, Deserialize)]
struct InTurns {
    #[serde(default)]
    turns: Turns,
    transcript: Option<Told<Transcript>>,
}

impl Spoken {
    /// Takes the words out of a call.
    pub(crate) fn taken_from(call: &mut Call) -> Self {
        Self {
            transcript: call.fields.transcript.take(),
            turns: mem::take(&mut call.turns),
        }
    }

    /// Puts them back.
    pub(crate) fn put_into(self, call: &mut Call) {
        call.fields.transcript = self.transcript;
        call.turns = self.turns;
    }

    /// As it is stored. `None` if there is nothing to store.
    fn document(&self) -> Option<serde_json::Result<Vec<u8>>> {
        match (&self.transcript, self.turns.is_empty()) {
            (None, true) => None,
            (Some(transcript), true) => Some(serde_json::to_vec(transcript)),
            (transcript, false) => Some(serde_json::to_vec(&InTurns {
                turns: self.turns.clone(),
                transcript: transcript.clone(),
            })),
        }
    }
}

pub(crate) fn load(conn: &Connection, call_row: i64) -> Result<Spoken> {
    let spoken = sql::one(
        conn,
        "SELECT doc FROM transcripts WHERE call = ?1",
        [call_row],
        |row| {
            let json = unpack(row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?)?;
            if let Ok(transcript) = serde_json::from_slice(&json) {
                return Ok(Spoken {
                    transcript: Some(transcript),
                    turns: Turns::default(),
                });
            }
            let document: InTurns = serde_json::from_slice(&json)
                .map_err(|error| sql::unreadable("transcript", &error))?;
            Ok(Spoken {
                transcript: document.transcript,
                turns: document.turns,
            })
        },
    )?;
    Ok(spoken.unwrap_or_default())
}

/// Writes what was said unless it is what is there. Nothing said takes nothing back.
pub(crate) fn put(conn: &Connection, call_row: i64, spoken: &Spoken) -> Result<()> {
    let Some(json) = spoken.document() else {
        return Ok(());
    };
    let json = json.map_err(|error| StoreError::Broken(error.to_string()))?;
    sql::run(
        conn,
        "INSERT INTO transcripts (call, doc) VALUES (?1, ?2)
         ON CONFLICT DO UPDATE SET doc = excluded.doc WHERE doc <> excluded.doc",
        params![call_row, pack(&json)],
    )?;
    Ok(())
}
