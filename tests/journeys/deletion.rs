//! Deletion at the provider: only where the account says so, only after the copies are verified, once, and
//! with a line that tells of it.

use std::{
    fs::{self, OpenOptions},
    io::Write,
    time::Duration,
};

use ringback_api::cli;
use ringback_engine::{EngineOptions, resync, store::DeletionOutcome};
use ringback_journeys::{
    bucket::{Bucket, Weather},
    cases::Case,
    patience::{SOON, until},
    setting::{House, RETELL, Setting, TWILIO},
};
use ringback_simulator::{CallScript, Times};
use serde_json::Value;

/// The providers that can delete a recording alone.
const CAN: [&str; 3] = ["twilio", "telnyx", "recall"];

/// A home whose accounts say that recordings are deleted after a copy.
async fn deleting(cases: &[&Case]) -> Setting {
    let setting = Setting::told(cases).await;
    setting.configure(|text| {
        text.replace(
            "allow_private_network = true",
            "allow_private_network = true\npoll_every = \"0s\"\ndelete_at_provider = true",
        )
    });
    setting
}

fn deletions(setting: &Setting) -> Vec<String> {
    let seen = setting.world().seen();
    let deletions = seen.into_iter().filter(|seen| seen.method == "DELETE");
    deletions.map(|seen| seen.path).collect()
}

/// Lets the time go by, minute by minute, until it is so. What is due at a minute is done in it.
async fn in_time<T>(
    setting: &Setting,
    house: &House,
    what: &str,
    ask: impl Fn() -> Option<T>,
) -> T {
    until(SOON, what, async || {
        house.rests().await;
        let answer = ask();
        if answer.is_none() {
            setting.pass(Duration::from_secs(60));
            house.look();
        }
        answer
    })
    .await
}

/// What the call's page says of the deletion.
fn line(house: &House, id: &str) -> Option<(String, Option<String>)> {
    let detail = cli::call(&house.engine, id).ok()?;
    let line = detail.deletions.values().next()?.clone();
    assert!(
        line.who.starts_with("delete_at_provider of "),
        "{}",
        line.who
    );
    Some((line.outcome, line.reason))
}

async fn resync(house: &House, id: &str) {
    let request = resync::Request {
        scope: resync::Scope::Call(id.to_owned()),
        account: None,
        dry_run: false,
    };
    let mut run = house.engine.resync(request).await.expect("it begins");
    run.finished().await;
}

fn without_keys(call: &Value) -> (Value, Value) {
    let recording = &call["recordings"][0];
    (recording["state"].clone(), recording["sha256"].clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_is_deleted_once_after_its_copy_is_verified_and_stays_here() {
    for provider in CAN {
        let case = Case::of(provider);
        let setting = deleting(&[case]).await;
        let house = setting.start().await;
        let id = setting.place(case, CallScript::default());
        setting.live_through().await;
        let call = house.recording_is(&id, "ready").await;
        in_time(&setting, &house, "the deletion", || {
            line(&house, &id).filter(|(outcome, _)| outcome == "deleted")
        })
        .await;
        assert!(setting.world().recording_is_deleted(&id), "{provider}");
        assert_eq!(deletions(&setting).len(), 1, "{provider}");
        let whole = house.call(&id).expect("here");
        assert_eq!(
            whole["missing"],
            serde_json::json!([]),
            "{provider}: everything was here first"
        );
        let timeline = house.timeline(&id);
        let told = ("deleted_at_provider".to_owned(), "applied".to_owned());
        assert!(timeline.contains(&told), "{timeline:?}");

        // Whatever the provider says now, the recording is ours.
        resync(&house, &id).await;
        setting.pass(Duration::from_secs(60));
        house.look();
        house.rests().await;
        let later = house.call(&id).expect("here");
        assert_eq!(without_keys(&later), without_keys(&call), "{provider}");
        assert_eq!(later["recordings"][0]["state"], "ready");
        assert!(house.file(&later).is_file());
        house.engine.shutdown().await;

        // And the line is in the journal: it is there again after the database was lost.
        let program = setting.program();
        program.json(&["rebuild"]).await;
        let house = setting.start().await;
        assert_eq!(
            line(&house, &id),
            Some(("deleted".into(), None)),
            "{provider}"
        );
        house.recording_is(&id, "ready").await;
        assert_eq!(deletions(&setting).len(), 1, "{provider}: not asked again");
        house.engine.shutdown().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_deleted_where_the_account_does_not_say_so() {
    let cases: Vec<_> = CAN.iter().map(|provider| Case::of(provider)).collect();
    let setting = Setting::told(&cases).await;
    let house = setting.start().await;
    let ids: Vec<_> = cases
        .iter()
        .map(|case| setting.place(case, CallScript::default()))
        .collect();
    setting.live_through().await;
    for id in &ids {
        house.becomes_whole_in_time(&setting, id).await;
    }
    setting.pass(Duration::from_secs(26 * 60 * 60));
    house.look();
    house.rests().await;
    assert_eq!(deletions(&setting), Vec::<String>::new());
    for id in &ids {
        assert_eq!(line(&house, id), None);
    }
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_not_what_landed_any_more_never_leads_to_a_deletion() {
    let setting = deleting(&[Case::of("twilio")]).await;
    let house = setting.start().await;
    // Nothing is deleted while something is missing; that leaves time to break the file.
    let script = CallScript {
        price_after: Duration::from_secs(3 * 60 * 60),
        ..CallScript::default()
    };
    let id = setting.place(Case::of("twilio"), script);
    setting.live_through().await;
    let call = house.recording_is(&id, "ready").await;
    let file = house.file(&call);
    let mut bytes = fs::read(&file).expect("here");
    bytes[200] ^= 1;
    fs::write(&file, bytes).expect("ours to break");
    // What is missing is asked for a day later for the last time.
    setting.pass(Duration::from_secs(26 * 60 * 60));
    let (_, reason) = in_time(&setting, &house, "the refusal", || {
        line(&house, &id).filter(|(outcome, _)| outcome == "failed")
    })
    .await;
    assert_eq!(reason.as_deref(), Some("file_here"));
    assert!(
        house
            .alerts()
            .iter()
            .any(|(kind, _)| kind == "delete_failed")
    );
    assert_eq!(deletions(&setting), Vec::<String>::new());
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_second_copy_configured_that_one_has_to_be_there_too() {
    let setting = deleting(&[Case::of("twilio")]).await;
    let bucket = Bucket::start().await;
    let mut file = OpenOptions::new()
        .append(true)
        .open(setting.home().config_file())
        .expect("it is there");
    file.write_all(bucket.config().as_bytes()).expect("ours");
    bucket.is(Weather::Down);
    let usual = setting.options();
    let inner = usual.environment.clone();
    let keys = Bucket::environment();
    let house = setting
        .start_as(EngineOptions {
            environment: std::sync::Arc::new(move |name| {
                let key = keys.iter().find(|(known, _)| known == name);
                key.map(|(_, value)| value.clone()).or_else(|| inner(name))
            }),
            ..usual
        })
        .await
        .expect("the engine starts");
    let id = setting.place(Case::of("twilio"), CallScript::default());
    setting.live_through().await;
    house.becomes_whole_in_time(&setting, &id).await;
    in_time(&setting, &house, "the alert", || {
        let alerts = house.alerts();
        alerts
            .iter()
            .any(|(kind, _)| kind == "offsite_failed")
            .then_some(())
    })
    .await;
    assert_eq!(
        deletions(&setting),
        Vec::<String>::new(),
        "there is one copy only"
    );

    bucket.is(Weather::Fair);
    house.engine.queue_offsite().await.expect("configured");
    in_time(&setting, &house, "the deletion", || {
        line(&house, &id).filter(|(outcome, _)| outcome == "deleted")
    })
    .await;
    assert_eq!(deletions(&setting).len(), 1);
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_fails_is_asked_again_and_then_it_is_told() {
    let setting = deleting(&[Case::of("twilio")]).await;
    let house = setting.start().await;
    let script = CallScript {
        price_after: Duration::ZERO,
        ..CallScript::default()
    };
    setting
        .switches(TWILIO)
        .turn(|faults| faults.deletions_fail = Times::Always);
    let id = setting.place(Case::of("twilio"), script.clone());
    setting.live_through().await;
    house.recording_is(&id, "ready").await;
    let (_, reason) = in_time(&setting, &house, "that it is given up", || {
        line(&house, &id).filter(|(outcome, _)| outcome == "failed")
    })
    .await;
    assert_eq!(reason.as_deref(), Some("provider_error"));
    assert!(!setting.world().recording_is_deleted(&id));
    assert!(
        house
            .alerts()
            .iter()
            .any(|(kind, _)| kind == "delete_failed")
    );
    house.recording_is(&id, "ready").await;

    // What somebody else deleted meanwhile is gone as well, and that is told as it is.
    setting
        .switches(TWILIO)
        .turn(|faults| faults.deletions_fail = Times::Never);
    let next = setting.place(Case::of("twilio"), script);
    setting.live_through().await;
    let outcome = in_time(&setting, &house, "the next one", || line(&house, &next)).await;
    assert_eq!(outcome.0, DeletionOutcome::Deleted.as_str());
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_cannot_is_told_plainly_and_nothing_is_asked() {
    let setting = deleting(&[Case::of("retell")]).await;
    let house = setting.start().await;
    let id = setting.place(Case::of("retell"), CallScript::default());
    setting.live_through().await;
    house.becomes_whole_in_time(&setting, &id).await;
    assert_eq!(deletions(&setting), Vec::<String>::new());
    house.engine.shutdown().await;

    let checked = setting.program().json(&["accounts", "check"]).await;
    let notes = checked[0]["notes"].to_string();
    assert!(
        notes.contains("a recording alone cannot be deleted"),
        "{checked}"
    );
    let doctor = setting.program().run(&["doctor", "--json"]).await.json();
    let is_told = doctor["checks"].as_array().is_some_and(|checks| {
        checks.iter().any(|check| {
            check["subject"] == format!("account:{RETELL}")
                && check["message"].to_string().contains("delete_at_provider")
        })
    });
    assert!(is_told, "{doctor}");
}
