//! What Telnyx says of recordings, with and without their id.

use ringback_model::{Availability, Matched, ProviderCallId, Reason};
use ringback_providers::Understood;
use serde_json::Value;

use crate::{
    accounts::{event, time, understand, webhook},
    telnyx_events::{ARRIVED, LEG, RECORDING, SESSION, call, changed, fixture, telnyx, told},
};

#[test]
fn a_saved_recording_without_its_id_is_known_by_its_leg_and_begin() {
    let event = told(fixture!("recording_saved.json"));
    let report = &event.recordings[0];
    let (leg, began) = report.key.unnamed_parts().expect("no id");
    assert_eq!((leg.as_str(), began), (LEG, time("2026-03-01T10:00:03Z")));
    assert_eq!(report.facts.availability, Some(Availability::Available));
    assert_eq!(report.facts.channels, Some(2));
    assert_eq!(report.facts.duration_ms, Some(304_000));
    assert_eq!(report.facts.matched, Some(Matched::ByIds));
    let link = report.link.as_ref().expect("a link");
    assert_eq!(
        link.expires_at,
        Some(time("2026-03-01T10:15:09Z")),
        "as it is signed"
    );

    let plain = changed(fixture!("recording_saved.json"), |body| {
        body["data"]["payload"]["recording_urls"]["mp3"] =
            "https://x.s3.amazonaws.com/a.mp3".into();
    });
    let link = told(&plain).recordings.remove(0).link.expect("a link");
    assert_eq!(
        link.expires_at,
        Some(time("2026-03-01T10:15:09.12Z")),
        "ten minutes after it was saved, not after it was heard of"
    );
}

#[test]
fn a_saved_recording_with_its_id_is_known_by_it() {
    let named = changed(fixture!("recording_saved.json"), |body| {
        body["data"]["payload"]["recording_id"] = RECORDING.into();
    });
    let mut call = call(&[fixture!("recording_saved.json")]);
    let unnamed = call.recordings.keys().next().cloned().expect("a recording");
    call.apply(&told(&named));
    let known = call.named(&unnamed).expect("the same leg and begin");
    assert_eq!(known.provider_id(), Some(RECORDING));

    let neither = changed(fixture!("recording_saved.json"), |body| {
        body["data"]["payload"]["recording_started_at"] = Value::Null;
    });
    let told = understand(&telnyx(), webhook(neither.as_bytes(), time(ARRIVED)));
    let Ok(Understood::Ask { calls, .. }) = told else {
        panic!("{told:?}");
    };
    assert_eq!(calls, [ProviderCallId::new(SESSION)]);
}

#[test]
fn a_recording_in_the_customers_own_bucket_is_withheld() {
    let at = |url: &str| {
        let body = changed(fixture!("recording_saved.json"), |body| {
            body["data"]["payload"]["recording_urls"]["mp3"] = url.into();
        });
        let mut account = telnyx();
        account
            .media_hosts
            .push("named.blob.core.windows.net".into());
        let event = event(&account, webhook(body.as_bytes(), time(ARRIVED)));
        let report = event.recordings.into_iter().next().expect("a recording");
        (report.facts.availability, report.link.is_some())
    };
    let withheld = (Some(Availability::Withheld(Reason::ExternalStorage)), false);
    for url in [
        "s3://bucket/a.mp3",
        "gs://bucket/a.mp3",
        "https://mine.blob.core.windows.net/a.mp3",
        "https://storage.googleapis.com/bucket/a.mp3",
    ] {
        assert_eq!(at(url), withheld, "{url}");
    }
    let available = (Some(Availability::Available), true);
    for url in [
        "https://named.blob.core.windows.net/a.mp3",
        "https://s3.amazonaws.com/telephony-recorder-prod/a.mp3",
        "https://new-cdn.example/a.mp3",
    ] {
        assert_eq!(at(url), available, "{url}");
    }
}

#[test]
fn a_recording_that_could_not_be_kept_is_absent_and_says_why() {
    for (sentence, reason) in [
        (
            "Failed to authorize with storage using custom credentials",
            Reason::ExternalStorage,
        ),
        ("Invalid credentials json", Reason::ExternalStorage),
        ("Unsupported backend", Reason::ExternalStorage),
        ("Internal server error", Reason::ProviderError),
    ] {
        let body = changed(fixture!("recording_error.json"), |body| {
            body["data"]["payload"]["reason"] = sentence.into();
        });
        let report = told(&body).recordings.remove(0);
        assert_eq!(
            report.facts.availability,
            Some(Availability::Absent(reason))
        );
    }
    // As the schema's own example has it, without session and leg.
    let body = changed(fixture!("recording_error.json"), |body| {
        let payload = body["data"]["payload"].as_object_mut().expect("an object");
        payload.retain(|name, _| name == "call_control_id" || name == "reason");
    });
    let told = understand(&telnyx(), webhook(body.as_bytes(), time(ARRIVED)));
    let Ok(Understood::Ask { calls, .. }) = told else {
        panic!("{told:?}");
    };
    assert_eq!(calls, [ProviderCallId::new("v3:root")]);
}
