//! What Retell's documents say of the recording, under each storage policy.

use ringback_model::{Availability, Call, ProviderCallId, Reason, RecordingKey, StoragePolicy};

use crate::{
    accounts::{at, time},
    retell_events::{
        END, ENDED, GET_CALL, arrived, asked, availability, changed, link, listed, told,
    },
};

const SCRUBBED: &str = include_str!("../fixtures/retell/scrubbed.json");

#[test]
fn where_personal_data_is_removed_only_the_scrubbed_files_and_words_count() {
    let event = asked(SCRUBBED, arrived());
    assert_eq!(
        event.facts.storage_policy,
        Some(StoragePolicy::ExceptPersonalData)
    );
    let (url, _) = link(&event).expect("a link");
    assert_eq!(
        url,
        "https://dxc03zgurdly9.cloudfront.net/4/scrubbed_multichannel.wav"
    );
    let text = serde_json::to_string(&event.facts.transcript).expect("JSON");
    assert!(text.contains("[email 1]") && !text.contains("ann@example.org"));
    assert_eq!(event.facts.from, None, "the number was removed too");

    let not_yet = changed(SCRUBBED, |call| {
        for name in [
            "scrubbed_recording_url",
            "scrubbed_recording_multi_channel_url",
            "scrubbed_transcript_with_tool_calls",
        ] {
            call.as_object_mut().expect("an object").remove(name);
        }
    });
    let event = asked(&not_yet, arrived());
    assert_eq!(availability(&event), Some(Availability::Expected));
    assert_eq!(link(&event), None);
    assert_eq!(event.facts.transcript, None);
}

#[test]
fn links_of_a_call_that_is_not_kept_die_after_ten_minutes() {
    let body = changed(ENDED, |call| {
        call["data_storage_setting"] = "basic_attributes_only".into()
    });
    let event = told(&body);
    let (_, expires_at) = link(&event).expect("a link");
    assert_eq!(expires_at, Some(at(END + 5_000 + 600_000)));
    assert_eq!(availability(&event), Some(Availability::Available));

    let without = changed(&body, |call| {
        call.as_object_mut()
            .expect("an object")
            .remove("recording_url");
        call.as_object_mut()
            .expect("an object")
            .remove("recording_multi_channel_url");
    });
    assert_eq!(
        availability(&told(&without)),
        Some(Availability::Withheld(Reason::Policy))
    );
}

#[test]
fn signed_links_die_when_their_query_says_or_after_a_day() {
    let signed =
        "https://b.s3.us-west-2.amazonaws.com/a.wav?X-Amz-Date=20251009T090000Z&X-Amz-Expires=600";
    let body = changed(ENDED, |call| {
        call["opt_in_signed_url"] = true.into();
        call["recording_multi_channel_url"] = signed.into();
    });
    let (_, expires_at) = link(&told(&body)).expect("a link");
    assert_eq!(expires_at, Some(time("2025-10-09T09:10:00Z")));
    let body = changed(ENDED, |call| call["opt_in_signed_url"] = true.into());
    let (_, expires_at) = link(&told(&body)).expect("a link");
    assert_eq!(expires_at, Some(at(END + 5_000 + 24 * 3_600_000)));
}

#[test]
fn a_recording_without_a_link_is_expected_however_it_was_asked_for() {
    let without = changed(GET_CALL, |call| {
        let call = call.as_object_mut().expect("an object");
        call.remove("recording_url");
        call.remove("recording_multi_channel_url");
    });
    let expected = Some(Availability::Expected);
    assert_eq!(availability(&asked(&without, arrived())), expected);
    assert_eq!(availability(&listed(&without, arrived())), expected);
}

#[test]
fn a_failed_call_may_have_a_recording_if_it_was_connected() {
    let failed = |connected: bool| {
        let body = changed(ENDED, |call| {
            let call = call.as_object_mut().expect("an object");
            call.remove("recording_url");
            call.remove("recording_multi_channel_url");
            if !connected {
                call.remove("start_timestamp");
                call.remove("duration_ms");
            }
            call.insert("call_status".into(), "error".into());
        });
        availability(&told(&body))
    };
    assert_eq!(failed(true), Some(Availability::Expected));
    assert_eq!(
        failed(false),
        Some(Availability::Absent(Reason::NotConnected))
    );
}

#[test]
fn the_api_does_not_take_back_the_links_of_an_unkept_call_while_they_live() {
    let kept_for_ten_minutes = changed(ENDED, |call| {
        call["data_storage_setting"] = "basic_attributes_only".into();
    });
    let by_api = changed(GET_CALL, |call| {
        let call = call.as_object_mut().expect("an object");
        call.insert("call_id".into(), "call_0001".into());
        call.insert("end_timestamp".into(), END.into());
        call.insert(
            "data_storage_setting".into(),
            "basic_attributes_only".into(),
        );
        call.remove("recording_url");
        call.remove("recording_multi_channel_url");
    });
    let is = |later_ms| {
        let mut call = Call::new(ProviderCallId::new("call_0001"));
        call.apply(&asked(&by_api, at(END + later_ms)));
        call.apply(&told(&kept_for_ten_minutes));
        let recording = &call.recordings[&RecordingKey::only()];
        recording.availability.as_ref().map(|told| told.value)
    };
    assert_eq!(is(60_000), Some(Availability::Available));
    assert_eq!(is(600_001), Some(Availability::Withheld(Reason::Policy)));
}
