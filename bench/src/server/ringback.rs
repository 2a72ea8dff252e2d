//! `ringback serve`, as anybody would run it, on a home of its own with one Retell account.

use std::{
    env, fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, bail};
use rusqlite::{Connection, OpenFlags};

use super::KEY;

/// The command that serves this home.
pub(super) fn command(
    home: &Path,
    address: SocketAddr,
    without_fsync: bool,
) -> anyhow::Result<Command> {
    // Nobody listens on port 9: what the engine asks of the provider's API fails at once. The
    // measured part, taking in events, asks nothing.
    fs::write(
        home.join("config.toml"),
        format!(
            "[intake]\n\
             listen = \"{address}\"\n\n\
             [[accounts]]\n\
             id = \"bench\"\n\
             provider = \"retell\"\n\
             base_url = \"http://127.0.0.1:9\"\n\
             poll_every = \"0s\"\n\
             allow_private_network = true\n"
        ),
    )?;
    let mut command = on(home)?;
    command.arg("serve").env("RINGBACK_BENCH_API_KEY", KEY);
    if without_fsync {
        command.env("RINGBACK_DURABILITY", "off-for-measuring");
    }
    Ok(command)
}

/// `ringback` on this home, with whatever it is to do still to be said.
pub(super) fn on(home: &Path) -> anyhow::Result<Command> {
    let mut command = Command::new(program()?);
    command.arg("--home").arg(home).env_remove("RINGBACK_HOME");
    Ok(command)
}

/// What `ringback --json` says about this home.
pub(super) fn ask(home: &Path, question: &[&str]) -> anyhow::Result<serde_json::Value> {
    let output = on(home)?
        .arg("--json")
        .args(question)
        .env("RINGBACK_BENCH_API_KEY", KEY)
        .output()?;
    if !output.status.success() {
        bail!(
            "ringback {}: {}",
            question.join(" "),
            String::from_utf8_lossy(&output.stdout)
        );
    }
    serde_json::from_slice(&output.stdout)
        .with_context(|| format!("ringback {} did not write JSON", question.join(" ")))
}

/// The keys of all stored events. Checks the integrity of both files first.
pub(super) fn keys(home: &Path) -> anyhow::Result<Vec<String>> {
    let open = |file: &str| {
        let path = home.join(file);
        Connection::open_with_flags(&path, OpenFlags::SQLITE_OPEN_READ_WRITE)
            .with_context(|| format!("{}", path.display()))
    };
    check(&open("ringback.db")?).context("ringback.db")?;
    column(&open("journal.db")?, "SELECT key FROM events").context("journal.db")
}

/// Says what is wrong with a database, if anything is.
fn check(database: &Connection) -> anyhow::Result<()> {
    let verdict: String = database.query_row("PRAGMA integrity_check", [], |row| row.get(0))?;
    if verdict != "ok" {
        bail!("the database is damaged: {verdict}");
    }
    Ok(())
}

/// One column of text, from a database that is whole.
pub(super) fn column(database: &Connection, query: &str) -> anyhow::Result<Vec<String>> {
    check(database)?;
    let mut statement = database.prepare(query)?;
    let keys = statement
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    Ok(keys)
}

/// The optimised program, next to this one.
pub(super) fn program() -> anyhow::Result<PathBuf> {
    let own = env::current_exe()?;
    let path = own.with_file_name(format!("ringback{}", env::consts::EXE_SUFFIX));
    if !path.is_file() {
        bail!(
            "{} is missing; `cargo xtask bench` builds it",
            path.display()
        );
    }
    Ok(path)
}
