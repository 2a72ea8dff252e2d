//! What a team's own backend sends: signed by the packages of Standard Webhooks and Svix, and by the
//! examples of the documentation in three languages, run as they stand there.

use std::{
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use ringback_journeys::{
    patience::{SOON, until},
    setting::{CUSTOM, Setting},
    signing::secret,
};
use ringback_simulator::CallScript;
use serde_json::{Value, json};
use tokio::process::Command;

use crate::{door, post, the_call_appears};

#[tokio::test(flavor = "multi_thread")]
async fn what_the_packages_of_standard_webhooks_and_svix_sign_is_taken_and_nothing_else_is() {
    let setting = Setting::with_backend_in_real_time().await;
    let program = setting.program();
    let mut serving = program.serve(&[]);
    serving.open(&setting.sender).await;
    let (url, key) = (door(&setting, CUSTOM), secret(&setting, CUSTOM));
    for package in ["standardwebhooks", "svix"] {
        let begin = setting.now() - Duration::from_secs(60);
        // Letters outside ASCII, and white space as no serialiser would write it.
        let body = format!(
            "{{ \"type\":\"call.updated\",  \"data\":{{\"call\":{{\"provider_call_id\":\"conv_{package}\",\
             \"agent\":{{\"name\":\"Zo\u{eb} & Co \u{2014} \u{5bff}\u{53f8}\"}},\"status\":\"ended\",\
             \"from\":\"+15005550111\",\"to\":\"+15005550100\",\"started_at\":\"{begin}\",\
             \"duration_ms\":31000}}}} }}\n"
        );
        let webhook = json!({
            "provider": package, "url": url, "secret": key, "body": body, "id": format!("msg_{package}"),
        });
        let with = |name: &str, value: Value| {
            let mut changed = webhook.clone();
            changed[name] = value;
            changed
        };
        let now = setting.now().as_millisecond();
        let answers = post(&json!([
            with("spoil", json!(true)),
            with(
                "secret",
                json!("whsec_c29tZWJvZHkgZWxzZSdzIHNlY3JldCBrZXk=")
            ),
            with("at", json!(now - 6 * 60_000)),
            with("at", json!(now + 6 * 60_000)),
            webhook,
            webhook,
            with("at", json!(now - 4 * 60_000)),
        ]))
        .await;
        for (refused, reason) in answers.iter().zip([
            "signature_wrong",
            "signature_wrong",
            "signature_too_old",
            "signature_from_the_future",
        ]) {
            let rejected = json!({"status": "rejected", "reason": reason});
            assert_eq!(*refused, (401, rejected), "{package}");
        }
        assert_eq!(answers[4], (200, json!({"status": "accepted"})));
        assert_eq!(answers[5], (200, json!({"status": "duplicate"})));
        assert_eq!(
            answers[6],
            (200, json!({"status": "duplicate"})),
            "signed at another moment"
        );
        the_call_appears(&program, &format!("conv_{package}"), "+15005550111").await;
    }
    serving.signal("TERM").await;
    assert_eq!(serving.ended(SOON).await.code(), Some(0));
}

/// The link to a recording that lies in the simulated bucket.
fn stored(setting: &Setting) -> String {
    let past = setting.now() - Duration::from_secs(600);
    setting
        .world()
        .place_at(CUSTOM, CallScript::default(), past)
        .expect("one of ours");
    let events = setting.world().webhooks_due(setting.now());
    let url = events.iter().find_map(|event| {
        let body: Value = serde_json::from_slice(&event.body).ok()?;
        let url = body["data"]["recording"]["url"].as_str()?;
        Some(url.to_owned())
    });
    url.expect("its recording was told of")
}

fn example(file: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    root.join("docs/examples").join(file)
}

/// Runs an example as a reader would, and finds in the program what it tells.
async fn an_example_tells_of_a_call(command: impl FnOnce() -> Command, call: &str) {
    let setting = Setting::with_backend_in_real_time().await;
    let program = setting.program();
    let mut serving = program.serve(&[]);
    serving.open(&setting.sender).await;
    let output = command()
        .arg(call)
        .env("RINGBACK_URL", door(&setting, CUSTOM))
        .env("RINGBACK_WEBHOOK_SECRET", secret(&setting, CUSTOM))
        .env("RECORDING_URL", stored(&setting))
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output();
    let output = tokio::time::timeout(SOON, output)
        .await
        .expect("it ends soon, so it never had to try again")
        .expect("it starts");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{output:?}");
    let lines: Vec<&str> = said.lines().collect();
    for (line, kind) in lines
        .iter()
        .zip(["call.updated", "recording.available", "transcript.done"])
    {
        assert_eq!(*line, format!("{kind}: {{\"status\":\"accepted\"}}"));
    }
    assert_eq!(lines.len(), 3, "{said}");

    the_call_appears(&program, call, "+15005550111").await;
    let whole = until(SOON, "everything is here", async || {
        let call = program.json(&["calls", "show", call]).await;
        let call = call.get("call").cloned().unwrap_or(call);
        let is_whole = call["recordings"][0]["state"] == "ready" && call["transcript"].is_array();
        is_whole.then_some(call)
    })
    .await;
    assert_eq!(whole["agent"]["name"], "Zo\u{eb}\u{2019}s desk");
    assert_eq!(whole["cost"]["amount"], "0.05218");
    assert_eq!(whole["ended_reason"]["code"], "caller_hangup");
    assert_eq!(
        whole["transcript"][1]["text"],
        "I would like to order a cake."
    );
    assert_eq!(
        whole["recordings"][0]["provider_recording_id"],
        format!("{call}-1")
    );
    assert_eq!(whole["missing"], json!([]));
    serving.signal("TERM").await;
    assert_eq!(serving.ended(SOON).await.code(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_example_with_curl_and_openssl_works_as_it_stands() {
    let command = || {
        let mut bash = Command::new("bash");
        bash.arg(example("send-call.sh"));
        bash
    };
    an_example_tells_of_a_call(command, "from-curl").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_example_in_python_works_as_it_stands() {
    let own = std::env::current_exe().expect("a test knows its own file");
    let python = own
        .ancestors()
        .map(|folder| folder.join("xtask/python/bin/python"))
        .find(|program| program.is_file())
        .expect("its package is not installed; `cargo xtask setup` does it");
    let command = || {
        let mut command = Command::new(python);
        command.arg(example("send_call.py"));
        command.env("PYTHONDONTWRITEBYTECODE", "1");
        command
    };
    an_example_tells_of_a_call(command, "from-python").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_example_in_javascript_works_as_it_stands() {
    // Packages are looked for beside the file, as they are where a reader puts it.
    let folder = tempfile::tempdir().expect("a temporary folder");
    let packages = Path::new(env!("CARGO_MANIFEST_DIR")).join("sdk/node_modules");
    assert!(
        packages.is_dir(),
        "its package is not installed; `cargo xtask setup` does it"
    );
    std::os::unix::fs::symlink(packages, folder.path().join("node_modules")).expect("a link");
    let file = folder.path().join("send-call.mjs");
    std::fs::copy(example("send-call.mjs"), &file).expect("it can be copied");
    let command = || {
        let mut node = Command::new("node");
        node.arg(file);
        node
    };
    an_example_tells_of_a_call(command, "from-node").await;
}
