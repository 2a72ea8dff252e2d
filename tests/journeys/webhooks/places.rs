//! Where an address may be entered, what goes along with it, and what was there before.

use ringback_engine::{SetOutcome, Whose};
use ringback_journeys::setting::{RETELL, Setting, TELNYX, TWILIO};
use ringback_simulator::{AccountSetup, Thing, Times};
use serde_json::{Value, json};

use super::{
    ADA, address, agent, changes, configure, configured, number, place, refusal, register,
    register_one,
};
use ringback_journeys::patience::{SOON, until};

const VAPI: &str = "sales-vapi";

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_gets_the_address_after_its_caution_was_read_and_loses_it_by_restore() {
    let setting = Setting::webhooks_only().await;
    configure(&setting, RETELL, Thing::Agent, agent("agent_1", None));
    let mut published = agent("agent_2", None);
    published["is_published"] = true.into();
    configure(&setting, RETELL, Thing::Agent, published);
    let house = setting.start().await;
    let ours = address(&setting, RETELL);

    let looked = place(&house, RETELL, "agent:agent_1").await;
    assert_eq!(looked.whose, Whose::Nobodys);
    assert_eq!(looked.will_set.as_deref(), Some(ours.as_str()));
    let caution = looked
        .caution
        .expect("the account's address cannot be seen");
    assert_eq!(caution.code, "retell_hides_account");
    assert!(
        register(&house, RETELL, &[]).await.is_empty(),
        "nobody read it"
    );
    assert_eq!(changes(&setting), 0);

    let outcome = register_one(&house, RETELL, "agent:agent_1").await;
    let SetOutcome::Done(Some(left)) = outcome else {
        panic!("{outcome:?}")
    };
    assert_eq!(left.code, "retell_publish");
    let stands = |id| configured(&setting, RETELL, Thing::Agent, id)["webhook_url"].clone();
    assert_eq!(stands("agent_1"), ours.as_str());
    let again = register_one(&house, RETELL, "agent:agent_1").await;
    assert_eq!(again, SetOutcome::Unchanged);
    let published = register_one(&house, RETELL, "agent:agent_2").await;
    assert_eq!(refusal(&published), "retell_published");
    assert_eq!(
        register_one(&house, RETELL, "agent:none").await,
        SetOutcome::NoSuchPlace
    );

    let looked = place(&house, RETELL, "agent:agent_1").await;
    let previous = looked.previous.expect("it can be put back");
    assert_eq!((previous.value, previous.who.as_str()), (None, ADA));
    let restored = house.engine.restore_webhook(RETELL, "agent:agent_1", ADA);
    let restored = restored.await.expect("the provider answers");
    assert!(restored.outcome.is_good(), "{restored:?}");
    assert_eq!(stands("agent_1"), Value::Null);
    let again = house.engine.restore_webhook(RETELL, "agent:agent_1", ADA);
    let again = again.await.expect("the provider answers");
    assert_eq!(refusal(&again.outcome), "nothing_before");

    // Every write is written down.
    let lines = house
        .engine
        .read(|reader| reader.registrations().all())
        .expect("readable");
    let lines: Vec<_> = lines
        .iter()
        .map(|line| {
            (
                line.what.why.as_str(),
                line.outcome.as_str(),
                line.what.value.is_some(),
            )
        })
        .collect();
    assert_eq!(
        lines,
        [("register", "done", true), ("restore", "done", false)]
    );
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_entered_by_hand_since_is_not_taken_back() {
    let setting = Setting::webhooks_only().await;
    configure(&setting, RETELL, Thing::Agent, agent("agent_1", None));
    let house = setting.start().await;
    register_one(&house, RETELL, "agent:agent_1").await;
    let theirs = agent("agent_1", Some("https://crm.example/hook"));
    configure(&setting, RETELL, Thing::Agent, theirs.clone());
    let restored = house.engine.restore_webhook(RETELL, "agent:agent_1", ADA);
    let restored = restored.await.expect("the provider answers");
    assert_eq!(refusal(&restored.outcome), "nothing_before");
    assert_eq!(
        configured(&setting, RETELL, Thing::Agent, "agent_1"),
        theirs
    );
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vapi_assistant_gets_the_address_with_the_secret_where_nobody_is_asked_for_decisions() {
    let setting = Setting::webhooks_only_of(AccountSetup::of_every_provider()).await;
    let model = |tools: Value| json!({ "provider": "openai", "tools": tools });
    for assistant in [
        json!({ "id": "plain", "name": "Desk", "model": model(json!([])), "server": { "timeoutSeconds": 30 } }),
        json!({ "id": "tools", "name": "Shop", "model": model(json!([{ "type": "function" }])) }),
        json!({ "id": "numbered", "name": "Line", "model": model(json!([])) }),
    ] {
        configure(&setting, VAPI, Thing::Assistant, assistant);
    }
    let elsewhere = json!({ "url": "https://brain.example" });
    for number in [
        json!({ "id": "routed", "number": "+15550101", "assistantId": "numbered", "server": elsewhere }),
        json!({ "id": "unrouted", "number": "+15550102" }),
    ] {
        configure(&setting, VAPI, Thing::Number, number);
    }
    let house = setting.start().await;
    for (target, why) in [
        ("assistant:tools", "vapi_has_tools"),
        ("assistant:numbered", "vapi_number_has_server"),
        ("number:unrouted", "vapi_asks_for_assistant"),
        ("number:routed", "foreign"),
    ] {
        assert_eq!(refusal(&register_one(&house, VAPI, target).await), why);
    }
    assert_eq!(changes(&setting), 0);
    assert!(
        register_one(&house, VAPI, "assistant:plain")
            .await
            .is_good()
    );
    let secrets = setting.simulator.environment();
    let secret = secrets
        .iter()
        .find(|(name, _)| name == "RINGBACK_SALES_VAPI_WEBHOOK_SECRET")
        .expect("it has one");
    assert_eq!(
        configured(&setting, VAPI, Thing::Assistant, "plain")["server"],
        json!({
            "url": address(&setting, VAPI),
            "timeoutSeconds": 30,
            "headers": { "x-vapi-secret": secret.1 },
        })
    );
    assert_eq!(changes(&setting), 1);
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_twilio_number_gets_the_status_callback_and_keeps_its_flow() {
    let setting = Setting::webhooks_only().await;
    configure(&setting, TWILIO, Thing::Number, number("PN1", ""));
    let mut bound = number("PN2", "");
    bound["voice_application_sid"] = "AP1".into();
    configure(&setting, TWILIO, Thing::Number, bound.clone());
    let house = setting.start().await;
    let set = register(&house, TWILIO, &[]).await;
    assert_eq!(set.len(), 1, "{set:?}");
    assert_eq!(
        (set[0].target.as_str(), set[0].outcome.is_good()),
        ("number:PN1", true)
    );
    let mut wanted = number("PN1", &address(&setting, TWILIO));
    wanted["status_callback_method"] = "POST".into();
    assert_eq!(configured(&setting, TWILIO, Thing::Number, "PN1"), wanted);
    let outcome = register_one(&house, TWILIO, "number:PN2").await;
    assert_eq!(refusal(&outcome), "twilio_overridden");
    assert_eq!(configured(&setting, TWILIO, Thing::Number, "PN2"), bound);
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn telnyx_keeps_who_answers_its_calls_and_tells_of_texml_calls_here() {
    let setting = Setting::of_one(TELNYX, "telnyx", "0s").await;
    let silent = json!({ "id": "17", "application_name": "Desk", "webhook_event_url": "" });
    configure(&setting, TELNYX, Thing::Application, silent.clone());
    let texml = json!({ "id": "18", "friendly_name": "Texml", "voice_url": "https://pbx.example", "voice_fallback_url": "https://spare.example", "status_callback": null });
    configure(&setting, TELNYX, Thing::TexmlApplication, texml);
    let house = setting.start().await;
    let outcome = register_one(&house, TELNYX, "application:17").await;
    assert_eq!(refusal(&outcome), "telnyx_answers_calls");
    assert!(register_one(&house, TELNYX, "texml:18").await.is_good());
    assert_eq!(
        configured(&setting, TELNYX, Thing::Application, "17"),
        silent
    );
    assert_eq!(
        configured(&setting, TELNYX, Thing::TexmlApplication, "18"),
        json!({
            "id": "18", "friendly_name": "Texml", "voice_url": "https://pbx.example",
            "voice_fallback_url": "https://spare.example",
            "status_callback": address(&setting, TELNYX), "status_callback_method": "post",
        })
    );
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_only_a_dashboard_can_do_it_the_steps_say_what_to_paste() {
    let setting = Setting::webhooks_only_of(AccountSetup::of_every_provider()).await;
    let house = setting.start().await;
    for account in &house.engine.config().accounts {
        let id = account.account.id.as_str();
        let look = house.engine.look_at_webhooks(id).await.expect("it answers");
        assert!(look.steps.iter().any(|step| step.pastes_address), "{id}");
        assert_eq!(look.address.map(String::from), Some(address(&setting, id)));
        let by_hand = ["team-recall", "shop-custom"].contains(&id);
        assert_eq!(look.can_set, !by_hand, "{id}");
        if by_hand {
            assert!(look.targets.is_empty());
            let kept = house.engine.keep_webhook_current(id, true, ADA).await;
            assert!(kept.is_err(), "there is nothing to be agreed to");
        }
    }
    house.engine.shutdown().await;
}

/// `kill -9` after the provider has it and before anybody here knows.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_set_by_a_program_that_died_is_recognised_and_can_be_put_back() {
    let setting = Setting::in_real_time().await;
    configure(&setting, RETELL, Thing::Agent, agent("agent_1", None));
    let program = setting.program();
    setting
        .switches(RETELL)
        .turn(|faults| faults.silent_changes = Times::Always);
    let target = "agent:agent_1";
    let words = [
        "accounts",
        "webhook",
        RETELL,
        "--register",
        "--target",
        target,
    ];
    let dying = program.begin(&words);
    let ours = address(&setting, RETELL);
    until(SOON, "the provider has it", async || {
        let agent = configured(&setting, RETELL, Thing::Agent, "agent_1");
        (agent["webhook_url"] == ours.as_str()).then_some(())
    })
    .await;
    dying.kill().await;
    setting
        .switches(RETELL)
        .turn(|faults| faults.silent_changes = Times::Never);

    let look = program.json(&["accounts", "webhook", RETELL]).await;
    let found = &look["targets"][0];
    assert_eq!(
        (&found["id"], &found["state"]),
        (&json!(target), &json!("ours"))
    );
    assert_eq!(found["previous"]["value"], Value::Null);
    assert!(found["previous"]["at"].is_string(), "{found:#}");
    let words = ["accounts", "webhook", RETELL, "--restore", target];
    let set = program.json(&words).await;
    assert_eq!(set["results"][0]["outcome"], "done");
    let agent = configured(&setting, RETELL, Thing::Agent, "agent_1");
    assert_eq!(agent["webhook_url"], Value::Null);
}
