//! The repository's files and packages, read once for all rules.

use std::{fs, process::Command};

use anyhow::Context;

use crate::{
    process,
    project::{Package, Project},
};

/// What the rules look at.
#[derive(Default)]
pub(crate) struct Tree {
    /// Every text file that git knows or would take in, sorted by path.
    pub(crate) files: Vec<File>,
    /// The paths of all files, the binary ones too.
    pub(crate) paths: Vec<String>,
    /// The workspace's packages.
    pub(crate) packages: Vec<PackageFacts>,
}

/// One text file.
pub(crate) struct File {
    /// From the root, with `/`.
    pub(crate) path: String,
    /// All of it.
    pub(crate) text: String,
}

/// What a rule may want to know about a package.
pub(crate) struct PackageFacts {
    /// As in `Cargo.toml`.
    pub(crate) name: String,
    /// Its dependencies on packages of this repository, without those for tests.
    pub(crate) ours: Vec<String>,
    /// Name and requirement of its dependencies on packages of others.
    pub(crate) others: Vec<(String, String)>,
}

impl Tree {
    /// Reads the files that are in git or would be with the next `git add`.
    pub(crate) fn read(project: &Project) -> anyhow::Result<Self> {
        let listing = process::output(Command::new("git").current_dir(&project.root).args([
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ]))
        .context("the rules look at the files that git lists")?;

        let mut tree = Self {
            packages: project.packages.iter().map(facts).collect(),
            ..Self::default()
        };
        let mut paths: Vec<&str> = listing.split_terminator('\0').collect();
        paths.sort_unstable();
        paths.dedup();
        for path in paths {
            // A file that was deleted but not yet committed is still listed.
            let Ok(bytes) = fs::read(project.path(path)) else {
                continue;
            };
            tree.paths.push(path.to_owned());
            if let Ok(text) = String::from_utf8(bytes) {
                tree.files.push(File {
                    path: path.to_owned(),
                    text,
                });
            }
        }
        Ok(tree)
    }

    /// The files with one of these extensions.
    pub(crate) fn with_extension(&self, extensions: &[&str]) -> impl Iterator<Item = &File> {
        self.files
            .iter()
            .filter(move |file| extensions.contains(&file.extension()))
    }

    /// The file at this path.
    pub(crate) fn file(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|file| file.path == path)
    }

    /// A tree of a few files, for the tests of rules.
    #[cfg(test)]
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        Self {
            paths: files.iter().map(|(path, _)| (*path).to_owned()).collect(),
            files: files
                .iter()
                .map(|(path, text)| File {
                    path: (*path).to_owned(),
                    text: (*text).to_owned(),
                })
                .collect(),
            packages: Vec::new(),
        }
    }
}

impl File {
    /// The last part of the path.
    pub(crate) fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    /// What follows the last dot of the name.
    pub(crate) fn extension(&self) -> &str {
        self.name().rsplit_once('.').map_or("", |(_, after)| after)
    }

    /// Written by a program and committed; its first lines say so.
    pub(crate) fn is_generated(&self) -> bool {
        self.text.lines().take(5).any(|line| {
            let line = line.to_ascii_lowercase();
            line.contains("do not edit") && !line.starts_with("//!")
        }) || self.name() == "package-lock.json"
            || self.name() == "Cargo.lock"
    }

    /// The number of the first line that only tests see; none if there is no such line. Lines count
    /// from 1.
    pub(crate) fn tests_begin(&self) -> Option<usize> {
        let whole_file = self.path.starts_with("tests/")
            || self.path.contains("/tests/")
            || self.name() == "tests.rs"
            || self.name().contains(".test.")
            || self.name().contains(".spec.");
        if whole_file {
            return Some(1);
        }
        self.text
            .lines()
            .position(|line| line.trim_start().starts_with("#[cfg(test)]"))
            .map(|before| before + 1)
    }

    /// Numbered lines, from 1.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text
            .lines()
            .enumerate()
            .map(|(at, line)| (at + 1, line))
    }
}

fn facts(package: &Package) -> PackageFacts {
    PackageFacts {
        name: package.name.clone(),
        ours: package
            .dependencies
            .iter()
            .filter(|dependency| dependency.is_ours && !dependency.for_tests)
            .map(|dependency| dependency.name.clone())
            .collect(),
        others: package
            .dependencies
            .iter()
            .filter(|dependency| !dependency.is_ours)
            .map(|dependency| (dependency.name.clone(), dependency.requirement.clone()))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> File {
        File {
            path: path.to_owned(),
            text: text.to_owned(),
        }
    }

    #[test]
    fn the_tests_of_a_file_begin_where_it_says_so() {
        let source = file(
            "crates/model/src/call.rs",
            "//! x\nfn f() {}\n#[cfg(test)]\nmod t {}",
        );
        assert_eq!(source.tests_begin(), Some(3));
        assert_eq!(
            file("crates/model/src/id.rs", "fn f() {}").tests_begin(),
            None
        );
        assert_eq!(file("ui/src/live.test.ts", "").tests_begin(), Some(1));
        assert_eq!(
            file("crates/store/tests/it/main.rs", "").tests_begin(),
            Some(1)
        );
    }

    #[test]
    fn names_and_extensions_are_read_from_the_path() {
        let bindings = file(
            "ui/src/lib/bindings.ts",
            "// Made by a program. Do not edit.\n",
        );
        assert_eq!(
            (bindings.name(), bindings.extension()),
            ("bindings.ts", "ts")
        );
        assert!(bindings.is_generated());
        assert!(!file("a/LICENSE", "").is_generated());
        assert_eq!(file("a/LICENSE", "").extension(), "");
    }
}
