//! One person's desk: a home, a loudspeaker, and the program open on it.

use std::{
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
};

use tempfile::TempDir;
use tokio::time::timeout;

use crate::{program::built, setting::Setting};

use super::{
    bus::Bus,
    driver::Driver,
    ear::{Ear, Loudspeaker},
    patience::{SOON, until},
    processes::Processes,
    stage::{self, Stage},
    view::View,
};

/// What the program writes down: how its window closes, and what it then decides, in detail.
const LOG: &str = "info,ringback_window=debug,ringback_presence=debug";

/// Everything that one journey needs and shares with no other.
pub struct Desk {
    journey: String,
    folder: TempDir,
    loudspeaker: Loudspeaker,
    /// Where the program keeps everything.
    home: PathBuf,
    /// What stands in the program's environment besides: the accounts' secrets.
    environment: Vec<(String, String)>,
    bus: Option<Bus>,
    open: Option<(Driver, View)>,
}

impl Desk {
    /// An empty desk. `journey` is a name of letters, digits and `_`.
    pub(crate) fn new(journey: &str) -> Self {
        let folder = tempfile::Builder::new()
            .prefix(journey)
            .tempdir_in(Stage::here().folder())
            .expect("the stage's folder can be written");
        fs::create_dir_all(stage::pictures()).expect("the target folder can be written");
        let _ = fs::remove_file(log_of(journey));
        Self {
            journey: journey.to_owned(),
            home: folder.path().join("home"),
            environment: Vec::new(),
            bus: None,
            folder,
            loudspeaker: Loudspeaker::new(journey),
            open: None,
        }
    }

    /// Where the program keeps everything.
    pub fn home(&self) -> &Path {
        &self.home
    }

    /// The desk of somebody whose accounts are those of the setting's simulated providers.
    pub fn move_into(&mut self, setting: &Setting) {
        self.home = setting.folder();
        self.environment = setting.simulator.environment();
    }

    /// The desk of somebody who begins: the setting's home, and nothing in the environment.
    pub fn sit_at(&mut self, setting: &Setting) {
        self.home = setting.folder();
    }

    /// A session bus for this desk alone, with nobody on it yet: others on the stage neither see its
    /// tray nor its notifications.
    pub fn bus(&mut self) -> &Bus {
        self.bus.get_or_insert_with(Bus::start)
    }

    /// The folder that is the person's own.
    pub fn person(&self) -> &Path {
        self.folder.path()
    }

    /// Starts the program without a driver; it goes when the answer is dropped.
    ///
    /// # Panics
    ///
    /// When it cannot be started.
    pub fn start(&self, arguments: &[&str]) -> tokio::process::Child {
        self.command(arguments)
            .stdin(Stdio::null())
            .spawn()
            .expect("the program can be started")
    }

    /// Waits until the program that was started here has ended, and gives how.
    ///
    /// # Panics
    ///
    /// It goes on; the message says what it is doing.
    pub async fn end_of(&self, mut child: tokio::process::Child) -> ExitStatus {
        let program = child.id().map(Processes::started);
        match timeout(SOON, child.wait()).await {
            Ok(ended) => ended.expect("the program was started here"),
            Err(_elapsed) => {
                let states = program.map(Processes::states).unwrap_or_default();
                panic!("waited in vain for the program to end: {states}")
            }
        }
    }

    /// The processes of the program on this desk.
    pub async fn processes(&self) -> Processes {
        let program = built("ringback-desktop");
        until(SOON, "the program runs", async || {
            Processes::of(&program, &self.home)
        })
        .await
    }

    /// Starts the program a second time on the same home, as a click on its icon or a link does.
    ///
    /// # Panics
    ///
    /// When it cannot be started.
    pub async fn start_again(&self, arguments: &[&str]) -> ExitStatus {
        self.command(arguments)
            .status()
            .await
            .expect("the program can be started")
    }

    fn command(&self, arguments: &[&str]) -> tokio::process::Command {
        let mut command = tokio::process::Command::new(built("ringback-desktop"));
        command
            .env("HOME", self.folder.path())
            .env("LANG", "C.UTF-8")
            .env_remove("XDG_CONFIG_HOME")
            .env_remove("XDG_DATA_HOME")
            .envs(self.environment.iter().cloned())
            .env("RINGBACK_LOG", LOG)
            .arg("--home")
            .arg(&self.home)
            .args(arguments)
            .kill_on_drop(true);
        if let Some(bus) = &self.bus {
            command.env("DBUS_SESSION_BUS_ADDRESS", bus.address());
        }
        command
    }

    /// Opens the window on the home, and waits until it can be driven.
    pub async fn open(&mut self, arguments: &[&str]) -> View {
        self.close().await;
        let mut environment: Vec<(&str, &OsStr)> = vec![
            ("HOME", self.folder.path().as_os_str()),
            ("LANG", OsStr::new("C.UTF-8")),
            ("RINGBACK_LOG", OsStr::new(LOG)),
            ("PULSE_SINK", OsStr::new(self.loudspeaker.sink())),
        ];
        for (name, value) in &self.environment {
            environment.push((name, OsStr::new(value)));
        }
        if let Some(bus) = &self.bus {
            environment.push(("DBUS_SESSION_BUS_ADDRESS", OsStr::new(bus.address())));
        }
        let driver = Driver::start(&log_of(&self.journey), &environment)
            .await
            .expect("WebKitWebDriver is part of webkit2gtk-driver");
        let mut words = vec![OsStr::new("--home"), self.home.as_os_str()];
        words.extend(arguments.iter().map(OsStr::new));
        let client = driver.open(&built("ringback-desktop"), &words).await;
        let view = View::new(client, &self.journey);
        self.open = Some((driver, view.clone()));
        view
    }

    /// Opens the window of a program that has none in this way, and waits until its page speaks with
    /// the engine. A driver that asks a page before that can bring WebKit down.
    pub async fn open_again(&self, program: Processes, how: impl AsyncFnOnce()) {
        let answers = || self.logged().matches("the page has its answer").count();
        let before = answers();
        how().await;
        let what = program.or_states("the page asks the engine and is answered");
        until(SOON, what, async || (answers() > before).then_some(())).await;
    }

    /// Closes the window, and waits until the program has ended.
    pub async fn close(&mut self) {
        if let Some((driver, view)) = self.open.take() {
            let _ = view.client().clone().close().await;
            drop(driver);
        }
    }

    /// Puts an ear before the loudspeaker.
    pub async fn listen(&self) -> Ear {
        self.loudspeaker.listen().await
    }

    /// What the program and its page have said to the terminal: errors, warnings, and everything on
    /// the page's console.
    pub fn said(&self) -> String {
        fs::read_to_string(log_of(&self.journey)).unwrap_or_default()
    }

    /// What the program has written into its log on this desk's home.
    pub fn logged(&self) -> String {
        let folder = fs::read_dir(self.home.join("logs")).into_iter().flatten();
        let mut files: Vec<_> = folder.flatten().map(|file| file.path()).collect();
        files.sort();
        let of = |path: PathBuf| fs::read_to_string(path).unwrap_or_default();
        files.into_iter().map(of).collect()
    }

    /// What the program's processes are doing.
    pub fn states(&self) -> String {
        let program = Processes::of(&built("ringback-desktop"), &self.home);
        program.map_or_else(|| "ended".into(), Processes::states)
    }

    /// The lines of [`said`](Self::said) in which the page complains: errors, warnings, and what the
    /// content security policy has refused.
    pub fn complaints(&self) -> Vec<String> {
        self.said()
            .lines()
            .filter(|line| is_complaint(line))
            .map(str::to_owned)
            .collect()
    }

    pub(crate) fn view(&self) -> Option<&View> {
        self.open.as_ref().map(|(_, view)| view)
    }
}

/// WebKit writes `{address}:{line}:{column}: CONSOLE {source} {level} {message}`.
fn is_complaint(line: &str) -> bool {
    line.split_once("CONSOLE ").is_some_and(|(_, message)| {
        let mut first_words = message.split_whitespace().take(2);
        first_words.any(|word| matches!(word, "ERROR" | "WARN" | "SECURITY"))
    })
}

fn log_of(journey: &str) -> PathBuf {
    let folder: &Path = &stage::pictures();
    folder.join(format!("{journey}.log"))
}
