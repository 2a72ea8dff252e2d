//! The program outside of its window: what tray and notifications can ask of it, and the entries by
//! which the desktop finds it. What they say is decided in `ringback_presence`.

use std::{env, path::PathBuf, sync::Arc, time::Duration};

use jiff::tz::TimeZone;
use ringback_model::Clock;
use ringback_presence::{
    Desk, Options, Presence,
    entries::{Entry, Places},
};
use tauri::{AppHandle, Manager, Runtime};

use crate::{host::Host, launch::Launch, leftovers, windows};

/// A program that started without a window and finds no tray in this time opens its window: nobody
/// could reach it otherwise. Shells put their trays up well after they start programs.
const NO_TRAY: Duration = Duration::from_secs(20);

/// What tray and notifications can ask of this program.
struct Program<R: Runtime>(AppHandle<R>);

impl<R: Runtime> Desk for Program<R> {
    fn show(&self, place: Option<&str>) {
        windows::show_at(&self.0, place);
    }

    fn quit(&self) {
        self.0.exit(0);
    }
}

/// Puts the program into the tray, as soon as there is one.
pub(crate) fn begin<R: Runtime>(app: &AppHandle<R>) {
    let launch = app.state::<Launch>();
    let places = Places::of(|name| env::var_os(name)).filter(|_| cfg!(target_os = "linux"));
    let name = app.config().identifier.clone();
    let options = Options {
        stages: app.state::<Host>().stages(),
        desk: Arc::new(Program(app.clone())),
        clock: Clock::system(),
        zone: TimeZone::system(),
        locale: sys_locale::get_locale().unwrap_or_default(),
        autostart: places
            .as_ref()
            .and_then(|places| autostart(places, &name, &launch)),
    };
    let presence = tauri::async_runtime::block_on(async { Presence::begin(options) });
    app.manage(presence.clone());
    if launch.hidden {
        let app = app.clone();
        tauri::async_runtime::spawn(async move {
            if presence.has_tray_within(NO_TRAY).await {
                leftovers::clear(&app).await;
            } else {
                windows::show(&app);
            }
        });
    }
    let is_usual = launch.folder.is_none() && !launch.demo;
    if let Some(places) = places.filter(|_| is_usual) {
        tauri::async_runtime::spawn_blocking(move || open_links(&places, &name));
    }
}

/// The last window is closed: the program goes on in the tray, or ends as soon as it is known that
/// it does not. False where nothing of the kind was begun.
pub(crate) fn window_closed<R: Runtime>(app: &AppHandle<R>) -> bool {
    let Some(presence) = app.try_state::<Presence>() else {
        return false;
    };
    let (app, presence) = (app.clone(), presence.inner().clone());
    tauri::async_runtime::spawn(async move {
        let goes_on = presence.goes_on().await;
        if !app.webview_windows().is_empty() {
            tracing::debug!("the window was opened again meanwhile");
        } else if goes_on {
            presence.window_closed();
            leftovers::clear(&app).await;
        } else {
            app.exit(0);
        }
    });
    true
}

/// What starts this program, on this home, with the session.
fn autostart(places: &Places, name: &str, launch: &Launch) -> Option<Entry> {
    let program = program()?;
    let mut command = vec![program.to_str()?];
    if let Some(folder) = &launch.folder {
        command.extend(["--home", folder.to_str()?]);
    }
    command.push("--hidden");
    Some(places.autostart(name, &command))
}

/// Tells the system that this program opens links, where no package has done so.
fn open_links(places: &Places, name: &str) {
    let Some(program) = program() else { return };
    let Some(program) = program.to_str() else {
        return;
    };
    if let Err(error) = places.open_links_with(&places.links(name, &[program])) {
        tracing::info!(%error, "links do not open Ringback");
    }
}

/// The file that starts this program: an AppImage is not what runs out of it.
fn program() -> Option<PathBuf> {
    let image = env::var_os("APPIMAGE").map(PathBuf::from);
    image.or_else(|| env::current_exe().ok())
}
