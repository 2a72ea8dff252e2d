//! An account is set up in the window: keys that are locked are opened, the key is tried, the account
//! is added, and its first signed event arrives.

use std::{fs, sync::Arc, time::Duration};

use fantoccini::key::Key;
use ringback_engine::{Variables, keys};
use ringback_journeys::{
    patience::{A_WHILE, SOON},
    setting::{RETELL, Setting},
    window::{Role, View, journey},
};
use ringback_model::Secret;
use ringback_simulator::CallScript;

const PASSPHRASE: &str = "three blind mice";

#[tokio::test]
async fn an_account_is_set_up_in_the_window_and_its_first_event_arrives() {
    journey("setup", async |desk| {
        let mut setting = Setting::in_real_time().await;
        let door = setting.sender.door().clone();
        let retell = setting
            .simulator
            .accounts()
            .into_iter()
            .find(|account| account.id == RETELL)
            .expect("the account is simulated");
        let key = retell.secrets[0].1.clone();
        // A home with a sealed file, no account, and a comment that has to survive.
        let listen = format!(
            "# Kept by hand.\n[intake]\nlisten = \"{}\"  # the door\n",
            door.authority()
        );
        fs::write(setting.home().config_file(), &listen).expect("the home is there");
        let nothing: Variables = Arc::new(|_| None);
        keys::sealed(&setting.home(), &nothing, &|| Some(Secret::new(PASSPHRASE)))
            .and_then(|vault| vault.keep("RINGBACK_ANOTHER_API_KEY", &Secret::new("another")))
            .expect("a sealed file can be made");
        desk.sit_at(&setting);
        setting.simulator.deliver_live(&door);

        let view = desk.open(&[]).await;
        // What works without keys works; the passphrase is asked for calmly.
        view.find(Role::Button, "Start the demo").await;
        view.click(Role::Button, "Unlock").await;
        view.write(Role::TextBox, "Passphrase", PASSPHRASE).await;
        view.press(Key::Enter).await;
        view.gone(Role::Region, "The sealed keys are locked").await;

        view.go("#/settings/add").await;
        view.until_true(
            SOON,
            "the first provider has the focus",
            "return document.activeElement.getAttribute('role') === 'radio'",
        )
        .await;
        // Chosen, and on to the key, without a pointer.
        view.press(Key::Enter).await;
        view.press(Key::Enter).await;
        settings_of_a_stand_in(&view, &retell.base_url).await;
        view.write(Role::TextBox, "API key", "key_of_somebody_else")
            .await;
        view.press(Key::Enter).await;
        view.until_true(
            A_WHILE,
            "the wrong key is refused",
            &says("refuses this key"),
        )
        .await;
        view.picture("refused").await;
        view.write(Role::TextBox, "API key", &key).await;
        view.press(Key::Enter).await;
        view.until_true(A_WHILE, "the key works", &says("accepts the key"))
            .await;
        assert_eq!(
            fs::read_to_string(setting.home().config_file()).expect("the file is there"),
            listen,
            "nothing is written before the account is added"
        );
        view.write(Role::TextBox, "Account ID", RETELL).await;
        view.press(Key::Enter).await;
        view.until_true(A_WHILE, "the account is added", &says("is set up with"))
            .await;
        let written = fs::read_to_string(setting.home().config_file()).expect("the file is there");
        assert!(written.starts_with(&listen), "comments survive: {written}");
        assert!(!written.contains(&key), "the key is not in the file");

        view.until_true(
            SOON,
            "an event is waited for",
            &says("Waiting for the first event"),
        )
        .await;
        let script = CallScript {
            talk: Some(Duration::from_secs(8)),
            ..CallScript::default()
        };
        setting
            .simulator
            .place(RETELL, script)
            .expect("the account is simulated");
        view.until_true(
            A_WHILE,
            "the event arrives in sight",
            &says("It has arrived"),
        )
        .await;
        view.picture("arrived").await;
        view.click(Role::Button, "Go to the board").await;
        view.find(Role::Region, "Ongoing calls").await;
        view.until_true(
            A_WHILE,
            "the call is on the board or has just left it",
            "return document.querySelector('[data-call]') !== null",
        )
        .await;
    })
    .await;
}

/// What a stand-in on this machine needs besides: its address, and leave to be private.
async fn settings_of_a_stand_in(view: &View, base_url: &str) {
    view.until_true(
        SOON,
        "more settings",
        "const more = [...document.querySelectorAll('summary')].at(-1); more?.click(); return !!more",
    )
    .await;
    view.write(Role::TextBox, "Address of the API", base_url)
        .await;
    view.click(Role::Switch, "Allow private addresses").await;
}

fn says(text: &str) -> String {
    format!("return document.querySelector('main').textContent.includes({text:?})")
}
