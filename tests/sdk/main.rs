//! Webhooks signed by the providers' own packages, posted to the door of the real `ringback serve`.
//!
//! Every other signature in the tests is written by us. Here the other side is what the providers
//! hand out to their customers, so that nothing can be misunderstood the same way twice.

mod own_backend;
mod telnyx;

use std::{path::Path, process::Stdio, time::Duration};

use ringback_journeys::{
    patience::{SOON, until},
    program::Ringback,
    setting::{RETELL, Setting, TWILIO},
    signing::secret,
};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;

/// Runs a script with JSON in and JSON out.
async fn node(script: &str, input: &Value) -> Value {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("sdk");
    assert!(
        folder.join("node_modules").is_dir(),
        "the providers' packages are not installed; `cargo xtask setup` does it"
    );
    let mut node = tokio::process::Command::new("node")
        .arg(script)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("Node.js is installed");
    let mut stdin = node.stdin.take().expect("it is piped");
    stdin
        .write_all(input.to_string().as_bytes())
        .await
        .expect("it reads");
    drop(stdin);
    let output = node.wait_with_output().await.expect("it ends");
    assert!(output.status.success(), "its own words are above");
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// Has the packages sign and post; gives status and answer of each.
async fn post(webhooks: &Value) -> Vec<(u64, Value)> {
    let answers = node("post.mjs", webhooks).await;
    answers
        .as_array()
        .expect("an array")
        .iter()
        .map(|answer| {
            (
                answer["status"].as_u64().unwrap_or(0),
                answer["answer"].clone(),
            )
        })
        .collect()
}

fn door(setting: &Setting, account: &str) -> String {
    let door = setting.sender.door().as_str().trim_end_matches('/');
    format!("{door}/webhooks/{account}")
}

async fn the_call_appears(program: &Ringback, id: &str, from: &str) {
    let call = until(SOON, "the call appears", async || {
        let calls = program.json(&["calls", "list"]).await;
        let calls = calls.as_array().expect("a list");
        let call = calls.iter().find(|call| call["provider_call_id"] == id)?;
        (call["status"] == "ended").then(|| call.clone())
    })
    .await;
    assert_eq!(call["from"], from);
    assert_eq!(call["duration_ms"], 31_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_retell_s_package_signs_is_taken_and_one_changed_byte_is_not() {
    let setting = Setting::in_real_time().await;
    let program = setting.program();
    let mut serving = program.serve(&[]);
    serving.open(&setting.sender).await;
    let begin = setting.now().as_millisecond() - 60_000;
    // Letters outside ASCII, and white space as no serialiser would write it.
    let body = format!(
        "{{ \"event\":\"call_ended\",  \"call\":{{\"call_id\":\"call_sdk_1\",\"call_type\":\"phone_call\",\
         \"agent_name\":\"Zo\u{eb} & Co \u{2014} \u{5bff}\u{53f8}\",\"call_status\":\"ended\",\"direction\":\"inbound\",\
         \"from_number\":\"+15005550111\",\"to_number\":\"+15005550100\",\"start_timestamp\":{begin},\
         \"end_timestamp\":{},\"duration_ms\":31000,\"disconnection_reason\":\"user_hangup\"}} }}\n",
        begin + 31_000
    );
    let (url, key) = (door(&setting, RETELL), secret(&setting, RETELL));
    let webhook = json!({"provider": "retell", "url": url, "secret": key, "body": body});
    let with = |name: &str, value: Value| {
        let mut changed = webhook.clone();
        changed[name] = value;
        changed
    };
    let now = setting.now().as_millisecond();
    let answers = post(&json!([
        with("spoil", json!(true)),
        with("secret", json!("key_of_somebody_else")),
        with("at", json!(now - 6 * 60_000)),
        with("at", json!(now + 6 * 60_000)),
        webhook,
        webhook,
        with("at", json!(now - 4 * 60_000)),
    ]))
    .await;
    for (refused, why) in answers
        .iter()
        .zip(["changed", "another key", "too old", "too new"])
    {
        assert_eq!(
            (refused.0, &refused.1["status"]),
            (401, &json!("rejected")),
            "{why}: {refused:?}"
        );
    }
    assert_eq!(answers[4], (200, json!({"status": "accepted"})));
    assert_eq!(
        answers[5],
        (200, json!({"status": "duplicate"})),
        "the same again"
    );
    assert_eq!(
        answers[6],
        (200, json!({"status": "duplicate"})),
        "signed at another moment"
    );
    the_call_appears(&program, "call_sdk_1", "+15005550111").await;
    serving.signal("TERM").await;
    assert_eq!(serving.ended(SOON).await.code(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_twilio_s_package_signs_is_taken_and_one_changed_byte_is_not() {
    let setting = Setting::in_real_time().await;
    let program = setting.program();
    let mut serving = program.serve(&[]);
    serving.open(&setting.sender).await;
    let ended = setting.now() - Duration::from_secs(60);
    let params = json!({
        "CallSid": "CA00000000000000000000000000000abc",
        "AccountSid": "AC00000000000000000000000000000001",
        "From": "+15005550122", "To": "+15005550101", "Caller": "+15005550122",
        "CallerName": "Zo\u{eb} & Co = 100% + caf\u{e9}", "ForwardedFrom": "",
        "CallStatus": "completed", "Direction": "inbound", "CallDuration": "31", "Duration": "1",
        "Timestamp": ended.strftime("%a, %d %b %Y %H:%M:%S +0000").to_string(),
        "CallbackSource": "call-progress-events", "SequenceNumber": "0", "ApiVersion": "2010-04-01",
        "B": "1", "a": "", "A": "0", "b": "2",
    });
    let (url, token) = (door(&setting, TWILIO), secret(&setting, TWILIO));
    let webhook = json!({"provider": "twilio", "url": url, "secret": token, "params": params});
    let with = |name: &str, value: Value| {
        let mut changed = webhook.clone();
        changed[name] = value;
        changed
    };
    let answers = post(&json!([
        with("spoil", json!(true)),
        with("secret", json!("token of somebody else")),
        webhook,
        webhook,
    ]))
    .await;
    for (refused, why) in answers.iter().zip(["changed", "another token"]) {
        assert_eq!(
            (refused.0, &refused.1["status"]),
            (401, &json!("rejected")),
            "{why}: {refused:?}"
        );
    }
    assert_eq!(answers[2], (200, json!({"status": "accepted"})));
    assert_eq!(answers[3], (200, json!({"status": "duplicate"})));
    the_call_appears(
        &program,
        "CA00000000000000000000000000000abc",
        "+15005550122",
    )
    .await;
    serving.signal("TERM").await;
    assert_eq!(serving.ended(SOON).await.code(), Some(0));
}
