//! Notifications: shown by whoever shows them on this desktop, pressed, and taken back.

use ringback_journeys::{
    patience::{SOON, until},
    window::{Herald, Panel, Role, View, journey},
};
use serde_json::json;

use crate::steps;

/// A tunnel whose program cannot be started; its address stands in `[intake]`.
const BROKEN_TUNNEL: &str = "
[tunnel]
kind = \"command\"
command = [\"/no/such/tunnel\"]
";

#[tokio::test]
async fn a_broken_tunnel_is_told_once_leads_to_health_and_is_seen_at_the_press_of_a_button() {
    journey("notified", async |desk| {
        let panel = Panel::on(desk.bus()).await;
        let herald = Herald::on(desk.bus()).await;
        let setting = steps::with_live_providers(desk).await;
        setting.configure_with(BROKEN_TUNNEL);
        let view = desk.open(&[]).await;
        view.find(Role::Region, "Ongoing calls").await;

        let shown = herald.shown("The tunnel is down").await;
        assert_eq!(shown.actions, ["default", "retry", "acknowledge"]);
        assert_eq!(shown.body, "");
        until(SOON, "the tray says so too", async || {
            panel
                .menu()
                .await
                .contains(&"Tunnel: down".to_owned())
                .then_some(())
        })
        .await;

        // A click on the notification itself.
        herald.press(&shown, "default").await;
        view.until_true(
            SOON,
            "the window shows Health",
            "return location.hash === '#/health'",
        )
        .await;
        assert_eq!(open_alerts(&view).await, ["tunnel_down"]);
    })
    .await;
}

#[tokio::test]
async fn what_was_seen_in_a_notification_is_seen_everywhere_and_in_the_window_takes_it_back() {
    journey("seen", async |desk| {
        let herald = Herald::on(desk.bus()).await;
        let setting = steps::with_live_providers(desk).await;
        setting.configure_with(BROKEN_TUNNEL);
        let view = desk.open(&[]).await;
        let shown = herald.shown("The tunnel is down").await;
        herald.press(&shown, "acknowledge").await;
        until(SOON, "nobody needs to see it any more", async || {
            open_alerts(&view).await.is_empty().then_some(())
        })
        .await;

        // Begun anew it fails anew, and is news again; this time it is seen in the window.
        view.call("tunnel.restart", json!({})).await;
        let again = until(SOON, "it is told of again", async || {
            herald
                .told()
                .into_iter()
                .filter(|told| told.title == shown.title)
                .nth(1)
        })
        .await;
        let alerts = view.call("alerts.list", json!({})).await;
        view.call("alerts.acknowledge", json!({ "id": alerts[0]["id"] }))
            .await;
        herald.withdrawn(&again).await;
    })
    .await;
}

#[tokio::test]
async fn a_muted_topic_is_not_told_of_and_without_a_service_nothing_is_missed() {
    journey("unnotified", async |desk| {
        desk.bus();
        let setting = steps::with_live_providers(desk).await;
        setting.configure_with(BROKEN_TUNNEL);
        let view = desk.open(&[]).await;
        until(SOON, "the window knows of it", async || {
            (open_alerts(&view).await == ["tunnel_down"]).then_some(())
        })
        .await;
        view.go("#/settings").await;
        view.click(Role::Switch, "Tunnel and accounts").await;
        until(SOON, "it is set", async || {
            let set = view.call("settings.get", json!({})).await;
            (set["desktop"]["muted"] == json!(["connection"])).then_some(())
        })
        .await;
    })
    .await;
}

async fn open_alerts(view: &View) -> Vec<String> {
    let alerts = view.call("alerts.list", json!({})).await;
    let kinds = alerts.as_array().into_iter().flatten();
    kinds
        .filter_map(|alert| alert["kind"].as_str().map(str::to_owned))
        .collect()
}
