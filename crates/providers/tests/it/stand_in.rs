//! A provider's API on this machine that answers what a test tells it to and remembers what it was
//! asked.

use std::{
    collections::{HashMap, VecDeque},
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, Method, Response, StatusCode, Uri},
};
use futures_util::{StreamExt, stream};
use serde_json::Value;
use tokio::net::TcpListener;
use url::Url;

/// What was asked.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .get(name)
            .map(|value| value.to_str().expect("text"))
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }
}

/// What to answer.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Bytes,
    /// Hang up after the body although more was promised.
    cut: bool,
    /// Send the body that many times.
    times: usize,
}

pub(crate) fn status(status: u16) -> Reply {
    Reply {
        status,
        headers: Vec::new(),
        body: Bytes::new(),
        cut: false,
        times: 1,
    }
}

pub(crate) fn bytes(body: impl Into<Bytes>) -> Reply {
    Reply {
        body: body.into(),
        ..status(200)
    }
}

pub(crate) fn json(body: &Value) -> Reply {
    bytes(body.to_string()).with("content-type", "application/json")
}

pub(crate) fn redirect(to: impl Into<String>) -> Reply {
    status(307).with("location", to)
}

impl Reply {
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(crate) fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    pub(crate) fn cut(mut self) -> Self {
        self.cut = true;
        self
    }

    pub(crate) fn times(mut self, times: usize) -> Self {
        self.times = times;
        self
    }

    fn response(self) -> Response<Body> {
        let mut response = Response::builder().status(self.status);
        for (name, value) in &self.headers {
            response = response.header(*name, value);
        }
        let body = if self.cut {
            response = response.header("content-length", self.body.len() + 1_000);
            // What was sent so far goes out when the body makes the server wait.
            let broken = stream::once(async {
                tokio::task::yield_now().await;
                Err(std::io::Error::other("hangs up"))
            });
            let sent = stream::once(async { Ok(self.body) });
            Body::from_stream(sent.chain(broken))
        } else if self.times > 1 {
            let chunk = self.body;
            let chunks = std::iter::repeat_n(chunk, self.times).map(Ok::<_, std::io::Error>);
            Body::from_stream(stream::iter(chunks))
        } else {
            Body::from(self.body)
        };
        response.body(body).expect("a response")
    }
}

#[derive(Default)]
struct Script {
    replies: HashMap<String, VecDeque<Reply>>,
    seen: Vec<Seen>,
}

/// The stand-in. Ends with the test's runtime.
pub(crate) struct StandIn {
    address: SocketAddr,
    script: Arc<Mutex<Script>>,
}

impl StandIn {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let script = Arc::new(Mutex::new(Script::default()));
        let router = Router::new().fallback(answer).with_state(script.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, script }
    }

    /// What to answer at a path, in turn; the last answer stays. Other paths get 418.
    pub(crate) fn on(&self, path: &str, replies: impl IntoIterator<Item = Reply>) -> &Self {
        let replies = replies.into_iter().collect();
        self.script
            .lock()
            .expect("no panic")
            .replies
            .insert(path.to_owned(), replies);
        self
    }

    pub(crate) fn url(&self, path: &str) -> Url {
        Url::parse(&format!("http://{}{path}", self.address)).expect("a URL")
    }

    pub(crate) fn host_and_port(&self) -> String {
        self.address.to_string()
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.script.lock().expect("no panic").seen.clone()
    }

    /// What was asked, as "GET /path?query".
    pub(crate) fn asked(&self) -> Vec<String> {
        let line = |seen: Seen| {
            let query = if seen.query.is_empty() {
                String::new()
            } else {
                format!("?{}", seen.query)
            };
            format!("{} {}{query}", seen.method, seen.path)
        };
        self.seen().into_iter().map(line).collect()
    }
}

async fn answer(
    State(script): State<Arc<Mutex<Script>>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let mut script = script.lock().expect("no panic");
    script.seen.push(Seen {
        method,
        path: uri.path().to_owned(),
        query: uri.query().unwrap_or_default().to_owned(),
        headers,
        body,
    });
    let reply = match script.replies.get_mut(uri.path()) {
        Some(replies) if replies.len() > 1 => replies.pop_front(),
        Some(replies) => replies.front().cloned(),
        None => None,
    };
    reply
        .unwrap_or(status(StatusCode::IM_A_TEAPOT.as_u16()))
        .response()
}
