//! Calls of a Retell account as its webhooks tell them, now: what is on the board happens now, so the
//! events of the other suites, whose calls are of long ago, would not do.

use std::net::SocketAddr;

use anyhow::bail;
use jiff::Timestamp;
use ringback_journeys::{setting::RETELL, signing};
use serde_json::json;

use crate::load::Connection;

/// What happened to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Event {
    Started,
    Ended,
    Analyzed,
}

/// An open connection to the door of the running window.
pub(super) struct Line {
    connection: Connection,
    key: String,
}

impl Line {
    pub(super) async fn open(door: SocketAddr, key: &str) -> anyhow::Result<Self> {
        Ok(Self {
            connection: Connection::open(door).await?,
            key: key.to_owned(),
        })
    }

    /// Posts an event of this call and gives the moment before its first byte left, in ms since
    /// 1970. Any other answer than `accepted` is an error.
    pub(super) async fn post(&mut self, event: Event, call: &str) -> anyhow::Result<f64> {
        let body = body(event, call, now());
        let signature = signing::retell(&self.key, &body, now());
        let mut request = format!(
            "POST /webhooks/{RETELL} HTTP/1.1\r\n\
             host: 127.0.0.1\r\n\
             content-type: application/json\r\n\
             content-length: {}\r\n\
             x-retell-signature: {signature}\r\n\r\n",
            body.len()
        )
        .into_bytes();
        request.extend_from_slice(&body);

        let sent_at = now_ms();
        let answer = self.connection.exchange(&request).await?;
        let told: serde_json::Value = serde_json::from_slice(answer.body)?;
        if answer.status != 200 || told["status"] != "accepted" {
            bail!("an event was answered {} {told}", answer.status);
        }
        Ok(sent_at)
    }
}

fn body(event: Event, call: &str, at: Timestamp) -> Vec<u8> {
    const LASTED_MS: i64 = 3_000;
    let at = at.as_millisecond();
    let mut told = json!({
        "call_id": call,
        "call_type": "phone_call",
        "agent_id": "agent_1",
        "agent_name": "Desk",
        "agent_version": 3,
        "direction": "inbound",
        "from_number": "+15550100123",
        "to_number": "+15550199000",
        "metadata": {},
    });
    let name = match event {
        Event::Started => {
            told["call_status"] = json!("ongoing");
            told["start_timestamp"] = json!(at);
            "call_started"
        }
        Event::Ended | Event::Analyzed => {
            told["call_status"] = json!("ended");
            told["start_timestamp"] = json!(at - LASTED_MS);
            told["end_timestamp"] = json!(at);
            told["duration_ms"] = json!(LASTED_MS);
            told["disconnection_reason"] = json!("user_hangup");
            told["transcript"] = json!("Agent: Hello, front desk. \nUser: Wrong number, sorry. \n");
            "call_ended"
        }
    };
    let name = if event == Event::Analyzed {
        told["call_analysis"] = json!({
            "call_summary": "The caller had dialled a wrong number.",
            "user_sentiment": "Neutral",
            "call_successful": true,
            "in_voicemail": false,
            "custom_analysis_data": {},
        });
        "call_analyzed"
    } else {
        name
    };
    json!({ "event": name, "call": told })
        .to_string()
        .into_bytes()
}

/// The machine's clock, which the page reads too.
pub(super) fn now_ms() -> f64 {
    now().as_nanosecond() as f64 / 1e6
}

/// The same as a time.
#[expect(
    clippy::disallowed_methods,
    reason = "the door and the page compare with the machine's clock"
)]
pub(super) fn now() -> Timestamp {
    Timestamp::now()
}
