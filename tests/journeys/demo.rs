//! The demo is for trying: nothing of a real home is touched, whoever names it.

use std::{fs, path::Path};

use ringback_journeys::{
    patience::{SOON, until},
    program::Ringback,
    setting::{Setting, files_below},
};
use serde_json::json;

/// The program with the platform's usual folders below `folder`.
fn at(setting: &Setting, folder: &Path, home: &Path) -> Ringback {
    setting.program().without_home(&[
        ("XDG_CONFIG_HOME", &folder.join("config")),
        ("XDG_DATA_HOME", &folder.join("data")),
        ("RINGBACK_HOME", home),
    ])
}

fn databases(setting: &Setting) -> Vec<String> {
    let mut files = files_below(&setting.folder());
    files.retain(|name| name.contains(".db"));
    files
}

#[tokio::test(flavor = "multi_thread")]
async fn a_home_that_is_not_the_demo_s_is_refused_and_stays_as_it_is() {
    let setting = Setting::webhooks_only().await;
    let config = fs::read(setting.home().config_file()).expect("it was written");
    let said = setting.program().run(&["serve", "--demo", "--json"]).await;
    assert_eq!(said.code, Some(2), "{said:?}");
    let error = said.json()["error"].clone();
    assert_eq!(error["code"], "config", "{error}");
    let message = error["message"].as_str().expect("a text");
    assert!(message.contains("config.toml"), "it says which: {message}");
    let hint = error["hint"].as_str().expect("what to do");
    assert!(hint.contains("--home"), "{hint}");
    let after = fs::read(setting.home().config_file()).expect("it is there");
    assert_eq!(after, config, "not a byte was changed");
    assert_eq!(databases(&setting), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_home_of_the_environment_is_the_real_one_and_the_demo_has_its_own() {
    let setting = Setting::webhooks_only().await;
    let config = fs::read(setting.home().config_file()).expect("it was written");
    let folder = tempfile::tempdir().expect("a folder");
    let program = at(&setting, folder.path(), &setting.folder());
    let own = folder.path().join("data/ringback-demo");
    let mut serving = program.begin(&["serve", "--demo"]);
    until(SOON, "the demo runs in its own home", async || {
        assert!(!serving.has_ended(), "{}", program.stderr());
        own.join("journal.db").exists().then_some(())
    })
    .await;
    serving.kill().await;
    let written = fs::read_to_string(own.join("config.toml")).expect("it was written");
    assert!(written.starts_with("# Written by the demo"), "{written}");
    let after = fs::read(setting.home().config_file()).expect("it is there");
    assert_eq!(after, config, "not a byte was changed");
    assert_eq!(databases(&setting), [""; 0]);

    // What it wrote itself, it may write again, wherever that is.
    let again = Ringback::new(&own, Vec::new());
    let mut serving = again.begin(&["serve", "--demo"]);
    until(SOON, "it writes its file anew", async || {
        assert!(!serving.has_ended(), "{}", again.stderr());
        let now = fs::read_to_string(own.join("config.toml")).unwrap_or_default();
        (now.starts_with("# Written by the demo") && now != written).then_some(())
    })
    .await;
    serving.kill().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_variable_names_no_home() {
    let setting = Setting::webhooks_only().await;
    let folder = tempfile::tempdir().expect("a folder");
    let program = at(&setting, folder.path(), Path::new(""));
    assert_eq!(program.json(&["accounts", "list"]).await, json!([]));
    let data = files_below(&folder.path().join("data"));
    assert!(
        data.iter().any(|file| file == "ringback/ringback.db"),
        "the usual folders are taken: {data:?}"
    );
}
