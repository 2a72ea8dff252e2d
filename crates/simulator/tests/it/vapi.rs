//! Vapi's API and its files.

use std::time::Duration;

use reqwest::{Method, StatusCode, header};
use ringback_simulator::{
    CallScript, Correction, Delivery, Direction, Ending, RecordingPlan, StoragePolicy,
    speech::Format,
};
use serde_json::{Value, json};

use crate::setting::{Setting, VAPI};

pub(crate) fn place(setting: &Setting, script: CallScript) -> String {
    setting.simulator.place(VAPI, script).unwrap()
}

pub(crate) fn pizza() -> CallScript {
    CallScript {
        conversation: Some(0),
        ..CallScript::default()
    }
}

async fn call(setting: &Setting, id: &str) -> Value {
    let (status, call) = setting.get(VAPI, &format!("/call/{id}")).await;
    assert_eq!(status, StatusCode::OK, "{call}");
    call
}

async fn listed(setting: &Setting, query: &str) -> Vec<String> {
    let (status, calls) = setting.get(VAPI, &format!("/call{query}")).await;
    assert_eq!(status, StatusCode::OK, "{calls}");
    let ids = calls.as_array().unwrap().iter();
    ids.map(|call| call["id"].as_str().unwrap().into())
        .collect()
}

pub(crate) fn due(setting: &Setting) -> Vec<Delivery> {
    setting.simulator.world().webhooks_due(setting.now())
}

pub(crate) fn message(delivery: &Delivery) -> Value {
    let body: Value = serde_json::from_slice(&delivery.body).unwrap();
    body["message"].clone()
}

#[tokio::test]
async fn a_call_rings_is_in_progress_has_ended_and_is_analysed() {
    let setting = Setting::vapi().await;
    let id = place(&setting, pizza());
    assert_eq!(id.len(), 36);
    let ringing = call(&setting, &id).await;
    assert_eq!(
        (&ringing["type"], &ringing["status"]),
        (&json!("inboundPhoneCall"), &json!("ringing"))
    );
    assert!(ringing.get("startedAt").is_none());

    setting.later(2);
    let ongoing = call(&setting, &id).await;
    assert_eq!(ongoing["status"], "in-progress");
    assert_eq!(ongoing["startedAt"], "2026-03-01T10:00:02.000Z");
    assert!(ongoing["monitor"]["listenUrl"].is_string() && ongoing.get("artifact").is_none());

    setting.later(29);
    let ended = call(&setting, &id).await;
    assert_eq!(
        (&ended["status"], &ended["endedReason"], &ended["endedAt"]),
        (
            &json!("ended"),
            &json!("customer-ended-call"),
            &json!("2026-03-01T10:00:31.000Z")
        )
    );
    assert!(ended.get("analysis").is_none());
    assert!(
        ended["artifact"]["transcript"]
            .as_str()
            .unwrap()
            .starts_with("AI: Thank you")
    );

    setting.later(5);
    let analysed = call(&setting, &id).await;
    assert_eq!(analysed["analysis"]["successEvaluation"], "true");
    assert_eq!(analysed["updatedAt"], "2026-03-01T10:00:36.000Z");
}

#[tokio::test]
async fn costs_are_dollars_latencies_milliseconds_and_words_have_their_place() {
    let setting = Setting::vapi().await;
    let id = place(&setting, pizza());
    setting.later(60);
    let call = call(&setting, &id).await;
    assert_eq!(call["cost"], 0.060117, "29 s at 0.2073 cents");
    assert_eq!(call["costBreakdown"]["total"], call["cost"]);
    assert_eq!(
        (&call["costs"][1]["type"], &call["costs"][1]["cost"]),
        (&json!("transcriber"), &json!(0.004843))
    );
    let truth = setting.simulator.truth(&id).unwrap();
    assert_eq!(truth.cost.as_ref().unwrap().amount, "0.060117");
    let messages = call["artifact"]["messages"].as_array().unwrap();
    assert_eq!(messages[0]["role"], "system");
    let first = &truth.transcript[0];
    let start_ms = first.start_ms.unwrap();
    assert_eq!(messages[1]["role"], "bot");
    assert_eq!(messages[1]["secondsFromStart"], start_ms as f64 / 1000.0);
    let length = messages[1]["endTime"].as_i64().unwrap() - messages[1]["time"].as_i64().unwrap();
    assert_eq!(length, (first.end_ms - start_ms) as i64);
    let spoken = messages
        .iter()
        .filter(|it| it["role"] == "bot" || it["role"] == "user");
    let spoken: Vec<_> = spoken.map(|it| it["message"].as_str().unwrap()).collect();
    let told: Vec<_> = truth.transcript.iter().map(|it| it.text.as_str()).collect();
    assert_eq!(spoken, told);
    assert!(messages.iter().any(|it| it["role"] == "tool_call_result"));
    let turns = call["artifact"]["performanceMetrics"]["turnLatencies"]
        .as_array()
        .unwrap();
    assert!(
        turns
            .iter()
            .all(|turn| turn["turnLatency"].as_f64().unwrap() > 600.0)
    );
}

#[tokio::test]
async fn numbers_and_assistants_are_named_by_id_and_found_by_it() {
    let setting = Setting::vapi().await;
    let id = place(&setting, CallScript::outbound());
    setting.later(5);
    let call = call(&setting, &id).await;
    assert!(call.get("phoneNumber").is_none() && call.get("assistant").is_none());
    let truth = setting.simulator.truth(&id).unwrap();
    assert_eq!(call["customer"]["number"], truth.to.unwrap());
    let (_, numbers) = setting.get(VAPI, "/phone-number").await;
    assert_eq!(
        (&numbers[0]["id"], &numbers[0]["number"]),
        (&call["phoneNumberId"], &json!(truth.from))
    );
    let path = format!("/phone-number/{}", call["phoneNumberId"].as_str().unwrap());
    assert_eq!(setting.get(VAPI, &path).await.1, numbers[0]);
    let path = format!("/assistant/{}", call["assistantId"].as_str().unwrap());
    let (_, assistant) = setting.get(VAPI, &path).await;
    assert_eq!(assistant["name"], truth.agent.unwrap().name);
    let (_, assistants) = setting.get(VAPI, "/assistant").await;
    assert_eq!(assistants, json!([assistant]));
    for path in ["/phone-number/x", "/assistant/x"] {
        assert_eq!(setting.get(VAPI, path).await.0, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn a_call_that_nobody_takes_has_a_reason_but_neither_start_nor_words() {
    let setting = Setting::vapi().await;
    for (ending, reason) in [
        (Ending::NoAnswer, "customer-did-not-answer"),
        (Ending::Busy, "customer-busy"),
        (Ending::Unreachable, "twilio-failed-to-connect-call"),
        (Ending::Canceled, "manually-canceled"),
    ] {
        let id = place(&setting, CallScript::unanswered(ending));
        assert_eq!(call(&setting, &id).await["status"], "queued");
        setting.later(60);
        let call = call(&setting, &id).await;
        assert_eq!(
            (&call["status"], &call["endedReason"], &call["cost"]),
            (&json!("ended"), &json!(reason), &json!(0.0))
        );
        assert!(call.get("startedAt").is_none() && call["artifact"].get("messages").is_none());
        assert_eq!(
            setting.simulator.truth(&id).unwrap().status,
            "not_connected"
        );
    }
}

#[tokio::test]
async fn a_web_call_has_no_numbers() {
    let setting = Setting::vapi().await;
    let script = CallScript {
        direction: Direction::Web,
        ..CallScript::default()
    };
    let id = place(&setting, script);
    let call = call(&setting, &id).await;
    assert_eq!(call["type"], "webCall");
    assert!(
        ["customer", "phoneNumberId", "phoneCallProviderId"]
            .iter()
            .all(|absent| call.get(absent).is_none())
    );
}

#[tokio::test]
async fn the_list_is_newest_first_and_filtered_by_when_calls_were_created_and_changed() {
    let setting = Setting::vapi().await;
    let mut placed = Vec::new();
    for _ in 0..5 {
        placed.push(place(&setting, pizza()));
        setting.later(60);
    }
    placed.reverse();
    assert_eq!(listed(&setting, "").await, placed);
    assert_eq!(listed(&setting, "?limit=2").await, placed[..2]);
    assert_eq!(
        listed(&setting, "?createdAtLt=2026-03-01T10:02:00.000Z").await,
        placed[3..]
    );
    assert_eq!(
        listed(&setting, "?createdAtLe=2026-03-01T10:02:00.000Z&limit=1").await,
        placed[2..3]
    );
    assert_eq!(
        listed(&setting, "?updatedAtGt=2026-03-01T10:03:36.000Z").await,
        placed[..1],
        "the last of them changed a moment later"
    );
    for refused in [
        "?limit=1001",
        "?limit=x",
        "?createdAtLt=yesterday",
        "?page=2",
    ] {
        let (status, body) = setting.get(VAPI, &format!("/call{refused}")).await;
        assert_eq!(
            (status, &body["statusCode"]),
            (StatusCode::BAD_REQUEST, &json!(400))
        );
    }
}

#[tokio::test]
async fn a_wrong_key_a_robot_and_a_strange_call_are_turned_away() {
    let setting = Setting::vapi().await;
    let url = format!("{}/call", setting.account(VAPI).base_url);
    let stranger = setting
        .client
        .get(&url)
        .bearer_auth("wrong")
        .send()
        .await
        .unwrap();
    assert_eq!(stranger.status(), StatusCode::UNAUTHORIZED);
    let robot = setting.request(VAPI, Method::GET, "/call");
    let robot = robot
        .header(header::USER_AGENT, "python-requests/2.32")
        .send()
        .await
        .unwrap();
    assert_eq!(robot.status(), StatusCode::FORBIDDEN);
    let (status, body) = setting
        .get(VAPI, "/call/33333333-3333-4333-8333-333333333333")
        .await;
    assert_eq!(
        (status, &body["error"]),
        (StatusCode::NOT_FOUND, &json!("Not Found"))
    );
    assert_eq!(
        setting.get(VAPI, "/call/call_1").await.0,
        StatusCode::BAD_REQUEST
    );
    assert_eq!(setting.get(VAPI, "/v2/call").await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn recordings_are_behind_a_redirect_to_a_link_that_dies() {
    let setting = Setting::vapi().await;
    let id = place(&setting, pizza());
    setting.later(60);
    let open = async |file: &str| {
        let path = format!("/call/{id}/{file}");
        setting
            .request(VAPI, Method::GET, &path)
            .send()
            .await
            .unwrap()
    };
    let redirect = open("stereo-recording").await;
    assert_eq!(redirect.status(), StatusCode::FOUND);
    let link = redirect.headers()[header::LOCATION]
        .to_str()
        .unwrap()
        .to_owned();
    let fetched = setting
        .client
        .get(&link)
        .send()
        .await
        .unwrap()
        .bytes()
        .await
        .unwrap();
    let bytes = |channels| {
        setting
            .simulator
            .world()
            .recording_bytes(&id, Format::Wav, channels)
    };
    assert_eq!(bytes(2), Some(fetched));
    let both = setting
        .client
        .get(&link)
        .bearer_auth("key")
        .send()
        .await
        .unwrap();
    assert_eq!(
        both.status(),
        StatusCode::BAD_REQUEST,
        "one way to prove it is enough"
    );

    let call = call(&setting, &id).await;
    let artifact = &call["artifact"];
    let status = async |link: &Value| {
        setting
            .client
            .get(link.as_str().unwrap())
            .send()
            .await
            .unwrap()
            .status()
    };
    assert_eq!(
        status(&artifact["stereoRecordingUrl"]).await,
        StatusCode::FORBIDDEN,
        "private"
    );
    assert_eq!(status(&artifact["presignedMonoUrl"]).await, StatusCode::OK);
    assert_eq!(
        artifact["presignedUrlsExpiresAt"],
        "2026-03-01T10:31:00.000Z"
    );
    setting.later(1800);
    assert_eq!(
        status(&artifact["presignedMonoUrl"]).await,
        StatusCode::FORBIDDEN
    );
    assert_eq!(open("mono-recording").await.status(), StatusCode::FOUND);
    for absent in ["customer-recording", "video-recording", "pcap", "other"] {
        assert_eq!(
            open(absent).await.status(),
            StatusCode::NOT_FOUND,
            "{absent}"
        );
    }
}

#[tokio::test]
async fn what_is_not_there_yet_or_was_never_made_is_not_found() {
    let setting = Setting::vapi().await;
    let switches = setting.simulator.switches(VAPI).unwrap();
    switches.turn(|faults| faults.recordings_late_by = Duration::from_secs(120));
    let late = place(&setting, pizza());
    let unrecorded = place(
        &setting,
        CallScript {
            recording: RecordingPlan::None,
            ..pizza()
        },
    );
    let one_channel = place(
        &setting,
        CallScript {
            recording: RecordingPlan::Kept {
                ready_after: None,
                two_channels: false,
            },
            ..pizza()
        },
    );
    let status =
        async |id: &str, file: &str| setting.get(VAPI, &format!("/call/{id}/{file}")).await.0;
    setting.later(60);
    assert_eq!(
        status(&late, "stereo-recording").await,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        setting.simulator.truth(&late).unwrap().recordings[0].state,
        "expected"
    );
    setting.later(120);
    assert_eq!(status(&late, "stereo-recording").await, StatusCode::FOUND);
    assert_eq!(
        status(&one_channel, "stereo-recording").await,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        status(&one_channel, "mono-recording").await,
        StatusCode::FOUND
    );
    assert_eq!(
        status(&unrecorded, "mono-recording").await,
        StatusCode::NOT_FOUND
    );
    let call = call(&setting, &unrecorded).await;
    assert_eq!(
        call["assistantOverrides"]["artifactPlan"]["recordingEnabled"],
        false
    );
}

#[tokio::test]
async fn after_two_weeks_a_call_is_a_bad_request_and_no_longer_listed() {
    let setting = Setting::vapi().await;
    let id = place(&setting, pizza());
    setting.later(14 * 24 * 3600);
    assert_eq!(listed(&setting, "").await, [id.as_str()]);
    setting.later(1);
    let (status, body) = setting.get(VAPI, &format!("/call/{id}")).await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "{body}");
    let path = format!("/call/{id}/stereo-recording");
    assert_eq!(setting.get(VAPI, &path).await.0, StatusCode::BAD_REQUEST);
    assert!(listed(&setting, "").await.is_empty());
    let recording = &setting.simulator.truth(&id).unwrap().recordings[0];
    assert_eq!(
        (recording.state.as_str(), recording.reason.as_deref()),
        ("expired", Some("retention"))
    );
}

#[tokio::test]
async fn a_hole_closes_figures_are_corrected_and_a_deleted_call_is_gone() {
    let setting = Setting::vapi().await;
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
    let id = place(&setting, script);
    setting.later(60);
    let hole = call(&setting, &id).await;
    assert_eq!(hole["status"], "ended");
    assert!(
        ["artifact", "analysis", "cost", "endedAt"]
            .iter()
            .all(|absent| hole.get(absent).is_none())
    );
    setting.later(300);
    let closed = call(&setting, &id).await;
    assert_eq!(
        (&closed["cost"], &closed["endedAt"]),
        (&json!(0.022803), &json!("2026-03-01T10:00:13.000Z"))
    );
    setting.later(600);
    let corrected = call(&setting, &id).await;
    assert_eq!(
        (&corrected["cost"], &corrected["endedAt"]),
        (&json!(0.032803), &json!("2026-03-01T10:00:13.250Z"))
    );
    setting.simulator.world().delete(&id).unwrap();
    assert_eq!(
        setting.get(VAPI, &format!("/call/{id}")).await.0,
        StatusCode::NOT_FOUND
    );
    assert!(listed(&setting, "").await.is_empty());
}

#[tokio::test]
async fn where_nothing_may_be_stored_only_the_report_says_what_was_said() {
    let setting = Setting::vapi().await;
    let id = place(
        &setting,
        CallScript {
            storage: StoragePolicy::BasicAttributesOnly,
            ..pizza()
        },
    );
    setting.later(60);
    let call = call(&setting, &id).await;
    assert_eq!(call["artifact"], json!({}));
    assert_eq!(
        call["assistantOverrides"]["compliancePlan"]["pciEnabled"],
        true
    );
    let path = format!("/call/{id}/stereo-recording");
    assert_eq!(setting.get(VAPI, &path).await.0, StatusCode::NOT_FOUND);
    let report = message(&due(&setting).pop().unwrap());
    assert!(report["artifact"]["transcript"].is_string());
    assert!(report["artifact"].get("presignedMonoUrl").is_none());
    let recording = &setting.simulator.truth(&id).unwrap().recordings[0];
    assert_eq!(
        (recording.state.as_str(), recording.reason.as_deref()),
        ("withheld", Some("policy"))
    );
}
