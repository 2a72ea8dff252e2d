//! The window takes recordings out: where the person says, told while it goes on, stopped, shown.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use ringback_api::{
    Api, ErrorJson, Event, Place, Shell, Wanted, dto::ExportProgress, dto::ExportState,
};
use ringback_journeys::{
    patience::SOON,
    setting::{House, RETELL, Setting, TWILIO},
};
use ringback_simulator::{CallScript, RecordingPlan};
use serde_json::{Value, json};
use tokio::sync::broadcast;

/// A desktop at which somebody answers.
struct Desk {
    answer: Mutex<Place>,
    wanted: Mutex<Vec<Wanted>>,
    revealed: Mutex<Vec<PathBuf>>,
}

impl Desk {
    fn that_says(answer: Place) -> Arc<Self> {
        Arc::new(Self {
            answer: Mutex::new(answer),
            wanted: Mutex::default(),
            revealed: Mutex::default(),
        })
    }

    fn says(&self, answer: Place) {
        *self.answer.lock().expect("nobody panics") = answer;
    }

    fn last_wanted(&self) -> Option<Wanted> {
        self.wanted.lock().expect("nobody panics").pop()
    }

    fn last_revealed(&self) -> Option<PathBuf> {
        self.revealed.lock().expect("nobody panics").pop()
    }
}

impl Shell for Desk {
    fn start_demo(&self) -> Result<(), ErrorJson> {
        unreachable!("nobody asks for it here")
    }
    fn reveal(&self, path: &Path) -> Result<(), ErrorJson> {
        let mut revealed = self.revealed.lock().expect("nobody panics");
        revealed.push(path.to_owned());
        Ok(())
    }
    fn open(&self, _: &Path) -> Result<(), ErrorJson> {
        unreachable!("nobody asks for it here")
    }
    fn place(&self, wanted: Wanted) -> Result<Place, ErrorJson> {
        self.wanted.lock().expect("nobody panics").push(wanted);
        Ok(self.answer.lock().expect("nobody panics").clone())
    }
}

/// A call with its recording here.
async fn heard(setting: &Setting, house: &House, account: &str) -> Value {
    let placed = setting.simulator.place(account, CallScript::default());
    let id = placed.expect("one of ours");
    setting.live_through().await;
    house.recording_is(&id, "ready").await
}

/// What is told of an export up to its end.
async fn to_its_end(events: &mut broadcast::Receiver<Event>) -> Vec<ExportProgress> {
    let mut told = Vec::new();
    let end = async {
        loop {
            if let Event::Export(progress) = events.recv().await.expect("the other side is there") {
                told.push(progress);
                if told
                    .last()
                    .is_some_and(|last| last.state != ExportState::Running)
                {
                    return;
                }
            }
        }
    };
    tokio::time::timeout(SOON, end).await.expect("it ends");
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn one_recording_goes_where_the_person_says_in_the_form_that_was_chosen() {
    let setting = Setting::webhooks_only().await;
    let house = setting.start().await;
    let call = heard(&setting, &house, RETELL).await;
    let out = tempfile::tempdir().expect("a folder");
    let file = out.path().join("for the customer.flac");
    let desk = Desk::that_says(Place::Chosen(file.clone()));
    let api = Api::new(house.engine.clone(), desk.clone());
    let mut events = api.events();

    let wanted = json!({ "recordings": [call["recordings"][0]["id"]], "form": "flac" });
    let begun = api.call("export.start", wanted.clone()).await;
    let begun = begun.expect("it begins");
    assert_eq!(
        (&begun["total"], &begun["asked"]),
        (&json!(1), &json!(true))
    );
    let told = to_its_end(&mut events).await;
    let end = told.last().expect("an end");
    assert_eq!(
        (end.state, end.written, end.failed),
        (ExportState::Done, 1, 0)
    );
    assert!((end.share - 1.0).abs() < f64::EPSILON);
    assert!(
        told.is_sorted_by(|one, next| one.share <= next.share),
        "{told:#?}"
    );
    assert_eq!(end.file.as_deref(), file.to_str());
    assert!(fs::read(&file).expect("it is there").starts_with(b"fLaC"));
    let offered = desk.last_wanted().expect("somebody was asked");
    assert!(
        matches!(&offered, Wanted::File(name) if name.ends_with(".flac")),
        "{offered:?}"
    );
    let number = json!({ "export": begun["export"] });
    api.call("export.reveal", number)
        .await
        .expect("it is shown");
    assert_eq!(desk.last_revealed(), Some(file.clone()));

    // As it is means byte for byte, and a file that was chosen again is replaced.
    let own = json!({ "recordings": [call["recordings"][0]["id"]], "form": "own" });
    api.call("export.start", own).await.expect("it begins");
    to_its_end(&mut events).await;
    let here = fs::read(house.file(&call)).expect("it is here");
    assert_eq!(fs::read(&file).expect("it is there"), here);

    desk.says(Place::Declined);
    let declined = api.call("export.start", wanted).await;
    assert_eq!(
        declined,
        Ok(Value::Null),
        "who thinks better of it gets nothing"
    );
    assert_eq!(fs::read_dir(out.path()).expect("readable").count(), 1);
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn picked_calls_go_into_one_folder_and_take_no_file_s_name_away() {
    let setting = Setting::webhooks_only().await;
    let house = setting.start().await;
    let mut calls = Vec::new();
    for account in [RETELL, TWILIO] {
        calls.push(heard(&setting, &house, account).await["id"].clone());
    }
    let silent = CallScript {
        recording: RecordingPlan::None,
        ..CallScript::default()
    };
    let silent = setting
        .simulator
        .place(TWILIO, silent)
        .expect("one of ours");
    setting.live_through().await;
    let silent = house
        .call_that(&silent, "the end", |call| call["status"] == "ended")
        .await;
    calls.push(silent["id"].clone());
    let folder = setting.folder().join("exports");
    let desk = Desk::that_says(Place::NobodyToAsk);
    let api = Api::new(house.engine.clone(), desk.clone());
    let mut events = api.events();

    let wanted = json!({ "calls": calls, "form": "mp3" });
    for files in [2, 4] {
        let begun = api.call("export.start", wanted.clone()).await;
        let begun = begun.expect("it begins");
        assert_eq!(
            (&begun["asked"], &begun["without"]),
            (&json!(false), &json!(1))
        );
        assert_eq!(
            begun["folder"].as_str(),
            folder.to_str(),
            "it is said where"
        );
        let told = to_its_end(&mut events).await;
        let end = told.last().expect("an end");
        assert_eq!((end.state, end.written), (ExportState::Done, 2));
        let names = fs::read_dir(&folder).expect("readable");
        let names: Vec<_> = names.map(|entry| entry.expect("an entry").path()).collect();
        assert_eq!(names.len(), files, "nothing was replaced: {names:?}");
        assert!(
            names
                .iter()
                .all(|name| name.extension().is_some_and(|it| it == "mp3"))
        );
    }
    assert_eq!(desk.last_wanted(), Some(Wanted::Folder));

    let none = json!({ "calls": [silent["id"]], "form": "own" });
    let refused = api
        .call("export.start", none)
        .await
        .expect_err("nothing is here");
    assert_eq!(json!(refused.code), "no_recording");
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_that_cannot_be_written_to_says_so_and_what_helps() {
    let setting = Setting::webhooks_only().await;
    let house = setting.start().await;
    let call = heard(&setting, &house, RETELL).await;
    let out = tempfile::tempdir().expect("a folder");
    // A file where a folder would have to be.
    fs::write(out.path().join("taken"), b"here").expect("writable");
    let desk = Desk::that_says(Place::Chosen(out.path().join("taken").join("call.wav")));
    let api = Api::new(house.engine.clone(), desk);
    let mut events = api.events();
    for form in ["own", "wav"] {
        let wanted = json!({ "recordings": [call["recordings"][0]["id"]], "form": form });
        api.call("export.start", wanted).await.expect("it begins");
        let told = to_its_end(&mut events).await;
        let end = told.last().expect("an end");
        assert_eq!((end.written, end.failed), (0, 1), "{form}");
        let error = json!(end.error);
        assert_eq!(error["code"], "cannot_write", "{form}: {error}");
        assert!(
            error["hint"]
                .as_str()
                .is_some_and(|hint| hint.contains("another folder"))
        );
    }
    assert_eq!(
        fs::read_dir(out.path()).expect("readable").count(),
        1,
        "no half file"
    );
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_report_for_those_who_help_goes_where_the_person_says() {
    let setting = Setting::webhooks_only().await;
    let house = setting.start().await;
    let out = tempfile::tempdir().expect("a folder");
    let file = out.path().join("to help.zip");
    let desk = Desk::that_says(Place::Chosen(file.clone()));
    let api = Api::new(house.engine.clone(), desk.clone());
    let written = api.call("health.report", Value::Null).await;
    assert_eq!(
        written.expect("it is written")["file"].as_str(),
        file.to_str()
    );
    assert!(fs::read(&file).expect("it is there").starts_with(b"PK"));
    assert_eq!(desk.last_revealed(), Some(file));
    desk.says(Place::Declined);
    assert_eq!(
        api.call("health.report", Value::Null).await,
        Ok(Value::Null)
    );
    house.engine.shutdown().await;
}
