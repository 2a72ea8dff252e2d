//! What Telnyx's API is asked about one call, and what becomes of each kind of answer.

use std::{sync::Arc, time::Duration};

use ringback_model::{Clock, ProviderCallId};
use ringback_providers::{Account, ApiError, Client, Snapshot, http::Http};
use serde_json::{Value, json as value};
use url::Url;

use crate::{
    accounts::{account, provider, time},
    stand_in::{Reply, StandIn, json, status},
    telnyx_events::{LEG, RECORDING, SESSION, fixture},
};

pub(crate) const NOW: &str = "2026-03-01T12:00:00Z";

pub(crate) fn at(stand_in: &StandIn) -> Account {
    let mut account = account("telnyx", &[("api_key", "KEY1")]);
    account.base_url = stand_in.url("/v2");
    account.allow_private_network = true;
    account.media_hosts.push(stand_in.host_and_port());
    account
}

pub(crate) fn client_of(account: Account) -> Box<dyn Client> {
    let clock = Clock::from_fn(|| time(NOW));
    let http = Http::for_account(&account, clock, Duration::ZERO);
    provider("telnyx").client(Arc::new(account), http)
}

pub(crate) fn client(stand_in: &StandIn) -> Box<dyn Client> {
    client_of(at(stand_in))
}

pub(crate) fn parsed(text: &str) -> Value {
    serde_json::from_str(text).expect("a fixture is JSON")
}

pub(crate) fn with(mut item: Value, changes: &[(&str, Value)]) -> Value {
    for (name, value) in changes {
        item[name] = value.clone();
    }
    item
}

pub(crate) fn page(items: &[Value]) -> Reply {
    page_of(1, 1, items)
}

pub(crate) fn page_of(number: u64, total: u64, items: &[Value]) -> Reply {
    let meta = value!({"page_number": number, "total_pages": total, "page_size": 250});
    json(&value!({"data": items, "meta": meta}))
}

/// The listed webhook of a fixture, as `/call_events` gives it.
pub(crate) fn call_event(fixture: &str) -> Value {
    let data = parsed(fixture)["data"].clone();
    value!({
        "record_type": "call_event",
        "type": "webhook",
        "name": data["event_type"],
        "event_timestamp": data["occurred_at"],
        "call_leg_id": data["payload"]["call_leg_id"],
        "call_session_id": data["payload"]["call_session_id"],
        "metadata": {"event": data, "status": "failed"},
    })
}

pub(crate) fn about(snapshots: &[Snapshot]) -> Vec<(&str, &str)> {
    snapshots
        .iter()
        .map(|snapshot| (snapshot.kind, snapshot.call.as_str()))
        .collect()
}

/// What was asked, with the query as people read it.
pub(crate) fn asked(stand_in: &StandIn) -> Vec<String> {
    let readable = |line: String| {
        let (method, rest) = line.split_once(' ').expect("a method");
        let url = Url::parse(&format!("http://a{rest}")).expect("a URL");
        let query: Vec<_> = url
            .query_pairs()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        assert_eq!(method, "GET", "nothing is ever changed");
        match query.is_empty() {
            true => url.path().to_owned(),
            false => format!("{}?{}", url.path(), query.join("&")),
        }
    };
    stand_in.asked().into_iter().map(readable).collect()
}

async fn ask(stand_in: &StandIn, id: &str) -> Result<Vec<Snapshot>, ApiError> {
    client(stand_in).call(&ProviderCallId::new(id)).await
}

fn whole_call(api: &StandIn) {
    let events = [
        fixture!("initiated.json"),
        fixture!("answered.json"),
        fixture!("hangup.json"),
    ];
    let mut items: Vec<_> = events.map(call_event).to_vec();
    items.push(value!({"record_type": "call_event", "type": "command", "name": "answer"}));
    items.push(call_event(fixture!("recording_saved.json")));
    let unused = with(
        call_event(fixture!("hangup.json")),
        &[("metadata", Value::Null)],
    );
    items.push(with(unused, &[("name", "call.gather.ended".into())]));
    api.on("/v2/call_events", [page(&items)])
        .on(
            "/v2/recordings",
            [page(&[parsed(fixture!("recording.json"))])],
        )
        .on(
            "/v2/recording_transcriptions",
            [page(&[
                parsed(fixture!("transcriptions.json"))["recording_transcriptions"][0].clone(),
            ])],
        )
        .on(
            "/v2/detail_records",
            [
                page(&[parsed(fixture!("detail_record.json"))]),
                page(&[
                    parsed(fixture!("trunk_record.json")),
                    with(
                        parsed(fixture!("trunk_record.json")),
                        &[("telnyx_session_id", "another".into())],
                    ),
                ]),
            ],
        );
}

#[tokio::test]
async fn a_call_is_its_events_its_recordings_and_what_was_charged() {
    let api = StandIn::start().await;
    whole_call(&api);
    let told = ask(&api, SESSION).await.expect("an answer");
    assert_eq!(
        about(&told),
        [
            ("call_event", SESSION),
            ("call_event", SESSION),
            ("call_event", SESSION),
            ("call_event", SESSION),
            ("recordings", SESSION),
            ("transcriptions", SESSION),
            ("detail_record", SESSION),
            ("detail_record", SESSION),
        ]
    );
    assert_eq!(
        asked(&api),
        [
            format!("/v2/call_events?filter[application_session_id]={SESSION}&page[size]=250"),
            format!("/v2/recordings?filter[call_session_id]={SESSION}&page[size]=250"),
            format!("/v2/recording_transcriptions?filter[recording_id]={RECORDING}&page[size]=250"),
            format!(
                "/v2/detail_records?filter[record_type]=call-control&filter[telnyx_session_id]={SESSION}&page[size]=50"
            ),
            format!(
                "/v2/detail_records?filter[record_type]=sip-trunking&filter[telnyx_session_id]={SESSION}&page[size]=50"
            ),
        ]
    );
    assert!(
        api.seen()
            .iter()
            .all(|seen| seen.header("authorization") == Some("Bearer KEY1"))
    );
    for told in &told {
        let document = crate::accounts::snapshot(told.kind, &told.body, told.at);
        let understood = crate::accounts::events(&at(&api), document);
        assert!(
            understood
                .iter()
                .all(|event| event.call.as_str() == SESSION)
        );
    }
}

#[tokio::test]
async fn what_was_just_billed_is_not_asked_for() {
    let api = StandIn::start().await;
    let clock = Clock::from_fn(|| time("2026-03-01T10:06:00Z"));
    let http = Http::for_account(&at(&api), clock, Duration::ZERO);
    let client = provider("telnyx").client(Arc::new(at(&api)), http);
    let events = [
        fixture!("initiated.json"),
        fixture!("hangup.json"),
        fixture!("cost.json"),
    ];
    api.on("/v2/call_events", [page(&events.map(call_event))])
        .on("/v2/recordings", [page(&[])]);
    let session = ProviderCallId::new(SESSION);
    client.call(&session).await.expect("an answer");
    assert_eq!(asked(&api).len(), 2);
    // Two hours later it may have been corrected.
    api.on("/v2/detail_records", [page(&[])]);
    ask(&api, SESSION).await.expect("an answer");
    assert_eq!(asked(&api).len(), 6);
}

#[tokio::test]
async fn a_leg_of_which_no_end_was_told_is_asked_about() {
    let api = StandIn::start().await;
    let events = [fixture!("initiated.json"), fixture!("answered.json")];
    api.on("/v2/call_events", [page(&events.map(call_event))])
        .on("/v2/recordings", [page(&[])])
        .on("/v2/calls/v3:root", [json(&parsed(fixture!("call.json")))]);
    let alive = {
        let mut call = parsed(fixture!("call.json"));
        call["data"]["is_alive"] = true.into();
        call
    };
    api.on("/v2/calls/v3:root", [json(&alive)]);
    let told = ask(&api, SESSION).await.expect("an answer");
    assert_eq!(told.last().map(|told| told.kind), Some("call_status"));
    let last = asked(&api).pop();
    assert_eq!(
        last.as_deref(),
        Some("/v2/calls/v3:root"),
        "nothing is charged yet"
    );

    // Known for ten minutes after its end only; then its record tells the end.
    api.on("/v2/calls/v3:root", [status(404)]).on(
        "/v2/detail_records",
        [page(&[parsed(fixture!("detail_record.json"))]), page(&[])],
    );
    let told = ask(&api, SESSION).await.expect("an answer");
    assert_eq!(told.last().map(|told| told.kind), Some("detail_record"));
}

#[tokio::test]
async fn a_call_is_found_by_the_ids_of_its_legs() {
    let api = StandIn::start().await;
    let hangup = call_event(fixture!("hangup.json"));
    api.on(
        "/v2/call_events",
        [
            page(&[]),
            page(std::slice::from_ref(&hangup)),
            page(std::slice::from_ref(&hangup)),
        ],
    )
    .on("/v2/recordings", [page(&[])])
    .on("/v2/detail_records", [page(&[])]);
    let told = ask(&api, LEG).await.expect("an answer");
    assert_eq!(about(&told), [("call_event", SESSION)]);
    assert!(asked(&api).contains(&format!(
        "/v2/call_events?filter[leg_id]={LEG}&page[size]=250"
    )));

    let api = StandIn::start().await;
    api.on("/v2/call_events", [page(&[]), page(&[hangup])])
        .on("/v2/recordings", [page(&[])])
        .on("/v2/detail_records", [page(&[])])
        .on("/v2/calls/v3:root", [json(&parsed(fixture!("call.json")))]);
    let told = ask(&api, "v3:root").await.expect("an answer");
    assert_eq!(
        about(&told),
        [("call_status", SESSION), ("call_event", SESSION)]
    );
}

#[tokio::test]
async fn a_call_that_ended_long_ago_is_found_by_its_recording() {
    let api = StandIn::start().await;
    let recording = parsed(fixture!("recording.json"));
    api.on("/v2/call_events", [page(&[])])
        .on(
            "/v2/recordings",
            [
                page(&[]),
                page(std::slice::from_ref(&recording)),
                page(&[recording]),
            ],
        )
        .on("/v2/recording_transcriptions", [page(&[])])
        .on("/v2/detail_records", [page(&[])])
        .on("/v2/calls/v3:root", [status(404)]);
    let told = ask(&api, "v3:root").await.expect("an answer");
    assert_eq!(about(&told), [("recordings", SESSION)]);
    assert!(
        asked(&api)
            .contains(&"/v2/recordings?filter[call_control_id]=v3:root&page[size]=250".into())
    );
}

#[tokio::test]
async fn a_recording_without_a_session_is_found_by_its_id() {
    let api = StandIn::start().await;
    let homeless = with(
        parsed(fixture!("recording.json")),
        &[
            ("call_session_id", Value::Null),
            ("call_leg_id", Value::Null),
        ],
    );
    api.on("/v2/call_events", [page(&[])])
        .on("/v2/recordings", [page(&[])])
        .on("/v2/detail_records", [page(&[])])
        .on(
            &format!("/v2/recordings/{RECORDING}"),
            [json(&value!({"data": homeless}))],
        );
    let told = ask(&api, RECORDING).await.expect("an answer");
    assert_eq!(about(&told), [("recordings", RECORDING)]);
}

#[tokio::test]
async fn what_nobody_knows_is_not_found() {
    let api = StandIn::start().await;
    api.on("/v2/call_events", [page(&[])])
        .on("/v2/recordings", [page(&[])])
        .on("/v2/detail_records", [page(&[])])
        .on("/v2/recordings/nothing", [status(404)])
        .on("/v2/calls/v3:gone", [status(422)]);
    for id in ["nothing", "v3:gone"] {
        assert_eq!(
            ask(&api, id).await.map(|_| ()),
            Err(ApiError::NotFound),
            "{id}"
        );
    }
}

#[tokio::test]
async fn detail_records_that_are_not_to_be_had_do_not_hold_up_the_rest() {
    for refusal in [
        status(400),
        status(403),
        status(404),
        status(429).with("x-ratelimit-reset", "60"),
    ] {
        let api = StandIn::start().await;
        whole_call(&api);
        api.on("/v2/detail_records", [refusal.clone()]);
        let told = ask(&api, SESSION).await.expect("the rest");
        assert_eq!(told.len(), 6, "{refusal:?}");
    }
}

#[tokio::test]
async fn a_refused_key_is_a_refused_key_and_the_next_one_is_tried() {
    let api = StandIn::start().await;
    api.on("/v2/call_events", [status(401)]);
    assert_eq!(
        ask(&api, SESSION).await.map(|_| ()),
        Err(ApiError::KeyRefused)
    );

    let api = StandIn::start().await;
    api.on(
        "/v2/call_events",
        [status(401), page(&[call_event(fixture!("cost.json"))])],
    )
    .on("/v2/recordings", [page(&[])])
    .on("/v2/calls/v3:root", [status(404)]);
    let mut two = at(&api);
    two.secrets.add("api_key", "KEY2");
    let told = client_of(two).call(&ProviderCallId::new(SESSION)).await;
    assert!(told.is_ok(), "{told:?}");
    let keys: Vec<_> = api.seen()[..2]
        .iter()
        .map(|seen| seen.header("authorization").map(str::to_owned))
        .collect();
    assert_eq!(
        keys,
        [Some("Bearer KEY1".into()), Some("Bearer KEY2".into())]
    );
}

#[tokio::test]
async fn a_limit_that_says_when_it_ends_is_kept() {
    let api = StandIn::start().await;
    api.on(
        "/v2/call_events",
        [status(429).with("x-ratelimit-reset", "42")],
    );
    let told = ask(&api, SESSION).await;
    assert_eq!(
        told.map(|_| ()),
        Err(ApiError::RateLimited(time("2026-03-01T12:00:42Z")))
    );
    assert_eq!(asked(&api).len(), 1, "it is not asked again before");
}

#[tokio::test]
async fn without_a_key_nothing_is_asked() {
    let api = StandIn::start().await;
    let mut keyless = at(&api);
    keyless.secrets = ringback_providers::Secrets::default();
    let told = client_of(keyless).call(&ProviderCallId::new(SESSION)).await;
    assert_eq!(told.map(|_| ()), Err(ApiError::NoKey("api_key")));
    assert!(api.seen().is_empty());
}

#[tokio::test]
async fn events_come_in_pages_of_either_kind() {
    let api = StandIn::start().await;
    let cursor = json(&value!({
        "data": [call_event(fixture!("answered.json"))],
        "meta": {"cursors": {"after": "c1"}, "next": "https://elsewhere.example/"},
    }));
    let last = json(&value!({
        "data": [call_event(fixture!("cost.json")), call_event(fixture!("hangup.json"))],
        "meta": {"cursors": {"after": null}, "next": null},
    }));
    let first = page_of(1, 2, &[call_event(fixture!("initiated.json"))]);
    api.on("/v2/call_events", [first, cursor, last])
        .on("/v2/recordings", [page(&[])]);
    let told = ask(&api, SESSION).await.expect("all pages");
    assert_eq!(told.len(), 4);
    let asked = asked(&api);
    assert!(
        asked[1].ends_with("&page[size]=250&page[number]=2"),
        "{}",
        asked[1]
    );
    assert!(asked[2].ends_with("&page[after]=c1"), "{}", asked[2]);
}

#[tokio::test]
async fn an_answer_of_another_shape_names_the_path_and_no_value() {
    let api = StandIn::start().await;
    for body in [value!({"data": 7}), value!(["secret"])] {
        api.on("/v2/call_events", [json(&body)]);
        let told = ask(&api, SESSION).await;
        let Err(ApiError::Unexpected(what)) = told else {
            panic!("{told:?}");
        };
        assert!(
            what.contains("/call_events") && !what.contains("secret"),
            "{what}"
        );
    }
}

#[tokio::test]
async fn a_connection_test_says_what_is_worth_knowing() {
    let api = StandIn::start().await;
    let hooks = "https://hooks.example/webhooks/clinic";
    let application = |name: &str, url: &str| value!({"id": name, "application_name": name, "active": true, "webhook_event_url": url});
    api.on(
        "/v2/call_control_applications",
        [page(&[
            application("mine", hooks),
            application("theirs", "https://agent.example/"),
        ])],
    );
    let mut account = at(&api);
    account.webhook_url = Some(Url::parse(hooks).expect("a URL"));
    let proof = client_of(account.clone()).check().await.expect("it works");
    assert_eq!(proof.notes.len(), 2, "{:?}", proof.notes);
    assert!(proof.notes[0].contains("public_key"), "{:?}", proof.notes);
    assert!(proof.notes[1].contains("\"mine\""), "{:?}", proof.notes);

    api.on("/v2/call_control_applications", [status(403)])
        .on("/v2/recordings", [page(&[])]);
    account.options.insert(
        "public_key".into(),
        "ebVWLo/mVPlAeLES6KmLp5AfhTrmlb7X4OORC60ElmQ=".into(),
    );
    let proof = client_of(account.clone()).check().await.expect("it works");
    assert!(proof.notes.is_empty(), "{:?}", proof.notes);
    api.on("/v2/recordings", [status(401)]);
    assert_eq!(client_of(account).check().await, Err(ApiError::KeyRefused));
}

#[tokio::test]
async fn the_calls_that_go_on_are_those_of_all_applications() {
    let api = StandIn::start().await;
    let other = with(
        parsed(fixture!("active_call.json")),
        &[("call_session_id", "other".into())],
    );
    api.on(
        "/v2/call_control_applications",
        [page(&[
            value!({"id": "1"}),
            value!({"id": "2", "active": false}),
        ])],
    )
    .on("/v2/texml_applications", [page(&[value!({"id": "3"})])])
    .on(
        "/v2/connections/1/active_calls",
        [page(&[
            parsed(fixture!("active_call.json")),
            value!({"call_leg_id": "x"}),
        ])],
    )
    .on(
        "/v2/connections/3/active_calls",
        [page(&[other]), status(404)],
    );
    let client = client(&api);
    let told = client.ongoing().await.expect("an answer");
    assert_eq!(
        about(&told),
        [
            ("listed_active_call", SESSION),
            ("listed_active_call", "other")
        ]
    );
    let told = client.ongoing().await.expect("an answer");
    assert_eq!(
        about(&told),
        [("listed_active_call", SESSION)],
        "a deleted application"
    );
    let asked = asked(&api);
    assert_eq!(
        asked.len(),
        6,
        "applications are listed now and then only: {asked:?}"
    );
    assert_eq!(asked[2], "/v2/connections/1/active_calls?page[limit]=250");
}
