//! The sound of Telnyx's recordings: fresh links, the link that was told, and what stands in the way.

use futures_util::TryStreamExt;
use jiff::Timestamp;
use ringback_model::{LegId, Link, ProviderCallId, Reason, RecordingKey, SecretUrl};
use ringback_providers::{ApiError, Client, MediaRef, MediaStream};
use serde_json::{Value, json as value};
use url::Url;

use crate::{
    accounts::time,
    stand_in::{Reply, StandIn, bytes, json, status},
    telnyx_client::{asked, client, page, parsed, with},
    telnyx_events::{LEG, RECORDING, SESSION, fixture},
};

fn recording(urls: Value) -> Value {
    with(
        parsed(fixture!("recording.json")),
        &[("download_urls", urls)],
    )
}

fn fresh(urls: Value) -> Reply {
    json(&value!({"data": recording(urls)}))
}

fn path() -> String {
    format!("/v2/recordings/{RECORDING}")
}

fn link(url: Url, expires_at: &str) -> Link {
    Link {
        url: SecretUrl::new(url),
        expires_at: Some(time(expires_at)),
    }
}

async fn fetch(
    client: &dyn Client,
    key: &RecordingKey,
    link: Option<&Link>,
) -> Result<MediaStream, ApiError> {
    let media = MediaRef {
        call: &ProviderCallId::new(SESSION),
        recording: key,
        link,
        is_fresh: false,
    };
    client.media(media, 0, None).await
}

async fn whole(stream: Result<MediaStream, ApiError>) -> Vec<u8> {
    let stream = stream.expect("sound");
    let chunks: Vec<_> = stream.body.try_collect().await.expect("all of it");
    chunks.concat()
}

#[tokio::test]
async fn a_fresh_link_comes_first_and_the_storage_gets_no_key() {
    let api = StandIn::start().await;
    api.on(&path(), [fresh(value!({"mp3": api.url("/x.mp3")}))])
        .on("/x.mp3", [bytes("fresh")])
        .on("/old.mp3", [bytes("old")]);
    let told = link(api.url("/old.mp3"), "2026-03-01T12:05:00Z");
    let key = RecordingKey::new(RECORDING);
    assert_eq!(
        whole(fetch(&*client(&api), &key, Some(&told)).await).await,
        b"fresh"
    );
    let seen = api.seen();
    assert_eq!(seen[0].header("authorization"), Some("Bearer KEY1"));
    assert_eq!(seen[1].header("authorization"), None);
    assert_eq!(asked(&api), [path(), "/x.mp3".into()]);
}

#[tokio::test]
async fn the_whole_sound_is_taken_before_the_compressed_one() {
    let api = StandIn::start().await;
    let urls = value!({"mp3": api.url("/x.mp3"), "wav": api.url("/x.wav")});
    api.on(&path(), [fresh(urls)])
        .on("/x.wav", [status(404)])
        .on("/x.mp3", [bytes("mp3")]);
    let key = RecordingKey::new(RECORDING);
    assert_eq!(whole(fetch(&*client(&api), &key, None).await).await, b"mp3");
    assert_eq!(asked(&api)[1..], ["/x.wav", "/x.mp3"]);
}

#[tokio::test]
async fn a_link_that_was_told_needs_no_api() {
    for refusal in [status(500), status(401), status(404)] {
        let api = StandIn::start().await;
        api.on(&path(), [refusal]).on("/old.mp3", [bytes("old")]);
        let key = RecordingKey::new(RECORDING);
        let told = link(api.url("/old.mp3"), "2026-03-01T12:05:00Z");
        assert_eq!(
            whole(fetch(&*client(&api), &key, Some(&told)).await).await,
            b"old"
        );
    }
}

#[tokio::test]
async fn a_dead_link_is_not_tried_and_what_went_wrong_is_the_apis_word() {
    let key = RecordingKey::new(RECORDING);
    for (refusal, error) in [
        (status(500), ApiError::Server(500)),
        (status(401), ApiError::KeyRefused),
        (status(404), ApiError::NotFound),
    ] {
        let api = StandIn::start().await;
        api.on(&path(), [refusal]).on("/old.mp3", [status(403)]);
        for expires_at in ["2026-03-01T11:59:59Z", "2026-03-01T12:05:00Z"] {
            let told = link(api.url("/old.mp3"), expires_at);
            let fetched = fetch(&*client(&api), &key, Some(&told)).await;
            assert_eq!(fetched.map(|_| ()), Err(error.clone()), "{expires_at}");
        }
        let tries = asked(&api)
            .iter()
            .filter(|line| *line == "/old.mp3")
            .count();
        assert_eq!(tries, 1, "the one that still lives by its date");
    }
}

#[tokio::test]
async fn a_fresh_link_that_leads_nowhere_yet_is_not_ready() {
    let api = StandIn::start().await;
    api.on(&path(), [fresh(value!({"mp3": api.url("/x.mp3")}))]);
    let key = RecordingKey::new(RECORDING);
    for word in [403, 404, 410] {
        api.on("/x.mp3", [status(word)]);
        let fetched = fetch(&*client(&api), &key, None).await;
        assert_eq!(fetched.map(|_| ()), Err(ApiError::NotReady), "{word}");
    }
    api.on(&path(), [fresh(value!({}))]);
    let fetched = fetch(&*client(&api), &key, None).await;
    assert_eq!(
        fetched.map(|_| ()),
        Err(ApiError::NotReady),
        "no link at all"
    );
}

#[tokio::test]
async fn a_recording_in_the_customers_own_bucket_is_withheld() {
    let api = StandIn::start().await;
    let key = RecordingKey::new(RECORDING);
    for url in ["s3://bucket/x.mp3", "gs://bucket/x.mp3"] {
        api.on(&path(), [fresh(value!({"mp3": url, "wav": null}))]);
        let fetched = fetch(&*client(&api), &key, None).await;
        assert_eq!(
            fetched.map(|_| ()),
            Err(ApiError::Withheld(Reason::ExternalStorage)),
            "{url}"
        );
    }
}

#[tokio::test]
async fn a_host_that_nobody_named_is_not_asked_and_the_error_says_what_to_do() {
    let api = StandIn::start().await;
    api.on(
        &path(),
        [fresh(value!({"mp3": "https://new-cdn.example/x.mp3"}))],
    );
    let key = RecordingKey::new(RECORDING);
    let fetched = fetch(&*client(&api), &key, None).await;
    let Err(ApiError::Forbidden(what)) = fetched else {
        panic!("{fetched:?}");
    };
    assert!(
        what.contains("media_hosts") && what.contains("new-cdn.example"),
        "{what}"
    );
    assert!(!what.contains("x.mp3"), "{what}");
}

fn unnamed(began: &str) -> RecordingKey {
    let began: Timestamp = time(began);
    RecordingKey::unnamed(&LegId::new(LEG), began)
}

#[tokio::test]
async fn a_recording_without_its_id_is_the_one_of_its_leg_that_began_then() {
    let api = StandIn::start().await;
    let of = |name: &str, leg: &str, began: &str| {
        with(
            recording(value!({"mp3": api.url(&format!("/{name}"))})),
            &[
                ("id", name.into()),
                ("call_leg_id", leg.into()),
                ("recording_started_at", began.into()),
            ],
        )
    };
    api.on(
        "/v2/recordings",
        [page(&[
            of("earlier", LEG, "2026-03-01T09:59:59Z"),
            of("other-leg", "another", "2026-03-01T10:00:03Z"),
            of("near", LEG, "2026-03-01T10:00:04Z"),
            of("wanted", LEG, "2026-03-01T10:00:03.4Z"),
        ])],
    )
    .on("/wanted", [bytes("wanted")])
    .on("/old", [bytes("old")]);
    let key = unnamed("2026-03-01T10:00:03Z");
    assert_eq!(
        whole(fetch(&*client(&api), &key, None).await).await,
        b"wanted"
    );
    assert_eq!(
        asked(&api)[0],
        format!("/v2/recordings?filter[call_leg_id]={LEG}&page[size]=250")
    );

    let key = unnamed("2026-03-01T11:00:00Z");
    let fetched = fetch(&*client(&api), &key, None).await;
    assert_eq!(
        fetched.map(|_| ()),
        Err(ApiError::NotReady),
        "not listed yet"
    );
    let told = link(api.url("/old"), "2026-03-01T12:05:00Z");
    let fetched = fetch(&*client(&api), &key, Some(&told)).await;
    assert_eq!(whole(fetched).await, b"old");
}

#[tokio::test]
async fn a_transfer_goes_on_where_it_broke_off() {
    let api = StandIn::start().await;
    api.on(&path(), [fresh(value!({"mp3": api.url("/x.mp3")}))])
        .on(
            "/x.mp3",
            [bytes("rest")
                .status(206)
                .with("content-range", "bytes 6-9/10")
                .with("etag", "\"v1\"")],
        );
    let media = MediaRef {
        call: &ProviderCallId::new(SESSION),
        recording: &RecordingKey::new(RECORDING),
        link: None,
        is_fresh: false,
    };
    let stream = client(&api)
        .media(media, 6, Some("\"v1\""))
        .await
        .expect("the rest");
    assert_eq!((stream.starts_at, stream.length), (6, Some(10)));
}
