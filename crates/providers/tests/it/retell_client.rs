//! What Retell's API is asked, and what becomes of each kind of answer.

use std::{sync::Arc, time::Duration};

use ringback_model::{Clock, ProviderCallId};
use ringback_providers::{Account, ApiError, Client, Snapshot, http::Http};
use serde_json::{Value, json as value};
use url::Url;

use crate::{
    accounts::{account, event, provider, snapshot, time},
    stand_in::{Reply, StandIn, bytes, json, status},
};

pub(crate) const NOW: &str = "2026-03-01T10:00:00Z";
pub(crate) const GET_CALL: &str = "/v2/get-call/call_1";
const LIST: &str = "/v3/list-calls";

pub(crate) fn retell(stand_in: &StandIn) -> Account {
    let mut account = account("retell", &[("api_key", "key_1")]);
    account.base_url = stand_in.url("");
    account.allow_private_network = true;
    account
}

pub(crate) fn client_of(account: Account) -> Box<dyn Client> {
    let clock = Clock::from_fn(|| time(NOW));
    let http = Http::for_account(&account, clock, Duration::ZERO);
    provider("retell").client(Arc::new(account), http)
}

pub(crate) fn client(stand_in: &StandIn) -> Box<dyn Client> {
    client_of(retell(stand_in))
}

pub(crate) fn call_1() -> ProviderCallId {
    ProviderCallId::new("call_1")
}

async fn asked_of(
    replies: impl IntoIterator<Item = Reply>,
) -> (Result<Vec<Snapshot>, ApiError>, usize) {
    let stand_in = StandIn::start().await;
    stand_in.on(GET_CALL, replies);
    let told = client(&stand_in).call(&call_1()).await;
    let count = stand_in.seen().len();
    (told, count)
}

#[tokio::test]
async fn a_call_is_asked_for_by_its_id_with_the_key() {
    let stand_in = StandIn::start().await;
    let body = value!({"call_id": "call_1", "call_status": "ended"});
    stand_in.on(
        GET_CALL,
        [json(&body).with("date", "Sun, 01 Mar 2026 09:59:58 GMT")],
    );
    let told = client(&stand_in).call(&call_1()).await.expect("an answer");
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].kind, "call");
    assert_eq!(told[0].call, call_1());
    assert_eq!(
        told[0].at,
        time("2026-03-01T09:59:58Z"),
        "the server's time, not ours"
    );
    let account = retell(&stand_in);
    let document = snapshot(told[0].kind, &told[0].body, told[0].at);
    assert_eq!(event(&account, document).call, call_1());

    let seen = stand_in.seen();
    assert_eq!(stand_in.asked(), [format!("GET {GET_CALL}")]);
    assert_eq!(seen[0].header("authorization"), Some("Bearer key_1"));
    assert!(
        seen[0]
            .header("user-agent")
            .is_some_and(|agent| agent.starts_with("ringback/"))
    );
}

#[tokio::test]
async fn each_refusal_asks_for_its_own_reaction_and_is_not_repeated() {
    for (code, error) in [
        (400, ApiError::Server(400)),
        (401, ApiError::KeyRefused),
        (402, ApiError::Server(402)),
        (403, ApiError::KeyRefused),
        (404, ApiError::NotFound),
        (422, ApiError::NotFound),
    ] {
        let body = json(&value!({"status": "error", "message": "no"})).status(code);
        let (told, count) = asked_of([body]).await;
        assert_eq!((told.map(|_| ()), count), (Err(error), 1), "{code}");
    }
}

#[tokio::test]
async fn what_may_pass_is_tried_again_a_few_times() {
    let good = || json(&value!({"call_id": "call_1"}));
    for trouble in [
        status(408),
        status(409),
        status(429),
        status(500),
        status(503),
        bytes("{").cut(),
    ] {
        let (told, count) = asked_of([trouble.clone(), trouble.clone(), good()]).await;
        assert!(told.is_ok(), "{trouble:?}: {told:?}");
        assert_eq!(count, 3);
    }
    for (trouble, error) in [
        (status(500), ApiError::Server(500)),
        (
            status(429),
            ApiError::RateLimited(time("2026-03-01T10:00:30Z")),
        ),
    ] {
        let (told, count) = asked_of([trouble]).await;
        assert_eq!((told.map(|_| ()), count), (Err(error), 4));
    }
    let (told, _) = asked_of([bytes("{").cut()]).await;
    assert!(matches!(told, Err(ApiError::Transport(_))), "{told:?}");
    let (told, count) = asked_of([status(500).with("x-should-retry", "false")]).await;
    assert_eq!((told.map(|_| ()), count), (Err(ApiError::Server(500)), 1));
}

#[tokio::test]
async fn a_provider_that_asks_to_wait_is_left_alone_until_then() {
    let stand_in = StandIn::start().await;
    stand_in.on(GET_CALL, [status(429).with("retry-after", "120")]);
    let client = client(&stand_in);
    let until = Err(ApiError::RateLimited(time("2026-03-01T10:02:00Z")));
    assert_eq!(client.call(&call_1()).await.map(|_| ()), until);
    assert_eq!(client.ongoing().await.map(|_| ()), until);
    assert_eq!(stand_in.seen().len(), 1, "the second was not even sent");

    for (name, value) in [
        ("retry-after", "Sun, 01 Mar 2026 10:02:00 GMT"),
        ("retry-after-ms", "120000"),
    ] {
        let (told, _) = asked_of([status(429).with(name, value)]).await;
        assert_eq!(told.map(|_| ()), until, "{name}");
    }
}

#[tokio::test]
async fn answers_of_a_wrong_shape_and_of_any_size_are_errors_that_say_where() {
    let (told, _) = asked_of([bytes(vec![b' '; 1 << 20]).times(33)]).await;
    assert!(
        matches!(&told, Err(ApiError::Unexpected(what)) if what.contains("32 MiB")),
        "{told:?}"
    );

    for body in [
        "",
        "[]",
        "null",
        "{}",
        r#"{"items": {}}"#,
        r#"{"items": [], "has_more": true}"#,
        "<html>",
    ] {
        let stand_in = StandIn::start().await;
        stand_in.on(LIST, [bytes(body)]);
        let told = client(&stand_in).list(time(NOW), None).await;
        assert!(
            matches!(&told, Err(ApiError::Unexpected(what)) if what.contains(LIST)),
            "{body}: {told:?}"
        );
    }
}

#[tokio::test]
async fn no_connection_is_a_matter_of_the_network_and_says_no_address() {
    let stand_in = StandIn::start().await;
    let mut account = retell(&stand_in);
    // Nobody listens at port 1.
    account.base_url = Url::parse("http://127.0.0.1:1").expect("a URL");
    let told = client_of(account)
        .call(&ProviderCallId::new("call_secret"))
        .await;
    let Err(ApiError::Transport(what)) = told else {
        panic!("{told:?}");
    };
    assert!(
        what.contains("127.0.0.1") && !what.contains("call_secret"),
        "{what}"
    );
}

#[tokio::test]
async fn without_a_key_nothing_is_asked_and_a_dead_key_gives_way_to_the_next() {
    let stand_in = StandIn::start().await;
    stand_in.on(
        GET_CALL,
        [status(401), json(&value!({"call_id": "call_1"}))],
    );
    let mut account = retell(&stand_in);
    account.secrets = Default::default();
    let told = client_of(account.clone()).call(&call_1()).await;
    assert_eq!(told.map(|_| ()), Err(ApiError::NoKey("api_key")));
    assert!(stand_in.seen().is_empty());

    account.secrets.add("api_key", "dead_key live_key");
    assert!(client_of(account).call(&call_1()).await.is_ok());
    let keys: Vec<_> = stand_in
        .seen()
        .iter()
        .map(|seen| seen.header("authorization").map(str::to_owned))
        .collect();
    assert_eq!(
        keys,
        [
            Some("Bearer dead_key".into()),
            Some("Bearer live_key".into())
        ]
    );
}

#[tokio::test]
async fn an_id_of_any_shape_stays_in_its_place() {
    let stand_in = StandIn::start().await;
    let client = client(&stand_in);
    let _ = client
        .call(&ProviderCallId::new("../list-agents?x=1"))
        .await;
    assert_eq!(
        stand_in.asked(),
        ["GET /v2/get-call/..%2Flist-agents%3Fx=1"]
    );
    assert_eq!(
        client.call(&ProviderCallId::new("..")).await.map(|_| ()),
        Err(ApiError::NotFound)
    );
}

#[tokio::test]
async fn the_key_is_checked_by_asking_what_it_is() {
    let stand_in = StandIn::start().await;
    stand_in.on(
        "/get-api-key-info",
        [json(
            &value!({"api_key_name": "webhook", "org_name": "Clinic"}),
        )],
    );
    let proof = client(&stand_in).check().await.expect("works");
    assert_eq!(proof.name.as_deref(), Some("Clinic, webhook"));
    stand_in.on("/get-api-key-info", [status(401)]);
    assert_eq!(client(&stand_in).check().await, Err(ApiError::KeyRefused));
    stand_in.on("/get-api-key-info", [status(404)]).on(
        "/get-concurrency",
        [json(&value!({"current_concurrency": 0}))],
    );
    let proof = client(&stand_in).check().await.expect("works");
    assert_eq!(proof.name, None);
}

#[tokio::test]
async fn a_base_url_with_a_path_is_asked_below_it() {
    let stand_in = StandIn::start().await;
    stand_in.on(
        "/retell/v2/get-call/call_1",
        [json(&value!({"call_id": "call_1"}))],
    );
    let mut account = retell(&stand_in);
    account.base_url = stand_in.url("/retell");
    assert!(client_of(account).call(&call_1()).await.is_ok());
}

fn page(ids: &[&str], next: Option<&str>) -> Reply {
    let items: Vec<_> = ids
        .iter()
        .map(|id| value!({"call_id": id, "call_status": "ended", "start_timestamp": 1_772_359_000_000_i64}))
        .collect();
    let mut body = value!({"items": items, "has_more": next.is_some()});
    if let Some(next) = next {
        body["pagination_key"] = next.into();
    }
    json(&body)
}

#[tokio::test]
async fn calls_are_listed_page_by_page_from_a_moment_on() {
    let stand_in = StandIn::start().await;
    let since = time("2026-02-28T10:00:00Z");
    stand_in.on(
        LIST,
        [
            page(&["call_3", "call_2"], Some("key:1")),
            page(&["call_1"], None),
        ],
    );
    let client = client(&stand_in);
    let first = client.list(since, None).await.expect("a page");
    let ids = |snapshots: &[Snapshot]| -> Vec<_> {
        snapshots.iter().map(|s| s.call.to_string()).collect()
    };
    assert_eq!(ids(&first.snapshots), ["call_3", "call_2"]);
    assert!(
        first
            .snapshots
            .iter()
            .all(|snapshot| snapshot.kind == "listed_call")
    );
    let second = client
        .list(since, first.next.as_deref())
        .await
        .expect("a page");
    assert_eq!(ids(&second.snapshots), ["call_1"]);

    let seen = stand_in.seen();
    assert_eq!(
        stand_in.asked(),
        [format!("POST {LIST}"), format!("POST {LIST}")]
    );
    let criteria = value!({"start_timestamp": {"type": "number", "op": "ge", "value": since.as_millisecond()}});
    for (index, seen) in seen.iter().enumerate() {
        let body = seen.json();
        assert_eq!(body["filter_criteria"], criteria);
        assert_eq!(body["sort_order"], "descending");
        assert_eq!(body.get("skip"), None, "it excludes the key");
        let key = [None, Some("key:1")][index];
        assert_eq!(body.get("pagination_key").and_then(Value::as_str), key);
    }
}

#[tokio::test]
async fn calls_without_a_start_are_found_by_a_second_walk() {
    let stand_in = StandIn::start().await;
    let since = time("2026-02-28T10:00:00Z");
    let undated = json(
        &value!({"has_more": true, "pagination_key": "more", "items": [
            {"call_id": "never_began", "call_status": "not_connected"},
            {"call_id": "began", "call_status": "error", "start_timestamp": 1_772_359_000_000_i64},
            {"no": "id"},
            7,
        ]}),
    );
    let older = json(
        &value!({"has_more": true, "pagination_key": "even_more", "items": [
            {"call_id": "also_never_began", "call_status": "not_connected"},
            {"call_id": "long_ago", "call_status": "error", "end_timestamp": 1_700_000_000_000_i64},
        ]}),
    );
    stand_in.on(LIST, [page(&[], None), undated, older]);
    let client = client(&stand_in);
    let mut found = Vec::new();
    let mut next = None;
    for _ in 0..10 {
        let page = client.list(since, next.as_deref()).await.expect("a page");
        found.extend(
            page.snapshots
                .iter()
                .map(|snapshot| snapshot.call.to_string()),
        );
        next = page.next;
        if next.is_none() {
            break;
        }
    }
    assert_eq!(
        found,
        ["never_began", "also_never_began"],
        "the dated one was in the first walk"
    );
    assert_eq!(
        next, None,
        "it ends where the list gets older than asked for"
    );
    let bodies: Vec<_> = stand_in.seen().iter().map(|seen| seen.json()).collect();
    assert_eq!(bodies.len(), 3);
    let criteria =
        value!({"call_status": {"type": "enum", "op": "in", "value": ["not_connected", "error"]}});
    assert_eq!(bodies[1]["filter_criteria"], criteria);
    assert_eq!(bodies[2]["pagination_key"], "more");
}

#[tokio::test]
async fn the_second_walk_goes_no_further_than_the_days_asked_for() {
    let stand_in = StandIn::start().await;
    let endless = |key: &str| {
        json(&value!({"has_more": true, "pagination_key": key,
            "items": [{"call_id": format!("call_{key}"), "call_status": "not_connected"}]}))
    };
    stand_in.on(
        LIST,
        [
            page(&[], None),
            endless("a"),
            endless("b"),
            endless("c"),
            endless("d"),
            endless("e"),
        ],
    );
    let client = client(&stand_in);
    let since = time("2026-02-27T10:00:00Z");
    let mut next = client.list(since, None).await.expect("a page").next;
    let mut pages = 0;
    while let Some(page) = next {
        next = client.list(since, Some(&page)).await.expect("a page").next;
        pages += 1;
    }
    assert_eq!(pages, 3, "two days, and one page more");
}

#[tokio::test]
async fn a_list_that_leads_in_a_circle_is_an_error() {
    let stand_in = StandIn::start().await;
    stand_in.on(LIST, [page(&["call_1"], Some("same"))]);
    let client = client(&stand_in);
    let first = client.list(time(NOW), None).await.expect("a page");
    let second = client.list(time(NOW), first.next.as_deref()).await;
    assert!(matches!(second, Err(ApiError::Unexpected(_))), "{second:?}");
    let odd = client.list(time(NOW), Some("calls:/elsewhere")).await;
    assert!(matches!(odd, Err(ApiError::Unexpected(_))), "{odd:?}");
}

#[tokio::test]
async fn ongoing_calls_are_listed_by_their_status() {
    let stand_in = StandIn::start().await;
    stand_in.on(
        LIST,
        [page(&["call_1"], Some("k")), page(&["call_2"], None)],
    );
    let told = client(&stand_in).ongoing().await.expect("a list");
    assert_eq!(told.len(), 2);
    let criteria = value!({"call_status": {"type": "enum", "op": "in", "value": ["ongoing"]}});
    assert!(
        stand_in
            .seen()
            .iter()
            .all(|seen| seen.json()["filter_criteria"] == criteria)
    );
}
