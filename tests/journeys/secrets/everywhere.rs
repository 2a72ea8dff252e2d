//! Every key there is, sought in every file of the home, every event and every answer that the window gets.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use ringback_api::{Api, ErrorCode, bindings};
use ringback_engine::EngineOptions;
use ringback_journeys::{
    patience::{SOON, until},
    setting::{CUSTOM, RETELL, Setting},
};
use ringback_simulator::{AccountSetup, CallScript};
use serde_json::{Value, json};
use tokio::sync::broadcast::error::RecvError;

use super::planted::{Planted, bucket_and_tunnel, in_bytes, in_home};
use crate::{bulk::NoShell, refused::forged};

/// What changes something or shows something to a person elsewhere. Every other command is asked, so that a new
/// one is until somebody says here that it is of this kind.
const CHANGES: [&str; 43] = [
    "accounts.add",
    "accounts.edit",
    "accounts.forget_secret",
    "accounts.move_secrets",
    "accounts.pause",
    "accounts.remove",
    "accounts.set_secret",
    "accounts.try",
    "alerts.acknowledge",
    "calls.mark_ended",
    "checks.set",
    "config.open",
    "demo.start",
    "events.replay_failed",
    "export.reveal",
    "export.start",
    "export.stop",
    "health.report",
    "home.reveal",
    "keys.forget_shared",
    "keys.set_shared",
    "keys.unlock",
    "ledger.export",
    "ledger.repair",
    "offsite.push",
    "player.load",
    "player.pause",
    "player.play",
    "player.seek",
    "player.set",
    "recordings.retry",
    "recordings.reveal",
    "refusals.forget",
    "resync.cancel",
    "resync.pause",
    "resync.resume",
    "resync.start",
    "settings.set",
    "tunnel.restart",
    "webhook.consent",
    "webhook.register",
    "webhook.restore",
    "webhook.test",
];

fn arguments(command: &str, call: &str) -> Value {
    match command {
        "calls.get" | "calls.check" => json!({ "id": call }),
        "calls.hits" => json!({ "id": call, "text": "a" }),
        "calls.page" => json!({ "query": {}, "offset": 0, "limit": 100 }),
        "insights.get" => json!({ "days": 30 }),
        "ledger.holes" => json!({ "account": RETELL, "day": "2026-03-01", "limit": 100 }),
        "webhook.look" => json!({ "account": RETELL }),
        _ => Value::Null,
    }
}

/// The names of all commands, as the window has them.
fn commands() -> Vec<String> {
    let text = bindings::typescript();
    let (_, list) = text
        .split_once("export interface Commands {")
        .expect("it is there");
    let (list, _) = list.split_once("\n}").expect("it ends");
    let names = list.lines().filter_map(|line| line.split('"').nth(1));
    names.map(str::to_owned).collect()
}

fn clean(place: &str, text: &str, keys: &[Planted]) {
    assert_eq!(in_bytes(text.as_bytes(), keys), None, "a key is in {place}");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_key_is_in_any_file_event_or_answer_whatever_the_provider() {
    let setting = Setting::webhooks_only_of(AccountSetup::of_every_provider()).await;
    let (_bucket, mut keys) = bucket_and_tunnel(&setting).await;
    let known: HashMap<String, String> = keys.iter().cloned().collect();
    let options = EngineOptions {
        environment: Arc::new(move |name| known.get(name).cloned()),
        ..setting.options()
    };
    let house = setting.start_as(options).await.expect("it starts");
    let api = Api::new(house.engine.clone(), Arc::new(NoShell));
    let told = Arc::new(Mutex::new(Vec::new()));
    let (mut events, tell) = (api.events(), told.clone());
    let listening = tokio::spawn(async move {
        loop {
            match events.recv().await {
                Ok(event) => {
                    let text = serde_json::to_string(&event).expect("plain");
                    tell.lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .push(text);
                }
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return,
            }
        }
    });

    let accounts = setting.simulator.accounts();
    let ids: Vec<String> = accounts
        .iter()
        .map(|account| {
            let placed = setting.simulator.place(&account.id, CallScript::default());
            placed.expect("one of ours")
        })
        .collect();
    for (webhook, _) in setting.live_through().await {
        // The door says no where there is a signature to spoil; where there is none, that it knows the event.
        let answer = setting.post(&forged(&webhook)).await;
        clean("an answer of the door", &format!("{answer:?}"), &keys);
    }
    for id in &ids {
        house.call_that(id, "a sign", |_| true).await;
    }
    house.recording_is(&ids[0], "ready").await;

    // What a person types is no less a key.
    let typed = "key_that_a_person_typed";
    keys.push(("typed".into(), typed.into()));
    for (id, name, value) in [
        (RETELL, "api_key", typed),
        (CUSTOM, "webhook_secret", typed),
    ] {
        let args = json!({ "id": id, "name": name, "value": value });
        let refused = api.call("accounts.set_secret", args).await;
        let refused = refused.expect_err("there is no place for keys here");
        clean("a refusal", &format!("{refused:?}"), &keys);
    }

    let all = commands();
    for name in CHANGES {
        assert!(all.iter().any(|known| known == name), "there is no {name}");
    }
    let asked = all.iter().filter(|name| !CHANGES.contains(&name.as_str()));
    let call = house.call(&ids[0]).expect("it is here");
    let call = call["id"].as_str().expect("an id");
    for name in asked {
        let answer = api.call(name, arguments(name, call)).await;
        let answer = answer.map_or_else(
            |error| {
                assert_ne!(error.code, ErrorCode::BadRequest, "{name}: {error:?}");
                format!("{error:?}")
            },
            |answer| answer.to_string(),
        );
        clean(name, &answer, &keys);
    }

    let texts = || told.lock().unwrap_or_else(PoisonError::into_inner).clone();
    until(SOON, "the window was told of calls", async || {
        texts()
            .iter()
            .any(|text| text.contains("\"calls\""))
            .then_some(())
    })
    .await;
    for text in texts() {
        clean("an event", &text, &keys);
    }
    assert_eq!(in_home(&setting.folder(), &keys), None, "while it runs");
    house.engine.shutdown().await;
    assert_eq!(in_home(&setting.folder(), &keys), None, "after its end");
    listening.abort();
}
