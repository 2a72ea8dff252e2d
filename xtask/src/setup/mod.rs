//! Sees to it that a fresh machine with Rust and Node has what a command needs: system packages
//! first, then npm packages, then the built UI. What is already there costs a few milliseconds.
//!
//! [`requirements`] is the list of system packages, [`probe`] finds out what is missing, [`install`]
//! asks the system's package manager for it. [`node`] insists on Node.js, [`npm`] fetches its
//! packages and builds the UI; [`python`] fetches what an example needs.

mod install;
mod node;
mod npm;
mod probe;
mod python;
mod requirements;

use std::process::ExitCode;

use anyhow::bail;

use crate::project::Project;
pub(crate) use npm::{build_ui, script as npm_script};
pub(crate) use python::LIST as PYTHON_PACKAGES;
use requirements::{REQUIREMENTS, Requirement};

/// What somebody wants to do, as far as it decides what has to be installed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Build `ringback` and the crates below it.
    Engine,
    /// Build the window.
    Window,
    /// Check, test or build the UI.
    Ui,
    /// Try the UI in a browser.
    Browser,
    /// Run the journeys through the whole app.
    Journeys,
    /// Sign webhooks with the providers' own packages, and run the examples of the documentation.
    Sdk,
    /// Drive a real window with a screen and a sound card of its own.
    Stage,
    /// Measure against other servers.
    Bench,
    /// Make a .deb and try it out.
    Package,
}

impl Purpose {
    /// The folder whose npm packages it needs.
    fn npm_folders(self) -> &'static [&'static str] {
        match self {
            Self::Ui => &["ui"],
            Self::Sdk => &["tests/sdk"],
            Self::Bench => &["bench/peers/express-postgres", "bench/peers/express-sqlite"],
            Self::Engine
            | Self::Window
            | Self::Browser
            | Self::Journeys
            | Self::Stage
            | Self::Package => &[],
        }
    }
}

/// Installs what these purposes need and the machine does not have.
pub(crate) fn prepare(project: &Project, purposes: &[Purpose]) -> anyhow::Result<()> {
    system_packages(purposes)?;
    if purposes
        .iter()
        .any(|purpose| !purpose.npm_folders().is_empty())
    {
        node::check()?;
    }
    let mut done: Vec<&str> = Vec::new();
    for folder in purposes.iter().flat_map(|purpose| purpose.npm_folders()) {
        if !done.contains(folder) {
            npm::packages(project, folder)?;
            done.push(folder);
        }
    }
    if purposes.contains(&Purpose::Sdk) {
        python::packages(project)?;
    }
    Ok(())
}

/// `cargo xtask setup`: what building and testing need.
pub(crate) fn everything(project: &Project) -> anyhow::Result<ExitCode> {
    prepare(
        project,
        &[
            Purpose::Engine,
            Purpose::Window,
            Purpose::Ui,
            Purpose::Browser,
            Purpose::Journeys,
            Purpose::Sdk,
            Purpose::Stage,
        ],
    )?;
    println!("== setup: everything for building and testing is here");
    Ok(ExitCode::SUCCESS)
}

fn system_packages(purposes: &[Purpose]) -> anyhow::Result<()> {
    let wanted = requirements_of(purposes);
    let missing = missing_of(&wanted);
    if missing.is_empty() {
        return Ok(());
    }

    println!("== setup: this machine lacks");
    for requirement in &missing {
        println!("   {} ({})", requirement.what, requirement.why);
    }
    install::install(&missing)?;

    let still_missing: Vec<&str> = missing_of(&wanted)
        .iter()
        .map(|requirement| requirement.what)
        .collect();
    if !still_missing.is_empty() {
        bail!(
            "installed, but still not found: {}. Is PKG_CONFIG_PATH or PATH set to something unusual?",
            still_missing.join(", ")
        );
    }
    Ok(())
}

fn requirements_of(purposes: &[Purpose]) -> Vec<&'static Requirement> {
    REQUIREMENTS
        .iter()
        .filter(|requirement| {
            requirement
                .purposes
                .iter()
                .any(|purpose| purposes.contains(purpose))
        })
        .collect()
}

fn missing_of(requirements: &[&'static Requirement]) -> Vec<&'static Requirement> {
    requirements
        .iter()
        .copied()
        .filter(|requirement| requirement.concerns_this_system() && !requirement.probe.finds_it())
        .collect()
}
