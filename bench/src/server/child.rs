//! A server's process: started with its words going to a file, watched, ended.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, bail};

/// A running process. Dropping it kills it.
pub(crate) struct Child {
    process: std::process::Child,
    log: PathBuf,
}

impl Child {
    /// Starts it; both outputs go to `log`.
    pub(crate) fn spawn(mut command: Command, log: &Path) -> anyhow::Result<Self> {
        let file = fs::File::create(log).with_context(|| format!("{}", log.display()))?;
        let process = command
            .stdin(Stdio::null())
            .stdout(file.try_clone()?)
            .stderr(file)
            .spawn()
            .with_context(|| format!("cannot start {}", command.get_program().display()))?;
        Ok(Self {
            process,
            log: log.to_owned(),
        })
    }

    /// Whether it is gone already.
    pub(crate) fn has_ended(&mut self) -> bool {
        !matches!(self.process.try_wait(), Ok(None))
    }

    /// The end of what it said.
    pub(crate) fn last_words(&self) -> String {
        let text = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }

    /// How much memory it holds now, in bytes, shared parts counted whole.
    pub(crate) fn memory(&self) -> anyhow::Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id()))
            .context("the server is gone")?;
        let kilobytes: u64 = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB"))
            .context("the kernel does not tell VmRSS")?
            .parse()?;
        Ok(kilobytes * 1024)
    }

    /// Its number in the system.
    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    /// Asks it to end and waits until it has.
    pub(crate) async fn terminate(mut self) -> anyhow::Result<()> {
        self.signal("TERM")?;
        let start = Instant::now();
        while !self.has_ended() {
            if start.elapsed() > Duration::from_secs(15) {
                bail!("it was asked to end and did not:\n{}", self.last_words());
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Ok(())
    }

    /// Waits until it has ended.
    pub(crate) fn wait(&mut self) {
        let _ = self.process.wait();
    }

    /// `kill -9`, and waits until it is gone.
    pub(crate) fn kill(mut self) -> anyhow::Result<()> {
        self.process.kill()?;
        self.process.wait()?;
        Ok(())
    }

    /// Sends a signal by name.
    pub(crate) fn signal(&self, name: &str) -> anyhow::Result<()> {
        let status = Command::new("kill")
            .arg(format!("-{name}"))
            .arg(self.process.id().to_string())
            .status()?;
        if !status.success() {
            bail!("kill -{name} ({status})");
        }
        Ok(())
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The same command on a disk whose every flush takes longer. strace watches only these two system
/// calls (`--seccomp-bpf`), and from the side (`-D`), so that the process id stays the server's own.
pub(crate) fn with_slow_sync(command: &Command, micros: u32) -> Command {
    let mut slow = Command::new("strace");
    slow.args(["-D", "-f", "-qq", "--seccomp-bpf", "-o", "/dev/null"])
        .args(["-e", "trace=fdatasync,fsync"])
        .arg("-e")
        .arg(format!("inject=fdatasync,fsync:delay_exit={micros}"))
        .arg("--")
        .arg(command.get_program())
        .args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => slow.env(name, value),
            None => slow.env_remove(name),
        };
    }
    if let Some(folder) = command.get_current_dir() {
        slow.current_dir(folder);
    }
    slow
}
