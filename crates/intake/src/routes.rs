//! What is answered to which request.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::Duration,
};

use axum::{
    Router,
    extract::{Request, State},
    response::{IntoResponse, Response},
    routing::{MethodRouter, get, post},
};
use ringback_model::Clock;
use ringback_providers::{Account, Provider, RawRequest, Refusal, VerifiedEvent};

use crate::{
    Accounts, Answer, Appended, BodyMemory, Canary, Journal,
    body::{self, Held},
};

/// Where the accounts' addresses begin.
const WEBHOOKS: &str = "/webhooks/";

/// From this size on, in bytes, a body is verified on a thread of its own, so that the small ones
/// do not wait behind it.
const LARGE: usize = 256 << 10;

/// What the routes work with. Cheap to clone.
#[derive(Clone)]
pub struct Intake {
    accounts: Arc<dyn Accounts>,
    journal: Arc<dyn Journal>,
    clock: Clock,
    memory: BodyMemory,
    body_time: Duration,
    canary: Option<Canary>,
}

impl Intake {
    /// An intake with the usual limits.
    pub fn new(accounts: Arc<dyn Accounts>, journal: Arc<dyn Journal>, clock: Clock) -> Self {
        Self {
            accounts,
            journal,
            clock,
            memory: BodyMemory::default(),
            body_time: Duration::from_secs(30),
            canary: None,
        }
    }

    /// Another bound for the memory of all bodies in hand. Without it: 256 MiB.
    #[must_use]
    pub fn with_body_memory(mut self, memory: BodyMemory) -> Self {
        self.memory = memory;
        self
    }

    /// Answers the signed probes of this canary.
    #[must_use]
    pub fn with_canary(mut self, canary: Canary) -> Self {
        self.canary = Some(canary);
        self
    }

    /// Another time within which a whole body must have arrived. Without it: 30 s.
    #[must_use]
    pub fn with_body_time(mut self, time: Duration) -> Self {
        self.body_time = time;
        self
    }
}

/// `POST /webhooks/{account id}` and `GET /healthz`; everything else is answered by what is wrong
/// with it.
pub fn router(intake: Intake) -> Router {
    Router::new()
        .route("/webhooks/{account}", only(post(webhook), "POST"))
        .route("/healthz", only(get(health), "GET, HEAD"))
        .fallback(nowhere)
        .with_state(intake)
}

fn only(method: MethodRouter<Intake>, allow: &'static str) -> MethodRouter<Intake> {
    method.fallback(
        async move |State(intake): State<Intake>, request: Request| {
            refuse_unread(&intake, request, Answer::WrongMethod { allow }).await
        },
    )
}

async fn nowhere(State(intake): State<Intake>, request: Request) -> Answer {
    refuse_unread(&intake, request, Answer::NotFound).await
}

async fn health(State(intake): State<Intake>) -> Answer {
    if intake.journal.is_writable().await {
        Answer::Ok
    } else {
        Answer::Unavailable
    }
}

async fn webhook(State(intake): State<Intake>, request: Request) -> Response {
    if let (Some(canary), Canary::PATH) = (&intake.canary, request.uri().path()) {
        return probe(&intake, canary, request).await;
    }
    accept(&intake, request).await.into_response()
}

/// Answers our own probe. To anybody else there is nothing here, as under any other unknown name.
async fn probe(intake: &Intake, canary: &Canary, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let bytes = body::read(&parts, body, &intake.memory, intake.body_time).await;
    match bytes.ok().and_then(|held| canary.answer(&held.bytes)) {
        Some(proof) => proof.into_response(),
        None => Answer::NotFound.into_response(),
    }
}

async fn accept(intake: &Intake, request: Request) -> Answer {
    // Account ids consist of characters that nobody has to escape, so an escaped one is another.
    let id = request.uri().path().strip_prefix(WEBHOOKS);
    let Some((account, provider)) = id.and_then(|id| intake.accounts.find(id)) else {
        return refuse_unread(intake, request, Answer::NotFound).await;
    };
    let (parts, body) = request.into_parts();
    let held = match body::read(&parts, body, &intake.memory, intake.body_time).await {
        Ok(held) => held,
        Err(answer) => return answer,
    };
    let Held { bytes, _share } = held;
    let raw = RawRequest {
        method: parts.method,
        query: parts.uri.query().map(str::to_owned),
        headers: parts.headers,
        body: bytes,
        received_at: intake.clock.now(),
    };
    match verify(Arc::clone(&account), provider, raw.clone()).await {
        Some(Ok(event)) => keep(intake, &account, event).await,
        Some(Err(refusal)) => {
            tracing::debug!(account = %account.id, refusal = refusal.code(), "request turned away");
            intake.journal.refuse(&account.id, &raw, refusal);
            Answer::Rejected(refusal)
        }
        None => Answer::Unavailable,
    }
}

async fn keep(intake: &Intake, account: &Account, event: VerifiedEvent) -> Answer {
    match intake.journal.append(account, event).await {
        Ok(Appended::New) => Answer::Accepted,
        Ok(Appended::Duplicate) => Answer::Duplicate,
        Err(down) => {
            tracing::error!(account = %account.id, %down, "an event could not be kept; its sender is asked to try again");
            Answer::Unavailable
        }
    }
}

/// Asks the provider whether it vouches for the request. `None` if its code broke down over it;
/// then the sender tries again, and the others do not notice.
async fn verify(
    account: Arc<Account>,
    provider: &'static dyn Provider,
    request: RawRequest,
) -> Option<Result<VerifiedEvent, Refusal>> {
    let is_large = request.body.len() >= LARGE;
    let id = account.id.clone();
    let work = move || {
        let now = request.received_at;
        catch_unwind(AssertUnwindSafe(|| provider.verify(&account, request, now))).ok()
    };
    let verified = if is_large {
        tokio::task::spawn_blocking(work).await.ok().flatten()
    } else {
        work()
    };
    if verified.is_none() {
        tracing::error!(account = %id, provider = provider.name(), "verifying a request broke down; this is a bug");
    }
    verified
}

async fn refuse_unread(intake: &Intake, request: Request, answer: Answer) -> Answer {
    let (parts, body) = request.into_parts();
    body::discard_within(&parts, body, intake.body_time).await;
    answer
}
