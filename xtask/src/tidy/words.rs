//! Words and signs that do not belong into the tree.

use super::{
    Finding,
    tree::{File, Tree},
};

const PROSE_AND_CODE: &[&str] = &[
    "rs", "ts", "svelte", "css", "html", "js", "mjs", "md", "toml", "sh", "py", "yml", "yaml",
    "sql",
];

// Put together from halves, so that this file does not find itself.
const LEFTOVERS: [&str; 5] = [
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("XX", "X"),
    concat!("for", " now"),
    concat!("un", "implemented!"),
];

const HOME_FOLDERS: [&str; 5] = [
    concat!("/ro", "ot/"),
    concat!("/ho", "me/"),
    concat!("/wo", "rk/"),
    concat!("/Us", "ers/"),
    concat!("C:\\Us", "ers\\"),
];

const SLEEPS: [&str; 3] = [
    concat!("thread::", "sleep"),
    concat!("time::", "sleep"),
    concat!("set", "Timeout("),
];

const IGNORE: &str = concat!("#[", "ignore");

const SWITCHES: [&str; 7] = [
    concat!("it.", "skip"),
    concat!("test.", "skip"),
    concat!("describe.", "skip"),
    concat!("it.", "only"),
    concat!("test.", "only"),
    concat!("describe.", "only"),
    concat!("test.", "todo"),
];

pub(crate) fn leftovers(tree: &Tree) -> Vec<Finding> {
    lines_with(tree, |line| {
        LEFTOVERS
            .iter()
            .find(|word| stands_alone(line, word) && !asks_at_this_moment(line, word))
            .map(|word| format!("{word:?}: finish it, or open an issue and delete the note"))
    })
}

pub(crate) fn home_folders(tree: &Tree) -> Vec<Finding> {
    lines_with(tree, |line| {
        HOME_FOLDERS
            .iter()
            .find(|folder| begins_a_path(line, folder))
            .map(|folder| format!("{folder:?} is a folder of somebody's machine"))
    })
}

/// Tests are free to send what people and providers send.
pub(crate) fn emoji(tree: &Tree) -> Vec<Finding> {
    let breaches = |file: &File| -> Vec<Finding> {
        let tests_begin = file.tests_begin().unwrap_or(usize::MAX);
        file.lines()
            .take_while(|(number, _)| *number < tests_begin)
            .filter_map(|(number, line)| {
                let sign = line.chars().find(|sign| is_emoji(*sign))?;
                Some(Finding::at(
                    &file.path,
                    number,
                    format!("U+{:04X}: say it in words or draw an icon", sign as u32),
                ))
            })
            .collect()
    };
    tree.with_extension(PROSE_AND_CODE)
        .filter(|file| !file.is_generated())
        .flat_map(breaches)
        .collect()
}

pub(crate) fn sleeps(tree: &Tree) -> Vec<Finding> {
    in_tests(
        tree,
        &SLEEPS,
        "a test waits for what it wants to see, not for a time",
    )
}

pub(crate) fn switched_off(tree: &Tree) -> Vec<Finding> {
    let mut findings = in_tests(
        tree,
        &SWITCHES,
        "a test that does not run proves nothing; mend it or delete it",
    );
    findings.extend(lines_with(tree, |line| {
        (line.trim_start().starts_with(IGNORE) && !line.contains("the test above")).then(|| {
            "only a test that another one starts as a process of its own may be ignored; its \
             reason says that it is run by \"the test above\""
                .to_owned()
        })
    }));
    findings
}

fn lines_with(tree: &Tree, breach: impl Fn(&str) -> Option<String>) -> Vec<Finding> {
    tree.with_extension(PROSE_AND_CODE)
        .filter(|file| !file.is_generated())
        .flat_map(|file| {
            file.lines().filter_map(|(number, line)| {
                breach(line).map(|what| Finding::at(&file.path, number, what))
            })
        })
        .collect()
}

fn in_tests(tree: &Tree, words: &[&str], what: &str) -> Vec<Finding> {
    let breaches = |file: &File| -> Vec<Finding> {
        let begin = file.tests_begin().unwrap_or(usize::MAX);
        file.lines()
            .filter(|(number, line)| {
                *number >= begin && words.iter().any(|word| line.contains(word))
            })
            .map(|(number, _)| Finding::at(&file.path, number, what))
            .collect()
    };
    tree.with_extension(&["rs", "ts", "svelte", "js", "mjs"])
        .flat_map(breaches)
        .collect()
}

/// "to ask for now" and "asked for now" put nothing off.
fn asks_at_this_moment(line: &str, word: &str) -> bool {
    word == LEFTOVERS[3]
        && (line.contains(concat!("ask for", " now"))
            || line.contains(concat!("asked for", " now")))
}

/// The word, not as a part of a longer one.
fn stands_alone(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + word.len()..].chars().next();
        let part_of_word =
            |sign: Option<char>| sign.is_some_and(|sign| sign.is_alphanumeric() || sign == '_');
        !part_of_word(before) && !part_of_word(after)
    })
}

/// The folder at the beginning of a path, not in the middle of one or of an address.
fn begins_a_path(line: &str, folder: &str) -> bool {
    line.match_indices(folder).any(|(at, _)| {
        line[..at]
            .chars()
            .next_back()
            .is_none_or(|before| !before.is_alphanumeric() && !".-_~}>)/".contains(before))
    })
}

/// Signs that are drawn as coloured pictures by default.
fn is_emoji(sign: char) -> bool {
    matches!(sign,
        '\u{1f300}'..='\u{1faff}'
        | '\u{1f1e6}'..='\u{1f1ff}'
        | '\u{231a}' | '\u{231b}'
        | '\u{23e9}'..='\u{23f3}'
        | '\u{2705}' | '\u{2728}' | '\u{274c}' | '\u{2753}'..='\u{2757}'
        | '\u{26a1}' | '\u{2b50}' | '\u{fe0f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(rule: fn(&Tree) -> Vec<Finding>, path: &str, text: &str) -> usize {
        rule(&Tree::of(&[(path, text)])).len()
    }

    #[test]
    fn notes_to_oneself_are_found_and_words_that_contain_them_are_not() {
        let note = format!("// {}: later", LEFTOVERS[0]);
        assert_eq!(found(leftovers, "a.rs", &note), 1);
        assert_eq!(
            found(leftovers, "a.md", &format!("good {}", LEFTOVERS[3])),
            1
        );
        assert_eq!(found(leftovers, "a.rs", &format!("x{}x", LEFTOVERS[2])), 0);
        assert_eq!(
            found(leftovers, "a.md", &format!("wait {}here", LEFTOVERS[3])),
            0
        );
    }

    #[test]
    fn a_home_folder_is_found_but_not_a_part_of_an_address() {
        assert_eq!(
            found(
                home_folders,
                "a.md",
                &format!("see {}me/x", HOME_FOLDERS[1])
            ),
            1
        );
        let address = format!("https://example.com{}x", HOME_FOLDERS[1]);
        assert_eq!(found(home_folders, "a.md", &address), 0);
    }

    #[test]
    fn pictures_are_found_and_typographic_signs_are_not() {
        assert_eq!(found(emoji, "a.md", "well done \u{1f389}"), 1);
        assert_eq!(found(emoji, "crates/a/tests/it/main.rs", "\u{1f389}"), 0);
        assert_eq!(
            found(emoji, "a.md", "a \u{2192} b, \u{260e}, \u{2713}, \u{2026}"),
            0
        );
    }

    #[test]
    fn sleeping_is_found_in_tests_only() {
        let nap = format!("    std::{}(d);", SLEEPS[0]);
        assert_eq!(found(sleeps, "crates/a/src/b.rs", &nap), 0);
        assert_eq!(found(sleeps, "tests/tests/journeys.rs", &nap), 1);
        let below = format!("fn f() {{}}\n#[cfg(test)]\nmod tests {{\n{nap}\n}}");
        assert_eq!(found(sleeps, "crates/a/src/b.rs", &below), 1);
    }

    #[test]
    fn a_test_that_is_switched_off_is_found() {
        let off = format!("{IGNORE} = \"slow\"]\nfn f() {{}}");
        assert_eq!(found(switched_off, "crates/a/tests/it/main.rs", &off), 1);
        let only = format!("{}('x', () => {{}})", SWITCHES[3]);
        assert_eq!(found(switched_off, "ui/src/a.test.ts", &only), 1);
    }

    #[test]
    fn a_test_that_another_test_starts_is_not_switched_off() {
        let child = format!("{IGNORE} = \"the process that the test above kills\"]\nfn f() {{}}");
        assert_eq!(found(switched_off, "crates/a/tests/it/main.rs", &child), 0);
    }
}
