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
