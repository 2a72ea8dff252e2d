//! Where things are: the root of the repository, its packages and their targets, and how to call
//! cargo and npm so that they agree with what a person would type.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::Context;
use serde_json::Value;

use crate::process;

/// The repository as cargo sees it.
pub(crate) struct Project {
    /// The folder with the workspace's `Cargo.toml`.
    pub(crate) root: PathBuf,
    /// Where cargo puts what it builds.
    pub(crate) target: PathBuf,
    /// The workspace's own packages.
    pub(crate) packages: Vec<Package>,
}

/// One package of the workspace.
pub(crate) struct Package {
    /// As in its `Cargo.toml`.
    pub(crate) name: String,
    /// What it needs.
    pub(crate) dependencies: Vec<Dependency>,
    /// What it consists of.
    pub(crate) targets: Vec<Target>,
}

/// One line of a package's dependencies.
pub(crate) struct Dependency {
    /// The package it asks for.
    pub(crate) name: String,
    /// The version requirement.
    pub(crate) requirement: String,
    /// It stands in this repository.
    pub(crate) is_ours: bool,
    /// Only tests, examples and benches see it.
    pub(crate) for_tests: bool,
}

/// A library, program, example or test binary.
pub(crate) struct Target {
    /// As cargo calls it.
    pub(crate) name: String,
    /// `lib`, `bin`, `example`, `test`, ...
    pub(crate) kind: String,
}

impl Project {
    /// Reads the workspace that this program belongs to.
    pub(crate) fn load() -> anyhow::Result<Self> {
        let own = env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root = own
            .parent()
            .context("the folder xtask stands in the root of the repository")?;

        let text =
            process::output(cargo_in(root).args(["metadata", "--no-deps", "--format-version=1"]))?;
        let metadata: Value = serde_json::from_str(&text).context("cargo metadata")?;
        Ok(Self {
            root: root.to_owned(),
            target: PathBuf::from(string(&metadata["target_directory"])),
            packages: list(&metadata["packages"]).map(package).collect(),
        })
    }

    /// A path inside the repository.
    pub(crate) fn path(&self, relative: impl AsRef<Path>) -> PathBuf {
        self.root.join(relative)
    }

    /// Where the chores keep their own notes.
    pub(crate) fn notes(&self) -> PathBuf {
        self.target.join("xtask")
    }

    /// The package of this name, if there is one.
    pub(crate) fn package(&self, name: &str) -> Option<&Package> {
        self.packages.iter().find(|package| package.name == name)
    }

    /// Cargo, as if called by hand in the root.
    pub(crate) fn cargo(&self) -> Command {
        cargo_in(&self.root)
    }

    /// npm in a folder of the repository.
    pub(crate) fn npm(&self, folder: &str) -> Command {
        let mut npm = Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" });
        npm.current_dir(self.path(folder));
        npm
    }
}

/// `cargo run` tells the program it starts about its package through the environment. Handed on to
/// another cargo, these variables make build scripts that watch them run again (ring's does), and
/// with them everything above; so they are taken away.
fn cargo_in(root: &Path) -> Command {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(root);
    for (name, _) in env::vars_os() {
        let told_by_cargo_run = name.to_str().is_some_and(|name| {
            name.starts_with("CARGO_PKG_")
                || name.starts_with("CARGO_MANIFEST_")
                || name == "CARGO_BIN_NAME"
                || name == "CARGO_CRATE_NAME"
                || name == "CARGO_PRIMARY_PACKAGE"
        });
        if told_by_cargo_run {
            cargo.env_remove(name);
        }
    }
    cargo
}

fn package(value: &Value) -> Package {
    Package {
        name: string(&value["name"]),
        dependencies: list(&value["dependencies"])
            .map(|dependency| Dependency {
                name: string(&dependency["name"]),
                requirement: string(&dependency["req"]),
                is_ours: dependency["path"].is_string(),
                for_tests: dependency["kind"] == "dev",
            })
            .collect(),
        targets: list(&value["targets"])
            .map(|target| Target {
                name: string(&target["name"]),
                kind: string(&target["kind"][0]),
            })
            .collect(),
    }
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn string(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
