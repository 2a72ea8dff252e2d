//! Pressing play where there is nothing to play yet.

use ringback_api::{ErrorCode, ErrorJson};
use ringback_engine::EngineError;
use ringback_journeys::setting::{RETELL, Setting, TWILIO};
use ringback_model::{Reason, RecordingId, RecordingState};
use ringback_simulator::{CallScript, Reach, RecordingPlan};

fn id_of(call: &serde_json::Value) -> RecordingId {
    call["recordings"][0]["id"]
        .as_str()
        .expect("an id")
        .parse()
        .expect("an id of ours")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_here_yet_says_so_and_what_will_never_be_here_says_that() {
    let setting = Setting::webhooks_only().await;
    setting
        .switches(TWILIO)
        .turn(|faults| faults.reach = Reach::Unavailable);
    let house = setting.start().await;
    let coming = setting
        .simulator
        .place(TWILIO, CallScript::default())
        .expect("one of ours");
    let script = CallScript {
        recording: RecordingPlan::Silent,
        ..CallScript::default()
    };
    let absent = setting
        .simulator
        .place(TWILIO, script)
        .expect("one of ours");
    setting.live_through().await;

    let load = |call: &serde_json::Value| -> ErrorJson {
        let loaded = house.engine.load(id_of(call), 0, true, "somebody".into());
        loaded.expect_err("there is no sound").into()
    };
    let call = house.recording_is(&coming, "available").await;
    let error = load(&call);
    assert_eq!(error.code, ErrorCode::NotReady, "{error:?}");
    assert!(error.hint.is_some(), "it says that it comes by itself");
    let call = house.recording_is(&absent, "absent").await;
    assert_eq!(load(&call).code, ErrorCode::NoRecording);
    let nobody_listened = ringback_api::cli::call(&house.engine, &absent)
        .expect("here")
        .listens;
    assert!(
        nobody_listened.is_empty(),
        "nothing was heard, so nobody listened"
    );
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_somebody_took_away_is_told_and_comes_back_with_a_resync() {
    let setting = Setting::webhooks_only().await;
    let house = setting.start().await;
    let id = setting
        .simulator
        .place(RETELL, CallScript::default())
        .expect("one of ours");
    setting.live_through().await;
    let call = house.recording_is(&id, "ready").await;
    std::fs::remove_file(house.file(&call)).expect("it is there");
    let error = house
        .engine
        .load(id_of(&call), 0, true, "somebody".into())
        .expect_err("it is gone");
    assert!(matches!(error, EngineError::FileMissing), "{error:?}");
    let error = ErrorJson::from(error);
    assert_eq!(error.code, ErrorCode::Damaged);
    assert!(error.hint.is_some_and(|hint| hint.contains("Resync")));

    let request = ringback_engine::resync::Request {
        scope: ringback_engine::resync::Scope::Call(id.clone()),
        account: None,
        dry_run: false,
    };
    house
        .engine
        .resync(request)
        .await
        .expect("known")
        .finished()
        .await;
    let call = house.recording_is(&id, "ready").await;
    let truth = setting.simulator.truth(&id).expect("the call");
    let recordings = setting.home().recordings();
    assert_eq!(
        ringback_journeys::truth::wrong_with_sound(&call, &truth, &recordings),
        [""; 0]
    );
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_here_whole_needs_no_provider_when_the_database_forgot_it() {
    let setting = Setting::webhooks_only().await;
    let house = setting.start().await;
    let id = setting
        .simulator
        .place(RETELL, CallScript::default())
        .expect("one of ours");
    setting.live_through().await;
    let before = house.recording_is(&id, "ready").await;
    let recording = id_of(&before);

    // As after a power failure between the landing and its note: the file and the words beside it
    // are there, the row says that it is still to come, and the link is dead.
    setting
        .switches(RETELL)
        .turn(|faults| faults.reach = Reach::Unavailable);
    house
        .engine
        .write(move |writer| {
            let mut row = writer.recordings().by_id(recording)?.expect("it is known");
            row.state = RecordingState::Available(Reason::Queued);
            row.path = None;
            row.sha256 = None;
            writer.recordings_mut().put(&row)
        })
        .await
        .expect("written");
    house
        .engine
        .retry_recording(recording)
        .await
        .expect("there is something to fetch");

    let after = house.recording_is(&id, "ready").await;
    assert_eq!(
        before["recordings"], after["recordings"],
        "it is the same file again"
    );
    house.engine.shutdown().await;
}
