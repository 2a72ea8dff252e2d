//! A provider whose signature is a word, a journal in memory, and a client of few words.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
};

use async_trait::async_trait;
use axum::{Router, body::Body};
use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use jiff::Timestamp;
use ringback_intake::{Accounts, Appended, Intake, Journal, JournalDown, router};
use ringback_model::{AccountId, Call, Clock, Field};
use ringback_providers::{
    Account, Client, Document, Misunderstood, OptionKey, Provider, RawRequest, Refusal,
    SecretField, Secrets, Standing, Understood, VerifiedEvent, find, http::Http,
};
use serde_json::Value;
use tokio::sync::{Semaphore, mpsc};
use tower::ServiceExt;

pub(crate) const SIGNATURE: &str = "x-signature";
pub(crate) const EVENT: &str = "x-event";

/// Believes whoever says `good`, and names events by a header.
struct Words;

impl Provider for Words {
    fn name(&self) -> &'static str {
        "words"
    }

    fn title(&self) -> &'static str {
        "Words"
    }

    fn default_base_url(&self, _: &dyn Fn(OptionKey) -> Option<String>) -> String {
        "https://words.example".to_owned()
    }

    fn secret_fields(&self) -> &'static [SecretField] {
        &[]
    }

    fn verify(
        &self,
        _: &Account,
        request: RawRequest,
        now: Timestamp,
    ) -> Result<VerifiedEvent, Refusal> {
        assert_eq!(now, request.received_at);
        let word = |name| {
            request
                .headers
                .get(name)
                .and_then(|word| word.to_str().ok())
        };
        match word(SIGNATURE) {
            None => Err(Refusal::Missing),
            Some("good") => {
                let key = word(EVENT).unwrap_or("event").to_owned();
                Ok(VerifiedEvent {
                    request,
                    standing: Standing::Signed,
                    kind: "said".to_owned(),
                    key,
                })
            }
            Some("old") => Err(Refusal::TooOld),
            Some("future") => Err(Refusal::FromTheFuture),
            Some("no secret") => Err(Refusal::NoSecret),
            Some("no url") => Err(Refusal::NoPublicUrl),
            Some("?") => Err(Refusal::Unreadable),
            Some("bug") => panic!("this is what the test wants to see survived"),
            Some(_) => Err(Refusal::Wrong),
        }
    }

    fn understand(&self, _: &Account, _: Document<'_>) -> Result<Understood, Misunderstood> {
        unreachable!("understanding is not the door's part")
    }

    fn expects(&self, _: &Call) -> Vec<Field> {
        Vec::new()
    }

    fn client(&self, _: Arc<Account>, _: Http) -> Box<dyn Client> {
        unreachable!("the door asks nobody")
    }
}

/// Events in memory. Tells when one is about to be kept, and waits for permission if it is told to.
#[derive(Default)]
pub(crate) struct Memory {
    pub(crate) kept: Mutex<Vec<VerifiedEvent>>,
    pub(crate) refused: Mutex<Vec<(AccountId, RawRequest, Refusal)>>,
    pub(crate) is_down: AtomicBool,
    gate: Option<(mpsc::UnboundedSender<()>, Arc<Semaphore>)>,
}

#[async_trait]
impl Journal for Memory {
    async fn append(
        &self,
        account: &Account,
        event: VerifiedEvent,
    ) -> Result<Appended, JournalDown> {
        assert_eq!(account.id.as_str(), "clinic");
        if let Some((entered, gate)) = &self.gate {
            entered.send(()).expect("the test listens");
            gate.acquire().await.expect("never closed").forget();
        }
        if self.is_down.load(SeqCst) {
            return Err(JournalDown("the disk is full".to_owned()));
        }
        let mut kept = self.kept.lock().expect("nobody panics with it");
        if kept.iter().any(|known| known.key == event.key) {
            return Ok(Appended::Duplicate);
        }
        kept.push(event);
        Ok(Appended::New)
    }

    fn refuse(&self, account: &AccountId, request: &RawRequest, refusal: Refusal) {
        let mut refused = self.refused.lock().expect("nobody panics with it");
        refused.push((account.clone(), request.clone(), refusal));
    }

    async fn is_writable(&self) -> bool {
        !self.is_down.load(SeqCst)
    }
}

/// One account, until it is taken out of the configuration.
struct OneAccount {
    account: Arc<Account>,
    provider: &'static dyn Provider,
    is_gone: Arc<AtomicBool>,
}

impl Accounts for OneAccount {
    fn find(&self, id: &str) -> Option<(Arc<Account>, &'static dyn Provider)> {
        let is_it = id == self.account.id.as_str() && !self.is_gone.load(SeqCst);
        is_it.then(|| (Arc::clone(&self.account), self.provider))
    }
}

/// The door and what is behind it.
pub(crate) struct House {
    pub(crate) journal: Arc<Memory>,
    pub(crate) intake: Intake,
    pub(crate) is_account_gone: Arc<AtomicBool>,
}

/// Lets events through to the journal one by one.
pub(crate) struct Gate {
    pub(crate) entered: mpsc::UnboundedReceiver<()>,
    pub(crate) open: Arc<Semaphore>,
}

pub(crate) fn noon() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().expect("a time")
}

impl House {
    pub(crate) fn new() -> Self {
        Self::with(Memory::default(), account(), &Words)
    }

    /// A house whose account is at a real provider.
    pub(crate) fn at(account: Account) -> Self {
        let provider = find(account.provider).expect("it is in the registry");
        Self::with(Memory::default(), account, provider)
    }

    /// A house whose journal waits.
    pub(crate) fn gated() -> (Self, Gate) {
        let (sender, entered) = mpsc::unbounded_channel();
        let open = Arc::new(Semaphore::new(0));
        let journal = Memory {
            gate: Some((sender, Arc::clone(&open))),
            ..Memory::default()
        };
        (
            Self::with(journal, account(), &Words),
            Gate { entered, open },
        )
    }

    fn with(journal: Memory, account: Account, provider: &'static dyn Provider) -> Self {
        let journal = Arc::new(journal);
        let is_account_gone = Arc::new(AtomicBool::new(false));
        let accounts = OneAccount {
            account: Arc::new(account),
            provider,
            is_gone: Arc::clone(&is_account_gone),
        };
        let clock = Clock::from_fn(noon);
        Self {
            intake: Intake::new(Arc::new(accounts), Arc::clone(&journal) as _, clock),
            journal,
            is_account_gone,
        }
    }

    pub(crate) fn router(&self) -> Router {
        router(self.intake.clone())
    }

    pub(crate) async fn answer(&self, request: Request<Body>) -> Answered {
        answer(self.router(), request).await
    }

    pub(crate) fn kept(&self) -> usize {
        self.journal.kept.lock().expect("nobody panics").len()
    }

    pub(crate) fn refused(&self) -> usize {
        self.journal.refused.lock().expect("nobody panics").len()
    }
}

pub(crate) fn account() -> Account {
    Account {
        id: AccountId::new("clinic").expect("valid"),
        provider: "words",
        base_url: "https://words.example".parse().expect("a URL"),
        webhook_url: None,
        options: BTreeMap::new(),
        secrets: Secrets::default(),
        media_hosts: Vec::new(),
        allow_private_network: false,
        accept_unsigned: false,
    }
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answered {
    pub(crate) fn json(&self) -> Value {
        let kind = self
            .headers
            .get("content-type")
            .expect("every answer has one");
        assert_eq!(kind, "application/json");
        serde_json::from_slice(&self.body).expect("every answer is JSON")
    }

    /// The only value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.get_all(name).iter();
        let value = values.next()?;
        assert!(values.next().is_none(), "{name} is there twice");
        value.to_str().ok()
    }
}

pub(crate) async fn answer(router: Router, request: Request<Body>) -> Answered {
    let Ok(response) = router.oneshot(request).await;
    let (parts, body) = response.into_parts();
    let body = body.collect().await.expect("answers are whole").to_bytes();
    Answered {
        status: parts.status,
        headers: parts.headers,
        body,
    }
}

/// A well signed event.
pub(crate) fn event(key: &str, body: impl Into<Body>) -> Request<Body> {
    signed("good", key, body)
}

pub(crate) fn signed(signature: &str, key: &str, body: impl Into<Body>) -> Request<Body> {
    Request::post("/webhooks/clinic")
        .header(SIGNATURE, signature)
        .header(EVENT, key)
        .body(body.into())
        .expect("a request")
}

pub(crate) fn request(method: &str, path: &str) -> Request<Body> {
    Request::builder()
        .method(method)
        .uri(path)
        .header(SIGNATURE, "good")
        .body(Body::from("{}"))
        .expect("a request")
}
