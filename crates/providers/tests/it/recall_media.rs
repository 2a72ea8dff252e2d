//! How Recall.ai's recordings are opened, and what it means when they cannot be.

use futures_util::TryStreamExt;
use ringback_model::{Link, Reason, RecordingKey, SecretUrl};
use ringback_providers::{ApiError, Client, MediaRef, MediaStream};
use serde_json::{Value, json as value};
use url::Url;

use crate::{
    recall_client::{bot_id, bot_path, client, client_of, recall, recording_path},
    recall_events::{RECORDING_ID, changed},
    stand_in::{Reply, StandIn, bytes, json, redirect, status},
};

const BOT_V1_10: &str = include_str!("../fixtures/recall/bot_v1_10.json");
const AUDIO: &str = "/api/v1/audio_mixed/";

async fn whole(stream: MediaStream) -> Result<Vec<u8>, ApiError> {
    let chunks: Vec<_> = stream.body.try_collect().await?;
    Ok(chunks.concat())
}

async fn fetch(client: &dyn Client, link: Option<Url>) -> Result<MediaStream, ApiError> {
    let link = link.map(|url| Link {
        url: SecretUrl::new(url),
        expires_at: None,
    });
    let media = MediaRef {
        call: &bot_id(),
        recording: &RecordingKey::new(RECORDING_ID),
        link: link.as_ref(),
        is_fresh: false,
    };
    client.media(media, 0, None).await
}

fn media(format: &str, code: &str, url: Option<&Url>) -> Value {
    value!({"id": "m", "status": {"code": code}, "format": format,
        "data": {"download_url": url.map(Url::as_str)}})
}

fn recording(code: &str, shortcuts: &Value) -> Reply {
    json(&value!({"id": RECORDING_ID, "status": {"code": code}, "media_shortcuts": shortcuts}))
}

fn list(items: &[Value]) -> Reply {
    json(&value!({"next": null, "previous": null, "results": items}))
}

#[tokio::test]
async fn sound_comes_from_a_fresh_link_without_the_key() {
    let (api, storage) = (StandIn::start().await, StandIn::start().await);
    let (audio, video) = (
        storage.url("/audio.mp3?Signature=1"),
        storage.url("/video.mp4?Signature=2"),
    );
    let shortcuts = value!({
        "audio_mixed": media("mp3", "done", Some(&audio)),
        "video_mixed": media("mp4", "done", Some(&video)),
    });
    api.on(&recording_path(), [recording("done", &shortcuts)]);
    storage.on("/audio.mp3", [bytes("ID3sound").with("etag", "\"v1\"")]);
    let mut account = recall(&api);
    account.media_hosts.push(storage.host_and_port());
    let stream = fetch(&*client_of(account), Some(storage.url("/old.mp3")))
        .await
        .expect("sound");
    assert_eq!((stream.starts_at, stream.length), (0, Some(8)));
    assert_eq!(stream.validator.as_deref(), Some("\"v1\""));
    assert_eq!(whole(stream).await.expect("all of it"), b"ID3sound");
    assert_eq!(storage.asked(), ["GET /audio.mp3?Signature=1"]);
    assert_eq!(storage.seen()[0].header("authorization"), None);
    assert_eq!(api.seen()[0].header("authorization"), Some("Token key_1"));
}

#[tokio::test]
async fn audio_that_is_not_told_with_its_recording_is_looked_for_before_the_video_is_taken() {
    let api = StandIn::start().await;
    let (audio, video) = (api.url("/audio.mp3"), api.url("/video.mp4"));
    let shortcuts = value!({"video_mixed": media("mp4", "done", Some(&video))});
    api.on(&recording_path(), [recording("done", &shortcuts)])
        .on(
            AUDIO,
            [list(&[
                media("raw", "done", Some(&api.url("/raw"))),
                media("mp3", "done", Some(&audio)),
            ])],
        )
        .on("/audio.mp3", [bytes("mp3")])
        .on("/video.mp4", [bytes("mp4")]);
    let stream = fetch(&*client(&api), None).await.expect("sound");
    assert_eq!(whole(stream).await.expect("all of it"), b"mp3");
    assert_eq!(
        api.asked()[1],
        format!("GET {AUDIO}?recording_id={RECORDING_ID}")
    );

    for none in [
        list(&[]),
        status(404),
        list(&[media("mp3", "failed", None)]),
    ] {
        api.on(AUDIO, [none]);
        let stream = fetch(&*client(&api), None).await.expect("the video");
        assert_eq!(whole(stream).await.expect("all of it"), b"mp4");
    }
}

#[tokio::test]
async fn no_sound_says_what_to_do_next() {
    let here = Url::parse("http://127.0.0.1:1/x").expect("a URL");
    for (code, shortcuts, error) in [
        ("processing", value!({}), ApiError::NotReady),
        (
            "done",
            value!({"video_mixed": media("mp4", "processing", None)}),
            ApiError::NotReady,
        ),
        (
            "done",
            value!({"video_mixed": media("mp4", "done", None)}),
            ApiError::NotReady,
        ),
        ("a_code_of_tomorrow", value!({}), ApiError::NotReady),
        ("done", value!({}), ApiError::Withheld(Reason::NotRecorded)),
        (
            "failed",
            value!({}),
            ApiError::Withheld(Reason::ProviderError),
        ),
        (
            "deleted",
            value!({}),
            ApiError::Withheld(Reason::DeletedAtProvider),
        ),
        (
            "done",
            value!({"video_mixed": media("mp4", "deleted", None)}),
            ApiError::Withheld(Reason::DeletedAtProvider),
        ),
        (
            "done",
            value!({"video_mixed": media("flv", "done", Some(&here))}),
            ApiError::Withheld(Reason::Unsupported),
        ),
    ] {
        let api = StandIn::start().await;
        api.on(&recording_path(), [recording(code, &shortcuts)])
            .on(AUDIO, [list(&[])]);
        let told = fetch(&*client(&api), None).await.map(|_| ());
        assert_eq!(told, Err(error), "{code} {shortcuts}");
    }
    for (code, error) in [
        (404, ApiError::NotFound),
        (401, ApiError::KeyRefused),
        (500, ApiError::Server(500)),
    ] {
        let api = StandIn::start().await;
        api.on(&recording_path(), [status(code)]);
        assert_eq!(fetch(&*client(&api), None).await.map(|_| ()), Err(error));
    }
}

#[tokio::test]
async fn a_fresh_link_that_is_refused_means_that_the_file_is_late() {
    for code in [401, 403, 404, 410] {
        let api = StandIn::start().await;
        let shortcuts = value!({"audio_mixed": media("mp3", "done", Some(&api.url("/a.mp3")))});
        api.on(&recording_path(), [recording("done", &shortcuts)])
            .on("/a.mp3", [status(code)]);
        let told = fetch(&*client(&api), None).await.map(|_| ());
        assert_eq!(told, Err(ApiError::NotReady), "{code}");
    }
    let api = StandIn::start().await;
    let shortcuts = value!({
        "audio_mixed": media("mp3", "done", Some(&api.url("/a.mp3"))),
        "video_mixed": media("mp4", "done", Some(&api.url("/v.mp4"))),
    });
    api.on(&recording_path(), [recording("done", &shortcuts)])
        .on("/a.mp3", [status(404)])
        .on("/v.mp4", [bytes("mp4")]);
    let stream = fetch(&*client(&api), None).await.expect("the other file");
    assert_eq!(whole(stream).await.expect("all of it"), b"mp4");
}

#[tokio::test]
async fn a_link_that_was_told_serves_when_the_api_does_not() {
    let api = StandIn::start().await;
    api.on(&recording_path(), [status(500)])
        .on("/told.mp3", [bytes("sound")]);
    let stream = fetch(&*client(&api), Some(api.url("/told.mp3")))
        .await
        .expect("sound");
    assert_eq!(whole(stream).await.expect("all of it"), b"sound");
    api.on("/told.mp3", [status(403)]);
    let told = fetch(&*client(&api), Some(api.url("/told.mp3")))
        .await
        .map(|_| ());
    assert_eq!(told, Err(ApiError::Server(500)), "the link is dead as well");
}

#[tokio::test]
async fn links_and_redirects_that_lead_astray_are_not_followed() {
    let (api, other) = (StandIn::start().await, StandIn::start().await);
    for link in [other.url("/a.mp3"), api.url("/moved")] {
        let shortcuts = value!({"audio_mixed": media("mp3", "done", Some(&link))});
        api.on(&recording_path(), [recording("done", &shortcuts)])
            .on("/moved", [redirect(other.url("/a.mp3"))]);
        let told = fetch(&*client(&api), None).await.map(|_| ());
        assert!(matches!(told, Err(ApiError::Forbidden(_))), "{told:?}");
    }
    assert!(other.seen().is_empty());
}

#[tokio::test]
async fn the_older_versions_video_is_asked_of_its_bot() {
    let api = StandIn::start().await;
    let body = changed(BOT_V1_10, |bot| {
        bot["video_url"] = api.url("/old.mp4").as_str().into()
    });
    api.on(&bot_path(), [bytes(body)])
        .on("/old.mp4", [bytes("mp4")]);
    let media = MediaRef {
        call: &bot_id(),
        recording: &RecordingKey::only(),
        link: None,
        is_fresh: false,
    };
    let stream = client(&api).media(media, 0, None).await.expect("sound");
    assert_eq!(whole(stream).await.expect("all of it"), b"mp4");
}
