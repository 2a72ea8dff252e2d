//! A database from before the ledger gets its marks and sums when it is opened.

use jiff::civil::date;
use ringback_model::{Asking, Call, Evidence, ProviderCallId, Reason, RecordingState};
use ringback_store::{Options, Store};
use rusqlite::{Connection, params};

use crate::home::account;

const FIRST_FORMAT: &str = include_str!("../fixtures/format-1.sql");

/// A call of the first format, by the columns that matter here.
struct Old {
    id: &'static str,
    status: &'static str,
    missing: &'static str,
    recording: (Option<&'static str>, Option<&'static str>),
    has_transcript: bool,
    sentiment: Option<&'static str>,
    cost: Option<i64>,
    doc: &'static str,
    asked: bool,
    marks: &'static str,
}

const PLAIN: Old = Old {
    id: "",
    status: "ended",
    missing: "[]",
    recording: (None, None),
    has_transcript: false,
    sentiment: None,
    cost: None,
    doc: "{}",
    asked: false,
    marks: "+----",
};

const POLICY: &str = r#"{"fields":{"storage_policy":{"value":"basics_only"}}}"#;

#[rustfmt::skip]
const CALLS: [Old; 12] = [
    Old { id: "bare", ..PLAIN },
    Old { id: "whole", recording: (Some("ready"), None), has_transcript: true, sentiment: Some("calm"), cost: Some(5), marks: "+++++", ..PLAIN },
    Old { id: "goes on", status: "ongoing", recording: (Some("expected"), Some("processing")), ..PLAIN },
    Old { id: "lacks all, asked", missing: r#"["ended_at","recording","transcript","summary","cost"]"#, asked: true, marks: "mmmmm", ..PLAIN },
    Old { id: "lacks all, not asked", missing: r#"["ended_at","recording","transcript","summary","cost"]"#, marks: "nnnnn", ..PLAIN },
    Old { id: "lacks words", missing: r#"["transcript"]"#, recording: (Some("absent"), Some("too_short")), marks: "+an--", ..PLAIN },
    Old { id: "withheld", recording: (Some("withheld"), Some("policy")), doc: POLICY, marks: "+ee--", ..PLAIN },
    Old { id: "withheld, no recording", doc: POLICY, marks: "+ee--", ..PLAIN },
    Old { id: "one of two", missing: r#"["recording"]"#, recording: (Some("ready"), None), marks: "+m---", ..PLAIN },
    Old { id: "gone file", missing: r#"["recording"]"#, recording: (Some("available"), Some("file_missing")), marks: "+B---", ..PLAIN },
    Old { id: "expired", missing: r#"["recording"]"#, recording: (Some("expired"), Some("retention")), marks: "+i---", ..PLAIN },
    Old { id: "nobody", status: "not_connected", recording: (Some("absent"), Some("not_connected")), ..PLAIN },
];

/// 2026-03-04, 00:00 UTC.
const DAY: i64 = 1_772_582_400_000;

#[test]
fn calls_of_the_first_format_are_marked_by_the_rules_of_the_model() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("ringback.db");
    let old = Connection::open(&path).expect("opens");
    old.execute_batch(FIRST_FORMAT).expect("the fixture runs");
    for (row, call) in (100..).zip(&CALLS) {
        old.execute(
            "INSERT INTO calls (row, id, position, account, provider, provider_call_id, status,
                 direction, sort_at, missing, missing_count, recording_state, recording_reason,
                 has_transcript, sentiment, cost_micros, currency, first_seen_at, updated_at)
             VALUES (?1, ?2, ?3, 'old', 'retell', ?4, ?5, 'inbound', ?6, ?7,
                 json_array_length(?7), ?8, ?9, ?10, ?11, ?12,
                 CASE WHEN ?12 IS NULL THEN NULL ELSE 'USD' END, ?6, ?6)",
            params![
                row,
                format!("01KJPWD6M0BXA2TAMT0S04Y{row}"),
                ((DAY + row) << 10) + row,
                call.id,
                call.status,
                DAY + row,
                call.missing,
                call.recording.0,
                call.recording.1,
                call.has_transcript,
                call.sentiment,
                call.cost,
            ],
        )
        .expect(call.id);
        old.execute("INSERT INTO call_docs VALUES (?1, ?2)", (row, call.doc))
            .expect(call.id);
        if call.asked {
            old.execute(
                "INSERT INTO jobs (kind, key, account, payload, run_at)
                 VALUES ('resync', 'old/' || ?1, 'old', '{}', 0)",
                [call.id],
            )
            .expect(call.id);
        }
    }
    drop(old);
    Connection::open(path.with_file_name("journal.db"))
        .expect("opens")
        .execute_batch(include_str!("../fixtures/journal-1.sql"))
        .expect("the fixture runs");

    let store =
        Store::open(&path, Options::default(), ringback_model::Clock::system()).expect("opens");
    let mut sum = ringback_model::Tally::default();
    for call in &CALLS {
        let id = ProviderCallId::new(call.id);
        let found = store
            .read(|reader| reader.ledger().marks_of(&account("old"), &id))
            .expect("reads")
            .expect("is marked");
        assert_eq!(found.to_string(), call.marks, "{}", call.id);
        sum.add(&found, 1);
    }
    let (days, total, blocked) = store
        .read(|reader| {
            let ledger = reader.ledger();
            let old = account("old");
            Ok((
                ledger.days(Some(&old), date(2026, 1, 1), date(2026, 12, 31))?,
                ledger.total(&old)?,
                ledger.blocked_at(&old)?,
            ))
        })
        .expect("reads");
    assert_eq!((days.len(), days[0].day), (1, date(2026, 3, 4)));
    assert_eq!(days[0].tally, sum);
    assert_eq!(total, sum);
    let going_on = DAY + 102;
    assert_eq!(blocked.map(|at| at.as_millisecond()), Some(going_on));
    assert_eq!(store.integrity(), Ok(()));
}

#[test]
fn the_letters_of_the_step_are_those_of_the_model() {
    let path = tempfile::tempdir().expect("a temporary folder");
    let file = path.path().join("ringback.db");
    let old = Connection::open(&file).expect("opens");
    old.execute_batch(FIRST_FORMAT).expect("the fixture runs");
    let reasons: Vec<Reason> = [
        "processing",
        "queued",
        "too_short",
        "silent",
        "not_connected",
        "not_recorded",
        "policy",
        "encrypted",
        "external_storage",
        "link_expired",
        "retention",
        "not_found",
        "deleted_at_provider",
        "unauthorized",
        "rate_limited",
        "provider_error",
        "network",
        "incomplete",
        "not_audio",
        "damaged",
        "unsupported",
        "too_large",
        "forbidden_address",
        "disk_full",
        "file_missing",
    ]
    .map(|word| serde_json::from_value(word.into()).expect("a reason"))
    .into();
    for (row, reason) in (100..).zip(&reasons) {
        old.execute(
            "INSERT INTO calls (row, id, position, account, provider, provider_call_id, status,
                 direction, sort_at, missing, missing_count, recording_state, recording_reason,
                 has_transcript, first_seen_at, updated_at)
             VALUES (?1, ?2, ?1, 'old', 'retell', ?3, 'ended', 'inbound', 0, '[\"recording\"]', 1,
                 'available', ?3, 0, 0, 0)",
            (row, format!("id {row}"), reason.as_str()),
        )
        .expect("is written");
    }
    drop(old);
    let store =
        Store::open(&file, Options::default(), ringback_model::Clock::system()).expect("opens");
    let call = Call::new(ProviderCallId::new("x"));
    for reason in reasons {
        let id = ProviderCallId::new(reason.as_str());
        let found = store
            .read(|reader| reader.ledger().marks_of(&account("old"), &id))
            .expect("reads")
            .expect("is marked")
            .to_string();
        let mut ended = call.clone();
        ended.apply(&ended_event());
        let by_model = Evidence {
            call: &ended,
            missing: &[ringback_model::Field::Recording],
            recordings: &[RecordingState::Available(reason)],
            asking: Asking::Never,
            is_only_listed: false,
        }
        .marks()
        .to_string();
        assert_eq!(found, by_model, "{}", reason.as_str());
        // Whether it stands in the way is what the index says, too.
        let is_open = by_model
            .parse::<ringback_model::Marks>()
            .expect("marks")
            .open()
            .next();
        let holes: i64 = Connection::open(&file)
            .expect("opens")
            .query_row(
                "SELECT holes FROM calls WHERE provider_call_id = ?1",
                [id.as_str()],
                |row| row.get(0),
            )
            .expect("is there");
        assert_eq!(
            holes,
            if is_open.is_some() { 2 } else { 1 },
            "{}",
            reason.as_str()
        );
    }
}

fn ended_event() -> ringback_model::CallEvent {
    let stamp = ringback_model::Stamp {
        as_of: jiff::Timestamp::UNIX_EPOCH,
        source: ringback_model::Source::Snapshot,
    };
    let mut event = ringback_model::CallEvent::new(ProviderCallId::new("x"), stamp);
    event.facts.status = Some(ringback_model::Status::Ended);
    event
}
