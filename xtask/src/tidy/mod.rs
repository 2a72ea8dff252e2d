//! The house rules that a machine can check.
//!
//! A rule is a pure function from the [`Tree`] to findings, so each is tested with a few lines of
//! bad text; a test below runs all of them over the real tree. A new rule is a line in [`RULES`].

mod dependencies;
mod files;
mod floors;
mod links;
mod providers;
mod strings;
mod tree;
mod words;

use std::process::ExitCode;

use anyhow::bail;

use crate::project::Project;
use tree::Tree;

/// Something that stands where it should not.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    /// `path` or `path:line`.
    place: String,
    /// What is wrong and what to do.
    what: String,
}

impl Finding {
    fn new(place: impl Into<String>, what: impl Into<String>) -> Self {
        Self {
            place: place.into(),
            what: what.into(),
        }
    }

    fn at(path: &str, line: usize, what: impl Into<String>) -> Self {
        Self::new(format!("{path}:{line}"), what)
    }
}

/// A rule: its name and the function that looks for breaches.
type Rule = (&'static str, fn(&Tree) -> Vec<Finding>);

const RULES: &[Rule] = &[
    ("a crate imports only from lower floors", floors::floors),
    (
        "above the providers nobody asks which provider it is",
        providers::no_names_above,
    ),
    ("files stay short", files::length),
    ("files are named for what is in them", files::names),
    ("every Rust file opens with what it is for", files::openings),
    ("nothing is left for later", words::leftovers),
    ("no folders of somebody's machine", words::home_folders),
    ("no emoji", words::emoji),
    ("tests do not sleep", words::sleeps),
    ("no test is switched off", words::switched_off),
    ("versions are named", dependencies::versions),
    ("some libraries exist once", dependencies::once),
    (
        "crates take versions and features from the workspace",
        dependencies::from_the_workspace,
    ),
    ("both languages have the same strings", strings::same_keys),
    (
        "links between documents lead somewhere",
        links::lead_somewhere,
    ),
];

/// `cargo xtask tidy`.
pub(crate) fn report(project: &Project) -> anyhow::Result<ExitCode> {
    match check(project) {
        Ok(note) => {
            println!("== tidy: {note}");
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => {
            println!("== tidy: {error:#}");
            Ok(ExitCode::FAILURE)
        }
    }
}

/// Runs all rules, prints what they find, and fails if they found something.
pub(crate) fn check(project: &Project) -> anyhow::Result<String> {
    let tree = Tree::read(project)?;
    let mut total = 0;
    for (name, rule) in RULES {
        let findings = rule(&tree);
        if findings.is_empty() {
            continue;
        }
        println!("   {name}:");
        for finding in &findings {
            println!("      {}: {}", finding.place, finding.what);
        }
        total += findings.len();
    }
    if total > 0 {
        bail!("{total} breaches of house rules, listed above");
    }
    Ok(format!(
        "{} rules over {} files",
        RULES.len(),
        tree.files.len()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_house_keeps_its_rules() {
        let project = Project::load().expect("cargo can read this workspace");
        let tree = Tree::read(&project).expect("git can list this repository");
        assert!(
            tree.files.len() > 50,
            "so few files that the list must be wrong: {}",
            tree.files.len()
        );
        let mut breaches = String::new();
        for (name, rule) in RULES {
            for finding in rule(&tree) {
                breaches.push_str(&format!("\n{name}\n   {}: {}", finding.place, finding.what));
            }
        }
        assert!(breaches.is_empty(), "{breaches}");
    }
}
