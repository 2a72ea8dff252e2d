//! The generated archive.

use std::collections::HashSet;

use ringback_simulator::{archive, speech};

const COUNT: u64 = 600;

fn until() -> jiff::Timestamp {
    "2026-11-21T12:00:00Z".parse().unwrap()
}

#[test]
fn calls_are_finished_different_and_spread_over_a_year() {
    let calls: Vec<_> = archive(COUNT, 1, until()).collect();
    assert_eq!(calls.len() as u64, COUNT);
    let ids: HashSet<_> = calls.iter().map(|call| &call.provider_call_id).collect();
    assert_eq!(ids.len() as u64, COUNT);
    assert!(calls.iter().all(|call| call.ended_at < until()));
    let days: HashSet<_> = calls
        .iter()
        .map(|call| call.ended_at.to_string()[..10].to_owned())
        .collect();
    assert!(days.len() > 250, "{} days", days.len());
    let accounts: HashSet<_> = calls.iter().map(|call| call.account.as_str()).collect();
    assert_eq!(accounts.len(), 2);
    let summaries: HashSet<_> = calls
        .iter()
        .filter_map(|call| call.docs[0]["call_analysis"]["call_summary"].as_str())
        .collect();
    assert!(summaries.len() > 200, "{} summaries", summaries.len());
}

#[test]
fn a_call_and_its_sound_fit_together() {
    for call in archive(COUNT, 1, until()) {
        let Some(recording) = &call.recording else {
            continue;
        };
        let length = speech::conversations()[recording.conversation]
            .script
            .duration_ms;
        let sound = speech::recording(recording.conversation, recording.format, recording.channels);
        assert!(sound.len() > 1000);
        if call.provider == "retell" {
            assert_eq!(call.docs[0]["duration_ms"], length);
            assert!(call.docs[0]["transcript"].as_str().unwrap().lines().count() >= 2);
        } else {
            assert_eq!(call.docs[0]["duration"], (length / 1000).to_string());
            let recordings = call.docs.last().unwrap()["recordings"].as_array().unwrap();
            assert_eq!(
                recordings[0]["sid"].as_str(),
                recording.provider_recording_id.as_deref()
            );
            assert!(call.docs[0]["price"].as_str().unwrap().starts_with('-'));
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_archive() {
    let of = |seed| archive(40, seed, until()).collect::<Vec<_>>();
    assert_eq!(of(9), of(9));
    assert_ne!(of(9), of(10));
}
