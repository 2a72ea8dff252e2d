//! What Vapi's documents say of the recording: whether there is one, where, and until when.

use ringback_model::{Availability, CallFacts, Reason, StoragePolicy};
use serde_json::{Value, json};

use crate::{
    accounts::{account, event, time, webhook},
    vapi_events::{
        CALL, ID, REPORT, UPLOAD, asked, asked_at, availability, changed, link, told, without,
    },
};

#[test]
fn a_call_that_outlives_the_usual_retention_has_no_deadline() {
    let event = asked_at(CALL, time("2026-04-01T00:00:00Z"));
    let (_, until) = link(&event).expect("a link");
    assert_eq!(until, None, "this account keeps its calls for longer");
}

#[test]
fn a_link_that_is_dead_on_arrival_gives_way_to_where_fresh_ones_are() {
    let late = event(
        &account("vapi", &[]),
        webhook(REPORT.as_bytes(), time("2025-10-09T09:24:00Z")),
    );
    assert_eq!(
        link(&late),
        Some((
            format!("https://api.vapi.ai/call/{ID}/stereo-recording"),
            Some(time("2025-10-23T08:53:18Z"))
        ))
    );
    let unsaid = changed(REPORT, |message| {
        without(&mut message["artifact"], &["presignedUrlsExpiresAt"]);
        message["artifact"]["presignedStereoUrl"] =
            "https://b.r2.cloudflarestorage.com/s?X-Amz-Date=20251009T090000Z&X-Amz-Expires=1800"
                .into();
    });
    let (_, until) = link(&told(&unsaid)).expect("a link");
    assert_eq!(
        until,
        Some(time("2025-10-09T09:30:00Z")),
        "by its own query"
    );
}

#[test]
fn a_recording_that_is_not_there_has_a_reason_or_is_still_to_come() {
    let bare = |change: &dyn Fn(&mut Value)| {
        changed(CALL, |call| {
            let artifact = &mut call["artifact"];
            without(
                artifact,
                &[
                    "recordingUrl",
                    "stereoRecordingUrl",
                    "recording",
                    "presignedStereoUrl",
                ],
            );
            change(call);
        })
    };
    let soon = time("2026-03-01T09:30:00Z");
    let late = time("2026-03-01T10:01:06Z");
    let is = |body: &str, when| availability(&asked_at(body, when));
    let nothing = bare(&|_| ());
    assert_eq!(is(&nothing, soon), Some(Availability::Expected));
    assert_eq!(
        is(&nothing, late),
        Some(Availability::Absent(Reason::NotRecorded)),
        "an hour later it will not come any more"
    );
    let off = json!({"artifactPlan": {"recordingEnabled": false}});
    for name in ["assistant", "assistantOverrides"] {
        let off = bare(&|call| call[name] = off.clone());
        assert_eq!(
            is(&off, soon),
            Some(Availability::Absent(Reason::NotRecorded))
        );
    }
    let overridden = bare(&|call| {
        call["assistant"] = off.clone();
        call["assistantOverrides"] = json!({"artifactPlan": {"recordingEnabled": true}});
    });
    assert_eq!(is(&overridden, soon), Some(Availability::Expected));
    let pci = bare(&|call| call["assistant"] = json!({"compliancePlan": {"pciEnabled": true}}));
    assert_eq!(is(&pci, soon), Some(Availability::Withheld(Reason::Policy)));
    assert_eq!(
        asked(&pci).facts.storage_policy,
        Some(StoragePolicy::BasicsOnly)
    );
    let plain_only = changed(CALL, |call| {
        without(
            &mut call["artifact"],
            &["presignedStereoUrl", "stereoRecordingUrl", "recording"],
        );
    });
    let event = asked(&plain_only);
    assert_eq!(availability(&event), Some(Availability::Available));
    assert_eq!(event.recordings[0].facts.channels, Some(1));
    let going_on = changed(CALL, |call| call["status"] = "in-progress".into());
    assert_eq!(availability(&asked(&going_on)), None);
}

#[test]
fn a_report_that_comes_hours_late_still_speaks_of_its_own_moment() {
    let body = changed(REPORT, |message| {
        without(
            &mut message["artifact"],
            &["recordingUrl", "presignedMonoUrl", "presignedStereoUrl"],
        );
    });
    let late = event(
        &account("vapi", &[]),
        webhook(body.as_bytes(), time("2025-10-09T20:00:00Z")),
    );
    assert_eq!(availability(&late), Some(Availability::Expected));
}

#[test]
fn files_in_the_customers_own_storage_are_out_of_reach() {
    let event = told(UPLOAD);
    assert_eq!(
        availability(&event),
        Some(Availability::Withheld(Reason::ExternalStorage))
    );
    assert_eq!(event.facts, CallFacts::default());
    let at_vapi = changed(UPLOAD, |message| {
        message["artifact"] = json!({"recordingUrl": "https://storage.vapi.ai/a.wav"});
    });
    assert_eq!(
        availability(&told(&at_vapi)),
        Some(Availability::Available),
        "the message itself says that there is one at Vapi"
    );
    for artifacts in [
        json!([{"type": "log", "success": true}]),
        json!([{"type": "recording-mono", "success": false}]),
        json!("none"),
    ] {
        let other = changed(UPLOAD, |message| message["artifacts"] = artifacts);
        assert_eq!(availability(&told(&other)), None);
    }
}
