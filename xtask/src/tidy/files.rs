//! How long files are, what they are called, how they open.

use super::{
    Finding,
    tree::{File, Tree},
};

const SOURCES: &[&str] = &["rs", "ts", "svelte", "css", "js", "mjs", "py", "sh"];

const LONGEST: usize = 600;

/// `lib.rs` is a table of contents.
const LONGEST_LIB: usize = 150;

/// Names that hide what is in a file.
const HIDING: &[&str] = &[
    "manager",
    "util",
    "utils",
    "helper",
    "helpers",
    "old",
    "v2",
    "misc",
    "common",
    "service",
    "services",
    "processor",
];

pub(crate) fn length(tree: &Tree) -> Vec<Finding> {
    tree.with_extension(SOURCES)
        .filter(|file| !file.is_generated())
        .filter_map(|file| {
            let most = if file.name() == "lib.rs" {
                LONGEST_LIB
            } else {
                LONGEST
            };
            let lines = file.text.lines().count();
            (lines > most).then(|| {
                Finding::new(
                    &file.path,
                    format!(
                        "{lines} lines, at most {most}: which of its ideas wants a file of its own?"
                    ),
                )
            })
        })
        .collect()
}

pub(crate) fn names(tree: &Tree) -> Vec<Finding> {
    tree.with_extension(SOURCES)
        .filter(|file| hides(file))
        .map(|file| Finding::new(&file.path, "a name that hides the noun; look for the noun"))
        .collect()
}

fn hides(file: &File) -> bool {
    let stem = file.name().split('.').next().unwrap_or_default();
    let folders = file.path.rsplit('/').skip(1);
    let last_word = stem
        .rsplit(['_', '-'])
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    HIDING.contains(&last_word.as_str())
        || HIDING.iter().any(|word| stem.ends_with(&capitalised(word)))
        || folders.into_iter().any(|folder| HIDING.contains(&folder))
}

/// As the end of a name like `CallManager`.
fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters
        .next()
        .map(|first| first.to_ascii_uppercase().to_string() + letters.as_str())
        .unwrap_or_default()
}

pub(crate) fn openings(tree: &Tree) -> Vec<Finding> {
    tree.with_extension(&["rs"])
        .filter(|file| {
            let first = file.text.lines().next().unwrap_or_default();
            first
                .strip_prefix("//!")
                .is_none_or(|sentence| sentence.trim().len() < 10)
        })
        .map(|file| {
            Finding::new(
                &file.path,
                "does not open with a sentence (`//!`) about what it is for",
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_file_is_found_and_a_table_of_contents_must_be_shorter() {
        let long = "x\n".repeat(601);
        let middling = "x\n".repeat(151);
        let generated = format!("// Made by a program. Do not edit.\n{long}");
        let tree = Tree::of(&[
            ("crates/a/src/call.rs", &long),
            ("crates/a/src/lib.rs", &middling),
            ("crates/a/src/merge.rs", &middling),
            ("ui/src/lib/bindings.ts", &generated),
        ]);
        let places: Vec<String> = length(&tree)
            .into_iter()
            .map(|finding| finding.place)
            .collect();
        assert_eq!(places, ["crates/a/src/call.rs", "crates/a/src/lib.rs"]);
    }

    #[test]
    fn names_that_hide_a_noun_are_found() {
        for path in [
            "crates/a/src/utils.rs",
            "crates/a/src/call_manager.rs",
            "ui/src/lib/CallService.svelte",
            "ui/src/lib/helpers/time.ts",
            "crates/a/src/merge-v2.rs",
        ] {
            assert_eq!(names(&Tree::of(&[(path, "")])).len(), 1, "{path}");
        }
        for path in ["crates/a/src/household.rs", "crates/a/src/threshold.rs"] {
            assert!(names(&Tree::of(&[(path, "")])).is_empty(), "{path}");
        }
    }

    #[test]
    fn a_rust_file_opens_with_a_sentence() {
        assert_eq!(openings(&Tree::of(&[("a.rs", "use std::fs;\n")])).len(), 1);
        assert_eq!(openings(&Tree::of(&[("a.rs", "//! x\n")])).len(), 1);
        assert!(openings(&Tree::of(&[("a.rs", "//! Takes in calls.\n")])).is_empty());
    }
}
