//! Recall.ai's API, files and webhooks.

use std::time::Duration;

use base64::Engine;
use hmac::{Hmac, KeyInit, Mac};
use reqwest::{Method, RequestBuilder, StatusCode, header};
use ringback_simulator::{
    AccountSetup, CallScript, Delivery, Ending, RecordingPlan, speech::Format,
};
use serde_json::{Value, json};

use crate::setting::{Setting, document};

pub(crate) const RECALL: &str = "team-recall";

pub(crate) async fn start() -> Setting {
    let account = AccountSetup::new(RECALL, "recall");
    Setting::of(1, vec![account]).await
}

pub(crate) fn request(setting: &Setting, path: &str) -> RequestBuilder {
    let account = setting.account(RECALL);
    let key = &account.secrets[0].1;
    let address = if path.starts_with("http") {
        path.to_owned()
    } else {
        format!("{}{path}", account.base_url)
    };
    setting
        .client
        .get(address)
        .header(header::AUTHORIZATION, format!("Token {key}"))
}

pub(crate) async fn get(setting: &Setting, path: &str) -> (StatusCode, Value) {
    document(request(setting, path).send().await.unwrap()).await
}

pub(crate) async fn bot(setting: &Setting, id: &str) -> Value {
    let (status, bot) = get(setting, &format!("/api/v1/bot/{id}/")).await;
    assert_eq!(status, StatusCode::OK);
    bot
}

async fn file(setting: &Setting, link: &Value) -> Value {
    let response = setting
        .client
        .get(link.as_str().unwrap())
        .send()
        .await
        .unwrap();
    assert_eq!(response.headers()[header::CONTENT_TYPE], "application/json");
    document(response).await.1
}

pub(crate) fn place(setting: &Setting, script: CallScript) -> String {
    setting.simulator.place(RECALL, script).unwrap()
}

fn codes(bot: &Value) -> Vec<&str> {
    let changes = bot["status_changes"].as_array().unwrap();
    changes
        .iter()
        .map(|change| change["code"].as_str().unwrap())
        .collect()
}

fn due(setting: &Setting) -> Vec<Delivery> {
    setting.simulator.world().webhooks_due(setting.now())
}

fn kinds(deliveries: &[Delivery]) -> Vec<&str> {
    deliveries
        .iter()
        .map(|delivery| delivery.kind.as_str())
        .collect()
}

#[tokio::test]
async fn a_bot_joins_waits_records_leaves_and_is_done() {
    let setting = start().await;
    let id = place(
        &setting,
        CallScript {
            conversation: Some(0),
            ..CallScript::default()
        },
    );
    assert_eq!(
        codes(&bot(&setting, &id).await),
        ["joining_call", "in_waiting_room"]
    );
    setting.later(2);
    let inside = bot(&setting, &id).await;
    assert_eq!(
        codes(&inside)[2..],
        ["in_call_not_recording", "in_call_recording"]
    );
    assert_eq!(inside["recordings"][0]["status"]["code"], "processing");
    assert!(inside["recordings"][0]["media_shortcuts"]["video_mixed"]["data"].is_null());
    setting.later(29);
    let left = bot(&setting, &id).await;
    let last = left["status_changes"].as_array().unwrap().last().unwrap();
    assert_eq!(
        (&last["code"], &last["sub_code"], &last["created_at"]),
        (
            &json!("call_ended"),
            &json!("call_ended_by_host"),
            &json!("2026-03-01T10:00:31.000000Z")
        )
    );
    setting.later(10);
    let done = bot(&setting, &id).await;
    assert_eq!(codes(&done).last(), Some(&"done"));
    let recording = &done["recordings"][0];
    assert_eq!(recording["status"]["code"], "done");
    assert_eq!(recording["started_at"], "2026-03-01T10:00:02.000000Z");
    assert_eq!(recording["media_shortcuts"]["video_mixed"]["format"], "mp4");
    assert_eq!(
        done["meeting_url"]["platform"].as_str().map(str::is_empty),
        Some(false)
    );
}

#[tokio::test]
async fn what_was_said_and_who_was_there_lie_in_files_and_agree_with_the_truth() {
    let setting = start().await;
    let id = place(
        &setting,
        CallScript {
            conversation: Some(1),
            ..CallScript::default()
        },
    );
    setting.later(120);
    let bot = bot(&setting, &id).await;
    let truth = setting.simulator.truth(&id).unwrap();
    let media = &bot["recordings"][0]["media_shortcuts"];
    let turns = file(&setting, &media["transcript"]["data"]["download_url"]).await;
    let turns = turns.as_array().unwrap();
    assert_eq!(turns.len(), truth.transcript.len());
    let ms = |seconds: &Value| (seconds.as_f64().unwrap() * 1000.0).round() as u64;
    for (turn, segment) in turns.iter().zip(&truth.transcript) {
        assert_eq!(turn["participant"]["name"], segment.speaker);
        assert_eq!(
            Some(ms(&turn["words"][0]["start_timestamp"]["relative"])),
            segment.start_ms
        );
    }
    let speakers: std::collections::BTreeSet<_> = truth
        .transcript
        .iter()
        .map(|segment| &segment.speaker)
        .collect();
    assert_eq!(speakers.len(), 3, "three people talk");

    let people = truth.from.unwrap();
    let data = &media["participant_events"]["data"];
    let events = file(&setting, &data["participant_events_download_url"]).await;
    let mut joined: Vec<_> = events
        .as_array()
        .unwrap()
        .iter()
        .filter(|event| event["action"] == "join")
        .map(|event| {
            (
                event["timestamp"]["absolute"].as_str().unwrap(),
                event["participant"]["name"].as_str().unwrap(),
            )
        })
        .collect();
    joined.sort_unstable();
    let names: Vec<_> = joined.iter().map(|(_, name)| *name).collect();
    assert_eq!(names.join(", "), people);
    let listed = file(&setting, &data["participants_download_url"]).await;
    assert_eq!(listed.as_array().unwrap().len(), 3);
    assert_eq!(truth.direction, "meeting");
    assert_eq!(truth.agent.unwrap().name, bot["bot_name"].as_str().unwrap());
}

#[tokio::test]
async fn sound_alone_is_there_where_it_was_ordered_and_the_video_always() {
    let setting = start().await;
    let both = place(&setting, CallScript::default());
    let plan = RecordingPlan::Kept {
        ready_after: None,
        two_channels: false,
    };
    let video = place(
        &setting,
        CallScript {
            recording: plan,
            ..CallScript::default()
        },
    );
    setting.later(120);
    for (id, formats) in [
        (&both, &[Format::Mp3, Format::Mp4][..]),
        (&video, &[Format::Mp4]),
    ] {
        let truth = setting.simulator.truth(id).unwrap();
        let recording = truth.recordings[0].provider_recording_id.clone().unwrap();
        let (_, audio) = get(
            &setting,
            &format!("/api/v1/audio_mixed/?recording_id={recording}"),
        )
        .await;
        let (_, picture) = get(
            &setting,
            &format!("/api/v1/video_mixed/?recording_id={recording}"),
        )
        .await;
        let media: Vec<_> = [audio, picture]
            .iter()
            .flat_map(|page| page["results"].as_array().unwrap().clone())
            .collect();
        assert_eq!(media.len(), formats.len());
        for (media, format) in media.iter().zip(formats) {
            let link = media["data"]["download_url"].as_str().unwrap();
            let bytes = setting
                .client
                .get(link)
                .send()
                .await
                .unwrap()
                .bytes()
                .await
                .unwrap();
            let expected = setting
                .simulator
                .world()
                .recording_bytes(id, *format, 1)
                .unwrap();
            assert!(bytes == expected, "{format:?}");
        }
        let shown: Vec<_> = truth.recordings[0]
            .files
            .iter()
            .map(|file| file.format.as_str())
            .collect();
        assert_eq!(
            shown,
            formats
                .iter()
                .map(|format| format.extension())
                .collect::<Vec<_>>()
        );
    }
}

#[tokio::test]
async fn bots_are_paged_by_number_and_recordings_by_cursor() {
    let setting = start().await;
    let mut placed = Vec::new();
    for _ in 0..23 {
        placed.push(place(&setting, CallScript::default()));
        setting.later(60);
    }
    placed.reverse();
    for path in [
        "/api/v1/bot/",
        "/api/v1/recording/?created_at_after=2026-03-01T10:00:00Z",
    ] {
        let (mut found, mut next) = (Vec::new(), Some(path.to_owned()));
        while let Some(path) = next {
            let (status, page) = get(&setting, &path).await;
            assert_eq!(status, StatusCode::OK, "{page}");
            let id = |item: &Value| {
                item["bot"]["id"]
                    .as_str()
                    .or(item["id"].as_str())
                    .unwrap()
                    .to_owned()
            };
            found.extend(page["results"].as_array().unwrap().iter().map(id));
            next = page["next"].as_str().map(str::to_owned);
            assert!(
                next.as_ref().is_none_or(|next| next.starts_with("http")),
                "a whole address"
            );
        }
        assert_eq!(found, placed, "newest first");
    }
    let (_, late) = get(
        &setting,
        "/api/v1/recording/?created_at_after=2026-03-01T10:20:00Z",
    )
    .await;
    assert_eq!(late["results"].as_array().unwrap().len(), 3);
    let (status, _) = get(&setting, "/api/v1/bot/?page=9").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let (status, _) = get(&setting, "/api/v1/recording/?created_at_after=yesterday").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn bots_are_filtered_by_any_of_several_statuses() {
    let setting = start().await;
    let old = place(&setting, CallScript::default());
    setting.later(120);
    let inside = place(&setting, CallScript::default());
    setting.later(5);
    let waiting = place(
        &setting,
        CallScript {
            ring: Duration::from_secs(60),
            ..CallScript::default()
        },
    );
    let ids = async |query: &str| {
        let (_, page) = get(&setting, &format!("/api/v1/bot/?{query}")).await;
        let results = page["results"].as_array().unwrap().clone();
        results
            .iter()
            .map(|bot| bot["id"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        ids("status=in_waiting_room&status=in_call_recording").await,
        [waiting, inside]
    );
    assert_eq!(ids("status=done").await, [old]);
    assert!(ids("platform=none").await.is_empty());
}

#[tokio::test]
async fn the_api_wants_its_key_a_slash_and_no_body() {
    let setting = start().await;
    let id = place(&setting, CallScript::default());
    let account = setting.account(RECALL);
    let address = format!("{}/api/v1/bot/{id}/", account.base_url);
    let bare = setting
        .client
        .get(&address)
        .header(header::AUTHORIZATION, &account.secrets[0].1);
    assert_eq!(
        bare.send().await.unwrap().status(),
        StatusCode::OK,
        "the word in front is optional"
    );
    let (status, body) = document(
        setting
            .client
            .get(&address)
            .bearer_auth("wrong")
            .send()
            .await
            .unwrap(),
    )
    .await;
    assert_eq!(
        (status, &body["code"]),
        (StatusCode::UNAUTHORIZED, &json!("authentication_failed"))
    );
    let (status, _) = get(&setting, &format!("/api/v1/bot/{id}")).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let with_body = request(&setting, &format!("/api/v1/bot/{id}/")).body("null");
    let refused = with_body.send().await.unwrap();
    assert_eq!(
        (refused.status(), &refused.headers()[header::CONTENT_TYPE]),
        (StatusCode::FORBIDDEN, &"text/html".parse().unwrap())
    );
    let post = setting
        .request(RECALL, Method::POST, "/api/v1/bot/")
        .send()
        .await
        .unwrap();
    assert_eq!(post.status(), StatusCode::NOT_FOUND);
    let (status, _) = get(&setting, "/api/v1/bot/no-such-bot/").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn webhooks_carry_ids_and_are_signed_for_each_attempt_under_one_name() {
    let setting = start().await;
    let id = place(&setting, CallScript::default());
    setting.later(120);
    let deliveries = due(&setting);
    assert_eq!(
        kinds(&deliveries),
        [
            "bot.joining_call",
            "bot.in_waiting_room",
            "bot.in_call_not_recording",
            "bot.in_call_recording",
            "recording.processing",
            "bot.call_ended",
            "bot.done",
            "recording.done",
            "participant_events.done",
            "transcript.done",
        ]
    );
    let secret = setting.account(RECALL).secrets[1].clone();
    assert_eq!(secret.0, "WEBHOOK_SECRET");
    let encoded = secret.1.strip_prefix("whsec_").unwrap();
    let key = base64::engine::general_purpose::STANDARD
        .decode(encoded)
        .unwrap();
    for delivery in &deliveries {
        let body: Value = serde_json::from_slice(&delivery.body).unwrap();
        assert_eq!(
            (&body["event"], &body["data"]["bot"]["id"]),
            (&json!(delivery.kind), &json!(id))
        );
        assert!(!body.to_string().contains("http"), "no links: {body}");
        let header = |delivery: &Delivery, name: &str| {
            let found = delivery.headers.iter().find(|(header, _)| *header == name);
            found.unwrap().1.clone()
        };
        let mut mac = Hmac::<sha2::Sha256>::new_from_slice(&key).unwrap();
        let (name, at) = (
            header(delivery, "webhook-id"),
            header(delivery, "webhook-timestamp"),
        );
        mac.update(format!("{name}.{at}.").as_bytes());
        mac.update(&delivery.body);
        let digest = base64::engine::general_purpose::STANDARD.encode(mac.finalize().into_bytes());
        assert_eq!(
            header(delivery, "webhook-signature"),
            format!("v1,{digest}")
        );
        setting.later(7);
        let again = setting.simulator.world().signed_again(delivery);
        assert_eq!(header(&again, "webhook-id"), name);
        assert_ne!(
            header(&again, "webhook-signature"),
            header(delivery, "webhook-signature")
        );
    }
    let ended: Value = serde_json::from_slice(&deliveries[5].body).unwrap();
    assert_eq!(ended["data"]["data"]["sub_code"], "call_ended_by_host");
}

#[tokio::test]
async fn each_turn_is_told_live_when_updates_are_on() {
    let setting = start().await;
    let script = CallScript {
        conversation: Some(5),
        transcript_updates: true,
        ..CallScript::default()
    };
    place(&setting, script);
    setting.later(120);
    let live: Vec<Value> = due(&setting)
        .iter()
        .filter(|delivery| delivery.kind == "transcript.data")
        .map(|delivery| serde_json::from_slice(&delivery.body).unwrap())
        .collect();
    assert_eq!(live.len(), 4);
    assert!(
        live.iter()
            .all(|event| event["data"]["data"]["words"][0]["text"].is_string())
    );
    assert!(live[0]["data"]["data"]["participant"]["name"].is_string());
}

#[tokio::test]
async fn each_ending_has_its_code() {
    let setting = start().await;
    for (ending, code, sub_code, status) in [
        (
            Ending::NoAnswer,
            "call_ended",
            "timeout_exceeded_waiting_room",
            "not_connected",
        ),
        (
            Ending::Canceled,
            "call_ended",
            "bot_kicked_from_waiting_room",
            "not_connected",
        ),
        (Ending::Unreachable, "fatal", "meeting_not_found", "failed"),
        (Ending::AgentError, "fatal", "bot_errored", "failed"),
        (
            Ending::Inactivity,
            "call_ended",
            "timeout_exceeded_silence_detected",
            "ended",
        ),
        (
            Ending::MaxDuration,
            "call_ended",
            "timeout_exceeded_max_duration",
            "ended",
        ),
    ] {
        let connects = ending.connects();
        let id = place(&setting, CallScript::default().ending(ending));
        setting.later(120);
        let bot = bot(&setting, &id).await;
        let changes = bot["status_changes"].as_array().unwrap();
        assert!(
            changes
                .iter()
                .any(|change| change["code"] == code && change["sub_code"] == sub_code)
        );
        assert_eq!(setting.simulator.truth(&id).unwrap().status, status);
        assert_eq!(
            bot["recordings"].as_array().unwrap().len(),
            usize::from(connects)
        );
    }
}
