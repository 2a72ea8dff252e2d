//! What needs a person's attention. Raised once per kind and subject until a person has seen it or
//! the cause is gone.

use jiff::Timestamp;
use rusqlite::{Connection, Row, params};

use crate::{error::Result, sql, tables::changes::ChangeKind, writing::Writer};

pub(crate) const V1: &str = "
CREATE TABLE alerts (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    kind            TEXT    NOT NULL,
    subject         TEXT    NOT NULL,
    params          TEXT    NOT NULL,
    raised_at       INTEGER NOT NULL,
    times           INTEGER NOT NULL DEFAULT 1,
    last_at         INTEGER NOT NULL,
    acknowledged_at INTEGER,
    resolved_at     INTEGER
) STRICT;
CREATE UNIQUE INDEX alerts_open ON alerts (kind, subject)
    WHERE acknowledged_at IS NULL AND resolved_at IS NULL;
";

pub(crate) const V2: &str = "
CREATE INDEX alerts_standing ON alerts (kind, subject) WHERE resolved_at IS NULL;
";

/// The number of an alert.
pub type AlertId = i64;

/// An alert to be raised.
#[derive(Clone, Debug, PartialEq)]
pub struct NewAlert {
    /// What is wrong, as a word that the window has a sentence for.
    pub kind: String,
    /// What it is about: a recording's id, an account.
    pub subject: String,
    /// What the sentence needs.
    pub params: serde_json::Value,
}

/// An alert.
#[derive(Clone, Debug, PartialEq)]
pub struct Alert {
    /// Its number.
    pub id: AlertId,
    /// What is wrong and what it is about; the params are those of the last time.
    pub what: NewAlert,
    /// The first time.
    pub raised_at: Timestamp,
    /// How often it happened since then.
    pub times: u64,
    /// The last time.
    pub last_at: Timestamp,
    /// When a person saw it.
    pub acknowledged_at: Option<Timestamp>,
    /// When the cause was gone.
    pub resolved_at: Option<Timestamp>,
}

/// Whether an alert is news.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Raised {
    /// It is: people should be told.
    New(AlertId),
    /// It is open already; it was counted.
    Again(AlertId),
}

const COLUMNS: &str =
    "id, kind, subject, params, raised_at, times, last_at, acknowledged_at, resolved_at";

/// Reads alerts.
#[derive(Debug)]
pub struct Alerts<'c> {
    pub(crate) conn: &'c Connection,
}

impl Alerts<'_> {
    /// Those that nobody has seen and whose cause is not gone, newest first.
    pub fn open(&self) -> Result<Vec<Alert>> {
        sql::all(
            self.conn,
            &format!(
                "SELECT {COLUMNS} FROM alerts
                 WHERE acknowledged_at IS NULL AND resolved_at IS NULL ORDER BY id DESC"
            ),
            [],
            read,
        )
    }

    /// The newest before `before` (`None`: from the newest), open or not.
    pub fn list(&self, before: Option<AlertId>, limit: usize) -> Result<Vec<Alert>> {
        sql::all(
            self.conn,
            &format!("SELECT {COLUMNS} FROM alerts WHERE id < ?1 ORDER BY id DESC LIMIT ?2"),
            params![before.unwrap_or(i64::MAX), sql::size(limit)],
            read,
        )
    }

    /// The newest of this kind and subject whose cause is not gone, whether a person has seen it or
    /// not.
    pub fn standing(&self, kind: &str, subject: &str) -> Result<Option<Alert>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM alerts
             WHERE kind = ?1 AND subject = ?2 AND resolved_at IS NULL ORDER BY id DESC LIMIT 1"
        );
        sql::one(self.conn, &sql, (kind, subject), read)
    }

    /// One alert.
    pub fn get(&self, id: AlertId) -> Result<Option<Alert>> {
        let sql = format!("SELECT {COLUMNS} FROM alerts WHERE id = ?1");
        sql::one(self.conn, &sql, [id], read)
    }
}

fn read(row: &Row<'_>) -> Result<Alert> {
    let params: String = row.get(3)?;
    Ok(Alert {
        id: row.get(0)?,
        what: NewAlert {
            kind: row.get(1)?,
            subject: row.get(2)?,
            params: sql::from_json(&params, "alert")?,
        },
        raised_at: sql::at(row.get(4)?)?,
        times: sql::unsigned(row.get(5)?)?,
        last_at: sql::at(row.get(6)?)?,
        acknowledged_at: sql::maybe_at(row.get(7)?)?,
        resolved_at: sql::maybe_at(row.get(8)?)?,
    })
}

/// Raises and closes alerts.
#[derive(Debug)]
pub struct AlertsMut<'w, 'c> {
    pub(crate) writer: &'w mut Writer<'c>,
}

impl AlertsMut<'_, '_> {
    /// Raises an alert, or counts it if the same is open.
    pub fn raise(&mut self, alert: &NewAlert) -> Result<Raised> {
        let now = sql::ms(self.writer.now());
        let (id, times): (AlertId, i64) = self
            .writer
            .conn()
            .prepare_cached(
                "INSERT INTO alerts (kind, subject, params, raised_at, last_at)
                 VALUES (?1, ?2, ?3, ?4, ?4)
                 ON CONFLICT (kind, subject)
                     WHERE acknowledged_at IS NULL AND resolved_at IS NULL
                     DO UPDATE SET times = times + 1, last_at = excluded.last_at,
                                   params = excluded.params
                 RETURNING id, times",
            )?
            .query_row(
                params![alert.kind, alert.subject, sql::to_json(&alert.params)?, now],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )?;
        self.writer.note(ChangeKind::Alert, id.to_string())?;
        Ok(if times == 1 {
            Raised::New(id)
        } else {
            Raised::Again(id)
        })
    }

    /// A person has seen it. False if it was not open.
    pub fn acknowledge(&mut self, id: AlertId) -> Result<bool> {
        let now = sql::ms(self.writer.now());
        let is_done = sql::run(
            self.writer.conn(),
            "UPDATE alerts SET acknowledged_at = ?2
             WHERE id = ?1 AND acknowledged_at IS NULL AND resolved_at IS NULL",
            (id, now),
        )? == 1;
        if is_done {
            self.writer.note(ChangeKind::Alert, id.to_string())?;
        }
        Ok(is_done)
    }

    /// The cause is gone: closes all of this kind and subject, also those that a person has seen.
    /// False if there was none.
    pub fn close(&mut self, kind: &str, subject: &str) -> Result<bool> {
        let now = sql::ms(self.writer.now());
        let ids: Vec<AlertId> = sql::all(
            self.writer.conn(),
            "UPDATE alerts SET resolved_at = ?3
             WHERE kind = ?1 AND subject = ?2 AND resolved_at IS NULL RETURNING id",
            (kind, subject, now),
            |row| Ok(row.get(0)?),
        )?;
        for id in &ids {
            self.writer.note(ChangeKind::Alert, id.to_string())?;
        }
        Ok(!ids.is_empty())
    }

    /// The cause is gone: closes the open alert of this kind and subject, if there is one.
    pub fn resolve(&mut self, kind: &str, subject: &str) -> Result<bool> {
        let now = sql::ms(self.writer.now());
        let id: Option<AlertId> = sql::one(
            self.writer.conn(),
            "SELECT id FROM alerts WHERE kind = ?1 AND subject = ?2
             AND acknowledged_at IS NULL AND resolved_at IS NULL",
            (kind, subject),
            |row| Ok(row.get(0)?),
        )?;
        let Some(id) = id else { return Ok(false) };
        sql::run(
            self.writer.conn(),
            "UPDATE alerts SET resolved_at = ?2 WHERE id = ?1",
            (id, now),
        )?;
        self.writer.note(ChangeKind::Alert, id.to_string())?;
        Ok(true)
    }
}
