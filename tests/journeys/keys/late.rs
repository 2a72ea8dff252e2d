//! A key store that is locked when the program starts, as at a login: everything else works, and its keys
//! are in force when it opens.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use ringback_api::Api;
use ringback_engine::{
    EngineOptions,
    keys::{Kind, Vault, VaultError},
};
use ringback_journeys::{
    bucket::Bucket,
    patience::{SOON, until},
    setting::{RETELL, Setting},
};
use ringback_model::Secret;
use ringback_simulator::CallScript;
use serde_json::{Value, json};

use crate::{
    bulk::NoShell,
    reload::{answers, ask, knock},
};

/// A key store that is silent until it is opened.
#[derive(Debug)]
struct Drowsy {
    secrets: BTreeMap<String, String>,
    is_open: AtomicBool,
    /// Whether it tells that it is locked, as Secret Service does.
    tells: bool,
    asked: AtomicUsize,
}

impl Drowsy {
    fn with(secrets: Vec<(String, String)>, tells: bool) -> Arc<Self> {
        Arc::new(Self {
            secrets: secrets.into_iter().collect(),
            is_open: AtomicBool::new(false),
            tells,
            asked: AtomicUsize::new(0),
        })
    }

    fn opens(&self) {
        self.is_open.store(true, Ordering::SeqCst);
    }

    fn is_open(&self) -> bool {
        self.is_open.load(Ordering::SeqCst)
    }
}

impl Vault for Drowsy {
    fn kind(&self) -> Kind {
        Kind::System
    }

    fn read(&self, name: &str) -> Result<Option<Secret>, VaultError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        if !self.is_open() {
            return Err(VaultError::Silent);
        }
        Ok(self.secrets.get(name).map(Secret::new))
    }

    fn keep(&self, _name: &str, _secret: &Secret) -> Result<(), VaultError> {
        Err(VaultError::Silent)
    }

    fn forget(&self, _name: &str) -> Result<bool, VaultError> {
        Err(VaultError::Silent)
    }

    fn is_closed(&self) -> bool {
        self.tells && !self.is_open()
    }
}

/// What the doctor finds of the keys.
async fn keys_in(api: &Api) -> Value {
    let health = ask(api, "health.get", json!({})).await;
    let checks = health["checks"].as_array().expect("a list");
    let found = checks.iter().find(|check| check["subject"] == "keys");
    found.expect("the doctor looks at the keys").clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_of_a_store_that_was_locked_at_the_start_are_in_force_when_it_opens() {
    let setting = Setting::webhooks_only().await;
    let vault = Drowsy::with(setting.simulator.environment(), true);
    let options = EngineOptions {
        environment: Arc::new(|_| None),
        vault: vault.clone(),
        ..setting.options()
    };
    let house = setting.start_as(options).await.expect("it starts");
    let asked = vault.asked.load(Ordering::SeqCst);
    assert_eq!(asked, 1, "silence is waited for once and not for each key");
    assert_eq!(knock(&setting).await.status, 401);
    let api = Api::new(house.engine.clone(), Arc::new(NoShell));
    let found = keys_in(&api).await;
    assert_eq!(found["state"], "warning", "{found}");
    assert_eq!(found["finding"]["code"], "key_store_locked");
    assert_eq!(found["remedy"], "read_keys");
    assert_eq!(ask(&api, "keys.state", json!({})).await["open"], false);

    vault.opens();
    answers(&setting, 200).await;
    let found = keys_in(&api).await;
    assert_eq!(found["finding"]["code"], "key_store_open", "{found}");
    let setup = ask(&api, "accounts.setup", json!({})).await;
    let accounts = setup["accounts"].as_array().expect("a list");
    let retell = accounts.iter().find(|account| account["id"] == RETELL);
    let secrets = &retell.expect("one of ours")["secrets"];
    assert_eq!(secrets[0]["source"], "key_store", "{secrets}");
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_has_a_locked_store_read_again() {
    let setting = Setting::webhooks_only().await;
    // It does not tell that it is locked, so that by itself it is asked less and less often.
    let vault = Drowsy::with(setting.simulator.environment(), false);
    let options = EngineOptions {
        environment: Arc::new(|_| None),
        vault: vault.clone(),
        ..setting.options()
    };
    let house = setting.start_as(options).await.expect("it starts");
    let api = Api::new(house.engine.clone(), Arc::new(NoShell));
    let read = ask(&api, "keys.read", json!({})).await;
    assert_eq!(read["open"], false, "{read}");
    assert_eq!(knock(&setting).await.status, 401);

    vault.opens();
    let read = ask(&api, "keys.read", json!({})).await;
    assert_eq!(read["open"], true, "{read}");
    answers(&setting, 200).await;
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn second_copies_wait_for_their_keys_and_follow() {
    let (setting, bucket) = (Setting::webhooks_only().await, Bucket::start().await);
    setting.configure_with(&bucket.config());
    let vault = Drowsy::with(Bucket::environment(), true);
    let options = EngineOptions {
        vault: vault.clone(),
        ..setting.options()
    };
    let house = setting.start_as(options).await.expect("it starts");
    let id = setting.simulator.place(RETELL, CallScript::default());
    let id = id.expect("one of ours");
    setting.live_through().await;
    let call = house.recording_is(&id, "ready").await;
    let path = call["recordings"][0]["path"].as_str().expect("it is here");
    assert_eq!(bucket.asked(), [""; 0], "nobody comes without keys");
    let alerts = house.alerts();
    let is_told = alerts.iter().any(|(kind, _)| kind == "offsite_failed");
    assert!(!is_told, "and nobody is told of a failure");

    vault.opens();
    until(SOON, "the copy is there", async || {
        bucket.file(path).is_file().then_some(())
    })
    .await;
    house.engine.shutdown().await;
}

/// A key store that is unlocked at the login and locked again before the program starts. Who writes a line
/// into the pipe has it opened, by another daemon in the place of the first.
#[cfg(target_os = "linux")]
const LOCKED: &str = "printf %s \"$KEYRING_PASSWORD\" | gnome-keyring-daemon --unlock --components=secrets >/dev/null \
    && dbus-send --session --dest=org.freedesktop.secrets --print-reply /org/freedesktop/secrets \
       org.freedesktop.Secret.Service.Lock array:objpath:/org/freedesktop/secrets/collection/login >/dev/null \
    && mkfifo \"$XDG_RUNTIME_DIR/open\" \
    && { { timeout 600 head -n 1 \"$XDG_RUNTIME_DIR/open\" \
           && printf %s \"$KEYRING_PASSWORD\" | gnome-keyring-daemon --replace --unlock --components=secrets; } >/dev/null 2>&1 & \
         echo $$ >\"$XDG_RUNTIME_DIR/program\" && exec \"$@\"; }";

/// The program on the bus, which does not end with the bus.
#[cfg(target_os = "linux")]
struct Program(PathBuf);

#[cfg(target_os = "linux")]
impl Program {
    fn signal(&self, name: &str) {
        let number = std::fs::read_to_string(&self.0).unwrap_or_default();
        // Without a number it has not begun, or it has ended already.
        let _ = std::process::Command::new("kill")
            .args([&format!("-{name}"), number.trim()])
            .stderr(std::process::Stdio::null())
            .status();
    }
}

#[cfg(target_os = "linux")]
impl Drop for Program {
    fn drop(&mut self) {
        self.signal("KILL");
    }
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn the_desktops_key_store_may_be_unlocked_after_the_start() {
    let (setting, _, key) = super::without_keys().await;
    let desk = tempfile::tempdir().expect("a folder");
    let set = ["accounts", "set-secret", RETELL, "api_key"];
    let unlocked = super::at_a_desk(&setting, desk.path(), super::WITH_KEY_STORE);
    unlocked.reading(&key).json(&set).await;

    let program = Program(desk.path().join("run/program"));
    let mut serving = super::at_a_desk(&setting, desk.path(), LOCKED).serve(&[]);
    serving.open(&setting.sender).await;
    assert_eq!(knock(&setting).await.status, 401, "its key cannot be read");
    let pipe = desk.path().join("run/open");
    let opened = tokio::process::Command::new("sh")
        .args(["-c", "echo >\"$1\"", "sh"])
        .arg(&pipe)
        .status();
    let opened = tokio::time::timeout(SOON, opened).await;
    assert!(opened.expect("somebody reads").expect("a shell").success());
    answers(&setting, 200).await;
    program.signal("TERM");
    // The bus ends with what was started on it.
    serving.ended(SOON).await;
}
