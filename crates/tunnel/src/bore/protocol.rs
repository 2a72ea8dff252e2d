//! The messages of bore: JSON, each ended by a zero byte, at most 256 bytes long
//! (`src/shared.rs` and `src/auth.rs` of bore 0.6.0, read 2026-11-21).

use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
    time::timeout,
};

use crate::{Reason, ReasonCode, redact::redact};

/// The longest message, in bytes.
const LONGEST: usize = 256;

/// How long an answer may take.
const ANSWER_TIME: Duration = Duration::from_secs(5);

/// What we say.
#[derive(Debug)]
pub(super) enum Ask {
    /// The answer to a challenge, as hex.
    Authenticate(String),
    /// Which port we want.
    Hello(u16),
    /// This connection is for the one with that id.
    Accept(String),
}

/// What the server says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Tell {
    /// Prove that you know the secret.
    Challenge(String),
    /// This port is yours.
    Hello(u16),
    /// I am here.
    Heartbeat,
    /// Somebody came; fetch them under this id.
    Connection(String),
    /// No.
    Error(String),
}

/// The other side of one connection.
pub(super) struct Peer {
    host: String,
    stream: BufReader<TcpStream>,
    /// What was heard of a message that is not whole. Kept here, so that hearing can be dropped.
    heard: Vec<u8>,
}

impl Peer {
    pub(super) fn new(host: &str, stream: TcpStream) -> Self {
        Self {
            host: host.to_owned(),
            stream: BufReader::new(stream),
            heard: Vec::new(),
        }
    }

    /// What follows the messages is the visitor's own bytes.
    pub(super) fn into_stream(self) -> BufReader<TcpStream> {
        self.stream
    }

    pub(super) async fn say(&mut self, ask: &Ask) -> Result<(), Reason> {
        let value = match ask {
            Ask::Authenticate(tag) => json!({ "Authenticate": tag }),
            Ask::Hello(port) => json!({ "Hello": port }),
            Ask::Accept(id) => json!({ "Accept": id }),
        };
        let mut bytes = value.to_string().into_bytes();
        bytes.push(0);
        match timeout(ANSWER_TIME, self.stream.write_all(&bytes)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(self.closed()),
        }
    }

    /// The next message. Can be dropped and asked again.
    pub(super) async fn hear(&mut self) -> Result<Tell, Reason> {
        loop {
            match self.stream.read_u8().await {
                Ok(0) => {
                    let bytes = std::mem::take(&mut self.heard);
                    return read(&bytes).ok_or_else(|| self.unexpected());
                }
                Ok(byte) if self.heard.len() < LONGEST => self.heard.push(byte),
                Ok(_) => return Err(self.unexpected()),
                Err(_) => return Err(self.closed()),
            }
        }
    }

    pub(super) async fn hear_soon(&mut self) -> Result<Tell, Reason> {
        match timeout(ANSWER_TIME, self.hear()).await {
            Ok(heard) => heard,
            Err(_) => Err(Reason::new(
                ReasonCode::Protocol,
                format!("{} does not answer as a bore server does", self.host),
            )),
        }
    }

    /// Proves that we know the secret.
    pub(super) async fn prove(&mut self, secret: &str) -> Result<(), Reason> {
        match self.hear_soon().await {
            Ok(Tell::Challenge(challenge)) => {
                let tag = answer(secret, &challenge).ok_or_else(|| self.unexpected())?;
                self.say(&Ask::Authenticate(tag)).await
            }
            _ => Err(Reason::new(
                ReasonCode::Refused,
                format!(
                    "{} does not ask for the secret that is set here: it was started without one, or it is no bore server",
                    self.host
                ),
            )),
        }
    }

    /// The server's own words for why not.
    pub(super) fn complaint(&self, text: &str) -> Reason {
        let code = if text.contains("secret") {
            ReasonCode::Refused
        } else {
            ReasonCode::ForwardRefused
        };
        Reason::new(code, format!("{} says: {}", self.host, redact(text, &[])))
    }

    pub(super) fn unexpected(&self) -> Reason {
        Reason::new(
            ReasonCode::Protocol,
            format!("{} does not speak as a bore server does", self.host),
        )
    }

    fn closed(&self) -> Reason {
        Reason::new(
            ReasonCode::LinkClosed,
            format!("the connection to {} broke off", self.host),
        )
    }
}

fn read(bytes: &[u8]) -> Option<Tell> {
    let value: Value = serde_json::from_slice(bytes).ok()?;
    if value == "Heartbeat" {
        return Some(Tell::Heartbeat);
    }
    let (kind, value) = value.as_object()?.iter().next()?;
    let text = || value.as_str().map(str::to_owned);
    Some(match kind.as_str() {
        "Hello" => Tell::Hello(u16::try_from(value.as_u64()?).ok()?),
        "Challenge" => Tell::Challenge(text()?),
        "Connection" => Tell::Connection(text()?),
        "Error" => Tell::Error(text()?),
        _ => return None,
    })
}

/// The challenge is a UUID; what is signed are its sixteen bytes, with the hash of the secret as key.
fn answer(secret: &str, challenge: &str) -> Option<String> {
    let bytes = hex::decode(challenge.replace('-', "")).ok()?;
    let key = Sha256::digest(secret.as_bytes());
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).ok()?;
    mac.update(&bytes);
    Some(hex::encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_message_is_read_and_nonsense_is_none() {
        for (text, wanted) in [
            (r#""Heartbeat""#, Tell::Heartbeat),
            (r#"{"Hello":4711}"#, Tell::Hello(4711)),
            (r#"{"Connection":"a-b"}"#, Tell::Connection("a-b".into())),
            (r#"{"Error":"no"}"#, Tell::Error("no".into())),
        ] {
            assert_eq!(read(text.as_bytes()), Some(wanted), "{text}");
        }
        for text in ["", "{}", r#"{"Hello":70000}"#, r#""Goodbye""#, "[1]"] {
            assert_eq!(read(text.as_bytes()), None, "{text}");
        }
    }
}
