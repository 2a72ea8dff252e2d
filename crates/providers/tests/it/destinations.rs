//! Where requests may go, tried with names that lead astray.

use std::{
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use ringback_model::{Clock, Link, ProviderCallId, RecordingKey, SecretUrl};
use ringback_providers::{
    Account, ApiError, MediaRef, MediaStream,
    http::{Http, Looking, Lookup},
};
use url::Url;

use crate::{
    accounts::{account, provider, time},
    stand_in::{StandIn, bytes, redirect, status},
};

/// A resolver that gives these answers in turn, whatever it is asked; the last one stays.
struct Names {
    answers: Vec<Vec<&'static str>>,
    asked: AtomicUsize,
}

impl Names {
    fn answering(answers: &[&[&'static str]]) -> Arc<Self> {
        Arc::new(Self {
            answers: answers.iter().map(|answer| answer.to_vec()).collect(),
            asked: AtomicUsize::new(0),
        })
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

impl Lookup for Names {
    fn look_up(&self, _host: &str) -> Looking {
        let index = self.asked.fetch_add(1, Ordering::SeqCst);
        let answer = self.answers[index.min(self.answers.len() - 1)].iter();
        let addresses: Vec<IpAddr> = answer
            .map(|text| text.parse().expect("an address"))
            .collect();
        Box::pin(async move { Ok(addresses) })
    }
}

/// Fetches a link that was told, for an account whose API gives no other.
async fn fetch(
    account: &Account,
    lookup: Arc<dyn Lookup>,
    url: Url,
) -> Result<MediaStream, ApiError> {
    let now = || time("2026-03-01T10:00:00Z");
    let http = Http::with_lookup(account, Clock::from_fn(now), Duration::ZERO, lookup);
    let client = provider(account.provider).client(Arc::new(account.clone()), http);
    let link = Link {
        url: SecretUrl::new(url),
        // About to die, so it is used before anything is asked.
        expires_at: Some(time("2026-03-01T10:05:00Z")),
    };
    let media = MediaRef {
        call: &ProviderCallId::new("call_1"),
        recording: &RecordingKey::only(),
        link: Some(&link),
        is_fresh: false,
    };
    client.media(media, 0, None).await
}

fn strict() -> Account {
    strict_at("retell")
}

fn strict_at(provider: &'static str) -> Account {
    let mut account = account(provider, &[("api_key", "key_1")]);
    account.media_hosts.push("cdn.example".into());
    account
}

fn recall() -> Account {
    account("recall", &[("api_key", "key_1")])
}

fn url(text: &str) -> Url {
    Url::parse(text).expect("a URL")
}

#[tokio::test]
async fn a_name_that_leads_to_a_private_address_is_not_connected_to() {
    for address in [
        "127.0.0.1",
        "10.0.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "::1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "fd00::1",
    ] {
        let names = Names::answering(&[&[address]]);
        let told = fetch(&strict(), names.clone(), url("https://cdn.example/a.wav")).await;
        let Err(ApiError::Forbidden(what)) = told else {
            panic!("{address}: {told:?}");
        };
        assert!(
            what.contains("cdn.example") && what.contains("public"),
            "{what}"
        );
        assert_eq!(names.asked(), 1, "it is resolved once");
    }
}

#[tokio::test]
async fn a_redirect_to_a_private_address_ends_there() {
    let stand_in = StandIn::start().await;
    let mut account = strict();
    // A stand-in may be private; what it leads to is looked at all the same.
    account.base_url = stand_in.url("");
    account.allow_private_network = true;
    for target in [
        "http://169.254.169.254/latest/meta-data",
        "http://2852039166/latest/meta-data",
        "http://0x7f.1/",
        "http://localhost/",
        "http://[::1]/",
        "https://user:password@cdn.example/a.wav",
        "https://cdn.example:8443/a.wav",
        "https://evil.example/a.wav",
        "file:///etc/passwd",
        "gopher://cdn.example/",
    ] {
        stand_in.on("/a.wav", [redirect(target)]);
        let names = Names::answering(&[&["127.0.0.1"]]);
        let told = fetch(&account, names.clone(), stand_in.url("/a.wav")).await;
        assert!(
            matches!(told, Err(ApiError::Forbidden(_))),
            "{target}: {told:?}"
        );
        assert_eq!(names.asked(), 0, "{target}");
    }
}

#[tokio::test]
async fn a_redirect_through_a_permitted_name_is_resolved_and_looked_at() {
    let stand_in = StandIn::start().await;
    let mut account = strict();
    account.base_url = stand_in.url("");
    account.allow_private_network = true;
    let port = stand_in.url("").port().expect("a port");
    account.media_hosts.push(format!("cdn.example:{port}"));
    stand_in
        .on(
            "/a.wav",
            [redirect(format!("http://cdn.example:{port}/b.wav"))],
        )
        .on("/b.wav", [bytes("sound")]);
    let names = Names::answering(&[&["127.0.0.1"], &["203.0.113.1"]]);
    let told = fetch(&account, names.clone(), stand_in.url("/a.wav")).await;
    assert!(told.is_ok(), "{told:?}");
    assert_eq!(
        names.asked(),
        1,
        "once, so that another answer later changes nothing"
    );
}

#[tokio::test]
async fn links_that_say_more_than_a_host_are_refused_before_any_name_is_looked_up() {
    for link in [
        "http://cdn.example/a.wav",
        "https://user@cdn.example/a.wav",
        "https://cdn.example:444/a.wav",
        "https://cdn.example.evil.example/a.wav",
        "https://2130706433/a.wav",
        "https://0177.0.0.1/a.wav",
        "https://[::ffff:127.0.0.1]/a.wav",
        "https://cloudfront.net/a.wav",
        "ftp://cdn.example/a.wav",
    ] {
        let names = Names::answering(&[&["127.0.0.1"]]);
        let told = fetch(&strict(), names.clone(), url(link)).await;
        let Err(ApiError::Forbidden(what)) = told else {
            panic!("{link}: {told:?}");
        };
        assert!(!what.contains("a.wav") && !what.contains("user@"), "{what}");
        assert_eq!(names.asked(), 0, "{link}");
    }
}

#[tokio::test]
async fn the_providers_own_storage_is_asked_without_being_named() {
    for (provider, host) in [
        ("retell", "abc.cloudfront.net"),
        ("retell", "bucket.s3.us-west-2.amazonaws.com"),
        ("retell", "media.retellai.com"),
        ("vapi", "bucket.account.r2.cloudflarestorage.com"),
        ("vapi", "storage.vapi.ai"),
    ] {
        let names = Names::answering(&[&["127.0.0.1"]]);
        let told = fetch(
            &strict_at(provider),
            names.clone(),
            url(&format!("https://{host}/a.wav")),
        )
        .await;
        assert!(matches!(told, Err(ApiError::Forbidden(_))), "{told:?}");
        // Vapi's API is asked as well when its link does not open.
        let api = usize::from(provider == "vapi");
        assert_eq!(
            names.asked(),
            1 + api,
            "{host} was looked up, so it may be asked"
        );
    }
}

#[tokio::test]
async fn recall_keeps_meetings_in_s3_and_hands_some_files_out_itself() {
    for (host, may) in [
        (
            "us-east-1-recallai-production-bot-data.s3.amazonaws.com",
            true,
        ),
        ("recallai-production-bot-data.s3.amazonaws.com", true),
        ("eu-central-1.recall.ai", true),
        ("recall.ai.evil.example", false),
        ("evilrecall.ai", false),
        ("abc.cloudfront.net", false),
    ] {
        // The API's own address is looked up as well, before the link that was told is tried.
        let names = Names::answering(&[&["127.0.0.1"]]);
        let link = url(&format!("https://{host}/a.mp3"));
        let told = fetch(&recall(), names.clone(), link).await;
        assert!(matches!(told, Err(ApiError::Forbidden(_))), "{told:?}");
        assert_eq!(names.asked(), 1 + usize::from(may), "{host}");
    }
}

#[tokio::test]
async fn another_providers_storage_has_to_be_named() {
    for (provider, link) in [
        (
            "retell",
            "https://bucket.account.r2.cloudflarestorage.com/a.wav",
        ),
        ("vapi", "https://abc.cloudfront.net/a.wav"),
        ("vapi", "https://bucket.s3.amazonaws.com/a.wav"),
        ("vapi", "https://r2.cloudflarestorage.com/a.wav"),
    ] {
        let names = Names::answering(&[&["127.0.0.1"]]);
        let told = fetch(&strict_at(provider), names.clone(), url(link)).await;
        assert!(matches!(told, Err(ApiError::Forbidden(_))), "{told:?}");
        // Instead of a link of Vapi's that may not be followed, its API is asked.
        let api = usize::from(provider == "vapi");
        assert_eq!(names.asked(), api, "{provider} {link}");
    }
}

#[tokio::test]
async fn telnyxs_storage_is_asked_without_being_named_and_other_peoples_is_not() {
    let api = StandIn::start().await;
    let mut account = account("telnyx", &[("api_key", "key_1")]);
    account.base_url = api.url("/v2");
    for (host, may) in [
        ("s3.amazonaws.com", true),
        ("bucket.s3.eu-central-1.amazonaws.com", true),
        ("us-central-1.telnyxcloudstorage.com", true),
        ("telnyx.com.evil.example", false),
        ("mine.blob.core.windows.net", false),
    ] {
        let names = Names::answering(&[&["127.0.0.1"]]);
        let told = fetch(
            &account,
            names.clone(),
            url(&format!("https://{host}/a.mp3")),
        )
        .await;
        assert!(told.is_err(), "{host}: it leads to a private address");
        assert_eq!(names.asked(), usize::from(may), "{host}");
    }
}

#[tokio::test]
async fn an_api_by_plain_http_or_at_a_private_address_is_asked_only_where_that_is_allowed() {
    let stand_in = StandIn::start().await;
    stand_in.on("/v2/get-call/call_1", [status(500)]);
    for base in [
        stand_in.url(""),
        url("https://10.0.0.1"),
        url("https://[fd00::1]"),
    ] {
        let mut account = strict();
        account.base_url = base;
        let clock = Clock::from_fn(|| time("2026-03-01T10:00:00Z"));
        let http = Http::for_account(&account, clock, Duration::ZERO);
        let client = provider("retell").client(Arc::new(account), http);
        let told = client.call(&ProviderCallId::new("call_1")).await;
        assert!(matches!(told, Err(ApiError::Forbidden(_))), "{told:?}");
    }
    assert!(stand_in.seen().is_empty());
}

#[tokio::test]
async fn the_api_may_redirect_within_its_host_and_nowhere_else() {
    let (api, other) = (StandIn::start().await, StandIn::start().await);
    let mut account = strict();
    account.base_url = api.url("");
    account.allow_private_network = true;
    // Even a host that recordings may come from gets no API request, for that carries the key.
    account.media_hosts.push(other.host_and_port());
    api.on("/v2/get-call/call_1", [redirect("/moved")])
        .on("/moved", [bytes(r#"{"call_id":"call_1"}"#)])
        .on("/v2/get-call/call_2", [redirect(other.url("/steal"))]);
    let clock = Clock::from_fn(|| time("2026-03-01T10:00:00Z"));
    let http = Http::for_account(&account, clock, Duration::ZERO);
    let client = provider("retell").client(Arc::new(account), http);
    assert!(client.call(&ProviderCallId::new("call_1")).await.is_ok());
    let told = client.call(&ProviderCallId::new("call_2")).await;
    assert!(matches!(told, Err(ApiError::Forbidden(_))), "{told:?}");
    assert!(other.seen().is_empty());
}
