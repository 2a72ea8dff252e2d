//! The public address is another one: what stands at the providers follows, if a person agreed to it.

use std::{net::SocketAddr, time::Duration};

use ringback_api::cli;
use ringback_engine::{SetOutcome, Whose};
use ringback_journeys::{
    patience::{SOON, until},
    setting::{House, RETELL, Setting, TELNYX, TWILIO},
};
use ringback_peers::Wire;
use ringback_simulator::{Thing, Times};
use serde_json::json;

use super::{ADA, agent, changes, configure, configured, number, place, published, register_one};

/// The door of the setting under the address of this wire; nothing is polled.
fn move_to(setting: &Setting, wire: &Wire) -> String {
    let url = format!("http://127.0.0.1:{}", wire.port());
    setting.configure(|text| {
        let lines = text
            .lines()
            .map(|line| match line.starts_with("public_url") {
                true => format!("public_url = \"{url}\""),
                false => line.to_owned(),
            });
        let text: Vec<String> = lines.collect();
        text.join("\n").replace(
            "allow_private_network = true",
            "allow_private_network = true\npoll_every = \"0s\"",
        )
    });
    url
}

async fn wires(setting: &Setting) -> (Wire, Wire, Wire) {
    let port = setting.sender.door().port().expect("the door has a port");
    let door = SocketAddr::from(([127, 0, 0, 1], port));
    (
        Wire::to(door).await,
        Wire::to(door).await,
        Wire::to(door).await,
    )
}

async fn stands(setting: &Setting, wanted: &str) {
    until(SOON, format!("{wanted} stands at the agent"), async || {
        let agent = configured(setting, RETELL, Thing::Agent, "agent_1");
        (agent["webhook_url"] == wanted).then_some(())
    })
    .await;
}

fn has(house: &House, kind: &str, account: &str) -> bool {
    let alert = (kind.to_owned(), account.to_owned());
    house.alerts().contains(&alert)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_address_is_entered_by_itself_after_consent_and_not_before() {
    let setting = Setting::webhooks_only().await;
    let (first, second, third) = wires(&setting).await;
    configure(&setting, RETELL, Thing::Agent, agent("agent_1", None));
    configure(&setting, RETELL, Thing::Agent, agent("agent_2", None));
    let one = move_to(&setting, &first);
    configure(
        &setting,
        TWILIO,
        Thing::Number,
        number("PN1", &format!("{one}/webhooks/{TWILIO}#rc=3&rp=all")),
    );
    let house = setting.start().await;
    for target in ["agent:agent_1", "agent:agent_2"] {
        assert!(register_one(&house, RETELL, target).await.is_good());
    }
    let restored = house.engine.restore_webhook(RETELL, "agent:agent_2", ADA);
    restored.await.expect("the provider answers");
    until(SOON, "the first address works", async || {
        (house.engine.tunnel().state == "up").then_some(())
    })
    .await;
    house.engine.shutdown().await;

    // Nobody agreed to anything: a person is asked, and nothing is written.
    let two = move_to(&setting, &second);
    let before = changes(&setting);
    let house = setting.start().await;
    until(SOON, "both accounts have their alert", async || {
        let both = [RETELL, TWILIO].iter();
        both.clone()
            .all(|account| has(&house, "public_url_changed", account))
            .then_some(())
    })
    .await;
    assert_eq!(changes(&setting), before);
    let looked = place(&house, RETELL, "agent:agent_1").await;
    assert_eq!(looked.whose, Whose::OursOnce);
    let new = format!("{two}/webhooks/{RETELL}");
    assert_eq!(looked.will_set.as_deref(), Some(new.as_str()));

    // Now somebody does.
    let agreed = house.engine.keep_webhook_current(RETELL, true, ADA);
    agreed.await.expect("it can be set");
    stands(&setting, &new).await;
    until(SOON, "there is nothing left to ask", async || {
        (!has(&house, "public_url_changed", RETELL)).then_some(())
    })
    .await;
    assert!(
        has(&house, "public_url_changed", TWILIO),
        "nobody agreed there"
    );
    let agreed = house.engine.keep_webhook_current(TWILIO, true, ADA);
    agreed.await.expect("it can be set");
    until(SOON, "the number has it, as it was set up", async || {
        let number = configured(&setting, TWILIO, Thing::Number, "PN1");
        let wanted = format!("{two}/webhooks/{TWILIO}#rc=3&rp=all");
        (number["status_callback"] == wanted.as_str()).then_some(())
    })
    .await;
    house.engine.shutdown().await;

    // From now on it goes by itself, and nobody is bothered.
    let three = move_to(&setting, &third);
    let house = setting.start().await;
    stands(&setting, &format!("{three}/webhooks/{RETELL}")).await;
    until(SOON, "the third address works", async || {
        (house.engine.tunnel().state == "up").then_some(())
    })
    .await;
    assert!(!has(&house, "public_url_changed", RETELL));
    let restored = configured(&setting, RETELL, Thing::Agent, "agent_2");
    assert_eq!(
        restored["webhook_url"],
        serde_json::Value::Null,
        "a person took it out"
    );
    let lines = house.engine.read(|reader| reader.registrations().all());
    let newest = lines.expect("readable").pop().expect("there are some");
    assert_eq!(
        (newest.what.why.as_str(), newest.what.who.as_str()),
        ("keep", "ringback")
    );
    // What stood there at the very first is what can be put back.
    let looked = place(&house, RETELL, "agent:agent_1").await;
    assert_eq!(
        looked.previous.expect("there was a time before").value,
        None
    );

    // A consent that is taken back counts at once.
    let no_more = house.engine.keep_webhook_current(RETELL, false, ADA);
    no_more.await.expect("that can always be said");
    let look = house
        .engine
        .look_at_webhooks(RETELL)
        .await
        .expect("answers");
    assert_eq!(look.keep_current, Some(false));
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_published_agent_is_asked_for_until_a_person_has_published_what_was_entered_in_its_draft()
{
    let setting = Setting::webhooks_only().await;
    let (first, second, third) = wires(&setting).await;
    let address = |url: &str| format!("{url}/webhooks/{RETELL}");
    let one = address(&move_to(&setting, &first));
    configure(&setting, RETELL, Thing::Agent, agent("agent_1", Some(&one)));
    let live = published("agent_1", 0, &one);
    configure(&setting, RETELL, Thing::PublishedAgent, live.clone());
    let house = setting.start().await;
    let agreed = house.engine.keep_webhook_current(RETELL, true, ADA);
    agreed.await.expect("it can be set");
    until(SOON, "the first address is kept in mind", async || {
        let known = house.engine.read(|reader| reader.addresses().all());
        known.ok()?.first().map(drop)
    })
    .await;
    let looked = place(&house, RETELL, "agent:agent_1").await;
    assert_eq!((looked.whose, looked.pending), (Whose::Ours, None));
    house.engine.shutdown().await;

    // The draft gets the new address, and calls go on being told to the old one.
    let two = address(&move_to(&setting, &second));
    let house = setting.start().await;
    stands(&setting, &two).await;
    until(SOON, "a person is asked", async || {
        has(&house, "public_url_changed", RETELL).then_some(())
    })
    .await;
    let alerts = house.engine.read(|reader| reader.alerts().open());
    let alerts = alerts.expect("readable");
    let asked = alerts.iter().find(|it| it.what.subject == RETELL);
    let params = &asked.expect("it is open").what.params;
    assert_eq!(
        (&params["url"], &params["before"]),
        (&json!(two), &json!(one))
    );
    assert_eq!(
        configured(&setting, RETELL, Thing::PublishedAgent, "agent_1"),
        live,
        "publishing is a person's to do"
    );
    let looked = place(&house, RETELL, "agent:agent_1").await;
    let left = looked.pending.expect("it is not published");
    assert_eq!((looked.whose, left.code), (Whose::Ours, "retell_publish"));
    let counts = looked.target.draft.expect("it is a draft").counts;
    assert_eq!(counts.as_deref(), Some(one.as_str()));
    let told = cli::webhook(&house.engine, RETELL).await.expect("answers");
    let told = &told.targets[0];
    assert_eq!(told.state, "draft");
    assert_eq!(told.counts.as_deref(), Some(one.as_str()));

    // To enter it once more is no way out.
    let again = register_one(&house, RETELL, "agent:agent_1").await;
    assert_eq!(again, SetOutcome::Drafted(left));
    assert!(has(&house, "public_url_changed", RETELL));

    // Published, it is found within the hour.
    configure(
        &setting,
        RETELL,
        Thing::Agent,
        published("agent_1", 1, &two),
    );
    setting.pass(Duration::from_secs(61 * 60));
    until(SOON, "nobody is asked any more", async || {
        house.look();
        (!has(&house, "public_url_changed", RETELL)).then_some(())
    })
    .await;
    house.engine.shutdown().await;

    // At once when somebody looks.
    configure(&setting, RETELL, Thing::Agent, agent("agent_1", Some(&two)));
    configure(
        &setting,
        RETELL,
        Thing::PublishedAgent,
        published("agent_1", 1, &two),
    );
    let three = address(&move_to(&setting, &third));
    let house = setting.start().await;
    until(SOON, "a person is asked again", async || {
        has(&house, "public_url_changed", RETELL).then_some(())
    })
    .await;
    stands(&setting, &three).await;
    configure(
        &setting,
        RETELL,
        Thing::Agent,
        published("agent_1", 2, &three),
    );
    place(&house, RETELL, "agent:agent_1").await;
    assert!(!has(&house, "public_url_changed", RETELL));
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_fails_is_asked_again_with_pauses_and_a_person_is_told() {
    let setting = Setting::webhooks_only().await;
    let (first, second, _) = wires(&setting).await;
    let one = move_to(&setting, &first);
    let old = format!("{one}/webhooks/{RETELL}");
    configure(&setting, RETELL, Thing::Agent, agent("agent_1", Some(&old)));
    let house = setting.start().await;
    let agreed = house.engine.keep_webhook_current(RETELL, true, ADA);
    agreed.await.expect("it can be set");
    until(SOON, "the first address is kept in mind", async || {
        let known = house.engine.read(|reader| reader.addresses().all());
        known.ok()?.first().map(drop)
    })
    .await;
    house.engine.shutdown().await;

    let two = move_to(&setting, &second);
    let faults = setting.switches(RETELL);
    faults.turn(|faults| faults.server_errors = Times::Always);
    let house = setting.start().await;
    until(SOON, "a person is told after some tries", async || {
        setting.pass(Duration::from_secs(31));
        house.look();
        has(&house, "webhook_not_kept", RETELL).then_some(())
    })
    .await;
    faults.turn(|faults| faults.server_errors = Times::Never);
    until(SOON, "it is entered after all", async || {
        setting.pass(Duration::from_secs(31));
        house.look();
        let agent = configured(&setting, RETELL, Thing::Agent, "agent_1");
        (agent["webhook_url"] == format!("{two}/webhooks/{RETELL}")).then_some(())
    })
    .await;
    until(SOON, "the alert is closed", async || {
        (!has(&house, "webhook_not_kept", RETELL)).then_some(())
    })
    .await;
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_of_ours_that_answers_telnyx_calls_is_exchanged_and_its_failover_stays() {
    let setting = Setting::of_one(TELNYX, "telnyx", "0s").await;
    let (first, second, _) = wires(&setting).await;
    let one = move_to(&setting, &first);
    let application = |url: &str| {
        json!({
            "id": "17", "application_name": "Desk", "webhook_event_url": format!("{url}/webhooks/{TELNYX}"),
            "webhook_event_failover_url": "https://spare.example", "webhook_api_version": "1",
        })
    };
    configure(&setting, TELNYX, Thing::Application, application(&one));
    let house = setting.start().await;
    let looked = place(&house, TELNYX, "application:17").await;
    assert_eq!(looked.whose, Whose::Ours, "a person pasted it");
    house.engine.shutdown().await;

    let two = move_to(&setting, &second);
    let house = setting.start().await;
    let looked = place(&house, TELNYX, "application:17").await;
    assert_eq!(looked.whose, Whose::OursOnce);
    assert!(
        register_one(&house, TELNYX, "application:17")
            .await
            .is_good()
    );
    let now = configured(&setting, TELNYX, Thing::Application, "17");
    assert_eq!(now, application(&two));
    house.engine.shutdown().await;
}
