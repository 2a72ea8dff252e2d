//! How much memory the window holds while it does nothing, while much comes in, and while it plays.

use std::{net::SocketAddr, time::Duration};

use anyhow::{Context, bail};
use jiff::SignedDuration;
use ringback_journeys::{
    patience::A_WHILE,
    setting::{RETELL, Setting as Desktop},
    window::{Desk, Panel, Processes, Role},
};
use ringback_simulator::CallScript;
use serde_json::json;
use tokio::time::{MissedTickBehavior, interval, sleep};

use super::{
    retell::{Event, Line, now, now_ms},
    watch::{Watch, memory},
};

/// After opening the window, until everything that a start needs once is done.
pub(super) const SETTLE: Duration = Duration::from_secs(5);

/// How long events come.
pub(super) const LOAD: Duration = Duration::from_secs(20);
/// How many a second.
pub(super) const RATE: usize = 100;
/// Events on their way at once.
const LINES: usize = 10;
/// Calls that go on at once, about.
const BOARD: usize = 100;

/// The long recording.
pub(super) const TALK: Duration = Duration::from_secs(3 * 3600);
/// How long it is listened to.
pub(super) const LISTEN: Duration = Duration::from_secs(30);
/// Where it is listened to then.
const LATE: Duration = Duration::from_secs(2 * 3600 + 50 * 60);
/// For how long.
const LISTEN_LATE: Duration = Duration::from_secs(5);

/// The memory of a window that nobody uses, in MB.
pub(super) async fn idle(program: Processes) -> f64 {
    sleep(SETTLE).await;
    memory(program)
}

/// What is left of it when the window is closed and the program goes on in the tray, in MB.
pub(super) async fn in_tray(desk: &mut Desk, home: &Desktop) -> anyhow::Result<f64> {
    desk.move_into(home);
    let panel = Panel::on(desk.bus()).await;
    // Nobody drives it: a driver holds on to the webview's processes.
    let child = desk.start(&[]);
    let program = Processes::started(child.id().context("it runs")?);
    program.with_pages().await;
    panel.title("the program is in the tray", |_| true).await;
    sleep(SETTLE).await;
    program.close_window().await;
    program.alone().await;
    sleep(SETTLE).await;
    let left = memory(program);
    panel.choose("Quit").await;
    let ended = desk.end_of(child).await;
    if !ended.success() {
        bail!("the program ended with {ended}");
    }
    Ok(left)
}

/// The most it holds while calls begin and end, in MB.
pub(super) async fn under_load(
    program: Processes,
    door: SocketAddr,
    key: &str,
) -> anyhow::Result<f64> {
    let mut lines = Vec::new();
    for _ in 0..LINES {
        lines.push(Line::open(door, key).await?);
    }
    let watch = Watch::over(program);
    let begin = tokio::time::Instant::now();
    let mut beat = interval(Duration::from_secs(1) * LINES as u32 / RATE as u32);
    beat.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let mut story = story();
    for _ in 0..LOAD.as_secs() as usize * RATE / LINES {
        beat.tick().await;
        let posts = lines
            .iter_mut()
            .zip(&mut story)
            .map(|(line, (event, call))| async move { line.post(event, &call).await });
        futures_util::future::try_join_all(posts).await?;
    }
    let late = begin.elapsed().saturating_sub(LOAD);
    if late > Duration::from_secs(2) {
        bail!("{RATE} events a second were too many: {late:?} late");
    }
    watch.most()
}

/// Events of calls that begin, go on for a while, end and are looked at, without an end.
fn story() -> impl Iterator<Item = (Event, String)> {
    (0_usize..).flat_map(|number| {
        let call = |back: usize| {
            number
                .checked_sub(back)
                .map(|call| format!("call_load_{call:06}"))
        };
        [
            call(0).map(|call| (Event::Started, call)),
            call(BOARD).map(|call| (Event::Ended, call)),
            call(BOARD + 3).map(|call| (Event::Analyzed, call)),
        ]
        .into_iter()
        .flatten()
    })
}

/// A desk with a call of three hours whose recording was fetched from its provider, and the call's
/// id.
pub(super) async fn with_long_recording(desk: &mut Desk) -> anyhow::Result<(Desktop, String)> {
    let home = Desktop::polling().await;
    let settled = SignedDuration::try_from(TALK + Duration::from_secs(120))?;
    home.clock.set(now() - settled);
    let script = CallScript {
        talk: Some(TALK),
        ..CallScript::default()
    };
    let call = home.simulator.place(RETELL, script)?;
    home.clock.set(now());

    desk.move_into(&home);
    let view = desk.open(&[]).await;
    view.go("#/calls").await;
    view.until_true(
        A_WHILE,
        "the recording of three hours is ready",
        "return [...document.querySelectorAll('[role=grid] [data-row]')]
            .some((row) => row.getAttribute('aria-label').includes(', Ready, '))",
    )
    .await;
    desk.close().await;
    Ok((home, call))
}

/// The most it holds while a recording of three hours plays, at its beginning and near its end, in
/// MB. It must be heard at both places.
pub(super) async fn playing(desk: &mut Desk, home: &Desktop, call: &str) -> anyhow::Result<f64> {
    desk.move_into(home);
    let view = desk.open(&[]).await;
    let program = desk.processes().await;
    view.go(&format!("#/calls/{call}")).await;
    view.find(Role::Button, "Play").await;
    let ear = desk.listen().await;
    let watch = Watch::over(program);
    view.click(Role::Button, "Play").await;
    ear.until_sound().await;
    drop(ear);
    sleep(LISTEN).await;
    let state = view.call("player.state", json!({})).await;
    stands_between(&state, LISTEN / 2, LISTEN * 2)?;

    let late = u64::try_from(LATE.as_millis())?;
    view.call("player.seek", json!({ "ms": late })).await;
    let ear = desk.listen().await;
    sleep(LISTEN_LATE).await;
    ear.until_sound().await;
    let state = view.call("player.state", json!({})).await;
    stands_between(&state, LATE, LATE + LISTEN_LATE * 4)?;
    let most = watch.most()?;
    desk.close().await;
    Ok(most)
}

fn stands_between(state: &serde_json::Value, from: Duration, to: Duration) -> anyhow::Result<()> {
    // The state is of the moment `at`; from there it moves at `rate`.
    let told = |name: &str| state[name].as_f64().unwrap_or(f64::NAN);
    let position = told("position_ms") + (now_ms() - told("at")) * told("rate");
    let position = Duration::try_from_secs_f64(position / 1000.0)?;
    let right = state["phase"] == "playing"
        && state["duration_ms"].as_u64() >= Some(TALK.as_millis() as u64)
        && (from..to).contains(&position);
    if !right {
        bail!(
            "the player is {} at {position:?} of {} ms and should play between {from:?} and {to:?}",
            state["phase"],
            state["duration_ms"]
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_call_of_the_load_begins_before_it_ends_and_is_looked_at_after_it() {
        let all: Vec<_> = story().take(RATE * LOAD.as_secs() as usize).collect();
        let at = |event, call: &str| all.iter().position(|one| *one == (event, call.to_owned()));
        let call = "call_load_000007";
        let (began, ended) = (at(Event::Started, call), at(Event::Ended, call));
        assert!(began.is_some() && began < ended);
        assert!(ended < at(Event::Analyzed, call));
        let times = |event| all.iter().filter(|one| one.0 == event).count();
        let open = times(Event::Started) - times(Event::Ended);
        // The last event may be a beginning whose counterpart would be the next.
        assert!((BOARD..=BOARD + 1).contains(&open), "{open} calls go on");
    }
}
