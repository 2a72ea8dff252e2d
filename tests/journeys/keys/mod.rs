//! Keys from a key store and from a sealed file, through the real program.

mod late;
mod passphrase;
mod shared;

use std::{fs, path::Path};

use ringback_journeys::{
    program::Ringback,
    setting::{RETELL, Setting, TWILIO, files_below},
};
use serde_json::json;

const PASSPHRASE: &str = "correct horse battery staple";

/// The program without any key in its environment, and Retell's key.
async fn without_keys() -> (Setting, Ringback, String) {
    let setting = Setting::in_real_time().await;
    let key = setting
        .simulator
        .environment()
        .into_iter()
        .find(|(name, _)| name == "RINGBACK_CLINIC_RETELL_API_KEY")
        .map(|(_, key)| key)
        .expect("the stand-in has a key");
    // A bus address of the machine that runs the tests must not lead to its key store.
    let environment = vec![(
        "DBUS_SESSION_BUS_ADDRESS".into(),
        "unix:path=/nowhere".into(),
    )];
    let program = Ringback::new(&setting.folder(), environment);
    (setting, program, key)
}

/// The same program, told where systemd put the passphrase.
fn with_passphrase(setting: &Setting, more: Vec<(String, String)>) -> Ringback {
    let credentials = setting.folder().with_extension("credentials");
    fs::create_dir_all(&credentials).expect("a folder beside the home");
    fs::write(credentials.join("ringback-passphrase"), PASSPHRASE).expect("a small file");
    let path = credentials.to_str().expect("a plain name").to_owned();
    let mut environment = vec![
        ("CREDENTIALS_DIRECTORY".into(), path),
        (
            "DBUS_SESSION_BUS_ADDRESS".into(),
            "unix:path=/nowhere".into(),
        ),
    ];
    environment.extend(more);
    Ringback::new(&setting.folder(), environment)
}

async fn key_works(program: &Ringback, account: &str) -> bool {
    let checks = program.run(&["accounts", "check", "--json"]).await.json();
    let check = checks
        .as_array()
        .and_then(|all| all.iter().find(|check| check["id"] == account))
        .expect("the account is checked");
    check["ok"] == true
}

fn assert_nowhere(folder: &Path, secret: &str) {
    for file in files_below(folder) {
        let bytes = fs::read(folder.join(&file)).expect("a file of the home");
        let is_there = bytes
            .windows(secret.len())
            .any(|part| part == secret.as_bytes());
        assert!(!is_there, "a secret stands in {}", file);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_in_the_sealed_file_works_with_the_passphrase_and_is_nowhere_in_the_clear() {
    let (setting, bare, key) = without_keys().await;
    let open = with_passphrase(&setting, Vec::new());
    assert!(!key_works(&open, RETELL).await);

    let set = ["accounts", "set-secret", RETELL, "api_key", "--sealed"];
    let kept = open.reading(&format!("{key}\n")).json(&set).await;
    let variable = "RINGBACK_CLINIC_RETELL_API_KEY";
    assert_eq!(kept, json!({"account": RETELL, "variable": variable}));
    assert!(key_works(&open, RETELL).await);
    assert_nowhere(&setting.folder(), &key);

    // Without the passphrase the program runs, and says what is wrong.
    assert!(!key_works(&bare, RETELL).await);
    let health = bare.run(&["doctor", "--json"]).await.json();
    let keys = health["checks"]
        .as_array()
        .and_then(|checks| checks.iter().find(|check| check["subject"] == "keys"))
        .expect("the doctor looks at the keys");
    assert_eq!(keys["state"], "warning");
    let refused = bare
        .reading("k")
        .run(&["accounts", "set-secret", RETELL, "api_key", "--json"])
        .await;
    assert_eq!(refused.code, Some(3));
    assert_eq!(refused.json()["error"]["code"], "locked");

    let forget = ["accounts", "forget-secret", RETELL, "api_key"];
    open.json(&forget).await;
    assert!(!key_works(&open, RETELL).await);
    assert_eq!(open.run(&forget).await.code, Some(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_of_the_environment_are_moved_and_work_without_it() {
    let (setting, _, key) = without_keys().await;
    let rich = with_passphrase(&setting, setting.simulator.environment());
    let moved = rich.json(&["accounts", "move-secrets", "--sealed"]).await;
    let names: Vec<_> = moved.as_array().expect("a list").iter().collect();
    assert!(names.contains(&&json!("RINGBACK_CLINIC_RETELL_API_KEY")));

    let poor = with_passphrase(&setting, Vec::new());
    assert!(key_works(&poor, RETELL).await);
    assert!(key_works(&poor, TWILIO).await);
    assert_nowhere(&setting.folder(), &key);
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_accounts_and_names_are_told_before_a_key_is_typed() {
    let (setting, _, _) = without_keys().await;
    let open = with_passphrase(&setting, Vec::new());
    let unknown = open
        .run(&["accounts", "set-secret", "nobody", "api_key", "--json"])
        .await;
    assert_eq!(
        (unknown.code, &unknown.json()["error"]["code"]),
        (Some(1), &json!("not_found"))
    );
    let wrong = open
        .run(&["accounts", "set-secret", RETELL, "auth_token", "--json"])
        .await;
    assert_eq!(wrong.code, Some(2));
    let message = wrong.json()["error"]["message"]
        .as_str()
        .expect("a text")
        .to_owned();
    assert!(message.contains("api_key"), "{message}");
    // Where there is no key store, the way out is told.
    let nowhere = open
        .reading("k")
        .run(&["accounts", "set-secret", RETELL, "api_key", "--json"])
        .await;
    assert_eq!(nowhere.json()["error"]["code"], "config");
    assert!(
        nowhere.json()["error"]["hint"]
            .as_str()
            .is_some_and(|hint| hint.contains("--sealed"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_key_in_the_environment_of_what_serves_is_named_by_a_test_event() {
    let (setting, _, key) = without_keys().await;
    let open = with_passphrase(&setting, Vec::new());
    let set = ["accounts", "set-secret", RETELL, "api_key", "--sealed"];
    open.reading(&format!("{key}\n")).json(&set).await;
    let variable = "RINGBACK_CLINIC_RETELL_API_KEY";
    let old = vec![(variable.to_owned(), "key_of_last_year".to_owned())];
    let mut serving = with_passphrase(&setting, old).serve(&[]);
    serving.open(&setting.sender).await;
    let said = open
        .run(&["accounts", "webhook", RETELL, "--test", "--json"])
        .await;
    serving.kill().await;
    assert_eq!(said.code, Some(1), "{said:?}");
    let trial = said.json();
    assert_eq!(trial["outcome"], "rejected", "{trial}");
    assert_eq!(trial["variable"], variable, "{trial}");
    let hint = trial["hint"].as_str().expect("what to do");
    assert!(hint.contains(variable), "{hint}");
}

/// A key store of its own, unlocked as a login does it, around each start of the program.
const WITH_KEY_STORE: &str = "printf %s \"$KEYRING_PASSWORD\" | gnome-keyring-daemon --unlock --components=secrets >/dev/null && exec \"$@\"";

/// The program on a bus and with a key store of its own, started by this script.
#[cfg(target_os = "linux")]
fn at_a_desk(setting: &Setting, desk: &Path, script: &str) -> Ringback {
    let path = |name: &str| {
        let path = desk.join(name);
        fs::create_dir_all(&path).expect("a folder");
        path.to_str().expect("a plain name").to_owned()
    };
    let environment = vec![
        ("HOME".into(), path("home")),
        ("XDG_DATA_HOME".into(), path("data")),
        ("XDG_RUNTIME_DIR".into(), path("run")),
        ("KEYRING_PASSWORD".into(), "login".into()),
    ];
    let program = Ringback::new(&setting.folder(), environment);
    program.under(&["dbus-run-session", "--", "sh", "-c", script, "sh"])
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_key_in_the_desktops_key_store_works_and_is_nowhere_in_the_clear() {
    let (setting, _, key) = without_keys().await;
    let desk = tempfile::tempdir().expect("a folder");
    let program = at_a_desk(&setting, desk.path(), WITH_KEY_STORE);
    assert!(!key_works(&program, RETELL).await);
    let set = ["accounts", "set-secret", RETELL, "api_key"];
    program.reading(&key).json(&set).await;
    assert!(key_works(&program, RETELL).await);
    assert_nowhere(&setting.folder(), &key);
    assert_nowhere(desk.path(), &key);

    program
        .json(&["accounts", "forget-secret", RETELL, "api_key"])
        .await;
    assert!(!key_works(&program, RETELL).await);
}
