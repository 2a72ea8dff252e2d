//! The newest event of each account and source, in the database: nobody has to look for it in the whole
//! journal. An index there would answer the same, and would cost the door a tenth of its time.

use jiff::Timestamp;
use ringback_model::{AccountId, Source};
use rusqlite::Connection;

use super::{
    EventHead, Events,
    read::{HEAD, read_head},
    source_word,
};
use crate::{error::Result, sql};

pub(crate) const V1: &str = "
CREATE TABLE newest_events (
    account TEXT    NOT NULL,
    source  TEXT    NOT NULL,
    seq     INTEGER NOT NULL,
    PRIMARY KEY (account, source)
) STRICT, WITHOUT ROWID;
";

/// Where an event counts. What we send to ourselves to try the way is no news of a provider's.
const SOURCE: &str = "iif(kind GLOB 'ringback.*', 'ours', source)";

const NEWEST_WEBHOOK: (&str, &str) = (
    "newest_events n CROSS JOIN events e ON e.seq = n.seq LEFT JOIN event_states s ON s.seq = e.seq",
    "n.account = ?1 AND n.source = 'webhook'",
);

const LAST_RECEIVED: &str = "
SELECT e.received_at FROM newest_events n CROSS JOIN events e ON e.seq = n.seq
WHERE n.account = ?1 AND n.source IN (?2, ?3) ORDER BY n.seq DESC LIMIT 1";

impl Events<'_> {
    /// The newest webhook of `account` that somebody looked at and that is not one of our own, whose kinds
    /// begin with `ringback.`.
    pub fn newest_webhook(&self, account: &AccountId) -> Result<Option<EventHead>> {
        sql::one(self.conn, &newest_webhook(), [account.as_str()], read_head)
    }

    /// When the newest event of `account` from `source` came that somebody looked at.
    pub fn last_received(&self, account: &AccountId, source: Source) -> Result<Option<Timestamp>> {
        let ours = match source {
            Source::Webhook => "ours",
            Source::Snapshot => source_word(source),
        };
        sql::one(
            self.conn,
            LAST_RECEIVED,
            (account.as_str(), source_word(source), ours),
            |row| sql::at(row.get(0)?),
        )
    }
}

fn newest_webhook() -> String {
    let (from, condition) = NEWEST_WEBHOOK;
    format!("SELECT {HEAD} FROM {from} WHERE {condition}")
}

/// The event `seq` was looked at.
pub(super) fn note(conn: &Connection, seq: i64) -> Result<()> {
    sql::run(
        conn,
        &format!(
            "INSERT INTO newest_events (account, source, seq)
             SELECT account, {SOURCE}, seq FROM events WHERE seq = ?1
             ON CONFLICT DO UPDATE SET seq = excluded.seq WHERE excluded.seq > newest_events.seq"
        ),
        [seq],
    )?;
    Ok(())
}

/// A database that does not know it yet, because it is older or built anew, reads the journal once.
pub(crate) fn learn(conn: &Connection) -> Result<()> {
    let is_known = "SELECT EXISTS (SELECT 1 FROM newest_events)";
    if sql::value(conn, is_known, [])? {
        return Ok(());
    }
    sql::run(
        conn,
        &format!(
            "INSERT INTO newest_events (account, source, seq)
             SELECT account, {SOURCE}, max(seq) FROM events WHERE true GROUP BY 1, 2
             ON CONFLICT DO UPDATE SET seq = excluded.seq WHERE excluded.seq > newest_events.seq"
        ),
        [],
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use ringback_model::Clock;

    use super::*;
    use crate::{EventOutcome, NewEvent, Options, Request, Standing, Store};

    fn event(name: &str, source: Source, kind: &str, seconds: i64) -> NewEvent {
        NewEvent {
            account: account(name),
            provider: "retell".into(),
            source,
            kind: Some(kind.into()),
            key: format!("{kind} {seconds}"),
            received_at: Timestamp::from_second(seconds).expect("in range"),
            as_of: None,
            request: Request::default(),
            body: b"{}".to_vec(),
            standing: Standing::Signed,
        }
    }

    fn account(name: &str) -> AccountId {
        AccountId::new(name).expect("valid")
    }

    fn open(folder: &tempfile::TempDir) -> Store {
        let path = folder.path().join("ringback.db");
        Store::open(&path, Options::default(), Clock::system()).expect("opens")
    }

    /// The second in which the newest came: any webhook, an answer, a webhook that is not ours.
    fn newest(store: &Store, name: &str) -> [Option<i64>; 3] {
        let account = account(name);
        store
            .read(|reader| {
                let events = reader.events();
                let webhook = events.newest_webhook(&account)?;
                Ok([
                    events.last_received(&account, Source::Webhook)?,
                    events.last_received(&account, Source::Snapshot)?,
                    webhook.map(|head| head.received_at),
                ]
                .map(|at| at.map(|at| at.as_second())))
            })
            .expect("reads")
    }

    #[test]
    fn the_newest_of_an_account_are_known_by_source_and_our_own_apart() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let store = open(&folder);
        let all = [
            event("clinic", Source::Webhook, "call_started", 10),
            event("clinic", Source::Webhook, "call_ended", 20),
            event("clinic", Source::Snapshot, "call", 30),
            event("clinic", Source::Webhook, "ringback.test", 40),
            event("shop", Source::Webhook, "call_ended", 50),
        ];
        for event in all {
            let seq = store.append(event).expect("written").seq();
            let outcome = EventOutcome::Applied { call: None };
            store
                .write(move |writer| writer.events_mut().mark(seq, &outcome))
                .expect("marked");
        }
        assert_eq!(newest(&store, "clinic"), [Some(40), Some(30), Some(20)]);
        assert_eq!(newest(&store, "shop"), [Some(50), None, Some(50)]);
        assert_eq!(newest(&store, "nobody"), [None; 3]);
        let replayed = EventOutcome::Applied { call: None };
        store
            .write(move |writer| writer.events_mut().mark(1, &replayed))
            .expect("marked");
        assert_eq!(newest(&store, "clinic"), [Some(40), Some(30), Some(20)]);

        store
            .write(|writer| sql::run(writer.conn(), "DELETE FROM newest_events", []))
            .expect("as in an older file");
        assert_eq!(newest(&store, "clinic"), [None; 3]);
        store.close();
        let again = open(&folder);
        assert_eq!(newest(&again, "clinic"), [Some(40), Some(30), Some(20)]);
        assert_eq!(newest(&again, "shop"), [Some(50), None, Some(50)]);
    }

    #[test]
    fn nothing_is_walked_through_to_find_them() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let store = open(&folder);
        for (query, values) in [
            (newest_webhook(), vec!["clinic"]),
            (LAST_RECEIVED.to_owned(), vec!["clinic", "webhook", "ours"]),
        ] {
            let plan = store.write(move |writer| {
                sql::all(
                    writer.conn(),
                    &format!("EXPLAIN QUERY PLAN {query}"),
                    rusqlite::params_from_iter(values),
                    |row| Ok(row.get::<_, String>(3)?),
                )
            });
            let plan = plan.expect("explained").join("; ");
            assert!(plan.contains("SEARCH n USING PRIMARY KEY"), "{plan}");
            assert!(!plan.contains("SCAN"), "{plan}");
        }
    }
}
