//! The demo, from the first ring to a restart without its providers.

use std::time::Duration;

use fantoccini::key::Key;
use ringback_journeys::{
    patience::SOON,
    window::{Role, journey},
};

use crate::steps;

#[tokio::test]
async fn recordings_of_the_demo_play_and_still_do_after_a_restart_without_its_providers() {
    journey("demo", async |desk| {
        let view = desk.open(&["--demo"]).await;
        view.find(Role::Region, "Ongoing calls").await;
        view.click(Role::Link, "Calls").await;
        let row = steps::ready_row(&view).await;
        steps::open_row(&view, row).await;
        view.find(Role::Region, "Player").await;
        view.find(Role::Region, "Transcript").await;

        let ear = desk.listen().await;
        view.press(Key::Space).await;
        view.find(Role::Button, "Pause").await;
        ear.until_sound().await;
        view.picture("playing").await;
        let place = view
            .client()
            .current_url()
            .await
            .expect("the page has an address");
        desk.close().await;
        ear.until_silence(SOON, Duration::from_millis(500)).await;
        drop(ear);

        // The same home, without the simulated providers: its accounts answer to nobody now.
        let view = desk.open(&[]).await;
        view.find(Role::Region, "Ongoing calls").await;
        view.go(&format!(
            "#{}",
            place.fragment().expect("the address of a call")
        ))
        .await;
        let ear = desk.listen().await;
        view.click(Role::Button, "Play").await;
        ear.until_sound().await;
    })
    .await;
}
