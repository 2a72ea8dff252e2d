//! What several journeys do: wait for a call as the window shows it, and open it.

use std::time::Duration;

use fantoccini::key::Key;
use ringback_journeys::{
    patience::A_WHILE,
    setting::{RETELL, Setting},
    window::{Desk, Role, Sound, View, ear},
};
use ringback_simulator::CallScript;
use serde_json::{Value, json};

/// A desk whose accounts are simulated in this process; the providers send their webhooks by
/// themselves, in real time.
pub(crate) async fn with_live_providers(desk: &mut Desk) -> Setting {
    let mut setting = Setting::in_real_time().await;
    desk.move_into(&setting);
    let door = setting.sender.door().clone();
    setting.simulator.deliver_live(&door);
    setting
}

/// Lets a call ring and last that long, and waits until its recording is here. The answer is the
/// call as the contract tells it.
pub(crate) async fn archived_call(setting: &Setting, view: &View, talk: Duration) -> Value {
    let script = CallScript {
        talk: Some(talk),
        ..CallScript::default()
    };
    let id = setting
        .simulator
        .place(RETELL, script)
        .expect("the account is simulated");
    view.go("#/calls").await;
    ready_row(view).await;
    view.call("calls.get", json!({ "id": id })).await["call"].take()
}

/// Waits until the grid has a row with a recording to play, and gives the row's number.
pub(crate) async fn ready_row(view: &View) -> u64 {
    view.find(Role::Grid, "Calls").await;
    let row = view
        .until_true(
            A_WHILE,
            "a call in the grid whose recording is ready",
            "const rows = [...document.querySelectorAll('[role=grid] [data-row]')];
             const row = rows.find((row) => row.getAttribute('aria-label').includes(', Ready, '));
             return row ? { number: Number(row.dataset.row) } : null;",
        )
        .await;
    row["number"].as_u64().expect("rows are counted from 0")
}

/// Opens a row of the grid as a person with a keyboard does.
pub(crate) async fn open_row(view: &View, row: u64) {
    let focus = format!("document.querySelector('[role=grid] [data-row=\"{row}\"]').focus()");
    view.client()
        .execute(&focus, Vec::new())
        .await
        .expect("the row is there");
    view.press(Key::Enter).await;
    view.find(Role::Button, "Play").await;
}

/// A call's first recording as it lies in its file, as a loudspeaker with two channels should play
/// it.
pub(crate) fn recording_of(desk: &Desk, call: &Value) -> Sound {
    let path = call["recordings"][0]["path"]
        .as_str()
        .unwrap_or_else(|| panic!("the recording has a file: {call}"));
    Sound::of_file(&desk.home().join("recordings").join(path))
        .on_two_channels()
        .at_rate(ear::RATE)
}

/// Where the slider stands, in seconds, as a screen reader tells it.
pub(crate) async fn position(view: &View) -> Duration {
    let slider = view.find(Role::Slider, "Position").await;
    let value = slider.attr("aria-valuenow").await.ok().flatten();
    let seconds: f64 = value
        .and_then(|value| value.parse().ok())
        .expect("a slider has a value");
    Duration::from_secs_f64(seconds)
}
