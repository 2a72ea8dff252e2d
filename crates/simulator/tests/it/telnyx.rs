//! Telnyx's API.

use std::time::Duration;

use reqwest::{Method, StatusCode, header};
use ringback_simulator::{
    CallScript, Correction, Ending, Reach, RecordingPlan, StoragePolicy, Times, speech::Format,
};
use serde_json::{Value, json};

use crate::setting::{Setting, TELNYX};

async fn setting() -> Setting {
    Setting::with(TELNYX, "telnyx").await
}

fn spoken() -> CallScript {
    CallScript {
        conversation: Some(0),
        ..CallScript::default()
    }
}

async fn list(setting: &Setting, path: &str) -> Vec<Value> {
    let (status, page) = setting.get(TELNYX, path).await;
    assert_eq!(status, StatusCode::OK, "{page}");
    page["data"].as_array().unwrap().clone()
}

fn told(items: &[Value], name: &str) -> Vec<String> {
    items
        .iter()
        .map(|item| item[name].as_str().unwrap_or("-").to_owned())
        .collect()
}

/// The root leg's ids.
async fn leg(setting: &Setting, session: &str) -> (String, String) {
    let path = format!("/v2/call_events?filter[application_session_id]={session}");
    let events = list(setting, &path).await;
    let payload = &events.last().unwrap()["metadata"]["event"]["payload"];
    let id = |name: &str| payload[name].as_str().unwrap().to_owned();
    (id("call_leg_id"), id("call_control_id"))
}

#[tokio::test]
async fn an_account_is_its_key_and_its_public_key() {
    let setting = setting().await;
    let account = setting.account(TELNYX);
    assert!(account.base_url.ends_with("/v2"), "{}", account.base_url);
    assert_eq!(account.secrets[0].0, "API_KEY");
    assert_eq!(account.option("public_key").map(str::len), Some(44));
    let config = setting
        .simulator
        .config_toml(&"http://127.0.0.1:7480".parse().unwrap());
    assert!(config.contains("public_key = \""), "{config}");
}

#[tokio::test]
async fn a_call_is_told_by_its_events_and_known_by_its_token_for_ten_minutes() {
    let setting = setting().await;
    let session = setting.simulator.place(TELNYX, spoken()).unwrap();
    let path = format!("/v2/call_events?filter[application_session_id]={session}");
    assert_eq!(
        told(&list(&setting, &path).await, "name"),
        ["call.initiated"]
    );
    let (_, control) = leg(&setting, &session).await;
    let standing = format!("/v2/calls/{control}");
    setting.later(12);
    let (_, alive) = setting.get(TELNYX, &standing).await;
    assert_eq!(alive["data"]["is_alive"], true);
    assert_eq!(alive["data"]["call_duration"], 12);
    assert_eq!(alive["data"]["end_time"], Value::Null);

    setting.later(80);
    assert_eq!(
        told(&list(&setting, &path).await, "name"),
        [
            "call.cost",
            "call.recording.saved",
            "call.hangup",
            "call.answered",
            "call.initiated"
        ],
        "newest first"
    );
    let (_, over) = setting.get(TELNYX, &standing).await;
    assert_eq!(over["data"]["is_alive"], false);
    assert_eq!(over["data"]["end_time"], "2026-03-01T10:00:31.000000Z");
    setting.later(600);
    let (status, _) = setting.get(TELNYX, &standing).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn calls_that_go_on_have_neither_numbers_nor_a_state() {
    let setting = setting().await;
    let session = setting.simulator.place(TELNYX, spoken()).unwrap();
    setting.later(5);
    let applications = list(&setting, "/v2/call_control_applications").await;
    let id = applications[0]["id"].as_str().unwrap();
    let path = format!("/v2/connections/{id}/active_calls");
    let active = list(&setting, &path).await;
    assert_eq!(told(&active, "call_session_id"), [session.as_str()]);
    let names: Vec<_> = active[0].as_object().unwrap().keys().cloned().collect();
    assert!(
        !names
            .iter()
            .any(|name| ["from", "to", "state"].contains(&name.as_str()))
    );
    setting.later(60);
    assert!(list(&setting, &path).await.is_empty());
    assert!(list(&setting, "/v2/texml_applications").await.is_empty());
    let (status, _) = setting.get(TELNYX, "/v2/connections/1/active_calls").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_recording_is_listed_when_it_is_saved_and_its_link_dies() {
    let setting = setting().await;
    let session = setting.simulator.place(TELNYX, spoken()).unwrap();
    setting.later(31);
    assert!(list(&setting, "/v2/recordings").await.is_empty());
    setting.later(1);
    let (leg, _) = leg(&setting, &session).await;
    for filter in [
        format!("filter[call_session_id]={session}"),
        format!("filter[call_leg_id]={leg}"),
        "filter[created_at][gte]=2026-03-01T10:00:31Z".into(),
    ] {
        let found = list(&setting, &format!("/v2/recordings?{filter}")).await;
        assert_eq!(found.len(), 1, "{filter}");
    }
    let recording = list(&setting, "/v2/recordings").await.remove(0);
    assert_eq!(recording["duration_millis"], 29_000);
    assert_eq!(recording["channels"], "dual");
    assert_eq!(
        recording["recording_started_at"],
        "2026-03-01T10:00:02.000000Z"
    );
    let link = recording["download_urls"]["mp3"]
        .as_str()
        .unwrap()
        .to_owned();
    let sound = || setting.client.get(&link).send();
    let bytes = sound().await.unwrap().bytes().await.unwrap();
    let expected = setting
        .simulator
        .world()
        .recording_bytes(&session, Format::Mp3, 2);
    assert_eq!(Some(bytes), expected);

    setting.later(600);
    assert_eq!(sound().await.unwrap().status(), StatusCode::FORBIDDEN);
    let id = recording["id"].as_str().unwrap();
    let (_, fresh) = setting.get(TELNYX, &format!("/v2/recordings/{id}")).await;
    let fresh = fresh["data"]["download_urls"]["mp3"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_ne!(fresh, link);
    let fetched = setting.client.get(&fresh).send().await.unwrap();
    assert_eq!(fetched.status(), StatusCode::OK);
    let with_key = setting
        .request(TELNYX, Method::GET, &fresh)
        .send()
        .await
        .unwrap();
    assert_eq!(
        with_key.status(),
        StatusCode::BAD_REQUEST,
        "the storage wants no key"
    );
}

#[tokio::test]
async fn the_customers_own_bucket_is_out_of_reach() {
    let setting = setting().await;
    let script = CallScript {
        storage: StoragePolicy::BasicAttributesOnly,
        ..spoken()
    };
    let session = setting.simulator.place(TELNYX, script).unwrap();
    setting.later(60);
    let recording = list(&setting, "/v2/recordings").await.remove(0);
    let link = recording["download_urls"]["mp3"].as_str().unwrap();
    assert!(link.starts_with("s3://"), "{link}");
    let truth = setting.simulator.truth(&session).unwrap();
    assert_eq!(truth.recordings[0].state, "withheld");
    assert_eq!(
        truth.recordings[0].reason.as_deref(),
        Some("external_storage")
    );
}

#[tokio::test]
async fn what_was_not_kept_is_not_there() {
    let setting = setting().await;
    for recording in [
        RecordingPlan::None,
        RecordingPlan::TooShort,
        RecordingPlan::Silent,
    ] {
        let script = CallScript {
            recording,
            ..spoken()
        };
        setting.simulator.place(TELNYX, script).unwrap();
    }
    setting
        .simulator
        .place(TELNYX, CallScript::unanswered(Ending::Busy))
        .unwrap();
    setting.later(90);
    assert!(list(&setting, "/v2/recordings").await.is_empty());
}

#[tokio::test]
async fn each_leg_has_a_record_for_each_product_when_it_is_priced() {
    let setting = setting().await;
    let session = setting
        .simulator
        .place(TELNYX, spoken().ending(Ending::Transferred))
        .unwrap();
    let path = |product: &str, more: &str| {
        format!("/v2/detail_records?filter[record_type]={product}{more}")
    };
    setting.later(60);
    assert!(list(&setting, &path("call-control", "")).await.is_empty());
    setting.later(120);
    let session_filter = format!("&filter[telnyx_session_id]={session}");
    let control = list(&setting, &path("call-control", &session_filter)).await;
    assert_eq!(
        told(&control, "direction"),
        ["outbound", "inbound"],
        "newest first"
    );
    assert!(
        control
            .iter()
            .all(|record| record["telnyx_leg_id"].is_string())
    );
    let trunk = list(&setting, &path("sip-trunking", "&filter[date_range]=today")).await;
    assert_eq!(trunk.len(), 2);
    assert!(
        trunk
            .iter()
            .all(|record| record.get("telnyx_leg_id").is_none())
    );
    assert_eq!(
        (&trunk[1]["cost"], &trunk[1]["hangup_cause"]),
        (&json!("0.0035"), &json!("NORMAL_CLEARING"))
    );
    for range in ["yesterday", "last_7_days"] {
        let filter = format!("&filter[date_range]={range}");
        assert!(
            list(&setting, &path("sip-trunking", &filter))
                .await
                .is_empty()
        );
    }
    let (status, _) = setting.get(TELNYX, "/v2/detail_records").await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "record_type is required");
    let odd = path("call-control", "&filter[colour]=red");
    assert_eq!(setting.get(TELNYX, &odd).await.0, StatusCode::BAD_REQUEST);
    let pages = path("call-control", "&page[size]=1&page[number]=2");
    let (_, page) = setting.get(TELNYX, &pages).await;
    assert_eq!(page["meta"]["total_pages"], 2);
    assert_eq!(page["data"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_correction_shows_in_the_records_and_in_the_truth() {
    let setting = setting().await;
    let script = CallScript {
        correction: Some(Correction {
            after: Duration::from_secs(600),
            extra_cost_micros: 7_000,
            extra_duration: Duration::ZERO,
        }),
        ..spoken()
    };
    let session = setting.simulator.place(TELNYX, script).unwrap();
    setting.later(100);
    let cost = || setting.simulator.truth(&session).unwrap().cost.unwrap();
    assert_eq!(
        cost().amount,
        "0.0055",
        "one started minute of both products"
    );
    setting.later(600);
    assert_eq!(cost().amount, "0.0125");
    let trunk = "/v2/detail_records?filter[record_type]=sip-trunking";
    assert_eq!(list(&setting, trunk).await[0]["cost"], "0.0105");
}

#[tokio::test]
async fn deliveries_hold_the_webhooks_that_were_sent() {
    let setting = setting().await;
    setting.simulator.place(TELNYX, spoken()).unwrap();
    setting.later(100);
    let all = list(&setting, "/v2/webhook_deliveries").await;
    assert_eq!(all.len(), 5);
    assert_eq!(all[0]["webhook"]["event_type"], "call.cost");
    let some = "/v2/webhook_deliveries?filter[event_type]=call.hangup,call_hangup&filter[started_at][gte]=2026-03-01T10:00:00Z";
    assert_eq!(list(&setting, some).await.len(), 1);
    let late = "/v2/webhook_deliveries?filter[started_at][gte]=2026-03-01T11:00:00Z";
    assert!(list(&setting, late).await.is_empty());
    setting.later(24 * 3600);
    assert!(
        list(&setting, "/v2/call_events").await.is_empty(),
        "of the last day only"
    );
    assert_eq!(list(&setting, "/v2/webhook_deliveries").await.len(), 5);
}

#[tokio::test]
async fn a_hole_leaves_out_what_comes_after_the_end_and_a_deleted_call_is_gone() {
    let setting = setting().await;
    let script = CallScript {
        hole_for: Some(Duration::from_secs(300)),
        ..spoken()
    };
    let session = setting.simulator.place(TELNYX, script).unwrap();
    setting.later(120);
    let events = format!("/v2/call_events?filter[application_session_id]={session}");
    assert_eq!(
        told(&list(&setting, &events).await, "name"),
        ["call.hangup", "call.answered", "call.initiated"]
    );
    assert!(list(&setting, "/v2/recordings").await.is_empty());
    let truth = setting.simulator.truth(&session).unwrap();
    assert!(truth.cost.is_none() && truth.recordings.is_empty());
    setting.later(300);
    assert_eq!(list(&setting, &events).await.len(), 5);
    assert_eq!(list(&setting, "/v2/recordings").await.len(), 1);

    setting.simulator.world().delete(&session).unwrap();
    assert!(list(&setting, &events).await.is_empty());
    assert!(list(&setting, "/v2/recordings").await.is_empty());
}

#[tokio::test]
async fn faults_are_answered_as_telnyx_answers_them() {
    let setting = setting().await;
    let switches = setting.simulator.switches(TELNYX).unwrap();
    switches.turn(|faults| {
        faults.too_many_requests = Times::Next(1);
        faults.retry_after = Some(Duration::from_secs(7));
    });
    let request = || {
        setting
            .request(TELNYX, Method::GET, "/v2/recordings")
            .send()
    };
    let refused = request().await.unwrap();
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.headers()[header::RETRY_AFTER], "7");
    switches.turn(|faults| faults.server_errors = Times::Next(1));
    let (status, body) = setting.get(TELNYX, "/v2/recordings").await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(body["errors"][0]["code"].is_string(), "{body}");
    switches.turn(|faults| faults.key_revoked = true);
    let (status, body) = setting.get(TELNYX, "/v2/recordings").await;
    assert_eq!(
        (status, &body["errors"][0]["code"]),
        (StatusCode::UNAUTHORIZED, &json!("10009"))
    );
    switches.turn(|faults| {
        faults.key_revoked = false;
        faults.reach = Reach::Unavailable;
    });
    let (status, _) = setting.get(TELNYX, "/v2/recordings").await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    switches.turn(|faults| faults.reach = Reach::HangsUp);
    assert!(request().await.is_err());
    switches.turn(|faults| faults.reach = Reach::Up);
    let stranger = setting
        .client
        .get(format!("{}/recordings", setting.account(TELNYX).base_url))
        .bearer_auth("KEY_wrong")
        .send()
        .await
        .unwrap();
    assert_eq!(stranger.status(), StatusCode::UNAUTHORIZED);
    let (status, body) = setting.get(TELNYX, "/v2/nothing").await;
    assert_eq!(
        (status, &body["errors"][0]["code"]),
        (StatusCode::NOT_FOUND, &json!("10005"))
    );
}

#[tokio::test]
async fn a_late_file_is_not_found_and_a_short_link_dies_early() {
    let setting = setting().await;
    let switches = setting.simulator.switches(TELNYX).unwrap();
    switches.turn(|faults| {
        faults.recordings_late_by = Duration::from_secs(30);
        faults.links_expire_after = Some(Duration::from_secs(60));
    });
    let session = setting.simulator.place(TELNYX, spoken()).unwrap();
    setting.later(32);
    let recording = list(&setting, "/v2/recordings").await.remove(0);
    let link = recording["download_urls"]["mp3"]
        .as_str()
        .unwrap()
        .to_owned();
    let status = || async { setting.client.get(&link).send().await.unwrap().status() };
    assert_eq!(status().await, StatusCode::NOT_FOUND);
    assert_eq!(
        setting.simulator.truth(&session).unwrap().recordings[0].state,
        "expected"
    );
    setting.later(30);
    assert_eq!(status().await, StatusCode::OK);
    setting.later(31);
    assert_eq!(status().await, StatusCode::FORBIDDEN);
}
