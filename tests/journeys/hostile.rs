//! Correctly signed nonsense: nothing panics, nothing is lost, and the next good event is applied.

use ringback_journeys::{
    setting::{House, RETELL, Setting, TWILIO},
    signing::{post_to_retell, post_to_twilio, retell, secret},
};
use ringback_simulator::CallScript;

/// A call comes in after whatever went before.
async fn the_next_good_call_arrives(setting: &Setting, house: &House, account: &str) {
    let id = setting
        .simulator
        .place(account, CallScript::default())
        .expect("one of ours");
    for (webhook, answer) in setting.live_through().await {
        assert_eq!(answer.word, "accepted", "{}", webhook.kind);
    }
    house.recording_is(&id, "ready").await;
    house.applied().await;
}

/// Everything that was accepted is in the journal, with a word about what became of it.
fn all_kept(house: &House, accepted: usize) {
    let events = house.events(None);
    let webhooks: Vec<_> = events
        .iter()
        .filter(|event| event.source == "webhook")
        .collect();
    assert_eq!(
        webhooks.len(),
        accepted,
        "every accepted event is there once"
    );
    for event in webhooks {
        assert_ne!(event.state, "pending", "nothing holds up the others");
        let says_why = event
            .reason
            .as_deref()
            .is_some_and(|reason| !reason.is_empty());
        assert!(event.state == "applied" || says_why, "{event:?}");
    }
}

fn json_horrors() -> Vec<(&'static str, Vec<u8>)> {
    let long = "x".repeat(2 << 20);
    vec![
        ("nothing", Vec::new()),
        ("no JSON", b"}{".to_vec()),
        ("a number", b"17".to_vec()),
        ("null", b"null".to_vec()),
        ("NUL bytes", b"{\"event\":\"call_ended\0\",\"call\":{\"call_id\":\"a\0b\"}}".to_vec()),
        ("escaped NUL", b"{\"event\":\"call_ended\",\"call\":{\"call_id\":\"a\\u0000b\"}}".to_vec()),
        ("invalid UTF-8", b"{\"event\":\"call_ended\",\"call\":{\"call_id\":\"\xff\xfe\"}}".to_vec()),
        ("half a surrogate", b"{\"event\":\"call_ended\",\"call\":{\"call_id\":\"\\ud800\"}}".to_vec()),
        ("deep arrays", [b"[".repeat(200_000), b"]".repeat(200_000)].concat()),
        (
            "deep objects below a good beginning",
            [
                b"{\"event\":\"call_ended\",\"call\":{\"call_id\":\"deep\",\"metadata\":".to_vec(),
                b"{\"a\":".repeat(100_000),
                b"1".to_vec(),
                b"}".repeat(100_000),
                b"}}".to_vec(),
            ]
            .concat(),
        ),
        (
            "wrong types everywhere",
            br#"{"event":"call_ended","call":{"call_id":"wrong","start_timestamp":"yesterday","end_timestamp":[],
               "duration_ms":-5,"transcript_object":{"role":1},"call_cost":"much","latency":[1,2],"call_analysis":7,
               "recording_url":{"a":1},"from_number":42,"call_status":["ended"]}}"#
                .to_vec(),
        ),
        (
            "numbers beyond all ranges",
            br#"{"event":"call_ended","call":{"call_id":"huge","start_timestamp":1e300,"end_timestamp":-99999999999999999999,
               "duration_ms":18446744073709551616,"call_cost":{"combined_cost":1e400}}}"#
                .to_vec(),
        ),
        ("an id that is a path", br#"{"event":"call_ended","call":{"call_id":"../../../../etc/passwd","call_status":"ended"}}"#.to_vec()),
        ("a word of two million letters", format!("{{\"event\":\"call_ended\",\"call\":{{\"call_id\":\"long\",\"transcript\":\"{long}\"}}}}").into_bytes()),
        ("an id of two million letters", format!("{{\"event\":\"call_ended\",\"call\":{{\"call_id\":\"{long}\"}}}}").into_bytes()),
        ("the same name twice", br#"{"event":"call_ended","event":"call_started","call":{"call_id":"a","call_id":"b"}}"#.to_vec()),
        ("an event of the future", br#"{"event":"call_teleported","call":{"call_id":"new"}}"#.to_vec()),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn signed_nonsense_as_json_is_kept_with_a_reason_and_the_next_good_event_is_applied() {
    let setting = Setting::webhooks_only().await;
    let house = setting.start().await;
    let horrors = json_horrors();
    for (name, body) in &horrors {
        let answer = post_to_retell(&setting, body.clone()).await;
        assert_eq!(
            answer.status, 200,
            "{name}: it is signed, so it is kept: {answer:?}"
        );
        let again = post_to_retell(&setting, body.clone()).await;
        assert_eq!(
            again.word, "duplicate",
            "{name}: the same again is the same"
        );
    }
    house.applied().await;
    all_kept(&house, horrors.len());
    the_next_good_call_arrives(&setting, &house, RETELL).await;
    assert_eq!(setting.sender.health().await, 200, "the door is well");
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn signed_nonsense_as_a_form_is_kept_with_a_reason_and_the_next_good_event_is_applied() {
    let setting = Setting::webhooks_only().await;
    let house = setting.start().await;
    let many: String = (0..20_000).map(|n| format!("P{n}=v&")).collect();
    let horrors: Vec<(&str, Vec<u8>)> = vec![
        ("nothing", Vec::new()),
        ("JSON as a form", br#"{"CallSid":"CA1"}"#.to_vec()),
        ("broken escapes", b"CallSid=%zz%&CallStatus=%e2%82&=%".to_vec()),
        ("escaped bytes that are no text", b"CallSid=CA%ff%fe&CallStatus=completed".to_vec()),
        ("escaped NUL", b"CallSid=CA%00&CallStatus=completed&From=%00".to_vec()),
        ("the same name twice", b"CallSid=CA1&CallSid=CA2&CallStatus=completed".to_vec()),
        ("numbers that are none", b"CallSid=CA3&CallStatus=completed&CallDuration=-1&Timestamp=tomorrow&SequenceNumber=x".to_vec()),
        ("a recording of nothing", b"RecordingSid=RE1&RecordingStatus=completed&RecordingDuration=99999999999999999999".to_vec()),
        ("a link to this machine", b"CallSid=CA4&RecordingSid=RE4&RecordingStatus=completed&RecordingUrl=http%3A%2F%2F169.254.169.254%2Flatest".to_vec()),
        ("many parameters", many.into_bytes()),
    ];
    for (name, form) in &horrors {
        let answer = post_to_twilio(&setting, form.clone()).await;
        assert_eq!(answer.status, 200, "{name}: {answer:?}");
    }
    house.applied().await;
    all_kept(&house, horrors.len());
    the_next_good_call_arrives(&setting, &house, TWILIO).await;
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_large_or_not_signed_for_this_door_is_turned_away_and_harms_nobody() {
    let setting = Setting::webhooks_only().await;
    let house = setting.start().await;
    let body = vec![b'a'; 20 << 20];
    let signature = retell(&secret(&setting, RETELL), &body, setting.now());
    let headers = [("x-retell-signature", signature.as_str())];
    // The door may stop listening in the middle of so much; then nobody reads its answer.
    if let Ok(answer) = setting
        .sender
        .post_bytes("/webhooks/clinic-retell", &headers, body)
        .await
    {
        assert_eq!(answer.status, 413, "more than 16 MiB");
    }
    let large = format!(
        "{{\"event\":\"call_ended\",\"call\":{{\"call_id\":\"large\",\"call_status\":\"ended\",\"metadata\":\"{}\"}}}}",
        "m".repeat(15 << 20)
    );
    assert_eq!(
        post_to_retell(&setting, large.into_bytes()).await.word,
        "accepted",
        "15 MiB are taken"
    );
    house
        .call_that("large", "the end", |call| call["status"] == "ended")
        .await;

    let form = b"CallSid=CA1&CallStatus=completed".to_vec();
    let other_door = ringback_journeys::signing::twilio(
        &secret(&setting, TWILIO),
        "https://elsewhere.example/webhooks/bistro-twilio",
        &form,
    );
    let headers = [
        ("content-type", "application/x-www-form-urlencoded"),
        ("x-twilio-signature", other_door.as_str()),
    ];
    let answer = setting
        .sender
        .post_bytes("/webhooks/bistro-twilio", &headers, form.clone())
        .await
        .expect("answered");
    assert_eq!(answer.status, 401, "signed for another address");
    let as_json = [
        ("content-type", "application/json"),
        ("x-twilio-signature", other_door.as_str()),
    ];
    let answer = setting
        .sender
        .post_bytes("/webhooks/bistro-twilio", &as_json, form)
        .await
        .expect("answered");
    assert_eq!(answer.status, 401, "a form that says it is JSON");
    let answer = setting
        .sender
        .post_bytes("/webhooks/nobody", &[], b"{}".to_vec())
        .await
        .expect("answered");
    assert_eq!(answer.status, 404);

    the_next_good_call_arrives(&setting, &house, RETELL).await;
    let landed = ringback_journeys::setting::files_below(&setting.home().recordings());
    assert!(landed.iter().all(|file| !file.contains("..")), "{landed:?}");
    house.engine.shutdown().await;
}
