//! An account of a team's own backend: what its settings may be, what can be proven of it, and that
//! nobody is asked.

use std::{sync::Arc, time::Duration};

use ringback_model::{Clock, ProviderCallId};
use ringback_providers::{Account, ApiError, Client, find, http::Http};
use url::Url;

use crate::{
    accounts::{account, provider, time},
    custom_signature::SECRET,
};

fn custom(secrets: &str) -> Account {
    account("custom", &[("webhook_secret", secrets)])
}

fn client(account: Account) -> Box<dyn Client> {
    let clock = Clock::from_fn(|| time("2026-03-01T10:00:00Z"));
    let http = Http::for_account(&account, clock, Duration::ZERO);
    provider("custom").client(Arc::new(account), http)
}

#[test]
fn it_has_no_api_and_says_so_and_the_others_have_one() {
    assert!(!provider("custom").has_api());
    assert!(provider("retell").has_api() && provider("twilio").has_api());
    assert_eq!(provider("custom").secrets(), ["webhook_secret"]);
    let base = Url::parse(&provider("custom").default_base_url(&|_| None)).expect("a URL");
    assert!(
        base.host_str().expect("a host").ends_with(".invalid"),
        "a name that can never lead anywhere"
    );
}

#[test]
fn settings_that_cannot_work_are_refused_with_what_to_do() {
    let custom_provider = find("custom").expect("in the list");
    let say = |account: &Account| custom_provider.check_options(account);
    assert_eq!(say(&custom(SECRET)), Ok(()));
    assert_eq!(say(&custom(&format!("{SECRET} whsec_c2hvcnQ="))), Ok(()));
    assert_eq!(
        say(&custom("")),
        Ok(()),
        "a missing secret is told like any other missing secret"
    );
    let mut unsigned = custom(SECRET);
    unsigned.accept_unsigned = true;
    let said = say(&unsigned).expect_err("there is nobody to ask");
    assert!(
        said.contains("accept_unsigned") && said.contains("no API"),
        "{said}"
    );
    for wrong in ["whsec_", "whsec_%%%", "hunter2!", "whsec_c2hvcnQ= hunter2!"] {
        let said = say(&custom(wrong)).expect_err("no secret of Standard Webhooks");
        assert!(
            said.contains("webhook_secret") && said.contains("whsec_"),
            "{said}"
        );
        assert!(!said.contains("hunter2"), "{said}");
    }
}

#[tokio::test]
async fn a_check_proves_what_the_settings_show_and_says_that_there_is_nobody_to_ask() {
    let proof = client(custom(SECRET)).check().await.expect("in order");
    assert_eq!(proof.name, None);
    assert!(proof.notes[0].contains("no API"), "{:?}", proof.notes);
    assert!(proof.notes[1].contains("media_hosts"), "{:?}", proof.notes);
    assert_eq!(proof.notes.len(), 2);

    let mut with_hosts = custom("whsec_c2hvcnQ=");
    with_hosts.media_hosts = vec!["ref.supabase.co".into(), "nas.example:8443".into()];
    with_hosts.base_url = Url::parse("https://backend.example").expect("a URL");
    let notes = client(with_hosts).check().await.expect("in order").notes;
    assert!(notes[1].contains("24 bytes"), "{notes:?}");
    assert_eq!(
        notes[2],
        "Recordings are fetched from backend.example, ref.supabase.co, nas.example:8443."
    );

    let without = client(account("custom", &[])).check().await;
    assert_eq!(without, Err(ApiError::NoKey("webhook_secret")));
}

#[tokio::test]
async fn asking_gives_nothing_and_no_error() {
    let client = client(custom(SECRET));
    let call = ProviderCallId::new("CA0001");
    assert!(client.call(&call).await.expect("nothing").is_empty());
    assert!(client.ongoing().await.expect("nothing").is_empty());
    let page = client
        .list(time("2026-03-01T00:00:00Z"), None)
        .await
        .expect("nothing");
    assert!(page.snapshots.is_empty() && page.next.is_none());
}
