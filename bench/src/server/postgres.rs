//! A private PostgreSQL cluster with its defaults: fsync on, a commit is on disk before it is
//! answered. The system's own cluster is never touched.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use anyhow::{Context, bail};

use super::child::Child;

/// A running cluster; gone when dropped.
pub(crate) struct Cluster {
    sockets: PathBuf,
    programs: PathBuf,
    server: Child,
}

impl Cluster {
    /// Makes a cluster below this folder and starts it.
    pub(crate) async fn start(folder: &Path) -> anyhow::Result<Self> {
        let programs = programs()?;
        let sockets = folder.join("postgres");
        fs::create_dir(&sockets)?;
        if is_root()? {
            // PostgreSQL refuses to run as root; its package has made a user for it. Every folder
            // on the way must be open to that user.
            run(Command::new("chmod").arg("755").arg(folder))?;
            run(Command::new("chown").arg("postgres:").arg(&sockets))?;
        }
        let data = sockets.join("data");
        run(as_postgres(&programs.join("initdb"))?
            .args([
                "--username=bench",
                "--auth=trust",
                "--encoding=UTF8",
                "--no-locale",
            ])
            .arg("--pgdata")
            .arg(&data))?;

        let mut postgres = as_postgres(&programs.join("postgres"))?;
        postgres
            .arg("-D")
            .arg(&data)
            .arg("-k")
            .arg(&sockets)
            .args(["-c", "listen_addresses="]);
        let mut server = Child::spawn(postgres, &folder.join("postgres.log"))?;

        let start = Instant::now();
        loop {
            let ready = Command::new(programs.join("pg_isready"))
                .args(["-q", "-h"])
                .arg(&sockets)
                .status()?
                .success();
            if ready {
                break;
            }
            if server.has_ended() || start.elapsed() > Duration::from_secs(30) {
                bail!("PostgreSQL did not start:\n{}", server.last_words());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let cluster = Self {
            sockets,
            programs,
            server,
        };
        cluster.refuse_unsafe_settings()?;
        Ok(cluster)
    }

    /// How a client reaches it: through its socket, which is quicker than TCP.
    pub(crate) fn url(&self) -> String {
        let folder: String = self
            .sockets
            .to_string_lossy()
            .chars()
            .map(|letter| {
                if letter == '/' {
                    "%2F".to_owned()
                } else {
                    letter.to_string()
                }
            })
            .collect();
        format!("postgres://bench@{folder}/postgres")
    }

    /// The first column of a query's answer.
    pub(crate) fn query(&self, query: &str) -> anyhow::Result<Vec<String>> {
        let output = Command::new(self.programs.join("psql"))
            .args(["-XAtq", "-U", "bench", "-d", "postgres", "-h"])
            .arg(&self.sockets)
            .args(["-c", query])
            .output()?;
        if !output.status.success() {
            bail!("psql: {}", String::from_utf8_lossy(&output.stderr));
        }
        Ok(String::from_utf8(output.stdout)?
            .lines()
            .map(str::to_owned)
            .collect())
    }

    /// A comparison with a database that does not flush would be none.
    fn refuse_unsafe_settings(&self) -> anyhow::Result<()> {
        for setting in ["fsync", "synchronous_commit", "full_page_writes"] {
            let value = self.query(&format!("SHOW {setting}"))?;
            if value != ["on"] {
                bail!("PostgreSQL runs with {setting} = {value:?}");
            }
        }
        Ok(())
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // In order, so that it takes its shared memory with it.
        let _ = self.server.signal("INT");
        self.server.wait();
    }
}

fn programs() -> anyhow::Result<PathBuf> {
    let mut versions: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
        .unwrap_or_default();
    versions.sort();
    versions
        .into_iter()
        .rev()
        .map(|version| version.join("bin"))
        .chain([PathBuf::from("/usr/bin")])
        .find(|folder| folder.join("initdb").is_file())
        .context("PostgreSQL's server programs are missing; `cargo xtask bench` installs them")
}

fn as_postgres(program: &Path) -> anyhow::Result<Command> {
    if !is_root()? {
        return Ok(Command::new(program));
    }
    let mut command = Command::new("setpriv");
    command
        .args([
            "--reuid=postgres",
            "--regid=postgres",
            "--clear-groups",
            "--",
        ])
        .arg(program)
        .current_dir("/");
    Ok(command)
}

fn is_root() -> anyhow::Result<bool> {
    Ok(Command::new("id").arg("-u").output()?.stdout.trim_ascii() == b"0")
}

fn run(command: &mut Command) -> anyhow::Result<()> {
    let output = command.output()?;
    if !output.status.success() {
        bail!(
            "{}: {}",
            command.get_program().display(),
            String::from_utf8_lossy(&output.stderr)
        );
    }
    Ok(())
}
