//! What all APIs have in common: the request log and the faults, in front of the provider's own routes.

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, header};
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
        Reach::Up if switches.strikes(|faults| &mut faults.too_many_requests) => {
            let mut response = provider.refusal(Refusal::TooMany);
            if let Some(after) = faults.retry_after {
                response
                    .headers_mut()
                    .insert(header::RETRY_AFTER, HeaderValue::from(after.as_secs()));
            }
            response
        }
        Reach::Up => next.run(request).await,
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
