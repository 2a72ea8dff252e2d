//! What was refused at the door.

use std::sync::mpsc;

use jiff::SignedDuration;
use ringback_model::ProviderCallId;
use ringback_store::{IfKnown, NewJob, Options, Refusal, Store, StoreError};

use crate::home::{Home, START, Told, account};

fn knock(home: &Home, name: &str, reason: &str, body: &[u8]) -> Refusal {
    Refusal {
        account: account(name),
        at: home.now(),
        reason: reason.into(),
        path_and_query: Some("/webhooks/clinic".into()),
        headers: vec![("user-agent".into(), "curl".into())],
        body: body.to_vec(),
        body_bytes: body.len() as u64,
    }
}

/// Everything that was pushed before is written when this one is answered.
fn settle(store: &Store) {
    store.write(|_| Ok(())).expect("answers");
}

fn kept(store: &Store, name: Option<&str>) -> usize {
    let name = name.map(account);
    store
        .read(|reader| reader.refused().list(name.as_ref(), 5000))
        .expect("reads")
        .len()
}

#[test]
fn a_refused_request_is_kept_with_its_reason_and_the_beginning_of_its_body() {
    let home = Home::new();
    home.store.refuse(
        knock(&home, "clinic", "signature_wrong", &[7; 10_000]),
        Vec::new(),
    );
    settle(&home.store);
    let rows = home
        .store
        .read(|reader| reader.refused().list(None, 10))
        .expect("reads");
    let [row] = rows.as_slice() else {
        panic!("one was refused")
    };
    assert_eq!(row.refusal.reason, "signature_wrong");
    assert_eq!(row.refusal.body, [7; 4096]);
    assert_eq!(row.refusal.body_bytes, 10_000);
    assert_eq!(row.refusal.headers, [("user-agent".into(), "curl".into())]);
    let by_seq = |seq| home.store.read(|reader| reader.refused().by_seq(seq));
    let found = by_seq(row.seq).expect("reads").expect("it is kept");
    assert_eq!(found.refusal.body_bytes, 10_000);
    assert!(by_seq(row.seq + 1).expect("reads").is_none());
}

#[test]
fn the_ring_is_capped_and_the_counts_are_exact() {
    let home = Home::new();
    for n in 0..7 {
        let name = format!("a{n}");
        for _ in 0..250 {
            home.store
                .refuse(knock(&home, &name, "too_old", b"x"), Vec::new());
            home.pass(SignedDuration::from_millis(100));
        }
        settle(&home.store);
        assert_eq!(kept(&home.store, Some(&name)), 200, "of one account");
    }
    assert_eq!(kept(&home.store, None), 1000, "in all");
    let counts = home
        .store
        .read(|reader| reader.refused().counts())
        .expect("reads");
    assert_eq!(counts.len(), 7);
    assert!(
        counts
            .iter()
            .all(|count| count.count == 250 && count.reason == "too_old")
    );
    home.store
        .write(|writer| writer.refused_mut().clear(&account("a6")))
        .expect("cleared");
    assert_eq!(kept(&home.store, Some("a6")), 0);
}

#[test]
fn a_flood_is_counted_in_full_and_written_in_few_rows() {
    let home = Home::with(Options {
        waiting_writes: 8,
        ..Options::default()
    });
    for _ in 0..5000 {
        home.store.refuse(
            knock(&home, "clinic", "signature_missing", &[1; 100]),
            Vec::new(),
        );
    }
    home.pass(SignedDuration::from_millis(100));
    home.store.refuse(
        knock(&home, "clinic", "signature_missing", b"last"),
        Vec::new(),
    );
    settle(&home.store);
    let counts = home
        .store
        .read(|reader| reader.refused().counts())
        .expect("reads");
    assert_eq!(counts[0].count, 5001);
    assert!(kept(&home.store, None) < 200, "samples, not all");
    home.store
        .write(|writer| writer.settings_mut().set("a", &1))
        .expect("others get through");
}

/// A question about a call, if it is known.
fn about(home: &Home, call: &str) -> IfKnown {
    IfKnown {
        call: ProviderCallId::new(call),
        job: NewJob {
            kind: "resync".into(),
            key: format!("clinic/{call}"),
            account: account("clinic"),
            payload: serde_json::json!({ "call": call }),
            run_at: home.now(),
            deadline: None,
        },
    }
}

#[test]
fn ten_thousand_refusals_that_each_name_another_call_are_a_few_writes_and_ask_about_the_one_that_is_known()
 {
    let home = Home::with(Options {
        waiting_writes: 1_000,
        ..Options::default()
    });
    Told::new("clinic", "call_known", START).put(&home.store);
    // The writer stands still: ten seconds are a hundred writes, and some more while this machine is slow.
    // If there were one for each refusal, the line would be full and the count not exact.
    let (go, gate) = mpsc::channel::<()>();
    let (entered, inside) = mpsc::channel();
    home.store.write_async(
        move |_| {
            entered.send(()).expect("the test waits");
            gate.recv().map_err(|_| StoreError::Closed)
        },
        |result| result.expect("let go"),
    );
    inside.recv().expect("the writer stands still");
    for n in 0..10_000 {
        let call = if n % 5_000 == 2_500 {
            "call_known".to_owned()
        } else {
            format!("call_{n}")
        };
        let named = vec![about(&home, &call)];
        home.store
            .refuse(knock(&home, "clinic", "signature_wrong", b"{}"), named);
        home.pass(SignedDuration::from_millis(1));
    }
    go.send(()).expect("the writer waits");
    home.pass(SignedDuration::from_secs(1));
    home.store
        .refuse(knock(&home, "clinic", "signature_wrong", b"{}"), Vec::new());
    settle(&home.store);
    home.store
        .read(|reader| {
            assert_eq!(reader.refused().counts()?[0].count, 10_001);
            let asked = reader.jobs().list("resync", 10)?;
            let keys: Vec<_> = asked.iter().map(|job| job.work.key.as_str()).collect();
            assert_eq!(keys, ["clinic/call_known"], "once, and nobody else");
            Ok(())
        })
        .expect("reads");
}

#[test]
fn one_write_looks_up_a_bounded_number_of_calls_of_each_account() {
    let home = Home::new();
    for n in 0..300 {
        Told::new("clinic", &format!("call_{n}"), START + n).put(&home.store);
    }
    home.store
        .refuse(knock(&home, "clinic", "too_old", b"{}"), Vec::new());
    let all = (0..300).map(|n| about(&home, &format!("call_{n}")));
    home.store
        .refuse(knock(&home, "clinic", "too_old", b"{}"), all.collect());
    home.pass(SignedDuration::from_secs(1));
    home.store
        .refuse(knock(&home, "clinic", "too_old", b"{}"), Vec::new());
    settle(&home.store);
    let asked = home
        .store
        .read(|reader| reader.jobs().list("resync", 1_000));
    assert_eq!(asked.expect("reads").len(), 100);
}

#[test]
fn what_was_refused_last_is_written_before_closing() {
    let home = Home::new();
    home.store
        .refuse(knock(&home, "clinic", "too_old", b"1"), Vec::new());
    home.store
        .refuse(knock(&home, "clinic", "too_old", b"2"), Vec::new());
    home.store.clone().close();
    let again = home.second();
    let counts = again
        .read(|reader| reader.refused().counts())
        .expect("reads");
    assert_eq!(counts[0].count, 2);
}
