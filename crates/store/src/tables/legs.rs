//! Which call a provider's leg belongs to.

use ringback_model::{AccountId, CallId, LegId};
use rusqlite::Connection;

use crate::{error::Result, sql};

pub(crate) const V1: &str = "
CREATE TABLE legs (
    account TEXT    NOT NULL,
    leg     TEXT    NOT NULL,
    call    INTEGER NOT NULL REFERENCES calls (row) ON DELETE CASCADE,
    PRIMARY KEY (account, leg)
) STRICT, WITHOUT ROWID;
CREATE INDEX legs_call ON legs (call);
CREATE INDEX legs_leg ON legs (leg);
";

pub(crate) fn call_of(
    conn: &Connection,
    account: &AccountId,
    leg: &LegId,
) -> Result<Option<CallId>> {
    sql::one(
        conn,
        "SELECT id FROM legs JOIN calls ON calls.row = legs.call
         WHERE legs.account = ?1 AND leg = ?2",
        (account.as_str(), leg.as_str()),
        |row| {
            let id: String = row.get(0)?;
            sql::parsed(&id, "call's id")
        },
    )
}

pub(crate) fn put(
    conn: &Connection,
    account: &AccountId,
    call_row: i64,
    legs: &[LegId],
) -> Result<()> {
    for leg in legs {
        sql::run(
            conn,
            "INSERT INTO legs (account, leg, call) VALUES (?1, ?2, ?3)
             ON CONFLICT DO UPDATE SET call = excluded.call",
            (account.as_str(), leg.as_str(), call_row),
        )?;
    }
    Ok(())
}
