//! Closing the package: what it depends on, what it says about itself, and the archive.
//!
//! There are no scripts in it. The menu, the icons and the links are taken notice of by the triggers
//! of the packages that own them, so that nothing is left behind when it is removed.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, bail};

use super::{VERSION, tree::Tree};
use crate::process;

/// Who answers for the package.
const MAINTAINER: &str = "The Ringback contributors <packages@ringback.dev>";

/// Who opens links and folders, how ALSA leads to the desktop's sound server, who keeps keys.
const RECOMMENDED: &str =
    "xdg-utils, pipewire-alsa | libasound2-plugins, gnome-keyring | org.freedesktop.secrets";

/// Writes what belongs to the package itself into the tree, and closes it, tightly or quickly, to a
/// file in `folder`.
pub(crate) fn close(
    tree: &Tree,
    tightly: bool,
    made_at: u64,
    folder: &Path,
) -> anyhow::Result<PathBuf> {
    tree.compressed(
        changelog(made_at)?.as_bytes(),
        "usr/share/doc/ringback/changelog.Debian.gz",
    )?;
    let architecture = process::output(Command::new("dpkg").arg("--print-architecture"))?;
    let architecture = architecture.trim();
    let size = size(tree)?;
    let sums = sums(tree)?;
    let depends = depends(tree)?;
    tree.write(sums.as_bytes(), "DEBIAN/md5sums")?;
    tree.write(
        control(architecture, &depends, size).as_bytes(),
        "DEBIAN/control",
    )?;
    let file = folder.join(format!("ringback_{VERSION}-1_{architecture}.deb"));
    process::run(
        Command::new("dpkg-deb")
            .arg("--root-owner-group")
            .args(if tightly {
                ["-Zxz", "-z6"]
            } else {
                ["-Zgzip", "-z1"]
            })
            .arg("--build")
            .arg(tree.root())
            .arg(&file)
            // Times in the archive are no later than this.
            .env("SOURCE_DATE_EPOCH", made_at.to_string()),
    )?;
    Ok(file)
}

/// Fails if Debian's own critic finds an error.
pub(crate) fn lint(file: &Path) -> anyhow::Result<()> {
    process::run(
        Command::new("lintian")
            .args(["--fail-on", "error", "--tag-display-limit", "0"])
            .arg("--allow-root")
            .arg(file),
    )
    .context("what lintian calls an error above has to be mended")
}

fn control(architecture: &str, depends: &str, size: u64) -> String {
    format!(
        "Package: ringback\n\
         Version: {VERSION}-1\n\
         Architecture: {architecture}\n\
         Maintainer: {MAINTAINER}\n\
         Installed-Size: {size}\n\
         Depends: {depends}\n\
         Recommends: {RECOMMENDED}\n\
         Section: sound\n\
         Priority: optional\n\
         Description: review the phone calls that voice agents make\n \
         Ringback shows the calls that are going on, keeps every call with its\n \
         transcript and costs, and every recording as a plain file, and plays them at\n \
         once, offline. It receives the webhooks of Retell AI, Vapi, Twilio, Telnyx,\n \
         Recall.ai and of backends of your own, and asks their APIs for what the\n \
         webhooks missed.\n \
         .\n \
         The package brings the window (ringback-desktop) and the same engine for\n \
         terminals and servers (ringback).\n"
    )
}

/// The libraries that the programs name, with the versions that have what they use.
fn depends(tree: &Tree) -> anyhow::Result<String> {
    // It insists on standing in the folder of a source package.
    let source = tempfile::tempdir().context("a temporary folder")?;
    fs::create_dir(source.path().join("debian"))?;
    fs::write(
        source.path().join("debian/control"),
        "Source: ringback\n\nPackage: ringback\nArchitecture: any\n",
    )?;
    let mut command = Command::new("dpkg-shlibdeps");
    command.arg("-O").current_dir(source.path());
    for program in ["ringback", "ringback-desktop"] {
        let path = fs::canonicalize(tree.root().join("usr/bin").join(program))?;
        command.arg(format!("-e{}", path.display()));
    }
    let told = process::output(&mut command)?;
    match told.trim().strip_prefix("shlibs:Depends=") {
        Some(depends) if depends.contains("libc6") => Ok(depends.to_owned()),
        _ => bail!("dpkg-shlibdeps said {told:?}"),
    }
}

/// In KiB, as Debian counts: files rounded up, a KiB for everything else.
fn size(tree: &Tree) -> anyhow::Result<u64> {
    let mut size = 0;
    for file in tree.files()? {
        size += fs::metadata(tree.root().join(file))?.len().div_ceil(1024);
    }
    Ok(size)
}

fn sums(tree: &Tree) -> anyhow::Result<String> {
    process::output(
        Command::new("md5sum")
            .current_dir(tree.root())
            .args(tree.files()?),
    )
}

fn changelog(made_at: u64) -> anyhow::Result<String> {
    let date = process::output(Command::new("date").args([
        "--utc",
        "--rfc-email",
        &format!("--date=@{made_at}"),
    ]))?;
    Ok(format!(
        "ringback ({VERSION}-1) unstable; urgency=medium\n\n  \
         * Version {VERSION}; what changed stands in changelog.gz.\n\n \
         -- {MAINTAINER}  {}\n",
        date.trim()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_package_says_about_itself_has_every_field_on_a_line_of_its_own() {
        let text = control("amd64", "libc6 (>= 2.36)", 17);
        let (fields, description) = text.split_once("Description: ").expect("it has one");
        for line in fields.lines() {
            assert!(line.split_once(": ").is_some(), "{line:?}");
        }
        for line in description.lines().skip(1) {
            assert!(line.starts_with(' ') && line.len() <= 80, "{line:?}");
        }
        assert!(text.ends_with('\n') && text.contains("Installed-Size: 17\n"));
    }
}
