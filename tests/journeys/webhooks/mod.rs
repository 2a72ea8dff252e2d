//! The addresses of webhooks at the providers: looked at, entered, put back, kept up to date, tried. What
//! stands in the simulated dashboards afterwards is what counts.

mod foreign;
mod kept;
mod places;
mod trial;

use ringback_engine::{LookedTarget, SetOutcome, SetTarget};
use ringback_journeys::setting::{House, Setting};
use ringback_simulator::Thing;
use serde_json::{Value, json};

/// Whoever asks in these journeys.
const ADA: &str = "ada";

/// A draft of a Retell agent.
fn agent(id: &str, url: Option<&str>) -> Value {
    json!({ "agent_id": id, "agent_name": "Desk", "version": 1, "is_published": false, "webhook_url": url })
}

/// A Retell agent's version that callers reach.
fn published(id: &str, version: u64, url: &str) -> Value {
    let mut agent = agent(id, Some(url));
    agent["version"] = version.into();
    agent["is_published"] = true.into();
    agent
}

/// A Twilio number whose calls flow somewhere else.
fn number(sid: &str, callback: &str) -> Value {
    json!({
        "sid": sid, "phone_number": "+15550100", "friendly_name": "Desk",
        "voice_url": "https://pbx.example/voice", "voice_fallback_url": "https://pbx.example/spare",
        "voice_application_sid": "", "trunk_sid": null,
        "status_callback": callback, "status_callback_method": "GET",
    })
}

fn configure(setting: &Setting, account: &str, kind: Thing, document: Value) {
    let world = setting.world();
    world
        .configure(account, kind, document)
        .expect("one of ours");
}

fn configured(setting: &Setting, account: &str, kind: Thing, id: &str) -> Value {
    let found = setting.world().configured(account, kind, id);
    found.expect("it was configured")
}

/// The account's address under the setting's own door.
fn address(setting: &Setting, account: &str) -> String {
    format!("{}webhooks/{account}", setting.sender.door())
}

/// How often something was to be changed at the providers.
fn changes(setting: &Setting) -> usize {
    let seen = setting.world().seen();
    let is_change =
        |path: &str| path.contains("/IncomingPhoneNumbers/") || path.contains("/Applications/");
    seen.iter()
        .filter(|request| {
            request.method == "PATCH" || (request.method == "POST" && is_change(&request.path))
        })
        .count()
}

async fn place(house: &House, account: &str, target: &str) -> LookedTarget {
    let look = house.engine.look_at_webhooks(account).await;
    let look = look.expect("the provider answers");
    assert_eq!(look.trouble, None);
    let found = look.targets.into_iter().find(|it| it.target.id == target);
    found.unwrap_or_else(|| panic!("{account} has no {target}"))
}

async fn register(house: &House, account: &str, targets: &[&str]) -> Vec<SetTarget> {
    let targets: Vec<String> = targets.iter().map(|it| (*it).to_owned()).collect();
    let set = house.engine.register_webhooks(account, &targets, ADA).await;
    set.expect("the provider answers")
}

/// What came of the only place.
async fn register_one(house: &House, account: &str, target: &str) -> SetOutcome {
    let mut set = register(house, account, &[target]).await;
    assert_eq!(set.len(), 1);
    set.remove(0).outcome
}

fn refusal(outcome: &SetOutcome) -> &'static str {
    match outcome {
        SetOutcome::Refused(advice) => advice.code,
        other => panic!("it was not refused: {other:?}"),
    }
}
