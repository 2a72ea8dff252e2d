//! Resyncs of many calls, written down.

use ringback_model::ProviderCallId;
use ringback_store::{
    ChangeKind, Feed, Store, Sweep, SweepId, SweepItem, SweepOutcome, SweepResult, SweepState,
};
use serde_json::json;

use crate::home::{Home, account};

fn add(store: &Store, calls: &'static [&'static str]) -> SweepId {
    store
        .write(move |writer| {
            let id = writer.sweeps_mut().add(&json!("missing"), &[])?;
            let calls: Vec<_> = calls
                .iter()
                .map(|call| ProviderCallId::new((*call).to_owned()))
                .collect();
            writer
                .sweeps_mut()
                .add_items(id, &account("clinic"), &calls)?;
            Ok(id)
        })
        .expect("added")
}

fn sweep(store: &Store, id: SweepId) -> Sweep {
    store
        .read(|reader| reader.sweeps().get(id))
        .expect("readable")
        .expect("it is there")
}

fn waiting(store: &Store, id: SweepId) -> Vec<(i64, String)> {
    let items = store
        .read(|reader| reader.sweeps().waiting(id, &account("clinic"), 0, 10))
        .expect("readable");
    items
        .into_iter()
        .map(|item| (item.place, item.named.to_string()))
        .collect()
}

fn put(store: &Store, id: SweepId, place: i64, outcome: SweepOutcome) -> bool {
    let result = SweepResult {
        outcome,
        call: None,
        told: json!({ "changed": ["cost"] }),
    };
    store
        .write(move |writer| writer.sweeps_mut().put_result(id, place, &result, Some(5)))
        .expect("written")
}

#[test]
fn what_was_known_when_an_item_was_begun_stays_until_it_has_a_result() {
    let home = Home::new();
    let store = &home.store;
    let id = add(store, &["call_1"]);
    let item = items(store, id).remove(0);
    assert_eq!(item.before, None);
    let place = item.place;
    for known in ["first", "after a crash"] {
        let note = json!({ "known": known });
        store
            .write(move |writer| writer.sweeps_mut().begin_item(id, place, &note))
            .expect("written");
    }
    let known = items(store, id).remove(0).before;
    assert_eq!(known, Some(json!({ "known": "first" })));
    assert!(put(store, id, place, SweepOutcome::Updated));
    let done = store.read(|reader| reader.sweeps().results(id, 0, 10));
    assert_eq!(done.expect("readable")[0].before, None, "it takes no room");
}

fn items(store: &Store, id: SweepId) -> Vec<SweepItem> {
    store
        .read(|reader| reader.sweeps().waiting(id, &account("clinic"), 0, 10))
        .expect("readable")
}

fn set(store: &Store, id: SweepId, state: SweepState) -> bool {
    store
        .write(move |writer| writer.sweeps_mut().set_state(id, state))
        .expect("written")
}

#[test]
fn a_call_is_in_a_sweep_once_and_has_one_result() {
    let home = Home::new();
    let id = add(&home.store, &["a", "b", "a"]);
    let items = waiting(&home.store, id);
    assert_eq!(items.len(), 2, "{items:?}");
    assert!(put(&home.store, id, items[0].0, SweepOutcome::Updated));
    assert!(
        !put(&home.store, id, items[0].0, SweepOutcome::Failed),
        "it has one"
    );
    let now = sweep(&home.store, id);
    assert_eq!((now.total, now.checked(), now.updated), (2, 1, 1));
    assert_eq!(now.pace_us, Some(5));
    assert_eq!(waiting(&home.store, id), items[1..]);
    let told = home
        .store
        .read(|reader| reader.sweeps().results(id, 0, 10))
        .expect("readable");
    let result = told[0].result.as_ref().expect("it is done");
    assert_eq!(result.told, json!({ "changed": ["cost"] }));
}

#[test]
fn a_sweep_is_done_when_every_list_is_read_and_every_item_has_a_result() {
    let home = Home::new();
    let id = home
        .store
        .write(|writer| {
            let unlisted = [account("clinic"), account("bistro")];
            writer
                .sweeps_mut()
                .add(&json!({ "recent": { "days": 1 } }), &unlisted)
        })
        .expect("added");
    let end = || {
        home.store
            .write(move |writer| writer.sweeps_mut().end_if_done(id))
            .expect("written")
    };
    assert!(!end(), "two lists are to be read");
    for name in ["clinic", "bistro"] {
        let calls = [ProviderCallId::new("a".to_owned())];
        home.store
            .write(move |writer| {
                writer.sweeps_mut().add_items(id, &account(name), &calls)?;
                writer.sweeps_mut().listed(id, &account(name))
            })
            .expect("written");
    }
    assert!(!end(), "two calls are to be asked for");
    for place in [1, 2] {
        assert!(put(&home.store, id, place, SweepOutcome::Unchanged));
    }
    assert!(end());
    assert_eq!(sweep(&home.store, id).state, SweepState::Done);
    assert!(!set(&home.store, id, SweepState::Running), "it is over");
}

#[test]
fn one_that_is_paused_is_not_worked_on_and_one_that_is_ended_takes_no_results() {
    let home = Home::new();
    let (first, second) = (add(&home.store, &["a"]), add(&home.store, &["b"]));
    let running = || {
        home.store
            .read(|reader| reader.sweeps().running())
            .expect("readable")
            .map(|sweep| sweep.id)
    };
    assert_eq!(running(), Some(first), "the older one goes first");
    assert!(set(&home.store, first, SweepState::Paused));
    assert_eq!(running(), Some(second));
    assert!(set(&home.store, second, SweepState::Canceled));
    assert_eq!(running(), None);
    assert!(!put(&home.store, second, 2, SweepOutcome::Updated));
    assert!(set(&home.store, first, SweepState::Running));
    assert_eq!(running(), Some(first));
}

#[test]
fn other_processes_hear_of_it_and_old_ones_are_forgotten() {
    let home = Home::new();
    let id = add(&home.store, &["a"]);
    set(&home.store, id, SweepState::Canceled);
    let feed = home
        .store
        .read(|reader| reader.changes_since(0))
        .expect("readable");
    let Feed::Changes(changes) = feed else {
        panic!("a short feed is whole");
    };
    assert!(
        changes
            .iter()
            .any(|change| change.kind == ChangeKind::Sweep && change.id == id.to_string())
    );
    for _ in 0..20 {
        add(&home.store, &["b"]);
    }
    let known = home
        .store
        .read(|reader| reader.sweeps().get(id))
        .expect("readable");
    assert_eq!(known, None);
}
