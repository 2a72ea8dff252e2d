//! Who may import whom. The floors and their reasons are described in ARCHITECTURE.md; this is the
//! same table for a machine.

use super::{Finding, tree::Tree};

/// A package and the packages of this repository it may use. What tests use is not limited: a test
/// may put any other end to what it tests.
const FLOORS: &[(&str, &[&str])] = &[
    ("ringback-model", &[]),
    ("ringback-audio", &[]),
    ("ringback-tunnel", &[]),
    ("ringback-providers", &["ringback-model"]),
    ("ringback-store", &["ringback-model"]),
    ("ringback-archive", &["ringback-model"]),
    ("ringback-offsite", &["ringback-model"]),
    ("ringback-keys", &["ringback-model"]),
    ("ringback-logs", &["ringback-model"]),
    ("ringback-intake", &["ringback-providers", "ringback-model"]),
    (
        "ringback-engine",
        &[
            "ringback-intake",
            "ringback-providers",
            "ringback-store",
            "ringback-archive",
            "ringback-offsite",
            "ringback-keys",
            "ringback-logs",
            "ringback-model",
            "ringback-audio",
            "ringback-tunnel",
        ],
    ),
    (
        "ringback-api",
        &["ringback-engine", "ringback-logs", "ringback-model"],
    ),
    (
        "ringback",
        &[
            "ringback-api",
            "ringback-demo",
            "ringback-engine",
            "ringback-logs",
            "ringback-model",
            "ringback-simulator",
        ],
    ),
    (
        "ringback-desktop",
        &[
            "ringback-api",
            "ringback-demo",
            "ringback-engine",
            "ringback-logs",
            "ringback-model",
            "ringback-presence",
        ],
    ),
    ("ringback-presence", &["ringback-api", "ringback-model"]),
    (
        "ringback-demo",
        &["ringback-engine", "ringback-model", "ringback-simulator"],
    ),
    // The other side of the wire: it must not share our mistakes.
    ("ringback-simulator", &[]),
    ("ringback-peers", &[]),
    (
        "ringback-journeys",
        &[
            "ringback-api",
            "ringback-engine",
            "ringback-intake",
            "ringback-providers",
            "ringback-store",
            "ringback-archive",
            "ringback-offsite",
            "ringback-model",
            "ringback-audio",
            "ringback-peers",
            "ringback-simulator",
        ],
    ),
    // The bench and the chores look at the programs from outside, as anybody else does; through the
    // window the bench looks by the same means as the journeys, and a year of a million calls is written
    // and asked about as the engine does it.
    (
        "ringback-bench",
        &[
            "ringback-api",
            "ringback-engine",
            "ringback-journeys",
            "ringback-model",
            "ringback-peers",
            "ringback-simulator",
        ],
    ),
    ("xtask", &[]),
];

pub(crate) fn floors(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for package in &tree.packages {
        let Some((_, allowed)) = FLOORS.iter().find(|(name, _)| *name == package.name) else {
            findings.push(Finding::new(
                &package.name,
                "stands on no floor yet: give it one in ARCHITECTURE.md and in xtask/src/tidy/floors.rs",
            ));
            continue;
        };
        for dependency in &package.ours {
            if !allowed.contains(&dependency.as_str()) {
                findings.push(Finding::new(
                    &package.name,
                    format!("imports {dependency}, which does not stand on a lower floor"),
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

    fn package(name: &str, ours: &[&str]) -> Tree {
        Tree {
            packages: vec![PackageFacts {
                name: name.to_owned(),
                ours: ours.iter().map(|name| (*name).to_owned()).collect(),
                others: Vec::new(),
            }],
            ..Tree::default()
        }
    }

    #[test]
    fn two_crates_of_one_floor_are_strangers() {
        assert_eq!(
            floors(&package("ringback-store", &["ringback-archive"])).len(),
            1
        );
        assert!(floors(&package("ringback-store", &["ringback-model"])).is_empty());
    }

    #[test]
    fn a_crate_without_a_floor_is_found() {
        assert_eq!(floors(&package("ringback-attic", &[])).len(), 1);
    }

    #[test]
    fn the_table_itself_leads_only_downward() {
        fn reaches(from: &str, to: &str) -> bool {
            FLOORS
                .iter()
                .filter(|(name, _)| *name == from)
                .flat_map(|(_, below)| below.iter())
                .any(|below| *below == to || reaches(below, to))
        }
        for (name, _) in FLOORS {
            assert!(!reaches(name, name), "{name} stands below itself");
        }
    }
}
