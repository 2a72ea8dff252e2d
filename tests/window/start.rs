//! How the window comes up, what it says when it cannot, and what a second start does.

use std::{fs, process::Command};

use ringback_journeys::{
    patience::{A_WHILE, SOON},
    program::built,
    window::{Role, journey},
};

#[tokio::test]
async fn a_mistake_in_the_configuration_is_shown_in_the_window_and_can_be_mended_there() {
    journey("mistake_in_config", async |desk| {
        fs::create_dir_all(desk.home()).expect("the desk's folder can be written");
        let config = desk.home().join("config.toml");
        fs::write(&config, "[intake]\nlissten = \"127.0.0.1:0\"\n").expect("the home is there");

        let view = desk.open(&[]).await;
        view.find(Role::Heading, "Ringback cannot start").await;
        let shown = view.client().source().await.expect("the page has a text");
        for part in ["lissten", "config.toml", "listen"] {
            assert!(shown.contains(part), "{part} is not in {shown}");
        }
        view.picture("shown").await;
        view.find(Role::Link, "Open config.toml").await;

        fs::write(&config, "[intake]\nlisten = \"127.0.0.1:0\"\n").expect("the home is there");
        view.click(Role::Link, "Try again").await;
        view.find(Role::Button, "Start the demo").await;
    })
    .await;
}

#[tokio::test]
async fn without_accounts_the_window_offers_the_demo_and_the_demo_starts() {
    journey("first_start", async |desk| {
        let view = desk.open(&[]).await;
        view.find(Role::Button, "Start the demo").await;
        view.picture("welcome").await;

        view.click(Role::Button, "Start the demo").await;
        view.find(Role::Region, "Ongoing calls").await;
        view.until_true(
            A_WHILE,
            "a call of the demo on the board",
            "return document.querySelector('section[aria-label=\"Ongoing calls\"] [data-call]') !== null",
        )
        .await;
        assert!(
            !desk.home().join("recordings").join("clinic-retell").exists(),
            "the demo keeps its calls on a home of its own"
        );
    })
    .await;
}

#[tokio::test]
async fn a_second_start_on_the_same_home_hands_its_link_to_the_window_that_is_there() {
    journey("second_start", async |desk| {
        let view = desk.open(&["--demo"]).await;
        view.find(Role::Region, "Ongoing calls").await;

        let ended = desk.start_again(&["ringback://call/01KNOWN?t=83.4"]).await;
        assert!(ended.success(), "the second start ends well: {ended}");
        view.until_true(
            SOON,
            "the window shows the call of the link",
            "return location.hash === '#/calls/01KNOWN?t=83.4'",
        )
        .await;
    })
    .await;
}

#[test]
fn without_a_display_it_says_what_to_do_instead() {
    let said = Command::new(built("ringback-desktop"))
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .output()
        .expect("the program can be started");
    assert_eq!(said.status.code(), Some(3));
    let error = String::from_utf8_lossy(&said.stderr);
    assert!(error.contains("ringback serve"), "{error}");
}

#[test]
fn an_argument_that_does_not_exist_is_wrong_usage() {
    let said = Command::new(built("ringback-desktop"))
        .arg("--tray")
        .output()
        .expect("the program can be started");
    assert_eq!(said.status.code(), Some(2));
    let error = String::from_utf8_lossy(&said.stderr);
    assert!(error.contains("--tray"), "{error}");
}
