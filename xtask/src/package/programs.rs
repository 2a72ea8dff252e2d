//! The two programs that a package brings.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};

use crate::{build, process, project::Project};

const NAMES: [&str; 2] = ["ringback", "ringback-desktop"];

/// Both, built.
pub(crate) struct Programs {
    folder: PathBuf,
    are_for_people: bool,
}

impl Programs {
    /// Unoptimised, where daily work builds them: for working on the package itself.
    pub(crate) fn for_development(project: &Project) -> anyhow::Result<Self> {
        println!("== package: both programs, unoptimised");
        let mut cargo = project.cargo();
        cargo.args(["build", "--locked", "-p", NAMES[0], "-p", NAMES[1]]);
        process::run(&mut cargo)?;
        let programs = Self {
            folder: project.target.join("debug"),
            are_for_people: false,
        };
        build::needs_no_window(&programs.path(NAMES[0]))?;
        Ok(programs)
    }

    /// Optimised, and without the folders of this machine in messages of panics: a package tells
    /// nobody who made it where, and does not change with the place.
    pub(crate) fn for_people(project: &Project) -> anyhow::Result<Self> {
        println!("== package: both programs, optimised");
        let target = project.target.join("package/build");
        let places = places(project)?;
        let flags: Vec<String> = places
            .iter()
            .map(|(place, name)| format!("--remap-path-prefix={}={name}", place.display()))
            .collect();
        let mut cargo = project.cargo();
        cargo
            .args([
                "build",
                "--locked",
                "--release",
                "-p",
                NAMES[0],
                "-p",
                NAMES[1],
            ])
            .arg("--target-dir")
            .arg(&target)
            .env("CARGO_ENCODED_RUSTFLAGS", flags.join("\x1f"));
        process::run(&mut cargo)?;
        let programs = Self {
            folder: target.join("release"),
            are_for_people: true,
        };
        build::needs_no_window(&programs.path(NAMES[0]))?;
        for (_, path) in programs.both() {
            names_no_place(&path, &places)?;
        }
        Ok(programs)
    }

    /// Name and path of each.
    pub(crate) fn both(&self) -> [(&'static str, PathBuf); 2] {
        NAMES.map(|name| (name, self.path(name)))
    }

    /// Whether they are optimised, and worth the time of packing them tightly.
    pub(crate) fn are_for_people(&self) -> bool {
        self.are_for_people
    }

    fn path(&self, name: &str) -> PathBuf {
        build::program(&self.folder, name)
    }
}

/// The folders of this machine that the compiler writes into programs, and what is to stand there
/// instead. Of two prefixes that fit, the compiler takes the later one.
fn places(project: &Project) -> anyhow::Result<[(PathBuf, &'static str); 3]> {
    let cargo_home = match env::var_os("CARGO_HOME") {
        Some(folder) => PathBuf::from(folder),
        None => env::home_dir()
            .context("neither CARGO_HOME nor a home folder is known")?
            .join(".cargo"),
    };
    Ok([
        (cargo_home, "cargo"),
        (project.root.clone(), "ringback"),
        (project.target.clone(), "target"),
    ])
}

fn names_no_place(program: &Path, places: &[(PathBuf, &str)]) -> anyhow::Result<()> {
    let bytes = fs::read(program).with_context(|| program.display().to_string())?;
    for (place, _) in places {
        let place = place.as_os_str().as_encoded_bytes();
        if bytes.windows(place.len()).any(|window| window == place) {
            bail!(
                "{} contains the path {}, which is nobody's business",
                program.display(),
                String::from_utf8_lossy(place)
            );
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_tells_where_it_was_built_is_found() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let program = folder.path().join("program");
        let places = [(PathBuf::from("/builds/ringback"), "ringback")];
        fs::write(&program, b"\x7fELF\0/builds/ringback/crates/x.rs\0").expect("a file");
        let error = names_no_place(&program, &places).expect_err("it does");
        assert!(error.to_string().contains("/builds/ringback"), "{error}");
        fs::write(&program, b"\x7fELF\0ringback/crates/x.rs\0").expect("a file");
        assert!(names_no_place(&program, &places).is_ok());
    }
}
