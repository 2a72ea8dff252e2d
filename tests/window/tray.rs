//! The tray: what it shows, the program without its window, and the way back.

use std::{fs, time::Duration};

use ringback_journeys::{
    patience::{SOON, until},
    setting::RETELL,
    window::{Herald, Panel, Processes, Role, View, journey},
};
use ringback_simulator::CallScript;
use serde_json::json;
use tokio::time::Instant;

use crate::steps;

/// What the program may keep in memory without its window, in kB: of what stands in no file, and of
/// the files of libraries. Its own file comes on top, which is several times as large while it is
/// not optimised.
const KEPT: u64 = 55_000;
const LIBRARIES: u64 = 15_000;

#[tokio::test]
async fn a_closed_window_leaves_the_engine_at_work_and_comes_back_where_it_was() {
    journey("tray", async |desk| {
        let panel = Panel::on(desk.bus()).await;
        let herald = Herald::on(desk.bus()).await;
        let setting = steps::with_live_providers(desk).await;
        let view = desk.open(&[]).await;
        view.find(Role::Region, "Ongoing calls").await;
        panel
            .title("a quiet desk", |title| title == "Ringback")
            .await;
        assert_eq!(panel.tooltip().await, "No ongoing calls");
        assert_eq!(panel.pictures().await, [22, 32, 48]);
        view.go("#/health").await;
        view.find(Role::Heading, "Health").await;

        let program = desk.processes().await;
        program.close_window().await;
        program.without_pages().await;
        let told = herald.shown("Ringback goes on in the background").await;
        assert!(told.body.contains("tray"), "{told:?}");
        note_memory("closed", program);

        // A webhook comes in, and the tray tells of it.
        let script = CallScript {
            talk: Some(Duration::from_secs(3600)),
            ..CallScript::default()
        };
        let call = setting
            .simulator
            .place(RETELL, script)
            .expect("the account is simulated");
        panel
            .title("the call", |title| title == "Ringback · 1 ongoing call")
            .await;
        let menu = panel.menu().await;
        let line = menu.iter().find(|line| line.contains(" · "));
        let line = line.unwrap_or_else(|| panic!("no call in {menu:?}"));
        assert!(!line.contains("+1"), "a number in {line:?}");

        let begin = Instant::now();
        desk.open_again(program, async || panel.choose("Open Ringback").await)
            .await;
        back(&view, "#/health").await;
        view.find(Role::Heading, "Health").await;
        note_time("open again with its view", begin);

        // The second time nobody is told again.
        program.close_window().await;
        program.without_pages().await;
        desk.open_again(program, async || panel.choose(line).await)
            .await;
        let detail = view_of_call(&view).await;
        assert_eq!(detail["call"]["provider_call_id"], call);
        let goes_on = herald
            .told()
            .iter()
            .filter(|shown| shown.title.contains("goes on"))
            .count();
        assert_eq!(goes_on, 1);

        panel.choose("Quit").await;
        program.end().await;
    })
    .await;
}

#[tokio::test]
async fn a_link_finds_the_program_in_the_tray_and_opens_the_call_at_its_moment_without_playing() {
    journey("tray_link", async |desk| {
        let panel = Panel::on(desk.bus()).await;
        let setting = steps::with_live_providers(desk).await;
        let view = desk.open(&[]).await;
        let call = steps::archived_call(&setting, &view, Duration::from_secs(4)).await;
        let id = call["id"].as_str().expect("an id").to_owned();
        panel.title("there is a tray", |_| true).await;
        let program = desk.processes().await;
        program.close_window().await;
        program.without_pages().await;

        desk.open_again(program, async || {
            let link = format!("ringback://call/{id}?t=2.5");
            let ended = desk.start_again(&[&link]).await;
            assert!(ended.success(), "the second start ends well: {ended}");
        })
        .await;
        back(&view, &format!("#/calls/{id}?t=2.5")).await;
        until(SOON, "the player stands at the moment", async || {
            (steps::position(&view).await == Duration::from_millis(2500)).then_some(())
        })
        .await;
        let state = view.call("player.state", json!({})).await;
        assert_ne!(state["phase"], "playing", "a link does not play: {state}");

        // What is no link opens nothing and changes nothing.
        for hostile in [
            "ringback://call/%00",
            "ringback://settings/x",
            "javascript:alert(1)",
        ] {
            let ended = desk.start_again(&[hostile]).await;
            assert_eq!(ended.code(), Some(2), "{hostile}");
        }
        let place = view
            .client()
            .execute("return location.hash", Vec::new())
            .await;
        assert_eq!(place.ok(), Some(json!(format!("#/calls/{id}?t=2.5"))));

        // Nobody is left who could stop a voice behind a closed window, so it holds; and what comes back
        // does not follow the old link again.
        let recording = call["recordings"][0]["id"].clone();
        view.call("player.set", json!({ "speed": 0.5 })).await;
        let load = json!({ "id": recording, "at_ms": 0, "play": true });
        view.call("player.load", load).await;
        until(SOON, "the recording is open", async || {
            let state = view.call("player.state", json!({})).await;
            (state["recording"] == recording && state["phase"] != "loading").then_some(())
        })
        .await;
        program.close_window().await;
        program.without_pages().await;
        desk.open_again(program, async || panel.choose("Open Ringback").await)
            .await;
        back(&view, &format!("#/calls/{id}")).await;
        until(SOON, "it is still loaded, and holds", async || {
            let state = view.call("player.state", json!({})).await;
            (state["recording"] == recording && state["phase"] != "playing").then_some(())
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn a_start_with_the_session_has_no_window_until_somebody_asks_and_none_twice() {
    journey("tray_hidden", async |desk| {
        let panel = Panel::on(desk.bus()).await;
        let _setting = steps::with_live_providers(desk).await;
        let child = desk.start(&["--hidden"]);
        panel
            .title("there is a tray", |title| title == "Ringback")
            .await;
        let program = desk.processes().await;
        program.without_pages().await;
        note_memory("hidden", program);

        let ended = desk.start_again(&["--hidden"]).await;
        assert!(ended.success(), "the session starts it twice: {ended}");
        program.without_pages().await;

        let begin = Instant::now();
        panel.click().await;
        program.with_window().await;
        note_time("the first window", begin);
        program.close_window().await;
        program.without_pages().await;
        note_memory("closed, nobody drove it", program);

        let begin = Instant::now();
        panel.click().await;
        program.with_window().await;
        note_time("the window again", begin);
        program.with_pages().await;
        panel.choose("Quit").await;
        let ended = desk.end_of(child).await;
        assert!(ended.success(), "{ended}");
    })
    .await;
}

#[tokio::test]
async fn a_window_that_comes_and_goes_shows_its_view_each_time_and_leaves_little_behind() {
    journey("tray_often", async |desk| {
        let panel = Panel::on(desk.bus()).await;
        let _setting = steps::with_live_providers(desk).await;
        // Nobody drives it: WebKit would take the driver's session for ended.
        let child = desk.start(&[]);
        let program = Processes::started(child.id().expect("it runs"));
        for _ in 0..10 {
            program.close_window().await;
            program.alone().await;
            desk.open_again(program, async || panel.click().await).await;
        }
        program.close_window().await;
        program.alone().await;
        note_memory("closed for the last time", program);
        let given_back = program.or_states("what the window has used is given back");
        until(SOON, given_back, async || {
            let memory = program.memory();
            let [kept, libraries] = [
                memory.iter().map(|process| process.anonymous).sum::<u64>(),
                memory.iter().map(|process| process.libraries).sum(),
            ];
            (kept < KEPT && libraries < LIBRARIES).then_some(())
        })
        .await;
        note_memory("given back", program);
        panel.choose("Quit").await;
        let ended = desk.end_of(child).await;
        assert!(ended.success(), "{ended}");
    })
    .await;
}

#[tokio::test]
async fn a_window_closed_in_the_first_second_leaves_the_program_in_a_tray_that_is_there() {
    journey("tray_at_once", async |desk| {
        let panel = Panel::on(desk.bus()).await;
        let _setting = steps::with_live_providers(desk).await;
        let child = desk.start(&[]);
        let program = Processes::started(child.id().expect("it runs"));
        program.close_window().await;
        program.alone().await;
        panel
            .title("it is in the tray", |title| title == "Ringback")
            .await;
        panel.click().await;
        program.with_pages().await;
        panel.choose("Quit").await;
        let ended = desk.end_of(child).await;
        assert!(ended.success(), "{ended}");
    })
    .await;
}

#[tokio::test]
async fn without_a_tray_a_closed_window_is_the_end() {
    journey("no_tray", async |desk| {
        desk.bus();
        let child = desk.start(&[]);
        Processes::started(child.id().expect("it runs"))
            .close_window()
            .await;
        let ended = desk.end_of(child).await;
        assert!(ended.success(), "{ended}");
    })
    .await;
}

#[tokio::test]
async fn who_does_not_want_it_to_go_on_ends_it_by_closing_and_the_start_with_the_session_is_a_file()
{
    journey("tray_off", async |desk| {
        let panel = Panel::on(desk.bus()).await;
        let _setting = steps::with_live_providers(desk).await;
        let view = desk.open(&[]).await;
        panel.title("there is a tray", |_| true).await;
        view.go("#/settings").await;
        view.click(Role::Switch, "Start with the session").await;
        let folder = desk.person().join(".config/autostart");
        let entry = until(SOON, "an entry for the session", async || {
            let entry = fs::read_dir(&folder).ok()?.flatten().next()?;
            fs::read_to_string(entry.path()).ok().filter(|_| {
                entry
                    .path()
                    .extension()
                    .is_some_and(|ending| ending == "desktop")
            })
        })
        .await;
        assert!(entry.contains("\"--hidden\""), "{entry}");
        assert!(entry.contains(&*desk.home().to_string_lossy()), "{entry}");
        view.click(Role::Switch, "Start with the session").await;
        until(SOON, "no entry any more", async || {
            fs::read_dir(&folder)
                .ok()?
                .flatten()
                .next()
                .is_none()
                .then_some(())
        })
        .await;

        view.click(Role::Switch, "Go on when the window is closed")
            .await;
        until(SOON, "it is set", async || {
            let set = view.call("settings.get", json!({})).await;
            (set["desktop"]["keep_running"] == json!(false)).then_some(())
        })
        .await;
        let program = desk.processes().await;
        program.close_window().await;
        program.end().await;
    })
    .await;
}

/// Waits until the window that was opened again shows this place.
async fn back(view: &View, place: &str) {
    until(
        SOON,
        format_args!("the window is back at {place}"),
        async || {
            let windows = view.client().windows().await.ok()?;
            view.client()
                .switch_to_window(windows.into_iter().next()?)
                .await
                .ok()?;
            let here = view
                .client()
                .execute("return location.hash", Vec::new())
                .await
                .ok()?;
            (here == json!(place)).then_some(())
        },
    )
    .await;
}

/// The call that the window shows.
async fn view_of_call(view: &View) -> serde_json::Value {
    let id = until(SOON, "the window is back at a call", async || {
        let windows = view.client().windows().await.ok()?;
        view.client()
            .switch_to_window(windows.into_iter().next()?)
            .await
            .ok()?;
        let here = view
            .client()
            .execute("return location.hash", Vec::new())
            .await
            .ok()?;
        here.as_str()?.strip_prefix("#/calls/").map(str::to_owned)
    })
    .await;
    view.find(Role::Button, "Resync").await;
    view.call("calls.get", json!({ "id": id })).await
}

#[expect(
    clippy::print_stderr,
    reason = "a figure for whoever runs the test with its output shown"
)]
fn note_memory(when: &str, program: Processes) {
    eprintln!("memory in kB, {when}: {:?}", program.memory());
}

#[expect(
    clippy::print_stderr,
    reason = "a figure for whoever runs the test with its output shown"
)]
fn note_time(what: &str, begin: Instant) {
    eprintln!("{what}: {} ms", begin.elapsed().as_millis());
}
