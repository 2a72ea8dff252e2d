//! What Retell's JSON looks like. Nothing of these shapes leaves this folder.

use jiff::Timestamp;
use rust_decimal::Decimal;
use url::Url;

use crate::{Misunderstood, json::Object};

/// A webhook: the event and the call that it is about.
#[derive(Clone, Debug)]
pub(super) struct Envelope<'a> {
    pub(super) event: String,
    /// The call object; for text chats the chat object.
    pub(super) call: Object<'a>,
}

impl<'a> Envelope<'a> {
    /// Reads `{event, call}`, the deprecated `{event, data}`, chats' `{event, chat}`, and the flat
    /// form in which the call's fields stand beside `event` (seen by one user).
    pub(super) fn read(body: &'a [u8]) -> Result<Self, Misunderstood> {
        let top = Object::parse(body, "")?;
        let event = top
            .text("event")
            .ok_or_else(|| top.lacks("event", "is missing or no text"))?;
        let within = || {
            ["call", "data", "chat"]
                .iter()
                .find_map(|name| top.object(name))
        };
        let call = if top.raw("call").is_none() && top.raw("call_id").is_some() {
            top
        } else {
            within().ok_or_else(|| top.lacks("call", "is missing or no object"))?
        };
        let call = call.object("call").unwrap_or(call);
        Ok(Self { event, call })
    }
}

/// A call, as get-call and the webhooks give it. Lists leave the transcripts out.
#[derive(Clone, Debug)]
pub(super) struct RetellCall<'a> {
    pub(super) call_id: String,
    pub(super) call_type: Option<String>,
    pub(super) call_status: Option<String>,
    pub(super) direction: Option<String>,
    pub(super) from_number: Option<String>,
    pub(super) to_number: Option<String>,
    pub(super) agent_id: Option<String>,
    pub(super) agent_name: Option<String>,
    pub(super) start_timestamp: Option<Timestamp>,
    pub(super) end_timestamp: Option<Timestamp>,
    pub(super) transfer_end_timestamp: Option<Timestamp>,
    pub(super) duration_ms: Option<u64>,
    pub(super) disconnection_reason: Option<String>,
    pub(super) twilio_call_sid: Option<String>,
    pub(super) data_storage_setting: Option<String>,
    pub(super) opt_in_signed_url: bool,
    pub(super) recordings: RecordingUrls,
    pub(super) call_analysis: Option<Analysis>,
    pub(super) call_cost: Option<CallCost>,
    /// `latency`, by what was measured.
    pub(super) latency: Vec<(String, Percentiles)>,
    /// The object itself, for the transcripts.
    object: Object<'a>,
}

/// The links to the sound of a call.
#[derive(Clone, Debug, Default)]
pub(super) struct RecordingUrls {
    pub(super) mixed: Option<Url>,
    pub(super) multi_channel: Option<Url>,
    pub(super) scrubbed_mixed: Option<Url>,
    pub(super) scrubbed_multi_channel: Option<Url>,
}

#[derive(Clone, Debug)]
pub(super) struct Analysis {
    pub(super) call_summary: Option<String>,
    pub(super) user_sentiment: Option<String>,
    pub(super) call_successful: Option<bool>,
}

/// Amounts in US cents.
#[derive(Clone, Debug)]
pub(super) struct CallCost {
    pub(super) combined_cost: Decimal,
    pub(super) total_duration_seconds: Option<f64>,
    pub(super) product_costs: Vec<ProductCost>,
}

#[derive(Clone, Debug)]
pub(super) struct ProductCost {
    pub(super) product: String,
    pub(super) cost: Decimal,
    pub(super) is_transfer_leg_cost: bool,
}

/// In milliseconds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Percentiles {
    pub(super) p50: Option<f64>,
    pub(super) p90: Option<f64>,
    pub(super) p95: Option<f64>,
    pub(super) p99: Option<f64>,
}

/// One entry of a transcript.
#[derive(Clone, Debug)]
pub(super) struct Turn {
    pub(super) role: String,
    pub(super) content: Option<String>,
    pub(super) words: Vec<TurnWord>,
    /// Of `sms`, `injected` and tool calls: seconds from the start of the call.
    pub(super) time_sec: Option<f64>,
    /// Of `tool_call_invocation`.
    pub(super) name: Option<String>,
    /// Of `tool_call_invocation`: JSON as a text, perhaps not valid.
    pub(super) arguments: Option<String>,
    /// Of `dtmf`.
    pub(super) digit: Option<String>,
    /// Of `node_transition`.
    pub(super) node: Option<String>,
}

/// A word with its times in seconds from the start of the sound.
#[derive(Clone, Debug)]
pub(super) struct TurnWord {
    pub(super) word: String,
    pub(super) start: f64,
    pub(super) end: f64,
}

impl<'a> RetellCall<'a> {
    pub(super) fn read(object: Object<'a>) -> Result<Self, Misunderstood> {
        let call_id = object
            .text("call_id")
            .ok_or_else(|| object.lacks("call_id", "is missing or no text"))?;
        Ok(Self {
            call_id,
            call_type: object.text("call_type"),
            call_status: object.text("call_status"),
            direction: object.text("direction"),
            from_number: object.text("from_number"),
            to_number: object.text("to_number"),
            agent_id: object.text("agent_id"),
            agent_name: object.text("agent_name"),
            start_timestamp: object.moment("start_timestamp"),
            end_timestamp: object.moment("end_timestamp"),
            transfer_end_timestamp: object.moment("transfer_end_timestamp"),
            duration_ms: object
                .integer("duration_ms")
                .and_then(|ms| u64::try_from(ms).ok()),
            disconnection_reason: object.text("disconnection_reason"),
            twilio_call_sid: object
                .object("telephony_identifier")
                .and_then(|ids| ids.text("twilio_call_sid")),
            data_storage_setting: object.text("data_storage_setting"),
            opt_in_signed_url: object.boolean("opt_in_signed_url").unwrap_or(false),
            recordings: RecordingUrls::read(&object),
            call_analysis: object.object("call_analysis").map(|analysis| Analysis {
                call_summary: analysis.text("call_summary"),
                user_sentiment: analysis.text("user_sentiment"),
                call_successful: analysis.boolean("call_successful"),
            }),
            call_cost: object
                .object("call_cost")
                .and_then(|cost| CallCost::read(&cost)),
            latency: object
                .object("latency")
                .map(|latency| percentiles(&latency))
                .unwrap_or_default(),
            object,
        })
    }

    /// The fullest transcript in entries, if one is told: with tool calls, else without.
    pub(super) fn turns(&self) -> Option<Vec<Turn>> {
        self.turns_of("transcript_with_tool_calls")
            .or_else(|| self.turns_of("transcript_object"))
    }

    /// The transcript from which personal data was removed.
    pub(super) fn scrubbed_turns(&self) -> Option<Vec<Turn>> {
        self.turns_of("scrubbed_transcript_with_tool_calls")
    }

    /// The transcript as lines that begin with `Agent:` or `User:`.
    pub(super) fn plain_transcript(&self) -> Option<String> {
        self.object.text("transcript")
    }

    fn turns_of(&self, name: &str) -> Option<Vec<Turn>> {
        let turns: Vec<_> = self
            .object
            .objects(name)?
            .iter()
            .filter_map(Turn::read)
            .collect();
        (!turns.is_empty()).then_some(turns)
    }
}

impl RecordingUrls {
    fn read(object: &Object<'_>) -> Self {
        let url = |name| {
            object
                .text(name)
                .and_then(|text| Url::parse(text.trim()).ok())
        };
        Self {
            mixed: url("recording_url"),
            multi_channel: url("recording_multi_channel_url"),
            scrubbed_mixed: url("scrubbed_recording_url"),
            scrubbed_multi_channel: url("scrubbed_recording_multi_channel_url"),
        }
    }
}

impl CallCost {
    fn read(object: &Object<'_>) -> Option<Self> {
        let part = |part: &Object<'_>| {
            Some(ProductCost {
                product: part.text("product")?,
                cost: part.decimal("cost")?,
                is_transfer_leg_cost: part.boolean("is_transfer_leg_cost").unwrap_or(false),
            })
        };
        let parts = object.objects("product_costs").unwrap_or_default();
        Some(Self {
            combined_cost: object.decimal("combined_cost")?,
            total_duration_seconds: object.float("total_duration_seconds"),
            product_costs: parts.iter().filter_map(part).collect(),
        })
    }
}

fn percentiles(latency: &Object<'_>) -> Vec<(String, Percentiles)> {
    let read = |name: &str| {
        let figures = latency.object(name)?;
        let percentiles = Percentiles {
            p50: figures.float("p50"),
            p90: figures.float("p90"),
            p95: figures.float("p95"),
            p99: figures.float("p99"),
        };
        Some((name.to_owned(), percentiles))
    };
    latency.names().filter_map(read).collect()
}

impl Turn {
    fn read(object: &Object<'_>) -> Option<Self> {
        let words = object.objects("words").unwrap_or_default();
        Some(Self {
            role: object.text("role")?,
            content: object.text("content"),
            words: words.iter().filter_map(TurnWord::read).collect(),
            time_sec: object.float("time_sec"),
            name: object.text("name"),
            arguments: object.text("arguments"),
            digit: object.text("digit"),
            node: object.text("new_node_name"),
        })
    }
}

impl TurnWord {
    fn read(object: &Object<'_>) -> Option<Self> {
        Some(Self {
            word: object.text("word")?,
            start: object.float("start")?,
            end: object.float("end")?,
        })
    }
}
