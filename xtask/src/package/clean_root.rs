//! The package in a Debian that has nothing else: installed with what it says it needs, started,
//! and purged.
//!
//! mmdebstrap makes the Debian and takes it away again. What happens inside stands in
//! `clean_root.sh`, for inside there is neither cargo nor this program.

use std::{fs, net::TcpListener, path::Path, process::Command};

use anyhow::{Context, bail};

use crate::process;

const STEPS: &str = include_str!("clean_root.sh");

/// Goes through all steps and fails at the first that does not do as it should.
pub(crate) fn check(package: &Path) -> anyhow::Result<()> {
    let suite = suite(&fs::read_to_string("/etc/os-release").context("/etc/os-release")?)?;
    println!("== package: installed, started and purged in a clean {suite}");
    let folder = tempfile::tempdir().context("a temporary folder")?;
    let steps = folder.path().join("clean_root.sh");
    fs::write(&steps, STEPS)?;
    let copy = folder.path().join("ringback.deb");
    fs::copy(package, &copy).with_context(|| package.display().to_string())?;
    // The root shares this machine's network.
    let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
    process::run(
        Command::new("mmdebstrap")
            .args(["--variant=apt", "--format=null", "--quiet"])
            .args(["--skip=cleanup/apt", "--skip=cleanup/reproducible"])
            .arg(format!(
                "--customize-hook=copy-in {} {} /tmp",
                copy.display(),
                steps.display()
            ))
            .arg(format!(
                "--customize-hook=chroot \"$1\" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin \
                 PORT={port} bash /tmp/clean_root.sh"
            ))
            .args([&suite, "-"])
            .current_dir(folder.path()),
    )
    .context("in the clean root, after the last line above")
}

/// The release of this machine: programs that were built here need its libraries.
fn suite(os_release: &str) -> anyhow::Result<String> {
    let name = os_release
        .lines()
        .find_map(|line| line.strip_prefix("VERSION_CODENAME="))
        .map(|name| name.trim_matches('"'));
    match name {
        Some(name) if !name.is_empty() => Ok(name.to_owned()),
        _ => bail!("/etc/os-release does not say which release of Debian this is"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_release_is_read_from_where_all_systems_keep_it() {
        let debian = "NAME=\"Debian GNU/Linux\"\nVERSION_CODENAME=bookworm\nID=debian\n";
        assert_eq!(suite(debian).expect("it is there"), "bookworm");
        assert!(suite("NAME=Other\n").is_err());
    }
}
