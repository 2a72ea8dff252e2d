//! A test event: made and signed by the provider's folder with the account's own secret, posted to the
//! public address as the provider would, and found again in the journal.

use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use http::Method;
use jiff::Timestamp;
use ringback_model::AccountId;
use ringback_providers::{Account, Advice, RawRequest, TEST_KIND, TestEvent};
use ringback_tunnel::{Reason, ReasonCode};
use serde_json::Value;
use url::Url;

use super::look;
use crate::{
    EngineError,
    accounts::Party,
    config::{variable_of, webhook_url},
    core::Core,
    tunnel::{own, probe},
};

/// The longest that is waited for an answer.
const PATIENCE: Duration = Duration::from_secs(20);

/// What came of a test event.
#[derive(Clone, Debug)]
pub struct Trial {
    /// Where it was sent; `None` if it could not be made.
    pub address: Option<Url>,
    /// Whether that is the public address; otherwise only the door itself was tried.
    pub is_public: bool,
    /// The environment variable of the secret that it was signed with; `None` if it was not.
    pub variable: Option<String>,
    /// What came of it.
    pub outcome: TrialOutcome,
    /// The newest event that the provider itself sent: when, and its kind.
    pub last_event: Option<(Timestamp, Option<String>)>,
}

/// What came of sending a test event.
#[derive(Clone, Debug)]
pub enum TrialOutcome {
    /// It went the whole way and stands in the journal.
    Accepted {
        /// There and back.
        took: Duration,
    },
    /// Only the provider can make one: what to do instead.
    CannotSign(Advice),
    /// The door turned it away, with its reason.
    Rejected(String),
    /// A door answers that does not know the account.
    UnknownAccount,
    /// Something answers that is no door of ours, with this status.
    Elsewhere(u16),
    /// A door took it that is not the one of this home.
    OtherHome,
    /// The door cannot keep anything now.
    Unavailable,
    /// It did not get there.
    Unreachable(Reason),
}

impl TrialOutcome {
    /// The word for it.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Accepted { .. } => "accepted",
            Self::CannotSign(_) => "cannot_sign",
            Self::Rejected(_) => "rejected",
            Self::UnknownAccount => "unknown_account",
            Self::Elsewhere(_) => "elsewhere",
            Self::OtherHome => "other_home",
            Self::Unavailable => "unavailable",
            Self::Unreachable(_) => "unreachable",
        }
    }
}

pub(super) async fn send(
    core: &Core,
    party: &Arc<Party>,
    door: Option<SocketAddr>,
) -> Result<Trial, EngineError> {
    let id = party.id();
    let public = look::addresses(core, id)?.present;
    let account = Account {
        webhook_url: public.clone(),
        ..(**party.account()).clone()
    };
    let newest = core
        .store
        .read(|reader| reader.events().newest_webhook(id))?;
    let last_event = newest.map(|head| (head.received_at, head.kind));
    let nonce = hex::encode(rand::random::<[u8; 12]>());
    let now = core.clock.now();
    let event = match party.provider().test_event(&account, &nonce, now) {
        Ok(event) => event,
        Err(advice) => {
            return Ok(Trial {
                address: None,
                is_public: false,
                variable: None,
                outcome: TrialOutcome::CannotSign(advice),
                last_event,
            });
        }
    };
    let is_public = public.is_some();
    let address = match public {
        Some(address) => address,
        None => at_the_door(core, door, id)?,
    };
    let key = key(party, &account, &event, now);
    let variable = variable_of(id, event.signed_with);
    let outcome = post(core, &address, event).await;
    let outcome = match outcome {
        TrialOutcome::Accepted { .. } if !is_here(core, id, key.as_deref())? => {
            TrialOutcome::OtherHome
        }
        outcome => outcome,
    };
    Ok(Trial {
        address: Some(address),
        is_public,
        variable: Some(variable),
        outcome,
        last_event,
    })
}

/// The account's address at the door itself.
fn at_the_door(
    core: &Core,
    door: Option<SocketAddr>,
    account: &AccountId,
) -> Result<Url, EngineError> {
    let door = own(door.unwrap_or(core.config().listen));
    let door = Url::parse(&format!("http://{door}"))
        .map_err(|_| EngineError::NotNow("the door has no address"))?;
    Ok(webhook_url(&door, account))
}

/// Under which name the event will stand in the journal.
fn key(party: &Party, account: &Account, event: &TestEvent, now: Timestamp) -> Option<String> {
    let request = RawRequest {
        method: Method::POST,
        query: None,
        headers: event.headers.clone(),
        body: event.body.clone(),
        received_at: now,
    };
    let verified = party.provider().verify(account, request, now).ok()?;
    debug_assert_eq!(verified.kind, TEST_KIND);
    Some(verified.key)
}

/// Whether the event stands in this home's journal.
fn is_here(core: &Core, account: &AccountId, key: Option<&str>) -> Result<bool, EngineError> {
    let Some(key) = key else { return Ok(false) };
    let found = core
        .store
        .read(|reader| reader.events().by_key(account, key))?;
    Ok(found.is_some_and(|head| head.kind.as_deref() == Some(TEST_KIND)))
}

async fn post(core: &Core, address: &Url, event: TestEvent) -> TrialOutcome {
    let client = match probe::client(core.config().tunnel.ca_file.as_ref()) {
        Ok(client) => client,
        Err(reason) => return TrialOutcome::Unreachable(reason),
    };
    let begin = Instant::now();
    let sent = client
        .post(address.clone())
        .headers(event.headers)
        .header("ngrok-skip-browser-warning", "1")
        .body(event.body)
        .send();
    let answer = match tokio::time::timeout(PATIENCE, sent).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(error)) => return TrialOutcome::Unreachable(probe::why(address, error)),
        Err(_) => {
            let late = format!("no answer within {} seconds", PATIENCE.as_secs());
            return TrialOutcome::Unreachable(Reason::new(ReasonCode::NoAnswer, late));
        }
    };
    let status = answer.status().as_u16();
    let body = probe::read(answer).await;
    let took = begin.elapsed();
    let words: Value = serde_json::from_slice(&body).unwrap_or_default();
    match (status, words["status"].as_str()) {
        (200, Some("accepted" | "duplicate" | "ignored")) => TrialOutcome::Accepted { took },
        (401, Some("rejected")) => {
            TrialOutcome::Rejected(words["reason"].as_str().unwrap_or_default().to_owned())
        }
        (404, Some("rejected")) => TrialOutcome::UnknownAccount,
        (503, Some(_)) => TrialOutcome::Unavailable,
        (502..=504 | 530, _) => TrialOutcome::Unreachable(Reason::new(
            ReasonCode::NoAnswer,
            format!("the proxy at the public address answers {status}: it finds nothing behind it"),
        )),
        _ => TrialOutcome::Elsewhere(status),
    }
}
