//! Links in Markdown files that lead to files of this repository.

use super::{
    Finding,
    tree::{File, Tree},
};

pub(crate) fn lead_somewhere(tree: &Tree) -> Vec<Finding> {
    tree.with_extension(&["md"])
        .flat_map(|file| broken(tree, file))
        .collect()
}

fn broken(tree: &Tree, file: &File) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut in_code = false;
    for (number, line) in file.lines() {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
        }
        if in_code {
            continue;
        }
        for target in targets(line) {
            let Some(path) = path_of(file, target) else {
                continue;
            };
            if !exists(tree, &path) {
                findings.push(Finding::at(
                    &file.path,
                    number,
                    format!("leads to {path}, which is not there"),
                ));
            }
        }
    }
    findings
}

/// What stands in the round brackets of `[text](target)` and `![text](target)`.
fn targets(line: &str) -> impl Iterator<Item = &str> {
    line.split("](").skip(1).filter_map(|after| {
        let inside = after.split(')').next()?;
        inside.split_whitespace().next()
    })
}

/// The path from the root that a link means; none if it leads out of the repository or only to a
/// heading of its own page.
fn path_of(file: &File, target: &str) -> Option<String> {
    let path = target.split('#').next().unwrap_or_default();
    if path.is_empty() || path.contains("://") || path.starts_with("mailto:") {
        return None;
    }
    let mut parts: Vec<&str> = match path.strip_prefix('/') {
        Some(_) => Vec::new(),
        None => file.path.split('/').rev().skip(1).collect::<Vec<_>>(),
    };
    parts.reverse();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

/// A file, or a folder with files in it.
fn exists(tree: &Tree, path: &str) -> bool {
    let as_folder = format!("{path}/");
    tree.paths
        .iter()
        .any(|other| other == path || other.starts_with(&as_folder))
        || path.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_to_a_file_that_went_away_is_found() {
        let findings = lead_somewhere(&Tree::of(&[
            (
                "README.md",
                "[a](docs/a.md) and ![b](docs/b.png \"B\") and [c](docs)",
            ),
            (
                "docs/a.md",
                "[back](../README.md#top) [here](#here) [out](https://example.com/x)",
            ),
        ]));
        assert_eq!(
            findings,
            [Finding::at(
                "README.md",
                1,
                "leads to docs/b.png, which is not there"
            )]
        );
    }

    #[test]
    fn examples_in_code_are_no_links() {
        let text = "```\n[a](nowhere.md)\n```\n";
        assert!(lead_somewhere(&Tree::of(&[("README.md", text)])).is_empty());
    }
}
