//! The work to be done, and who does it.

use jiff::{SignedDuration, Timestamp};
use ringback_store::{ClaimLimits, Enqueued, Job, NewJob, Store};
use serde_json::json;

use crate::home::{Home, account};

const LIMITS: ClaimLimits = ClaimLimits {
    jobs: 10,
    per_account: 10,
    lease: SignedDuration::from_secs(60),
};

fn job(key: &str, run_at: Timestamp) -> NewJob {
    NewJob {
        kind: "fetch".into(),
        key: key.into(),
        account: account("clinic"),
        payload: json!({ "n": key }),
        run_at,
        deadline: None,
    }
}

fn add(store: &Store, job: &NewJob) -> Enqueued {
    let job = job.clone();
    store
        .write(move |writer| writer.jobs_mut().enqueue(&job))
        .expect("added")
}

fn claim(store: &Store, now: Timestamp, owner: &'static str, limits: ClaimLimits) -> Vec<Job> {
    store
        .write(move |writer| {
            writer
                .jobs_mut()
                .claim(&["fetch", "resync"], now, owner, limits)
        })
        .expect("claimed")
}

fn keys(jobs: &[Job]) -> Vec<&str> {
    jobs.iter().map(|job| job.work.key.as_str()).collect()
}

fn seconds(n: i64) -> SignedDuration {
    SignedDuration::from_secs(n)
}

#[test]
fn the_nearest_deadline_goes_first_then_what_is_due_longest() {
    let home = Home::new();
    let now = home.now();
    add(&home.store, &job("late", now - seconds(1)));
    add(&home.store, &job("long due", now - seconds(9)));
    let with_deadline = |key, n| NewJob {
        deadline: Some(now + seconds(n)),
        ..job(key, now)
    };
    add(&home.store, &with_deadline("tomorrow", 86_400));
    add(&home.store, &with_deadline("soon", 600));
    add(&home.store, &job("not yet", now + seconds(5)));
    let mut other = job("other kind", now);
    other.kind = "offsite".into();
    add(&home.store, &other);

    let two = ClaimLimits { jobs: 2, ..LIMITS };
    assert_eq!(
        keys(&claim(&home.store, now, "one", two)),
        ["soon", "tomorrow"]
    );
    assert_eq!(
        keys(&claim(&home.store, now, "one", LIMITS)),
        ["long due", "late"]
    );
    assert_eq!(
        keys(&claim(&home.store, now, "one", LIMITS)),
        Vec::<&str>::new()
    );
    let due = |kinds: &'static [&'static str]| {
        home.store
            .read(|reader| reader.jobs().next_due(kinds))
            .expect("reads")
    };
    assert_eq!(due(&["fetch"]), Some(now + seconds(5)));
    assert_eq!(due(&["fetch", "offsite"]), Some(now));
    assert_eq!(due(&["resync"]), None);
    let now = home.pass(seconds(5));
    assert_eq!(keys(&claim(&home.store, now, "one", LIMITS)), ["not yet"]);
}

#[test]
fn whether_there_is_anything_to_take_is_known_without_taking_it() {
    let home = Home::new();
    let now = home.now();
    let is_any_due = |now| {
        home.store
            .read(move |reader| reader.jobs().is_any_due(now))
            .expect("reads")
    };
    assert!(!is_any_due(now));
    add(&home.store, &job("later", now + seconds(5)));
    assert!(!is_any_due(now + seconds(4)));
    assert!(is_any_due(now + seconds(5)));
}

#[test]
fn one_account_does_not_take_all_places() {
    let home = Home::new();
    let now = home.now();
    for n in 0..5 {
        add(&home.store, &job(&format!("c{n}"), now));
    }
    let mut other = job("s", now);
    other.account = account("shop");
    add(&home.store, &other);
    let limits = ClaimLimits {
        per_account: 2,
        ..LIMITS
    };
    let first = claim(&home.store, now, "one", limits);
    assert_eq!(keys(&first), ["c0", "c1", "s"]);
    assert_eq!(
        keys(&claim(&home.store, now, "two", limits)),
        Vec::<&str>::new()
    );
    let done = first[0].id;
    home.store
        .write(move |writer| writer.jobs_mut().complete(done, "one"))
        .expect("written");
    assert_eq!(keys(&claim(&home.store, now, "two", limits)), ["c2"]);
}

#[test]
fn a_job_whose_holder_died_goes_to_another_and_the_first_cannot_end_it() {
    let home = Home::new();
    let now = home.now();
    add(&home.store, &job("a", now));
    let first = claim(&home.store, now, "one", LIMITS);
    let id = first[0].id;
    assert_eq!(first[0].first_tried_at, Some(now));
    let second_process = home.second();
    assert!(claim(&second_process, now, "two", LIMITS).is_empty());
    let next = home
        .store
        .read(|reader| reader.jobs().next_due(&["fetch"]))
        .expect("reads");
    assert_eq!(next, Some(now + seconds(60)), "when the lease ends");

    // A sign of life moves the end of the lease.
    let later = now + seconds(100);
    let alive = home
        .store
        .write(move |writer| writer.jobs_mut().heartbeat(id, "one", later));
    assert_eq!(alive, Ok(true));
    let now = home.pass(seconds(60));
    assert!(claim(&second_process, now, "two", LIMITS).is_empty());
    let now = home.pass(seconds(40));
    let taken = claim(&second_process, now, "two", LIMITS);
    assert_eq!(keys(&taken), ["a"]);
    assert_eq!(taken[0].first_tried_at, first[0].first_tried_at);

    let store = &home.store;
    assert_eq!(
        store.write(move |writer| writer.jobs_mut().complete(id, "one")),
        Ok(false)
    );
    assert_eq!(
        store.write(move |writer| writer.jobs_mut().heartbeat(id, "one", later)),
        Ok(false)
    );
    assert_eq!(
        store.write(move |writer| writer.jobs_mut().retry(id, "one", later, "x")),
        Ok(false)
    );
    assert_eq!(
        store.write(move |writer| writer.jobs_mut().complete(id, "two")),
        Ok(true)
    );
    assert_eq!(
        store.read(|reader| reader.jobs().get("fetch", "a")),
        Ok(None)
    );
}

#[test]
fn a_failed_try_counts_and_waiting_does_not() {
    let home = Home::new();
    let now = home.now();
    add(&home.store, &job("a", now));
    let id = claim(&home.store, now, "one", LIMITS)[0].id;
    let next = now + seconds(2);
    home.store
        .write(move |writer| {
            writer
                .jobs_mut()
                .set_payload(id, "one", &json!({ "asked": 1 }))?;
            writer.jobs_mut().postpone(id, "one", next)
        })
        .expect("written");
    let read = || {
        home.store
            .read(|reader| reader.jobs().get("fetch", "a"))
            .expect("reads")
    };
    let waiting = read().expect("there");
    assert_eq!((waiting.attempts, waiting.lease.clone()), (0, None));
    assert_eq!(waiting.work.payload, json!({ "asked": 1 }));
    assert!(claim(&home.store, now, "one", LIMITS).is_empty());
    let now = home.pass(seconds(2));
    assert_eq!(claim(&home.store, now, "one", LIMITS).len(), 1);
    let next = now + seconds(30);
    home.store
        .write(move |writer| writer.jobs_mut().retry(id, "one", next, "network"))
        .expect("written");
    let failed = read().expect("there");
    assert_eq!(
        (failed.attempts, failed.last_error.as_deref()),
        (1, Some("network"))
    );
    let counts = home
        .store
        .read(|reader| reader.jobs().counts(now))
        .expect("reads");
    assert_eq!(
        (counts[0].all, counts[0].leased, counts[0].failing),
        (1, 0, 1)
    );
}

#[test]
fn asking_again_joins_and_asking_during_the_work_runs_it_once_more() {
    let home = Home::new();
    let now = home.now();
    let later = NewJob {
        run_at: now + seconds(60),
        ..job("a", now)
    };
    assert!(matches!(add(&home.store, &later), Enqueued::New(_)));
    let sooner = NewJob {
        payload: json!("newer"),
        deadline: Some(now + seconds(600)),
        ..job("a", now)
    };
    assert!(matches!(add(&home.store, &sooner), Enqueued::Joined(_)));
    assert!(matches!(add(&home.store, &later), Enqueued::Joined(_)));
    let jobs = home
        .store
        .read(|reader| reader.jobs().list("fetch", 9))
        .expect("reads");
    assert_eq!(jobs.len(), 1);
    assert_eq!(jobs[0].work.run_at, now);
    assert_eq!(jobs[0].work.deadline, Some(now + seconds(600)));

    let id = claim(&home.store, now, "one", LIMITS)[0].id;
    add(&home.store, &sooner);
    let done = home
        .store
        .write(move |writer| writer.jobs_mut().complete(id, "one"));
    assert_eq!(done, Ok(true));
    assert_eq!(
        keys(&claim(&home.store, now, "one", LIMITS)),
        ["a"],
        "news came during the work"
    );
    home.store
        .write(move |writer| writer.jobs_mut().complete(id, "one"))
        .expect("written");
    assert!(claim(&home.store, now, "one", LIMITS).is_empty());
}

#[test]
fn an_orderly_end_gives_work_back_at_once() {
    let home = Home::new();
    let now = home.now();
    add(&home.store, &job("a", now));
    add(&home.store, &job("b", now));
    claim(&home.store, now, "one", LIMITS);
    home.store
        .write(|writer| writer.jobs_mut().release_all("one"))
        .expect("written");
    assert_eq!(keys(&claim(&home.store, now, "two", LIMITS)), ["a", "b"]);
    assert_eq!(
        home.store
            .write(|writer| writer.jobs_mut().cancel("fetch", "a")),
        Ok(true)
    );
    assert_eq!(
        home.store
            .write(|writer| writer.jobs_mut().cancel("fetch", "a")),
        Ok(false)
    );
}

#[test]
fn what_is_still_in_hand_after_a_sleep_is_not_taken_again_and_what_others_hold_runs_out() {
    let home = Home::new();
    let asleep = home.now();
    add(&home.store, &job("a", asleep));
    claim(&home.store, asleep, "one", LIMITS);
    add(&home.store, &job("b", asleep));
    claim(&home.store, asleep, "two", LIMITS);
    let awake = asleep + seconds(3600);
    home.store
        .write(move |writer| writer.jobs_mut().hold_all("one", awake + seconds(60)))
        .expect("written");
    assert_eq!(keys(&claim(&home.store, awake, "one", LIMITS)), ["b"]);
}

#[test]
fn a_process_holds_what_it_took_under_any_of_its_numbers_and_ends_each_taking_by_itself() {
    let home = Home::new();
    let now = home.now();
    for (key, owner) in [("a", "one/1"), ("b", "one/2"), ("c", "one-more/1")] {
        add(&home.store, &job(key, now));
        assert_eq!(claim(&home.store, now, owner, LIMITS)[0].owner(), owner);
    }
    let first = home.store.read(|reader| reader.jobs().get("fetch", "a"));
    let id = first.expect("reads").expect("there").id;
    assert_eq!(
        home.store
            .write(move |writer| writer.jobs_mut().complete(id, "one/2")),
        Ok(false),
        "another try of the same process does not end this one"
    );
    let awake = now + seconds(3600);
    home.store
        .write(move |writer| writer.jobs_mut().hold_all("one", awake + seconds(60)))
        .expect("written");
    assert_eq!(keys(&claim(&home.store, awake, "two", LIMITS)), ["c"]);
    home.store
        .write(|writer| writer.jobs_mut().release_all("one"))
        .expect("written");
    assert_eq!(keys(&claim(&home.store, awake, "two", LIMITS)), ["a", "b"]);
}

#[test]
fn after_the_clock_was_set_back_work_does_not_rest_for_as_long_as_it_was_ahead() {
    let home = Home::new();
    let now = home.now();
    let ahead = now + seconds(7200);
    for (key, run_at) in [
        ("due", now - seconds(5)),
        ("planned while it was ahead", ahead + seconds(90)),
        ("planned before", now + seconds(30)),
        ("in hand", ahead),
    ] {
        add(&home.store, &job(key, run_at));
    }
    home.store
        .write(move |writer| {
            writer
                .jobs_mut()
                .claim_one("fetch", "in hand", ahead, "one", seconds(60))
        })
        .expect("claimed");
    home.store
        .write(move |writer| writer.jobs_mut().set_back(seconds(7200), now, seconds(60)))
        .expect("written");
    let of = |key: &str| {
        let found = home.store.read(|reader| reader.jobs().get("fetch", key));
        found.expect("reads").expect("there")
    };
    assert_eq!(of("due").work.run_at, now - seconds(5));
    let planned = of("planned while it was ahead").work.run_at;
    assert_eq!(planned, now + seconds(90), "as much later as was meant");
    assert_eq!(of("planned before").work.run_at, now, "a little early");
    let lease = of("in hand").lease;
    assert_eq!(lease, Some(("one".to_owned(), now + seconds(60))));
}
