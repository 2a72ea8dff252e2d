//! How Vapi's recordings are opened, and what it means when they cannot be.

use futures_util::TryStreamExt;
use jiff::Timestamp;
use ringback_model::{Link, ProviderCallId, Reason, RecordingKey, SecretUrl};
use ringback_providers::{ApiError, Client, MediaRef, MediaStream};
use serde_json::{Value, json as value};
use url::Url;

use crate::{
    accounts::time,
    stand_in::{Reply, StandIn, bytes, json, redirect, status},
    vapi_client::{GET_CALL, client, client_of, the_call, vapi},
    vapi_events::ID,
};

const STEREO: &str = "/call/33333333-3333-4333-8333-333333333333/stereo-recording";
const MONO: &str = "/call/33333333-3333-4333-8333-333333333333/mono-recording";

async fn whole(stream: MediaStream) -> Result<Vec<u8>, ApiError> {
    let chunks: Vec<_> = stream.body.try_collect().await?;
    Ok(chunks.concat())
}

fn link(url: Url, expires_at: Option<Timestamp>) -> Link {
    Link {
        url: SecretUrl::new(url),
        expires_at,
    }
}

async fn fetch(client: &dyn Client, link: Option<&Link>) -> Result<MediaStream, ApiError> {
    let media = MediaRef {
        call: &the_call(),
        recording: &RecordingKey::only(),
        link,
        is_fresh: false,
    };
    client.media(media, 0, None).await
}

async fn fetched(client: &dyn Client, link: Option<&Link>) -> Result<Vec<u8>, ApiError> {
    whole(fetch(client, link).await?).await
}

/// A call that ended a quarter of an hour ago, with this in its artifact.
fn call_with(artifact: Value) -> Reply {
    json(&value!({
        "id": ID, "status": "ended", "endedReason": "customer-ended-call",
        "startedAt": "2026-03-01T09:40:00.000Z", "endedAt": "2026-03-01T09:45:00.000Z", "artifact": artifact,
    }))
}

/// An API and a storage that its links may lead to.
async fn api_and_storage() -> (StandIn, StandIn, Box<dyn Client>) {
    let (api, storage) = (StandIn::start().await, StandIn::start().await);
    let mut account = vapi(&api);
    account.media_hosts.push(storage.host_and_port());
    (api, storage, client_of(account))
}

#[tokio::test]
async fn the_api_redirects_to_the_storage_which_gets_no_key() {
    let (api, storage, client) = api_and_storage().await;
    let to = redirect(storage.url("/stereo.wav?X-Amz-Signature=1")).status(302);
    api.on(STEREO, [to]);
    storage.on("/stereo.wav", [bytes("RIFFsound").with("etag", "\"v1\"")]);
    let stream = fetch(&*client, None).await.expect("sound");
    assert_eq!((stream.starts_at, stream.length), (0, Some(9)));
    assert_eq!(stream.validator.as_deref(), Some("\"v1\""));
    assert_eq!(whole(stream).await.expect("all of it"), b"RIFFsound");
    assert_eq!(api.asked(), [format!("GET {STEREO}")]);
    assert_eq!(api.seen()[0].header("authorization"), Some("Bearer key_1"));
    assert_eq!(storage.asked(), ["GET /stereo.wav?X-Amz-Signature=1"]);
    let seen = &storage.seen()[0];
    assert_eq!(
        (seen.header("authorization"), seen.header("referer")),
        (None, None)
    );
}

#[tokio::test]
async fn an_interrupted_transfer_goes_on_through_a_fresh_redirect() {
    let (api, storage, client) = api_and_storage().await;
    api.on(STEREO, [redirect(storage.url("/s.wav")).status(302)]);
    let rest = bytes("5678")
        .status(206)
        .with("content-range", "bytes 4-7/8")
        .with("etag", "\"v1\"");
    storage.on("/s.wav", [rest]);
    let media = MediaRef {
        call: &the_call(),
        recording: &RecordingKey::only(),
        link: None,
        is_fresh: false,
    };
    let stream = client.media(media, 4, Some("\"v1\"")).await.expect("sound");
    assert_eq!((stream.starts_at, stream.length), (4, Some(8)));
    assert_eq!(storage.seen()[0].header("range"), Some("bytes=4-"));
}

#[tokio::test]
async fn a_link_that_a_message_brought_is_used_as_long_as_it_lives() {
    let (api, storage, client) = api_and_storage().await;
    api.on(STEREO, [redirect(storage.url("/fresh.wav")).status(302)]);
    storage
        .on("/told.wav", [bytes("told")])
        .on("/fresh.wav", [bytes("fresh")]);
    let told = |until: &str| link(storage.url("/told.wav"), Some(time(until)));
    let living = told("2026-03-01T10:00:01Z");
    assert_eq!(
        fetched(&*client, Some(&living)).await.as_deref(),
        Ok(&b"told"[..])
    );
    assert!(api.asked().is_empty(), "nobody had to be asked");
    let dead = told("2026-03-01T10:00:00Z");
    assert_eq!(
        fetched(&*client, Some(&dead)).await.as_deref(),
        Ok(&b"fresh"[..])
    );
    for code in [400, 401, 403, 404, 410] {
        storage.on("/told.wav", [status(code)]);
        assert_eq!(
            fetched(&*client, Some(&living)).await.as_deref(),
            Ok(&b"fresh"[..]),
            "dead after all: {code}"
        );
    }
    let place = link(api.url(STEREO), Some(time("2026-03-15T00:00:00Z")));
    assert_eq!(
        fetched(&*client, Some(&place)).await.as_deref(),
        Ok(&b"fresh"[..]),
        "the place where links are given out is asked with the key"
    );
    let last = api.seen().pop().expect("asked");
    assert_eq!(last.header("authorization"), Some("Bearer key_1"));
}

#[tokio::test]
async fn a_link_without_an_end_is_tried_when_nothing_else_helps() {
    let (api, storage, client) = api_and_storage().await;
    api.on(STEREO, [status(500)]);
    storage.on("/told.wav", [bytes("told"), status(403)]);
    let told = link(storage.url("/told.wav"), None);
    assert_eq!(
        fetched(&*client, Some(&told)).await.as_deref(),
        Ok(&b"told"[..])
    );
    assert_eq!(
        fetched(&*client, Some(&told)).await,
        Err(ApiError::Server(500)),
        "what is said is the API's trouble"
    );
}

#[tokio::test]
async fn where_there_is_no_stereo_file_the_call_says_what_there_is() {
    let (api, storage, client) = api_and_storage().await;
    storage
        .on("/mono.wav", [bytes("mono")])
        .on("/caller.wav", [bytes("caller")]);
    let url = |path: &str| storage.url(path).to_string();
    api.on(STEREO, [status(404)]);
    api.on(
        GET_CALL,
        [call_with(value!({
            "presignedMonoUrl": url("/mono.wav"), "presignedCustomerUrl": url("/caller.wav"),
        }))],
    );
    assert_eq!(fetched(&*client, None).await.as_deref(), Ok(&b"mono"[..]));

    api.on(
        GET_CALL,
        [call_with(
            value!({"presignedCustomerUrl": url("/caller.wav")}),
        )],
    );
    assert_eq!(
        fetched(&*client, None).await.as_deref(),
        Ok(&b"caller"[..]),
        "half of what was said is better than nothing"
    );

    api.on(
        GET_CALL,
        [call_with(
            value!({"recordingUrl": "https://private.example/mono.wav"}),
        )],
    )
    .on(MONO, [redirect(storage.url("/mono.wav")).status(302)]);
    assert_eq!(fetched(&*client, None).await.as_deref(), Ok(&b"mono"[..]));
    api.on(STEREO, [bytes("")]);
    assert_eq!(
        fetched(&*client, None).await.as_deref(),
        Ok(&b"mono"[..]),
        "an empty answer is no recording"
    );
}

#[tokio::test]
async fn no_sound_says_what_to_do_next() {
    let withheld = |reason| ApiError::Withheld(reason);
    let nothing = || call_with(value!({}));
    let with = |change: Value| {
        let mut call = value!({"id": ID, "status": "ended", "endedReason": "customer-ended-call",
            "startedAt": "2026-03-01T09:40:00.000Z", "endedAt": "2026-03-01T09:45:00.000Z"});
        for (name, value) in change.as_object().expect("an object") {
            call[name] = value.clone();
        }
        json(&call)
    };
    let table = [
        (nothing(), ApiError::NotReady),
        (
            with(value!({"endedAt": "2026-03-01T08:59:59.000Z"})),
            withheld(Reason::NotRecorded),
        ),
        (
            with(value!({"assistantOverrides": {"artifactPlan": {"recordingEnabled": false}}})),
            withheld(Reason::NotRecorded),
        ),
        (
            with(value!({"assistant": {"compliancePlan": {"pciEnabled": true}}})),
            withheld(Reason::Policy),
        ),
        (
            with(value!({"endedReason": "customer-busy"})),
            withheld(Reason::NotConnected),
        ),
        (with(value!({"status": "in-progress"})), ApiError::NotReady),
        (status(404), ApiError::NotFound),
        (status(400), withheld(Reason::Retention)),
        (status(401), ApiError::KeyRefused),
        (bytes("[]"), ApiError::Unexpected("call: ".into())),
    ];
    for (answer, error) in table {
        for stereo in [404, 400] {
            let api = StandIn::start().await;
            let answer = answer.clone().with("date", "Sun, 01 Mar 2026 10:00:00 GMT");
            api.on(STEREO, [status(stereo)])
                .on(GET_CALL, [answer.clone()]);
            let told = fetched(&*client(&api), None).await.map(|_| ());
            match (&told, &error) {
                (Err(ApiError::Unexpected(_)), ApiError::Unexpected(_)) => {}
                _ => assert_eq!(told, Err(error.clone()), "{answer:?}"),
            }
        }
    }
}

#[tokio::test]
async fn a_bad_request_for_an_id_that_is_none_of_vapis_is_no_matter_of_retention() {
    let api = StandIn::start().await;
    api.on("/call/not-a-uuid/stereo-recording", [status(400)])
        .on("/call/not-a-uuid", [status(400)]);
    let media = MediaRef {
        call: &ProviderCallId::new("not-a-uuid"),
        recording: &RecordingKey::only(),
        link: None,
        is_fresh: false,
    };
    let told = client(&api).media(media, 0, None).await.map(|_| ());
    assert_eq!(told, Err(ApiError::NotFound));
}

#[tokio::test]
async fn a_storage_that_lags_behind_its_own_link_is_asked_again_later() {
    for code in [400, 403, 404, 410] {
        let (api, storage, client) = api_and_storage().await;
        api.on(STEREO, [redirect(storage.url("/late.wav")).status(302)]);
        api.on(
            GET_CALL,
            [call_with(
                value!({"stereoRecordingUrl": "https://private.example/s.wav"}),
            )],
        );
        storage.on("/late.wav", [status(code)]);
        assert_eq!(
            fetched(&*client, None).await,
            Err(ApiError::NotReady),
            "{code}"
        );
    }
    let (api, storage, client) = api_and_storage().await;
    api.on(STEREO, [redirect(storage.url("/s.wav")).status(302)]);
    storage.on("/s.wav", [status(503)]);
    assert_eq!(fetched(&*client, None).await, Err(ApiError::Server(503)));
}

#[tokio::test]
async fn a_refused_key_gives_way_to_the_next_and_a_wait_is_kept() {
    let (api, storage) = (StandIn::start().await, StandIn::start().await);
    let to = || redirect(storage.url("/s.wav")).status(302);
    api.on(STEREO, [status(401), to(), status(401), status(401)]);
    storage.on("/s.wav", [bytes("sound")]);
    let mut account = vapi(&api);
    account.media_hosts.push(storage.host_and_port());
    account.secrets = Default::default();
    account.secrets.add("api_key", "dead live");
    let both = client_of(account);
    assert_eq!(fetched(&*both, None).await.as_deref(), Ok(&b"sound"[..]));
    assert_eq!(fetched(&*both, None).await, Err(ApiError::KeyRefused));
    api.on(STEREO, [status(429).with("retry-after", "60")]);
    let until = Err(ApiError::RateLimited(time("2026-03-01T10:01:00Z")));
    assert_eq!(fetched(&*both, None).await.map(|_| ()), until);
}

#[tokio::test]
async fn a_redirect_to_anywhere_else_ends_there() {
    let (api, other) = (StandIn::start().await, StandIn::start().await);
    api.on(STEREO, [redirect(other.url("/s.wav")).status(302)]);
    let told = fetched(&*client(&api), None).await;
    assert!(matches!(told, Err(ApiError::Forbidden(_))), "{told:?}");
    assert!(other.seen().is_empty());
}
