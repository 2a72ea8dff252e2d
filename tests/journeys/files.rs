//! What a person does about the files: look whether they are as they landed, find what belongs to
//! nothing, take a copy, and have events read again.

use std::{
    fs::{self, File},
    path::Path,
    time::{Duration, SystemTime},
};

use ringback_engine::Why;
use ringback_journeys::{
    patience::{SOON, until},
    setting::{RETELL, Setting, TWILIO, files_below},
};
use ringback_simulator::CallScript;
use serde_json::{Value, json};

/// A home with a recorded call of each account, and what the program says of them.
async fn lived_in() -> (Setting, [Value; 2]) {
    let setting = Setting::webhooks_only().await;
    let house = setting.start().await;
    let ids = [RETELL, TWILIO].map(|account| {
        setting
            .simulator
            .place(account, CallScript::default())
            .expect("one of ours")
    });
    setting.live_through().await;
    let mut calls = Vec::new();
    for id in &ids {
        calls.push(house.recording_is(id, "ready").await);
    }
    house.rests().await;
    house.engine.shutdown().await;
    (setting, calls.try_into().expect("two calls"))
}

fn path_of(setting: &Setting, call: &Value) -> std::path::PathBuf {
    let path = call["recordings"][0]["path"].as_str().expect("it is here");
    setting.folder().join("recordings").join(path)
}

/// Nobody is writing a file that was last written an hour ago.
fn make_old(path: &Path) {
    let file = File::options().write(true).open(path).expect("it is there");
    let written = file.metadata().and_then(|found| found.modified());
    let hour_ago = written.expect("files have times") - Duration::from_secs(3600);
    file.set_modified(hour_ago).expect("files have times");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_and_a_lost_file_are_found_and_fetched_again() {
    let (setting, [changed, lost]) = lived_in().await;
    let program = setting.program();
    let verify = ["recordings", "verify"];
    let said = program.json(&verify).await;
    assert_eq!(
        (&said["checked"], &said["whole"], &said["faults"]),
        (&json!(2), &json!(2), &json!([]))
    );

    let (one, other) = (path_of(&setting, &changed), path_of(&setting, &lost));
    let (was_one, was_other) = [&one, &other]
        .map(|path| fs::read(path).expect("there"))
        .into();
    let mut wrong = was_one.clone();
    wrong[was_one.len() / 2] ^= 1;
    fs::write(&one, &wrong).expect("ours to break");
    fs::remove_file(&other).expect("ours to break");

    let said = program.run(&["recordings", "verify", "--json"]).await;
    assert_eq!(said.code, Some(1), "not everything is whole: {said:?}");
    let report = said.json();
    assert_eq!(report["whole"], 0, "{report}");
    let mut faults: Vec<_> = report["faults"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|fault| (fault["fault"].as_str(), fault["refetched"].as_bool()))
        .collect();
    faults.sort_unstable();
    assert_eq!(
        faults,
        [
            (Some("different"), Some(false)),
            (Some("missing"), Some(false))
        ]
    );
    assert_eq!(
        fs::read(&one).expect("there"),
        wrong,
        "looking changes nothing"
    );

    let said = program
        .run(&["recordings", "verify", "--mend", "--json"])
        .await;
    assert_eq!(said.code, Some(1), "{said:?}");
    // The program lives in its own time, and the transfer is due from then on.
    let quarantine = fs::metadata(setting.folder().join("quarantine"));
    let asked = quarantine.and_then(|found| found.modified());
    let asked = asked.expect("the wrong file was just set aside");
    let asked = jiff::Timestamp::try_from(asked).expect("of this age");
    setting.clock.set(asked + Duration::from_secs(60));
    let house = setting.start().await;
    for call in [&changed, &lost] {
        let id = call["id"].as_str().expect("an id");
        house.recording_is(id, "ready").await;
    }
    house.engine.shutdown().await;
    assert_eq!(fs::read(&one).expect("fetched again"), was_one);
    assert_eq!(fs::read(&other).expect("fetched again"), was_other);
    let kept = setting.folder().join("quarantine");
    let is_kept = |name: &String| fs::read(kept.join(name)).is_ok_and(|bytes| bytes == wrong);
    assert!(
        files_below(&kept).iter().any(is_kept),
        "the wrong file is not lost either"
    );
    assert_eq!(program.run(&verify).await.code, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_belongs_to_nothing_is_set_aside_and_put_back_on_demand_only() {
    let (setting, [call, _]) = lived_in().await;
    let program = setting.program();
    let nothing = program.json(&["recordings", "orphans"]).await;
    for kind in ["files", "rows", "parts", "sidecars", "quarantined"] {
        assert_eq!(nothing[kind], json!([]), "{kind}");
    }

    let own = path_of(&setting, &call);
    let ending = own.extension().and_then(|ending| ending.to_str());
    let stray = own.with_file_name(format!("stray.{}", ending.expect("sound")));
    fs::copy(&own, &stray).expect("a disk with room");
    let fresh = program.json(&["recordings", "orphans"]).await;
    assert_eq!(
        fresh["files"],
        json!([]),
        "a file of this minute may be landing"
    );
    make_old(&stray);
    let found = program.json(&["recordings", "orphans"]).await;
    let name = found["files"][0]["path"].as_str().expect("it is found");
    assert!(
        own.with_file_name("")
            .join("..")
            .join("..")
            .join(name)
            .exists()
    );
    assert!(stray.exists(), "looking moves nothing");

    let moved = program
        .json(&["recordings", "orphans", "--set-aside"])
        .await;
    let id = moved["files"][0]["set_aside"].as_str().expect("a name");
    assert!(!stray.exists() && own.exists());
    assert_eq!(moved["quarantined"][0]["id"], id);
    assert_eq!(moved["quarantined"][0]["why"], "orphan");
    let back = program.json(&["recordings", "restore", id]).await;
    assert_eq!(back["path"], name);
    assert!(stray.exists());
    let unknown = program.run(&["recordings", "restore", id, "--json"]).await;
    assert_eq!(unknown.json()["error"]["code"], "bad_request");
}

/// Whatever clock the journey has, this is long ago.
fn make_ancient(path: &Path) {
    let file = File::options().write(true).open(path).expect("it is there");
    file.set_modified(SystemTime::UNIX_EPOCH)
        .expect("files have times");
}

#[tokio::test(flavor = "multi_thread")]
async fn once_a_day_strays_are_set_aside_and_lost_files_told_of_and_nothing_is_deleted() {
    let (setting, [call, lost]) = lived_in().await;
    let own = path_of(&setting, &call);
    let stray = own.with_file_name("stray.wav");
    let part = own.with_file_name("01KJMDED6GTVJT1BGX1J6V0P35.part");
    fs::copy(&own, &stray).expect("a disk with room");
    fs::write(&part, b"half").expect("a disk with room");
    make_ancient(&stray);
    make_ancient(&part);
    fs::remove_file(path_of(&setting, &lost)).expect("it was there");

    let house = setting.start().await;
    setting.pass(Duration::from_secs(25 * 3600));
    house.look();
    let told = until(SOON, "the daily look is told of", async || {
        let alerts = house.engine.read(|reader| reader.alerts().open()).ok()?;
        alerts
            .into_iter()
            .find(|alert| alert.what.kind == "orphans")
    })
    .await;
    assert_eq!(
        told.what.params,
        json!({"set_aside": "2", "left": "0", "gone": "1"})
    );
    assert!(!stray.exists() && !part.exists() && own.exists());
    let found = house.engine.orphans(false).await.expect("readable");
    let whys: Vec<_> = found.quarantined.iter().map(|entry| entry.why).collect();
    assert_eq!(whys, [Why::Leftover, Why::Orphan]);
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_much_is_strange_at_once_nothing_is_moved() {
    let (setting, [call, _]) = lived_in().await;
    let own = path_of(&setting, &call);
    let strays: Vec<_> = (0..25)
        .map(|number| own.with_file_name(format!("stray-{number}.wav")))
        .collect();
    for stray in &strays {
        fs::copy(&own, stray).expect("a disk with room");
        make_ancient(stray);
    }
    let house = setting.start().await;
    setting.pass(Duration::from_secs(25 * 3600));
    house.look();
    let told = until(SOON, "the daily look is told of", async || {
        let alerts = house.engine.read(|reader| reader.alerts().open()).ok()?;
        alerts
            .into_iter()
            .find(|alert| alert.what.kind == "orphans")
    })
    .await;
    assert_eq!(told.what.params["left"], "25");
    assert!(strays.iter().all(|stray| stray.exists()));
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_is_copied_as_it_is_or_written_anew_in_another_form() {
    let (setting, calls) = lived_in().await;
    let program = setting.program();
    for call in &calls {
        let id = call["id"].as_str().expect("an id");
        let own = path_of(&setting, call);
        let ending = own.extension().and_then(|ending| ending.to_str());
        for (name, ending) in [("own", ending.expect("sound")), ("other", "wav")] {
            let to = setting.folder().join(format!("{id}-{name}.{ending}"));
            let to = to.to_str().expect("text");
            program
                .json(&["recordings", "export", id, "--to", to])
                .await;
            let copy = fs::read(to).expect("it is written");
            let original = fs::read(&own).expect("it is here");
            match own.extension() == Path::new(to).extension() {
                true => assert!(copy == original, "byte for byte"),
                false => assert!(copy.starts_with(b"RIFF") && copy.len() > original.len()),
            }
        }
        for (format, begin) in [("flac", b"fLaC".as_slice()), ("mp3", b"ID3")] {
            if own.extension().is_some_and(|own| own == format) {
                continue;
            }
            // The format counts, whatever the new file is called.
            let to = setting.folder().join(format!("{id}-as-{format}.sound"));
            let to = to.to_str().expect("text");
            program
                .json(&["recordings", "export", id, "--to", to, "--format", format])
                .await;
            let sound = ringback_engine::audio::examine(Path::new(to), &|| false);
            let facts = sound.expect("it is whole").facts;
            assert!(fs::read(to).expect("written").starts_with(begin));
            let recording = &call["recordings"][0];
            assert_eq!(recording["channels"], facts.channels, "{format}");
            let long = recording["duration_ms"].as_u64().expect("known");
            assert!(facts.duration_ms.abs_diff(long) <= 150, "{facts:?}, {long}");
        }
        let said = program
            .run(&["recordings", "export", id, "--to", "copy.ogg", "--json"])
            .await;
        assert_eq!(said.json()["error"]["code"], "bad_request", "{said:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_there_is_replaced_only_if_that_is_meant_and_a_wrong_place_is_named() {
    let (setting, [call, _]) = lived_in().await;
    let program = setting.program();
    let id = call["id"].as_str().expect("an id");
    let folder = tempfile::tempdir().expect("a folder");
    let theirs = folder.path().join("theirs.wav");
    let beside = folder.path().join("theirs.wav.part");
    for file in [&theirs, &beside] {
        fs::write(file, "theirs").expect("writable");
    }
    let to = theirs.to_str().expect("text");
    let export = ["recordings", "export", id, "--json", "--to"];
    let said = program.run(&[&export[..], &[to]].concat()).await;
    let error = said.json()["error"].clone();
    assert_eq!(error["code"], "cannot_write", "{said:?}");
    assert!(
        error["hint"]
            .as_str()
            .is_some_and(|hint| hint.contains("--force"))
    );
    assert_eq!(fs::read(&theirs).expect("there"), b"theirs");

    for form in ["own", "flac"] {
        let mut words = [&export[..], &[to, "--force"]].concat();
        if form != "own" {
            words.extend(["--format", form]);
        }
        let said = program.run(&words).await;
        assert_eq!(said.code, Some(0), "{said:?}");
        assert_ne!(fs::read(&theirs).expect("there"), b"theirs");
        assert_eq!(fs::read(&beside).expect("there"), b"theirs");
    }
    assert_eq!(files_below(folder.path()).len(), 2, "nothing is left");

    let nowhere = folder.path().join("nowhere").join("call.wav");
    let nowhere = nowhere.to_str().expect("text");
    for more in [&[][..], &["--format", "flac"]] {
        let said = program.run(&[&export[..], &[nowhere], more].concat()).await;
        let error = said.json()["error"].clone();
        assert_eq!(error["code"], "cannot_write", "{said:?}");
        let message = error["message"].as_str().expect("a text");
        assert!(message.contains(nowhere), "it says where: {message}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn reading_an_event_again_changes_nothing_that_was_right() {
    let (setting, [call, _]) = lived_in().await;
    let program = setting.program();
    let id = call["id"].as_str().expect("an id");
    let before = program.json(&["calls", "show", id]).await;
    let events = program.json(&["events", "list", "--limit", "500"]).await;
    let events = events.as_array().expect("a list");
    assert!(!events.is_empty());
    for event in events {
        let event = event["id"].as_str().expect("an id");
        let said = program.json(&["events", "replay", event]).await;
        assert_eq!(said, json!({ "replayed": 1, "failed": 0 }));
    }
    assert_eq!(program.json(&["calls", "show", id]).await, before);
    let none = program.json(&["events", "replay", "--failed"]).await;
    assert_eq!(none, json!({ "replayed": 0, "failed": 0 }));
    let said = program
        .run(&["events", "replay", "nothing", "--json"])
        .await;
    assert_eq!(said.json()["error"]["code"], "not_found");
    assert_eq!(said.code, Some(1));
}
