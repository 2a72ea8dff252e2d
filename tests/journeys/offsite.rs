//! The second copy: brought to a real S3 server or a folder after the recording is here, tried again while
//! the storage is out of order, and brought back when the disk here is lost.

use std::{
    fs::{self, OpenOptions},
    io::Write,
    path::Path,
    sync::Arc,
    time::Duration,
};

use jiff::Timestamp;
use ringback_api::cli;
use ringback_engine::{EngineOptions, store::CopyState};
use ringback_journeys::{
    bucket::{Bucket, Weather},
    patience::{A_WHILE, SOON, until},
    program::Ringback,
    setting::{House, RETELL, Setting, TWILIO, files_below},
};
use ringback_model::RecordingId;
use ringback_simulator::CallScript;
use serde_json::{Value, json};

/// Puts `[offsite]` behind what is configured.
fn configure(setting: &Setting, lines: &str) {
    let mut file = OpenOptions::new()
        .append(true)
        .open(setting.home().config_file())
        .expect("it is there");
    file.write_all(lines.as_bytes()).expect("ours to write");
}

/// The usual options, with the keys of the bucket in the environment.
fn options(setting: &Setting, keys: Vec<(String, String)>) -> EngineOptions {
    let usual = setting.options();
    let inner = usual.environment.clone();
    EngineOptions {
        environment: Arc::new(move |name| {
            let key = keys.iter().find(|(known, _)| known == name);
            key.map(|(_, value)| value.clone()).or_else(|| inner(name))
        }),
        ..usual
    }
}

async fn start(setting: &Setting) -> House {
    let house = setting.start_as(options(setting, Bucket::environment()));
    house.await.expect("the engine starts")
}

fn program(setting: &Setting) -> Ringback {
    let mut environment = setting.simulator.environment();
    environment.extend(Bucket::environment());
    Ringback::new(&setting.folder(), environment)
}

/// A home with `[offsite]` in a bucket.
async fn with_bucket() -> (Setting, Bucket) {
    let (setting, bucket) = (Setting::webhooks_only().await, Bucket::start().await);
    configure(&setting, &bucket.config());
    (setting, bucket)
}

/// A call with its recording; its JSON.
async fn recorded(setting: &Setting, house: &House, account: &str, script: CallScript) -> Value {
    let id = setting.simulator.place(account, script);
    let id = id.expect("one of ours");
    setting.live_through().await;
    house.recording_is(&id, "ready").await
}

fn id_of(call: &Value) -> RecordingId {
    let id = call["recordings"][0]["id"].as_str().expect("an id");
    id.parse().expect("one of ours")
}

fn path_of(call: &Value) -> &str {
    call["recordings"][0]["path"].as_str().expect("it is here")
}

/// How the copy stands, as the call's page shows it.
fn copy(house: &House, call: &Value) -> Value {
    let id = call["id"].as_str().expect("an id");
    let detail = cli::call(&house.engine, id).expect("it is here");
    let copy = detail.second_copies.get(&id_of(call).to_string()).cloned();
    serde_json::to_value(copy.expect("second copies are configured")).expect("plain")
}

async fn copy_is(house: &House, call: &Value, state: &str) -> Value {
    until(SOON, format!("a copy that is {state}"), async || {
        let copy = copy(house, call);
        (copy["state"] == state).then_some(copy)
    })
    .await
}

/// When the copy is tried next, and how many tries failed; `None` if nobody is at it.
fn next_try(house: &House, call: &Value) -> Option<(u32, Timestamp)> {
    let key = id_of(call).to_string();
    let job = house
        .engine
        .read(|reader| reader.jobs().get("offsite", &key));
    let job = job.expect("the database can be read")?;
    job.lease
        .is_none()
        .then_some((job.attempts, job.work.run_at))
}

fn digest(bytes: &[u8]) -> String {
    use sha2::Digest;
    hex::encode(sha2::Sha256::digest(bytes))
}

/// Every file here is there too, byte for byte.
fn assert_same(here: &Path, there: &Path) {
    let files = files_below(here);
    assert!(!files.is_empty());
    for name in files {
        let same = fs::read(here.join(&name)).ok() == fs::read(there.join(&name)).ok();
        assert!(same, "{name} is another file there");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_that_is_ready_is_copied_with_the_words_beside_it() {
    let (setting, bucket) = with_bucket().await;
    let house = start(&setting).await;
    let call = recorded(&setting, &house, RETELL, CallScript::default()).await;
    copy_is(&house, &call, "copied").await;
    let (recordings, path) = (setting.home().recordings(), path_of(&call));
    assert_same(&recordings, &bucket.file(""));
    let sidecar = Path::new(path).with_extension("json");
    let words = fs::read_to_string(bucket.file(&sidecar.to_string_lossy())).expect("beside it");
    assert!(words.contains(call["recordings"][0]["sha256"].as_str().expect("known")));
    assert_eq!(bucket.count("DELETE", ""), 0, "nothing is deleted there");

    let report = program(&setting).json(&["offsite", "status"]).await;
    assert_eq!(
        (&report["recordings"], &report["copied"], &report["faults"]),
        (&json!(1), &json!(1), &json!([])),
        "{report}"
    );
    assert_eq!(report["bytes"], call["recordings"][0]["size_bytes"]);
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_down_is_tried_again_at_its_times_and_then_an_alert_stands() {
    let (setting, bucket) = with_bucket().await;
    bucket.is(Weather::Down);
    let house = start(&setting).await;
    let call = recorded(&setting, &house, RETELL, CallScript::default()).await;
    let alert = ("offsite_failed".to_owned(), "offsite".to_owned());
    for (failed, minutes) in [(1, 5), (2, 10), (3, 20), (4, 40)] {
        let (_, run_at) = until(SOON, format!("try {failed}"), async || {
            next_try(&house, &call).filter(|(attempts, _)| *attempts == failed)
        })
        .await;
        let pause = run_at.duration_since(setting.now());
        assert_eq!(pause.as_secs(), minutes * 60, "after try {failed}");
        assert_eq!(copy(&house, &call)["reason"], "unreachable");
        assert!(!house.alerts().contains(&alert), "it is tried again");
        setting.pass(Duration::from_secs(minutes.unsigned_abs() * 60));
        house.look();
    }
    let copy = copy_is(&house, &call, "failed").await;
    assert_eq!(copy["reason"], "unreachable");
    assert!(house.alerts().contains(&alert), "{:?}", house.alerts());
    assert_eq!(
        house
            .recording_is(call["id"].as_str().expect("id"), "ready")
            .await["recordings"][0]["state"],
        "ready"
    );

    // The next recording finds the storage working, and what was given up follows by itself.
    bucket.is(Weather::Fair);
    let next = recorded(&setting, &house, TWILIO, CallScript::default()).await;
    copy_is(&house, &next, "copied").await;
    copy_is(&house, &call, "copied").await;
    until(SOON, "no alert", async || {
        (!house.alerts().contains(&alert)).then_some(())
    })
    .await;
    assert_same(&setting.home().recordings(), &bucket.file(""));
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_key_is_told_at_once_and_appears_nowhere() {
    let (setting, bucket) = with_bucket().await;
    let mut keys = Bucket::environment();
    keys[1].1 = "a wrong secret that is nobody's business".into();
    let house = setting.start_as(options(&setting, keys.clone())).await;
    let house = house.expect("the engine starts");
    let call = recorded(&setting, &house, RETELL, CallScript::default()).await;
    until(SOON, "the reason", async || {
        (copy(&house, &call)["reason"] == "key_refused").then_some(())
    })
    .await;
    until(SOON, "an alert", async || {
        house
            .alerts()
            .iter()
            .any(|(kind, _)| kind == "offsite_failed")
            .then_some(())
    })
    .await;
    house.engine.shutdown().await;

    let mut environment = setting.simulator.environment();
    environment.extend(keys);
    let program = Ringback::new(&setting.folder(), environment);
    let said = program.run(&["offsite", "status", "--json"]).await;
    assert_eq!(said.code, Some(3), "{said:?}");
    assert_eq!(said.json()["error"]["code"], "key_refused");
    assert!(!format!("{said:?}").contains("nobody's business"));

    let without = setting
        .program()
        .run(&["offsite", "status", "--json"])
        .await;
    assert_eq!(without.code, Some(2), "{without:?}");
    let error = &without.json()["error"];
    let hint = error["hint"].as_str().unwrap_or_default();
    assert!(
        hint.contains("RINGBACK_OFFSITE_SECRET_ACCESS_KEY"),
        "{error}"
    );
    drop(bucket);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_disk_is_brought_back_and_every_file_is_the_one_it_was() {
    let (setting, _bucket) = with_bucket().await;
    let house = start(&setting).await;
    let mut calls = Vec::new();
    for account in [RETELL, TWILIO, RETELL] {
        calls.push(recorded(&setting, &house, account, CallScript::default()).await);
    }
    for call in &calls {
        copy_is(&house, call, "copied").await;
    }
    let recordings = setting.home().recordings();
    let before: Vec<_> = files_below(&recordings)
        .into_iter()
        .map(|name| {
            (
                digest(&fs::read(recordings.join(&name)).expect("there")),
                name,
            )
        })
        .collect();

    // One is damaged, all others are gone; the engine goes on meanwhile.
    let damaged = recordings.join(path_of(&calls[0]));
    let mut wrong = fs::read(&damaged).expect("there");
    wrong[100] ^= 1;
    fs::remove_dir_all(&recordings).expect("ours to lose");
    fs::create_dir_all(damaged.parent().expect("a day")).expect("ours");
    fs::write(&damaged, &wrong).expect("ours to break");

    let program = program(&setting);
    let report = program.json(&["offsite", "pull"]).await;
    assert_eq!(
        (
            &report["brought"],
            &report["failed"],
            &report["without_call"]
        ),
        (&json!(3), &json!(0), &json!(0)),
        "{report}"
    );
    for (sha256, name) in &before {
        let bytes = fs::read(recordings.join(name)).expect("it is back");
        assert_eq!(&digest(&bytes), sha256, "{name}");
    }
    let kept = setting.folder().join("quarantine");
    let is_kept = |name: &String| fs::read(kept.join(name)).is_ok_and(|bytes| bytes == wrong);
    assert!(
        files_below(&kept).iter().any(is_kept),
        "the damaged one is kept"
    );
    for call in &calls {
        let id = call["id"].as_str().expect("an id");
        house.recording_is(id, "ready").await;
    }
    assert_eq!(program.json(&["recordings", "verify"]).await["whole"], 3);
    let again = program.json(&["offsite", "pull"]).await;
    assert_eq!((&again["whole"], &again["brought"]), (&json!(3), &json!(0)));
    house.engine.shutdown().await;

    // The whole home is lost but its configuration: the files come back without their calls.
    for name in files_below(&setting.folder()) {
        if name != "config.toml" {
            fs::remove_file(setting.folder().join(name)).expect("ours to lose");
        }
    }
    let report = program.json(&["offsite", "pull"]).await;
    assert_eq!(
        (&report["brought"], &report["without_call"]),
        (&json!(3), &json!(3)),
        "{report}"
    );
    for (sha256, name) in &before {
        let bytes = fs::read(recordings.join(name)).expect("it is back");
        assert_eq!(&digest(&bytes), sha256, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_was_changed_there_is_found_and_replaced_on_demand() {
    let (setting, bucket) = with_bucket().await;
    let house = start(&setting).await;
    let call = recorded(&setting, &house, RETELL, CallScript::default()).await;
    copy_is(&house, &call, "copied").await;
    let path = path_of(&call);
    let whole = fs::read(setting.home().recordings().join(path)).expect("here");

    // Somebody writes another file of the same length over it, by the storage's own means.
    let mut other = whole.clone();
    other[whole.len() / 2] ^= 1;
    let elsewhere = tempfile::tempdir().expect("a folder");
    let file = elsewhere.path().join("other");
    fs::write(&file, &other).expect("ours");
    bucket
        .copies()
        .upload(path, &file, &digest(&other), None, &mut NoNotes)
        .await
        .expect("the bucket takes it");

    let program = program(&setting);
    let said = program.run(&["offsite", "status", "--json"]).await;
    assert_eq!(said.code, Some(1), "{said:?}");
    let report = said.json();
    assert_eq!(
        (&report["damaged"], &report["copied"]),
        (&json!(1), &json!(0))
    );
    assert_eq!(report["faults"][0]["path"], path);
    assert_eq!(copy(&house, &call)["state"], "failed");
    assert_eq!(copy(&house, &call)["reason"], "damaged");

    // A damaged copy is never brought here.
    fs::remove_file(setting.home().recordings().join(path)).expect("ours to lose");
    let said = program.run(&["offsite", "pull", "--json"]).await;
    assert_eq!(said.code, Some(1), "{said:?}");
    assert_eq!(said.json()["items"][0]["reason"], "damaged");
    assert!(!setting.home().recordings().join(path).exists());
    fs::write(setting.home().recordings().join(path), &whole).expect("ours");

    let report = program.json(&["offsite", "push"]).await;
    assert_eq!(
        (&report["copied"], &report["faults"]),
        (&json!(1), &json!([]))
    );
    assert_eq!(fs::read(bucket.file(path)).expect("there"), whole);
    assert_eq!(copy(&house, &call)["state"], "copied");
    house.engine.shutdown().await;
}

/// For uploads that nobody goes on with.
struct NoNotes;

#[async_trait::async_trait]
impl ringback_offsite::Notebook for NoNotes {
    async fn keep(
        &mut self,
        _: Option<&ringback_offsite::Begun>,
    ) -> Result<(), ringback_offsite::Trouble> {
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_was_cut_off_by_kill_9_goes_on_where_it_was() {
    let (setting, bucket) = (Setting::webhooks_only().await, Bucket::start().await);
    let house = setting.start().await;
    let long = CallScript {
        talk: Some(Duration::from_secs(20 * 60)),
        ..CallScript::default()
    };
    let call = recorded(&setting, &house, RETELL, long).await;
    house.rests().await;
    house.engine.shutdown().await;
    let size = call["recordings"][0]["size_bytes"].as_u64().expect("known");
    assert!(size > 17 << 20, "three parts, not {size} bytes");

    // Copies are configured only now: what was here before is copied too.
    configure(&setting, &bucket.config());
    bucket.is(Weather::HangingAtPart(2));
    let program = program(&setting);
    let serving = program.serve(&[]);
    until(A_WHILE, "the second part", async || {
        (bucket.count("PUT", "partNumber=2&") > 0).then_some(())
    })
    .await;
    serving.kill().await;
    assert!(
        !bucket.file(path_of(&call)).exists(),
        "it is there whole or not at all"
    );

    bucket.is(Weather::Fair);
    let serving = program.serve(&[]);
    until(A_WHILE, "the copy", async || {
        let report = program.json(&["offsite", "status"]).await;
        (report["copied"] == 1).then_some(())
    })
    .await;
    serving.kill().await;
    assert_same(&setting.home().recordings(), &bucket.file(""));
    assert_eq!(
        bucket.count("PUT", "partNumber=1&"),
        1,
        "the first part was not sent again"
    );
    assert_eq!(bucket.count("POST", "uploads"), 1, "one upload");
}

#[tokio::test(flavor = "multi_thread")]
async fn recordings_come_in_while_the_bucket_hangs() {
    let (setting, bucket) = with_bucket().await;
    bucket.is(Weather::Hanging);
    let house = start(&setting).await;
    for round in 0..8 {
        let account = if round % 2 == 0 { RETELL } else { TWILIO };
        let call = recorded(&setting, &house, account, CallScript::default()).await;
        assert_eq!(copy(&house, &call)["state"], "waiting");
    }
    let totals = house.engine.read(|reader| {
        let place = house.engine.offsite_place().unwrap_or_default();
        reader.second_copies().totals(&place)
    });
    assert_eq!(totals.expect("readable").copied, 0);
    bucket.is(Weather::Fair);
    until(SOON, "all copies", async || {
        let totals = house.engine.read(|reader| {
            let place = house.engine.offsite_place().unwrap_or_default();
            reader.second_copies().totals(&place)
        });
        (totals.ok()?.copied == 8).then_some(())
    })
    .await;
    assert_same(&setting.home().recordings(), &bucket.file(""));
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_is_not_mounted_is_not_made_and_is_used_when_it_is_there() {
    let setting = Setting::webhooks_only().await;
    let share = tempfile::tempdir().expect("a folder");
    let folder = share.path().join("calls");
    configure(
        &setting,
        &format!("\n[offsite]\nurl = \"file://{}\"\n", folder.display()),
    );
    let house = setting.start().await;
    let call = recorded(&setting, &house, TWILIO, CallScript::default()).await;
    until(SOON, "the reason", async || {
        (copy(&house, &call)["reason"] == "no_bucket").then_some(())
    })
    .await;
    assert!(
        !folder.exists(),
        "a folder that is missing is a disk that is not mounted"
    );

    fs::create_dir(&folder).expect("ours");
    let queued = house.engine.queue_offsite().await.expect("configured");
    assert_eq!(queued, 1);
    copy_is(&house, &call, "copied").await;
    assert_same(&setting.home().recordings(), &folder);
    let state = house.engine.read(|reader| {
        let place = house.engine.offsite_place().unwrap_or_default();
        reader.second_copies().of(id_of(&call), &place)
    });
    let state = state.expect("readable").expect("known").state;
    assert_eq!(state, CopyState::Copied);
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_offsite_nothing_is_copied_and_the_commands_say_so() {
    let setting = Setting::webhooks_only().await;
    let house = setting.start().await;
    let call = recorded(&setting, &house, RETELL, CallScript::default()).await;
    assert_eq!(next_try(&house, &call), None);
    for command in ["status", "push", "pull"] {
        let said = setting.program().run(&["offsite", command, "--json"]).await;
        assert_eq!(said.code, Some(2), "{said:?}");
        assert_eq!(said.json()["error"]["code"], "config");
    }
    house.engine.shutdown().await;
}
