//! Retell's API.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use ringback_simulator::{CallScript, Correction, Direction, Ending, StoragePolicy};
use serde_json::{Value, json};

use crate::setting::{RETELL, Setting};

async fn call(setting: &Setting, id: &str) -> Value {
    let (status, call) = setting.get(RETELL, &format!("/v2/get-call/{id}")).await;
    assert_eq!(status, StatusCode::OK);
    call
}

async fn listed(setting: &Setting, body: Value) -> (Vec<String>, Value) {
    let (status, page) = setting.post(RETELL, "/v3/list-calls", &body).await;
    assert_eq!(status, StatusCode::OK, "{page}");
    let ids = page["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|call| call["call_id"].as_str().unwrap().into())
        .collect();
    (ids, page)
}

#[tokio::test]
async fn a_call_is_registered_then_ongoing_then_ended_then_analysed() {
    let setting = Setting::start().await;
    let id = setting
        .simulator
        .place(
            RETELL,
            CallScript {
                conversation: Some(0),
                ..CallScript::default()
            },
        )
        .unwrap();
    let ringing = call(&setting, &id).await;
    assert_eq!(ringing["call_status"], "registered");
    assert!(ringing.get("start_timestamp").is_none());

    setting.later(2);
    let ongoing = call(&setting, &id).await;
    assert_eq!(ongoing["call_status"], "ongoing");
    assert_eq!(ongoing["start_timestamp"], setting.now().as_millisecond());
    assert!(ongoing.get("transcript").is_none() && ongoing.get("recording_url").is_none());

    setting.later(29);
    let ended = call(&setting, &id).await;
    assert_eq!(
        (&ended["call_status"], &ended["disconnection_reason"]),
        (&json!("ended"), &json!("user_hangup"))
    );
    assert_eq!(ended["duration_ms"], 29_000);
    assert!(ended.get("call_analysis").is_none());
    assert!(
        ended["transcript"]
            .as_str()
            .unwrap()
            .starts_with("Agent: Thank you for calling Luigi's.")
    );

    setting.later(5);
    let analysed = call(&setting, &id).await;
    assert_eq!(analysed["call_analysis"]["user_sentiment"], "Positive");
}

#[tokio::test]
async fn costs_are_cents_and_words_seconds() {
    let setting = Setting::start().await;
    let id = setting
        .simulator
        .place(
            RETELL,
            CallScript {
                conversation: Some(0),
                ..CallScript::default()
            },
        )
        .unwrap();
    setting.later(60);
    let call = call(&setting, &id).await;
    assert_eq!(
        call["call_cost"]["combined_cost"], 4.8343,
        "29 s at 0.1667 cents"
    );
    assert_eq!(
        call["call_cost"]["product_costs"][0],
        json!({ "product": "elevenlabs_tts", "cost": 3.3843, "unit_price": 0.1167 })
    );
    let truth = setting.simulator.truth(&id).unwrap();
    assert_eq!(truth.cost.as_ref().unwrap().amount, "0.048343");
    assert_eq!(
        call["transcript_object"][0]["words"][0]["start"],
        truth.transcript[0].start_ms.unwrap() as f64 / 1000.0
    );
    assert_eq!(call["latency"]["e2e"]["p95"], truth.latency.unwrap().p95);
}

#[tokio::test]
async fn an_unconnected_call_has_a_reason_but_neither_times_nor_recording() {
    let setting = Setting::start().await;
    let id = setting
        .simulator
        .place(RETELL, CallScript::unanswered(Ending::NoAnswer))
        .unwrap();
    setting.later(60);
    let call = call(&setting, &id).await;
    assert_eq!(
        (&call["call_status"], &call["disconnection_reason"]),
        (&json!("not_connected"), &json!("dial_no_answer"))
    );
    for absent in [
        "start_timestamp",
        "end_timestamp",
        "duration_ms",
        "recording_url",
        "transcript",
    ] {
        assert!(call.get(absent).is_none(), "{absent}");
    }
}

#[tokio::test]
async fn a_web_call_has_no_numbers_and_no_direction() {
    let setting = Setting::start().await;
    let script = CallScript {
        direction: Direction::Web,
        ..CallScript::default()
    };
    let id = setting.simulator.place(RETELL, script).unwrap();
    let call = call(&setting, &id).await;
    assert_eq!(call["call_type"], "web_call");
    assert!(
        ["direction", "from_number", "to_number"]
            .iter()
            .all(|absent| call.get(absent).is_none())
    );
}

#[tokio::test]
async fn paging_gives_every_call_once_and_leaves_transcripts_out() {
    let setting = Setting::start().await;
    let mut placed = Vec::new();
    for _ in 0..7 {
        placed.push(
            setting
                .simulator
                .place(RETELL, CallScript::default())
                .unwrap(),
        );
        setting.later(90);
    }
    let mut found = Vec::new();
    let mut body = json!({ "limit": 3, "include_total": true });
    loop {
        let (ids, page) = listed(&setting, body.clone()).await;
        assert_eq!(page["total"], 7);
        assert!(
            page["items"][0].get("transcript").is_none()
                && page["items"][0].get("transcript_object").is_none()
        );
        found.extend(ids);
        if page["has_more"] == false {
            assert!(page.get("pagination_key").is_none());
            break;
        }
        body["pagination_key"] = page["pagination_key"].clone();
    }
    placed.reverse();
    assert_eq!(found, placed, "newest first");

    let (ascending, _) = listed(&setting, json!({ "sort_order": "ascending", "limit": 1 })).await;
    assert_eq!(ascending, placed[6..]);
}

#[tokio::test]
async fn lists_are_filtered_by_status_and_start() {
    let setting = Setting::start().await;
    let old = setting
        .simulator
        .place(RETELL, CallScript::default())
        .unwrap();
    setting.later(600);
    let from = setting.now().as_millisecond();
    let new = setting
        .simulator
        .place(RETELL, CallScript::default())
        .unwrap();
    let registered = setting.simulator.place(
        RETELL,
        CallScript {
            ring: Duration::from_secs(60),
            ..CallScript::default()
        },
    );
    setting.later(5);

    let status = |status: &str| json!({ "filter_criteria": { "call_status": { "type": "enum", "op": "in", "value": [status] } } });
    assert_eq!(listed(&setting, status("ongoing")).await.0, [new.as_str()]);
    assert_eq!(listed(&setting, status("ended")).await.0, [old.as_str()]);
    let since = json!({ "filter_criteria": { "start_timestamp": { "type": "number", "op": "ge", "value": from } } });
    assert_eq!(listed(&setting, since).await.0, [new.as_str()]);
    let (refused, _) = setting
        .post(RETELL, "/v3/list-calls", &status("registered"))
        .await;
    assert_eq!(refused, StatusCode::BAD_REQUEST);
    assert_eq!(
        call(&setting, &registered.unwrap()).await["call_status"],
        "registered",
        "known by its id only"
    );
}

#[tokio::test]
async fn a_wrong_key_is_refused_and_a_strange_call_is_not_found() {
    let setting = Setting::start().await;
    let account = setting.account(RETELL);
    let url = format!("{}/v2/get-call/call_1", account.base_url);
    let stranger = setting
        .client
        .get(&url)
        .bearer_auth("key_wrong")
        .send()
        .await
        .unwrap();
    assert_eq!(stranger.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(
        setting.client.get(&url).send().await.unwrap().status(),
        StatusCode::UNAUTHORIZED
    );
    let (status, body) = setting.get(RETELL, "/v2/get-call/call_1").await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(body["status"], "error");
}

#[tokio::test]
async fn a_connection_test_tells_the_workspace_and_what_is_going_on() {
    let setting = Setting::start().await;
    setting
        .simulator
        .place(RETELL, CallScript::default())
        .unwrap();
    setting.later(3);
    let (_, info) = setting.get(RETELL, "/get-api-key-info").await;
    assert!(info["org_name"].is_string());
    let (_, concurrency) = setting.get(RETELL, "/get-concurrency").await;
    assert_eq!(concurrency["current_concurrency"], 1);
}

#[tokio::test]
async fn with_basic_attributes_only_the_api_forgets_what_was_said() {
    let setting = Setting::start().await;
    let script = CallScript {
        storage: StoragePolicy::BasicAttributesOnly,
        ..CallScript::default()
    };
    let id = setting.simulator.place(RETELL, script).unwrap();
    setting.later(60);
    let call = call(&setting, &id).await;
    for gone in [
        "transcript",
        "transcript_object",
        "recording_url",
        "recording_multi_channel_url",
        "from_number",
        "metadata",
    ] {
        assert!(call.get(gone).is_none(), "{gone}");
    }
    assert_eq!(
        call["duration_ms"],
        setting.simulator.truth(&id).unwrap().duration_ms.unwrap()
    );
    assert!(
        call["call_analysis"].get("call_summary").is_none()
            && call["call_analysis"]["call_successful"].is_boolean()
    );
}

#[tokio::test]
async fn without_personal_data_only_scrubbed_media_remain() {
    let setting = Setting::start().await;
    let script = CallScript {
        storage: StoragePolicy::EverythingExceptPii,
        conversation: Some(0),
        ..CallScript::default()
    };
    let id = setting.simulator.place(RETELL, script).unwrap();
    setting.later(60);
    let call = call(&setting, &id).await;
    assert!(
        call.get("recording_url").is_none()
            && call.get("from_number").is_none()
            && call.get("transcript").is_none()
    );
    assert!(call["scrubbed_recording_multi_channel_url"].is_string());
    let told = setting.simulator.truth(&id).unwrap().transcript;
    assert!(told.iter().any(|turn| turn.text.contains("[name 1]")));
    assert!(
        call["scrubbed_transcript_with_tool_calls"]
            .to_string()
            .contains("[name 1]")
    );
}

#[tokio::test]
async fn a_hole_closes_and_figures_are_corrected_later() {
    let setting = Setting::start().await;
    let correction = Correction {
        after: Duration::from_secs(600),
        extra_cost_micros: 10_000,
        extra_duration: Duration::from_millis(250),
    };
    let script = CallScript {
        conversation: Some(5),
        hole_for: Some(Duration::from_secs(300)),
        correction: Some(correction),
        ..CallScript::default()
    };
    let id = setting.simulator.place(RETELL, script).unwrap();
    setting.later(60);
    let hole = call(&setting, &id).await;
    assert_eq!(hole["call_status"], "ended");
    assert!(
        ["transcript", "call_analysis", "call_cost", "recording_url"]
            .iter()
            .all(|absent| hole.get(absent).is_none())
    );
    assert_eq!(setting.simulator.truth(&id).unwrap().cost, None);

    setting.later(300);
    let closed = call(&setting, &id).await;
    assert!(closed["transcript"].is_string() && closed["recording_url"].is_string());
    assert_eq!(
        (
            &closed["duration_ms"],
            &closed["call_cost"]["combined_cost"]
        ),
        (&json!(11_000), &json!(1.8337))
    );

    setting.later(600);
    let corrected = call(&setting, &id).await;
    assert_eq!(
        (
            &corrected["duration_ms"],
            &corrected["call_cost"]["combined_cost"]
        ),
        (&json!(11_250), &json!(2.8337))
    );
}

#[tokio::test]
async fn a_deleted_call_is_gone_from_list_and_api() {
    let setting = Setting::start().await;
    let id = setting
        .simulator
        .place(RETELL, CallScript::default())
        .unwrap();
    setting.later(60);
    setting.simulator.world().delete(&id).unwrap();
    let (status, _) = setting.get(RETELL, &format!("/v2/get-call/{id}")).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(listed(&setting, json!({})).await.0.is_empty());
    assert_eq!(setting.simulator.truth(&id), None);
}

#[tokio::test]
async fn an_unreadable_list_request_is_a_bad_request() {
    let setting = Setting::start().await;
    let send = |body: &'static str| {
        setting
            .request(RETELL, Method::POST, "/v3/list-calls")
            .body(body)
            .send()
    };
    assert_eq!(send("{").await.unwrap().status(), StatusCode::BAD_REQUEST);
    assert_eq!(
        send(r#"{"limit":1001}"#).await.unwrap().status(),
        StatusCode::BAD_REQUEST
    );
    assert_eq!(
        send(r#"{"skip":1,"pagination_key":"x"}"#)
            .await
            .unwrap()
            .status(),
        StatusCode::BAD_REQUEST
    );
    assert_eq!(send("").await.unwrap().status(), StatusCode::OK);
}

#[tokio::test]
async fn the_truth_and_the_document_tell_the_same_words() {
    let setting = Setting::start().await;
    let script = CallScript {
        talk: Some(Duration::from_secs(70)),
        conversation: Some(6),
        ..CallScript::default()
    };
    let id = setting.simulator.place(RETELL, script).unwrap();
    setting.later(100);
    let document = call(&setting, &id).await;
    let truth = setting.simulator.truth(&id).unwrap();
    let turns = document["transcript_object"].as_array().unwrap();
    assert!(turns.len() > 16, "the conversation is told again and again");
    assert_eq!(turns.len(), truth.transcript.len());
    for (turn, segment) in turns.iter().zip(&truth.transcript) {
        assert_eq!(turn["content"], segment.text);
        let ms =
            |word: &Value, field: &str| (word[field].as_f64().unwrap() * 1000.0).round() as u64;
        let words = turn["words"].as_array().unwrap();
        assert_eq!(Some(ms(&words[0], "start")), segment.start_ms);
        assert_eq!(ms(words.last().unwrap(), "end"), segment.end_ms);
    }
    assert!(
        truth
            .transcript
            .iter()
            .all(|segment| segment.end_ms <= 70_000)
    );
}
