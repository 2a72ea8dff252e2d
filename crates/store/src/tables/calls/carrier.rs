//! A call that went over another one: an agent's call and the carrier's call below it, in two accounts.
//!
//! The agent's side tells the carrier's id of the call. Where a call of another account has that id, or
//! a leg of it has, the two are one conversation, and the carrier's call stands under the other one in
//! lists (`part_of`). That is a function of what the rows say, worked out anew for the rows that a
//! write concerns, so it does not matter which call comes first. A call that itself tells a carrier is
//! never folded away: two that name each other both stay where a person can see them.

use ringback_model::CallId;
use rusqlite::Connection;

use super::Calls;
use crate::{error::Result, sql, tables::changes::ChangeKind, writing::Writer};

/// For calls of before the column: who stands under whom.
pub(crate) const V2: &str = "
UPDATE calls SET part_of = (
    SELECT min(whole.id) FROM calls AS whole
    WHERE whole.account <> calls.account AND whole.carrier_call_id IN (
        SELECT calls.provider_call_id UNION ALL SELECT leg FROM legs WHERE legs.call = calls.row))
WHERE carrier_call_id IS NULL AND row IN (
    SELECT part.row FROM calls AS whole JOIN calls AS part
        ON part.provider_call_id = whole.carrier_call_id
    UNION SELECT legs.call FROM calls AS whole JOIN legs ON legs.leg = whole.carrier_call_id);
";

/// A call of a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Member {
    /// Whether it is a carrier's call, below another one.
    pub is_part: bool,
    /// The call.
    pub call: CallId,
}

/// The rows of the calls that have this id, or a leg with it.
const WITH_ID: &str = "SELECT row FROM calls WHERE provider_call_id = ?1
     UNION SELECT call FROM legs WHERE leg = ?1";

/// The calls that went over the one in row `?1`, in other accounts.
const OVER: &str = "SELECT whole.id FROM calls AS it JOIN calls AS whole
         ON whole.account <> it.account AND whole.carrier_call_id IN (
             SELECT it.provider_call_id UNION ALL SELECT leg FROM legs WHERE legs.call = it.row)
     WHERE it.row = ?1 AND it.carrier_call_id IS NULL ORDER BY whole.id";

impl Calls<'_> {
    /// All calls of the conversation that this one belongs to: first those that stand by themselves,
    /// then the carriers' calls below them, each in the order of their ids. Mostly it is this one alone.
    pub fn conversation(&self, id: CallId) -> Result<Vec<Member>> {
        let Some(row) = row_of(self.conn, id)? else {
            return Ok(Vec::new());
        };
        let mut wholes = over(self.conn, row)?;
        let is_part = !wholes.is_empty();
        let mut parts = if is_part {
            vec![id]
        } else {
            wholes.push(id);
            parts_of(self.conn, id)?
        };
        // Another call may have gone over the same carrier's call, and over further ones.
        for part in parts.clone() {
            if let Some(row) = row_of(self.conn, part)? {
                wholes.extend(over(self.conn, row)?);
            }
        }
        for whole in &wholes {
            parts.extend(parts_of(self.conn, *whole)?);
        }
        let member = |is_part| move |call| Member { is_part, call };
        let mut members: Vec<_> = wholes
            .into_iter()
            .map(member(false))
            .chain(parts.into_iter().map(member(true)))
            .collect();
        members.sort_unstable();
        members.dedup();
        Ok(members)
    }
}

/// Works out which calls stand under which, after the call in `row` was written. `before` is the
/// carrier's id that it told until then.
pub(super) fn join(writer: &mut Writer<'_>, row: i64, before: Option<&str>) -> Result<()> {
    let conn = writer.conn();
    let now: Option<String> = sql::value(
        conn,
        "SELECT carrier_call_id FROM calls WHERE row = ?1",
        [row],
    )?;
    let mut others = Vec::new();
    for id in [before, now.as_deref()].into_iter().flatten() {
        others.extend(with_id(conn, id)?);
    }
    others.sort_unstable();
    others.dedup();
    if let Some(whole) = place(writer, row)? {
        touch(writer, &whole)?;
    }
    for other in others.into_iter().filter(|other| *other != row) {
        if place(writer, other)?.is_some() {
            // Whether it is shown by itself depends on how it stands with the one above.
            let id: String = sql::value(
                writer.conn(),
                "SELECT id FROM calls WHERE row = ?1",
                [other],
            )?;
            writer.note(ChangeKind::Call, id)?;
        }
    }
    Ok(())
}

/// Something of the call changed that the page of the call above it shows, too.
pub(crate) fn touch_whole(writer: &mut Writer<'_>, call: CallId) -> Result<()> {
    let whole: Option<Option<String>> = sql::one(
        writer.conn(),
        "SELECT part_of FROM calls WHERE id = ?1",
        [call.to_string()],
        |row| Ok(row.get(0)?),
    )?;
    match whole.flatten() {
        Some(whole) => touch(writer, &whole),
        None => Ok(()),
    }
}

/// Writes under which call the one in `row` stands, and gives that call.
fn place(writer: &mut Writer<'_>, row: i64) -> Result<Option<String>> {
    let conn = writer.conn();
    let over = over(conn, row)?.first().map(ToString::to_string);
    let found: Option<(String, Option<String>)> = sql::one(
        conn,
        "SELECT id, part_of FROM calls WHERE row = ?1",
        [row],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    let Some((id, stored)) = found.filter(|(_, stored)| *stored != over) else {
        return Ok(over);
    };
    sql::run(
        conn,
        "UPDATE calls SET part_of = ?2, updated_at = ?3, rev = rev + 1 WHERE row = ?1",
        (row, &over, sql::ms(writer.now())),
    )?;
    writer.note(ChangeKind::Call, id)?;
    for whole in stored.iter().chain(&over) {
        touch(writer, whole)?;
    }
    Ok(over)
}

fn touch(writer: &mut Writer<'_>, call: &str) -> Result<()> {
    sql::run(
        writer.conn(),
        "UPDATE calls SET updated_at = ?2, rev = rev + 1 WHERE id = ?1",
        (call, sql::ms(writer.now())),
    )?;
    writer.note(ChangeKind::Call, call)
}

fn row_of(conn: &Connection, id: CallId) -> Result<Option<i64>> {
    sql::one(
        conn,
        "SELECT row FROM calls WHERE id = ?1",
        [id.to_string()],
        |row| Ok(row.get(0)?),
    )
}

fn with_id(conn: &Connection, id: &str) -> Result<Vec<i64>> {
    sql::all(conn, WITH_ID, [id], |row| Ok(row.get(0)?))
}

fn over(conn: &Connection, row: i64) -> Result<Vec<CallId>> {
    sql::all(conn, OVER, [row], |row| {
        let id: String = row.get(0)?;
        sql::parsed(&id, "call's id")
    })
}

/// The carriers' calls that the call went over.
fn parts_of(conn: &Connection, id: CallId) -> Result<Vec<CallId>> {
    let carrier: Option<Option<String>> = sql::one(
        conn,
        "SELECT carrier_call_id FROM calls WHERE id = ?1",
        [id.to_string()],
        |row| Ok(row.get(0)?),
    )?;
    let Some(carrier) = carrier.flatten() else {
        return Ok(Vec::new());
    };
    let mut parts = Vec::new();
    for row in with_id(conn, &carrier)? {
        let part: Option<String> = sql::one(
            conn,
            "SELECT id FROM calls WHERE row = ?1 AND part_of IS NOT NULL",
            [row],
            |row| Ok(row.get(0)?),
        )?;
        if let Some(part) = part {
            parts.push(sql::parsed(&part, "call's id")?);
        }
    }
    Ok(parts)
}
