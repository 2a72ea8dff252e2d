//! The program from its start to its end.

use std::process::ExitCode;

use clap::Parser;
use ringback_api::{ErrorCode, ErrorJson};
use tauri::{
    App, AppHandle, Builder, Context, Manager, RunEvent, Runtime, WindowEvent,
    utils::config::AppDirectoriesOverride,
};
use tauri_plugin_window_state::StateFlags;

use crate::{
    arguments::Arguments,
    display,
    host::Host,
    ipc,
    launch::{self, Engines, Launch},
    log, presence, problem,
    pump::Pumps,
    windows::{self, LastPlace},
};

/// Reads the command line, opens the window, and runs until it is closed or, in the tray, until
/// somebody ends it.
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    match run_with(&arguments) {
        Ok(code) => code,
        Err(error) => {
            complain(&error);
            ExitCode::from(3)
        }
    }
}

fn run_with(arguments: &Arguments) -> Result<ExitCode, ErrorJson> {
    display::connect().map_err(|reason| {
        ErrorJson::new(
            ErrorCode::NotNow,
            format!("there is nowhere to open a window: {reason}"),
        )
        .hint("`ringback serve` runs the same engine without a window")
    })?;
    let launch = Launch::of(arguments).map_err(|error| {
        ErrorJson::new(
            ErrorCode::Internal,
            format!("this user's folders cannot be found: {error}"),
        )
    })?;
    let log = log::begin(&launch);

    // First, so that a second start on the same home ends before it has touched anything.
    let builder = Builder::default().plugin(tauri_plugin_single_instance::init(
        |app, arguments, _folder| started_again(app, &arguments),
    ));
    let app = build(builder, context(&launch), launch).map_err(|error| {
        ErrorJson::new(
            ErrorCode::Internal,
            format!("the window cannot be opened: {error}"),
        )
    })?;
    app.manage(log.dial());
    presence::begin(app.handle());
    launch::start(app.handle());
    end_when_asked(app.handle());
    if let Some(link) = &arguments.link {
        windows::show_call(app.handle(), link);
    }
    let code = app.run_return(on_event);
    Ok(ExitCode::from(u8::try_from(code).unwrap_or(1)))
}

/// The program with its window, unless it is to start without one, before anything runs behind it.
///
/// # Errors
///
/// The system's webview is missing or does not start.
pub fn build<R: Runtime>(
    builder: Builder<R>,
    context: Context<R>,
    launch: Launch,
) -> tauri::Result<App<R>> {
    let hidden = launch.hidden;
    let app = builder
        .plugin(
            tauri_plugin_window_state::Builder::new()
                // Whether it is visible is for `windows` to decide.
                .with_state_flags(StateFlags::all() - StateFlags::VISIBLE)
                .build(),
        )
        .plugin(
            tauri_plugin_opener::Builder::new()
                .open_js_links_on_click(false)
                .build(),
        )
        .plugin(tauri_plugin_dialog::init())
        .manage(launch)
        .manage(Host::default())
        .manage(Engines::default())
        .manage(Pumps::default())
        .manage(LastPlace::default())
        .register_uri_scheme_protocol(problem::SCHEME, |context, _request| {
            problem::respond(context.app_handle())
        })
        .invoke_handler(ipc::handler())
        .build(context)?;
    if !hidden {
        windows::open(app.handle(), None)?;
    }
    Ok(app)
}

/// What the build has put together from `tauri.conf.json`, the capabilities and the user interface,
/// for a program that keeps all of its own in its home.
pub fn context<R: Runtime>(launch: &Launch) -> Context<R> {
    let mut context: Context<R> = tauri::generate_context!();
    let config = context.config_mut();
    config.identifier = launch.identifier(&config.identifier);
    config.app.app_directories_override =
        Some(AppDirectoriesOverride::Root(launch.window_folder()));
    context
}

fn on_event<R: Runtime>(app: &AppHandle<R>, event: RunEvent) {
    match event {
        // The last window was closed, or a person asked for the end.
        RunEvent::ExitRequested { code, api, .. } => {
            tracing::debug!(?code, "the end is asked for");
            let ours = problem::exit_code(&app.state::<Host>());
            if code.is_none() && ours != 0 {
                api.prevent_exit();
                app.exit(ours);
            } else if code.is_none() && presence::window_closed(app) {
                api.prevent_exit();
            }
        }
        RunEvent::WindowEvent {
            event: WindowEvent::CloseRequested { .. },
            ..
        } => {
            tracing::debug!("the window is asked to close");
            windows::keep_place(app);
        }
        RunEvent::Exit => tauri::async_runtime::block_on(launch::end(app)),
        #[cfg(target_os = "macos")]
        RunEvent::Opened { urls } => {
            for link in urls.into_iter().filter_map(|url| url.try_into().ok()) {
                windows::show_call(app, &link);
            }
        }
        _ => {}
    }
}

/// Ends in good order when a terminal (Ctrl-C) or the system asks for it, as when the window is
/// closed.
fn end_when_asked<R: Runtime>(app: &AppHandle<R>) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        if signal().await.is_ok() {
            app.exit(0);
        }
    });
}

#[cfg(unix)]
async fn signal() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted,
        _ = terminate.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn signal() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}

/// Somebody started the program on the home that it already runs on.
fn started_again<R: Runtime>(app: &AppHandle<R>, arguments: &[String]) {
    match Arguments::try_parse_from(arguments) {
        Ok(Arguments {
            link: Some(link), ..
        }) => windows::show_call(app, &link),
        // The session starts what runs already.
        Ok(Arguments { hidden: true, .. }) => {}
        _ => windows::show(app),
    }
}

/// Says on standard error what is wrong and what to do.
#[expect(
    clippy::print_stderr,
    reason = "a person who started the program in a terminal reads it there"
)]
pub(crate) fn complain(error: &ErrorJson) {
    eprintln!("error: {error}");
    if let Some(hint) = &error.hint {
        eprintln!("hint: {hint}");
    }
}
