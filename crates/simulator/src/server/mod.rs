//! The stand-ins on real sockets: one listener per account's API, one for the storage.
//!
//! Separate ports because an origin matters here: Twilio's paging links are relative to the host, and credentials must
//! not follow a redirect from the API to the storage.

mod answer;
mod api;
mod storage;

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use http::{Request, Response};
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tower::ServiceExt;

pub(crate) use answer::json;
pub(crate) use api::{Api, api_router, text};
pub(crate) use storage::storage_router;

/// Sent as an extension of a response that must never be sent: the connection is closed instead.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HangUp;

/// Reserves the next listener: the given address, counting the port up from it unless it is 0.
pub(crate) async fn bind(first: SocketAddr, offset: u16) -> std::io::Result<TcpListener> {
    let mut address = first;
    if first.port() != 0 {
        let port = first.port().checked_add(offset).ok_or_else(|| {
            std::io::Error::new(
                std::io::ErrorKind::InvalidInput,
                "the listen port leaves no room for all accounts",
            )
        })?;
        address.set_port(port);
    }
    TcpListener::bind(address).await
}

/// Serves until dropped.
pub(crate) async fn serve(listener: TcpListener, router: Router) {
    let mut connections = JoinSet::new();
    loop {
        let stream = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                // Out of file handles, most likely; a moment later some are free again.
                Err(_) => { tokio::time::sleep(Duration::from_millis(50)).await; continue }
            },
            Some(_) = connections.join_next() => continue,
        };
        // Without this each answer waits for the client's delayed acknowledgement.
        let _ = stream.set_nodelay(true);
        let router = router.clone();
        connections.spawn(async move {
            let service = service_fn(move |request| respond(router.clone(), request));
            // An aborted transfer or a client that went away ends here; both are daily business.
            let _ = hyper::server::conn::http1::Builder::new()
                .timer(TokioTimer::new())
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

async fn respond(
    router: Router,
    request: Request<hyper::body::Incoming>,
) -> Result<Response<Body>, HungUp> {
    let response = match router.oneshot(request.map(Body::new)).await {
        Ok(response) => response,
        Err(never) => match never {},
    };
    if response.extensions().get::<HangUp>().is_some() {
        Err(HungUp)
    } else {
        Ok(response)
    }
}

#[derive(Debug, thiserror::Error)]
#[error("the stand-in closed the connection on purpose")]
struct HungUp;
