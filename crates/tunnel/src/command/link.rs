//! A program that runs: its words go to the log, and its address is read from them.

use async_trait::async_trait;
use tokio::{
    io::{AsyncRead, AsyncReadExt},
    process::{ChildStderr, ChildStdout, Command as Process},
};
use url::Url;

use super::{
    Command,
    group::{self, Group},
};
use crate::{Link, LinkNews, Reason, ReasonCode, line::Lines, redact::redact};

/// Our own secrets are in variables with this beginning; no program gets them.
const OURS: &str = "RINGBACK_";

pub(super) struct CommandLink {
    command: Command,
    program: String,
    group: Group,
    stdout: Output<ChildStdout>,
    stderr: Output<ChildStderr>,
    secrets: Vec<String>,
    is_ready: bool,
    url: Option<Url>,
    last_line: Option<String>,
}

/// One of the program's outputs.
struct Output<R> {
    reader: Option<R>,
    lines: Lines,
    buffer: Vec<u8>,
}

impl<R: AsyncRead + Unpin> Output<R> {
    fn of(reader: R) -> Self {
        Self {
            reader: Some(reader),
            lines: Lines::default(),
            buffer: vec![0; 4 << 10],
        }
    }

    /// The next lines. Never comes back once there are no more. Can be dropped and asked again.
    async fn next(&mut self) -> Vec<String> {
        let Some(reader) = &mut self.reader else {
            return std::future::pending().await;
        };
        match reader.read(&mut self.buffer).await {
            Ok(count @ 1..) => self.lines.push(&self.buffer[..count]),
            Ok(0) | Err(_) => {
                self.reader = None;
                self.lines.take().into_iter().collect()
            }
        }
    }

    /// What is left in an output whose program has ended.
    async fn rest(&mut self) -> Vec<String> {
        let mut lines = Vec::new();
        while self.reader.is_some() && lines.len() < 100 {
            lines.extend(self.next().await);
        }
        lines
    }
}

impl CommandLink {
    pub(super) fn start(words: &[String], command: &Command) -> Result<Self, Reason> {
        let missing = |what: String| Reason::new(ReasonCode::ProgramMissing, what);
        let Some((program, arguments)) = words.split_first() else {
            return Err(missing("the command is empty".to_owned()));
        };
        let mut process = Process::new(program);
        process.args(arguments);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with(OURS) {
                process.env_remove(&name);
            }
        }
        process.envs(
            command
                .environment
                .iter()
                .map(|(name, value)| (name, value)),
        );
        let (group, stdout, stderr) = group::start(process)
            .map_err(|error| missing(format!("{program} cannot be started: {error}")))?;
        Ok(Self {
            program: program.clone(),
            group,
            stdout: Output::of(stdout),
            stderr: Output::of(stderr),
            secrets: command.secrets(),
            is_ready: command.ready_pattern.is_none(),
            url: command.public_url.clone(),
            last_line: None,
            command: command.clone(),
        })
    }

    /// Waits until the program is worth probing.
    pub(super) async fn begun(&mut self) -> Result<(), Reason> {
        while !self.is_ready || self.url.is_none() {
            if let LinkNews::Lost(reason) = self.hear().await {
                return Err(reason);
            }
        }
        Ok(())
    }

    /// Hears the next words, or that the program has ended.
    async fn hear(&mut self) -> LinkNews {
        loop {
            let lines = tokio::select! {
                lines = self.stdout.next() => lines,
                lines = self.stderr.next() => lines,
                status = self.group.program.wait() => {
                    // Others may hold its outputs open, so they are not waited for.
                    let rest = std::time::Duration::from_millis(200);
                    let _ = tokio::time::timeout(rest, async {
                        for line in self.stdout.rest().await { self.heed(&line); }
                        for line in self.stderr.rest().await { self.heed(&line); }
                    }).await;
                    let how = match status {
                        Ok(status) => match status.code() {
                            Some(code) => format!("with code {code}"),
                            None => "by a signal".to_owned(),
                        },
                        Err(error) => format!("and could not be watched ({error})"),
                    };
                    let last = self.last_line.as_ref().map_or_else(String::new, |line| format!(": {line}"));
                    let what = format!("{} ended {how}{last}", self.program);
                    return LinkNews::Lost(Reason::new(ReasonCode::ProgramEnded, what));
                }
            };
            let mut is_news = false;
            for line in lines {
                is_news |= self.heed(&line);
            }
            if is_news {
                return LinkNews::Moved;
            }
        }
    }

    /// True if the line tells something new.
    fn heed(&mut self, line: &str) -> bool {
        let shown = redact(line, &self.secrets);
        tracing::info!(
            program = self.program,
            line = shown,
            "the tunnel's program says"
        );
        self.last_line = Some(shown);
        let mut is_news = false;
        if !self.is_ready
            && self
                .command
                .ready_pattern
                .as_ref()
                .is_some_and(|ready| ready.is_in(line))
        {
            self.is_ready = true;
            is_news = true;
        }
        if self.command.public_url.is_none()
            && let Some(url) = self
                .command
                .url_pattern
                .as_ref()
                .and_then(|pattern| pattern.url_in(line))
            && self.url.as_ref() != Some(&url)
        {
            self.url = Some(url);
            is_news = true;
        }
        is_news
    }
}

#[async_trait]
impl Link for CommandLink {
    fn url(&self) -> Url {
        self.url
            .clone()
            .expect("a link is handed out when it has one")
    }

    async fn next(&mut self) -> LinkNews {
        self.hear().await
    }

    async fn close(self: Box<Self>) {
        self.group.end().await;
    }
}
