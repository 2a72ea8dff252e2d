//! `cargo xtask deny`: what we take from others, judged by cargo-deny and `deny.toml`.
//!
//! A command of its own, because cargo-deny has to be installed and the list of known holes comes
//! from the network. That some libraries exist only once is also a house rule (`tidy`), which needs
//! neither.

use std::process::ExitCode;

use anyhow::bail;

use crate::{process, project::Project};

/// Licences, sources, bans, and, unless `offline`, known holes.
pub(crate) fn deny(project: &Project, offline: bool) -> anyhow::Result<ExitCode> {
    if !process::exists("cargo-deny") {
        bail!(
            "cargo-deny is not here; `cargo install --locked cargo-deny` builds it, and its releases \
             are at https://github.com/EmbarkStudios/cargo-deny/releases"
        );
    }
    println!("== deny: licences, sources and doubles of all dependencies");
    let mut deny = project.cargo();
    deny.args(["deny", "--workspace", "--locked", "check"])
        .args(["--hide-inclusion-graph", "bans", "licenses", "sources"]);
    if offline {
        println!("   not checked: known holes, for their list comes from the network");
    } else {
        deny.arg("advisories");
    }
    process::run(&mut deny)?;
    Ok(ExitCode::SUCCESS)
}
