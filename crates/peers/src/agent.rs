//! OpenSSH's agent, holding keys for whoever runs the test.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use tempfile::TempDir;
use tokio::{net::UnixStream, time::sleep};

use crate::programs::{LOOKS, find};

/// An agent of its own; it does not outlive this.
#[derive(Debug)]
pub struct SshAgent {
    folder: TempDir,
    process: Child,
}

impl SshAgent {
    /// Starts one that holds no key.
    ///
    /// # Panics
    /// When OpenSSH's client is not installed or the agent does not start.
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let process = Command::new(find("ssh-agent", "openssh-client"))
            .arg("-D")
            .arg("-a")
            .arg(folder.path().join("socket"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("it was found a moment ago");
        let agent = Self { folder, process };
        for _ in 0..LOOKS {
            if UnixStream::connect(agent.socket()).await.is_ok() {
                return agent;
            }
            sleep(Duration::from_millis(40)).await;
        }
        panic!("ssh-agent does not start");
    }

    /// Where it listens.
    pub fn socket(&self) -> PathBuf {
        self.folder.path().join("socket")
    }

    /// Hands it a private key without a passphrase. The file is taken away: only the agent has it then.
    ///
    /// # Panics
    /// When it does not take the key.
    pub fn take(&self, key: &Path) {
        let added = Command::new(find("ssh-add", "openssh-client"))
            .arg("-q")
            .arg(key)
            .env("SSH_AUTH_SOCK", self.socket())
            .stdin(Stdio::null())
            .output()
            .expect("it was found a moment ago");
        let said = String::from_utf8_lossy(&added.stderr);
        assert!(added.status.success(), "ssh-add: {said}");
        fs::remove_file(key).expect("a key of ours");
    }
}

impl Drop for SshAgent {
    fn drop(&mut self) {
        // It fails only if the process is gone already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
