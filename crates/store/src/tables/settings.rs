//! Small things that people set in the window: language, theme, how the player behaves.

use rusqlite::Connection;
use serde::{Serialize, de::DeserializeOwned};

use crate::{error::Result, sql, tables::changes::ChangeKind, writing::Writer};

pub(crate) const V1: &str = "
CREATE TABLE settings (
    key   TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
";

/// Reads settings.
#[derive(Debug)]
pub struct Settings<'c> {
    pub(crate) conn: &'c Connection,
}

impl Settings<'_> {
    /// The setting `key`, if it was ever set.
    ///
    /// # Errors
    /// [`crate::StoreError::Damaged`] if its JSON is not that of a `T`.
    pub fn get<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>> {
        sql::one(
            self.conn,
            "SELECT value FROM settings WHERE key = ?1",
            [key],
            |row| {
                sql::from_json(
                    row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?,
                    "setting",
                )
            },
        )
    }

    /// All settings, as JSON.
    pub fn all(&self) -> Result<Vec<(String, serde_json::Value)>> {
        sql::all(
            self.conn,
            "SELECT key, value FROM settings ORDER BY key",
            [],
            |row| {
                let value: String = row.get(1)?;
                Ok((row.get(0)?, sql::from_json(&value, "setting")?))
            },
        )
    }
}

/// Writes settings.
#[derive(Debug)]
pub struct SettingsMut<'w, 'c> {
    pub(crate) writer: &'w mut Writer<'c>,
}

impl SettingsMut<'_, '_> {
    /// Sets `key`.
    pub fn set<T: Serialize>(&mut self, key: &str, value: &T) -> Result<()> {
        sql::run(
            self.writer.conn(),
            "INSERT INTO settings (key, value) VALUES (?1, ?2)
             ON CONFLICT DO UPDATE SET value = excluded.value",
            (key, sql::to_json(value)?),
        )?;
        self.writer.note(ChangeKind::Setting, key)
    }

    /// Forgets `key`: it was never set.
    pub fn clear(&mut self, key: &str) -> Result<()> {
        sql::run(
            self.writer.conn(),
            "DELETE FROM settings WHERE key = ?1",
            [key],
        )?;
        self.writer.note(ChangeKind::Setting, key)
    }
}
