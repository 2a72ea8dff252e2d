//! Every address that was put into a place at a provider, or taken out again: one line a write, begun
//! before the provider is asked and ended after. A line that was begun and not ended belongs to a program
//! that died in between.
//!
//! Nobody else's address is ever overwritten, so what stood there before is nothing or one of ours.

use jiff::Timestamp;
use ringback_model::AccountId;
use rusqlite::{Connection, Row, params};

use crate::{
    error::{Result, StoreError},
    sql,
    tables::changes::ChangeKind,
    writing::Writer,
};

pub(crate) const V1: &str = "
CREATE TABLE registrations (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    account  TEXT    NOT NULL,
    target   TEXT    NOT NULL,
    name     TEXT,
    why      TEXT    NOT NULL,
    who      TEXT    NOT NULL,
    before   TEXT,
    value    TEXT,
    began_at INTEGER NOT NULL,
    outcome  TEXT    NOT NULL,
    ended_at INTEGER,
    error    TEXT
) STRICT;
CREATE INDEX registrations_target ON registrations (account, target, id);
";

/// The number of a line.
pub type RegistrationId = i64;

/// Why an address was set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RegisteredFor {
    /// A person asked for it.
    Register,
    /// A person asked for what stood there before.
    Restore,
    /// The public address changed, and a person had agreed beforehand.
    Keep,
}

impl RegisteredFor {
    const ALL: [Self; 3] = [Self::Register, Self::Restore, Self::Keep];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Register => "register",
            Self::Restore => "restore",
            Self::Keep => "keep",
        }
    }
}

/// How far a write came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RegistrationOutcome {
    /// The provider is being asked, or the program died while it was.
    Begun,
    /// It stands there.
    Done,
    /// It does not.
    Failed,
}

impl RegistrationOutcome {
    const ALL: [Self; 3] = [Self::Begun, Self::Done, Self::Failed];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Begun => "begun",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }
}

/// A write that is about to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRegistration {
    /// Whose provider.
    pub account: AccountId,
    /// The place, as the provider's folder names it.
    pub target: String,
    /// What people call the place.
    pub name: Option<String>,
    /// Why.
    pub why: RegisteredFor,
    /// Who wanted it.
    pub who: String,
    /// What stands there; `None`: nothing.
    pub before: Option<String>,
    /// What shall stand there; `None`: nothing.
    pub value: Option<String>,
}

/// A line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
    /// Its number.
    pub id: RegistrationId,
    /// What was to be written.
    pub what: NewRegistration,
    /// When it was begun.
    pub began_at: Timestamp,
    /// How far it came.
    pub outcome: RegistrationOutcome,
    /// When it was ended.
    pub ended_at: Option<Timestamp>,
    /// Why it failed.
    pub error: Option<String>,
}

const COLUMNS: &str =
    "id, account, target, name, why, who, before, value, began_at, outcome, ended_at, error";

/// Reads the lines.
#[derive(Debug)]
pub struct Registrations<'c> {
    pub(crate) conn: &'c Connection,
}

impl Registrations<'_> {
    /// The newest lines of an account, newest first.
    pub fn of(&self, account: &AccountId, limit: usize) -> Result<Vec<Registration>> {
        sql::all(
            self.conn,
            &format!(
                "SELECT {COLUMNS} FROM registrations WHERE account = ?1 ORDER BY id DESC LIMIT ?2"
            ),
            params![account.as_str(), sql::size(limit)],
            read,
        )
    }

    /// The newest lines about one place, newest first.
    pub fn of_target(
        &self,
        account: &AccountId,
        target: &str,
        limit: usize,
    ) -> Result<Vec<Registration>> {
        sql::all(
            self.conn,
            &format!(
                "SELECT {COLUMNS} FROM registrations
                 WHERE account = ?1 AND target = ?2 ORDER BY id DESC LIMIT ?3"
            ),
            params![account.as_str(), target, sql::size(limit)],
            read,
        )
    }

    /// All lines, oldest first.
    pub fn all(&self) -> Result<Vec<Registration>> {
        sql::all(
            self.conn,
            &format!("SELECT {COLUMNS} FROM registrations ORDER BY id"),
            [],
            read,
        )
    }
}

fn read(row: &Row<'_>) -> Result<Registration> {
    let account: String = row.get(1)?;
    let (why, outcome): (String, String) = (row.get(4)?, row.get(9)?);
    let damaged =
        |what: &str| StoreError::Damaged(format!("a registration's {what} is no word of ours"));
    Ok(Registration {
        id: row.get(0)?,
        what: NewRegistration {
            account: sql::parsed(&account, "registration's account")?,
            target: row.get(2)?,
            name: row.get(3)?,
            why: RegisteredFor::ALL
                .into_iter()
                .find(|word| word.as_str() == why)
                .ok_or_else(|| damaged("reason"))?,
            who: row.get(5)?,
            before: row.get(6)?,
            value: row.get(7)?,
        },
        began_at: sql::at(row.get(8)?)?,
        outcome: RegistrationOutcome::ALL
            .into_iter()
            .find(|word| word.as_str() == outcome)
            .ok_or_else(|| damaged("outcome"))?,
        ended_at: sql::maybe_at(row.get(10)?)?,
        error: row.get(11)?,
    })
}

/// Writes the lines.
#[derive(Debug)]
pub struct RegistrationsMut<'w, 'c> {
    pub(crate) writer: &'w mut Writer<'c>,
}

impl RegistrationsMut<'_, '_> {
    /// Notes what is about to be written at the provider.
    pub fn begin(&mut self, new: &NewRegistration) -> Result<RegistrationId> {
        let now = self.writer.now();
        self.insert(new, now, RegistrationOutcome::Begun, None, None)
    }

    /// Notes what came of it: `None` that it stands there, else why not.
    pub fn end(&mut self, id: RegistrationId, error: Option<&str>) -> Result<()> {
        let outcome = match error {
            None => RegistrationOutcome::Done,
            Some(_) => RegistrationOutcome::Failed,
        };
        sql::run(
            self.writer.conn(),
            "UPDATE registrations SET outcome = ?2, ended_at = ?3, error = ?4
             WHERE id = ?1 AND outcome = 'begun'",
            params![id, outcome.as_str(), sql::ms(self.writer.now()), error],
        )?;
        self.writer
            .note(ChangeKind::Setting, format!("registration.{id}"))
    }

    /// Takes over a line of a database that this one replaces.
    pub fn take_over(&mut self, line: &Registration) -> Result<()> {
        let error = line.error.as_deref();
        self.insert(
            &line.what,
            line.began_at,
            line.outcome,
            line.ended_at,
            error,
        )?;
        Ok(())
    }

    fn insert(
        &mut self,
        new: &NewRegistration,
        began_at: Timestamp,
        outcome: RegistrationOutcome,
        ended_at: Option<Timestamp>,
        error: Option<&str>,
    ) -> Result<RegistrationId> {
        sql::run(
            self.writer.conn(),
            "INSERT INTO registrations
                 (account, target, name, why, who, before, value, began_at, outcome, ended_at, error)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            params![
                new.account.as_str(),
                new.target,
                new.name,
                new.why.as_str(),
                new.who,
                new.before,
                new.value,
                sql::ms(began_at),
                outcome.as_str(),
                ended_at.map(sql::ms),
                error,
            ],
        )?;
        let id = self.writer.conn().last_insert_rowid();
        self.writer
            .note(ChangeKind::Setting, format!("registration.{id}"))?;
        Ok(id)
    }
}
