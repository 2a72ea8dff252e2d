//! What Twilio's API is asked, and what becomes of each kind of answer.

use std::{sync::Arc, time::Duration};

use futures_util::TryStreamExt;
use ringback_model::{Clock, Link, ProviderCallId, Reason, RecordingKey, SecretUrl};
use ringback_providers::{Account, ApiError, Client, MediaRef, MediaStream, Snapshot, http::Http};
use serde_json::{Value, json as value};

use crate::{
    accounts::{ACCOUNT_SID, account, events, provider, snapshot, time},
    stand_in::{Reply, StandIn, bytes, json, redirect, status},
};

const CALL: &str = include_str!("../fixtures/twilio/call.json");
const CHILD: &str = include_str!("../fixtures/twilio/child_call.json");
const RECORDING: &str = include_str!("../fixtures/twilio/recording.json");
const ROOT_SID: &str = "CA00000000000000000000000000000001";
const CHILD_SID: &str = "CA00000000000000000000000000000002";
const RECORDING_SID: &str = "RE00000000000000000000000000000001";
/// `AC00000000000000000000000000000001:token`
const BASIC_TOKEN: &str = "Basic QUMwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMTp0b2tlbg==";
/// `SK1:secret`
const BASIC_KEY: &str = "Basic U0sxOnNlY3JldA==";
const NOW: &str = "2026-03-01T12:00:00Z";

fn below(path: &str) -> String {
    format!("/2010-04-01/Accounts/{ACCOUNT_SID}{path}")
}

fn twilio(stand_in: &StandIn, secrets: &[(&str, &str)]) -> Account {
    let mut account = account("twilio", secrets);
    account.base_url = stand_in.url("");
    account.allow_private_network = true;
    account
}

fn client_of(account: Account) -> Box<dyn Client> {
    let clock = Clock::from_fn(|| time(NOW));
    let http = Http::for_account(&account, clock, Duration::ZERO);
    provider("twilio").client(Arc::new(account), http)
}

fn client(stand_in: &StandIn) -> Box<dyn Client> {
    client_of(twilio(stand_in, &[("auth_token", "token")]))
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).expect("a fixture is JSON")
}

fn page(list: &str, items: &[Value], next: Option<&str>) -> Reply {
    let mut body = value!({"page": 0, "page_size": 1000, "next_page_uri": next});
    body[list] = items.into();
    json(&body)
}

fn about(snapshots: &[Snapshot]) -> Vec<(&str, &str)> {
    snapshots
        .iter()
        .map(|snapshot| (snapshot.kind, snapshot.call.as_str()))
        .collect()
}

async fn fetch(client: &dyn Client, link: Option<&Link>) -> Result<MediaStream, ApiError> {
    let media = MediaRef {
        call: &ProviderCallId::new(ROOT_SID),
        recording: &RecordingKey::new(RECORDING_SID),
        link,
        is_fresh: false,
    };
    client.media(media, 0, None).await
}

async fn whole(stream: MediaStream) -> Vec<u8> {
    let chunks: Vec<_> = stream.body.try_collect().await.expect("all of it");
    chunks.concat()
}

#[tokio::test]
async fn a_call_is_its_legs_and_its_recordings() {
    let api = StandIn::start().await;
    let recordings = below(&format!("/Calls/{ROOT_SID}/Recordings.json"));
    let second_page = format!("{recordings}?PageToken=PT1");
    api.on(
        &below(&format!("/Calls/{ROOT_SID}.json")),
        [json(&parsed(CALL))],
    )
    .on(
        &below("/Calls.json"),
        [page("calls", &[parsed(CHILD)], None)],
    )
    .on(
        &recordings,
        [
            page("recordings", &[parsed(RECORDING)], Some(&second_page)),
            page("recordings", &[parsed(RECORDING)], None),
        ],
    );
    let told = client(&api)
        .call(&ProviderCallId::new(ROOT_SID))
        .await
        .expect("an answer");
    assert_eq!(
        about(&told),
        [
            ("call", ROOT_SID),
            ("call", ROOT_SID),
            ("recordings", ROOT_SID),
            ("recordings", ROOT_SID)
        ]
    );
    assert_eq!(
        api.asked(),
        [
            format!("GET {}", below(&format!("/Calls/{ROOT_SID}.json"))),
            format!(
                "GET {}?ParentCallSid={ROOT_SID}&PageSize=1000",
                below("/Calls.json")
            ),
            format!("GET {recordings}?PageSize=1000"),
            format!("GET {second_page}"),
        ]
    );
    assert!(
        api.seen()
            .iter()
            .all(|seen| seen.header("authorization") == Some(BASIC_TOKEN))
    );
    let account = twilio(&api, &[]);
    for snapshot_told in &told {
        let document = snapshot(snapshot_told.kind, &snapshot_told.body, snapshot_told.at);
        let understood = events(&account, document);
        assert!(
            understood
                .iter()
                .all(|event| event.call.as_str() == ROOT_SID)
        );
        assert_eq!(understood.len(), 1);
    }
}

#[tokio::test]
async fn a_call_asked_for_by_a_further_leg_is_the_whole_conversation() {
    let api = StandIn::start().await;
    let mut of_the_leg = parsed(RECORDING);
    of_the_leg["call_sid"] = CHILD_SID.into();
    api.on(
        &below(&format!("/Calls/{CHILD_SID}.json")),
        [json(&parsed(CHILD))],
    )
    .on(
        &below(&format!("/Calls/{ROOT_SID}.json")),
        [json(&parsed(CALL))],
    )
    .on(
        &below("/Calls.json"),
        [page("calls", &[parsed(CHILD)], None)],
    )
    .on(
        &below(&format!("/Calls/{ROOT_SID}/Recordings.json")),
        [page("recordings", &[], None)],
    )
    .on(
        &below(&format!("/Calls/{CHILD_SID}/Recordings.json")),
        [page("recordings", &[of_the_leg], None)],
    );
    let told = client(&api)
        .call(&ProviderCallId::new(CHILD_SID))
        .await
        .expect("an answer");
    assert_eq!(
        about(&told),
        [
            ("call", ROOT_SID),
            ("call", ROOT_SID),
            ("recordings", CHILD_SID)
        ],
        "with what is told under the leg's own id"
    );
}

#[tokio::test]
async fn a_conference_is_its_recordings() {
    let api = StandIn::start().await;
    let mut recording = parsed(RECORDING);
    recording["call_sid"] = Value::Null;
    recording["conference_sid"] = "CF1".into();
    api.on(
        &below("/Conferences/CF1/Recordings.json"),
        [page("recordings", &[recording], None)],
    );
    let told = client(&api)
        .call(&ProviderCallId::new("CF1"))
        .await
        .expect("an answer");
    assert_eq!(about(&told), [("recordings", "CF1")]);
}

#[tokio::test]
async fn calls_are_listed_by_day_and_narrowed_to_the_moment_then_the_recordings() {
    let api = StandIn::start().await;
    let mut early = parsed(CALL);
    early["sid"] = "CA_early".into();
    early["start_time"] = "Sun, 01 Mar 2026 09:59:59 +0000".into();
    let mut unstarted = parsed(CALL);
    unstarted["sid"] = "CA_unstarted".into();
    unstarted["start_time"] = Value::Null;
    let next = below("/Calls.json?StartTime%3E=2026-03-01&PageSize=1000&Page=1&PageToken=PACA1");
    let mut early_recording = parsed(RECORDING);
    early_recording["start_time"] = "Sun, 01 Mar 2026 09:00:00 +0000".into();
    let mut other_recording = parsed(RECORDING);
    other_recording["call_sid"] = "CA_other".into();
    api.on(
        &below("/Calls.json"),
        [
            page(
                "calls",
                &[parsed(CALL), early, unstarted, value!({"no": "sid"})],
                Some(&next),
            ),
            page("calls", &[parsed(CHILD)], None),
        ],
    )
    .on(
        &below("/Recordings.json"),
        [page(
            "recordings",
            &[
                parsed(RECORDING),
                early_recording,
                other_recording,
                parsed(RECORDING),
            ],
            None,
        )],
    );
    let client = client(&api);
    let since = time("2026-03-01T10:00:00Z");
    let mut pages = Vec::new();
    let mut page_after: Option<String> = None;
    loop {
        let page = client
            .list(since, page_after.as_deref())
            .await
            .expect("a page");
        pages.push(
            about(&page.snapshots)
                .iter()
                .map(|(kind, call)| format!("{kind} {call}"))
                .collect::<Vec<_>>(),
        );
        page_after = page.next;
        if page_after.is_none() {
            break;
        }
    }
    assert_eq!(
        pages,
        [
            vec![format!("call {ROOT_SID}"), "call CA_unstarted".into()],
            vec![format!("call {ROOT_SID}")],
            vec![
                format!("recordings {ROOT_SID}"),
                "recordings CA_other".into()
            ],
        ]
    );
    assert_eq!(
        api.asked(),
        [
            format!(
                "GET {}?StartTime%3E=2026-03-01&PageSize=1000",
                below("/Calls.json")
            ),
            format!("GET {next}"),
            format!(
                "GET {}?DateCreated%3E=2026-03-01&PageSize=1000",
                below("/Recordings.json")
            ),
        ]
    );
}

#[tokio::test]
async fn a_next_page_on_another_host_is_not_asked_for() {
    let (api, other) = (StandIn::start().await, StandIn::start().await);
    for elsewhere in [
        other.url("/steal").to_string(),
        format!("//{}/steal", other.host_and_port()),
    ] {
        api.on(
            &below("/Calls.json"),
            [page("calls", &[], Some(&elsewhere))],
        );
        let client = client(&api);
        let first = client.list(time(NOW), None).await.expect("a page");
        let second = client.list(time(NOW), first.next.as_deref()).await;
        assert!(matches!(second, Err(ApiError::Forbidden(_))), "{second:?}");
    }
    assert!(other.seen().is_empty());
}

#[tokio::test]
async fn a_base_url_with_a_path_keeps_it_on_the_next_page() {
    let api = StandIn::start().await;
    let mut account = twilio(&api, &[("auth_token", "token")]);
    account.base_url = api.url("/proxy");
    api.on(
        &format!("/proxy{}", below("/Calls.json")),
        [page("calls", &[], Some(&below("/Calls.json?PageToken=1")))],
    );
    let client = client_of(account);
    let first = client.list(time(NOW), None).await.expect("a page");
    client
        .list(time(NOW), first.next.as_deref())
        .await
        .expect("a page");
    assert_eq!(
        api.asked()[1],
        format!("GET /proxy{}?PageToken=1", below("/Calls.json"))
    );
}

#[tokio::test]
async fn ongoing_calls_are_asked_for_one_status_after_the_other() {
    let api = StandIn::start().await;
    let mut talking = parsed(CALL);
    talking["status"] = "in-progress".into();
    api.on(
        &below("/Calls.json"),
        [page("calls", &[talking], None), page("calls", &[], None)],
    );
    let told = client(&api).ongoing().await.expect("a list");
    assert_eq!(about(&told), [("call", ROOT_SID)]);
    let queries: Vec<_> = api.seen().into_iter().map(|seen| seen.query).collect();
    assert_eq!(
        queries,
        [
            "Status=in-progress&PageSize=1000",
            "Status=ringing&PageSize=1000",
            "Status=queued&PageSize=1000"
        ]
    );
}

#[tokio::test]
async fn the_account_is_checked_and_an_api_key_alone_is_noted() {
    let api = StandIn::start().await;
    let path = format!("/2010-04-01/Accounts/{ACCOUNT_SID}.json");
    api.on(
        &path,
        [json(
            &value!({"friendly_name": "Restaurant", "status": "suspended"}),
        )],
    );
    let proof = client(&api).check().await.expect("works");
    assert_eq!(proof.name.as_deref(), Some("Restaurant"));
    assert_eq!(proof.notes, ["the account is suspended"]);

    api.on(
        &path,
        [json(&value!({"code": 20003, "message": "Authenticate", "status": 401})).status(401)],
    )
    .on(&below("/Calls.json"), [page("calls", &[], None)]);
    assert_eq!(client(&api).check().await, Err(ApiError::KeyRefused));
    let by_key = twilio(
        &api,
        &[("api_key_sid", "SK1"), ("api_key_secret", "secret")],
    );
    let proof = client_of(by_key).check().await.expect("reads calls");
    assert!(proof.notes[0].contains("auth_token"), "{proof:?}");
    let last = api.seen().pop().expect("asked");
    assert_eq!(last.header("authorization"), Some(BASIC_KEY));

    let none = client_of(twilio(&api, &[])).check().await;
    assert_eq!(none, Err(ApiError::NoKey("auth_token")));
}

#[tokio::test]
async fn too_many_requests_and_unknown_calls_are_told_apart() {
    let api = StandIn::start().await;
    let path = below(&format!("/Calls/{ROOT_SID}.json"));
    let call = ProviderCallId::new(ROOT_SID);
    api.on(
        &path,
        [json(&value!({"code": 20404, "status": 404})).status(404)],
    );
    assert_eq!(
        client(&api).call(&call).await.map(|_| ()),
        Err(ApiError::NotFound)
    );
    api.on(
        &path,
        [json(&value!({"code": 20429, "status": 429})).status(429)],
    );
    let told = client(&api).call(&call).await.map(|_| ());
    assert_eq!(
        told,
        Err(ApiError::RateLimited(time("2026-03-01T12:00:30Z")))
    );
    assert_eq!(api.seen().len(), 5, "once, and once with three repetitions");
}

fn mp3() -> String {
    below(&format!("/Recordings/{RECORDING_SID}.mp3"))
}

#[tokio::test]
async fn sound_is_asked_of_the_api_with_the_key_and_fetched_from_the_storage_without() {
    let (api, storage) = (StandIn::start().await, StandIn::start().await);
    api.on(&mp3(), [redirect(storage.url("/signed?sig=1"))]);
    storage.on("/signed", [bytes("sound").with("etag", "\"v1\"")]);
    let mut account = twilio(&api, &[("auth_token", "token")]);
    account.media_hosts.push(storage.host_and_port());
    let stream = fetch(&*client_of(account), None).await.expect("sound");
    assert_eq!(whole(stream).await, b"sound");
    assert_eq!(api.asked(), [format!("GET {}?RequestedChannels=2", mp3())]);
    assert_eq!(api.seen()[0].header("authorization"), Some(BASIC_TOKEN));
    let seen = storage.seen();
    assert_eq!(
        seen[0].header("authorization"),
        None,
        "no key for the storage"
    );
    assert_eq!(seen[0].header("cookie"), None);
}

#[tokio::test]
async fn a_recording_without_two_channels_is_asked_for_with_one() {
    let api = StandIn::start().await;
    api.on(&mp3(), [status(400), bytes("mono")]);
    let stream = fetch(&*client(&api), None).await.expect("sound");
    assert_eq!(whole(stream).await, b"mono");
    assert_eq!(
        api.asked(),
        [2, 1].map(|channels| format!("GET {}?RequestedChannels={channels}", mp3()))
    );
    api.on(&mp3(), [status(400)]);
    let told = fetch(&*client(&api), None).await.map(|_| ());
    assert_eq!(told, Err(ApiError::Server(400)));
}

#[tokio::test]
async fn the_metadata_say_why_there_is_no_sound() {
    let metadata = |status: &str, error: Value| {
        let mut body = parsed(RECORDING);
        body["status"] = status.into();
        body["error_code"] = error;
        json(&body)
    };
    let table = [
        (metadata("completed", Value::Null), ApiError::NotReady),
        (metadata("processing", Value::Null), ApiError::NotReady),
        (metadata("brand-new", Value::Null), ApiError::NotReady),
        (
            metadata("deleted", Value::Null),
            ApiError::Withheld(Reason::DeletedAtProvider),
        ),
        (
            metadata("absent", 16101.into()),
            ApiError::Withheld(Reason::TooShort),
        ),
        (
            metadata("absent", 16102.into()),
            ApiError::Withheld(Reason::Silent),
        ),
        (status(404), ApiError::NotFound),
        (status(400), ApiError::Server(400)),
        (
            bytes("x"),
            ApiError::Unexpected(
                "is not JSON (at recording) in the answer to GET /Recordings/{RecordingSid}.json"
                    .into(),
            ),
        ),
    ];
    for (answer, error) in table {
        let api = StandIn::start().await;
        let metadata_path = below(&format!("/Recordings/{RECORDING_SID}.json"));
        api.on(&mp3(), [status(404)]).on(&metadata_path, [answer]);
        assert_eq!(fetch(&*client(&api), None).await.map(|_| ()), Err(error));
        assert_eq!(
            api.asked()[1],
            format!("GET {metadata_path}?IncludeSoftDeleted=true")
        );
    }
}

#[tokio::test]
async fn a_refusal_of_the_key_is_not_a_dead_link_of_the_storage() {
    let (api, storage) = (StandIn::start().await, StandIn::start().await);
    let mut account = twilio(&api, &[("auth_token", "token")]);
    account.media_hosts.push(storage.host_and_port());
    api.on(&mp3(), [status(401), redirect(storage.url("/signed"))]);
    storage.on("/signed", [status(403)]);
    let client = client_of(account);
    assert_eq!(
        fetch(&*client, None).await.map(|_| ()),
        Err(ApiError::KeyRefused)
    );
    assert_eq!(
        fetch(&*client, None).await.map(|_| ()),
        Err(ApiError::LinkDead)
    );
}

#[tokio::test]
async fn the_next_key_is_tried_when_the_first_is_refused() {
    let api = StandIn::start().await;
    api.on(&mp3(), [status(401), bytes("sound")]);
    let account = twilio(
        &api,
        &[
            ("auth_token", "token"),
            ("api_key_sid", "SK1"),
            ("api_key_secret", "secret"),
        ],
    );
    let stream = fetch(&*client_of(account), None).await.expect("sound");
    assert_eq!(whole(stream).await, b"sound");
    let keys: Vec<_> = api
        .seen()
        .iter()
        .map(|seen| seen.header("authorization").map(str::to_owned))
        .collect();
    assert_eq!(
        keys,
        [Some(BASIC_KEY.to_owned()), Some(BASIC_TOKEN.to_owned())]
    );
}

#[tokio::test]
async fn sound_in_the_customers_own_bucket_is_fetched_from_there_without_a_key() {
    let (api, bucket) = (StandIn::start().await, StandIn::start().await);
    let mut account = twilio(&api, &[("auth_token", "token")]);
    account.media_hosts.push(bucket.host_and_port());
    bucket.on("/RE1.mp3", [bytes("sound"), status(403)]);
    let link = Link {
        url: SecretUrl::new(bucket.url("/RE1.mp3")),
        expires_at: None,
    };
    let client = client_of(account);
    let stream = fetch(&*client, Some(&link)).await.expect("sound");
    assert_eq!(whole(stream).await, b"sound");
    assert_eq!(bucket.seen()[0].header("authorization"), None);
    assert!(api.seen().is_empty());
    assert_eq!(
        fetch(&*client, Some(&link)).await.map(|_| ()),
        Err(ApiError::LinkDead)
    );
}

#[tokio::test]
async fn a_busy_api_says_until_when_for_sound_too() {
    let api = StandIn::start().await;
    api.on(&mp3(), [status(429).with("retry-after", "60")]);
    let client = client(&api);
    let until = Err(ApiError::RateLimited(time("2026-03-01T12:01:00Z")));
    assert_eq!(fetch(&*client, None).await.map(|_| ()), until);
    assert_eq!(client.ongoing().await.map(|_| ()), until);
    assert_eq!(api.seen().len(), 1);
}
