//! Costs, latencies and verdicts of Vapi's calls.

use ringback_model::{Cost, CostPart};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::vapi_events::{CALL, REPORT, STATUS, asked, changed, told};

fn dollars(text: &str) -> Decimal {
    text.parse().expect("a decimal")
}

#[test]
fn costs_are_dollars_to_the_digit_with_the_parts_that_add_up() {
    let cost = told(REPORT).facts.cost.expect("told");
    assert_eq!(
        (cost.amount, cost.currency.as_str()),
        (dollars("0.0385"), "USD")
    );
    assert!(!cost.provisional);
    let parts = |cost: &Cost| -> Vec<(String, String)> {
        let text = |part: &CostPart| (part.name.clone(), part.amount.to_string());
        cost.parts.iter().map(text).collect()
    };
    let named = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
        let text = |(name, amount): &(&str, &str)| ((*name).into(), (*amount).into());
        pairs.iter().map(text).collect()
    };
    let shorter = [
        ("stt", "0.005"),
        ("llm", "0.004"),
        ("tts", "0.004"),
        ("vapi", "0.0255"),
    ];
    assert_eq!(
        parts(&cost),
        named(&shorter),
        "the sum is the total without the analysis, so it is no part of it"
    );
    assert_eq!(cost.gap(), Some(Decimal::ZERO));

    let with_analysis = changed(REPORT, |message| message["cost"] = json!(0.0396));
    let cost = told(&with_analysis).facts.cost.expect("told");
    let longer = [&shorter[..], &[("analysis (summary)", "0.0011")]].concat();
    assert_eq!(parts(&cost), named(&longer), "here it is");

    let cost = asked(CALL).facts.cost.expect("told");
    assert_eq!(cost.amount, dollars("0.123"), "not 0.12300000000000001");
    assert_eq!(
        parts(&cost),
        named(&[
            ("transport", "0.0141"),
            ("transcriber", "0.0101"),
            ("model", "0.015"),
            ("voice", "0.0311"),
            ("vapi", "0.0504"),
            ("analysis (summary)", "0.0023"),
        ]),
        "two models of one call are one part, and what is free is none"
    );
    assert_eq!(cost.gap(), Some(Decimal::ZERO));
    let going_on = changed(CALL, |call| call["status"] = "in-progress".into());
    assert!(asked(&going_on).facts.cost.expect("told").provisional);
}

#[test]
fn latencies_are_the_percentiles_of_the_turns() {
    let latency = told(REPORT).facts.latency.expect("told").0;
    let names: Vec<_> = latency.keys().collect();
    assert_eq!(names, ["e2e", "llm", "tts", "stt", "endpointing"]);
    let e2e = latency["e2e"];
    assert_eq!(
        (e2e.p50, e2e.p90, e2e.p95, e2e.p99),
        (Some(900.0), Some(980.0), Some(990.0), Some(998.0))
    );
    let latency = asked(CALL).facts.latency.expect("told").0;
    assert_eq!(latency.keys().collect::<Vec<_>>(), ["e2e", "llm"]);
    assert_eq!(
        latency["e2e"].p50,
        Some(911.4),
        "what is no number is no turn"
    );

    let averages = changed(CALL, |call| {
        call["artifact"]["performanceMetrics"] = json!({"turnLatencyAverage": 900});
    });
    assert_eq!(
        asked(&averages).facts.latency,
        None,
        "an average is no percentile"
    );
}

#[test]
fn evaluations_are_a_verdict_only_in_the_words_of_one() {
    for (evaluation, successful) in [
        (json!("true"), Some(true)),
        (json!("False"), Some(false)),
        (json!(true), Some(true)),
        (json!("7"), None),
        (json!("85%"), None),
        (json!("Agree"), None),
        (json!("not true at all"), None),
        (json!({"a": true}), None),
        (Value::Null, None),
    ] {
        let body = changed(REPORT, |message| {
            message["analysis"]["successEvaluation"] = evaluation.clone();
        });
        assert_eq!(told(&body).facts.successful, successful, "{evaluation}");
    }
}

#[test]
fn an_analysis_may_be_empty_or_stand_where_it_used_to() {
    let empty = changed(REPORT, |message| message["analysis"] = json!({}));
    let facts = told(&empty).facts;
    assert_eq!((facts.summary, facts.successful), (None, None));
    let older = changed(REPORT, |message| {
        message["analysis"] = json!({});
        message["summary"] = "As it used to be.".into();
    });
    assert_eq!(
        told(&older).facts.summary.as_deref(),
        Some("As it used to be.")
    );
    let forwarding = changed(STATUS, |message| {
        message["status"] = "forwarding".into();
        message["summary"] = "So far.".into();
    });
    assert_eq!(told(&forwarding).facts.summary, None);
}
