//! What is asked to delete one recording, and who cannot be asked.

use std::{sync::Arc, time::Duration};

use ringback_model::{Clock, ProviderCallId, RecordingKey};
use ringback_providers::{ApiError, Client, http::Http, names};

use crate::{
    accounts::{ACCOUNT_SID, account, provider, time},
    stand_in::{StandIn, status},
};

fn client(name: &'static str, secret: &str, stand_in: &StandIn) -> Box<dyn Client> {
    let mut account = account(name, &[(secret, "token")]);
    account.base_url = stand_in.url("");
    account.allow_private_network = true;
    let clock = Clock::from_fn(|| time("2026-03-01T12:00:00Z"));
    let http = Http::for_account(&account, clock, Duration::ZERO);
    provider(name).client(Arc::new(account), http)
}

async fn delete(client: &dyn Client, key: &str) -> Result<(), ApiError> {
    let call = ProviderCallId::new("call");
    client.delete(&call, &RecordingKey::new(key)).await
}

#[tokio::test]
async fn one_recording_is_deleted_and_nothing_else_is_named() {
    let twilio = format!("/2010-04-01/Accounts/{ACCOUNT_SID}/Recordings/RE1.json");
    for (name, secret, path, answer) in [
        ("twilio", "auth_token", twilio.as_str(), 204),
        ("telnyx", "api_key", "/recordings/RE1", 200),
        ("recall", "api_key", "/api/v1/recording/RE1/", 204),
    ] {
        let stand_in = StandIn::start().await;
        stand_in.on(path, [status(answer), status(404), status(401)]);
        let client = client(name, secret, &stand_in);
        assert_eq!(delete(&*client, "RE1").await, Ok(()), "{name}");
        assert_eq!(delete(&*client, "RE1").await, Err(ApiError::NotFound));
        assert_eq!(delete(&*client, "RE1").await, Err(ApiError::KeyRefused));
        let seen = stand_in.seen();
        assert_eq!(seen.len(), 3, "{name}");
        assert!(seen.iter().all(|seen| seen.method == "DELETE"));
        assert!(
            seen.iter()
                .all(|seen| seen.path == path && seen.query.is_empty())
        );
        assert!(seen.iter().all(|seen| seen.body.is_empty()));
        assert!(seen[0].header("authorization").is_some());
    }
}

#[tokio::test]
async fn without_an_id_and_where_a_recording_alone_cannot_go_nobody_is_asked() {
    let stand_in = StandIn::start().await;
    let twilio = client("twilio", "auth_token", &stand_in);
    assert!(matches!(
        delete(&*twilio, "").await,
        Err(ApiError::Unexpected(_))
    ));
    let can: Vec<_> = names()
        .into_iter()
        .filter(|name| provider(name).deletes_recordings().is_ok())
        .collect();
    assert_eq!(can, ["twilio", "telnyx", "recall"]);
    for name in ["retell", "vapi"] {
        let client = client(name, "api_key", &stand_in);
        assert!(matches!(
            delete(&*client, "RE1").await,
            Err(ApiError::Unexpected(_))
        ));
    }
    assert!(stand_in.seen().is_empty());
}
