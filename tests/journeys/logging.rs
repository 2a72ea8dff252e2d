//! What `serve` logs, and how it is changed while it runs.

use std::fs;

use ringback_journeys::{
    patience::{SOON, until},
    setting::{Setting, files_below},
};
use serde_json::{Value, json};

/// All lines of the log so far. One that is just being written is none yet.
fn lines(setting: &Setting) -> Vec<Value> {
    let logs = setting.home().logs();
    files_below(&logs)
        .iter()
        .flat_map(|name| {
            let text = fs::read_to_string(logs.join(name)).expect("a text");
            let lines = text
                .split_inclusive('\n')
                .filter(|line| line.ends_with('\n'));
            let lines = lines.map(|line| {
                serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))
            });
            lines.collect::<Vec<Value>>()
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn level_and_format_are_configured_and_the_level_changes_while_it_runs() {
    let setting = Setting::in_real_time().await;
    setting.configure_with("[log]\nlevel = \"error\"\nformat = \"json\"");
    let program = setting.program();
    let mut serving = program.serve(&[]);
    serving.open(&setting.sender).await;
    let usual = program.json(&["log", "level"]).await;
    assert_eq!(usual, json!({ "level": null, "until": null }));

    let asked = program.json(&["log", "level", "info", "--for", "2h"]).await;
    assert_eq!(asked["level"], "info");
    assert!(asked["until"].is_string());
    let told = until(SOON, "the running program logs more", async || {
        let found = lines(&setting);
        found
            .iter()
            .find(|line| line["message"] == "what is logged is another thing now")
            .cloned()
    })
    .await;
    assert_eq!(told["target"], "ringback_api::logs");
    assert!(told["timestamp"].is_string());
    assert_eq!(told["level"], "INFO");

    let back = program.json(&["log", "level", "--usual"]).await;
    assert_eq!(back["level"], Value::Null);
    let wrong = program.run(&["log", "level", "loud", "--json"]).await;
    assert_eq!(wrong.code, Some(2));
    assert!(wrong.stdout.contains("is no level"), "{wrong:?}");
    serving.signal("TERM").await;
    serving.ended(SOON).await;
}
