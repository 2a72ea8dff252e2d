//! What all APIs have in common: the request log and the faults, in front of the provider's own routes.

use axum::Router;
use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, Method, header};
use jiff::{Timestamp, fmt::rfc2822::DateTimePrinter};

use crate::account::Account;
use crate::seen::{Host, SeenRequest};
use crate::server::HangUp;
use crate::stand_in::Refusal;
use crate::switches::Reach;
use crate::world::{Inner, World};

/// What a route gets: the world, seen from one account.
#[derive(Debug, Clone)]
pub(crate) struct Api {
    pub(crate) world: World,
    pub(crate) account: usize,
}

impl Api {
    /// Reads the world at this moment, unless the request's credentials are refused.
    #[expect(
        clippy::result_large_err,
        reason = "an HTTP answer, made once per refused request"
    )]
    pub(crate) fn read<T>(
        &self,
        admitted: impl FnOnce(&Account) -> bool,
        read: impl FnOnce(&Inner, &Account, Timestamp) -> T,
    ) -> Result<T, Response> {
        let now = self.world.now();
        let inner = self.world.lock();
        let account = &inner.accounts[self.account];
        if account.switches.faults().key_revoked || !admitted(account) {
            return Err(account.provider.refusal(Refusal::Unauthorized));
        }
        Ok(read(&inner, account, now))
    }
}

impl Api {
    /// Changes the account. The caller has looked at the request's credentials.
    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut Account) -> T) -> T {
        change(&mut self.world.lock().accounts[self.account])
    }

    /// Deletes the recording with this id, for ever. False if there is none (any more). The caller has looked
    /// at the request's credentials.
    pub(crate) fn delete_recording(&self, id: &str) -> bool {
        let now = self.world.now();
        let mut inner = self.world.lock();
        let found = inner.calls.iter_mut().find(|call| {
            call.account == self.account
                && call.exists(now)
                && call.recording_id == id
                && call.kept()
                && call
                    .timeline
                    .recording_ready
                    .is_some_and(|ready| now >= ready)
                && !call.recording_deleted
        });
        found.is_some_and(|call| {
            call.recording_deleted = true;
            true
        })
    }
}

/// The account's API.
pub(crate) fn api_router(world: World, account: usize) -> Router {
    let provider = world.lock().accounts[account].provider;
    let api = Api { world, account };
    provider
        .routes()
        .fallback(move || async move { provider.refusal(Refusal::UnknownRoute) })
        .method_not_allowed_fallback(move || async move { provider.refusal(Refusal::UnknownRoute) })
        .layer(from_fn_with_state(api.clone(), with_faults))
        .with_state(api)
}

async fn with_faults(State(api): State<Api>, request: Request, next: Next) -> Response {
    let (account, provider, switches) = {
        let inner = api.world.lock();
        let account = &inner.accounts[api.account];
        (
            account.id.clone(),
            account.provider,
            account.switches.clone(),
        )
    };
    let place = api
        .world
        .see(seen(&request, Some(account), Host::Api, api.world.now()));
    switches.until_answered().await;
    let faults = switches.faults();
    let mut response = match faults.reach {
        Reach::HangsUp => {
            let mut response = Response::new(Body::empty());
            response.extensions_mut().insert(HangUp);
            return response;
        }
        Reach::Unavailable => provider.refusal(Refusal::Unavailable),
        Reach::Up if switches.strikes(|faults| &mut faults.server_errors) => {
            provider.refusal(Refusal::ServerError)
        }
        Reach::Up
            if faults
                .errors_about
                .as_ref()
                .is_some_and(|name| request.uri().path().contains(name)) =>
        {
            provider.refusal(Refusal::ServerError)
        }
        Reach::Up
            if request.method() == Method::DELETE
                && switches.strikes(|faults| &mut faults.deletions_fail) =>
        {
            provider.refusal(Refusal::ServerError)
        }
        Reach::Up if switches.strikes(|faults| &mut faults.too_many_requests) => {
            let mut response = provider.refusal(Refusal::TooMany);
            if let Some(after) = faults.retry_after {
                response
                    .headers_mut()
                    .insert(header::RETRY_AFTER, HeaderValue::from(after.as_secs()));
            }
            response
        }
        Reach::Up if faults.lists_only && asks_for_one(&request) => {
            provider.refusal(Refusal::UnknownRoute)
        }
        Reach::Up => {
            let changes = request.method() == Method::PATCH;
            let response = next.run(request).await;
            if changes && switches.strikes(|faults| &mut faults.silent_changes) {
                // It is done, and nobody hears of it.
                return std::future::pending().await;
            }
            response
        }
    };
    api.world.answered(place, response.status().as_u16());
    // Of the world's clock, as everything else: who asks takes it for the moment of the answer.
    if let Some(date) = http_date(api.world.now()) {
        response.headers_mut().insert(header::DATE, date);
    }
    response.into_response()
}

/// In whole seconds, as HTTP writes it.
fn http_date(at: Timestamp) -> Option<HeaderValue> {
    let text = DateTimePrinter::new().timestamp_to_rfc9110_string(&at);
    HeaderValue::from_str(&text.ok()?).ok()
}

/// Whether the route is that of a single thing, named at the route's end or before something of it.
fn asks_for_one(request: &Request) -> bool {
    let matched = request.extensions().get::<MatchedPath>();
    matched.is_some_and(|route| {
        let route = route.as_str();
        ["{id}", "{sid}"].iter().any(|name| route.contains(name))
            && !route.contains("/connections/")
    })
}

pub(super) fn seen(
    request: &Request,
    account: Option<String>,
    host: Host,
    at: Timestamp,
) -> SeenRequest {
    SeenRequest {
        at,
        account,
        host,
        method: request.method().to_string(),
        path: request.uri().path().into(),
        query: request.uri().query().map(Into::into),
        authorization_present: request.headers().contains_key(header::AUTHORIZATION),
        range: text(request.headers(), header::RANGE).map(Into::into),
        status: None,
    }
}

/// A header's value, if it is text.
pub(crate) fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}
