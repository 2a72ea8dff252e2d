//! No question "which provider is this?" above the providers: there they are asked what they can do.

use super::{
    Finding,
    tree::{File, Tree},
};

const NAMES: [&str; 6] = ["retell", "vapi", "twilio", "telnyx", "recall", "custom"];

/// Those that speak a provider's language, or test and measure with it.
const MAY_KNOW: [&str; 6] = [
    "crates/providers/",
    "crates/simulator/",
    "tests/",
    "bench/",
    "xtask/",
    "ui/src/lib/host/fake/",
];

pub(crate) fn no_names_above(tree: &Tree) -> Vec<Finding> {
    tree.with_extension(&["rs", "ts", "svelte"])
        .filter(|file| !MAY_KNOW.iter().any(|folder| file.path.starts_with(folder)))
        .flat_map(questions)
        .collect()
}

fn questions(file: &File) -> Vec<Finding> {
    let tests_begin = file.tests_begin().unwrap_or(usize::MAX);
    file.lines()
        .take_while(|(number, _)| *number < tests_begin)
        .filter(|(_, line)| asks_for_a_name(line))
        .map(|(number, _)| {
            Finding::at(
                &file.path,
                number,
                "asks for a provider by name; ask the provider what it can do instead",
            )
        })
        .collect()
}

/// A match arm, a comparison or a `case` with a provider's name in quotes.
fn asks_for_a_name(line: &str) -> bool {
    let code = line.trim_start();
    if code.starts_with("//") || code.starts_with('*') {
        return false;
    }
    let names_one = NAMES.iter().any(|name| {
        ['"', '\'', '`']
            .iter()
            .any(|quote| code.contains(&format!("{quote}{name}{quote}")))
    });
    let asks = ["=>", "==", "!=", "matches!", "case "]
        .iter()
        .any(|question| code.contains(question))
        || code.starts_with('|');
    names_one && asks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_match_on_a_name_is_found_above_the_providers_only() {
        let arm = "fn f() {\n    \"retell\" => dollars(cents),\n}";
        let tree = Tree::of(&[
            ("crates/engine/src/cost.rs", arm),
            ("crates/providers/src/registry.rs", arm),
        ]);
        let findings = no_names_above(&tree);
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].place, "crates/engine/src/cost.rs:2");
    }

    #[test]
    fn comparisons_and_cases_are_questions_too() {
        assert!(asks_for_a_name(r#"if account.provider == "twilio" {"#));
        assert!(asks_for_a_name("{#if call.provider === 'vapi'}"));
        assert!(asks_for_a_name(r#"| "telnyx""#));
        assert!(!asks_for_a_name(
            r#"/// provider = "retell" => see the docs"#
        ));
        assert!(!asks_for_a_name(r#"provider: "retell","#));
    }

    #[test]
    fn tests_may_use_names() {
        let text = "#[cfg(test)]\nmod tests {\n    assert!(x == \"retell\");\n}";
        assert!(no_names_above(&Tree::of(&[("crates/api/src/call.rs", text)])).is_empty());
    }
}
