//! OpenSSH's server as a process of whoever runs the test.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use tempfile::TempDir;
use tokio::{net::TcpStream, time::sleep};

use crate::{
    descendants, free_port, kill,
    programs::{LOOKS, find},
    run,
};

/// A server of its own, with keys of its own.
#[derive(Debug)]
pub struct Sshd {
    folder: TempDir,
    port: u16,
    process: Option<Child>,
}

impl Sshd {
    /// Makes keys and starts it.
    ///
    /// # Panics
    /// When OpenSSH is not installed or does not start.
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut sshd = Self {
            port: free_port(),
            folder,
            process: None,
        };
        for name in ["host", "user"] {
            sshd.make_key(name, "");
        }
        fs::copy(sshd.path("user.pub"), sshd.path("authorized_keys")).expect("a new folder");
        let config = format!(
            "Port {}\nListenAddress 127.0.0.1\nHostKey {}\nAuthorizedKeysFile {}\nPidFile none\n\
             StrictModes no\nUsePAM no\nPasswordAuthentication no\n\
             KbdInteractiveAuthentication no\nAllowTcpForwarding yes\nPermitRootLogin yes\n\
             UseDNS no\nMaxStartups 100\nLogLevel VERBOSE\n",
            sshd.port,
            sshd.path("host").display(),
            sshd.path("authorized_keys").display(),
        );
        fs::write(sshd.path("config"), config).expect("a new folder");
        sshd.begin().await;
        sshd
    }

    /// Starts it, also again after [`Sshd::stop`].
    ///
    /// # Panics
    /// When it does not start.
    pub async fn begin(&mut self) {
        // Started by root, it insists on this folder, which is made at the system's start otherwise.
        let _ = fs::create_dir_all("/run/sshd");
        let log = fs::File::options()
            .create(true)
            .append(true)
            .open(self.path("log"))
            .expect("a folder of our own");
        let process = Command::new(find("sshd", "openssh-server"))
            .args(["-D", "-e", "-f"])
            .arg(self.path("config"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("it was found a moment ago");
        self.process = Some(process);
        for _ in 0..LOOKS {
            if TcpStream::connect(("127.0.0.1", self.port)).await.is_ok() {
                return;
            }
            sleep(Duration::from_millis(40)).await;
        }
        panic!("sshd does not start: {}", self.log());
    }

    /// Kills it and all its connections.
    pub fn stop(&mut self) {
        let Some(mut process) = self.process.take() else {
            return;
        };
        let mut all = descendants(process.id());
        all.push(process.id());
        kill(&all);
        // It was killed, so it ends.
        let _ = process.wait();
    }

    /// Kills its connections and keeps listening.
    pub fn cut(&self) {
        if let Some(process) = &self.process {
            kill(&descendants(process.id()));
        }
    }

    /// Where it listens on loopback.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Who may log in.
    pub fn user(&self) -> String {
        run(&find("id", "coreutils"), &["-un"]).trim().to_owned()
    }

    /// The private key that opens it.
    pub fn key(&self) -> PathBuf {
        self.path("user")
    }

    /// A new private key that does not open it until it is [let in](Self::let_in).
    ///
    /// # Panics
    /// When no key can be made.
    pub fn make_key(&self, name: &str, passphrase: &str) -> PathBuf {
        let path = self.path(name);
        let file = path.to_str().expect("a temporary folder has a plain name");
        run(
            &find("ssh-keygen", "openssh-client"),
            &[
                "-q", "-t", "ed25519", "-N", passphrase, "-C", name, "-f", file,
            ],
        );
        path
    }

    /// From now on this key opens it.
    ///
    /// # Panics
    /// When there is no such key.
    pub fn let_in(&self, key: &Path) {
        let public = fs::read_to_string(key.with_extension("pub")).expect("a key of ours");
        let file = self.path("authorized_keys");
        let known = fs::read_to_string(&file).unwrap_or_default();
        fs::write(file, known + &public).expect("a folder of our own");
    }

    /// From now on its own key opens it under these options of `authorized_keys`.
    ///
    /// # Panics
    /// When the folder cannot be written.
    pub fn let_in_with(&self, options: &str) {
        let public = fs::read_to_string(self.path("user.pub")).expect("a key of ours");
        fs::write(self.path("authorized_keys"), format!("{options} {public}"))
            .expect("a folder of our own");
    }

    /// Its fingerprint, as a person would look it up.
    ///
    /// # Panics
    /// When `ssh-keygen` does not tell it.
    pub fn fingerprint(&self) -> String {
        self.fingerprint_of("host")
    }

    /// The fingerprint of the key that it lets in: a right one of the wrong thing.
    ///
    /// # Panics
    /// When `ssh-keygen` does not tell it.
    pub fn other_fingerprint(&self) -> String {
        self.fingerprint_of("user")
    }

    /// The fingerprint of a key that was made here.
    pub(crate) fn fingerprint_of(&self, name: &str) -> String {
        fingerprint(&self.path(name))
    }

    /// What it said.
    pub fn log(&self) -> String {
        fs::read_to_string(self.path("log")).unwrap_or_default()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

impl Drop for Sshd {
    fn drop(&mut self) {
        self.stop();
    }
}

fn fingerprint(key: &Path) -> String {
    let file = key.to_str().expect("a temporary folder has a plain name");
    let told = run(&find("ssh-keygen", "openssh-client"), &["-lf", file]);
    let found = told
        .split_whitespace()
        .find(|word| word.starts_with("SHA256:"));
    found.expect("ssh-keygen tells fingerprints").to_owned()
}
