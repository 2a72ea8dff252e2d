//! What Vapi's API is asked, and what becomes of each kind of answer.

use std::{sync::Arc, time::Duration};

use ringback_model::{Clock, Direction, Field, ProviderCallId, Status};
use ringback_providers::{Account, ApiError, Client, ListedPage, Snapshot, http::Http};
use serde_json::{Value, json as value};

use crate::{
    accounts::{account, event, provider, snapshot, time},
    stand_in::{Reply, StandIn, bytes, json, status},
    vapi_events::{CALL, ID},
};

pub(crate) const NOW: &str = "2026-03-01T10:00:00Z";
pub(crate) const GET_CALL: &str = "/call/33333333-3333-4333-8333-333333333333";
const NUMBER: &str = "/phone-number/55555555-5555-4555-8555-555555555555";
const ASSISTANT: &str = "/assistant/44444444-4444-4444-8444-444444444444";

pub(crate) fn vapi(stand_in: &StandIn) -> Account {
    let mut account = account("vapi", &[("api_key", "key_1"), ("webhook_secret", "s")]);
    account.base_url = stand_in.url("");
    account.allow_private_network = true;
    account
}

pub(crate) fn client_of(account: Account) -> Box<dyn Client> {
    client_with(account, Clock::from_fn(|| time(NOW)))
}

fn client_with(account: Account, clock: Clock) -> Box<dyn Client> {
    let http = Http::for_account(&account, clock, Duration::ZERO);
    provider("vapi").client(Arc::new(account), http)
}

pub(crate) fn client(stand_in: &StandIn) -> Box<dyn Client> {
    client_of(vapi(stand_in))
}

pub(crate) fn the_call() -> ProviderCallId {
    ProviderCallId::new(ID)
}

fn call_json() -> Value {
    serde_json::from_str(CALL).expect("a fixture is JSON")
}

fn numbers() -> Reply {
    json(&value!([
        {"id": "66666666-6666-4666-8666-666666666666", "number": "+15550111", "twilioAuthToken": "hidden"},
        {"id": "55555555-5555-4555-8555-555555555555", "number": "+15550199"},
        {"number": "+15550122"},
        7,
    ]))
}

fn assistant() -> Reply {
    json(
        &value!({"id": "44444444-4444-4444-8444-444444444444", "name": "Desk",
        "model": {"messages": [{"role": "system", "content": "hidden"}]},
        "artifactPlan": {"recordingEnabled": true}}),
    )
}

/// A stand-in with everything that one call needs.
async fn complete() -> StandIn {
    let stand_in = StandIn::start().await;
    stand_in
        .on(GET_CALL, [json(&call_json())])
        .on("/phone-number", [numbers()])
        .on(ASSISTANT, [assistant()]);
    stand_in
}

#[tokio::test]
async fn a_call_is_asked_for_by_its_id_and_comes_with_its_number_and_its_assistant() {
    let stand_in = complete().await;
    let reply = json(&call_json()).with("date", "Sun, 01 Mar 2026 09:59:58 GMT");
    stand_in.on(GET_CALL, [reply]);
    let account = vapi(&stand_in);
    let told = client(&stand_in)
        .call(&the_call())
        .await
        .expect("an answer");
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].kind, &told[0].call), ("call", &the_call()));
    assert_eq!(
        told[0].at,
        time("2026-03-01T09:59:58Z"),
        "the server's time"
    );
    let facts = event(&account, snapshot(told[0].kind, &told[0].body, told[0].at)).facts;
    assert_eq!(facts.from.as_deref(), Some("+15550199"));
    assert_eq!(facts.to.as_deref(), Some("+15550100"));
    let agent = facts.agent.expect("told");
    assert_eq!(agent.name.as_deref(), Some("Desk"));
    assert_eq!(facts.direction, Some(Direction::Outbound));

    let text = String::from_utf8(told[0].body.to_vec()).expect("text");
    let inner: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(
        inner["call"],
        call_json(),
        "Vapi's own document stays as it is"
    );
    assert!(
        !text.contains("hidden"),
        "of the others only what is needed"
    );

    let seen = stand_in.seen();
    assert_eq!(
        stand_in.asked(),
        [
            format!("GET {GET_CALL}"),
            "GET /phone-number?limit=1000".to_owned(),
            format!("GET {ASSISTANT}"),
        ]
    );
    for seen in seen {
        assert_eq!(seen.header("authorization"), Some("Bearer key_1"));
        let agent = seen.header("user-agent").expect("the edge wants one");
        assert!(agent.starts_with("ringback/"), "{agent}");
    }
}

#[tokio::test]
async fn numbers_and_assistants_are_asked_for_once_an_hour() {
    use std::sync::atomic::{AtomicI64, Ordering};
    let stand_in = complete().await;
    let minutes = Arc::new(AtomicI64::new(0));
    let hands = minutes.clone();
    let clock = Clock::from_fn(move || {
        let passed = jiff::SignedDuration::from_mins(hands.load(Ordering::SeqCst));
        time(NOW).checked_add(passed).expect("in range")
    });
    let client = client_with(vapi(&stand_in), clock);
    let ask = async || {
        let before = stand_in.seen().len();
        client.call(&the_call()).await.expect("an answer");
        stand_in.seen().len() - before
    };
    assert_eq!(ask().await, 3);
    assert_eq!(ask().await, 1);
    minutes.store(59, Ordering::SeqCst);
    assert_eq!(ask().await, 1);
    minutes.store(60, Ordering::SeqCst);
    assert_eq!(ask().await, 3);
}

#[tokio::test]
async fn a_number_that_is_not_in_the_list_is_asked_for_by_itself_and_then_let_be() {
    let stand_in = complete().await;
    let found =
        value!({"id": "55555555-5555-4555-8555-555555555555", "sipUri": "sip:desk@sip.vapi.ai"});
    stand_in
        .on("/phone-number", [json(&value!([]))])
        .on(NUMBER, [json(&found)]);
    let account = vapi(&stand_in);
    let from = async |client: &dyn Client| {
        let told = client.call(&the_call()).await.expect("an answer").remove(0);
        event(&account, snapshot(told.kind, &told.body, told.at))
            .facts
            .from
    };
    let client = client_of(account.clone());
    assert_eq!(
        from(&*client).await.as_deref(),
        Some("sip:desk@sip.vapi.ai")
    );

    for (trouble, asked) in [(status(404), 1), (status(400), 1), (status(403), 1)] {
        stand_in.on(NUMBER, [trouble]);
        let client = client_of(account.clone());
        let before = stand_in.seen().len();
        for _ in 0..3 {
            assert_eq!(
                from(&*client).await,
                None,
                "the call is worth more than its number"
            );
        }
        let seen = stand_in.seen();
        let count = seen[before..]
            .iter()
            .filter(|seen| seen.path == NUMBER)
            .count();
        assert_eq!(count, asked);
    }
}

#[tokio::test]
async fn what_a_call_says_itself_is_not_asked_for() {
    let stand_in = complete().await;
    let mut call = call_json();
    call["phoneNumber"] = value!({"number": "+15550133"});
    call["assistant"] = value!({"name": "Night desk"});
    stand_in.on(GET_CALL, [json(&call)]);
    let told = client(&stand_in)
        .call(&the_call())
        .await
        .expect("an answer");
    let facts = event(
        &vapi(&stand_in),
        snapshot("call", &told[0].body, told[0].at),
    )
    .facts;
    assert_eq!(facts.from.as_deref(), Some("+15550133"));
    assert_eq!(
        facts.agent.and_then(|agent| agent.name).as_deref(),
        Some("Night desk")
    );
    assert_eq!(stand_in.asked(), [format!("GET {GET_CALL}")]);
}

async fn asked_of(
    replies: impl IntoIterator<Item = Reply>,
) -> (Result<Vec<Snapshot>, ApiError>, usize) {
    let stand_in = StandIn::start().await;
    stand_in.on(GET_CALL, replies);
    let told = client(&stand_in).call(&the_call()).await;
    let count = stand_in.seen().len();
    (told, count)
}

#[tokio::test]
async fn each_refusal_asks_for_its_own_reaction_and_is_not_repeated() {
    for (code, error) in [
        (400, ApiError::NotFound),
        (401, ApiError::KeyRefused),
        (402, ApiError::Server(402)),
        (403, ApiError::KeyRefused),
        (404, ApiError::NotFound),
    ] {
        let body = value!({"message": "no", "error": "No", "statusCode": code});
        let (told, count) = asked_of([json(&body).status(code)]).await;
        assert_eq!((told.map(|_| ()), count), (Err(error), 1), "{code}");
    }
    for (body, words) in [("<html>", "no JSON"), ("{", "no JSON")] {
        let (told, _) = asked_of([bytes(body)]).await;
        let Err(ApiError::Unexpected(what)) = told else {
            panic!("{body}: {told:?}");
        };
        assert!(
            what.contains(words) && what.contains("/call/{id}"),
            "{what}"
        );
    }
}

#[tokio::test]
async fn a_provider_that_asks_to_wait_is_left_alone_until_then() {
    let stand_in = StandIn::start().await;
    stand_in.on(GET_CALL, [status(429).with("retry-after", "120")]);
    let client = client(&stand_in);
    let until = Err(ApiError::RateLimited(time("2026-03-01T10:02:00Z")));
    assert_eq!(client.call(&the_call()).await.map(|_| ()), until);
    assert_eq!(client.ongoing().await.map(|_| ()), until);
    assert_eq!(stand_in.seen().len(), 1, "the second was not even sent");
    let short = status(429);
    let (told, count) = asked_of([short, json(&value!({"id": ID}))]).await;
    assert_eq!((told.is_ok(), count), (true, 2));
    let (told, count) = asked_of([status(500), status(503), json(&value!({"id": ID}))]).await;
    assert_eq!((told.is_ok(), count), (true, 3));
}

#[tokio::test]
async fn without_a_key_nothing_is_asked_and_a_dead_key_gives_way_to_the_next() {
    let stand_in = StandIn::start().await;
    stand_in.on(GET_CALL, [status(401), json(&value!({"id": ID}))]);
    let mut account = vapi(&stand_in);
    account.secrets = Default::default();
    let told = client_of(account.clone()).call(&the_call()).await;
    assert_eq!(told.map(|_| ()), Err(ApiError::NoKey("api_key")));
    assert!(stand_in.seen().is_empty());
    account.secrets.add("api_key", "dead_key live_key");
    assert!(client_of(account).call(&the_call()).await.is_ok());
}

#[tokio::test]
async fn an_id_of_any_shape_stays_in_its_place() {
    let stand_in = StandIn::start().await;
    let client = client(&stand_in);
    let _ = client.call(&ProviderCallId::new("../assistant?x=1")).await;
    assert_eq!(stand_in.asked(), ["GET /call/..%2Fassistant%3Fx=1"]);
}

/// A page of calls, each created so many milliseconds after the hour.
fn page(calls: &[(&str, i64)]) -> Reply {
    let items: Vec<_> = calls
        .iter()
        .map(|(id, ms)| {
            let created = time("2026-03-01T09:00:00Z")
                .checked_add(jiff::SignedDuration::from_millis(*ms))
                .expect("in range");
            value!({"id": id, "status": "ended", "createdAt": format!("{created:.3}")})
        })
        .collect();
    json(&Value::Array(items))
}

fn ids(page: &ListedPage) -> Vec<String> {
    page.snapshots
        .iter()
        .map(|snapshot| snapshot.call.to_string())
        .collect()
}

#[tokio::test]
async fn what_changed_since_is_listed_page_by_page_until_one_is_not_full() {
    let stand_in = StandIn::start().await;
    let since = time("2026-02-28T10:00:00Z");
    let names: Vec<String> = (0..60).map(|number| format!("call_{number:02}")).collect();
    let calls: Vec<(&str, i64)> = names
        .iter()
        .enumerate()
        .map(|(index, id)| (id.as_str(), 60_000 - 1_000 * index as i64))
        .collect();
    // The border comes again, because another call may have been created in the same millisecond.
    stand_in.on("/call", [page(&calls[..50]), page(&calls[49..])]);
    let client = client(&stand_in);
    let first = client.list(since, None).await.expect("a page");
    assert_eq!(ids(&first), &names[..50]);
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
    assert_eq!(ids(&second), &names[50..], "none of them twice");
    assert_eq!(second.next, None);
    let asked: Vec<String> = stand_in.asked();
    assert_eq!(
        asked,
        [
            "GET /call?limit=50&updatedAtGt=2026-02-28T10%3A00%3A00.000Z",
            "GET /call?limit=50&updatedAtGt=2026-02-28T10%3A00%3A00.000Z&createdAtLt=2026-03-01T09%3A00%3A11.001Z",
        ]
    );
}

#[tokio::test]
async fn a_listed_call_is_understood_like_any_other_and_comes_once() {
    let stand_in = complete().await;
    let mut call = call_json();
    call["phoneNumber"] = Value::Null;
    stand_in.on("/call", [json(&value!([call, call, {"no": "id"}, 7]))]);
    let listed = client(&stand_in)
        .list(time(NOW), None)
        .await
        .expect("a page");
    assert_eq!(ids(&listed), [ID]);
    let told = &listed.snapshots[0];
    assert_eq!(told.kind, "call", "with its artifact it is all there is");
    let account = vapi(&stand_in);
    let event = event(&account, snapshot(told.kind, &told.body, told.at));
    assert_eq!(event.facts.from.as_deref(), Some("+15550199"));
    assert_eq!(event.facts.status, Some(Status::Ended));
    let mut call = ringback_model::Call::new(event.call.clone());
    call.apply(&event);
    let expected = provider("vapi").expects(&call);
    assert!(expected.contains(&Field::From) && expected.contains(&Field::Recording));
}

#[tokio::test]
async fn answers_of_a_wrong_shape_are_errors_that_say_where() {
    for body in ["", "{}", "null", r#"{"results": []}"#, "<html>"] {
        let stand_in = StandIn::start().await;
        stand_in.on("/call", [bytes(body)]);
        let told = client(&stand_in).list(time(NOW), None).await;
        assert!(
            matches!(&told, Err(ApiError::Unexpected(what)) if what.contains("/call")),
            "{body}: {told:?}"
        );
    }
    let stand_in = StandIn::start().await;
    let undated: Vec<_> = (0..50).map(|id| value!({"id": id.to_string()})).collect();
    stand_in.on("/call", [json(&Value::Array(undated))]);
    let told = client(&stand_in).list(time(NOW), None).await;
    assert!(
        matches!(&told, Err(ApiError::Unexpected(what)) if what.contains("created")),
        "there is more, and nobody can say where: {told:?}"
    );
    let odd = client(&stand_in)
        .list(time(NOW), Some("calls:/elsewhere"))
        .await;
    assert!(matches!(odd, Err(ApiError::Unexpected(_))), "{odd:?}");
}

#[tokio::test]
async fn ongoing_calls_are_those_of_the_newest_that_go_on() {
    let stand_in = StandIn::start().await;
    let words = [
        "queued",
        "ringing",
        "in-progress",
        "forwarding",
        "ended",
        "scheduled",
        "not-found",
        "new-word",
    ];
    let calls: Vec<_> = words
        .iter()
        .map(|word| value!({"id": word, "status": word, "createdAt": NOW}))
        .collect();
    stand_in.on("/call", [json(&Value::Array(calls))]);
    let told = client(&stand_in).ongoing().await.expect("a list");
    let found: Vec<_> = told.iter().map(|snapshot| snapshot.call.as_str()).collect();
    assert_eq!(found, ["queued", "ringing", "in-progress", "forwarding"]);
    assert_eq!(
        stand_in.asked(),
        ["GET /call?limit=50&createdAtGe=2026-02-28T22%3A00%3A00.000Z"]
    );
}

#[tokio::test]
async fn the_key_is_checked_by_using_it_and_the_notes_say_where_messages_go() {
    let stand_in = StandIn::start().await;
    stand_in.on("/call", [json(&value!([]))]).on(
        "/assistant",
        [json(&value!([
            {"id": "a", "server": {"url": "https://hooks.example/webhooks/clinic"}},
            {"id": "b", "server": {"url": "https://elsewhere.example/vapi"}},
            {"id": "c"},
        ]))],
    );
    let mut account = vapi(&stand_in);
    let proof = client_of(account.clone()).check().await.expect("works");
    assert_eq!((proof.name, proof.notes), (None, Vec::new()));
    assert_eq!(stand_in.asked(), ["GET /call?limit=1"]);

    account.webhook_url = Some(
        "https://hooks.example/webhooks/clinic"
            .parse()
            .expect("a URL"),
    );
    let notes = client_of(account.clone())
        .check()
        .await
        .expect("works")
        .notes;
    assert_eq!(notes.len(), 1);
    assert!(notes[0].starts_with("1 of 3 assistants"), "{notes:?}");

    stand_in.on("/assistant", [status(403)]);
    account.secrets = Default::default();
    account.secrets.add("api_key", "key_1");
    let notes = client_of(account.clone())
        .check()
        .await
        .expect("works")
        .notes;
    assert_eq!(notes.len(), 1);
    assert!(notes[0].contains("no webhook_secret"), "{notes:?}");
    account.options.insert("webhook_auth".into(), "none".into());
    let notes = client_of(account.clone())
        .check()
        .await
        .expect("works")
        .notes;
    assert!(notes[0].contains("webhooks are refused"), "{notes:?}");
    account.accept_unsigned = true;
    let notes = client_of(account.clone())
        .check()
        .await
        .expect("works")
        .notes;
    assert!(notes[0].contains("only their ids"), "{notes:?}");

    stand_in.on("/call", [status(401)]);
    assert_eq!(client_of(account).check().await, Err(ApiError::KeyRefused));
}
