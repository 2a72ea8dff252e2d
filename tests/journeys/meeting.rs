//! A meeting: no numbers, several people, ids in webhooks and everything else to be asked for.

use std::time::Duration;

use ringback_journeys::{
    setting::Setting,
    truth::{differences, wrong_with_sound},
};
use ringback_simulator::{AccountSetup, CallScript, Ending, RecordingPlan, StoragePolicy};
use serde_json::{Value, json};

const RECALL: &str = "team-recall";

fn recall() -> Vec<AccountSetup> {
    vec![AccountSetup::new(RECALL, "recall")]
}

fn video_only() -> RecordingPlan {
    RecordingPlan::Kept {
        ready_after: None,
        two_channels: false,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_meeting_is_on_the_board_and_when_it_ended_its_people_words_and_sound_are_here() {
    let setting = Setting::webhooks_only_of(recall()).await;
    let house = setting.start().await;
    let id = setting
        .simulator
        .place(RECALL, CallScript::default())
        .expect("an account");
    let timeline = setting.world().timeline(&id).expect("the call");

    setting.clock.set(timeline.answered.expect("it is let in"));
    for (delivery, answer) in setting.deliver_due().await {
        assert_eq!(
            (answer.status, answer.word.as_str()),
            (200, "accepted"),
            "{}",
            delivery.kind
        );
    }
    let call = house
        .call_that(&id, "the begin, with what only the API tells", |call| {
            call["status"] == "ongoing" && call["to"].is_string()
        })
        .await;
    assert_eq!(house.board(), [id.as_str()]);
    assert_eq!(call["direction"], "meeting");
    assert!(call["agent"]["name"].is_string());

    let answers = setting.live_through().await;
    let taken: Vec<_> = answers
        .iter()
        .map(|(delivery, answer)| (delivery.kind.as_str(), answer.word.as_str()))
        .collect();
    assert_eq!(taken.last(), Some(&("transcript.done", "accepted")));
    let call = house.becomes_whole(&setting, &id).await;
    assert!(house.board().is_empty());
    assert_eq!(call["recordings"][0]["format"], "mp3");
    let truth = setting.simulator.truth(&id).expect("the call");
    assert_eq!(call["from"], json!(truth.from));
    setting.asked_nothing_in_vain();
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_meeting_can_be_read_while_it_goes_on() {
    let setting = Setting::webhooks_only_of(recall()).await;
    let house = setting.start().await;
    let script = CallScript {
        transcript_updates: true,
        conversation: Some(0),
        ..CallScript::default()
    };
    let id = setting.simulator.place(RECALL, script).expect("an account");
    let timeline = setting.world().timeline(&id).expect("the call");
    let middle = timeline.answered.expect("it is let in") + timeline.talk() / 2;
    setting.clock.set(middle);
    setting.deliver_due().await;
    let truth = setting.simulator.truth(&id).expect("the call");
    assert!(truth.transcript.len() > 1);
    house
        .call_that(&id, "what was said so far", |call| {
            call["transcript"] == json!(truth.transcript) && call["status"] == "ongoing"
        })
        .await;
    setting.live_through().await;
    let call = house.becomes_whole(&setting, &id).await;
    assert!(call["transcript"].as_array().expect("told").len() > truth.transcript.len());
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_video_is_kept_as_it_is_and_its_sound_is_known() {
    let setting = Setting::webhooks_only_of(recall()).await;
    let house = setting.start().await;
    let script = CallScript {
        recording: video_only(),
        ..CallScript::default()
    };
    let id = setting.simulator.place(RECALL, script).expect("an account");
    setting.live_through().await;
    let call = house.becomes_whole(&setting, &id).await;
    let recording = &call["recordings"][0];
    assert_eq!(recording["format"], "mp4");
    let path = recording["path"].as_str().expect("it is here");
    assert!(path.ends_with(".mp4"), "{path}");
    let length = recording["duration_ms"]
        .as_u64()
        .expect("decoded to its end");
    let talk = setting.world().timeline(&id).expect("the call").talk();
    let talk = u64::try_from(talk.as_millis()).expect("short");
    assert!(length.abs_diff(talk) < 200, "{length} of {talk}");
    let facts = ringback_audio::examine(&house.file(&call), &|| false).expect("sound");
    assert!(facts.complete() && !facts.facts.silent);
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn meetings_whose_webhooks_were_lost_are_found_with_everything_about_them() {
    let setting = Setting::polling_of(recall()).await;
    let recorded = setting
        .simulator
        .place(RECALL, CallScript::default())
        .expect("an account");
    let waited = setting
        .simulator
        .place(RECALL, CallScript::unanswered(Ending::NoAnswer))
        .expect("an account");
    let broken = setting
        .simulator
        .place(RECALL, CallScript::default().ending(Ending::AgentError))
        .expect("an account");
    setting.miss_everything();
    let house = setting.start().await;
    let call = house.becomes_whole(&setting, &recorded).await;
    assert_eq!(call["status"], "ended");
    let call = house.becomes_whole(&setting, &broken).await;
    assert_eq!(
        (&call["status"], &call["ended_reason"]["raw"]),
        (&json!("failed"), &json!("bot_errored"))
    );
    let call = house
        .call_that(&waited, "the one that nobody let in", |call| {
            call["status"] == "not_connected"
        })
        .await;
    let truth = setting.simulator.truth(&waited).expect("the call");
    assert_eq!(differences(&call, &truth), [""; 0]);
    assert_eq!(call["missing"], json!([]));
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_meeting_of_which_nothing_may_be_kept_is_whole_without() {
    let setting = Setting::webhooks_only_of(recall()).await;
    let house = setting.start().await;
    let script = CallScript {
        storage: StoragePolicy::BasicAttributesOnly,
        ..CallScript::default()
    };
    let id = setting.simulator.place(RECALL, script).expect("an account");
    setting.live_through().await;
    let call = house.recording_is(&id, "withheld").await;
    assert_eq!(call["recordings"][0]["reason"], "policy");
    assert_eq!(call["missing"], json!([]));
    assert_eq!(call["transcript"], Value::Null);
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transcript_that_is_made_much_later_arrives_with_its_webhook() {
    let setting = Setting::webhooks_only_of(recall()).await;
    let house = setting.start().await;
    let script = CallScript {
        analysis_after: Duration::from_secs(3 * 3600),
        ..CallScript::default()
    };
    let id = setting.simulator.place(RECALL, script).expect("an account");
    let timeline = setting.world().timeline(&id).expect("the call");
    setting
        .clock
        .set(timeline.recording_ready.expect("it is recorded"));
    setting.deliver_due().await;
    let call = house.recording_is(&id, "ready").await;
    assert_eq!(call["transcript"], Value::Null);
    setting.live_through().await;
    house.becomes_whole(&setting, &id).await;
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuilt_database_has_the_words_and_the_people_without_asking_anybody() {
    let setting = Setting::webhooks_only_of(recall()).await;
    let house = setting.start().await;
    let id = setting
        .simulator
        .place(RECALL, CallScript::default())
        .expect("an account");
    setting.live_through().await;
    let before = house.becomes_whole(&setting, &id).await;
    house.rests().await;
    house.engine.shutdown().await;

    setting
        .world()
        .delete(&id)
        .expect("the provider forgets it");
    ringback_engine::rebuild(setting.options())
        .await
        .expect("it is built anew");
    let mut options = setting.options();
    options.background = false;
    let house = setting.start_as(options).await.expect("the engine starts");
    let after = house.call(&id).expect("it is here");
    assert_eq!(after, before);
    let truth = setting.world().truth_at(&id, setting.now()).is_none();
    assert!(truth, "nobody could have been asked");
    assert!(house.file(&after).exists());
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_that_is_late_and_breaks_off_still_becomes_whole() {
    let setting = Setting::webhooks_only_of(recall()).await;
    let house = setting.start().await;
    setting.switches(RECALL).turn(|faults| {
        faults.recordings_late_by = Duration::from_secs(8);
        faults.links_expire_after = Some(Duration::from_secs(3));
        faults.break_media = ringback_simulator::Times::Next(1);
        faults.break_media_after = 5_000;
        faults.reorder_webhooks = true;
        faults.duplicate_webhooks = ringback_simulator::Times::Always;
    });
    let id = setting
        .simulator
        .place(RECALL, CallScript::default())
        .expect("an account");
    setting.live_through().await;
    for _ in 0..6 {
        house.rests().await;
        setting.pass(Duration::from_secs(4));
        house.look();
    }
    let call = house.becomes_whole(&setting, &id).await;
    let truth = setting.simulator.truth(&id).expect("the call");
    assert_eq!(
        wrong_with_sound(&call, &truth, &setting.home().recordings()),
        [""; 0]
    );
    house.engine.shutdown().await;
}
