//! The links that a team's own backend tells are the only way to its recordings.

use std::{fs, time::Duration};

use ringback_engine::resync::{Request, Scope};
use ringback_journeys::{
    setting::{CUSTOM, House, Setting},
    signing::post_to_custom,
};
use ringback_simulator::{CallScript, Host};
use serde_json::{Value, json};

/// The call whose recordings these journeys are about.
const CALL: &str = "conv_links";

/// The link to a recording that lies in the backend's bucket and of which nobody was told.
fn stored(setting: &Setting) -> String {
    let id = setting
        .simulator
        .place(CUSTOM, CallScript::default())
        .expect("one of ours");
    while let Some(at) = setting.world().next_webhook_at() {
        setting.clock.set(at.max(setting.now()));
        for event in setting.world().webhooks_due(setting.now()) {
            let body: Value = serde_json::from_slice(&event.body).expect("JSON");
            let url = body["data"]["recording"]["url"].as_str();
            if let (true, Some(url)) = (event.call_id == id, url) {
                return url.to_owned();
            }
        }
    }
    panic!("the call has no recording");
}

/// Tells of the call, which ended, and of its recording.
async fn tell(setting: &Setting, message: &str, recording: Value) {
    let body = json!({
        "type": "call.updated",
        "timestamp": setting.now().to_string(),
        "data": {
            "call": {"provider_call_id": CALL, "status": "ended", "started_at": "2026-03-01T10:00:00Z",
                "ended_at": "2026-03-01T10:00:30Z"},
            "recording": recording,
        },
    });
    let answer = post_to_custom(setting, message, body.to_string().into_bytes()).await;
    assert_eq!(answer.word, "accepted");
}

fn reason(call: &Value) -> &Value {
    &call["recordings"][0]["reason"]
}

async fn resync(house: &House) {
    let request = Request {
        scope: Scope::Call(CALL.into()),
        account: None,
        dry_run: false,
    };
    let mut run = house.engine.resync(request).await.expect("it can be asked");
    assert_eq!(run.finished().await.report.failed, 0);
}

fn fetches(house: &House) -> usize {
    let jobs = house.engine.read(|reader| reader.jobs().list("fetch", 10));
    jobs.expect("readable").len()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_is_told_before_the_upload_is_done_is_tried_until_the_file_is_there() {
    let setting = Setting::with_backend().await;
    let house = setting.start().await;
    let url = stored(&setting);
    let switches = setting.switches(CUSTOM);
    switches.turn(|faults| faults.recordings_late_by = Duration::from_secs(60));
    tell(&setting, "msg_1", json!({"url": url})).await;
    let call = house.recording_is(CALL, "expected").await;
    assert_eq!(reason(&call), "processing");
    setting.pass(Duration::from_secs(61));
    house.look();
    house.recording_is(CALL, "ready").await;
    assert_eq!(house.alerts(), []);
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signed_link_that_died_is_not_tried_for_ever_and_a_fresh_one_is_a_new_beginning() {
    let setting = Setting::with_backend().await;
    let house = setting.start().await;
    let switches = setting.switches(CUSTOM);
    switches.turn(|faults| {
        faults.links_expire_after = Some(Duration::from_secs(300));
        faults.recordings_late_by = Duration::from_secs(3600);
    });
    let url = stored(&setting);
    tell(&setting, "msg_1", json!({"url": url})).await;
    let early = house.recording_is(CALL, "expected").await;
    assert!(
        early["recordings"][0]["link_expires_at"].is_string(),
        "read from the link: {early}"
    );
    setting.pass(Duration::from_secs(301));
    house.look();
    let call = house.recording_is(CALL, "expired").await;
    assert_eq!(reason(&call), "link_expired");
    assert_eq!(call["missing"], json!(["recording"]));
    house.rests().await;
    assert_eq!(house.alerts().len(), 1, "somebody is told");
    assert_eq!(fetches(&house), 0);

    // Asked again, the old link is still all there is.
    resync(&house).await;
    house.recording_is(CALL, "expired").await;

    switches.turn(|faults| {
        faults.links_expire_after = None;
        faults.recordings_late_by = Duration::ZERO;
    });
    let (path, _) = url.split_once('?').expect("a signed link");
    let public = path.replace("/sign/", "/public/");
    tell(&setting, "msg_2", json!({"url": public})).await;
    let call = house.recording_is(CALL, "ready").await;
    assert_eq!(call["missing"], json!([]));
    house.rests().await;
    assert_eq!(house.alerts(), [], "the alert goes with its cause");
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_link_that_comes_late_does_not_replace_a_newer_one() {
    let setting = Setting::with_backend().await;
    let house = setting.start().await;
    let url = stored(&setting);
    setting
        .switches(CUSTOM)
        .turn(|faults| faults.recordings_late_by = Duration::from_secs(60));
    let event = |at: &str, url: &str| {
        json!({"type": "recording.done", "timestamp": at, "data": {
            "call": {"provider_call_id": CALL, "status": "ended"}, "recording": {"url": url}}})
        .to_string()
        .into_bytes()
    };
    let gone = url.replace(".mp3", ".gone.mp3");
    post_to_custom(&setting, "msg_2", event("2026-03-01T10:00:20Z", &url)).await;
    post_to_custom(&setting, "msg_1", event("2026-03-01T10:00:10Z", &gone)).await;
    house.applied().await;
    setting.pass(Duration::from_secs(61));
    house.look();
    house.recording_is(CALL, "ready").await;
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_to_a_host_that_is_not_named_is_fetched_when_the_host_was_named() {
    let setting = Setting::with_backend().await;
    let url = stored(&setting);
    setting.configure(|usual| {
        let (before, own) = usual
            .split_once("id = \"shop-custom\"")
            .expect("configured");
        let own: Vec<_> = own
            .lines()
            .filter(|line| !line.starts_with("media_hosts"))
            .collect();
        format!("{before}id = \"shop-custom\"{}\n", own.join("\n"))
    });
    let house = setting.start().await;
    setting.world().forget_seen();
    tell(&setting, "msg_1", json!({"url": url})).await;
    let call = house.recording_is(CALL, "failed").await;
    assert_eq!(reason(&call), "forbidden_address");
    house.rests().await;
    let alerts = house
        .engine
        .read(|reader| reader.alerts().open())
        .expect("readable");
    assert_eq!(alerts.len(), 1);
    assert_eq!(alerts[0].what.params["reason"], "forbidden_address");
    let seen = setting.world().seen();
    assert!(
        seen.iter().all(|seen| seen.host != Host::Storage),
        "the storage was not asked"
    );
    house.engine.shutdown().await;

    setting.configure(|usual| usual);
    let house = setting.start().await;
    resync(&house).await;
    let call = house.call(CALL).expect("here");
    assert_eq!(call["recordings"][0]["state"], "ready", "{call:#}");
    assert_eq!(house.alerts(), []);
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_was_lost_from_the_disk_is_fetched_again_from_the_link_in_the_journal() {
    let setting = Setting::with_backend().await;
    let house = setting.start().await;
    let url = stored(&setting);
    tell(&setting, "msg_1", json!({"url": url})).await;
    let call = house.recording_is(CALL, "ready").await;
    let file = house.file(&call);
    let sound = fs::read(&file).expect("it is there");
    for lost in [&file, &file.with_extension("json")] {
        fs::remove_file(lost).expect("it can be deleted");
    }
    resync(&house).await;
    assert_eq!(
        house.call(CALL).expect("here")["recordings"],
        call["recordings"]
    );
    assert!(fs::read(&file).is_ok_and(|again| again == sound));
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_that_is_only_announced_is_waited_for_in_peace() {
    let setting = Setting::with_backend().await;
    let house = setting.start().await;
    let url = stored(&setting);
    tell(&setting, "msg_1", json!({"state": "expected"})).await;
    let call = house.recording_is(CALL, "expected").await;
    assert_eq!(call["missing"], json!(["recording"]));
    assert_eq!(fetches(&house), 0, "there is nothing to ask for");
    resync(&house).await;
    setting.pass(Duration::from_secs(25 * 3600));
    house.look();
    house.rests().await;
    assert_eq!(fetches(&house), 0);
    assert_eq!(house.alerts(), []);
    assert_eq!(
        house.call(CALL).expect("here")["recordings"],
        call["recordings"]
    );
    tell(&setting, "msg_2", json!({"url": url})).await;
    house.recording_is(CALL, "ready").await;
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_withheld_absent_or_deleted_is_settled_by_a_word() {
    let setting = Setting::with_backend().await;
    let house = setting.start().await;
    for (number, (recording, state, reason)) in [
        (
            json!({"state": "absent", "reason": "silent"}),
            "absent",
            "silent",
        ),
        (json!({"state": "withheld"}), "withheld", "policy"),
        (
            json!({"state": "deleted"}),
            "deleted",
            "deleted_at_provider",
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let mut recording = recording;
        let id = format!("rec_{number}");
        recording["provider_recording_id"] = json!(id);
        tell(&setting, &format!("msg_{number}"), recording).await;
        let call = house
            .call_that(CALL, state, |call| {
                let all = call["recordings"].as_array();
                all.is_some_and(|all| {
                    all.iter()
                        .any(|it| it["provider_recording_id"] == id.as_str())
                })
            })
            .await;
        let told = call["recordings"]
            .as_array()
            .expect("a list")
            .iter()
            .find(|it| it["provider_recording_id"] == id.as_str());
        let told = told.expect("the one that was told of");
        assert_eq!(
            (&told["state"], &told["reason"]),
            (&json!(state), &json!(reason))
        );
        assert_eq!(call["missing"], json!([]));
    }
    assert_eq!(fetches(&house), 0);
    house.engine.shutdown().await;
}
