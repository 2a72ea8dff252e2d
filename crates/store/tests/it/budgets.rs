//! Which work goes first, and how much of it at a time; and what was away.

use jiff::{SignedDuration, Timestamp};
use ringback_store::{Budgets, ClaimLimits, NewJob, Store};
use serde_json::json;

use crate::home::{Home, account};

fn add(store: &Store, key: &str, now: Timestamp, dies_in: Option<i64>, is_backlog: bool) {
    let job = NewJob {
        kind: "fetch".into(),
        key: key.into(),
        account: account(key.split(' ').next().expect("an account")),
        payload: json!({}),
        run_at: now,
        deadline: dies_in.map(|minutes| now + SignedDuration::from_mins(minutes)),
    };
    store
        .write(move |writer| {
            if is_backlog {
                writer.jobs_mut().enqueue_backlog(&job)
            } else {
                writer.jobs_mut().enqueue(&job)
            }
        })
        .expect("added");
}

fn claim(store: &Store, now: Timestamp, jobs: usize, backlog: usize) -> Vec<String> {
    let limits = ClaimLimits {
        jobs,
        per_account: 2,
        lease: SignedDuration::from_mins(1),
    };
    let budgets = Budgets {
        dying_within: SignedDuration::from_mins(30),
        per_account: vec![(account("clinic"), 4)],
        backlog,
    };
    let claimed = store
        .write(move |writer| {
            writer
                .jobs_mut()
                .claim_within(&["fetch"], now, "one", limits, &budgets)
        })
        .expect("claimed");
    claimed.into_iter().map(|job| job.work.key).collect()
}

#[test]
fn what_dies_soon_goes_first_then_what_is_live_then_the_backlog() {
    let home = Home::new();
    let now = home.now();
    add(&home.store, "clinic backlog", now, None, true);
    add(&home.store, "clinic live", now, Some(600), false);
    add(&home.store, "clinic backlog that dies", now, Some(10), true);
    add(
        &home.store,
        "clinic backlog for a day",
        now,
        Some(1440),
        true,
    );
    assert_eq!(
        claim(&home.store, now, 10, 10),
        [
            "clinic backlog that dies",
            "clinic live",
            "clinic backlog for a day"
        ],
        "one of the account's four places is left free"
    );
}

#[test]
fn the_backlog_never_takes_the_last_place() {
    let home = Home::new();
    let now = home.now();
    for n in 0..6 {
        add(&home.store, &format!("clinic {n}"), now, None, true);
        add(&home.store, &format!("shop {n}"), now, None, true);
    }
    let all = claim(&home.store, now, 10, 10);
    let of = |name| all.iter().filter(|key| key.starts_with(name)).count();
    assert_eq!((of("clinic"), of("shop")), (3, 1), "{all:?}");
    add(&home.store, "clinic live", now, None, false);
    add(&home.store, "shop live", now, None, false);
    assert_eq!(
        claim(&home.store, now, 10, 10),
        ["clinic live", "shop live"]
    );
}

#[test]
fn there_is_room_that_only_what_is_live_may_have() {
    let home = Home::new();
    let now = home.now();
    for n in 0..3 {
        add(&home.store, &format!("clinic {n}"), now, None, true);
    }
    assert_eq!(claim(&home.store, now, 2, 0), [""; 0]);
    assert_eq!(claim(&home.store, now, 2, 1).len(), 1);
    add(&home.store, "clinic 1", now, None, false);
    assert_eq!(
        claim(&home.store, now, 2, 0),
        ["clinic 1"],
        "what was backlog is live once somebody waits for it"
    );
}

#[test]
fn what_failed_without_a_network_is_due_when_it_is_back() {
    let home = Home::new();
    let now = home.now();
    add(&home.store, "clinic a", now, None, false);
    add(&home.store, "clinic b", now, None, false);
    claim(&home.store, now, 10, 10);
    let later = now + SignedDuration::from_mins(40);
    let hurried = home.store.write(move |writer| {
        for (key, error) in [("clinic a", "network"), ("clinic b", "not_audio")] {
            let job = writer.jobs().get("fetch", key)?.expect("it is there");
            writer.jobs_mut().retry(job.id, "one", later, error)?;
        }
        writer
            .jobs_mut()
            .hurry("fetch", &account("clinic"), "network", now)
    });
    hurried.expect("written");
    assert_eq!(claim(&home.store, now, 10, 10), ["clinic a"]);
    let dying = home.store.read(|reader| {
        let soon = now + SignedDuration::from_mins(5);
        reader.jobs().dying("fetch", now, soon, 10)
    });
    assert_eq!(dying.expect("readable"), []);
}

#[test]
fn absences_that_were_not_told_of_are_one() {
    let home = Home::new();
    let at = |hour: i64| home.now() + SignedDuration::from_hours(hour);
    let (one, two, three) = (at(1), at(2), at(9));
    let untold = || {
        let untold = home.store.read(|reader| reader.absences().untold());
        untold.expect("readable")
    };
    assert_eq!(untold(), None);
    home.store
        .write(move |writer| {
            writer.absences_mut().note(two, three)?;
            writer.absences_mut().note(one, two)
        })
        .expect("written");
    let absence = untold().expect("there is one");
    assert_eq!((absence.since, absence.back_at), (one, three));
    let tell = || {
        home.store
            .write(move |writer| writer.absences_mut().told(absence.id))
            .expect("written")
    };
    assert!(tell());
    assert!(!tell(), "it is told of once");
    assert_eq!(untold(), None);
}

/// A question that somebody wants of whom nobody knows who it is.
fn hint(store: &Store, key: &str, now: Timestamp, most: usize) -> bool {
    let job = NewJob {
        kind: "fetch".into(),
        key: key.into(),
        account: account(key.split(' ').next().expect("an account")),
        payload: json!({}),
        run_at: now,
        deadline: None,
    };
    store
        .write_soon(move |writer| writer.jobs_mut().enqueue_hinted(&job, most))
        .expect("answered")
}

#[test]
fn what_nobody_vouches_for_is_bounded_for_each_account_and_comes_after_what_is_live() {
    let home = Home::new();
    let now = home.now();
    let taken = (0..1_000)
        .filter(|n| hint(&home.store, &format!("clinic {n}"), now, 100))
        .count();
    assert_eq!(taken, 100);
    assert!(hint(&home.store, "shop 1", now, 100), "another account");
    assert!(
        hint(&home.store, "clinic 7", now, 100),
        "the same again is no further one"
    );
    let all = home.store.read(|reader| reader.jobs().list("fetch", 5_000));
    assert_eq!(all.expect("reads").len(), 101);

    let later = now + SignedDuration::from_secs(60);
    add(&home.store, "clinic signed", later, None, false);
    // One of the others is wanted by somebody who is known.
    add(&home.store, "clinic 42", later, None, false);
    let first = claim(&home.store, later, 3, 3);
    assert_eq!(
        first[..2],
        ["clinic 42", "clinic signed"],
        "what is live goes first however long the others waited"
    );
    assert!(
        hint(&home.store, "clinic one more", later, 100),
        "one of the hundred has become live"
    );
    assert!(!hint(&home.store, "clinic too many", later, 100));
}
