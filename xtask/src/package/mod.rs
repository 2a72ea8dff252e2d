//! `cargo xtask package`: the .deb with both programs, as people install it.
//!
//! [`programs`] are built without the paths of this machine in them, [`tree`] puts the files where
//! they belong, [`manual`] and [`licences`] write those that follow from others, and [`deb`] closes
//! the package with Debian's own tools. Nothing in it depends on when or where it was made: the same
//! programs give the same bytes, and that is checked each time. [`clean_root`] installs, starts and
//! purges it in a Debian that has nothing else.
//!
//! An AppImage and the packages of macOS and Windows are made by Tauri's bundler, which fetches its
//! tools from the network; `docs/platforms.md` says how.

mod clean_root;
mod deb;
mod icons;
mod licences;
mod manual;
mod programs;
mod tree;

use std::{
    env,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, bail};

use crate::{
    args::Package,
    process,
    project::Project,
    setup::{self, Purpose},
};
use programs::Programs;
use tree::Tree;

/// The version of everything in the workspace.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Builds the package, and tries it in a clean root if that is wished for.
pub(crate) fn package(project: &Project, wish: &Package) -> anyhow::Result<ExitCode> {
    if !process::exists("dpkg-deb") {
        bail!(
            "a .deb is made with Debian's own tools, and dpkg-deb is not here; on Debian and Ubuntu \
             this command sets up everything it needs. docs/platforms.md tells of other systems"
        );
    }
    setup::prepare(
        project,
        &[
            Purpose::Engine,
            Purpose::Window,
            Purpose::Ui,
            Purpose::Package,
        ],
    )?;
    setup::build_ui(project)?;
    let programs = if wish.debug {
        Programs::for_development(project)?
    } else {
        Programs::for_people(project)?
    };

    println!("== package: ringback {VERSION}");
    let made_at = made_at(project)?;
    let folder = project.target.join("package");
    let file = build(project, &programs, made_at, &folder)?;
    let again = tempfile::tempdir().context("a temporary folder")?;
    let second = build(project, &programs, made_at, again.path())?;
    if !process::same_bytes(&file, &second)? {
        bail!("the package was made twice from the same programs, and the two differ");
    }
    println!("   made twice, byte for byte the same");
    deb::lint(&file)?;
    if wish.check {
        clean_root::check(&file)?;
    }
    println!("   {}", file.display());
    println!("   not made here: AppImage, macOS and Windows packages (docs/platforms.md says how)");
    Ok(ExitCode::SUCCESS)
}

/// Puts everything together in `folder` and gives the package's path.
fn build(
    project: &Project,
    programs: &Programs,
    made_at: u64,
    folder: &Path,
) -> anyhow::Result<PathBuf> {
    let tree = Tree::new(&folder.join("root"))?;
    for (name, path) in programs.both() {
        tree.program(path, name)?;
    }
    tree.copy(
        &project.path("assets/linux/ringback-desktop.desktop"),
        "usr/share/applications/ringback-desktop.desktop",
    )?;
    tree.copy(
        &project.path("assets/linux/dev.ringback.desktop.metainfo.xml"),
        "usr/share/metainfo/dev.ringback.desktop.metainfo.xml",
    )?;
    tree.copy(
        &project.path("assets/linux/ringback.service"),
        "usr/lib/systemd/user/ringback.service",
    )?;
    icons::put(project, &tree)?;
    manual::put(programs, &tree, made_at)?;
    licences::put(project, &tree)?;
    documents(project, &tree)?;
    deb::close(&tree, programs.are_for_people(), made_at, folder)
}

/// What people read, with the links between the pages as in the repository.
fn documents(project: &Project, tree: &Tree) -> anyhow::Result<()> {
    const PLACE: &str = "usr/share/doc/ringback";
    let listed = process::output(
        std::process::Command::new("git")
            .current_dir(&project.root)
            .args(["ls-files", "README.md", "docs"]),
    )?;
    for path in listed.lines().filter(|path| !path.ends_with(".json")) {
        tree.copy(&project.path(path), &format!("{PLACE}/{path}"))?;
    }
    tree.compressed(
        &std::fs::read(project.path("CHANGELOG.md")).context("CHANGELOG.md")?,
        &format!("{PLACE}/changelog.gz"),
    )
}

/// The moment that stands in the package: `SOURCE_DATE_EPOCH`, else that of the last commit, in
/// seconds of Unix time.
fn made_at(project: &Project) -> anyhow::Result<u64> {
    let text = match env::var("SOURCE_DATE_EPOCH") {
        Ok(text) => text,
        Err(_) => process::output(
            std::process::Command::new("git")
                .current_dir(&project.root)
                .args(["log", "-1", "--format=%ct"]),
        )
        .context("outside a git checkout, set SOURCE_DATE_EPOCH")?,
    };
    let text = text.trim();
    text.parse()
        .with_context(|| format!("{text:?} is no number of seconds; correct SOURCE_DATE_EPOCH"))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use serde_json::Value;

    use super::*;

    fn configuration(project: &Project) -> Value {
        let text = fs::read_to_string(project.path("tauri.conf.json")).expect("it is there");
        serde_json::from_str(&text).expect("it is JSON")
    }

    #[test]
    fn all_systems_are_told_of_the_same_scheme() {
        let project = Project::load().expect("cargo can read this workspace");
        let schemes = &configuration(&project)["plugins"]["deep-link"]["desktop"]["schemes"];
        let scheme = schemes[0].as_str().expect("there is one");
        let entry = project.path("assets/linux/ringback-desktop.desktop");
        let entry = fs::read_to_string(entry).expect("it is there");
        let line = format!("MimeType=x-scheme-handler/{scheme};");
        assert!(entry.lines().any(|found| found == line), "{line}");
        let exec = entry.lines().find(|line| line.starts_with("Exec="));
        assert_eq!(
            exec,
            Some("Exec=ringback-desktop %u"),
            "the link is handed on"
        );
    }

    #[test]
    fn everything_that_the_bundles_of_other_systems_name_is_there() {
        let project = Project::load().expect("cargo can read this workspace");
        let configuration = configuration(&project);
        let bundle = &configuration["bundle"];
        let mut named: Vec<&str> = Vec::new();
        let icons = bundle["icon"].as_array().into_iter().flatten();
        named.extend(icons.filter_map(Value::as_str));
        for place in [
            "/licenseFile",
            "/macOS/entitlements",
            "/windows/nsis/installerIcon",
            "/linux/appimage/files/~1usr~1share~1metainfo~1dev.ringback.desktop.metainfo.xml",
        ] {
            let path = bundle.pointer(place).and_then(Value::as_str);
            named.push(path.unwrap_or_else(|| panic!("{place} names a file")));
        }
        for path in named {
            assert!(project.path(path).is_file(), "{path} is not there");
        }
        let windows = fs::read_to_string(project.path("assets/windows/bundle.json"));
        let windows: Value = serde_json::from_str(&windows.expect("it is there")).expect("JSON");
        let resources = windows["bundle"]["resources"].as_object();
        let second = resources.and_then(|all| all.get("target/release/ringback.exe"));
        assert_eq!(second, Some(&Value::from("ringback.exe")), "both programs");
    }
}
