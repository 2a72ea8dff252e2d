//! A stage for window tests: a screen nobody sees, a session bus, and a sound card whose output can
//! be recorded. Everything on it is real (Xvfb, D-Bus, PulseAudio), private to one command, and gone
//! when the command ends.
//!
//! The command finds in its environment
//! - `DISPLAY`, `DBUS_SESSION_BUS_ADDRESS`, `XDG_RUNTIME_DIR`, `PULSE_SERVER`: the stage;
//! - `ALSA_CONFIG_PATH`: ALSA's default device leads to the stage's sound card;
//! - `RINGBACK_STAGE`: the stage's folder; a test that needs a stage can see that it is on one;
//! - `RINGBACK_STAGE_MONITOR`: the PulseAudio source that carries what is played.

use std::{
    ffi::{OsStr, OsString},
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, ExitCode, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use tempfile::TempDir;

use crate::{
    process,
    project::Project,
    setup::{self, Purpose},
};

const SINK: &str = "ringback_stage";

/// How long the servers may take to be ready; they need far less than a second each.
const PATIENCE: Duration = Duration::from_secs(20);

/// `cargo xtask stage -- COMMAND`.
pub(crate) fn run(project: &Project, command: &[OsString]) -> anyhow::Result<ExitCode> {
    setup::prepare(project, &[Purpose::Stage])?;
    let stage = Stage::open()?;
    let (program, arguments) = command
        .split_first()
        .context("a stage needs a command to run on it")?;
    let status = process::status(stage.command(program).args(arguments))?;
    Ok(if status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// The running servers. Dropping it ends them, and everything a command left behind on it.
pub(crate) struct Stage {
    folder: TempDir,
    display: String,
    servers: Vec<Child>,
}

impl Stage {
    /// Starts the screen and the sound card and waits until both are ready.
    pub(crate) fn open() -> anyhow::Result<Self> {
        if !cfg!(target_os = "linux") {
            bail!("a stage is made of Xvfb and PulseAudio and so needs Linux");
        }
        let folder = tempfile::Builder::new()
            .prefix("ringback-stage-")
            .tempdir()
            .context("a temporary folder for the stage")?;
        // PulseAudio insists on it for a runtime folder.
        #[cfg(unix)]
        fs::set_permissions(
            folder.path(),
            std::os::unix::fs::PermissionsExt::from_mode(0o700),
        )?;

        let mut stage = Self {
            folder,
            display: String::new(),
            servers: Vec::new(),
        };
        stage.raise_screen()?;
        stage.lay_sound()?;
        println!("   stage: display {}, sound card {SINK}", stage.display);
        Ok(stage)
    }

    /// A command on this stage, with a session bus of its own.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new("dbus-run-session");
        command.arg("--").arg(program);
        self.dress(&mut command);
        command
    }

    /// Changes an existing command so that it runs on this stage.
    pub(crate) fn wrap(&self, original: &Command) -> Command {
        let mut command = self.command(original.get_program());
        command.args(original.get_args());
        if let Some(folder) = original.get_current_dir() {
            command.current_dir(folder);
        }
        for (name, value) in original.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command
    }

    fn dress(&self, command: &mut Command) {
        let folder = self.folder.path();
        command
            .env_remove("WAYLAND_DISPLAY")
            .env("DISPLAY", &self.display)
            .env("GDK_BACKEND", "x11")
            .env("LIBGL_ALWAYS_SOFTWARE", "1")
            .env("XDG_RUNTIME_DIR", folder)
            .env("PULSE_SERVER", socket(folder))
            .env("ALSA_CONFIG_PATH", folder.join("asound.conf"))
            .env("RINGBACK_STAGE", folder)
            .env("RINGBACK_STAGE_MONITOR", format!("{SINK}.monitor"));
    }

    fn raise_screen(&mut self) -> anyhow::Result<()> {
        let mut xvfb = server("Xvfb");
        xvfb.args(["-displayfd", "1", "-screen", "0", "1440x900x24"])
            .args(["-nolisten", "tcp", "-noreset"])
            .stdout(Stdio::piped())
            .stderr(log(self.folder.path(), "xvfb.log")?);
        let mut child = xvfb.spawn().context("cannot start Xvfb")?;
        let stdout = child.stdout.take().expect("piped a few lines above");
        self.servers.push(child);

        // Xvfb chooses a free number and writes it when it is ready for guests.
        let mut number = String::new();
        BufReader::new(stdout).read_line(&mut number)?;
        if number.trim().is_empty() {
            bail!("Xvfb did not start: {}", self.said("xvfb.log"));
        }
        self.display = format!(":{}", number.trim());
        Ok(())
    }

    fn lay_sound(&mut self) -> anyhow::Result<()> {
        let folder = self.folder.path();
        fs::write(
            folder.join("asound.conf"),
            "</usr/share/alsa/alsa.conf>\n\
             pcm.!default { type pulse }\n\
             ctl.!default { type pulse }\n",
        )?;
        let mut pulse = server("pulseaudio");
        pulse
            .args([
                "-n",
                "--daemonize=no",
                "--use-pid-file=no",
                "--exit-idle-time=-1",
            ])
            .args([
                "--disable-shm=yes",
                "--log-target=stderr",
                "--log-level=warning",
            ])
            .arg("--load")
            .arg(format!(
                "module-null-sink sink_name={SINK} rate=48000 channels=2"
            ))
            .arg("--load")
            .arg(format!(
                "module-native-protocol-unix auth-anonymous=1 socket={}/pulse.sock",
                folder.display()
            ))
            .env("XDG_RUNTIME_DIR", folder)
            .env("HOME", folder)
            .env_remove("PULSE_SERVER")
            .env_remove("DBUS_SESSION_BUS_ADDRESS")
            .stdout(Stdio::null())
            .stderr(log(folder, "pulseaudio.log")?);
        let child = pulse.spawn().context("cannot start PulseAudio")?;
        self.servers.push(child);

        let start = Instant::now();
        while !self.sound_answers() {
            let gone = self
                .servers
                .last_mut()
                .is_some_and(|child| !matches!(child.try_wait(), Ok(None)));
            if gone || start.elapsed() > PATIENCE {
                bail!("PulseAudio did not start: {}", self.said("pulseaudio.log"));
            }
            std::thread::park_timeout(Duration::from_millis(50));
        }
        Ok(())
    }

    fn sound_answers(&self) -> bool {
        Command::new("pactl")
            .arg("--server")
            .arg(socket(self.folder.path()))
            .args(["get-sink-volume", SINK])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    }

    fn said(&self, log: &str) -> String {
        fs::read_to_string(self.folder.path().join(log)).unwrap_or_default()
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        // A test that was cut off may have left a window or a driver behind. They are known by the
        // stage's folder in their environment; nobody else has it.
        for process in guests(self.folder.path()) {
            let _ = Command::new("kill").args(["-KILL", &process]).status();
        }
        for server in self.servers.iter_mut().rev() {
            let _ = server.kill();
            let _ = server.wait();
        }
    }
}

/// A server that goes when this program goes, however it goes.
fn server(program: &str) -> Command {
    let mut command = Command::new("setpriv");
    command
        .args(["--pdeathsig", "TERM", "--", program])
        .stdin(Stdio::null());
    command
}

fn log(folder: &Path, name: &str) -> anyhow::Result<Stdio> {
    Ok(fs::File::create(folder.join(name))?.into())
}

fn socket(folder: &Path) -> String {
    format!("unix:{}/pulse.sock", folder.display())
}

/// The ids of processes that were started on the stage with this folder.
fn guests(folder: &Path) -> Vec<String> {
    let mark = format!("RINGBACK_STAGE={}", folder.display());
    let Ok(processes) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    processes
        .flatten()
        .filter_map(|process| {
            let id = process.file_name().into_string().ok()?;
            id.parse::<u32>().ok()?;
            let environment = fs::read(process.path().join("environ")).ok()?;
            environment
                .split(|byte| *byte == 0)
                .any(|variable| variable == mark.as_bytes())
                .then_some(id)
        })
        .collect()
}
