//! What a person hears: exactly the recording, from where they want it, and only while it plays.

use std::time::Duration;

use fantoccini::key::Key;
use ringback_journeys::{
    patience::{A_WHILE, SOON},
    window::{Desk, Role, Sound, View, quiet_journey},
};

use crate::steps;

/// How long the call is that is listened to.
const TALK: Duration = Duration::from_secs(12);

/// On a machine that is busy elsewhere the sound card runs dry, and what is heard has holes. So it is
/// listened to again; another recording, loudness or place would be wrong every time.
const ATTEMPTS: u32 = 5;

#[tokio::test]
async fn what_comes_out_of_the_loudspeaker_is_the_recording() {
    quiet_journey("hear", async |desk| {
        let setting = steps::with_live_providers(desk).await;
        let view = desk.open(&[]).await;
        let call = steps::archived_call(&setting, &view, TALK).await;
        let recording = steps::recording_of(desk, &call).audible_part();
        steps::open_row(&view, 0).await;
        view.picture("call").await;

        listen_until(async || {
            let heard = play_to_the_end(desk, &view).await;
            hear_in(&heard, &recording)?;
            let length = heard.audible_part().duration();
            if length.abs_diff(recording.duration()) > Duration::from_millis(100) {
                return Err(format!("it lasted {length:?}"));
            }
            Ok(())
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn pause_is_silent_at_once_and_the_slider_seeks() {
    quiet_journey("seek", async |desk| {
        let setting = steps::with_live_providers(desk).await;
        let view = desk.open(&[]).await;
        let call = steps::archived_call(&setting, &view, TALK).await;
        let recording = steps::recording_of(desk, &call);
        steps::open_row(&view, 0).await;

        listen_until(async || {
            view.focus(Role::Slider, "Position").await;
            view.press(Key::Home).await;
            view.press(Key::Right).await;
            let from = steps::position(&view).await;
            assert!(from > Duration::from_secs(1), "the slider is at {from:?}");

            let wanted = recording.part(from, Duration::from_secs(4));
            let heard = play_for(desk, &view, wanted.duration() + Duration::from_secs(1)).await;
            let begin = hear_in(&heard, &wanted)?;
            let before = heard.part(Duration::ZERO, begin);
            let early = before.audible_part().duration();
            if early > Duration::from_millis(60) {
                return Err(format!("{early:?} sounded before the place"));
            }
            Ok(())
        })
        .await;
    })
    .await;
}

/// Plays from the beginning until it is over, and gives everything that was heard.
async fn play_to_the_end(desk: &Desk, view: &View) -> Sound {
    let ear = desk.listen().await;
    view.click(Role::Button, "Play").await;
    ear.until_sound().await;
    view.find(Role::Button, "Pause").await;
    // At the end the button offers to play again.
    view.find_within(A_WHILE, Role::Button, "Play").await;
    ear.until_silence(SOON, Duration::from_secs(1)).await;
    ear.heard()
}

/// Plays for so long, then pauses, and gives everything that was heard until it was silent.
async fn play_for(desk: &Desk, view: &View, length: Duration) -> Sound {
    let ear = desk.listen().await;
    view.click(Role::Button, "Play").await;
    ear.until_sound().await;
    ear.listen_on(length).await;
    view.click(Role::Button, "Pause").await;
    view.find(Role::Button, "Play").await;
    ear.until_silence(SOON, Duration::from_millis(500)).await;
    ear.heard()
}

/// When in what was heard this begins, if it is there, as loud as in its file.
fn hear_in(heard: &Sound, wanted: &Sound) -> Result<Duration, String> {
    if heard.frames() < wanted.frames() {
        return Err(format!("only {:?} were heard", heard.duration()));
    }
    let hearing = heard.hear(wanted);
    if hearing.correlation() < 0.97 || hearing.louder_by_db.abs() > 1.0 {
        return Err(format!("{hearing:?}"));
    }
    Ok(hearing.begin)
}

async fn listen_until(mut attempt: impl AsyncFnMut() -> Result<(), String>) {
    let mut wrong = Vec::new();
    for _ in 0..ATTEMPTS {
        match attempt().await {
            Ok(()) => return,
            Err(what) => wrong.push(what),
        }
    }
    panic!("heard something else every time:\n{}", wrong.join("\n"));
}
