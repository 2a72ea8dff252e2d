//! Twilio's API.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use ringback_simulator::{CallScript, Ending, RecordingPlan, speech::Format};
use serde_json::{Value, json};

use crate::setting::{Setting, TWILIO};

async fn resource(setting: &Setting, path: &str) -> Value {
    let (status, document) = setting.get(TWILIO, &setting.twilio(path)).await;
    assert_eq!(status, StatusCode::OK, "{document}");
    document
}

fn sids(page: &Value, key: &str) -> Vec<String> {
    page[key]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["sid"].as_str().unwrap().into())
        .collect()
}

fn spoken() -> CallScript {
    CallScript {
        conversation: Some(0),
        ..CallScript::outbound()
    }
}

#[tokio::test]
async fn a_call_goes_through_its_states_and_is_rated_late() {
    let setting = Setting::start().await;
    let sid = setting.simulator.place(TWILIO, spoken()).unwrap();
    let path = format!("/Calls/{sid}.json");
    assert_eq!(resource(&setting, &path).await["status"], "queued");
    setting.later(1);
    let ringing = resource(&setting, &path).await;
    assert_eq!(
        (&ringing["status"], &ringing["start_time"]),
        (&json!("ringing"), &Value::Null)
    );
    setting.later(1);
    let ongoing = resource(&setting, &path).await;
    assert_eq!(
        (&ongoing["status"], &ongoing["duration"]),
        (&json!("in-progress"), &Value::Null)
    );
    assert_eq!(ongoing["start_time"], "Sun, 01 Mar 2026 10:00:02 +0000");
    setting.later(29);
    let completed = resource(&setting, &path).await;
    assert_eq!(
        (&completed["status"], &completed["duration"]),
        (&json!("completed"), &json!("29"))
    );
    assert_eq!(
        (&completed["price"], &completed["direction"]),
        (&Value::Null, &json!("outbound-api"))
    );
    setting.later(60);
    assert_eq!(resource(&setting, &path).await["price"], "-0.01400");
    assert_eq!(
        setting.simulator.truth(&sid).unwrap().cost.unwrap().amount,
        "0.014"
    );
}

#[tokio::test]
async fn pages_are_chained_by_relative_uris() {
    let setting = Setting::start().await;
    let mut placed = Vec::new();
    for _ in 0..5 {
        placed.push(
            setting
                .simulator
                .place(TWILIO, CallScript::default())
                .unwrap(),
        );
        setting.later(100);
    }
    placed.reverse();
    let mut found = Vec::new();
    let mut path = setting.twilio("/Calls.json?PageSize=2");
    loop {
        let (_, page) = setting.get(TWILIO, &path).await;
        found.extend(sids(&page, "calls"));
        let Some(next) = page["next_page_uri"].as_str() else {
            break;
        };
        assert!(next.starts_with("/2010-04-01/") && next.contains("PageToken=PA"));
        path = next.into();
    }
    assert_eq!(found, placed);
}

#[tokio::test]
async fn calls_are_filtered_by_one_status_and_by_days() {
    let setting = Setting::start().await;
    let old = setting.simulator.place(TWILIO, spoken()).unwrap();
    setting.later(86_400);
    let new = setting.simulator.place(TWILIO, spoken()).unwrap();
    setting.later(5);
    let list = async |query: &str| {
        sids(
            &resource(&setting, &format!("/Calls.json?{query}")).await,
            "calls",
        )
    };
    assert_eq!(list("Status=in-progress").await, [new.as_str()]);
    assert_eq!(list("StartTime%3E=2026-03-02").await, [new.as_str()]);
    assert_eq!(list("StartTime%3C=2026-03-01").await, [old.as_str()]);
    assert_eq!(list("StartTime=2026-03-02").await, [new.as_str()]);
    assert_eq!(
        list("Status=completed&EndTime%3E=2026-03-01").await,
        [old.as_str()]
    );
    let (refused, _) = setting
        .get(TWILIO, &setting.twilio("/Calls.json?StartTime=soon"))
        .await;
    assert_eq!(refused, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_transfer_is_a_child_leg_and_the_recording_stays_with_the_parent() {
    let setting = Setting::start().await;
    let script = CallScript::default().ending(Ending::Transferred);
    let parent = setting.simulator.place(TWILIO, script).unwrap();
    setting.later(120);
    let legs = resource(&setting, "/Calls.json").await;
    assert_eq!(legs["calls"].as_array().unwrap().len(), 2);
    let children = resource(&setting, &format!("/Calls.json?ParentCallSid={parent}")).await;
    let child = &children["calls"][0];
    assert_eq!(
        (&child["parent_call_sid"], &child["direction"]),
        (&json!(parent), &json!("outbound-dial"))
    );
    let child = child["sid"].as_str().unwrap();
    assert_eq!(
        setting.simulator.truth(&parent).unwrap().child_legs[0].provider_call_id,
        child
    );
    assert_eq!(
        resource(&setting, &format!("/Calls/{child}.json")).await["status"],
        "completed"
    );

    let own = resource(&setting, &format!("/Calls/{parent}/Recordings.json")).await;
    assert_eq!(
        (
            &own["recordings"][0]["call_sid"],
            &own["recordings"][0]["source"]
        ),
        (&json!(parent), &json!("DialVerb"))
    );
    let childs = resource(&setting, &format!("/Calls/{child}/Recordings.json")).await;
    assert_eq!(childs["recordings"], json!([]));
}

#[tokio::test]
async fn a_recording_is_in_progress_processing_then_completed() {
    let setting = Setting::start().await;
    let sid = setting.simulator.place(TWILIO, spoken()).unwrap();
    let path = format!("/Calls/{sid}/Recordings.json");
    assert_eq!(resource(&setting, &path).await["recordings"], json!([]));
    let mut states = Vec::new();
    for seconds in [3, 29, 10, 60] {
        setting.later(seconds);
        let recording = resource(&setting, &path).await["recordings"][0].clone();
        states.push((recording["status"].clone(), recording["duration"].clone()));
    }
    let expected = [
        ("in-progress", None),
        ("processing", None),
        ("completed", Some("29")),
        ("completed", Some("29")),
    ];
    assert_eq!(
        states,
        expected.map(|(status, duration)| (json!(status), json!(duration)))
    );

    let of_call = resource(&setting, &path).await["recordings"][0].clone();
    let of_account = resource(&setting, "/Recordings.json").await["recordings"][0].clone();
    assert_eq!(
        (&of_call["price"], &of_call["track"]),
        (&json!(-0.0025), &json!("both"))
    );
    assert_eq!(
        of_account["price"], "-0.00250",
        "a number in one resource, a string in the other"
    );
    let re = of_account["sid"].as_str().unwrap();
    assert_eq!(
        resource(&setting, &format!("/Recordings/{re}.json")).await,
        of_account
    );
    assert_eq!(
        resource(&setting, &format!("/Calls/{sid}/Recordings/{re}.json")).await,
        of_call
    );
}

#[tokio::test]
async fn recordings_without_sound_are_absent_with_a_code() {
    let setting = Setting::start().await;
    for (recording, code) in [
        (RecordingPlan::TooShort, 16101),
        (RecordingPlan::Silent, 16102),
    ] {
        let sid = setting
            .simulator
            .place(
                TWILIO,
                CallScript {
                    recording,
                    ..spoken()
                },
            )
            .unwrap();
        setting.later(100);
        let recording =
            resource(&setting, &format!("/Calls/{sid}/Recordings.json")).await["recordings"][0]
                .clone();
        assert_eq!(
            (&recording["status"], &recording["error_code"]),
            (&json!("absent"), &json!(code))
        );
        let media = setting.twilio(&format!(
            "/Recordings/{}.mp3",
            recording["sid"].as_str().unwrap()
        ));
        assert_eq!(setting.get(TWILIO, &media).await.0, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn media_redirect_to_a_host_that_refuses_credentials() {
    let setting = Setting::start().await;
    let sid = setting.simulator.place(TWILIO, spoken()).unwrap();
    let truth = setting
        .simulator
        .world()
        .truth_at(&sid, setting.now() + Duration::from_secs(100))
        .unwrap();
    let recording = truth.recordings[0].provider_recording_id.clone().unwrap();
    let media = setting.twilio(&format!("/Recordings/{recording}.mp3?RequestedChannels=2"));
    setting.later(31);
    assert_eq!(
        setting.get(TWILIO, &media).await.0,
        StatusCode::NOT_FOUND,
        "not ready"
    );
    setting.later(6);

    let redirect = setting
        .request(TWILIO, Method::GET, &media)
        .send()
        .await
        .unwrap();
    assert_eq!(redirect.status(), StatusCode::TEMPORARY_REDIRECT);
    let location = redirect.headers()["location"].to_str().unwrap().to_owned();
    assert!(location.contains(&setting.account(TWILIO).media_hosts[0]));
    assert!(!location.starts_with(&setting.account(TWILIO).base_url));

    let head = setting
        .request(TWILIO, Method::HEAD, &media)
        .send()
        .await
        .unwrap();
    assert_eq!(head.status(), StatusCode::TEMPORARY_REDIRECT);
    let with_credentials = setting
        .request(TWILIO, Method::GET, &location)
        .send()
        .await
        .unwrap();
    assert_eq!(with_credentials.status(), StatusCode::BAD_REQUEST);
    let without = setting.client.get(&location).send().await.unwrap();
    assert_eq!(
        (without.status(), &without.headers()["content-type"]),
        (StatusCode::OK, &"audio/mpeg".parse().unwrap())
    );
    let bytes = without.bytes().await.unwrap();
    assert_eq!(
        Some(bytes),
        setting
            .simulator
            .world()
            .recording_bytes(&sid, Format::Mp3, 2)
    );
    let leaked: Vec<_> = setting
        .simulator
        .world()
        .seen()
        .into_iter()
        .filter(|it| it.account.is_none())
        .collect();
    assert_eq!(
        leaked
            .iter()
            .map(|it| it.authorization_present)
            .collect::<Vec<_>>(),
        [true, false]
    );

    let unauthorized = setting
        .client
        .get(format!("{}{media}", setting.account(TWILIO).base_url))
        .send()
        .await
        .unwrap();
    assert_eq!(unauthorized.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn two_channels_of_a_mono_recording_are_a_bad_request() {
    let setting = Setting::start().await;
    let recording = RecordingPlan::Kept {
        ready_after: None,
        two_channels: false,
    };
    let sid = setting
        .simulator
        .place(
            TWILIO,
            CallScript {
                recording,
                ..spoken()
            },
        )
        .unwrap();
    setting.later(100);
    let truth = setting.simulator.truth(&sid).unwrap();
    assert_eq!(
        truth.recordings[0]
            .files
            .iter()
            .map(|file| file.channels)
            .collect::<Vec<_>>(),
        [1, 1]
    );
    let media = |query: &str| {
        let re = truth.recordings[0].provider_recording_id.as_ref().unwrap();
        setting
            .request(
                TWILIO,
                Method::GET,
                &setting.twilio(&format!("/Recordings/{re}.wav{query}")),
            )
            .send()
    };
    assert_eq!(
        media("?RequestedChannels=2").await.unwrap().status(),
        StatusCode::BAD_REQUEST
    );
    assert_eq!(
        media("?RequestedChannels=1").await.unwrap().status(),
        StatusCode::TEMPORARY_REDIRECT
    );
    assert_eq!(
        media("").await.unwrap().status(),
        StatusCode::TEMPORARY_REDIRECT
    );
}

#[tokio::test]
async fn credentials_are_checked_and_errors_have_codes() {
    let setting = Setting::start().await;
    let account = setting.account(TWILIO);
    let url = format!("{}{}", account.base_url, setting.twilio(".json"));
    let sid = account.option("account_sid").unwrap();
    let wrong = setting
        .client
        .get(&url)
        .basic_auth(sid, Some("wrong"))
        .send()
        .await
        .unwrap();
    let (status, body) = crate::setting::document(wrong).await;
    assert_eq!(
        (status, &body["code"], &body["status"]),
        (StatusCode::UNAUTHORIZED, &json!(20003), &json!(401))
    );

    let key = setting.client.get(&url).basic_auth(
        &account.optional_secrets[0].1,
        Some(&account.optional_secrets[1].1),
    );
    assert_eq!(
        key.send().await.unwrap().status(),
        StatusCode::OK,
        "an API key opens the API, too"
    );
    assert_eq!(resource(&setting, ".json").await["sid"], sid);

    let (status, body) = setting
        .get(TWILIO, &setting.twilio("/Calls/CA1.json"))
        .await;
    assert_eq!(
        (status, &body["code"]),
        (StatusCode::NOT_FOUND, &json!(20404))
    );
    let (status, _) = setting
        .get(TWILIO, "/2010-04-01/Accounts/AC1/Calls.json")
        .await;
    assert_eq!(status, StatusCode::NOT_FOUND, "somebody else's account");
}

#[tokio::test]
async fn unanswered_calls_end_in_a_status_of_their_own() {
    let setting = Setting::start().await;
    let endings = [
        Ending::NoAnswer,
        Ending::Busy,
        Ending::Canceled,
        Ending::Unreachable,
    ];
    for (ending, status) in endings
        .into_iter()
        .zip(["no-answer", "busy", "canceled", "failed"])
    {
        let sid = setting
            .simulator
            .place(TWILIO, CallScript::unanswered(ending))
            .unwrap();
        setting.later(100);
        let call = resource(&setting, &format!("/Calls/{sid}.json")).await;
        assert_eq!(
            (&call["status"], &call["duration"], &call["price"]),
            (&json!(status), &Value::Null, &Value::Null)
        );
    }
}

#[tokio::test]
async fn a_voicemail_is_a_completed_call_that_a_machine_answered() {
    let setting = Setting::start().await;
    let script = CallScript::outbound().ending(Ending::Voicemail);
    let sid = setting.simulator.place(TWILIO, script).unwrap();
    setting.later(100);
    let call = resource(&setting, &format!("/Calls/{sid}.json")).await;
    assert_eq!(
        (&call["status"], &call["answered_by"]),
        (&json!("completed"), &json!("machine_start"))
    );
    assert_eq!(
        setting
            .simulator
            .truth(&sid)
            .unwrap()
            .ended_reason
            .unwrap()
            .code,
        "voicemail"
    );
}
