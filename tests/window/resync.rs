//! Resync: a person asks for what is missing.

use std::time::Duration;

use ringback_journeys::{
    patience::{A_WHILE, SOON, until},
    setting::{RETELL, Setting},
    window::{Role, journey},
};
use ringback_simulator::CallScript;
use serde_json::json;

#[tokio::test]
async fn resync_fills_the_hole_that_a_lost_webhook_left_and_shows_what_changed() {
    journey("resync", async |desk| {
        let setting = Setting::in_real_time().await;
        desk.move_into(&setting);
        let view = desk.open(&[]).await;
        view.find(Role::Region, "Ongoing calls").await;

        let script = CallScript {
            talk: Some(Duration::from_secs(3)),
            analysis_after: Duration::from_secs(12),
            ..CallScript::default()
        };
        let call = setting
            .simulator
            .place(RETELL, script)
            .expect("the account is simulated");
        // Every webhook arrives but the one with the analysis.
        until(A_WHILE, "the provider has sent everything", async || {
            for webhook in setting.world().webhooks_due(setting.now()) {
                if webhook.kind != "call_analyzed" {
                    setting.post(&webhook).await;
                }
            }
            setting.world().next_webhook_at().is_none().then_some(())
        })
        .await;

        view.go(&format!("#/calls/{call}")).await;
        view.find(Role::Button, "Resync").await;
        let before = view.call("calls.get", json!({ "id": call })).await;
        assert!(
            before["call"]["summary"].is_null(),
            "the hole is there: {before}"
        );

        view.click(Role::Button, "Resync").await;
        view.find(Role::Heading, "What changed").await;
        view.picture("changed").await;
        let truth = setting
            .simulator
            .truth(&call)
            .expect("the call is simulated");
        let after = view.call("calls.get", json!({ "id": call })).await;
        assert_eq!(after["call"]["summary"], json!(truth.summary));
        let summary = truth.summary.expect("the provider has a summary by now");
        view.until_true(
            SOON,
            "the page shows the summary",
            &format!(
                "return document.body.innerText.includes({})",
                json!(summary)
            ),
        )
        .await;
    })
    .await;
}
