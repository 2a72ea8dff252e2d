//! The database is gone, and comes back from the journal and the files.

use std::fs;

use ringback_engine::store::{Listen, NewAlert};
use ringback_journeys::{
    patience::{SOON, until},
    setting::{House, RETELL, Setting, TWILIO, files_below},
    truth::unequal,
};
use ringback_simulator::{CallScript, Direction, Ending, Host, RecordingPlan};
use serde_json::{Value, json};

/// Calls of many kinds, with sound and without, some told by webhook, some asked for.
async fn lived_in(setting: &Setting) -> House {
    let house = setting.start().await;
    let scripts = [
        (
            RETELL,
            CallScript {
                transcript_updates: true,
                ..CallScript::default()
            },
        ),
        (
            TWILIO,
            CallScript {
                ending: Ending::Transferred,
                direction: Direction::Outbound,
                ..CallScript::default()
            },
        ),
        (
            TWILIO,
            CallScript {
                recording: RecordingPlan::Silent,
                ..CallScript::default()
            },
        ),
        (RETELL, CallScript::unanswered(Ending::Busy)),
        (
            RETELL,
            CallScript {
                recording: RecordingPlan::None,
                ..CallScript::default()
            },
        ),
    ];
    for (account, script) in scripts {
        setting
            .simulator
            .place(account, script)
            .expect("one of ours");
    }
    setting.live_through().await;
    let lost = setting
        .simulator
        .place(RETELL, CallScript::default())
        .expect("one of ours");
    setting.miss_everything();
    let request = ringback_engine::resync::Request {
        scope: ringback_engine::resync::Scope::Recent { days: 1 },
        account: None,
        dry_run: false,
    };
    house
        .engine
        .resync(request)
        .await
        .expect("it can be asked")
        .finished()
        .await;
    house.recording_is(&lost, "ready").await;
    for account in [RETELL, TWILIO] {
        let first = &setting.world().calls(account)[0];
        house.recording_is(first, "ready").await;
    }
    house.rests().await;
    house
}

fn everything(house: &House) -> Vec<Value> {
    let ids: Vec<String> = house
        .calls(&Default::default())
        .iter()
        .map(|call| call["id"].as_str().expect("an id").to_owned())
        .collect();
    ids.iter()
        .map(|id| house.call(id).expect("listed"))
        .collect()
}

/// Waits until every call is what it was; one that lacks something may be asked for meanwhile.
async fn becomes(house: &House, before: &[Value]) {
    for call in before {
        let id = call["id"].as_str().expect("an id");
        house.call_that(id, "what it was", |now| now == call).await;
    }
    assert_eq!(
        everything(house).len(),
        before.len(),
        "and there is no other"
    );
}

fn assert_same(before: &[Value], after: &[Value]) {
    assert_eq!(after.len(), before.len(), "every call is there");
    for (before, after) in before.iter().zip(after) {
        assert_eq!(
            unequal(after, before),
            [""; 0],
            "every id, field and recording is what it was"
        );
    }
}

/// Plans are derived too: the provider is asked about the one call that lacks something, and about
/// nothing that is here.
async fn only_what_lacks_something_is_asked_for(setting: &Setting, before: &[Value]) {
    until(SOON, "what is missing is asked for", async || {
        (!setting.world().seen().is_empty()).then_some(())
    })
    .await;
    let lacking: Vec<&str> = before
        .iter()
        .filter(|call| call["missing"] != serde_json::json!([]))
        .map(|call| call["provider_call_id"].as_str().expect("an id"))
        .collect();
    for seen in setting.world().seen() {
        let is_about_one = lacking.iter().any(|id| seen.path.contains(id));
        assert!(seen.host == Host::Api && is_about_one, "{seen:?}");
    }
}

fn delete_database(setting: &Setting) {
    for file in files_below(&setting.folder()) {
        if file.starts_with("ringback.db") {
            fs::remove_file(setting.folder().join(file)).expect("it can be deleted");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn after_the_database_was_deleted_rebuild_brings_back_every_call_and_recording() {
    let setting = Setting::webhooks_only().await;
    let house = lived_in(&setting).await;
    let before = everything(&house);
    assert_eq!(before.len(), 6);
    let ready = before
        .iter()
        .filter(|call| call["recordings"][0]["state"] == "ready")
        .count();
    assert!(ready >= 3, "some have sound");
    house.engine.shutdown().await;
    let files = files_below(&setting.home().recordings());

    delete_database(&setting);
    let report = setting.program().json(&["rebuild"]).await;
    assert_eq!(report["calls"], 6, "{report}");
    assert_eq!(report["recordings"], ready, "{report}");
    setting.world().forget_seen();
    let house = setting.start().await;
    becomes(&house, &before).await;
    assert_eq!(
        files_below(&setting.home().recordings()),
        files,
        "the files are untouched"
    );
    only_what_lacks_something_is_asked_for(&setting, &before).await;
    house.engine.check_database().expect("sound");
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_the_database_was_deleted_just_starting_again_brings_everything_back() {
    let setting = Setting::webhooks_only().await;
    let house = lived_in(&setting).await;
    let before = everything(&house);
    house.engine.shutdown().await;
    delete_database(&setting);
    setting.world().forget_seen();
    let house = setting.start().await;
    house.applied().await;
    becomes(&house, &before).await;
    only_what_lacks_something_is_asked_for(&setting, &before).await;
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rebuild_keeps_the_old_database_beside_the_new_one_and_waits_for_nobody_s_end() {
    let setting = Setting::webhooks_only().await;
    let house = lived_in(&setting).await;
    let before = everything(&house);
    let said = setting.program().run(&["rebuild", "--json"]).await;
    assert_eq!(said.code, Some(3), "somebody works on this home: {said:?}");
    let error = said.json()["error"].clone();
    assert_eq!(
        (&error["code"], &error["hint"]),
        (&json!("locked"), &json!("End it, then run this again.")),
        "{error}"
    );
    assert!(
        error["message"]
            .as_str()
            .is_some_and(|text| text.contains("running"))
    );
    assert_same(&before, &everything(&house));
    house.engine.shutdown().await;

    let report = setting.program().json(&["rebuild"]).await;
    let kept = report["kept"].as_str().expect("the old one is kept");
    assert!(
        fs::metadata(kept).is_ok_and(|file| file.len() > 0),
        "{kept}"
    );
    let house = setting.start().await;
    becomes(&house, &before).await;
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_rebuild_it_is_known_who_listened_and_what_was_set() {
    let setting = Setting::webhooks_only().await;
    let house = setting.start().await;
    let id = setting
        .simulator
        .place(RETELL, CallScript::default())
        .expect("one of ours");
    setting.live_through().await;
    let call = house.recording_is(&id, "ready").await;
    let recording = call["recordings"][0]["id"].as_str().expect("an id");
    let listen = |from_ms| Listen {
        recording: recording.parse().expect("an id"),
        call: call["id"].as_str().expect("an id").parse().expect("an id"),
        who: "Amira".into(),
        from_ms,
        to_ms: from_ms + 900,
        at: setting.now(),
    };
    let lines = [listen(0), listen(5_000)];
    let written = lines.clone();
    house
        .engine
        .write(move |writer| {
            for line in &written {
                writer.listens_mut().add(line)?;
            }
            writer.settings_mut().set("window.language", &"de")
        })
        .await
        .expect("written");
    house.engine.shutdown().await;

    setting.program().json(&["rebuild"]).await;
    let house = setting.start().await;
    house
        .engine
        .read(|reader| {
            let kept = reader.listens().of_call(lines[0].call)?;
            let kept: Vec<_> = kept.into_iter().rev().map(|(_, line)| line).collect();
            assert_eq!(kept, lines, "the same lines in the same order");
            let row = reader.calls().row(lines[0].call)?.expect("it is here");
            assert!(row.heard, "and the list shows it");
            let language = reader.settings().get::<String>("window.language")?;
            assert_eq!(language.as_deref(), Some("de"));
            Ok(())
        })
        .expect("readable");
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_that_cannot_be_done_leaves_everything_as_it_was_seen_alerts_too() {
    let setting = Setting::webhooks_only().await;
    let house = setting.start().await;
    let alert = NewAlert {
        kind: "kept_for_people".into(),
        subject: RETELL.into(),
        params: json!({}),
    };
    let raised = house
        .engine
        .write(move |writer| writer.alerts_mut().raise(&alert));
    raised.await.expect("writable");
    house.engine.shutdown().await;
    let program = setting.program();
    let ours = async || {
        let standing = program.json(&["alerts", "list"]).await;
        let alerts = standing.as_array().expect("a list").iter();
        let mut ours = alerts.filter(|alert| alert["kind"] == "kept_for_people");
        let alert = ours.next().cloned();
        assert!(ours.next().is_none(), "it stands once: {standing}");
        alert.unwrap_or_else(|| panic!("it stands: {standing}"))
    };
    let id = ours().await["id"].as_str().expect("an id").to_owned();
    program.json(&["alerts", "ack", &id]).await;
    let seen = ours().await["acknowledged_at"].clone();
    assert!(seen.is_string(), "{seen}");

    let file = setting.home().config_file();
    let good = fs::read_to_string(&file).expect("it was written");
    fs::write(&file, good.replacen("[intake]", "[intak]", 1)).expect("writable");
    let said = program.run(&["rebuild", "--json"]).await;
    assert_eq!(said.code, Some(2), "{said:?}");
    assert_eq!(said.json()["error"]["code"], "config");
    let databases = || {
        let mut files = files_below(&setting.folder());
        files.retain(|name| {
            name.contains("ringback.db") && !name.ends_with("-shm") && !name.ends_with("-wal")
        });
        files
    };
    assert_eq!(databases(), ["ringback.db"], "nothing was moved");

    fs::write(&file, good).expect("writable");
    assert_eq!(ours().await["acknowledged_at"], seen);
    program.json(&["rebuild"]).await;
    assert_eq!(databases().len(), 2, "the old one is kept");
    assert_eq!(ours().await["acknowledged_at"], seen);
}
