//! The real `ringback`, as a person or a script starts it.

use std::{
    fs::{self, File},
    io::{Seek, Write},
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    time::Duration,
};

use serde_json::Value;
use tokio::process::{Child, Command};

use crate::{
    patience::{A_WHILE, SOON, until},
    witness::testimony,
};

/// So much of what a program said last is told when a journey fails.
const LAST_WORDS: usize = 4_000;

/// Where the build put a program.
///
/// # Panics
/// When it is not there.
pub fn built(name: &str) -> PathBuf {
    let own = std::env::current_exe().expect("a test knows its own file");
    let found = own
        .ancestors()
        .skip(1)
        .map(|folder| folder.join(name))
        .find(|file| file.is_file());
    found.unwrap_or_else(|| panic!("{name} is not built; `cargo build` builds it"))
}

/// The end of what `serve` and other long commands wrote to standard error on this home.
pub(crate) fn last_words(home: &Path) -> String {
    let said = fs::read(home.with_extension("stderr")).unwrap_or_default();
    let from = said.len().saturating_sub(LAST_WORDS);
    String::from_utf8_lossy(&said[from..]).into_owned()
}

/// `ringback` on one home.
#[derive(Clone, Debug)]
pub struct Ringback {
    home: PathBuf,
    environment: Vec<(String, String)>,
    /// What is put in front of the program: a tracer and its arguments.
    before: Vec<String>,
    /// What it reads on standard input.
    input: String,
    /// Whether the home is not named by `--home`.
    is_not_told_home: bool,
}

/// What came of a command.
#[derive(Clone, Debug)]
pub struct Said {
    /// The exit code; `None` if a signal ended it.
    pub code: Option<i32>,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Said {
    /// Standard output as the one JSON document that it has to be.
    ///
    /// # Panics
    /// When it is anything else.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| {
            panic!("one JSON document on standard output: {error}\n{self:?}")
        })
    }
}

impl Ringback {
    /// On this home, with these environment variables and no other of Ringback's.
    pub fn new(home: &Path, environment: Vec<(String, String)>) -> Self {
        Self {
            home: home.to_owned(),
            environment,
            before: Vec::new(),
            input: String::new(),
            is_not_told_home: false,
        }
    }

    /// The same without `--home`, with more in its environment to find one by.
    #[must_use]
    pub fn without_home(&self, more: &[(&str, &Path)]) -> Self {
        let more = more.iter().map(|(name, folder)| {
            let folder = folder.to_str().expect("a plain path");
            ((*name).to_owned(), folder.to_owned())
        });
        Self {
            is_not_told_home: true,
            environment: self.environment.iter().cloned().chain(more).collect(),
            ..self.clone()
        }
    }

    /// The same, started by another program.
    #[must_use]
    pub fn under(&self, words: &[&str]) -> Self {
        Self {
            before: words.iter().map(|word| (*word).to_owned()).collect(),
            ..self.clone()
        }
    }

    /// The same with something to read on standard input.
    #[must_use]
    pub fn reading(&self, input: &str) -> Self {
        Self {
            input: input.to_owned(),
            ..self.clone()
        }
    }

    fn standard_input(&self) -> Stdio {
        let mut file = tempfile::tempfile().expect("the folder for temporary files can be written");
        file.write_all(self.input.as_bytes())
            .and_then(|()| file.rewind())
            .expect("a small file");
        file.into()
    }

    fn command(&self, words: &[&str]) -> Command {
        let program = built("ringback");
        let mut command = match self.before.split_first() {
            None => Command::new(program),
            Some((first, rest)) => {
                let mut command = Command::new(first);
                command.args(rest).arg(program);
                command
            }
        };
        if !self.is_not_told_home {
            command.arg("--home").arg(&self.home);
        }
        command.args(words);
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("RINGBACK_")) {
            command.env_remove(name);
        }
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command.stdin(self.standard_input()).kill_on_drop(true);
        command
    }

    /// Runs a command to its end.
    ///
    /// # Panics
    /// When it does not start, or has not ended after a while.
    pub async fn run(&self, words: &[&str]) -> Said {
        let output = tokio::time::timeout(A_WHILE, self.command(words).output())
            .await
            .unwrap_or_else(|_| {
                panic!(
                    "`ringback {}` has not ended within {} s{}",
                    words.join(" "),
                    A_WHILE.as_secs(),
                    testimony()
                )
            })
            .expect("ringback starts");
        Said {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Runs a command with `--json` that has to be done, and gives its document.
    ///
    /// # Panics
    /// When it is not done.
    pub async fn json(&self, words: &[&str]) -> Value {
        let mut all = words.to_vec();
        all.push("--json");
        let said = self.run(&all).await;
        assert_eq!(
            said.code,
            Some(0),
            "`ringback {}`: {said:?}{}",
            words.join(" "),
            testimony()
        );
        said.json()
    }

    /// Starts `serve` and does not wait for anything.
    ///
    /// # Panics
    /// When it does not start.
    pub fn serve(&self, words: &[&str]) -> Serving {
        let mut all = vec!["serve"];
        all.extend(words);
        self.begin(&all)
    }

    /// Starts a command that takes a while.
    ///
    /// # Panics
    /// When it does not start.
    pub fn begin(&self, words: &[&str]) -> Serving {
        let file = self.home.with_extension("stderr");
        let stderr = fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(&file)
            .expect("the folder beside the home can be written");
        let child = self
            .command(words)
            .stdout(
                File::options()
                    .append(true)
                    .create(true)
                    .open(self.home.with_extension("stdout"))
                    .expect("the folder beside the home can be written"),
            )
            .stderr(stderr)
            .spawn()
            .expect("ringback starts");
        Serving { child, file }
    }

    /// Everything that `serve` wrote to standard error on this home so far.
    pub fn stderr(&self) -> String {
        fs::read_to_string(self.home.with_extension("stderr")).unwrap_or_default()
    }

    /// Everything that `serve` wrote to standard output on this home so far.
    pub fn stdout(&self) -> String {
        fs::read_to_string(self.home.with_extension("stdout")).unwrap_or_default()
    }
}

/// A `ringback serve` that runs. Dropping it kills it.
#[derive(Debug)]
pub struct Serving {
    child: Child,
    file: PathBuf,
}

impl Serving {
    /// The process id.
    ///
    /// # Panics
    /// When it has ended.
    pub fn id(&self) -> u32 {
        self.child.id().expect("it runs")
    }

    /// How much memory it holds now, in bytes, shared parts counted whole.
    ///
    /// # Panics
    /// When it has ended, or the system does not tell.
    #[cfg(target_os = "linux")]
    pub fn memory(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.id()));
        let status = status.expect("the system tells of a process that runs");
        let held = status.lines().find_map(|line| {
            let kilobytes = line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB")?;
            kilobytes.parse::<u64>().ok()
        });
        held.expect("the system tells how much memory it holds") * 1024
    }

    /// Whether it has ended.
    pub fn has_ended(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }

    /// Kills it as `kill -9` does, and waits until it is gone.
    ///
    /// # Panics
    /// When the system does not let it be killed.
    pub async fn kill(mut self) {
        // It may be gone already: then somebody else was faster.
        let _ = self.child.start_kill();
        self.child
            .wait()
            .await
            .expect("a killed child can be waited for");
    }

    /// Kills a program that runs under a tracer. The tracer ends with it.
    ///
    /// # Panics
    /// When the system does not let it be killed.
    pub async fn kill_traced(mut self) {
        if let (false, Some(tracer)) = (self.has_ended(), self.child.id()) {
            let children = fs::read_to_string(format!("/proc/{tracer}/task/{tracer}/children"));
            for id in children.unwrap_or_default().split_whitespace() {
                let _ = Command::new("kill").args(["-KILL", id]).status().await;
            }
        }
        let ended = tokio::time::timeout(SOON, self.child.wait()).await;
        assert!(ended.is_ok(), "the tracer ends with what it traces");
    }

    /// Sends a signal by its name, such as `TERM`.
    ///
    /// # Panics
    /// When there is no `kill`.
    pub async fn signal(&self, name: &str) {
        Command::new("kill")
            .args([format!("-{name}"), self.id().to_string()])
            .status()
            .await
            .expect("`kill` is part of every system");
    }

    /// Waits until it has ended by itself.
    ///
    /// # Panics
    /// When it has not within `limit`.
    pub async fn ended(&mut self, limit: Duration) -> ExitStatus {
        match tokio::time::timeout(limit, self.child.wait()).await {
            Ok(status) => status.expect("a child can be waited for"),
            Err(_) => panic!(
                "it has not ended within {} s{}",
                limit.as_secs(),
                testimony()
            ),
        }
    }

    /// Waits until its door answers.
    ///
    /// # Panics
    /// When it does not, or the program has ended.
    pub async fn open(&mut self, sender: &crate::door::Sender) {
        until(SOON, "the door opens", async || {
            if self.has_ended() {
                panic!(
                    "it ended instead of opening its door:\n{}",
                    fs::read_to_string(&self.file).unwrap_or_default()
                );
            }
            (sender.health().await != 0).then_some(())
        })
        .await;
    }
}
