//! A program and everything it starts, in a process group of their own that ends with us, however we
//! end.
//!
//! The group's first process is a guard: a shell that waits for the end of its standard input, of which
//! we hold the other end. If we are killed, the system closes our end, the guard wakes and kills the
//! whole group, itself included. This needs no unsafe code, works on every Unix, and reaches
//! grandchildren, which asking the system for a signal at a parent's death does not.

use std::{io, process::Stdio, time::Duration};

use tokio::{
    process::{Child, ChildStderr, ChildStdin, ChildStdout, Command},
    time::timeout,
};

/// How long a program may take to end when it is asked to.
const POLITE_TIME: Duration = Duration::from_secs(3);

/// A line asks the group to end; the end of the input kills it.
#[cfg(unix)]
const GUARD: &str =
    r#"trap "" TERM INT HUP QUIT; while read -r _; do kill -TERM 0; done; kill -KILL 0"#;

/// A program in its group. Dropping it kills the group.
pub(super) struct Group {
    #[cfg(unix)]
    guard: Child,
    #[cfg(unix)]
    leash: Option<ChildStdin>,
    pub(super) program: Child,
}

/// Starts `command` with its output piped.
pub(super) fn start(mut command: Command) -> io::Result<(Group, ChildStdout, ChildStderr)> {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    #[cfg(unix)]
    let (guard, leash) = {
        let mut guard = Command::new("/bin/sh")
            .args(["-c", GUARD])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .env_clear()
            .process_group(0)
            .spawn()?;
        let leash = guard.stdin.take();
        let group = guard.id().and_then(|id| i32::try_from(id).ok());
        command.process_group(group.ok_or_else(|| io::Error::other("the guard has ended"))?);
        (guard, leash)
    };
    let mut program = command.spawn()?;
    let (Some(stdout), Some(stderr)) = (program.stdout.take(), program.stderr.take()) else {
        return Err(io::Error::other("its output cannot be read"));
    };
    let group = Group {
        #[cfg(unix)]
        guard,
        #[cfg(unix)]
        leash,
        program,
    };
    Ok((group, stdout, stderr))
}

impl Group {
    /// Asks the group to end, and kills what does not. Nothing of it is left afterwards.
    pub(super) async fn end(mut self) {
        #[cfg(unix)]
        {
            use tokio::io::AsyncWriteExt;
            if let Some(mut leash) = self.leash.take() {
                // A guard that is gone has taken the group with it.
                let _ = leash.write_all(b"end\n").await;
                let _ = leash.flush().await;
                let _ = timeout(POLITE_TIME, self.program.wait()).await;
                drop(leash);
            }
            let _ = timeout(POLITE_TIME, self.guard.wait()).await;
        }
        if timeout(POLITE_TIME, self.program.kill()).await.is_err() {
            tracing::warn!("a tunnel's program could not be ended");
        }
    }
}
