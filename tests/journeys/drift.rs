//! What is new in the providers' documents is told, since when and how often, and no value is kept.

use std::fs;

use ringback_api::cli;
use ringback_journeys::{
    edited::changed,
    setting::{House, RETELL, Setting, files_below},
};
use ringback_simulator::{CallScript, Delivery};
use serde_json::{Value, json};

/// Calls whose webhooks are posted as they are told, after `change` where it says so.
async fn tell(setting: &Setting, calls: usize, change: impl Fn(&Delivery, &mut Value) -> bool) {
    for _ in 0..calls {
        setting
            .simulator
            .place(RETELL, CallScript::default())
            .expect("one of ours");
        for delivery in setting.hold_everything() {
            let mut is_changed = false;
            let other = changed(setting.world(), &delivery, |body| {
                is_changed = change(&delivery, body);
            });
            let told = if is_changed {
                other
            } else {
                setting.world().signed_again(&delivery)
            };
            assert_eq!(setting.post(&told).await.status, 200);
        }
    }
}

fn drift(house: &House) -> Vec<(String, String, String, u64)> {
    let told = cli::drift(&house.engine).expect("the journal can be read");
    told.into_iter()
        .map(|one| (one.event, one.path, one.change, one.seen))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn new_changed_and_lost_fields_are_told_and_no_value_is_kept() {
    let setting = Setting::of_one(RETELL, "retell", "0s").await;
    let house = setting.start().await;
    tell(&setting, 11, |_, _| false).await;
    assert_eq!(drift(&house), [], "this is what is known");

    let since = setting.now();
    let secret = "nobody-keeps-this";
    tell(&setting, 6, |delivery, body| {
        if delivery.kind != "call_ended" {
            return false;
        }
        let call = body["call"].as_object_mut().expect("a call");
        call.insert(
            "handover".into(),
            json!({ "to": secret, "metadata": { "anything": secret } }),
        );
        call.insert("metadata".into(), json!({ "order": secret }));
        call.insert("call_type".into(), json!(7));
        call.remove("agent_name");
        true
    })
    .await;
    let told = drift(&house);
    let of = |path: &str, change: &str| {
        let is_it = |one: &&(String, String, String, u64)| one.1 == path && one.2 == change;
        told.iter().find(is_it).map(|one| (one.0.as_str(), one.3))
    };
    assert_eq!(
        of("call.handover", "new"),
        Some(("call_ended", 6)),
        "{told:?}"
    );
    assert_eq!(
        of("call.call_type", "changed"),
        Some(("call_ended", 6)),
        "{told:?}"
    );
    assert_eq!(
        of("call.agent_name", "gone"),
        Some(("call_ended", 6)),
        "{told:?}"
    );
    assert_eq!(
        told.len(),
        3,
        "and nothing of what customers fill in: {told:?}"
    );
    let whole = cli::drift(&house.engine).expect("readable");
    assert!(whole.iter().all(|one| one.title == "Retell AI"));
    assert!(
        whole
            .iter()
            .all(|one| one.since.as_str() >= since.to_string().as_str())
    );
    house.engine.shutdown().await;

    let report = setting.program().json(&["events", "drift"]).await;
    assert_eq!(report, serde_json::to_value(&whole).expect("plain"));
    let before = fs::read(setting.folder().join("ringback.db")).expect("readable");
    for file in files_below(&setting.folder()) {
        if file.starts_with("ringback.db") {
            fs::remove_file(setting.folder().join(file)).expect("it can be deleted");
        }
    }
    setting.program().json(&["rebuild"]).await;
    let again = setting.program().json(&["events", "drift"]).await;
    assert_eq!(again, report, "it is built again from the journal");
    let contains = |bytes: &[u8]| {
        bytes
            .windows(secret.len())
            .any(|part| part == secret.as_bytes())
    };
    assert!(!contains(&before), "the database has no value of it");
}
