//! Makes reports about one call, from few values so that they contradict each other often.

use jiff::Timestamp;
use proptest::{option, prelude::*, sample::select};
use ringback_model::{
    Availability, CallEvent, CallFacts, Cost, CostPart, EndedCode, EndedReason, Latency, LegFacts,
    LegId, Percentiles, ProviderCallId, Reason, RecordingFacts, RecordingKey, RecordingReport,
    Segment, Source, Speaker, Stamp, Status, Transcript, Turn,
};

pub(crate) const STATUSES: [Status; 6] = [
    Status::Scheduled,
    Status::Ringing,
    Status::Ongoing,
    Status::Ended,
    Status::NotConnected,
    Status::Failed,
];

pub(crate) const AVAILABILITIES: [Availability; 7] = [
    Availability::Expected,
    Availability::Available,
    Availability::Absent(Reason::TooShort),
    Availability::Absent(Reason::NotConnected),
    Availability::Withheld(Reason::Policy),
    Availability::Withheld(Reason::Encrypted),
    Availability::Deleted,
];

pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("in range")
}

pub(crate) fn stamp(second: i64, source: Source) -> Stamp {
    Stamp {
        as_of: at(second),
        source,
    }
}

pub(crate) fn event(stamp: Stamp, facts: CallFacts) -> CallEvent {
    let mut event = CallEvent::new(ProviderCallId::new("call_1"), stamp);
    event.facts = facts;
    event
}

pub(crate) fn cost(amount: &str) -> Cost {
    Cost {
        amount: amount.parse().expect("a decimal"),
        currency: "USD".into(),
        provisional: false,
        parts: Vec::new(),
    }
}

pub(crate) fn transcript(is_final: bool, text: &str) -> Transcript {
    Transcript {
        is_final,
        segments: vec![Segment {
            speaker: Speaker::Agent,
            start_ms: None,
            end_ms: None,
            text: text.into(),
            words: Vec::new(),
        }],
    }
}

fn stamps() -> impl Strategy<Value = Stamp> {
    (0i64..4, select(vec![Source::Webhook, Source::Snapshot]))
        .prop_map(|(second, source)| stamp(second, source))
}

fn costs() -> impl Strategy<Value = Cost> {
    // 1.0 and 1.00 are the same amount and other texts.
    (
        select(vec!["1.0", "1.00", "2"]),
        any::<bool>(),
        any::<bool>(),
    )
        .prop_map(|(amount, provisional, has_part)| Cost {
            provisional,
            parts: has_part
                .then(|| CostPart {
                    name: "tts".into(),
                    amount: "0.5".parse().expect("a decimal"),
                })
                .into_iter()
                .collect(),
            ..cost(amount)
        })
}

fn latencies() -> impl Strategy<Value = Latency> {
    select(vec!["e2e", "llm"]).prop_map(|name| {
        let percentiles = Percentiles {
            p50: Some(812.5),
            ..Percentiles::default()
        };
        Latency([(name.to_owned(), percentiles)].into_iter().collect())
    })
}

pub(crate) fn turn(start_ms: u64, text: &str) -> Segment {
    Segment {
        speaker: Speaker::Named("Ada".into()),
        start_ms: Some(start_ms),
        end_ms: Some(start_ms + 500),
        text: text.into(),
        words: Vec::new(),
    }
}

fn turns() -> impl Strategy<Value = Vec<Turn>> {
    let one = (0u64..3, select(vec!["Hi", "Yes"]));
    let one = one.prop_map(|(start_ms, text)| turn(start_ms, text).into());
    prop::collection::vec(one, 0..2)
}

fn facts() -> impl Strategy<Value = CallFacts> {
    let words = || option::of(select(vec!["a", "b"]).prop_map(str::to_owned));
    let times = || option::of((0i64..3).prop_map(at));
    let transcripts = (any::<bool>(), select(vec!["Hi", "Hello"]))
        .prop_map(|(is_final, text)| transcript(is_final, text));
    let reasons = select(vec!["user_hangup", "agent_hangup"]).prop_map(|raw| EndedReason {
        code: EndedCode::CallerHangup,
        raw: raw.into(),
    });
    (
        option::of(select(STATUSES.to_vec())),
        (words(), words(), words()),
        (times(), times()),
        option::of(0u64..3),
        option::of(costs()),
        option::of(transcripts),
        option::of(reasons),
        option::of(latencies()),
        option::of(any::<bool>()),
    )
        .prop_map(
            |(
                status,
                (from, to, summary),
                (started_at, ended_at),
                duration_ms,
                cost,
                transcript,
                ended_reason,
                latency,
                successful,
            )| {
                CallFacts {
                    status,
                    from,
                    to,
                    summary,
                    started_at,
                    ended_at,
                    duration_ms,
                    cost,
                    transcript,
                    ended_reason,
                    latency,
                    successful,
                    ..CallFacts::default()
                }
            },
        )
}

fn legs() -> impl Strategy<Value = Vec<(LegId, LegFacts)>> {
    let leg = (
        select(vec!["leg_1", "leg_2"]),
        option::of(select(STATUSES.to_vec())),
        option::of(costs()),
    );
    let leg = leg.prop_map(|(id, status, cost)| {
        let facts = LegFacts {
            status,
            cost,
            ..LegFacts::default()
        };
        (LegId::new(id), facts)
    });
    prop::collection::vec(leg, 0..3)
}

fn recordings() -> impl Strategy<Value = Vec<RecordingReport>> {
    let report = (
        select(vec!["", "RE1"]),
        option::of(select(AVAILABILITIES.to_vec())),
        option::of(1u16..3),
    );
    let report = report.prop_map(|(key, availability, channels)| RecordingReport {
        key: RecordingKey::new(key),
        facts: RecordingFacts {
            availability,
            channels,
            ..RecordingFacts::default()
        },
        link: None,
    });
    prop::collection::vec(report, 0..3)
}

pub(crate) fn reports() -> impl Strategy<Value = CallEvent> {
    (stamps(), facts(), legs(), recordings(), turns()).prop_map(
        |(stamp, facts, legs, recordings, turns)| {
            let mut event = event(stamp, facts);
            event.legs = legs;
            event.recordings = recordings;
            event.turns = turns;
            event
        },
    )
}
