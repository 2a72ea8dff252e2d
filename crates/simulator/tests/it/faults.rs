//! APIs on a bad day.

use std::time::Duration;

use reqwest::{Method, StatusCode, header};
use ringback_simulator::{Host, Reach, Times};

use crate::setting::{RETELL, Setting, TWILIO};

#[tokio::test]
async fn too_many_requests_are_refused_with_and_without_a_waiting_time() {
    let setting = Setting::start().await;
    let switches = setting.simulator.switches(RETELL).unwrap();
    let ask = || {
        setting
            .request(RETELL, Method::GET, "/get-concurrency")
            .send()
    };
    switches.turn(|faults| {
        faults.too_many_requests = Times::Next(2);
        faults.retry_after = Some(Duration::from_secs(7));
    });
    let first = ask().await.unwrap();
    assert_eq!(
        (first.status(), &first.headers()[header::RETRY_AFTER]),
        (StatusCode::TOO_MANY_REQUESTS, &"7".parse().unwrap())
    );
    switches.turn(|faults| faults.retry_after = None);
    let second = ask().await.unwrap();
    assert_eq!(
        (second.status(), second.headers().get(header::RETRY_AFTER)),
        (StatusCode::TOO_MANY_REQUESTS, None)
    );
    assert_eq!(ask().await.unwrap().status(), StatusCode::OK);
}

#[tokio::test]
async fn answers_are_dated_by_the_clock_of_the_simulated_world() {
    let setting = Setting::start().await;
    let date = async || {
        let request = setting.request(RETELL, Method::GET, "/get-concurrency");
        let answer = request.send().await.unwrap();
        let date = answer.headers()[header::DATE].to_str().unwrap().to_owned();
        jiff::fmt::rfc2822::parse(&date).unwrap().timestamp()
    };
    let begin = date().await;
    assert_eq!(
        begin.as_second(),
        setting.simulator.world().now().as_second()
    );
    setting.clock.advance(Duration::from_secs(86_400));
    assert_eq!(date().await, begin + Duration::from_secs(86_400));
}

#[tokio::test]
async fn server_errors_pass() {
    let setting = Setting::start().await;
    setting
        .simulator
        .switches(TWILIO)
        .unwrap()
        .turn(|faults| faults.server_errors = Times::Next(1));
    let path = setting.twilio("/Calls.json");
    let (status, body) = setting.get(TWILIO, &path).await;
    assert_eq!(
        (status, &body["status"]),
        (StatusCode::INTERNAL_SERVER_ERROR, &serde_json::json!(500))
    );
    assert_eq!(setting.get(TWILIO, &path).await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_revoked_key_no_longer_opens_anything() {
    let setting = Setting::start().await;
    for (account, path) in [
        (RETELL, "/get-api-key-info".to_owned()),
        (TWILIO, setting.twilio(".json")),
    ] {
        let switches = setting.simulator.switches(account).unwrap();
        assert_eq!(setting.get(account, &path).await.0, StatusCode::OK);
        switches.turn(|faults| faults.key_revoked = true);
        assert_eq!(
            setting.get(account, &path).await.0,
            StatusCode::UNAUTHORIZED
        );
    }
}

#[tokio::test]
async fn a_provider_that_is_down_hangs_up_or_says_so() {
    let setting = Setting::start().await;
    let switches = setting.simulator.switches(RETELL).unwrap();
    switches.turn(|faults| faults.reach = Reach::HangsUp);
    let error = setting
        .request(RETELL, Method::GET, "/get-concurrency")
        .send()
        .await
        .unwrap_err();
    assert!(error.status().is_none());
    switches.turn(|faults| faults.reach = Reach::Unavailable);
    assert_eq!(
        setting.get(RETELL, "/get-concurrency").await.0,
        StatusCode::SERVICE_UNAVAILABLE
    );
    assert_eq!(
        setting.get(TWILIO, &setting.twilio(".json")).await.0,
        StatusCode::OK,
        "the other account is up"
    );
    switches.turn(|faults| faults.reach = Reach::Up);
    assert_eq!(
        setting.get(RETELL, "/get-concurrency").await.0,
        StatusCode::OK
    );
}

#[tokio::test]
async fn every_request_is_written_down() {
    let setting = Setting::start().await;
    setting.get(RETELL, "/get-concurrency?a=1").await;
    setting.later(1);
    let strange = format!("{}/nowhere", setting.account(RETELL).base_url);
    setting
        .client
        .get(strange)
        .header(header::RANGE, "bytes=0-1")
        .send()
        .await
        .unwrap();
    let seen = setting.simulator.world().seen();
    assert_eq!(
        (
            seen[0].host,
            seen[0].account.as_deref(),
            seen[0].query.as_deref()
        ),
        (Host::Api, Some(RETELL), Some("a=1"))
    );
    assert!(seen[0].authorization_present && !seen[1].authorization_present);
    assert_eq!(
        (seen[1].status, seen[1].range.as_deref()),
        (Some(404), Some("bytes=0-1"))
    );
    assert_eq!(seen[1].at.duration_since(seen[0].at).as_secs(), 1);
    setting.simulator.world().forget_seen();
    assert!(setting.simulator.world().seen().is_empty());
}
