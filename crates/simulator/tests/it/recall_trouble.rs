//! Recall.ai when things go wrong: what is kept of a broken bot, holes, corrections, links that die.

use std::time::Duration;

use reqwest::{StatusCode, header};
use ringback_simulator::{CallScript, Correction, Ending, StoragePolicy, Times};
use serde_json::Value;

use crate::recall::{RECALL, bot, get, place, request, start};

#[tokio::test]
async fn a_broken_bot_keeps_its_partial_recording_and_zero_retention_keeps_nothing() {
    let setting = start().await;
    let broken = place(&setting, CallScript::default().ending(Ending::AgentError));
    let unkept = place(
        &setting,
        CallScript {
            storage: StoragePolicy::BasicAttributesOnly,
            ..CallScript::default()
        },
    );
    setting.later(120);
    let broken = bot(&setting, &broken).await;
    let recording = &broken["recordings"][0];
    assert_eq!(recording["status"]["code"], "failed");
    assert!(recording["media_shortcuts"]["video_mixed"]["data"]["download_url"].is_string());
    let bot = bot(&setting, &unkept).await;
    assert!(bot["recording_config"].as_object().unwrap()["retention"].is_null());
    assert!(bot["recordings"][0]["media_shortcuts"]["video_mixed"].is_null());
    let truth = setting.simulator.truth(&unkept).unwrap();
    assert_eq!(truth.recordings[0].state, "withheld");
    assert!(truth.transcript.is_empty() && truth.from.is_none());
}

#[tokio::test]
async fn holes_corrections_and_deletions_show() {
    let setting = start().await;
    let correction = Correction {
        after: Duration::from_secs(600),
        extra_cost_micros: 0,
        extra_duration: Duration::from_secs(1),
    };
    let script = CallScript {
        conversation: Some(5),
        hole_for: Some(Duration::from_secs(300)),
        correction: Some(correction),
        ..CallScript::default()
    };
    let id = place(&setting, script);
    setting.later(60);
    assert!(
        bot(&setting, &id).await["recordings"]
            .as_array()
            .unwrap()
            .is_empty()
    );
    setting.later(300);
    let whole = bot(&setting, &id).await;
    assert_eq!(whole["recordings"].as_array().unwrap().len(), 1);
    setting.later(600);
    let corrected = bot(&setting, &id).await;
    let ended = |bot: &Value| {
        let changes = bot["status_changes"].as_array().unwrap().clone();
        changes
            .iter()
            .find(|change| change["code"] == "call_ended")
            .unwrap()["created_at"]
            .clone()
    };
    assert_ne!(ended(&whole), ended(&corrected));
    setting.simulator.world().delete(&id).unwrap();
    let (status, _) = get(&setting, &format!("/api/v1/bot/{id}/")).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let (_, page) = get(&setting, "/api/v1/recording/").await;
    assert!(page["results"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn late_expiring_and_breaking_sound_leaves_the_words_alone() {
    let setting = start().await;
    let switches = setting.simulator.switches(RECALL).unwrap();
    let id = place(&setting, CallScript::default());
    setting.later(120);
    switches.turn(|faults| {
        faults.recordings_late_by = Duration::from_secs(600);
        faults.links_expire_after = Some(Duration::from_secs(30));
        faults.break_media = Times::Next(1);
        faults.break_media_after = 10;
    });
    let media = bot(&setting, &id).await["recordings"][0]["media_shortcuts"].clone();
    let link = |name: &str| {
        media[name]["data"]["download_url"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let status = async |link: &str| setting.client.get(link).send().await.unwrap().status();
    assert_eq!(
        status(&link("transcript")).await,
        StatusCode::OK,
        "not late with its sound"
    );
    assert_eq!(status(&link("video_mixed")).await, StatusCode::NOT_FOUND);
    setting.later(31);
    assert_eq!(
        status(&link("transcript")).await,
        StatusCode::FORBIDDEN,
        "dead by now"
    );
    switches.turn(|faults| faults.recordings_late_by = Duration::ZERO);
    let media = bot(&setting, &id).await["recordings"][0]["media_shortcuts"].clone();
    let fresh = media["video_mixed"]["data"]["download_url"]
        .as_str()
        .unwrap()
        .to_owned();
    let broken = setting
        .client
        .get(&fresh)
        .send()
        .await
        .unwrap()
        .bytes()
        .await;
    assert!(broken.is_err(), "it breaks off");
    assert!(
        setting
            .client
            .get(&fresh)
            .send()
            .await
            .unwrap()
            .bytes()
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn a_revoked_key_opens_nothing_and_a_limit_says_how_long_it_lasts() {
    let setting = start().await;
    let switches = setting.simulator.switches(RECALL).unwrap();
    switches.turn(|faults| {
        faults.too_many_requests = Times::Next(1);
        faults.retry_after = Some(Duration::from_secs(7));
    });
    let limited = request(&setting, "/api/v1/bot/").send().await.unwrap();
    assert_eq!(limited.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(limited.headers()[header::RETRY_AFTER], "7");
    assert_eq!(
        get(&setting, "/api/v1/billing/usage/").await.0,
        StatusCode::OK
    );
    switches.turn(|faults| faults.key_revoked = true);
    assert_eq!(
        get(&setting, "/api/v1/bot/").await.0,
        StatusCode::UNAUTHORIZED
    );
}
