//! Notifications: shown by whoever shows them on this desktop, pressed, and taken back.

use std::{fs, path::Path, time::Duration};

use ringback_journeys::{
    edited,
    patience::{A_WHILE, SOON, until},
    setting::{RETELL, Setting, TWILIO},
    window::{Herald, Panel, Role, View, herald::Shown, journey},
};
use ringback_simulator::{CallScript, Reach};
use serde_json::{Value, json};

use crate::steps;

/// A tunnel whose program cannot be started; its address stands in `[intake]`.
const BROKEN_TUNNEL: &str = "
[tunnel]
kind = \"command\"
command = [\"/no/such/tunnel\"]
";

/// Every agent answers too slowly.
const NO_PATIENCE: &str = "
[checks]
latency_p95 = \"1ms\"
";

const DOWN: &str = "The tunnel is down";

#[tokio::test]
async fn a_broken_tunnel_is_told_under_the_packages_icon_and_leads_to_health() {
    journey("notified", async |desk| {
        let panel = Panel::on(desk.bus()).await;
        let herald = Herald::on(desk.bus()).await;
        let setting = steps::with_live_providers(desk).await;
        setting.configure_with(BROKEN_TUNNEL);
        let view = desk.open(&[]).await;
        view.find(Role::Region, "Ongoing calls").await;

        let shown = herald.shown(DOWN).await;
        assert_eq!(shown.actions, ["default", "retry", "acknowledge"]);
        assert_eq!(shown.body, "");
        let entry = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../assets/linux")
            .join(format!("{}.desktop", shown.entry));
        let entry = fs::read_to_string(&entry)
            .unwrap_or_else(|error| panic!("{} is installed: {error}", entry.display()));
        let icon = entry.lines().find_map(|line| line.strip_prefix("Icon="));
        assert_eq!(icon, Some(shown.icon.as_str()), "the icon of that entry");
        until(SOON, "the tray says so too", async || {
            let menu = panel.menu().await;
            let is_told = |line: &String| line.starts_with("Tunnel: down");
            menu.iter().any(is_told).then_some(())
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
async fn what_was_told_is_told_again_only_after_it_was_seen_and_what_was_seen_is_seen_everywhere() {
    journey("seen", async |desk| {
        let herald = Herald::on(desk.bus()).await;
        let setting = steps::with_live_providers(desk).await;
        setting.configure_with(BROKEN_TUNNEL);
        let view = desk.open(&[]).await;
        let shown = herald.shown(DOWN).await;

        // It fails once more, which is nothing new. Seen in the window, it is taken back.
        let beside = setting.beside().await;
        view.call("tunnel.restart", json!({})).await;
        until(SOON, "it has failed again", async || {
            let open = beside.engine.read(|reader| reader.alerts().open());
            open.ok()?.iter().find(|alert| alert.times > 1).map(drop)
        })
        .await;
        beside.engine.shutdown().await;
        acknowledge(&view).await;
        herald.withdrawn(&shown).await;
        assert_eq!(told(&herald, DOWN).len(), 1, "it was told once");

        // From then on it is news; this time the notification's own button is pressed.
        view.call("tunnel.restart", json!({})).await;
        let again = until(SOON, "it is told of again", async || {
            told(&herald, DOWN).into_iter().nth(1)
        })
        .await;
        herald.press(&again, "acknowledge").await;
        until(SOON, "nobody needs to see it any more", async || {
            open_alerts(&view).await.is_empty().then_some(())
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn without_a_service_nothing_is_missed() {
    journey("unnotified", async |desk| {
        desk.bus();
        let setting = steps::with_live_providers(desk).await;
        setting.configure_with(BROKEN_TUNNEL);
        let view = desk.open(&[]).await;
        until(SOON, "the window knows of it", async || {
            (open_alerts(&view).await == ["tunnel_down"]).then_some(())
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn of_a_muted_topic_nothing_is_told_and_of_another_what_may_be_shown_as_text() {
    journey("muted", async |desk| {
        let herald = Herald::on(desk.bus()).await;
        let setting = Setting::in_real_time().await;
        desk.move_into(&setting);
        setting.configure_with(NO_PATIENCE);
        let view = desk.open(&[]).await;
        view.go("#/settings").await;
        view.click(Role::Switch, "Tunnel and accounts").await;
        until(SOON, "it is set", async || {
            let set = view.call("settings.get", json!({})).await;
            (set["desktop"]["muted"] == json!(["connection"])).then_some(())
        })
        .await;
        let mut set = view.call("settings.get", json!({})).await;
        set["desktop"]["show_content"] = json!(true);
        view.call("settings.set", set).await;

        // The tunnel fails. Another topic comes after it: what is told by then is all that is told.
        setting.configure_with(&format!("{NO_PATIENCE}{BROKEN_TUNNEL}"));
        until(SOON, "the window knows of it", async || {
            (open_alerts(&view).await == ["tunnel_down"]).then_some(())
        })
        .await;
        let id = a_slow_agent_called(&setting, "<b>x</b>").await;
        let shown = herald.shown("An agent answered slowly").await;
        assert_eq!(told(&herald, DOWN), [], "its topic is muted");

        // What may be shown of a call arrives as text, whoever chose it.
        let call = view.call("calls.get", json!({ "id": id })).await;
        let from = call["call"]["from"].as_str().expect("somebody called");
        let body = format!("{RETELL}\n&lt;b&gt;x&lt;/b&gt; · {from}");
        assert_eq!(shown.body, body);
    })
    .await;
}

#[tokio::test]
async fn a_recording_that_could_not_be_had_is_fetched_at_the_press_of_a_button() {
    journey("retried", async |desk| {
        let setting = Setting::webhooks_only().await;
        let id = a_recording_before_its_last_try(&setting).await;
        let herald = Herald::on(desk.bus()).await;
        desk.move_into(&setting);
        let view = desk.open(&[]).await;

        let shown = herald.shown("A recording could not be copied").await;
        assert_eq!(shown.actions, ["default", "retry", "acknowledge"]);
        assert_eq!(
            shown.body, TWILIO,
            "nothing of the call, unless it is allowed"
        );
        assert_eq!(recording(&view, &id).await["state"], "failed");
        setting
            .switches(TWILIO)
            .turn(|faults| faults.reach = Reach::Up);
        herald.press(&shown, "retry").await;
        until(A_WHILE, "it is here", async || {
            (recording(&view, &id).await["state"] == "ready").then_some(())
        })
        .await;
        let open = open_alerts(&view).await;
        assert!(!open.contains(&"recording_failed".to_owned()), "{open:?}");
    })
    .await;
}

/// A call of Twilio's that is over, and whose recording was asked for in vain as often as it is, but once.
async fn a_recording_before_its_last_try(setting: &Setting) -> String {
    let switches = setting.switches(TWILIO);
    switches.turn(|faults| faults.reach = Reach::HangsUp);
    let house = setting.start().await;
    let placed = setting.simulator.place(TWILIO, CallScript::default());
    let id = placed.expect("the account is simulated");
    for webhook in setting.hold_everything() {
        setting.post(&webhook).await;
    }
    until(SOON, "it was asked for", async || {
        (!setting.world().seen().is_empty()).then_some(())
    })
    .await;
    house.rests().await;
    for pause in [2, 30, 300, 600, 1200] {
        let before = setting.world().seen().len();
        setting.pass(Duration::from_secs(pause));
        house.look();
        house.rests().await;
        let after = setting.world().seen().len();
        assert!(after > before, "it was asked for again");
    }
    let alerts = house.alerts();
    let is_given_up = alerts.iter().any(|(kind, _)| kind == "recording_failed");
    assert!(!is_given_up, "there is one more try: {alerts:?}");
    house.engine.shutdown().await;
    id
}

/// Lives through a short call of an agent with this name, of whom the provider can not be asked.
async fn a_slow_agent_called(setting: &Setting, name: &str) -> String {
    let switches = setting.switches(RETELL);
    switches.turn(|faults| faults.reach = Reach::HangsUp);
    let script = CallScript {
        talk: Some(Duration::from_secs(2)),
        ..CallScript::default()
    };
    let placed = setting.simulator.place(RETELL, script);
    let id = placed.expect("the account is simulated");
    until(A_WHILE, "the provider has told everything", async || {
        for webhook in setting.world().webhooks_due(setting.now()) {
            let named = edited::changed(setting.world(), &webhook, |body| {
                body["call"]["agent_name"] = name.into();
            });
            let answer = setting.post(&named).await;
            assert_eq!(answer.status, 200, "it is signed: {answer:?}");
        }
        setting.world().next_webhook_at().is_none().then_some(())
    })
    .await;
    id
}

/// The notifications with this title, in order.
fn told(herald: &Herald, title: &str) -> Vec<Shown> {
    let mut told = herald.told();
    told.retain(|told| told.title == title);
    told
}

async fn recording(view: &View, call: &str) -> Value {
    let detail = view.call("calls.get", json!({ "id": call })).await;
    detail["call"]["recordings"][0].clone()
}

/// Says in the window that the first alert was seen.
async fn acknowledge(view: &View) {
    let alerts = view.call("alerts.list", json!({})).await;
    view.call("alerts.acknowledge", json!({ "id": alerts[0]["id"] }))
        .await;
}

async fn open_alerts(view: &View) -> Vec<String> {
    let alerts = view.call("alerts.list", json!({})).await;
    let kinds = alerts.as_array().into_iter().flatten();
    kinds
        .filter_map(|alert| alert["kind"].as_str().map(str::to_owned))
        .collect()
}
