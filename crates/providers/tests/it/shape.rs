//! What is kept of a document's shape, and that it stays small and tells no value.

use proptest::prelude::*;
use ringback_model::Source;
use ringback_providers::{Document, Kinds, Shape, find, names, shape};

fn of(body: &[u8], content_type: &str, free_form: &[&str]) -> Option<Shape> {
    let document = Document {
        source: Source::Webhook,
        kind: "call_ended",
        query: None,
        content_type: Some(content_type),
        body,
        at: jiff::Timestamp::UNIX_EPOCH,
    };
    shape(document, free_form)
}

fn paths(body: &str, free_form: &[&str]) -> Vec<(String, Vec<&'static str>)> {
    let shape = of(body.as_bytes(), "application/json", free_form).expect("a document");
    let told = shape.into_iter().map(|(path, kinds)| (path, kinds.names()));
    told.collect()
}

#[test]
fn items_of_a_list_are_one_and_every_kind_is_kept() {
    let found = paths(
        r#"{"call":{"words":[{"start":1},{"start":"1.5","end":null}],"ok":true}}"#,
        &[],
    );
    let told: Vec<(&str, &[&str])> = found
        .iter()
        .map(|(path, kinds)| (path.as_str(), kinds.as_slice()))
        .collect();
    assert_eq!(
        told,
        [
            ("call", &["object"][..]),
            ("call.ok", &["boolean"]),
            ("call.words", &["list"]),
            ("call.words[]", &["object"]),
            ("call.words[].end", &[]),
            ("call.words[].start", &["number", "text"]),
        ]
    );
}

#[test]
fn what_a_customer_made_up_is_not_looked_at() {
    let body = r#"{"call":{"metadata":{"patient":"x"},"my_metadata":{"a":1}}}"#;
    let found = paths(body, &["metadata"]);
    let names: Vec<_> = found.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(
        names,
        [
            "call",
            "call.metadata",
            "call.my_metadata",
            "call.my_metadata.a"
        ]
    );
}

#[test]
fn a_name_that_is_data_is_no_name() {
    let body = r#"{"+15550100":{"seen":1},"a@b.example":2,"550e8400-e29b":3,"J\u00f6rg":4}"#;
    let found = paths(body, &[]);
    let names: Vec<_> = found.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(names, ["*", "*.seen"]);
}

#[test]
fn a_form_has_names_too_and_noise_has_no_shape() {
    let shape = of(
        b"CallSid=CA1&From=%2B1555",
        "application/x-www-form-urlencoded",
        &[],
    );
    let names: Vec<_> = shape.expect("a form").into_keys().collect();
    assert_eq!(names, ["CallSid", "From"]);
    assert_eq!(of(b"{\"a\":", "application/json", &[]), None);
}

#[test]
fn whatever_is_sent_the_shape_stays_small() {
    let wide: String = (0..50_000)
        .map(|n| format!("\"k{}x{n}\":1,", n % 9))
        .collect();
    let wide = format!("{{{}\"end\":1}}", wide);
    assert!(
        of(wide.as_bytes(), "application/json", &[])
            .expect("JSON")
            .len()
            <= 512
    );
    let deep = format!("{}1{}", "{\"a\":".repeat(100), "}".repeat(100));
    assert!(
        of(deep.as_bytes(), "application/json", &[])
            .expect("JSON")
            .len()
            <= 13
    );
    let long = format!("{{\"{}\":1}}", "n".repeat(1_000_000));
    let found = of(long.as_bytes(), "application/json", &[]).expect("JSON");
    assert_eq!(found.into_keys().collect::<Vec<_>>(), ["*"]);
}

#[test]
fn every_provider_names_what_customers_fill_in() {
    for name in names() {
        let provider = find(name).expect("it is registered");
        let ends = provider.free_form();
        assert!(ends.iter().all(|end| !end.is_empty()), "{name}");
    }
    assert!(
        find("retell")
            .expect("registered")
            .free_form()
            .contains(&"metadata")
    );
}

proptest! {
    #[test]
    fn any_bytes_are_taken_without_a_panic(body in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = of(&body, "application/json", &[]);
    }

    #[test]
    fn no_value_is_in_a_shape(secret in "[a-z]{12}") {
        let body = format!(r#"{{"a":"{secret}","b":["{secret}"]}}"#);
        let shape = of(body.as_bytes(), "application/json", &[]).expect("JSON");
        prop_assert!(shape.keys().all(|path| !path.contains(&secret)));
        prop_assert_eq!(shape["a"], Kinds::TEXT);
    }
}
