//! Somebody else's address stays, whatever anybody asks for.

use std::time::Duration;

use ringback_engine::Whose;
use ringback_journeys::{
    patience::{SOON, until},
    setting::Setting,
};
use ringback_simulator::{AccountSetup, Thing};
use serde_json::{Value, json};

use super::{ADA, agent, changes, configure, configured, number, refusal, register, register_one};

/// One foreign place of each kind: account, kind, the provider's id, ours, the document.
fn places() -> Vec<(&'static str, Thing, &'static str, &'static str, Value)> {
    const SERVER: &str = "https://brain.example/calls?token=abc";
    vec![
        (
            "clinic-retell",
            Thing::Agent,
            "agent_1",
            "agent:agent_1",
            agent("agent_1", Some(SERVER)),
        ),
        (
            "sales-vapi",
            Thing::Assistant,
            "as-1",
            "assistant:as-1",
            json!({ "id": "as-1", "name": "Desk", "server": { "url": SERVER, "credentialId": "c" } }),
        ),
        (
            "sales-vapi",
            Thing::Number,
            "pn-1",
            "number:pn-1",
            json!({ "id": "pn-1", "number": "+15550100", "assistantId": "as-1", "server": { "url": SERVER } }),
        ),
        (
            "bistro-twilio",
            Thing::Number,
            "PN1",
            "number:PN1",
            number("PN1", SERVER),
        ),
        (
            "bistro-twilio",
            Thing::Application,
            "AP1",
            "application:AP1",
            json!({ "sid": "AP1", "friendly_name": "Desk", "voice_url": "https://pbx.example", "status_callback": SERVER }),
        ),
        (
            "courier-telnyx",
            Thing::Application,
            "17",
            "application:17",
            json!({ "id": "17", "application_name": "Desk", "webhook_event_url": SERVER, "webhook_event_failover_url": "https://spare.example" }),
        ),
        (
            "courier-telnyx",
            Thing::TexmlApplication,
            "18",
            "texml:18",
            json!({ "id": "18", "friendly_name": "Desk", "voice_url": "https://pbx.example", "status_callback": SERVER }),
        ),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_address_is_shown_and_never_overwritten_at_any_provider() {
    let setting = Setting::webhooks_only_of(AccountSetup::of_every_provider()).await;
    for (account, kind, _, _, document) in places() {
        configure(&setting, account, kind, document);
    }
    let house = setting.start().await;
    for (account, _, _, target, _) in places() {
        let looked = super::place(&house, account, target).await;
        assert_eq!(looked.whose, Whose::SomebodyElses, "{account} {target}");
        assert!(looked.target.value.is_some() && looked.will_set.is_none());
        assert!(looked.previous.is_none());
        let outcome = register_one(&house, account, target).await;
        assert_eq!(refusal(&outcome), "foreign", "{account} {target}");
        assert!(
            house
                .engine
                .restore_webhook(account, target, ADA)
                .await
                .is_ok()
        );
        house
            .engine
            .keep_webhook_current(account, true, ADA)
            .await
            .expect("these can be set");
    }
    // The voice URLs are places of their own, and nobody's to change.
    for (account, target) in [
        ("bistro-twilio", "number:PN1/voice"),
        ("bistro-twilio", "application:AP1/voice"),
        ("courier-telnyx", "texml:18/voice"),
    ] {
        let looked = super::place(&house, account, target).await;
        assert!(looked.target.drives_calls, "{target}");
        assert_eq!(
            refusal(&register_one(&house, account, target).await),
            "foreign"
        );
    }
    for account in [
        "clinic-retell",
        "sales-vapi",
        "bistro-twilio",
        "courier-telnyx",
    ] {
        let set = register(&house, account, &[]).await;
        assert!(set.is_empty(), "{account}: {set:?}");
    }
    // Whoever keeps addresses up to date has looked everywhere, and left everything.
    for account in [
        "clinic-retell",
        "sales-vapi",
        "bistro-twilio",
        "courier-telnyx",
    ] {
        let key = format!("webhook_kept.{account}");
        until(SOON, format!("{account} is looked after"), async || {
            house.look();
            setting.pass(Duration::from_secs(1));
            let kept = house
                .engine
                .read(|reader| reader.settings().get::<Option<String>>(&key));
            kept.ok().flatten().flatten()
        })
        .await;
    }
    assert_eq!(changes(&setting), 0);
    for (account, kind, id, _, document) in places() {
        assert_eq!(configured(&setting, account, kind, id), document);
    }
    house.engine.shutdown().await;
}
