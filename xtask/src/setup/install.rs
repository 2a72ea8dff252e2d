//! Asks the system's package manager for what is missing.
//!
//! On Debian and its relatives the packages are installed, because that is also what continuous
//! integration runs on. Elsewhere the exact command is printed and the person decides.

use std::process::Command;

use anyhow::{Context, bail};

use super::requirements::Requirement;
use crate::process;

/// A package manager this program knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Manager {
    Apt,
    Dnf,
    Pacman,
}

/// Installs the missing packages, or ends with the command that does.
pub(crate) fn install(missing: &[&Requirement]) -> anyhow::Result<()> {
    if cfg!(target_os = "macos") {
        bail!(
            "install the Xcode command line tools with `xcode-select --install`, Node.js from \
             nodejs.org, and anything else listed above from where you usually get it"
        );
    }
    let Some(manager) = manager() else {
        bail!("none of apt-get, dnf and pacman is here; install what is listed above by hand");
    };
    let packages = names(missing, manager);
    match manager {
        Manager::Apt => apt(&packages),
        Manager::Dnf => bail!("run `sudo dnf install {}`", packages.join(" ")),
        Manager::Pacman => bail!("run `sudo pacman -S --needed {}`", packages.join(" ")),
    }
}

fn manager() -> Option<Manager> {
    [
        ("apt-get", Manager::Apt),
        ("dnf", Manager::Dnf),
        ("pacman", Manager::Pacman),
    ]
    .into_iter()
    .find_map(|(program, manager)| process::exists(program).then_some(manager))
}

/// The package names, each once.
fn names(missing: &[&Requirement], manager: Manager) -> Vec<&'static str> {
    let mut names: Vec<&str> = missing
        .iter()
        .map(|requirement| requirement.packages[manager as usize])
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

fn apt(packages: &[&str]) -> anyhow::Result<()> {
    let by_hand = format!(
        "sudo apt-get update && sudo apt-get install --no-install-recommends {}",
        packages.join(" ")
    );
    let apt_get = || -> anyhow::Result<Command> {
        let mut command = if is_root()? {
            Command::new("env")
        } else if process::exists("sudo") {
            let mut sudo = Command::new("sudo");
            sudo.arg("env");
            sudo
        } else {
            bail!("neither root nor sudo; ask somebody who may to run `{by_hand}`");
        };
        // sudo clears the environment, so the variable is set on the far side of it.
        command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get"]);
        Ok(command)
    };
    process::run(apt_get()?.args(["update", "--quiet"]))
        .with_context(|| format!("the package list could not be fetched; try `{by_hand}`"))?;
    process::run(
        apt_get()?
            .args(["install", "--quiet", "--yes", "--no-install-recommends"])
            .args(packages),
    )
    .with_context(|| format!("the packages could not be installed; try `{by_hand}`"))
}

fn is_root() -> anyhow::Result<bool> {
    Ok(process::output(Command::new("id").arg("-u"))?.trim() == "0")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::setup::requirements::REQUIREMENTS;

    #[test]
    fn a_package_that_provides_two_things_is_named_once() {
        let webkit: Vec<&Requirement> = REQUIREMENTS
            .iter()
            .filter(|requirement| requirement.what.starts_with("WebKit"))
            .collect();
        assert_eq!(webkit.len(), 2, "the library and the driver");
        assert_eq!(names(&webkit, Manager::Pacman), ["webkit2gtk-4.1"]);
        assert_eq!(
            names(&webkit, Manager::Apt),
            ["libwebkit2gtk-4.1-dev", "webkit2gtk-driver"]
        );
    }
}
