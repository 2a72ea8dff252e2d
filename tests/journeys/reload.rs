//! `config.toml` and keys change while the program runs: by hand, by the command line, by the window.

use std::{fs, sync::Arc, time::Duration};

use ringback_api::Api;
use ringback_engine::{Engine, EngineOptions};
use ringback_journeys::{
    door::{self, Answer, Sender},
    patience::{SOON, until},
    setting::{House, RETELL, Setting, TWILIO},
    signing::post_to_retell,
};
use ringback_simulator::{CallScript, Host};
use serde_json::{Value, json};
use url::Url;

use crate::bulk::NoShell;

/// The file without the account of this id.
fn without(text: &str, id: &str) -> String {
    let mut parts = text.split("\n[[accounts]]\n");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts.filter(|part| !part.contains(&format!("id = \"{id}\""))) {
        out.push_str("\n[[accounts]]\n");
        out.push_str(part);
    }
    out
}

fn file(setting: &Setting) -> String {
    fs::read_to_string(setting.home().config_file()).expect("the file is there")
}

fn write(setting: &Setting, text: &str) {
    fs::write(setting.home().config_file(), text).expect("the home can be written");
}

/// Posts an event that is signed and was never posted before.
pub(crate) async fn knock(setting: &Setting) -> Answer {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let call = format!("call_knock{}", NEXT.fetch_add(1, Ordering::Relaxed));
    let body = json!({"event": "call_started", "call": {"call_id": call}});
    post_to_retell(setting, body.to_string().into_bytes()).await
}

/// Posts until the door answers with this status.
pub(crate) async fn answers(setting: &Setting, status: u16) {
    until(SOON, format!("an answer with {status}"), async || {
        (knock(setting).await.status == status).then_some(())
    })
    .await;
}

/// The engine of this process, with the door where the file says, as the window asks it.
async fn window(setting: &Setting) -> (House, Api) {
    let options = EngineOptions {
        listen: None,
        ..setting.options()
    };
    let engine = Engine::start(options).await.expect("the engine starts");
    let api = Api::new(engine.clone(), Arc::new(NoShell));
    (House::of(engine, setting), api)
}

pub(crate) async fn ask(api: &Api, name: &str, args: Value) -> Value {
    let answer = api.call(name, args).await;
    answer.unwrap_or_else(|error| panic!("{name}: {error:?}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_written_by_hand_is_taken_up_while_serving_and_another_one_is_let_go() {
    let setting = Setting::in_real_time().await;
    let whole = file(&setting);
    write(&setting, &without(&whole, RETELL));
    let mut serving = setting.program().serve(&[]);
    serving.open(&setting.sender).await;
    assert_eq!(knock(&setting).await.status, 404, "it is not there yet");

    write(&setting, &whole);
    answers(&setting, 200).await;

    write(&setting, &without(&whole, RETELL));
    answers(&setting, 404).await;
    let list = setting.program().json(&["calls", "list"]).await;
    let calls = list.as_array().expect("a list");
    assert!(
        calls.iter().any(|call| call["account"] == RETELL),
        "what was taken in stays readable: {list}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_cannot_be_used_is_told_with_its_line_and_what_ran_before_goes_on() {
    let setting = Setting::webhooks_only().await;
    let (house, api) = window(&setting).await;
    answers(&setting, 200).await;
    let state = ask(&api, "config.state", json!({})).await;
    assert_eq!((&state["ok"], &state["line"]), (&json!(true), &Value::Null));

    let good = file(&setting);
    let broken = good.replacen("poll_every", "pol_every", 1);
    write(&setting, &broken);
    let state = until(SOON, "the file is refused", async || {
        let state = ask(&api, "config.state", json!({})).await;
        (state["ok"] == false).then_some(state)
    })
    .await;
    let line = 1 + broken
        .lines()
        .take_while(|line| !line.starts_with("pol_every"))
        .count();
    assert_eq!(state["line"], line);
    assert_eq!(state["hint"], "Did you mean \"poll_every\"?");
    let refused = ("config_refused".to_owned(), "config.toml".to_owned());
    until(SOON, "a person is told", async || {
        house.alerts().contains(&refused).then_some(())
    })
    .await;
    let health = ask(&api, "health.get", json!({})).await;
    let checks = health["checks"].as_array().expect("a list");
    let config = checks.iter().find(|check| check["subject"] == "config");
    let config = config.expect("the doctor looks at the file");
    assert_eq!(config["state"], "problem");
    let said = config["message"].as_str().unwrap_or_default();
    assert!(said.contains(&format!("line {line}")), "{said}");
    assert_eq!(knock(&setting).await.status, 200, "what ran before goes on");
    // What is broken is not changed by the window either.
    let args = json!({"id": RETELL, "paused": true});
    let error = api.call("accounts.pause", args).await.expect_err("refused");
    assert!(error.message.contains(&format!("line {line}")), "{error:?}");
    assert_eq!(file(&setting), broken);

    // An editor that is half way through, or a full disk: nobody meant to have no accounts.
    write(&setting, "");
    until(SOON, "an empty file is refused", async || {
        let state = ask(&api, "config.state", json!({})).await;
        (state["ok"] == false && state["line"].is_null()).then_some(())
    })
    .await;
    assert_eq!(knock(&setting).await.status, 200);

    write(&setting, &good);
    until(SOON, "the alert is withdrawn", async || {
        (!house.alerts().contains(&refused)).then_some(())
    })
    .await;
    let state = ask(&api, "config.state", json!({})).await;
    assert_eq!(state["ok"], true);
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_added_by_the_command_line_is_open_in_the_program_that_serves() {
    let setting = Setting::in_real_time().await;
    let whole = format!("# Ours, by hand\n{}", file(&setting));
    let before = without(&whole, RETELL);
    write(&setting, &before);
    let program = setting.program();
    let mut serving = program.serve(&[]);
    serving.open(&setting.sender).await;

    let key = |key: &str| {
        let block = whole
            .split("\n[[accounts]]\n")
            .find(|part| part.contains(RETELL));
        let mut lines = block.expect("it is there").lines();
        let line = lines.find_map(|line| line.strip_prefix(&format!("{key} = ")));
        let value = line.expect("it has the key").trim_matches(['"', '[', ']']);
        format!("{key}={}", value.trim_matches('"'))
    };
    let (url, hosts) = (key("base_url"), key("media_hosts"));
    let add = ["accounts", "add", RETELL, "--provider", "retell"];
    let settings = ["--set", &url, "--set", &hosts, "--set", "poll_every=0s"];
    let last = ["--set", "allow_private_network=true"];
    let words: Vec<&str> = add.into_iter().chain(settings).chain(last).collect();
    let added = program.json(&words).await;
    assert_eq!(added["id"], RETELL);
    assert_eq!(added["secrets"][0]["source"], "environment");
    assert_eq!(added["settings"]["allow_private_network"], true);
    answers(&setting, 200).await;
    let after = file(&setting);
    assert!(after.starts_with(&before), "nothing else changed: {after}");

    let again = program.run(&words).await;
    assert_eq!(again.code, Some(2));
    let typo = [
        "accounts",
        "edit",
        RETELL,
        "--set",
        "pol_every=1m",
        "--json",
    ];
    let wrong = program.run(&typo).await;
    assert_eq!(wrong.code, Some(2));
    let message = wrong.json()["error"]["message"].to_string();
    assert!(message.contains("poll_every"), "{message}");
    assert_eq!(file(&setting), after, "nothing was written");

    let words = ["accounts", "remove", RETELL];
    program.json(&words).await;
    answers(&setting, 404).await;
    assert_eq!(file(&setting), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_account_is_left_alone_and_takes_in_and_catches_up_when_it_goes_on() {
    let setting = Setting::webhooks_only().await;
    let (house, api) = window(&setting).await;
    let args = json!({"id": RETELL, "paused": true});
    let account = ask(&api, "accounts.pause", args).await;
    assert_eq!(account["paused"], true);
    assert!(file(&setting).contains("\npaused = true\n"));

    let id = setting
        .simulator
        .place(RETELL, CallScript::default())
        .expect("one of ours");
    let other = setting
        .simulator
        .place(TWILIO, CallScript::default())
        .expect("one of ours");
    for (_, answer) in setting.live_through().await {
        assert!(answer.is_kept(), "{answer:?}");
    }
    house
        .call_that(&id, "the end", |call| call["status"] == "ended")
        .await;
    // Another account goes on as ever; by then the paused one had its time, too.
    house.look();
    house.recording_is(&other, "ready").await;
    let asked = |setting: &Setting| {
        let seen = setting.world().seen();
        let of_retell = |seen: &&ringback_simulator::SeenRequest| {
            seen.host == Host::Api && seen.account.as_deref() == Some(RETELL)
        };
        seen.iter().filter(of_retell).count()
    };
    assert_eq!(asked(&setting), 0, "its provider was left alone");
    let call = house.call(&id).expect("it is here");
    assert_ne!(call["recordings"][0]["state"], "ready");
    let resync = json!({"scope": {"scope": "call", "id": id}, "dry_run": false});
    let error = api.call("resync.start", resync).await.expect_err("paused");
    assert!(error.message.contains("paused"), "{error:?}");

    let args = json!({"id": RETELL, "paused": false});
    ask(&api, "accounts.pause", args).await;
    assert!(!file(&setting).contains("paused"));
    house.recording_is(&id, "ready").await;
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_account_leaves_its_calls_and_its_recordings_can_be_put_back() {
    let setting = Setting::webhooks_only().await;
    let (house, api) = window(&setting).await;
    let id = setting
        .simulator
        .place(RETELL, CallScript::default())
        .expect("one of ours");
    setting.live_through().await;
    house.look();
    let call = house.recording_is(&id, "ready").await;
    let sound = house.file(&call);
    assert!(sound.is_file());

    let args = json!({"id": RETELL, "data": "quarantine"});
    let removed = ask(&api, "accounts.remove", args).await;
    assert_eq!(removed["quarantined"], 1, "{removed}");
    assert_eq!(removed["not_moved"], 0);
    assert!(!sound.exists());
    assert!(!file(&setting).contains(RETELL));
    assert_eq!(knock(&setting).await.status, 404);
    let call = house.call(&id).expect("the call stays");
    assert_eq!(
        call["transcript"].as_array().map(Vec::is_empty),
        Some(false)
    );
    let setup = ask(&api, "accounts.setup", json!({})).await;
    assert_eq!(setup["removed"][0]["id"], RETELL);
    assert_eq!(setup["removed"][0]["provider"], "retell");

    let orphans = house.engine.orphans(false).await.expect("it is looked at");
    let entry = &orphans.quarantined[0];
    house
        .engine
        .restore_file(&entry.id)
        .await
        .expect("it is put back");
    assert!(sound.is_file());
    let call = house.recording_is(&id, "ready").await;
    assert_eq!(house.file(&call), sound);
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_set_in_the_sealed_file_is_used_by_the_program_that_serves() {
    let setting = Setting::in_real_time().await;
    let all = setting.simulator.environment();
    let name = "RINGBACK_CLINIC_RETELL_API_KEY";
    let (mine, mut others): (Vec<_>, Vec<_>) =
        all.into_iter().partition(|(known, _)| known == name);
    let credentials = setting.folder().with_extension("credentials");
    fs::create_dir_all(&credentials).expect("a folder beside the home");
    fs::write(credentials.join("ringback-passphrase"), "open sesame").expect("a small file");
    let path = credentials.to_str().expect("a plain name").to_owned();
    others.push(("CREDENTIALS_DIRECTORY".into(), path));
    let nowhere = "unix:path=/nowhere".to_owned();
    others.push(("DBUS_SESSION_BUS_ADDRESS".into(), nowhere));
    let program = ringback_journeys::program::Ringback::new(&setting.folder(), others);
    let set = ["accounts", "set-secret", RETELL, "api_key", "--sealed"];
    program.reading("key_of_yesterday").json(&set).await;

    let mut serving = program.serve(&[]);
    serving.open(&setting.sender).await;
    let refused = knock(&setting).await;
    assert_eq!(refused.status, 401, "signed with another key: {refused:?}");
    program.reading(&mine[0].1).json(&set).await;
    answers(&setting, 200).await;
    program
        .json(&["accounts", "forget-secret", RETELL, "api_key"])
        .await;
    answers(&setting, 401).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_door_moves_when_the_file_says_so_and_stays_where_it_is_when_it_cannot() {
    let setting = Setting::webhooks_only().await;
    let (house, api) = window(&setting).await;
    answers(&setting, 200).await;
    let old = setting.sender.door().port().expect("a port").to_string();
    let new = door::address();
    let good = file(&setting);
    write(&setting, &good.replace(&old, &new.port().to_string()));
    let there = Sender::new(&Url::parse(&format!("http://{new}")).expect("an address"));
    until(SOON, "the door is at its new place", async || {
        (there.health().await == 200).then_some(())
    })
    .await;
    until(SOON, "and not at the old one", async || {
        (setting.sender.health().await == 0).then_some(())
    })
    .await;

    // Somebody else is there: the door stays, and it is told.
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("it has one").port();
    write(&setting, &good.replace(&old, &port.to_string()));
    until(SOON, "it is told", async || {
        let health = ask(&api, "health.get", json!({})).await;
        let checks = health["checks"].as_array()?.clone();
        let door = checks
            .into_iter()
            .find(|check| check["subject"] == "door")?;
        (door["state"] == "problem").then_some(())
    })
    .await;
    assert_eq!(there.health().await, 200, "it is where it was");
    drop(taken);
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_window_tries_adds_and_changes_an_account_and_no_secret_comes_out() {
    let setting = Setting::webhooks_only().await;
    let text = file(&setting);
    write(&setting, &without(&text, RETELL));
    let (house, api) = window(&setting).await;
    let forms = ask(&api, "providers.list", json!({})).await;
    let forms = forms.as_array().expect("a list");
    assert_eq!(forms.len(), 6);
    assert!(forms.iter().any(|form| form["provider"] == "retell"));

    let simulated = setting.simulator.accounts();
    let retell = simulated.iter().find(|account| account.id == RETELL);
    let retell = retell.expect("one of ours");
    let settings = json!({
        "base_url": retell.base_url, "allow_private_network": true, "poll_every": "0s",
    });
    let mut wanted = json!({
        "provider": "retell", "settings": settings, "secrets": {"api_key": "key_wrong"},
    });
    let tried = ask(&api, "accounts.try", wanted.clone()).await;
    assert_eq!(tried["ok"], false);
    assert_eq!(tried["error"]["code"], "key_refused");
    wanted["secrets"]["api_key"] = json!(retell.secrets[0].1);
    let tried = ask(&api, "accounts.try", wanted.clone()).await;
    assert_eq!(tried["ok"], true, "{tried}");
    assert_eq!(file(&setting), without(&text, RETELL), "nothing is written");

    // The key is in the environment here; there is no key store to keep one in.
    wanted["id"] = json!(RETELL);
    let error = api.call("accounts.add", wanted.clone()).await;
    let error = error.expect_err("there is no place for the key");
    assert!(!format!("{error:?}").contains(&retell.secrets[0].1));
    assert_eq!(file(&setting), without(&text, RETELL));
    wanted["secrets"] = json!({});
    let added = ask(&api, "accounts.add", wanted).await;
    assert_eq!(added["secrets"][0]["source"], "environment");
    answers(&setting, 200).await;

    let rules = json!({"account": RETELL, "rules": {"latency_p95": "3s"}});
    let checks = ask(&api, "checks.set", rules).await;
    let own = checks["accounts"].as_array().expect("a list");
    let own = own.iter().find(|account| account["account"] == RETELL);
    let own = own.expect("it is checked")["rules"].to_string();
    assert!(own.contains("\"3s\""), "{own}");
    assert_eq!(
        checks["written"],
        json!([{"account": RETELL, "key": "latency_p95", "value": "3s"}])
    );
    let edit = json!({"id": RETELL, "settings": {"poll_every": null, "max_downloads": 5}});
    let edited = ask(&api, "accounts.edit", edit).await;
    assert_eq!(edited["settings"]["max_downloads"], 5.0);
    assert_eq!(edited["settings"]["poll_every"], Value::Null);
    let poll = house
        .engine
        .config()
        .account(RETELL)
        .map(|account| account.poll_every);
    assert_eq!(poll, Some(Some(Duration::from_secs(300))), "as is usual");
    let setup = ask(&api, "accounts.setup", json!({})).await.to_string();
    assert!(!setup.contains(&retell.secrets[0].1));
    house.engine.shutdown().await;
}
