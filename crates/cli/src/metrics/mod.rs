//! Figures for a monitoring system: one page of text over HTTP, made anew each time somebody asks.

mod page;

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use prometheus_client::{encoding::text, registry::Registry};
use ringback_api::{ErrorCode, ErrorJson};
use ringback_engine::Engine;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use page::Page;

/// The format, as `OpenMetrics` 1.0 names it; Prometheus reads it since its version 2.5.
const FORMAT: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Where figures are given: what was typed comes before what is configured.
pub(crate) fn address(
    typed: Option<SocketAddr>,
    configured: Option<SocketAddr>,
) -> Result<Option<SocketAddr>, ErrorJson> {
    match typed {
        Some(address) if !address.ip().is_loopback() => Err(ErrorJson::new(
            ErrorCode::BadRequest,
            format!("--metrics {address} can be reached from other machines"),
        )
        .hint(
            "If that is meant, write it in config.toml: [metrics] with listen and public = true.",
        )),
        Some(address) => Ok(Some(address)),
        None => Ok(configured),
    }
}

/// The page while it is served. Dropping it ends that.
#[derive(Debug)]
pub(crate) struct Serving {
    stop: CancellationToken,
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

#[derive(Clone)]
struct Shown {
    registry: Arc<Registry>,
    is_local: bool,
}

/// Serves the page on `address`.
pub(crate) async fn serve(engine: Engine, address: SocketAddr) -> Result<Serving, ErrorJson> {
    let listener = TcpListener::bind(address).await.map_err(|error| {
        ErrorJson::new(
            ErrorCode::NotNow,
            format!("the metrics cannot be served on {address}: {error}"),
        )
        .hint("End the other program or choose another port.")
    })?;
    let bound = listener.local_addr().unwrap_or(address);
    let mut registry = Registry::with_prefix("ringback");
    registry.register_collector(Box::new(Page::new(engine)));
    let shown = Shown {
        registry: Arc::new(registry),
        is_local: bound.ip().is_loopback(),
    };
    let routes = Router::new()
        .route("/metrics", get(metrics))
        .with_state(shown);
    let stop = CancellationToken::new();
    let stopped = stop.clone();
    tokio::spawn(async move {
        let served =
            axum::serve(listener, routes).with_graceful_shutdown(stopped.cancelled_owned());
        if let Err(error) = served.await {
            tracing::error!(%error, "the metrics are not served any more");
        }
    });
    tracing::info!(address = %bound, "metrics are served");
    Ok(Serving { stop })
}

async fn metrics(State(shown): State<Shown>, headers: HeaderMap) -> Response {
    if shown.is_local && !is_from_here(&headers) {
        return StatusCode::FORBIDDEN.into_response();
    }
    let registry = shown.registry;
    // Reading the figures waits for the disk.
    let written = tokio::task::spawn_blocking(move || {
        let mut text = String::new();
        text::encode(&mut text, &registry).map(|()| text)
    });
    match written.await {
        Ok(Ok(text)) => ([(header::CONTENT_TYPE, FORMAT)], text).into_response(),
        _ => {
            tracing::warn!("the metrics cannot be read now");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

/// A page on the internet may have its own name lead to this machine. Its browser then names that
/// name, and gets nothing.
fn is_from_here(headers: &HeaderMap) -> bool {
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    host.is_some_and(|host| {
        let name = host.rsplit_once(':').map_or(host, |(name, port)| {
            if port.bytes().all(|byte| byte.is_ascii_digit()) {
                name
            } else {
                host
            }
        });
        let name = name.trim_start_matches('[').trim_end_matches(']');
        name == "localhost" || name.parse::<std::net::IpAddr>().is_ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typed_address_is_of_this_machine_or_refused() {
        let local: SocketAddr = "127.0.0.1:9480".parse().expect("an address");
        let open: SocketAddr = "0.0.0.0:9480".parse().expect("an address");
        assert_eq!(address(Some(local), Some(open)).expect("fits"), Some(local));
        assert_eq!(address(None, Some(open)).expect("fits"), Some(open));
        assert_eq!(address(None, None).expect("fits"), None);
        let refused = address(Some(open), None).expect_err("everybody could look");
        assert_eq!(refused.code, ErrorCode::BadRequest);
    }

    #[test]
    fn a_name_of_the_internet_that_leads_here_gets_nothing() {
        let asks = |host: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, host.parse().expect("a header"));
            is_from_here(&headers)
        };
        assert!(asks("127.0.0.1:9480") && asks("localhost:9480") && asks("[::1]:9480"));
        assert!(!asks("rebound.example:9480") && !asks("localhost.example"));
        assert!(!is_from_here(&HeaderMap::new()));
    }
}
