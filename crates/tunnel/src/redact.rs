//! What other programs print, without what must not be in a log.

use std::sync::LazyLock;

use regex::Regex;

/// Longer lines are cut, in characters.
const LONGEST: usize = 400;

static SECRET: LazyLock<Regex> = LazyLock::new(|| {
    // Words that look like keys, and whatever follows a word that announces one.
    Regex::new(
        r#"(?i)((?:token|secret|password|passphrase|authorization|api[_-]?key|bearer)["']?\s*[=:\s]\s*["']?)[^\s"'&]+|[A-Za-z0-9+/_=-]{32,}"#,
    )
    .expect("this one is tested")
});

/// The line as it may be logged.
pub(crate) fn redact(line: &str, secrets: &[String]) -> String {
    let mut line = line.to_owned();
    for secret in secrets.iter().filter(|secret| !secret.is_empty()) {
        line = line.replace(secret.as_str(), "(hidden)");
    }
    let mut line = SECRET.replace_all(&line, "$1(hidden)").into_owned();
    if let Some((end, _)) = line.char_indices().nth(LONGEST) {
        line.truncate(end);
        line.push_str(" (cut)");
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_do_not_reach_the_log() {
        let secrets = ["short1".to_owned(), String::new()];
        for (line, wanted) in [
            ("using short1 now", "using (hidden) now"),
            ("auth token=abc next", "auth token=(hidden) next"),
            (r#"{"secret": "abc"}"#, r#"{"secret": "(hidden)"}"#),
            (
                "id eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9abc ok",
                "id (hidden) ok",
            ),
            ("listening on port 80", "listening on port 80"),
        ] {
            assert_eq!(redact(line, &secrets), wanted);
        }
    }

    #[test]
    fn a_long_line_is_cut() {
        let line = redact(&"a ".repeat(1_000), &[]);
        assert_eq!(line.chars().count(), LONGEST + " (cut)".len());
    }
}
