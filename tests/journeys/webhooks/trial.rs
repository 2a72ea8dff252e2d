//! A test event goes the way of webhooks, and whatever is wrong on it has a name.

use std::{collections::HashMap, net::SocketAddr, sync::Arc};

use ringback_engine::{EngineOptions, Trial, TrialOutcome};
use ringback_journeys::{
    patience::{SOON, until},
    setting::{House, RETELL, Setting, TWILIO},
};
use ringback_peers::Wire;
use ringback_simulator::{AccountSetup, CallScript};

/// The public address is this one, or there is none.
fn under(setting: &Setting, url: Option<&str>) {
    setting.configure(|text| {
        let lines = text.lines().filter_map(|line| {
            let is_address = line.starts_with("public_url");
            match (is_address, url) {
                (true, Some(url)) => Some(format!("public_url = \"{url}\"")),
                (true, None) => None,
                (false, _) => Some(line.to_owned()),
            }
        });
        let text: Vec<String> = lines.collect();
        text.join("\n").replace(
            "allow_private_network = true",
            "allow_private_network = true\npoll_every = \"0s\"",
        )
    });
}

async fn sent(house: &House, account: &str) -> Trial {
    let trial = house.engine.try_webhook(account).await;
    trial.expect("the account is there")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_event_goes_through_the_public_address_and_is_never_a_call() {
    let setting = Setting::webhooks_only_of(AccountSetup::of_every_provider()).await;
    let port = setting.sender.door().port().expect("the door has a port");
    let wire = Wire::to(SocketAddr::from(([127, 0, 0, 1], port))).await;
    let public = format!("http://127.0.0.1:{}", wire.port());
    under(&setting, Some(&public));
    let house = setting.start().await;
    let accounts = &house.engine.config().accounts;
    for account in accounts {
        let id = account.account.id.as_str();
        let trial = sent(&house, id).await;
        if id == "courier-telnyx" {
            let TrialOutcome::CannotSign(advice) = trial.outcome else {
                panic!("{trial:?}")
            };
            assert_eq!(advice.code, "telnyx_signs");
            continue;
        }
        assert!(
            matches!(trial.outcome, TrialOutcome::Accepted { .. }),
            "{id}: {trial:?}"
        );
        assert!(trial.is_public);
        let address = trial.address.expect("it was sent");
        assert_eq!(address.as_str(), format!("{public}/webhooks/{id}"));
        assert_eq!(trial.last_event, None, "a test is no event of the provider");
    }
    until(SOON, "all of them are read", async || {
        let events = house.events(Some("ignored"));
        (events.len() == accounts.len() - 1).then_some(())
    })
    .await;
    for event in house.events(None) {
        assert_eq!(event.kind.as_deref(), Some("ringback.test"));
        assert_eq!(event.reason.as_deref(), Some("test"));
        assert_eq!(event.call, None);
    }
    assert!(
        house
            .calls(&ringback_api::dto::CallQuery::default())
            .is_empty()
    );
    assert!(house.engine.drift().expect("readable").is_empty());

    // The same once more is another event; and what the provider sends itself is told beside it.
    setting
        .simulator
        .place(RETELL, CallScript::default())
        .expect("one of ours");
    setting.deliver_due().await;
    setting.live_through().await;
    until(SOON, "everything that came is read", async || {
        house.events(Some("pending")).is_empty().then_some(())
    })
    .await;
    let trial = sent(&house, RETELL).await;
    assert!(matches!(trial.outcome, TrialOutcome::Accepted { .. }));
    let (_, kind) = trial.last_event.expect("there was a call");
    assert_eq!(kind.as_deref(), Some("call_analyzed"));

    wire.cut();
    let trial = sent(&house, RETELL).await;
    assert!(
        matches!(trial.outcome, TrialOutcome::Unreachable(_)),
        "{trial:?}"
    );
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_on_the_way_has_a_name() {
    let setting = Setting::webhooks_only().await;
    let house = setting.start().await;

    // Another process with another secret, as after a key that was changed in one place only.
    let mut secrets: HashMap<String, String> =
        setting.simulator.environment().into_iter().collect();
    secrets.insert("RINGBACK_CLINIC_RETELL_API_KEY".into(), "key_other".into());
    let other = EngineOptions {
        environment: Arc::new(move |name| secrets.get(name).cloned()),
        background: false,
        door_required: false,
        ..setting.options()
    };
    let other = setting.start_as(other).await.expect("it starts beside");
    let trial = sent(&other, RETELL).await;
    let TrialOutcome::Rejected(reason) = &trial.outcome else {
        panic!("{trial:?}")
    };
    assert_eq!(reason, "signature_wrong");
    other.engine.shutdown().await;
    house.engine.shutdown().await;

    // The address leads to something that is no door.
    let elsewhere = setting.simulator.accounts().remove(0).base_url;
    under(&setting, Some(&elsewhere));
    let house = setting.start().await;
    let trial = sent(&house, RETELL).await;
    assert!(
        matches!(trial.outcome, TrialOutcome::Elsewhere(404)),
        "{trial:?}"
    );
    house.engine.shutdown().await;

    // There is no public address: the door itself is tried, and what signs the address cannot be.
    under(&setting, None);
    let house = setting.start().await;
    let trial = sent(&house, RETELL).await;
    assert!(!trial.is_public);
    assert!(
        matches!(trial.outcome, TrialOutcome::Accepted { .. }),
        "{trial:?}"
    );
    let trial = sent(&house, TWILIO).await;
    let TrialOutcome::CannotSign(advice) = trial.outcome else {
        panic!("{trial:?}")
    };
    assert_eq!(advice.code, "no_address");
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_sends_one_through_the_program_that_serves() {
    let setting = Setting::in_real_time().await;
    let program = setting.program();
    let mut serving = program.serve(&[]);
    serving.open(&setting.sender).await;
    let trial = program
        .json(&["accounts", "webhook", TWILIO, "--test"])
        .await;
    assert_eq!(trial["outcome"], "accepted", "{trial:#}");
    assert!(trial["took_ms"].as_f64().is_some_and(|ms| ms > 0.0));
    let look = program
        .json(&["accounts", "webhook", TWILIO, "--keep-current", "yes"])
        .await;
    assert_eq!(look["keep_current"], true);
    assert_eq!(look["targets"][0]["state"], "ours", "{look:#}");
    let said = program
        .run(&["accounts", "webhook", "nobody", "--json"])
        .await;
    assert_eq!(said.code, Some(1));
    assert_eq!(said.json()["error"]["code"], "not_found");
    serving.kill().await;
}
