//! The formats of the database, one list that only grows.
//!
//! Each table's file holds its own part of each format (`V1`, later `V2`...). A part that was
//! released is never edited again: what changes becomes the next format. All pending steps run in
//! one transaction, so a file is wholly in one format or wholly in another.

use std::sync::LazyLock;

use rusqlite_migration::{M, Migrations};

use crate::tables::{
    absences, addresses, alerts, calls, changes, copies, cursors, deletions, events, figures, jobs,
    ledger, legs, listens, recordings, refused, registrations, search, settings, shapes, sweeps,
    transcripts, tried,
};

/// Marks a SQLite file as our database: "RBK1".
pub(crate) const APPLICATION_ID: i32 = 0x5242_4b31;

/// Marks a SQLite file as our journal: "RBKJ".
pub(crate) const JOURNAL_ID: i32 = 0x5242_4b4a;

/// What turns format n into format n + 1, as SQL.
static STEPS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let one = [
        "PRAGMA application_id = 0x52424b31;",
        events::V1,
        refused::V1,
        calls::V1,
        legs::V1,
        transcripts::V1,
        search::V1,
        recordings::V1,
        jobs::V1,
        cursors::V1,
        listens::V1,
        alerts::V1,
        settings::V1,
        changes::V1,
        figures::V1,
    ];
    // A conversation of two accounts, and what fields the providers' documents have.
    let three = [
        calls::V2,
        figures::V2,
        calls::FOLD_V2,
        recordings::V2,
        alerts::V3,
        shapes::V1,
    ];
    vec![
        one.join("\n"),
        [sweeps::V1, alerts::V2, absences::V1, jobs::V2].join("\n"),
        three.join("\n"),
        ledger::V2.to_owned(),
        [copies::V1, deletions::V1].join("\n"),
        // What was entered at the providers, and under which addresses the door was known.
        [registrations::V1, addresses::V1].join("\n"),
        // Finding the next jobs, and what a resync found before it asked.
        [jobs::V3, sweeps::V2].join("\n"),
        // The newest event of each account.
        events::newest::V1.to_owned(),
    ]
});

/// What turns format n of the journal into format n + 1.
static JOURNAL_STEPS: LazyLock<Vec<String>> = LazyLock::new(|| {
    vec![
        ["PRAGMA application_id = 0x52424b4a;", events::JOURNAL_V1].join("\n"),
        cursors::JOURNAL_V2.to_owned(),
        // Whether it can be written.
        tried::JOURNAL_V3.to_owned(),
    ]
});

/// The steps of the database as the library wants them.
pub(crate) fn released() -> Formats<'static> {
    Formats::new(APPLICATION_ID, 4096, STEPS.iter().map(String::as_str))
}

/// Those of the journal. Its pages are larger: several bodies fit on one, and a commit of many events
/// writes few of them.
pub(crate) fn released_journal() -> Formats<'static> {
    Formats::new(JOURNAL_ID, 16384, JOURNAL_STEPS.iter().map(String::as_str))
}

/// A list of formats and how many there are.
pub(crate) struct Formats<'s> {
    pub(crate) mark: i32,
    pub(crate) newest: u32,
    /// Of a new file, in bytes.
    pub(crate) page_size: u32,
    pub(crate) steps: Migrations<'s>,
}

impl<'s> Formats<'s> {
    pub(crate) fn new(mark: i32, page_size: u32, steps: impl IntoIterator<Item = &'s str>) -> Self {
        let steps: Vec<M<'s>> = steps.into_iter().map(M::up).collect();
        Self {
            mark,
            page_size,
            newest: u32::try_from(steps.len()).expect("there are few formats"),
            steps: Migrations::new(steps),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_in_the_schema_is_the_mark_that_is_looked_for() {
        let mut conn = rusqlite::Connection::open_in_memory().expect("memory");
        released().steps.to_latest(&mut conn).expect("migrates");
        let id: i32 = conn
            .pragma_query_value(None, "application_id", |row| row.get(0))
            .expect("pragma");
        assert_eq!(id, APPLICATION_ID);
    }
}
