//! What Twilio's forms and JSON look like. Nothing of these shapes leaves this folder.
//!
//! A callback and the API tell the same things under other names (`CallSid`, `sid`), so both are
//! read into [`LegNews`] and [`RecordingNews`].

use std::str::FromStr;

use jiff::{Timestamp, fmt::rfc2822};
use rust_decimal::Decimal;
use serde_json::value::RawValue;
use url::Url;

use crate::{Misunderstood, TEST_KIND, fingerprint, form::Params, json};

/// The parameter by which a test event of our own is recognised.
pub(super) const TEST_PARAMETER: &str = "RingbackEvent";

/// Twilio has no word for the kind of a callback; its status is what tells callbacks apart.
pub(super) fn kind(params: &Params) -> String {
    if params.get(TEST_PARAMETER) == Some(TEST_KIND) {
        return TEST_KIND.into();
    }
    match (params.get("RecordingStatus"), params.get("CallStatus")) {
        (Some(status), _) => format!("recording.{}", fingerprint::label(status)),
        (None, Some(status)) => format!("call.{}", fingerprint::label(status)),
        (None, None) => "unknown".into(),
    }
}

/// What is told of one leg.
#[derive(Clone, Debug, Default)]
pub(super) struct LegNews {
    pub(super) sid: String,
    pub(super) parent_sid: Option<String>,
    pub(super) status: Option<String>,
    pub(super) direction: Option<String>,
    pub(super) from: Option<String>,
    pub(super) to: Option<String>,
    pub(super) start_time: Option<Timestamp>,
    pub(super) end_time: Option<Timestamp>,
    /// Whole seconds.
    pub(super) duration: Option<u64>,
    /// As Twilio writes it: negative for what has to be paid.
    pub(super) price: Option<Decimal>,
    pub(super) price_unit: Option<String>,
    pub(super) answered_by: Option<String>,
    /// Of callbacks: when it happened.
    pub(super) timestamp: Option<Timestamp>,
    /// Of callbacks: its place in the order of the leg's callbacks, from 0.
    pub(super) sequence_number: Option<u64>,
}

impl LegNews {
    /// From a status callback.
    pub(super) fn of_callback(params: &Params) -> Option<Self> {
        Some(Self {
            sid: params.text("CallSid")?,
            parent_sid: params.text("ParentCallSid"),
            status: params.text("CallStatus"),
            direction: params.text("Direction"),
            from: params.text("From"),
            to: params.text("To"),
            // `Duration` is minutes, rounded up; only `CallDuration` is the length.
            duration: params.get("CallDuration").and_then(whole),
            answered_by: params.text("AnsweredBy"),
            timestamp: params.get("Timestamp").and_then(moment),
            sequence_number: params.get("SequenceNumber").and_then(whole),
            ..Self::default()
        })
    }

    /// From the API.
    pub(super) fn of_json(object: &json::Object<'_>) -> Result<Self, Misunderstood> {
        let scalar = |name: &str| object.raw(name).and_then(json::scalar_text);
        let time = |name: &str| scalar(name).as_deref().and_then(moment);
        Ok(Self {
            sid: object
                .text("sid")
                .ok_or_else(|| object.lacks("sid", "is missing or no text"))?,
            parent_sid: object.text("parent_call_sid"),
            status: object.text("status"),
            direction: object.text("direction"),
            from: object.text("from"),
            to: object.text("to"),
            start_time: time("start_time"),
            end_time: time("end_time"),
            duration: scalar("duration").as_deref().and_then(whole),
            price: scalar("price").as_deref().and_then(decimal),
            price_unit: object.text("price_unit"),
            answered_by: object.text("answered_by"),
            ..Self::default()
        })
    }

    /// The id of the conversation: that of the root leg.
    pub(super) fn conversation(&self) -> &str {
        self.parent_sid.as_deref().unwrap_or(&self.sid)
    }
}

/// What is told of one recording.
#[derive(Clone, Debug, Default)]
pub(super) struct RecordingNews {
    pub(super) sid: String,
    /// The root leg that was recorded; a conference where nothing else is told.
    pub(super) conversation: String,
    pub(super) status: Option<String>,
    pub(super) channels: Option<u16>,
    /// Whole seconds.
    pub(super) duration: Option<u64>,
    pub(super) start_time: Option<Timestamp>,
    pub(super) error_code: Option<u64>,
    pub(super) is_encrypted: bool,
    /// Where the sound is said to be.
    pub(super) media_url: Option<Url>,
}

impl RecordingNews {
    /// From a recording callback, or from a status callback that tells of a recording too.
    pub(super) fn of_callback(params: &Params) -> Option<Self> {
        let root = ["ParentCallSid", "CallSid", "ConferenceSid"];
        Some(Self {
            sid: params.text("RecordingSid")?,
            conversation: root.iter().find_map(|name| params.text(name))?,
            status: params.text("RecordingStatus"),
            channels: params.get("RecordingChannels").and_then(channels),
            duration: params.get("RecordingDuration").and_then(whole),
            start_time: params.get("RecordingStartTime").and_then(moment),
            error_code: params.get("ErrorCode").and_then(whole),
            is_encrypted: false,
            media_url: params
                .get("RecordingUrl")
                .and_then(|url| Url::parse(url).ok()),
        })
    }

    /// From the API.
    pub(super) fn of_json(object: &json::Object<'_>) -> Result<Self, Misunderstood> {
        let scalar = |name: &str| object.raw(name).and_then(json::scalar_text);
        let number = |name: &str| scalar(name).as_deref().and_then(whole);
        let conversation = object
            .text("call_sid")
            .or_else(|| object.text("conference_sid"));
        Ok(Self {
            sid: object
                .text("sid")
                .ok_or_else(|| object.lacks("sid", "is missing or no text"))?,
            conversation: conversation
                .ok_or_else(|| object.lacks("call_sid", "is missing or no text"))?,
            status: object.text("status"),
            channels: scalar("channels").as_deref().and_then(channels),
            duration: number("duration"),
            start_time: scalar("start_time").as_deref().and_then(moment),
            error_code: number("error_code"),
            is_encrypted: object.raw("encryption_details").is_some(),
            media_url: object
                .text("media_url")
                .and_then(|url| Url::parse(&url).ok()),
        })
    }
}

/// A page of a list.
pub(super) struct Page<'a> {
    pub(super) items: Vec<&'a RawValue>,
    pub(super) next_page_uri: Option<String>,
}

impl<'a> Page<'a> {
    pub(super) fn read(body: &'a [u8], list: &str) -> Result<Self, Misunderstood> {
        let page = json::Object::parse(body, "")?;
        Ok(Self {
            items: page
                .items(list)
                .ok_or_else(|| page.lacks(list, "is missing or no list"))?,
            next_page_uri: page.text("next_page_uri"),
        })
    }
}

/// A whole number in a text. Negative ones stand for "not known" where they are seen at all.
fn whole(text: &str) -> Option<u64> {
    text.trim().parse().ok()
}

fn channels(text: &str) -> Option<u16> {
    text.trim().parse().ok().filter(|channels| *channels > 0)
}

fn decimal(text: &str) -> Option<Decimal> {
    let text = text.trim();
    Decimal::from_str(text)
        .or_else(|_| Decimal::from_scientific(text))
        .ok()
}

/// RFC 2822, as in `Sun, 01 Mar 2026 10:05:07 +0000`; newer services write ISO 8601.
fn moment(text: &str) -> Option<Timestamp> {
    rfc2822::DateTimeParser::new()
        .relaxed_weekday(true)
        .parse_timestamp(text.trim())
        .ok()
        .or_else(|| text.trim().parse().ok())
}
