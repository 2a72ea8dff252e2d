//! What fields the providers' documents have by now, learned from the journal, and what changed.
//!
//! The journal is read once more, in its order and behind the applying, so that the same journal always
//! gives the same report; how far it came is a mark in the database. Kept are names and kinds of
//! values, never values, and of both only so much: see [`known`] and [`ringback_providers::shape`].

mod known;

use std::{cmp::Reverse, collections::BTreeMap, sync::Arc, time::Duration};

use jiff::Timestamp;
use ringback_providers::{find, plain, shape};
use ringback_store::{Event, Standing, Store, StoreError};

use known::Known;
pub use known::{Drift, DriftKind};

use crate::{
    apply::{document, is_test},
    core::Core,
    pulse,
};

/// So many events are read at once.
const BATCH: usize = 50;

/// The pause between two batches while there is more, and when there is nothing.
const PAUSE: Duration = Duration::from_millis(200);
const BEAT: Duration = Duration::from_secs(5);

/// So many kinds of documents of one provider are told apart.
const MOST_KINDS: u64 = 100;

/// A field that is new, is of another kind, or is not told any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drifted {
    /// The provider's name in the configuration.
    pub provider: String,
    /// The kind of document.
    pub kind: String,
    /// What changed.
    pub drift: Drift,
}

/// The name for people of the provider that is called so in the configuration; that word itself where
/// it is not known any more.
pub fn provider_title(name: &str) -> &str {
    find(name).map_or(name, |provider| provider.title())
}

/// Reads what arrives until the program ends.
pub(crate) async fn watch(core: Arc<Core>) {
    while !core.stop.is_cancelled() {
        let store = core.store.clone();
        let read = tokio::task::spawn_blocking(move || read_when_idle(&store)).await;
        let pause = match read {
            Ok(Ok(0)) => BEAT,
            Ok(Ok(_)) => PAUSE,
            Ok(Err(error)) => {
                tracing::error!(%error, "the shapes of what arrives cannot be noted");
                BEAT
            }
            Err(ended) => match ended.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                // The program ends before it was begun.
                Err(_) => return,
            },
        };
        core.stop.run_until_cancelled(pulse::beat(pause)).await;
    }
}

/// What changed, after reading everything that is in the journal, newest first.
pub(crate) fn report(store: &Store) -> Result<Vec<Drifted>, StoreError> {
    while read_on(store)? > 0 {}
    let all = store.read(|reader| reader.shapes().all::<Known>())?;
    let mut found: Vec<Drifted> = all
        .into_iter()
        .flat_map(|(provider, kind, known)| {
            known.drifts().into_iter().map(move |drift| Drifted {
                provider: provider.clone(),
                kind: kind.clone(),
                drift,
            })
        })
        .collect();
    found.sort_by_key(|one| Reverse(one.drift.since));
    Ok(found)
}

/// What is to be applied comes first; reading it once more can wait.
fn read_when_idle(store: &Store) -> Result<usize, StoreError> {
    match store.read(|reader| reader.events().count_pending(1))? {
        0 => read_on(store),
        _ => Ok(0),
    }
}

/// Reads the next events. Gives how many that were.
fn read_on(store: &Store) -> Result<usize, StoreError> {
    let (from, events) = store.read(|reader| {
        let from = reader.shapes().up_to()?;
        Ok((from, reader.events().after(from, BATCH)?))
    })?;
    let Some(to) = events.last().map(|event| event.head.seq) else {
        return Ok(0);
    };
    let count = events.len();
    let told = told(&events);
    store.write_soon(move |writer| {
        if !writer.shapes_mut().advance(from, to)? {
            // Another process read the same; what is here is noted already.
            return Ok(());
        }
        for ((provider, kind), shapes) in &told {
            let known = writer.shapes().get::<Known>(provider, kind)?;
            if known.is_none() && writer.shapes().kinds_of(provider)? >= MOST_KINDS {
                continue;
            }
            let mut known = known.unwrap_or_default();
            for (at, shape) in shapes {
                known.take(shape, *at);
            }
            writer.shapes_mut().put(provider, kind, &known)?;
        }
        Ok(())
    })?;
    Ok(count)
}

type Told = BTreeMap<(String, String), Vec<(Timestamp, ringback_providers::Shape)>>;

/// The shapes of the events, by provider and kind, each in the journal's order. Nobody vouches for
/// what is only a hint.
fn told(events: &[Event]) -> Told {
    let mut told = Told::new();
    for event in events {
        let head = &event.head;
        let Some(provider) = find(&head.provider).filter(|_| head.standing == Standing::Signed)
        else {
            continue;
        };
        if is_test(head) {
            continue;
        }
        if let Some(shape) = shape(document(event), provider.free_form()) {
            let kind = plain(head.kind.as_deref().unwrap_or("event"));
            told.entry((head.provider.clone(), kind))
                .or_default()
                .push((head.received_at, shape));
        }
    }
    told
}
