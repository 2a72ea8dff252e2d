//! How Retell's recordings are opened, and what it means when they cannot be.

use futures_util::TryStreamExt;
use jiff::Timestamp;
use ringback_model::{Link, Reason, RecordingKey, SecretUrl};
use ringback_providers::{ApiError, Client, MediaRef, MediaStream};
use serde_json::json as value;
use url::Url;

use crate::{
    accounts::time,
    retell_client::{GET_CALL, call_1, client, client_of, retell},
    stand_in::{Reply, StandIn, bytes, json, redirect, status},
};

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

async fn fetch(
    client: &dyn Client,
    link: Option<&Link>,
    from: u64,
    validator: Option<&str>,
) -> Result<MediaStream, ApiError> {
    let media = MediaRef {
        call: &call_1(),
        recording: &RecordingKey::only(),
        link,
        is_fresh: false,
    };
    client.media(media, from, validator).await
}

fn call_with(urls: &[(&str, Url)]) -> Reply {
    let mut body = value!({"call_id": "call_1", "call_status": "ended"});
    for (name, url) in urls {
        body[*name] = url.as_str().into();
    }
    json(&body)
}

#[tokio::test]
async fn a_recording_comes_from_a_fresh_link_with_all_its_channels_and_without_the_key() {
    let (api, storage) = (StandIn::start().await, StandIn::start().await);
    api.on(
        GET_CALL,
        [call_with(&[
            ("recording_url", storage.url("/mix.wav?sig=1")),
            (
                "recording_multi_channel_url",
                storage.url("/multi.wav?sig=2"),
            ),
        ])],
    );
    storage.on("/multi.wav", [bytes("RIFFsound").with("etag", "\"v1\"")]);
    let mut account = retell(&api);
    account.media_hosts.push(storage.host_and_port());
    let old = link(storage.url("/old.wav"), None);
    let stream = fetch(&*client_of(account), Some(&old), 0, None)
        .await
        .expect("sound");
    assert_eq!((stream.starts_at, stream.length), (0, Some(9)));
    assert_eq!(stream.validator.as_deref(), Some("\"v1\""));
    assert_eq!(whole(stream).await.expect("all of it"), b"RIFFsound");
    let seen = storage.seen();
    assert_eq!(storage.asked(), ["GET /multi.wav?sig=2"]);
    assert_eq!(seen[0].header("authorization"), None);
    assert_eq!(seen[0].header("referer"), None);
    assert_eq!(seen[0].header("accept-encoding"), Some("identity"));
}

#[tokio::test]
async fn a_link_that_is_about_to_die_is_used_before_anything_is_asked() {
    let api = StandIn::start().await;
    api.on("/a.wav", [bytes("sound"), status(403)])
        .on(GET_CALL, [status(500)]);
    let client = client(&api);
    let dying = link(api.url("/a.wav"), Some(time("2026-03-01T10:09:00Z")));
    let stream = fetch(&*client, Some(&dying), 0, None).await.expect("sound");
    assert_eq!(whole(stream).await.expect("all of it"), b"sound");
    assert_eq!(api.asked(), ["GET /a.wav"]);

    let died = fetch(&*client, Some(&dying), 0, None).await.map(|_| ());
    assert_eq!(
        died,
        Err(ApiError::Server(500)),
        "dead after all, and the API has no other"
    );
}

#[tokio::test]
async fn a_link_that_the_api_told_a_moment_ago_is_not_asked_for_again() {
    let api = StandIn::start().await;
    api.on("/a.wav", [bytes("sound"), status(403)])
        .on("/b.wav", [bytes("other")])
        .on(
            GET_CALL,
            [call_with(&[("recording_url", api.url("/b.wav"))])],
        );
    let client = client(&api);
    let told = link(api.url("/a.wav"), None);
    let media = MediaRef {
        call: &call_1(),
        recording: &RecordingKey::only(),
        link: Some(&told),
        is_fresh: true,
    };
    let stream = client.media(media, 0, None).await.expect("sound");
    assert_eq!(whole(stream).await.expect("all of it"), b"sound");
    assert_eq!(api.asked(), ["GET /a.wav"]);
    let stream = client.media(media, 0, None).await.expect("sound");
    assert_eq!(
        whole(stream).await.expect("all of it"),
        b"other",
        "it was dead all the same"
    );
}

#[tokio::test]
async fn an_old_link_still_serves_when_the_api_does_not() {
    for trouble in [
        status(422),
        status(400),
        json(&value!({"call_id": "call_1"})),
    ] {
        let api = StandIn::start().await;
        api.on("/a.wav", [bytes("sound")]).on(GET_CALL, [trouble]);
        let told = link(api.url("/a.wav"), None);
        let stream = fetch(&*client(&api), Some(&told), 0, None)
            .await
            .expect("sound");
        assert_eq!(whole(stream).await.expect("all of it"), b"sound");
    }
}

#[tokio::test]
async fn no_sound_says_what_to_do_next() {
    let unkept =
        json(&value!({"call_id": "call_1", "data_storage_setting": "basic_attributes_only"}));
    let table = [
        (json(&value!({"call_id": "call_1"})), ApiError::NotReady),
        (unkept, ApiError::Withheld(Reason::Policy)),
        (status(422), ApiError::NotFound),
        (status(401), ApiError::KeyRefused),
    ];
    for (answer, error) in table {
        let api = StandIn::start().await;
        api.on(GET_CALL, [answer]).on("/dead.wav", [status(410)]);
        let client = client(&api);
        assert_eq!(
            fetch(&*client, None, 0, None).await.map(|_| ()),
            Err(error.clone())
        );
        let dead = link(api.url("/dead.wav"), None);
        assert_eq!(
            fetch(&*client, Some(&dead), 0, None).await.map(|_| ()),
            Err(error)
        );
    }
    for code in [401, 403, 404, 410] {
        let api = StandIn::start().await;
        api.on(
            GET_CALL,
            [call_with(&[("recording_url", api.url("/a.wav"))])],
        )
        .on("/a.wav", [status(code)]);
        let told = fetch(&*client(&api), None, 0, None).await.map(|_| ());
        assert_eq!(
            told,
            Err(ApiError::NotReady),
            "a fresh link is not dead, the file is late: {code}"
        );
    }
    let api = StandIn::start().await;
    api.on(
        GET_CALL,
        [call_with(&[("recording_url", api.url("/a.wav"))])],
    )
    .on("/a.wav", [status(503)]);
    let told = fetch(&*client(&api), None, 0, None).await.map(|_| ());
    assert_eq!(told, Err(ApiError::Server(503)));
}

#[tokio::test]
async fn the_mix_serves_where_the_channels_are_not_there() {
    let api = StandIn::start().await;
    let urls = [
        ("recording_url", api.url("/mix.wav")),
        ("recording_multi_channel_url", api.url("/multi.wav")),
    ];
    api.on(GET_CALL, [call_with(&urls)])
        .on("/multi.wav", [status(403)])
        .on("/mix.wav", [bytes("mix")]);
    let stream = fetch(&*client(&api), None, 0, None).await.expect("sound");
    assert_eq!(whole(stream).await.expect("all of it"), b"mix");
}

async fn resumed(
    answers: impl IntoIterator<Item = Reply>,
    validator: Option<&str>,
) -> (MediaStream, StandIn) {
    let api = StandIn::start().await;
    api.on(
        GET_CALL,
        [call_with(&[("recording_url", api.url("/a.wav"))])],
    )
    .on("/a.wav", answers);
    let stream = fetch(&*client(&api), None, 4, validator)
        .await
        .expect("sound");
    (stream, api)
}

fn rest() -> Reply {
    bytes("5678")
        .status(206)
        .with("content-range", "bytes 4-7/8")
        .with("etag", "\"v1\"")
}

#[tokio::test]
async fn an_interrupted_transfer_goes_on_where_it_stopped() {
    let (stream, api) = resumed([rest()], Some("\"v1\"")).await;
    assert_eq!((stream.starts_at, stream.length), (4, Some(8)));
    assert_eq!(whole(stream).await.expect("the rest"), b"5678");
    let asked = api.seen().pop().expect("asked");
    assert_eq!(asked.header("range"), Some("bytes=4-"));
    assert_eq!(asked.header("if-range"), Some("\"v1\""));
}

#[tokio::test]
async fn another_file_or_a_storage_that_does_not_resume_begins_anew() {
    let anew = || bytes("12345678").with("etag", "\"v2\"");
    for (answers, validator) in [
        (vec![anew()], Some("\"v1\"")),
        (vec![anew()], None),
        (vec![rest().with("x", "y"), anew()], Some("W/\"v1\"")),
        (
            vec![status(416).with("content-range", "bytes */3"), anew()],
            Some("\"v1\""),
        ),
    ] {
        let (stream, _) = resumed(answers, validator).await;
        assert_eq!(
            (stream.starts_at, stream.length),
            (0, Some(8)),
            "{validator:?}"
        );
        assert_eq!(stream.validator.as_deref(), Some("\"v2\""));
        assert_eq!(whole(stream).await.expect("all of it"), b"12345678");
    }
}

#[tokio::test]
async fn a_transfer_that_only_lacked_the_end_is_told_so() {
    let complete = status(416).with("content-range", "bytes */4");
    let (stream, _) = resumed([complete], Some("\"v1\"")).await;
    assert_eq!((stream.starts_at, stream.length), (4, Some(4)));
    assert!(whole(stream).await.expect("nothing").is_empty());
}

#[tokio::test]
async fn sound_that_breaks_off_is_an_error_and_packed_sound_stays_packed() {
    let api = StandIn::start().await;
    api.on(
        GET_CALL,
        [call_with(&[("recording_url", api.url("/a.wav"))])],
    )
    .on(
        "/a.wav",
        [
            bytes("half").cut(),
            bytes("packed").with("content-encoding", "gzip"),
        ],
    );
    let client = client(&api);
    let stream = fetch(&*client, None, 0, None).await.expect("begins");
    assert_eq!(stream.length, Some(1_004));
    assert!(matches!(whole(stream).await, Err(ApiError::Transport(_))));
    let stream = fetch(&*client, None, 0, None).await.expect("begins");
    assert_eq!(whole(stream).await.expect("as it came"), b"packed");
}

#[tokio::test]
async fn redirects_are_followed_and_looked_at_and_end() {
    let (api, storage) = (StandIn::start().await, StandIn::start().await);
    api.on(
        GET_CALL,
        [call_with(&[("recording_url", api.url("/a.wav"))])],
    )
    .on("/a.wav", [redirect(storage.url("/b.wav"))]);
    storage.on("/b.wav", [bytes("sound")]);
    let forbidden = fetch(&*client(&api), None, 0, None).await.map(|_| ());
    assert!(
        matches!(forbidden, Err(ApiError::Forbidden(_))),
        "{forbidden:?}"
    );
    assert!(storage.seen().is_empty());

    let mut account = retell(&api);
    account.media_hosts.push(storage.host_and_port());
    let stream = fetch(&*client_of(account), None, 0, None)
        .await
        .expect("sound");
    assert_eq!(whole(stream).await.expect("all of it"), b"sound");

    api.on("/a.wav", [redirect("/a.wav")]);
    let circle = fetch(&*client(&api), None, 0, None).await.map(|_| ());
    assert!(matches!(circle, Err(ApiError::Unexpected(_))), "{circle:?}");
}
