//! What we take from others: named versions, some libraries only once, features in one place.

use serde_json::Value;

use super::{Finding, tree::Tree};

/// Two copies of these would not work (one sqlite3 per program) or double what matters (decoders).
const ONCE: [&str; 2] = ["symphonia", "libsqlite3-sys"];

pub(crate) fn versions(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for package in &tree.packages {
        for (name, requirement) in &package.others {
            if requirement.contains('*') {
                findings.push(Finding::new(
                    &package.name,
                    format!("takes any version of {name}; name the one it is built with"),
                ));
            }
        }
    }
    for file in tree
        .files
        .iter()
        .filter(|file| file.name() == "package.json")
    {
        let Ok(package) = serde_json::from_str::<Value>(&file.text) else {
            findings.push(Finding::new(&file.path, "is not JSON"));
            continue;
        };
        for section in ["dependencies", "devDependencies", "optionalDependencies"] {
            for (name, version) in package[section].as_object().into_iter().flatten() {
                let version = version.as_str().unwrap_or_default();
                if is_wild(version) {
                    findings.push(Finding::new(
                        &file.path,
                        format!("takes {name} {version:?}; name the version it is built with"),
                    ));
                }
            }
        }
    }
    findings
}

fn is_wild(version: &str) -> bool {
    matches!(version, "" | "latest" | "next" | "x")
        || version.contains('*')
        || version.ends_with(".x")
}

pub(crate) fn once(tree: &Tree) -> Vec<Finding> {
    let Some(lock) = tree.file("Cargo.lock") else {
        return vec![Finding::new(
            "Cargo.lock",
            "is missing: it belongs into the repository",
        )];
    };
    ONCE.iter()
        .filter_map(|name| {
            let line = format!("name = \"{name}\"");
            let copies = lock.text.lines().filter(|other| *other == line).count();
            (copies > 1).then(|| {
                Finding::new(
                    "Cargo.lock",
                    format!("{copies} versions of {name}, where only one may be"),
                )
            })
        })
        .collect()
}

/// Otherwise checking one crate alone would build its dependencies differently than checking all.
pub(crate) fn from_the_workspace(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree
        .files
        .iter()
        .filter(|file| file.name() == "Cargo.toml" && file.path != "Cargo.toml")
    {
        let mut among_dependencies = false;
        for (number, line) in file.lines() {
            let line = line.trim();
            if line.starts_with('[') {
                among_dependencies = line.ends_with("dependencies]");
            } else if among_dependencies
                && !line.is_empty()
                && !line.starts_with('#')
                && line.contains('=')
                && !line.contains("workspace = true")
            {
                findings.push(Finding::at(
                    &file.path,
                    number,
                    "name version and features in the workspace's Cargo.toml, here only `workspace = true`",
                ));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::tree::PackageFacts;

    #[test]
    fn wild_versions_are_found_on_both_sides() {
        let mut tree = Tree::of(&[(
            "ui/package.json",
            r#"{"dependencies": {"svelte": "^5.57.0", "uplot": "latest"}, "devDependencies": {"vite": "8.x"}}"#,
        )]);
        tree.packages.push(PackageFacts {
            name: "ringback-model".into(),
            ours: Vec::new(),
            others: vec![
                ("serde".into(), "*".into()),
                ("jiff".into(), "^0.2.43".into()),
            ],
        });
        assert_eq!(versions(&tree).len(), 3);
    }

    #[test]
    fn a_second_sqlite_is_found() {
        let one = "[[package]]\nname = \"libsqlite3-sys\"\n";
        assert!(once(&Tree::of(&[("Cargo.lock", one)])).is_empty());
        assert_eq!(once(&Tree::of(&[("Cargo.lock", &one.repeat(2))])).len(), 1);
        assert_eq!(once(&Tree::default()).len(), 1, "no lock file at all");
    }

    #[test]
    fn a_version_in_a_crate_is_found() {
        let text = "[package]\nname = \"a\"\n[dependencies]\njiff.workspace = true\nserde = \"1\"\n[lints]\nworkspace = true\n";
        let findings = from_the_workspace(&Tree::of(&[
            ("Cargo.toml", text),
            ("crates/a/Cargo.toml", text),
        ]));
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].place, "crates/a/Cargo.toml:5");
    }
}
