//! Providers whose customers do harm: markup that wants to become part of the page, in every text
//! that a webhook or an answer of an API can carry, and in the names of fields besides.
//!
//! Words by which a document is understood (kinds, states, ids, times, links) stay as they are, or
//! nothing of it would ever be shown; the journeys put markup into those one by one.

use std::net::SocketAddr;

use bytes::Bytes;
use http::{Request, Response, header};
use http_body_util::{BodyExt, Full};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use reqwest::Client;
use ringback_simulator::{Delivery, World};
use serde_json::{Map, Value};
use tokio::net::TcpListener;

use crate::edited;

/// Stands in every poisoned text, so that a test can see that it was shown.
pub const MARK: &str = "HARM";

/// What runs a script, opens a dialog, asks another host or changes the page, if it is taken for
/// markup, a link, a style or a template. Each contains [`MARK`].
pub const POISONS: [&str; 12] = [
    r#"HARM<img src=x onerror="window.harmed='img'">"#,
    r#"HARM"><script>window.harmed='script';alert(1)</script>"#,
    r#"HARM<svg/onload="window.harmed='svg'"><style>*{display:none}</style>"#,
    r#"HARM<iframe srcdoc="<script>parent.harmed='iframe'</script>"></iframe>"#,
    r#"HARM' onmouseover='window.harmed=1' autofocus onfocus='window.harmed=2' x='"#,
    "HARM<a href=\"javascript:window.harmed='link'\">click</a>",
    "javascript:window.harmed='scheme'//HARM",
    "HARM<link rel=stylesheet href=https://evil.example/x.css><base href=https://evil.example/>",
    "HARM<meta http-equiv=refresh content=\"0;url=https://evil.example/\">",
    "HARM{{constructor.constructor('window.harmed=3')()}}${window.harmed=4}{@html '<b id=harmed>'}",
    "HARM<math><mtext></table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=x onerror=window.harmed=5&gt;\">",
    "HARM\u{202e}\u{0}<b id=harmed>\u{2028}</title></textarea>--><b id=harmed>",
];

/// The poison with this number, beginning anew after the last.
pub fn poison(number: usize) -> &'static str {
    POISONS[number % POISONS.len()]
}

/// The same webhook with markup in every text, signed as the provider signs.
pub fn poisoned(world: &World, webhook: &Delivery) -> Delivery {
    if serde_json::from_slice::<Value>(&webhook.body).is_ok() {
        return edited::changed(world, webhook, poison_json);
    }
    let form = String::from_utf8_lossy(&webhook.body).into_owned();
    let mut more = form_urlencoded::Serializer::new(form);
    for (number, name) in ["CallerName", "FromCity", "ForwardedFrom", POISONS[0]]
        .into_iter()
        .enumerate()
    {
        more.append_pair(name, poison(number));
    }
    edited::form_instead(world, webhook, &more.finish())
}

/// Puts markup into every text of a document, and a field with such a name into every object.
pub fn poison_json(value: &mut Value) {
    let mut number = 0;
    poison_below(value, "", &mut number);
}

fn poison_below(value: &mut Value, name: &str, number: &mut usize) {
    match value {
        Value::String(text) => {
            if is_for_people(name, text) {
                *text = format!("{} {text}", poison(*number));
                *number += 1;
            }
        }
        Value::Array(all) => {
            for one in all {
                poison_below(one, name, number);
            }
        }
        Value::Object(fields) => {
            for (name, field) in fields.iter_mut() {
                poison_below(field, name, number);
            }
            poison_names(fields, *number);
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn poison_names(fields: &mut Map<String, Value>, number: usize) {
    fields.insert(poison(number).to_owned(), poison(number + 1).into());
}

/// Whether a person reads this text, as far as a name and a text can tell.
fn is_for_people(name: &str, text: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let is_place = text.starts_with("http") || text.starts_with('/');
    let is_measure = text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c));
    let is_word = text
        .bytes()
        .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_-.:".contains(&b));
    let is_told = [
        "name",
        "word",
        "text",
        "content",
        "transcript",
        "summary",
        "title",
        "email",
        "sentiment",
        "message",
    ]
    .iter()
    .any(|told| name.contains(told));
    let is_id = name.ends_with("id") || name.ends_with("sid");
    !text.is_empty() && !is_place && !is_id && (is_told || !is_measure && !is_word)
}

/// A provider's API that answers as the stand-in behind it does, with markup in every text. Ends
/// with the test's runtime.
#[derive(Clone, Copy, Debug)]
pub struct Poisoner {
    address: SocketAddr,
}

impl Poisoner {
    /// In front of the stand-ins at `behind`.
    ///
    /// # Panics
    /// When there is no free port.
    pub async fn before(behind: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it has an address");
        let client = Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .expect("a client");
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let client = client.clone();
                let answers = service_fn(move |request| {
                    let client = client.clone();
                    async move { answer(&client, behind, address, request).await }
                });
                // Who hangs up in the middle gets no answer, as everywhere.
                tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), answers));
            }
        });
        Self { address }
    }

    /// Where it is.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

async fn answer(
    client: &Client,
    behind: SocketAddr,
    here: SocketAddr,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Box<dyn std::error::Error + Send + Sync>> {
    let (head, body) = request.into_parts();
    let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
    let mut asked = client
        .request(head.method, format!("http://{behind}{path}"))
        .body(body.collect().await?.to_bytes());
    for (name, value) in &head.headers {
        if name != header::HOST && name != header::CONTENT_LENGTH {
            asked = asked.header(name, value);
        }
    }
    let told = asked.send().await?;
    let mut response = Response::builder().status(told.status());
    for (name, value) in told.headers() {
        if name != header::CONTENT_LENGTH && name != header::TRANSFER_ENCODING {
            response = response.header(name, value);
        }
    }
    let bytes = told.bytes().await?;
    let body = match serde_json::from_slice::<Value>(&bytes) {
        Ok(mut document) if !document.is_number() => {
            poison_json(&mut document);
            // Links to the stand-ins lead here as well.
            let text = document.to_string();
            text.replace(&behind.to_string(), &here.to_string()).into()
        }
        _ => bytes,
    };
    Ok(response.body(Full::new(body))?)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_people_read_is_poisoned_and_what_programs_read_is_not() {
        let mut document = json!({
            "call_id": "call_1", "event": "call_ended", "start": "2026-03-01T10:00:00Z",
            "url": "https://cdn.example/a.wav", "agent_name": "desk",
            "turns": [{"role": "agent", "content": "hi"}], "cost": "-0.5",
        });
        poison_json(&mut document);
        assert_eq!(document["call_id"], "call_1");
        assert_eq!(document["event"], "call_ended");
        assert_eq!(document["start"], "2026-03-01T10:00:00Z");
        assert_eq!(document["url"], "https://cdn.example/a.wav");
        assert_eq!(document["cost"], "-0.5");
        assert_eq!(document["turns"][0]["role"], "agent");
        for place in ["/agent_name", "/turns/0/content"] {
            let text = document.pointer(place).and_then(Value::as_str);
            assert!(text.is_some_and(|text| text.contains(MARK)), "{place}");
        }
        let fields = document.as_object().expect("an object");
        assert!(fields.keys().any(|name| name.contains(MARK)));
    }

    #[test]
    fn every_poison_can_be_recognised() {
        assert!(POISONS.iter().all(|poison| poison.contains(MARK)));
    }
}
