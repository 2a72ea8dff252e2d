//! What a provider really says of a call, in any order and any number of times, gives the same call.
//!
//! `ringback-model` proves this for reports that are made up. Here they are what each provider's code
//! understands of what its stand-in really sends and answers over HTTP: every webhook of a call, and
//! its API's answers at each of these moments.

use std::{collections::BTreeMap, time::Duration};

use http::{HeaderMap, HeaderName, HeaderValue, Method};
use proptest::{
    prelude::*,
    test_runner::{Config, TestCaseResult, TestRunner},
};
use ringback_engine::config::{Config as Configured, ConfiguredAccount};
use ringback_journeys::{cases::Case, setting::Setting};
use ringback_model::{Call, CallEvent, Clock, ProviderCallId, Source};
use ringback_providers::{
    Client, Document, RawRequest, Snapshot, Standing, Understood, http::Http,
};
use ringback_simulator::{CallScript, Correction, Delivery, Direction, Ending, RecordingPlan};
use serde_json::Value;

travelled_by!(everybody:
    any_order_and_any_repetition_of_what_is_really_said_gives_the_same_call,
    two_who_heard_different_parts_agree_after_telling_each_other,
    a_call_that_is_over_never_goes_on_again,
);

/// How many orders are tried for each script.
const ORDERS: u32 = 96;

/// One document, as it was understood.
#[derive(Clone, Debug)]
struct Heard {
    what: String,
    source: Source,
    events: Vec<CallEvent>,
}

/// What is known of every call that was spoken of.
type Calls = BTreeMap<ProviderCallId, Call>;

fn told<'a>(heard: impl IntoIterator<Item = &'a Heard>) -> Calls {
    let mut calls = Calls::new();
    for event in heard.into_iter().flat_map(|heard| &heard.events) {
        let call = calls.entry(event.call.clone());
        call.or_insert_with(|| Call::new(event.call.clone()))
            .apply(event);
    }
    calls
}

/// Equal to the last byte, because calls are compared and stored as text too.
fn text(calls: &Calls) -> Value {
    serde_json::to_value(calls).expect("calls are JSON")
}

/// Stories that between them use everything a stand-in can say.
fn scripts() -> Vec<CallScript> {
    let full = CallScript {
        direction: Direction::Outbound,
        transcript_updates: true,
        correction: Some(Correction {
            after: Duration::from_secs(120),
            extra_cost_micros: 7_000,
            extra_duration: Duration::from_secs(2),
        }),
        ..CallScript::default()
    };
    vec![
        CallScript {
            ending: Ending::Transferred,
            ..full.clone()
        },
        CallScript {
            direction: Direction::Inbound,
            deleted_after: Some(Duration::from_secs(600)),
            ..full
        },
        CallScript::unanswered(Ending::Busy),
        CallScript {
            recording: RecordingPlan::Silent,
            ending: Ending::AgentError,
            ..CallScript::default()
        },
    ]
}

/// Everything that the provider says of one call from its begin to its last correction.
async fn said(case: &Case, script: CallScript) -> Vec<Heard> {
    let setting = Setting::told(&[case]).await;
    let secrets = setting.options().environment;
    let config = Configured::load(
        &setting.home().config_file(),
        &|name| secrets(name),
        &|_| None,
    );
    let config = config.expect("what the simulator writes down");
    let party = &config.accounts[0];
    let world = setting.world().clone();
    let http = Http::for_account(
        &party.account,
        Clock::from_fn(move || world.now()),
        Duration::ZERO,
    );
    let client = party.provider.client(party.account.clone(), http);

    let id = setting.place(case, script);
    let timeline = setting.timeline(&id);
    let mut moments = vec![timeline.placed, timeline.ended, timeline.settled()];
    let mut heard = Vec::new();
    while let Some(at) = setting.world().next_webhook_at() {
        moments.push(at);
        setting.clock.set(at.max(setting.now()));
        for webhook in setting.world().webhooks_due(setting.now()) {
            heard.push(understood_webhook(party, &setting, &webhook));
        }
    }
    if case.has_api {
        moments.sort();
        moments.dedup();
        for at in moments {
            // A moment later, as an answer is always one of the moment at which it is given.
            setting.clock.set(at + Duration::from_millis(1));
            heard.extend(answers(party, &*client, &id).await);
        }
    }
    heard.retain(|heard| !heard.events.is_empty());
    let by_api = |heard: &Heard| heard.source == Source::Snapshot;
    assert_eq!(heard.iter().any(by_api), case.has_api);
    assert!(heard.len() > 1, "a call says a lot: {heard:?}");
    heard
}

fn understood_webhook(party: &ConfiguredAccount, setting: &Setting, webhook: &Delivery) -> Heard {
    let headers = webhook.headers.iter().map(|(name, value)| {
        let name: HeaderName = name.parse().expect("a header's name");
        let value: HeaderValue = value.parse().expect("a header's value");
        (name, value)
    });
    let request = RawRequest {
        method: Method::POST,
        query: None,
        headers: headers.collect::<HeaderMap>(),
        body: webhook.body.clone(),
        received_at: setting.now(),
    };
    let event = party
        .provider
        .verify(&party.account, request, setting.now())
        .expect("it is signed");
    assert_eq!(event.standing, Standing::Signed);
    let content_type = event.request.headers.get("content-type");
    let document = Document {
        source: Source::Webhook,
        kind: &event.kind,
        query: None,
        content_type: content_type.and_then(|value| value.to_str().ok()),
        body: &webhook.body,
        at: setting.now(),
    };
    understood(party, document, format!("webhook {}", webhook.kind))
}

/// What the API answers now: about the call, about those that go on, and its list.
async fn answers(party: &ConfiguredAccount, client: &dyn Client, id: &str) -> Vec<Heard> {
    let mut snapshots: Vec<Snapshot> = Vec::new();
    // What is not there yet or any more is not found; then there is nothing to understand.
    let call = client.call(&ProviderCallId::new(id)).await;
    snapshots.extend(call.into_iter().flatten());
    snapshots.extend(client.ongoing().await.expect("the API is well"));
    let since = "2026-03-01T00:00:00Z".parse().expect("a time");
    let list = client.list(since, None).await.expect("the API is well");
    snapshots.extend(list.snapshots);
    let documents = snapshots.iter().map(|snapshot| {
        let document = Document {
            source: Source::Snapshot,
            kind: snapshot.kind,
            query: None,
            content_type: None,
            body: &snapshot.body,
            at: snapshot.at,
        };
        let what = format!("{} at {}", snapshot.kind, snapshot.at);
        understood(party, document, what)
    });
    documents.collect()
}

fn understood(party: &ConfiguredAccount, document: Document<'_>, what: String) -> Heard {
    let events = match party.provider.understand(&party.account, document) {
        Ok(Understood::Events(events)) => events,
        Ok(Understood::Ignored(_) | Understood::Ask { .. }) => Vec::new(),
        Err(error) => panic!("{what} is not understood: {error}"),
    };
    Heard {
        what,
        source: document.source,
        events,
    }
}

/// Tries many orders of what was said in each of the scripts.
async fn for_what_is_said<S: Strategy>(
    case: &Case,
    orders: impl Fn(Vec<Heard>) -> S,
    holds: impl Fn(&[Heard], S::Value) -> TestCaseResult,
) {
    for script in scripts() {
        let heard = said(case, script).await;
        let config = Config {
            cases: ORDERS,
            failure_persistence: None,
            ..Config::default()
        };
        // An order is only as good as the next: making a failing one shorter is what shrinking is for.
        let outcome =
            TestRunner::new(config).run(&orders(heard.clone()), |order| holds(&heard, order));
        if let Err(error) = outcome {
            panic!("{error}");
        }
    }
}

/// Some of it, each at least once and up to three times, in any order.
fn jumbled(heard: Vec<Heard>) -> impl Strategy<Value = (Vec<Heard>, Vec<Heard>)> {
    let times = prop::collection::vec(0usize..=3, heard.len());
    times.prop_flat_map(move |times| {
        let once = heard.iter().zip(&times).filter(|(_, times)| **times > 0);
        let once: Vec<Heard> = once.map(|(heard, _)| heard.clone()).collect();
        let often = heard.iter().zip(&times);
        let often: Vec<Heard> = often
            .flat_map(|(heard, times)| std::iter::repeat_n(heard.clone(), *times))
            .collect();
        (Just(once), Just(often).prop_shuffle())
    })
}

fn names(heard: &[Heard]) -> Vec<&str> {
    heard.iter().map(|heard| heard.what.as_str()).collect()
}

async fn any_order_and_any_repetition_of_what_is_really_said_gives_the_same_call(case: &Case) {
    for_what_is_said(case, jumbled, |_, (once, jumbled)| {
        prop_assert_eq!(
            text(&told(&once)),
            text(&told(&jumbled)),
            "{:?}",
            names(&jumbled)
        );
        Ok(())
    })
    .await;
}

async fn two_who_heard_different_parts_agree_after_telling_each_other(case: &Case) {
    let sides = |heard: Vec<Heard>| prop::collection::vec(any::<bool>(), heard.len());
    for_what_is_said(case, sides, |heard, sides| {
        let side = |which: bool| {
            let part = heard.iter().zip(&sides).filter(|(_, side)| **side == which);
            told(part.map(|(heard, _)| heard))
        };
        let (mut one, other) = (side(true), side(false));
        for (id, call) in other {
            match one.entry(id) {
                std::collections::btree_map::Entry::Occupied(mut here) => here.get_mut().join(call),
                std::collections::btree_map::Entry::Vacant(place) => {
                    place.insert(call);
                }
            }
        }
        prop_assert_eq!(text(&one), text(&told(heard)));
        Ok(())
    })
    .await;
}

async fn a_call_that_is_over_never_goes_on_again(case: &Case) {
    for_what_is_said(case, jumbled, |_, (_, jumbled)| {
        let mut calls = Calls::new();
        for event in jumbled.iter().flat_map(|heard| &heard.events) {
            let call = calls.entry(event.call.clone());
            let call = call.or_insert_with(|| Call::new(event.call.clone()));
            let is_over = |call: &Call| {
                let status = call.fields.status.as_ref();
                status.is_some_and(|told| told.value.is_terminal())
            };
            let was_over = is_over(call);
            call.apply(event);
            prop_assert!(is_over(call) || !was_over, "{:?}", names(&jumbled));
        }
        Ok(())
    })
    .await;
}
