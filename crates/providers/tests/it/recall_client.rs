//! What Recall.ai's API is asked, and what becomes of each kind of answer.

use std::{sync::Arc, time::Duration};

use ringback_model::{Clock, ProviderCallId};
use ringback_providers::{Account, ApiError, Client, Snapshot, http::Http};
use serde_json::{Value, json as value};

use crate::{
    accounts::{account, event, provider, snapshot, time},
    recall_events::{BOT, BOT_ID, RECORDING, RECORDING_ID, SDK_RECORDING, changed},
    stand_in::{Reply, StandIn, bytes, json, redirect, status},
};

const TRANSCRIPT: &str = include_str!("../fixtures/recall/transcript.json");
const EVENTS: &str = include_str!("../fixtures/recall/participant_events.json");
const PARTICIPANTS: &str = include_str!("../fixtures/recall/participants.json");

const NOW: &str = "2025-10-09T09:00:00Z";
const BOTS: &str = "/api/v1/bot/";
const RECORDINGS: &str = "/api/v1/recording/";

pub(crate) fn recall(stand_in: &StandIn) -> Account {
    let mut account = account("recall", &[("api_key", "key_1")]);
    account.base_url = stand_in.url("");
    account.allow_private_network = true;
    account
}

pub(crate) fn client_of(account: Account) -> Box<dyn Client> {
    let clock = Clock::from_fn(|| time(NOW));
    let http = Http::for_account(&account, clock, Duration::ZERO);
    provider("recall").client(Arc::new(account), http)
}

pub(crate) fn client(stand_in: &StandIn) -> Box<dyn Client> {
    client_of(recall(stand_in))
}

pub(crate) fn bot_id() -> ProviderCallId {
    ProviderCallId::new(BOT_ID)
}

pub(crate) fn bot_path() -> String {
    format!("{BOTS}{BOT_ID}/")
}

pub(crate) fn recording_path() -> String {
    format!("{RECORDINGS}{RECORDING_ID}/")
}

/// The fixture's bot with the links of its files at `storage`.
fn bot_at(storage: &StandIn) -> Value {
    let mut bot: Value = serde_json::from_str(BOT).expect("a fixture is JSON");
    let shortcuts = &mut bot["recordings"][0]["media_shortcuts"];
    let link = |path| Value::from(storage.url(path).as_str());
    shortcuts["transcript"]["data"]["download_url"] = link("/transcript.json?Signature=s");
    let data = &mut shortcuts["participant_events"]["data"];
    data["participant_events_download_url"] = link("/events.json?Signature=s");
    data["participants_download_url"] = link("/participants.json?Signature=s");
    bot
}

/// What the client's answers come to when they are understood.
fn understood(account: &Account, told: &[Snapshot]) -> ringback_model::Call {
    let mut call = ringback_model::Call::new(told[0].call.clone());
    for snapshot_told in told {
        let document = snapshot(snapshot_told.kind, &snapshot_told.body, snapshot_told.at);
        call.apply(&event(account, document));
    }
    call
}

fn kinds(told: &[Snapshot]) -> Vec<&str> {
    told.iter().map(|snapshot| snapshot.kind).collect()
}

#[tokio::test]
async fn a_bot_is_asked_for_with_the_key_and_the_files_beside_it_without() {
    let (api, storage) = (StandIn::start().await, StandIn::start().await);
    let answer = json(&bot_at(&storage)).with("date", "Thu, 09 Oct 2025 08:59:58 GMT");
    api.on(&bot_path(), [answer]);
    storage
        .on("/transcript.json", [bytes(TRANSCRIPT)])
        .on("/events.json", [bytes(EVENTS)]);
    let mut account = recall(&api);
    account.media_hosts.push(storage.host_and_port());
    let told = client_of(account.clone())
        .call(&bot_id())
        .await
        .expect("an answer");

    assert_eq!(kinds(&told), ["bot", "transcripts", "participants"]);
    assert!(told.iter().all(|snapshot| snapshot.call == bot_id()));
    let server_time = time("2025-10-09T08:59:58Z");
    assert!(
        told.iter().all(|snapshot| snapshot.at == server_time),
        "the server's time, not ours"
    );
    let call = understood(&account, &told);
    let fields = &call.fields;
    assert_eq!(
        fields.from.as_ref().expect("told").value,
        "Ada Fischer, Ben Okafor"
    );
    assert_eq!(
        fields
            .transcript
            .as_ref()
            .expect("told")
            .value
            .segments
            .len(),
        3
    );

    assert_eq!(api.asked(), [format!("GET {}", bot_path())]);
    let seen = api.seen();
    assert_eq!(seen[0].header("authorization"), Some("Token key_1"));
    assert!(seen[0].body.is_empty(), "a GET with a body is refused");
    assert_eq!(seen[0].header("content-type"), None);
    assert_eq!(
        storage.asked(),
        [
            "GET /transcript.json?Signature=s",
            "GET /events.json?Signature=s"
        ]
    );
    assert!(
        storage
            .seen()
            .iter()
            .all(|seen| seen.header("authorization").is_none())
    );
}

#[tokio::test]
async fn of_what_participants_did_only_their_coming_is_kept() {
    let api = StandIn::start().await;
    api.on(&bot_path(), [json(&bot_at(&api))])
        .on("/transcript.json", [bytes(TRANSCRIPT)])
        .on("/events.json", [bytes(EVENTS)]);
    let told = client(&api).call(&bot_id()).await.expect("an answer");
    let participants = std::str::from_utf8(&told[2].body).expect("text");
    assert!(participants.contains("Ada Fischer"), "{participants}");
    assert!(!participants.contains("a private remark"), "{participants}");
    let at_api = api
        .seen()
        .into_iter()
        .filter(|seen| seen.path.ends_with(".json"));
    assert!(
        at_api.clone().count() == 2
            && at_api
                .into_iter()
                .all(|seen| seen.header("authorization").is_none()),
        "a link is enough, at the API's own host too"
    );
}

#[tokio::test]
async fn without_the_joins_the_list_of_participants_serves() {
    for events in [bytes("[]"), status(403), bytes("<html>"), bytes("{}")] {
        let api = StandIn::start().await;
        api.on(&bot_path(), [json(&bot_at(&api))])
            .on("/transcript.json", [bytes(TRANSCRIPT)])
            .on("/events.json", [events])
            .on("/participants.json", [bytes(PARTICIPANTS)]);
        let told = client(&api).call(&bot_id()).await.expect("an answer");
        let call = understood(&recall(&api), &told);
        assert_eq!(
            call.fields.from.expect("told").value,
            "Ada Fischer, Ben Okafor"
        );
    }
}

#[tokio::test]
async fn a_file_that_cannot_be_had_does_not_cost_the_rest_and_one_that_may_come_is_waited_for() {
    for dead in [
        status(403),
        status(404),
        bytes("no json"),
        bytes(vec![b' '; 1 << 20]).times(33),
        redirect("https://evil.example/"),
    ] {
        let api = StandIn::start().await;
        api.on(&bot_path(), [json(&bot_at(&api))])
            .on("/transcript.json", [dead])
            .on("/events.json", [bytes(EVENTS)]);
        let told = client(&api).call(&bot_id()).await.expect("an answer");
        assert_eq!(kinds(&told), ["bot", "participants"]);
    }
    for (trouble, error) in [
        (status(503), ApiError::Server(503)),
        (
            status(429).with("retry-after", "7"),
            ApiError::RateLimited(time("2025-10-09T09:00:07Z")),
        ),
    ] {
        let api = StandIn::start().await;
        api.on(&bot_path(), [json(&bot_at(&api))])
            .on("/transcript.json", [trouble]);
        assert_eq!(client(&api).call(&bot_id()).await.map(|_| ()), Err(error));
    }
}

#[tokio::test]
async fn files_that_are_not_finished_are_not_asked_for() {
    let api = StandIn::start().await;
    let mut bot = bot_at(&api);
    for media in ["transcript", "participant_events"] {
        bot["recordings"][0]["media_shortcuts"][media]["status"]["code"] = "processing".into();
    }
    api.on(&bot_path(), [json(&bot)]);
    let told = client(&api).call(&bot_id()).await.expect("an answer");
    assert_eq!(kinds(&told), ["bot"]);
    assert_eq!(api.seen().len(), 1);
}

#[tokio::test]
async fn a_recordings_id_leads_to_its_meeting_and_one_without_a_bot_is_the_meeting() {
    let api = StandIn::start().await;
    let recording_as_bot = format!("{BOTS}{RECORDING_ID}/");
    api.on(&recording_as_bot, [status(404)])
        .on(&recording_path(), [bytes(RECORDING)])
        .on(
            &bot_path(),
            [bytes(changed(BOT, |bot| bot["recordings"] = value!([])))],
        );
    let told = client(&api)
        .call(&ProviderCallId::new(RECORDING_ID))
        .await
        .expect("an answer");
    assert_eq!(kinds(&told), ["bot"]);
    assert_eq!(told[0].call, bot_id());

    let sdk = "77777777-7777-4777-8777-777777777777";
    let api = StandIn::start().await;
    api.on(&format!("{BOTS}{sdk}/"), [status(404)])
        .on(&format!("{RECORDINGS}{sdk}/"), [bytes(SDK_RECORDING)]);
    let told = client(&api)
        .call(&ProviderCallId::new(sdk))
        .await
        .expect("an answer");
    assert_eq!(kinds(&told), ["recording"]);
    assert_eq!(told[0].call.as_str(), sdk);

    let api = StandIn::start().await;
    api.on(&bot_path(), [status(404)])
        .on(&format!("{RECORDINGS}{BOT_ID}/"), [status(404)]);
    assert_eq!(
        client(&api).call(&bot_id()).await.map(|_| ()),
        Err(ApiError::NotFound)
    );
}

#[tokio::test]
async fn each_refusal_asks_for_its_own_reaction() {
    for (reply, error, count) in [
        (status(400), ApiError::Server(400), 1),
        (status(401), ApiError::KeyRefused, 1),
        (status(402), ApiError::Server(402), 1),
        (status(405), ApiError::Server(405), 1),
        (status(500), ApiError::Server(500), 4),
        (status(507), ApiError::Server(507), 4),
        (
            status(429).with("retry-after", "120"),
            ApiError::RateLimited(time("2025-10-09T09:02:00Z")),
            1,
        ),
        (
            bytes("{}"),
            ApiError::Unexpected(
                "is missing or no text (at bot.id) in the answer to GET /api/v1/bot/{id}/".into(),
            ),
            1,
        ),
    ] {
        let api = StandIn::start().await;
        api.on(&bot_path(), [reply]);
        let told = client(&api).call(&bot_id()).await.map(|_| ());
        assert_eq!((told, api.seen().len()), (Err(error), count));
    }
}

#[tokio::test]
async fn without_a_key_nothing_is_asked_and_an_id_of_any_shape_stays_in_its_place() {
    let api = StandIn::start().await;
    let mut account = recall(&api);
    account.secrets = Default::default();
    let told = client_of(account).call(&bot_id()).await;
    assert_eq!(told.map(|_| ()), Err(ApiError::NoKey("api_key")));
    assert!(api.seen().is_empty());
    let _ = client(&api)
        .call(&ProviderCallId::new("../billing?x=1"))
        .await;
    assert_eq!(api.asked(), ["GET /api/v1/bot/..%2Fbilling%3Fx=1/"]);
}

#[tokio::test]
async fn the_key_is_checked_with_a_list_and_a_missing_secret_is_worth_a_note() {
    let api = StandIn::start().await;
    api.on(
        BOTS,
        [json(
            &value!({"count": 0, "next": null, "previous": null, "results": []}),
        )],
    );
    let proof = client(&api).check().await.expect("works");
    assert_eq!(proof.name, None);
    assert!(
        proof.notes[0].contains("webhook_secret"),
        "{:?}",
        proof.notes
    );
    let mut account = recall(&api);
    account.secrets.add("webhook_secret", "whsec_c2VjcmV0");
    assert!(
        client_of(account)
            .check()
            .await
            .expect("works")
            .notes
            .is_empty()
    );
    api.on(BOTS, [status(401)]);
    assert_eq!(client(&api).check().await, Err(ApiError::KeyRefused));
}

fn page(items: Vec<Value>, next: Option<&str>) -> Reply {
    json(&value!({"next": next, "previous": null, "results": items}))
}

fn bot(id: &str, began: Option<&str>) -> Value {
    let changes: Vec<_> = began
        .map(|at| value!({"code": "joining_call", "sub_code": null, "created_at": at}))
        .into_iter()
        .collect();
    value!({"id": id, "bot_name": "B", "status_changes": changes, "recordings": []})
}

fn recording(id: &str, bot: Option<&str>, created_at: &str) -> Value {
    value!({"id": id, "created_at": created_at, "status": {"code": "done"},
        "bot": bot.map(|id| value!({"id": id}))})
}

/// Reads a list to its end, at most ten pages.
async fn walked(client: &dyn Client, since: &str) -> Vec<(String, String)> {
    let (mut found, mut next) = (Vec::new(), None);
    for _ in 0..10 {
        let page = client
            .list(time(since), next.as_deref())
            .await
            .expect("a page");
        found.extend(
            page.snapshots
                .iter()
                .map(|snapshot| (snapshot.kind.to_owned(), snapshot.call.to_string())),
        );
        next = page.next;
        if next.is_none() {
            return found;
        }
    }
    panic!("no end after ten pages");
}

#[tokio::test]
async fn bots_are_listed_from_a_moment_on_and_then_the_recordings() {
    let api = StandIn::start().await;
    // What the API says of its own address is not what the account is configured with.
    let elsewhere =
        "https://us-west-2.recall.ai/api/v1/recording/?cursor=abc%3D&created_at_after=x";
    api.on(
        RECORDINGS,
        [
            page(
                vec![
                    recording("rec_2", Some("bot_2"), "2025-10-09T08:10:00Z"),
                    value!({"no": "id"}),
                    value!(7),
                ],
                Some(elsewhere),
            ),
            page(
                vec![
                    recording("rec_1", None, "2025-10-09T08:00:00Z"),
                    recording("rec_0", Some("bot_0"), "2025-10-08T00:00:00Z"),
                ],
                None,
            ),
        ],
    )
    .on(
        BOTS,
        [
            page(
                vec![
                    bot("planned", None),
                    bot("bot_3", Some("2025-10-09T08:30:00Z")),
                ],
                Some("/api/v1/bot/?page=2"),
            ),
            page(
                vec![
                    bot("bot_2", Some("2025-10-09T08:10:00Z")),
                    bot("old", Some("2025-10-01T00:00:00Z")),
                ],
                Some("/api/v1/bot/?page=3"),
            ),
            page(
                vec![bot("older", Some("2025-09-01T00:00:00Z"))],
                Some("/api/v1/bot/?page=4"),
            ),
        ],
    );
    let found = walked(&*client(&api), "2025-10-09T06:00:00Z").await;
    let listed = |kind: &str, call: &str| (kind.to_owned(), call.to_owned());
    assert_eq!(
        found,
        [
            listed("listed_bot", "bot_3"),
            listed("listed_bot", "bot_2"),
            listed("listed_recording", "bot_2"),
            listed("listed_recording", "rec_1"),
        ],
        "when a meeting began is known before what was recorded in it"
    );
    assert_eq!(
        api.asked(),
        [
            format!("GET {BOTS}"),
            format!("GET {BOTS}?page=2"),
            format!("GET {BOTS}?page=3"),
            format!("GET {RECORDINGS}?created_at_after=2025-10-09T06%3A00%3A00Z"),
            format!("GET {RECORDINGS}?cursor=abc%3D&created_at_after=x"),
        ],
        "it ends where the list gets older than asked for"
    );
    assert!(
        api.seen()
            .iter()
            .all(|seen| seen.header("authorization") == Some("Token key_1"))
    );
}

#[tokio::test]
async fn a_list_that_leads_in_a_circle_or_nowhere_is_an_error() {
    for next in [
        "/api/v1/recording/?created_at_after=2025-10-09T06%3A00%3A00Z",
        "/api/v1/recording/",
        "http://[",
    ] {
        let api = StandIn::start().await;
        api.on(BOTS, [page(vec![], None)])
            .on(RECORDINGS, [page(vec![], Some(next))]);
        let (client, since) = (client(&api), time("2025-10-09T06:00:00Z"));
        let bots = client.list(since, None).await.expect("a page");
        let told = client.list(since, bots.next.as_deref()).await;
        assert!(
            matches!(told, Err(ApiError::Unexpected(_))),
            "{next}: {told:?}"
        );
    }
    let api = StandIn::start().await;
    let odd = client(&api).list(time(NOW), Some("calls:elsewhere")).await;
    assert!(matches!(odd, Err(ApiError::Unexpected(_))), "{odd:?}");
    api.on(BOTS, [bytes("{}")]);
    let told = client(&api).list(time(NOW), None).await;
    assert!(
        matches!(&told, Err(ApiError::Unexpected(what)) if what.contains("results")),
        "{told:?}"
    );
}

#[tokio::test]
async fn ongoing_meetings_are_listed_by_all_their_statuses() {
    let api = StandIn::start().await;
    api.on(
        BOTS,
        [
            page(
                vec![bot("bot_1", Some("2025-10-09T08:30:00Z"))],
                Some("/api/v1/bot/?page=2&status=joining_call"),
            ),
            page(vec![bot("bot_2", Some("2025-10-09T08:40:00Z"))], None),
        ],
    );
    let told = client(&api).ongoing().await.expect("a list");
    let calls: Vec<_> = told.iter().map(|snapshot| snapshot.call.as_str()).collect();
    assert_eq!(calls, ["bot_1", "bot_2"]);
    assert_eq!(kinds(&told), ["listed_bot", "listed_bot"]);
    let query = &api.seen()[0].query;
    let statuses: Vec<_> = query.split('&').collect();
    assert_eq!(
        statuses,
        [
            "status=joining_call",
            "status=in_waiting_room",
            "status=in_call_not_recording",
            "status=recording_permission_allowed",
            "status=recording_permission_denied",
            "status=in_call_recording"
        ]
    );
}
