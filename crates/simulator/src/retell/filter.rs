//! `filter_criteria` of list-calls (types `CallListParams` of the official SDKs): all members must hold.

use serde_json::{Map, Value};

/// A filter that Retell would refuse, with the reason it would give.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BadFilter(pub(super) String);

/// Whether the call's document passes.
pub(super) fn passes(document: &Value, criteria: &Map<String, Value>) -> Result<bool, BadFilter> {
    let mut all = true;
    for (name, filter) in criteria {
        all &= member(document, name, filter)?;
    }
    Ok(all)
}

fn member(document: &Value, name: &str, filter: &Value) -> Result<bool, BadFilter> {
    let field = match name {
        "agent" => return agents(document, filter),
        "call_id"
        | "call_status"
        | "call_type"
        | "direction"
        | "disconnection_reason"
        | "duration_ms"
        | "start_timestamp"
        | "end_timestamp"
        | "from_number"
        | "to_number"
        | "batch_call_id"
        | "data_storage_setting"
        | "agent_tag" => document.get(name),
        "combined_cost" => document.pointer("/call_cost/combined_cost"),
        "e2e_latency_p50" => document.pointer("/latency/e2e/p50"),
        "user_sentiment" | "call_successful" | "in_voicemail" => document
            .get("call_analysis")
            .and_then(|analysis| analysis.get(name)),
        _ => {
            return Err(BadFilter(format!(
                "filter_criteria/{name} is not supported"
            )));
        }
    };
    if name == "call_status" && named(filter).any(|status| status == "registered") {
        return Err(BadFilter(
            "filter_criteria/call_status/value must be equal to one of the allowed values".into(),
        ));
    }
    condition(field, name, filter)
}

fn named(filter: &Value) -> impl Iterator<Item = &str> {
    filter
        .get("value")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
}

/// `[{agent_id, version: [..]}, ..]`, one of them must hold.
fn agents(document: &Value, filter: &Value) -> Result<bool, BadFilter> {
    let wanted = filter
        .as_array()
        .ok_or_else(|| BadFilter("filter_criteria/agent must be array".into()))?;
    Ok(wanted.iter().any(|agent| {
        let versions = agent.get("version").and_then(Value::as_array);
        agent.get("agent_id") == document.get("agent_id")
            && versions.is_none_or(|versions| {
                document
                    .get("agent_version")
                    .is_some_and(|it| versions.contains(it))
            })
    }))
}

fn condition(field: Option<&Value>, name: &str, filter: &Value) -> Result<bool, BadFilter> {
    let bad = || BadFilter(format!("filter_criteria/{name} has a wrong shape"));
    let kind = filter.get("type").and_then(Value::as_str).ok_or_else(bad)?;
    let op = filter.get("op").and_then(Value::as_str).ok_or_else(bad)?;
    let value = filter.get("value");
    let field = field.filter(|field| !field.is_null());
    match (kind, op) {
        ("present", "pr") => Ok(field.is_some()),
        ("present", "np") => Ok(field.is_none()),
        ("number", _) => {
            let wanted = value.and_then(Value::as_f64).ok_or_else(bad)?;
            let Some(number) = field.and_then(Value::as_f64) else {
                return Ok(false);
            };
            Ok(match op {
                "eq" => number == wanted,
                "ne" => number != wanted,
                "gt" => number > wanted,
                "ge" => number >= wanted,
                "lt" => number < wanted,
                "le" => number <= wanted,
                _ => return Err(bad()),
            })
        }
        ("range", "bt") => {
            let [low, high] = value.and_then(Value::as_array).ok_or_else(bad)?.as_slice() else {
                return Err(bad());
            };
            let (low, high) = (
                low.as_f64().ok_or_else(bad)?,
                high.as_f64().ok_or_else(bad)?,
            );
            Ok(field
                .and_then(Value::as_f64)
                .is_some_and(|number| (low..=high).contains(&number)))
        }
        ("string", _) => {
            let wanted = value.and_then(Value::as_str).ok_or_else(bad)?;
            let Some(text) = field.and_then(Value::as_str) else {
                return Ok(false);
            };
            Ok(match op {
                "eq" => text == wanted,
                "ne" => text != wanted,
                "sw" => text.starts_with(wanted),
                "ew" => text.ends_with(wanted),
                "co" => text.contains(wanted),
                _ => return Err(bad()),
            })
        }
        ("enum", "in") => {
            let choices = value.and_then(Value::as_array).ok_or_else(bad)?;
            Ok(field.is_some_and(|field| choices.contains(field)))
        }
        ("boolean", "eq") => Ok(field.is_some() && field == value),
        _ => Err(bad()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(filter: Value, expected: Result<bool, ()>) {
        let call = json!({
            "call_id": "call_1", "call_status": "ended", "start_timestamp": 1000, "agent_id": "agent_1", "agent_version": 3,
            "call_analysis": { "call_successful": true }, "from_number": "+15550100",
        });
        let criteria = filter.as_object().unwrap();
        assert_eq!(
            passes(&call, criteria).map_err(|_| ()),
            expected,
            "{filter}"
        );
    }

    #[test]
    fn each_shape_of_filter_is_understood() {
        check(
            json!({ "call_status": { "type": "enum", "op": "in", "value": ["ended", "error"] } }),
            Ok(true),
        );
        check(
            json!({ "call_status": { "type": "enum", "op": "in", "value": ["ongoing"] } }),
            Ok(false),
        );
        check(
            json!({ "start_timestamp": { "type": "range", "op": "bt", "value": [1000, 2000] } }),
            Ok(true),
        );
        check(
            json!({ "start_timestamp": { "type": "number", "op": "gt", "value": 1000 } }),
            Ok(false),
        );
        check(
            json!({ "from_number": { "type": "string", "op": "sw", "value": "+1555" } }),
            Ok(true),
        );
        check(
            json!({ "call_successful": { "type": "boolean", "op": "eq", "value": true } }),
            Ok(true),
        );
        check(
            json!({ "end_timestamp": { "type": "present", "op": "np" } }),
            Ok(true),
        );
        check(
            json!({ "agent": [{ "agent_id": "agent_2" }, { "agent_id": "agent_1", "version": [3] }] }),
            Ok(true),
        );
    }

    #[test]
    fn members_are_anded() {
        check(
            json!({
                "call_status": { "type": "enum", "op": "in", "value": ["ended"] },
                "start_timestamp": { "type": "number", "op": "lt", "value": 1000 },
            }),
            Ok(false),
        );
    }

    #[test]
    fn a_filter_retell_would_refuse_is_refused() {
        check(
            json!({ "call_status": { "type": "enum", "op": "in", "value": ["registered"] } }),
            Err(()),
        );
        check(
            json!({ "updated_since": { "type": "number", "op": "gt", "value": 1 } }),
            Err(()),
        );
        check(
            json!({ "start_timestamp": { "op": "gt", "value": 1 } }),
            Err(()),
        );
    }
}
