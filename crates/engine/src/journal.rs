//! The door's journal: verified events into the store, refused requests into its ring.

use std::sync::Arc;

use async_trait::async_trait;
use http::HeaderMap;
use ringback_intake::{Appended, Journal, JournalDown};
use ringback_model::{AccountId, Clock, ProviderCallId, Source};
use ringback_providers::{Account, Document, RawRequest, Refusal, Standing, VerifiedEvent};
use ringback_store::{self as store, IfKnown, NewEvent, Request, Store, StoreError};
use tokio::sync::oneshot;

use crate::{
    accounts::Accounts, apply::Applier, hint::Hint, jobs, meters::Entered, writable::Writable,
};

/// Headers that are kept with an event: what is needed to understand or verify it again. Everything
/// else is left out, above all what lets somebody in.
const KEPT_HEADERS: [&str; 13] = [
    "content-type",
    "user-agent",
    "x-retell-signature",
    "x-twilio-signature",
    "i-twilio-idempotency-token",
    "telnyx-signature-ed25519",
    "telnyx-timestamp",
    "webhook-id",
    "webhook-timestamp",
    "webhook-signature",
    "svix-id",
    "svix-timestamp",
    "svix-signature",
];

/// Of a refused body this much is looked at to find out which call it might be about.
const REFUSED_LOOK: usize = 64 * 1024;

/// A hint from this size on, in bytes, is read on a thread of its own, so that small ones do not wait.
const LARGE: usize = 256 << 10;

/// Writes for the door.
pub(crate) struct DoorJournal {
    store: Arc<Store>,
    accounts: Accounts,
    applier: Applier,
    writable: Arc<Writable>,
}

impl DoorJournal {
    pub(crate) fn new(
        store: Arc<Store>,
        accounts: Accounts,
        applier: Applier,
        clock: Clock,
    ) -> Self {
        Self {
            store,
            accounts,
            applier,
            writable: Writable::new(clock),
        }
    }
}

#[async_trait]
impl Journal for DoorJournal {
    async fn append(
        &self,
        account: &Account,
        event: VerifiedEvent,
    ) -> Result<Appended, JournalDown> {
        let event = match event.standing {
            Standing::Signed => entry(account, event),
            Standing::Hint => self.hint(account, event).await?,
        };
        let (answer, answered) = oneshot::channel();
        self.store.append_async(event, move |result| {
            // The sender may have hung up; the event is kept all the same.
            let _ = answer.send(result);
        });
        let result = answered
            .await
            .map_err(|_| JournalDown("the program is ending".into()))?;
        self.writable.heard(&result);
        let count = |what| self.applier.meters.entered(&account.id, what);
        match result {
            Ok(store::Appended::New { .. }) => {
                self.applier.wake();
                count(Entered::Accepted);
                Ok(Appended::New)
            }
            Ok(store::Appended::Duplicate { .. }) => {
                count(Entered::Duplicate);
                Ok(Appended::Duplicate)
            }
            Err(error) => {
                count(Entered::NotWritten);
                Err(down(&error))
            }
        }
    }

    fn refuse(&self, account: &AccountId, request: &RawRequest, refusal: Refusal) {
        let rejected = Entered::Rejected(refusal.code());
        self.applier.meters.entered(account, rejected);
        let noted = store::Refusal {
            account: account.clone(),
            at: request.received_at,
            reason: refusal.code().to_owned(),
            path_and_query: None,
            headers: kept(&request.headers),
            body: request.body.to_vec(),
            body_bytes: request.body.len() as u64,
        };
        self.store.refuse(noted, self.named(account, request));
    }

    async fn is_writable(&self) -> bool {
        self.writable.now(&self.store).await
    }
}

impl DoorJournal {
    /// What is kept of an event that nobody vouches for.
    async fn hint(&self, account: &Account, event: VerifiedEvent) -> Result<NewEvent, JournalDown> {
        let Some(party) = self.accounts.get(account.id.as_str()) else {
            return Err(JournalDown("its account was just taken out".into()));
        };
        let is_large = event.request.body.len() >= LARGE;
        let read = move || {
            let document = document(&event.kind, &event.request);
            let hint = Hint::of(party.provider(), party.account(), document);
            hint.entry(party.account(), &event)
        };
        if is_large {
            let read = tokio::task::spawn_blocking(read).await;
            return read.map_err(|_| JournalDown("the program is ending".into()));
        }
        Ok(read())
    }

    /// A refused webhook may have been a real one (a rotated key, a wrong clock). If it speaks of a
    /// call that is known here, the provider itself is asked about that call a little later. A
    /// stranger can bring about one such question per known call, and no more.
    fn named(&self, account: &AccountId, request: &RawRequest) -> Vec<IfKnown> {
        let Some(party) = self.accounts.get(account.as_str()) else {
            return Vec::new();
        };
        if request.body.len() > REFUSED_LOOK || !party.provider().has_api() {
            return Vec::new();
        }
        let document = document("refused", request);
        let Ok(understood) = party.provider().understand(party.account(), document) else {
            return Vec::new();
        };
        let if_known = |call: &ProviderCallId| IfKnown {
            call: call.clone(),
            job: jobs::resync_after_failed_webhook(account, call, request.received_at),
        };
        understood.calls().into_iter().map(if_known).collect()
    }
}

/// A request as the provider's code takes it.
fn document<'a>(kind: &'a str, request: &'a RawRequest) -> Document<'a> {
    Document {
        source: Source::Webhook,
        kind,
        query: request.query.as_deref(),
        content_type: header(&request.headers, "content-type"),
        body: &request.body,
        at: request.received_at,
    }
}

/// What is kept of an event that its provider signed: all of it.
fn entry(account: &Account, event: VerifiedEvent) -> NewEvent {
    let VerifiedEvent {
        request, kind, key, ..
    } = event;
    NewEvent {
        account: account.id.clone(),
        provider: account.provider.to_owned(),
        source: Source::Webhook,
        kind: Some(kind),
        key,
        received_at: request.received_at,
        as_of: None,
        request: Request {
            method: Some(request.method.to_string()),
            path_and_query: request.query.as_ref().map(|query| format!("?{query}")),
            content_type: header(&request.headers, "content-type").map(str::to_owned),
            headers: kept(&request.headers),
        },
        standing: store::Standing::Signed,
        body: request.body.to_vec(),
    }
}

fn kept(headers: &HeaderMap) -> Vec<(String, String)> {
    KEPT_HEADERS
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), header(headers, name)?.to_owned())))
        .collect()
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn down(error: &StoreError) -> JournalDown {
    JournalDown(error.to_string())
}
