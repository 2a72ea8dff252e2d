//! Recordings that a backend links: what is told of them, until when their links live, and how they
//! are fetched.

use std::{sync::Arc, time::Duration};

use futures_util::TryStreamExt;
use jiff::Timestamp;
use ringback_model::{
    Availability, Clock, Link, ProviderCallId, Reason, RecordingKey, RecordingReport, SecretUrl,
};
use ringback_providers::{Account, ApiError, Client, MediaRef, MediaStream, http::Http};
use serde_json::{Value, json as value};
use url::Url;

use crate::{
    accounts::{provider, time},
    custom_events::{custom, told, with},
    stand_in::{StandIn, bytes, json, redirect, status},
};

const NOW: &str = "2026-03-01T10:00:00Z";

fn recordings(recording: Value) -> Vec<RecordingReport> {
    let call = value!({"provider_call_id": "CA0001"});
    told(&with(value!({"call": call, "recording": recording}))).recordings
}

fn recording(told: Value) -> RecordingReport {
    let mut all = recordings(told);
    assert_eq!(all.len(), 1);
    all.remove(0)
}

#[test]
fn a_link_makes_a_recording_available_and_is_kept_as_it_is() {
    let told = told(include_str!("../fixtures/custom/recording.json"));
    assert_eq!(
        told.facts,
        Default::default(),
        "it says nothing of the call"
    );
    let report = &told.recordings[0];
    assert_eq!(report.key.provider_id(), Some("RE0001"));
    assert_eq!(report.facts.availability, Some(Availability::Available));
    assert_eq!(report.facts.channels, Some(2));
    assert_eq!(report.facts.duration_ms, Some(31_000));
    let link = report.link.as_ref().expect("a link");
    assert_eq!(
        link.url.reveal().as_str(),
        "https://ref.supabase.co/storage/v1/object/public/calls/2026/CA0001%2BRE0001.mp3"
    );
    assert_eq!(link.expires_at, None, "a public file does not run away");
}

#[test]
fn one_recording_needs_no_id_and_several_come_as_a_list() {
    let one = recording(value!({"url": "https://a.example/a.mp3"}));
    assert_eq!(one.key, RecordingKey::only());
    let several = recordings(value!([
        {"provider_recording_id": "RE1", "url": "https://a.example/1.mp3"},
        {"provider_recording_id": "RE2", "state": "absent"},
        {"url": "https://a.example/3.mp3"},
    ]));
    let keys: Vec<_> = several.iter().map(|report| report.key.as_str()).collect();
    assert_eq!(keys, ["RE1", "RE2", ""]);
    assert!(recordings(value!([])).is_empty());
    assert!(recordings(value!(null)).is_empty());
}

#[test]
fn every_state_that_its_owner_can_tell_is_taken() {
    let url = "https://a.example/a.mp3";
    for (state, reason, availability) in [
        ("expected", None, Availability::Expected),
        ("absent", None, Availability::Absent(Reason::NotRecorded)),
        (
            "absent",
            Some("not_recorded"),
            Availability::Absent(Reason::NotRecorded),
        ),
        (
            "absent",
            Some("too_short"),
            Availability::Absent(Reason::TooShort),
        ),
        (
            "absent",
            Some("silent"),
            Availability::Absent(Reason::Silent),
        ),
        (
            "absent",
            Some("not_connected"),
            Availability::Absent(Reason::NotConnected),
        ),
        (
            "absent",
            Some("provider_error"),
            Availability::Absent(Reason::ProviderError),
        ),
        ("withheld", None, Availability::Withheld(Reason::Policy)),
        (
            "withheld",
            Some("policy"),
            Availability::Withheld(Reason::Policy),
        ),
        (
            "withheld",
            Some("encrypted"),
            Availability::Withheld(Reason::Encrypted),
        ),
        (
            "withheld",
            Some("external_storage"),
            Availability::Withheld(Reason::ExternalStorage),
        ),
        ("deleted", None, Availability::Deleted),
        ("deleted", Some("retention"), Availability::Deleted),
    ] {
        let report = recording(value!({"state": state, "reason": reason}));
        assert_eq!(
            report.facts.availability,
            Some(availability),
            "{state} {reason:?}"
        );
        assert!(report.link.is_none());
        let linked = recording(value!({"state": state, "reason": reason, "url": url}));
        assert_eq!(
            linked.link.is_some(),
            state == "expected",
            "what is not given out is not fetched"
        );
    }
    for state in [value!("available"), value!("ready"), value!(null)] {
        let report = recording(value!({"state": state, "url": url}));
        assert_eq!(report.facts.availability, Some(Availability::Available));
        assert!(report.link.is_some());
    }
    let mentioned = recording(value!({"duration_ms": 31_000, "started_at": NOW}));
    assert_eq!(mentioned.facts.availability, None);
    assert_eq!(mentioned.facts.started_at, Some(time(NOW)));
}

#[test]
fn the_end_of_a_link_is_read_from_the_link_or_taken_from_the_sender() {
    let end = |recording_value: Value| {
        let link = recording(recording_value).link.expect("a link");
        link.expires_at.map(|at| at.to_string())
    };
    let supabase = "https://ref.supabase.co/storage/v1/object/sign/calls/a.mp3?token=eyJhbGciOiJIUzI1NiJ9.eyJ1cmwiOiJjYWxscy9hLm1wMyIsImlhdCI6MTc3MjM1NTYwMCwiZXhwIjoxNzcyMzU5MjAwfQ.c2ln";
    assert_eq!(end(value!({"url": supabase})).as_deref(), Some(NOW));
    let s3 = "https://b.s3.eu-central-1.amazonaws.com/a.mp3?X-Amz-Date=20260301T090000Z&X-Amz-Expires=3600&X-Amz-Signature=x";
    assert_eq!(end(value!({"url": s3})).as_deref(), Some(NOW));
    let cloudfront = "https://d.cloudfront.net/a.mp3?Expires=1772359200&Signature=x";
    assert_eq!(end(value!({"url": cloudfront})).as_deref(), Some(NOW));
    let opaque = value!({"url": "https://a.example/a.mp3?k=1", "link_expires_at": NOW});
    assert_eq!(end(opaque).as_deref(), Some(NOW));
    let earlier = value!({"url": supabase, "link_expires_at": "2026-03-01T09:00:00Z"});
    assert_eq!(end(earlier).as_deref(), Some("2026-03-01T09:00:00Z"));
}

fn client(account: Account) -> Box<dyn Client> {
    let clock = Clock::from_fn(|| time(NOW));
    let http = Http::for_account(&account, clock, Duration::ZERO);
    provider("custom").client(Arc::new(account), http)
}

/// An account whose links may lead to these stand-ins.
fn account_at(hosts: &[&StandIn]) -> Account {
    let mut account = custom();
    account.allow_private_network = true;
    account.media_hosts = hosts.iter().map(|host| host.host_and_port()).collect();
    account
}

async fn fetch(
    account: Account,
    url: Url,
    expires_at: Option<Timestamp>,
) -> Result<MediaStream, ApiError> {
    fetch_from(account, url, expires_at, 0, None).await
}

async fn fetch_from(
    account: Account,
    url: Url,
    expires_at: Option<Timestamp>,
    from: u64,
    validator: Option<&str>,
) -> Result<MediaStream, ApiError> {
    let link = Link {
        url: SecretUrl::new(url),
        expires_at,
    };
    let media = MediaRef {
        call: &ProviderCallId::new("CA0001"),
        recording: &RecordingKey::only(),
        link: Some(&link),
        is_fresh: false,
    };
    client(account).media(media, from, validator).await
}

async fn whole(stream: MediaStream) -> Vec<u8> {
    let chunks: Vec<_> = stream.body.try_collect().await.expect("all of it");
    chunks.concat()
}

const PUBLIC: &str = "/storage/v1/object/public/calls/a.mp3";
const SIGNED: &str = "/storage/v1/object/sign/calls/a.mp3";

#[tokio::test]
async fn public_and_signed_files_are_fetched_and_nobody_is_told_a_secret() {
    let storage = StandIn::start().await;
    storage
        .on(PUBLIC, [bytes("sound").with("etag", "\"v1\"")])
        .on(SIGNED, [bytes("sound")]);
    let mut account = account_at(&[&storage]);
    account
        .secrets
        .add("webhook_secret", crate::custom_signature::SECRET);
    let stream = fetch(account.clone(), storage.url(PUBLIC), None)
        .await
        .expect("sound");
    assert_eq!((stream.starts_at, stream.length), (0, Some(5)));
    assert_eq!(stream.validator.as_deref(), Some("\"v1\""));
    assert_eq!(whole(stream).await, b"sound");
    let signed = format!("{SIGNED}?token=a.b.c");
    let stream = fetch(
        account,
        storage.url(&signed),
        Some(time("2026-03-01T10:00:01Z")),
    )
    .await
    .expect("sound");
    assert_eq!(whole(stream).await, b"sound");
    assert_eq!(
        storage.asked(),
        [format!("GET {PUBLIC}"), format!("GET {signed}")],
        "the link to the letter"
    );
    for seen in storage.seen() {
        assert_eq!(seen.header("authorization"), None);
        assert_eq!(seen.header("apikey"), None);
    }
}

#[tokio::test]
async fn a_transfer_that_broke_off_goes_on_where_it_was() {
    let storage = StandIn::start().await;
    let rest = bytes("und")
        .status(206)
        .with("content-range", "bytes 2-4/5")
        .with("etag", "\"v1\"");
    storage.on(PUBLIC, [rest]);
    let account = account_at(&[&storage]);
    let stream = fetch_from(account, storage.url(PUBLIC), None, 2, Some("\"v1\""))
        .await
        .expect("the rest");
    assert_eq!((stream.starts_at, stream.length), (2, Some(5)));
    assert_eq!(whole(stream).await, b"und");
}

#[tokio::test]
async fn a_link_to_a_host_that_is_not_named_says_which_setting_to_change_and_asks_nobody() {
    let (named, foreign) = (StandIn::start().await, StandIn::start().await);
    foreign.on("/secret/a.mp3", [bytes("sound")]);
    let told = fetch(
        account_at(&[&named]),
        foreign.url("/secret/a.mp3?token=hidden"),
        None,
    )
    .await;
    let Err(ApiError::Forbidden(what)) = told else {
        panic!("{told:?}");
    };
    assert!(what.contains("media_hosts"), "{what}");
    assert!(
        !what.contains("secret") && !what.contains("hidden"),
        "{what}"
    );
    assert!(foreign.seen().is_empty() && named.seen().is_empty());
}

#[tokio::test]
async fn no_large_storage_is_open_to_everybody() {
    for host in [
        "ref.supabase.co",
        "bucket.s3.amazonaws.com",
        "d.cloudfront.net",
        "no-api.invalid.example",
    ] {
        let url = Url::parse(&format!("https://{host}/a.mp3")).expect("a URL");
        let told = fetch(custom(), url, None).await.map(|_| ());
        assert!(
            matches!(told, Err(ApiError::Forbidden(_))),
            "{host}: {told:?}"
        );
    }
}

#[tokio::test]
async fn the_host_of_base_url_counts_as_named() {
    let backend = StandIn::start().await;
    backend.on("/files/a.mp3", [bytes("sound")]);
    let mut account = account_at(&[]);
    account.base_url = backend.url("");
    let stream = fetch(account, backend.url("/files/a.mp3"), None)
        .await
        .expect("sound");
    assert_eq!(whole(stream).await, b"sound");
}

#[tokio::test]
async fn a_redirect_leads_to_named_hosts_only() {
    let (storage, cdn, foreign) = (
        StandIn::start().await,
        StandIn::start().await,
        StandIn::start().await,
    );
    storage
        .on("/a.mp3", [redirect(cdn.url("/a.mp3"))])
        .on("/b.mp3", [redirect(foreign.url("/b.mp3"))]);
    cdn.on("/a.mp3", [bytes("sound")]);
    foreign.on("/b.mp3", [bytes("sound")]);
    let account = account_at(&[&storage, &cdn]);
    let stream = fetch(account.clone(), storage.url("/a.mp3"), None)
        .await
        .expect("sound");
    assert_eq!(whole(stream).await, b"sound");
    let astray = fetch(account, storage.url("/b.mp3"), None)
        .await
        .map(|_| ());
    assert!(matches!(astray, Err(ApiError::Forbidden(_))), "{astray:?}");
    assert!(foreign.seen().is_empty());
}

#[tokio::test]
async fn what_is_plain_or_private_is_refused_unless_the_account_is_a_stand_in() {
    let storage = StandIn::start().await;
    storage.on("/a.mp3", [bytes("sound")]);
    let mut strict = account_at(&[&storage]);
    strict.allow_private_network = false;
    strict.media_hosts.push("10.0.0.1".into());
    let private = Url::parse("https://10.0.0.1/a.mp3").expect("a URL");
    for url in [storage.url("/a.mp3"), private] {
        let told = fetch(strict.clone(), url, None).await.map(|_| ());
        assert!(matches!(told, Err(ApiError::Forbidden(_))), "{told:?}");
    }
    assert!(storage.seen().is_empty());
}

#[tokio::test]
async fn what_a_storage_says_instead_of_sound_decides_what_is_done_next() {
    let supabase = |status_code: &str, code: &str| {
        let body =
            value!({"statusCode": status_code, "error": code, "message": "no", "code": code});
        json(&body).status(400)
    };
    let table = [
        (supabase("404", "NoSuchKey"), None, ApiError::NotReady),
        (supabase("404", "NoSuchBucket"), None, ApiError::NotFound),
        (
            supabase("400", "ExpiredToken"),
            None,
            ApiError::Withheld(Reason::LinkExpired),
        ),
        (supabase("400", "InvalidJWT"), None, ApiError::LinkDead),
        (
            supabase("400", "InvalidJWT"),
            Some("2026-03-01T09:59:59Z"),
            ApiError::Withheld(Reason::LinkExpired),
        ),
        (status(404), None, ApiError::NotReady),
        (
            status(404),
            Some(NOW),
            ApiError::Withheld(Reason::LinkExpired),
        ),
        (status(403), None, ApiError::LinkDead),
        (status(401), None, ApiError::LinkDead),
        (
            status(403),
            Some(NOW),
            ApiError::Withheld(Reason::LinkExpired),
        ),
        (
            status(410),
            None,
            ApiError::Withheld(Reason::DeletedAtProvider),
        ),
        (status(400), None, ApiError::Server(400)),
        (status(500), None, ApiError::Server(500)),
        (status(544), None, ApiError::Server(544)),
        (
            bytes("word ".repeat(10_000)).status(400),
            None,
            ApiError::Server(400),
        ),
        (bytes("cut").status(400).cut(), None, ApiError::Server(400)),
        (
            status(429).with("retry-after", "7"),
            None,
            ApiError::RateLimited(time("2026-03-01T10:00:07Z")),
        ),
    ];
    for (reply, end, meaning) in table {
        let storage = StandIn::start().await;
        storage.on("/a.mp3", [reply.clone()]);
        let told = fetch(
            account_at(&[&storage]),
            storage.url("/a.mp3"),
            end.map(time),
        )
        .await
        .map(|_| ());
        assert_eq!(told, Err(meaning), "{reply:?} {end:?}");
    }
}

#[tokio::test]
async fn an_expired_link_is_tried_once_all_the_same_because_clocks_differ() {
    let storage = StandIn::start().await;
    storage.on("/a.mp3", [bytes("sound")]);
    let stream = fetch(
        account_at(&[&storage]),
        storage.url("/a.mp3"),
        Some(time("2026-03-01T09:00:00Z")),
    )
    .await
    .expect("sound");
    assert_eq!(whole(stream).await, b"sound");
}

#[tokio::test]
async fn without_a_link_there_is_nothing_to_fetch_yet() {
    let media = MediaRef {
        call: &ProviderCallId::new("CA0001"),
        recording: &RecordingKey::only(),
        link: None,
        is_fresh: false,
    };
    let told = client(custom()).media(media, 0, None).await.map(|_| ());
    assert_eq!(told, Err(ApiError::NotReady));
}
