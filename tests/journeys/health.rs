//! What Health tells of an account, of the disk and of the journal, and what can be done about it.

use std::{sync::Arc, time::Duration};

use ringback_api::{
    Api, cli,
    dto::{Finding, Remedy},
};
use ringback_journeys::{
    patience::{SOON, until},
    setting::{House, RETELL, Setting},
};
use ringback_simulator::CallScript;
use serde_json::json;

use crate::{bulk::NoShell, refused::forged};

/// The account as Health shows it.
fn account(house: &House) -> ringback_api::dto::AccountJson {
    let health = cli::health(&house.engine).expect("it can be asked");
    let mut accounts = health.accounts.into_iter();
    accounts
        .find(|account| account.id == RETELL)
        .expect("configured")
}

#[tokio::test(flavor = "multi_thread")]
async fn refused_webhooks_are_told_by_reason_and_forgotten_once_somebody_looked() {
    let setting = Setting::webhooks_only().await;
    let house = setting.start().await;
    setting
        .simulator
        .place(RETELL, CallScript::outbound())
        .expect("one of ours");
    let at = setting.world().next_webhook_at().expect("it will call");
    setting.clock.set(at.max(setting.now()));
    let webhooks = setting.world().webhooks_due(setting.now());
    let webhook = webhooks.first().expect("one is due");
    for _ in 0..2 {
        assert_eq!(setting.post(&forged(webhook)).await.status, 401);
    }
    let mut unsigned = webhook.clone();
    unsigned
        .headers
        .retain(|(name, _)| !name.contains("signature"));
    assert_eq!(setting.post(&unsigned).await.status, 401);

    let refusals = until(SOON, "both reasons are told", async || {
        Some(account(&house).refusals).filter(|refusals| refusals.len() == 2)
    })
    .await;
    let of = |reason: &str| {
        let found = refusals.iter().find(|refusal| refusal.reason == reason);
        found.map(|refusal| refusal.count)
    };
    assert_eq!(of("signature_missing"), Some(1), "{refusals:?}");
    assert_eq!(refusals.iter().map(|refusal| refusal.count).sum::<u64>(), 3);

    let health = cli::health(&house.engine).expect("it can be asked");
    let subject = format!("account:{RETELL}");
    let lines: Vec<_> = health
        .checks
        .iter()
        .filter(|check| check.subject == subject)
        .collect();
    assert_eq!(lines.len(), 2, "a line for each reason");
    for line in lines {
        assert!(matches!(line.finding, Finding::WebhooksRefused(_)));
        assert_eq!(line.state, "warning");
        assert_eq!(line.remedy, Some(Remedy::ForgetRefusals));
        assert!(line.hint.is_some(), "it says what to do: {line:?}");
    }

    let api = Api::new(house.engine.clone(), Arc::new(NoShell));
    let forget = json!({ "account": RETELL });
    api.call("refusals.forget", forget).await.expect("done");
    assert_eq!(account(&house).refusals, Vec::new());
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn how_late_webhooks_are_and_what_the_key_is_worth_is_told() {
    let setting = Setting::polling().await;
    let house = setting.start().await;
    let before = account(&house);
    assert_eq!((before.delivery_lag_ms, before.apply_lag_ms), (None, None));
    setting
        .simulator
        .place(RETELL, CallScript::outbound())
        .expect("one of ours");
    while let Some(at) = setting.world().next_webhook_at() {
        setting.clock.set(at.max(setting.now()));
        let webhooks = setting.world().webhooks_due(setting.now());
        // Somebody on the way took forty seconds.
        setting.pass(Duration::from_secs(40));
        for webhook in webhooks {
            assert_eq!(setting.post(&webhook).await.status, 200);
        }
        // A jump of the clock while one waits would count as waiting.
        until(SOON, "what came is applied", async || {
            let health = cli::health(&house.engine).expect("it can be asked");
            health.journal.oldest_pending_at.is_none().then_some(())
        })
        .await;
    }
    let told = until(SOON, "the lags are told", async || {
        house.look();
        Some(account(&house)).filter(|account| account.apply_lag_ms.is_some())
    })
    .await;
    let late = told.delivery_lag_ms.expect("Retell says when");
    assert!(late >= 40_000, "{late} ms");
    assert!(told.apply_lag_ms.expect("applied") < 10_000, "{told:?}");
    until(SOON, "the provider accepted the key", async || {
        house.look();
        (account(&house).key == "accepted").then_some(())
    })
    .await;
    assert_eq!(account(&house).key_in_environment, Some(true));

    let health = cli::health(&house.engine).expect("it can be asked");
    assert!(health.journal.events > 0 && health.journal.bytes > 0);
    assert_eq!(health.journal.oldest_pending_at, None);
    let disk = health.disk.expect("the disk answers");
    assert!(disk.free_bytes > 0);
    assert_eq!(
        disk.full_in_days, None,
        "nothing is foretold in the first day"
    );
    setting.pass(Duration::from_secs(3 * 86_400));
    let later = cli::health(&house.engine).expect("it can be asked");
    assert!(
        later.journal.per_day_bytes.is_some_and(|bytes| bytes > 0),
        "after three days it is known how the journal grows: {:?}",
        later.journal
    );
    house.engine.shutdown().await;
}
