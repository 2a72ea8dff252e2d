//! The two Express servers from `bench/peers`.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::bail;
use rusqlite::{Connection, OpenFlags};

use super::{KEY, postgres::Cluster, ringback::column};

const DATABASE: &str = "events.db";

/// Express and better-sqlite3.
pub(super) fn sqlite(folder: &Path, address: SocketAddr) -> anyhow::Result<Command> {
    let mut command = node("express-sqlite", address)?;
    command.env("DATABASE_FILE", folder.join(DATABASE));
    Ok(command)
}

/// Express and PostgreSQL.
pub(super) fn postgres(cluster: &Cluster, address: SocketAddr) -> anyhow::Result<Command> {
    let mut command = node("express-postgres", address)?;
    command.env("DATABASE_URL", cluster.url());
    Ok(command)
}

/// The keys of all events that the better-sqlite3 server has stored.
pub(super) fn keys(folder: &Path) -> anyhow::Result<Vec<String>> {
    let database =
        Connection::open_with_flags(folder.join(DATABASE), OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    column(&database, "SELECT event_key FROM webhook_events")
}

fn node(peer: &str, address: SocketAddr) -> anyhow::Result<Command> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("peers")
        .join(peer);
    if !folder.join("node_modules").is_dir() {
        bail!("bench/peers/{peer} has no npm packages; `cargo xtask bench` fetches them");
    }
    let mut command = Command::new("node");
    command
        .arg("server.js")
        .current_dir(folder)
        .env("NODE_ENV", "production")
        .env("PORT", address.port().to_string())
        .env("WEBHOOK_SECRET", KEY);
    Ok(command)
}
