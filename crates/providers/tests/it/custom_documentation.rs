//! What `docs/custom.md` shows is what is taken.

use std::collections::BTreeSet;

use ringback_model::Status;
use serde_json::Value;

use crate::{
    accounts::{account, at, provider, request},
    custom_checks::complaint,
    custom_events::{call_with, told, with},
};

const PAGE: &str = include_str!("../../../../docs/custom.md");

/// What stands between two marks.
fn between<'a>(text: &'a str, begin: &str, end: &str) -> &'a str {
    let (_, rest) = text.split_once(begin).expect("the page has it");
    rest.split_once(end).expect("and its end").0
}

/// The names in the first column of the table below a heading.
fn fields_below(heading: &str) -> BTreeSet<String> {
    let section = between(PAGE, heading, "\n#");
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    rows.flat_map(|row| {
        let cell = row.split('|').nth(1).expect("a first column");
        cell.split(',')
            .map(|name| name.trim().trim_matches('`').to_owned())
            .collect::<Vec<_>>()
    })
    .collect()
}

#[test]
fn the_example_of_an_event_says_all_that_it_seems_to_say() {
    let event = told(between(PAGE, "```json\n", "```"));
    assert_eq!(event.call.as_str(), "CA0001");
    assert_eq!(event.facts.status, Some(Status::Ended));
    assert_eq!(
        event.facts.cost.expect("priced").amount.to_string(),
        "0.05218"
    );
    assert!(event.facts.transcript.is_some());
    assert!(event.recordings[0].link.is_some());
}

#[test]
fn the_example_of_a_signature_holds() {
    let secret = between(PAGE, "with the secret `", "`");
    let body = between(PAGE, "and the body\n`", "`");
    let header = |name: &str| between(PAGE, &format!("\n{name}: "), "\n");
    let account = account("custom", &[("webhook_secret", secret)]);
    let names = ["webhook-id", "webhook-timestamp", "webhook-signature"];
    let headers = names.map(|name| (name, header(name)));
    let second: i64 = headers[1].1.parse().expect("seconds");
    let verified = provider("custom").verify(&account, request(body, &headers), at(second * 1000));
    assert_eq!(verified.map(|event| event.key), Ok("msg_0001".into()));
}

/// Every field of the page is looked at: a value that cannot be one of it is complained about.
#[test]
fn every_field_of_the_page_is_known() {
    let call = fields_below("### The fields of `call`");
    assert_eq!(call.len(), 17, "{call:?}");
    let wrong: Value = serde_json::json!([[7]]);
    for name in &call {
        let said = complaint(&call_with(serde_json::json!({name.clone(): wrong})));
        assert_eq!(said.path, format!("data.call.{name}"));
    }
    let recording = fields_below("## Recordings");
    assert_eq!(recording.len(), 7, "{recording:?}");
    for name in &recording {
        let body = with(serde_json::json!({
            "call": {"provider_call_id": "CA0001"}, "recording": {name.clone(): wrong},
        }));
        assert_eq!(complaint(&body).path, format!("data.recording.{name}"));
    }
}
