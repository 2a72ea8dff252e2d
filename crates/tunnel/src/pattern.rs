//! What to look for in what a program prints.

use std::fmt;

use regex::{Regex, RegexBuilder};
use url::Url;

/// Patterns need not be larger, compiled, in bytes.
const LARGEST: usize = 1 << 20;

/// A regular expression. With a group, the group is what is meant; otherwise the whole match.
#[derive(Clone)]
pub struct Pattern(Regex);

/// A pattern that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is no regular expression: {0}")]
pub struct BadPattern(String);

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// With what is wrong in it.
    pub fn new(text: &str) -> Result<Self, BadPattern> {
        RegexBuilder::new(text)
            .size_limit(LARGEST)
            .build()
            .map(Self)
            .map_err(|error| {
                let text = error.to_string();
                let last = text.lines().last().unwrap_or_default();
                BadPattern(last.trim_start_matches("error: ").to_owned())
            })
    }

    /// Any https address.
    pub(crate) fn any_url() -> Self {
        Self::new(r#"https://[^\s"'<>|,]+"#).expect("this one is tested")
    }

    pub(crate) fn is_in(&self, line: &str) -> bool {
        self.0.is_match(line)
    }

    /// The web address that the pattern finds. Some programs print the host alone; it is one of https.
    pub(crate) fn url_in(&self, line: &str) -> Option<Url> {
        let found = self.0.captures(line)?;
        let text = found.get(1).or_else(|| found.get(0))?.as_str();
        let text = text.trim_end_matches(['.', ',', ')']);
        let url = match text.contains("://") {
            true => Url::parse(text).ok()?,
            false => Url::parse(&format!("https://{text}")).ok()?,
        };
        let is_usable = matches!(url.scheme(), "https" | "http")
            && url.host().is_some()
            && url.username().is_empty()
            && url.password().is_none();
        is_usable.then_some(url)
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_str().fmt(f)
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_str() == other.0.as_str()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(pattern: &str, line: &str) -> Option<String> {
        let pattern = Pattern::new(pattern).expect("a pattern");
        pattern.url_in(line).map(|url| url.to_string())
    }

    #[test]
    fn an_address_is_found_whole_or_as_the_group() {
        assert_eq!(
            found(
                r"https://[a-z0-9-]+\.trycloudflare\.com",
                "INF |  https://some-four-words-here.trycloudflare.com   |"
            )
            .as_deref(),
            Some("https://some-four-words-here.trycloudflare.com/")
        );
        assert_eq!(
            found(
                r"url=(https://\S+)",
                r#"lvl=info msg="started tunnel" addr=http://localhost:7480 url=https://a.ngrok.app"#
            )
            .as_deref(),
            Some("https://a.ngrok.app/")
        );
        assert_eq!(
            Pattern::any_url()
                .url_in("tunneled with tls termination, https://abc.lhr.life.")
                .map(|url| url.to_string())
                .as_deref(),
            Some("https://abc.lhr.life/")
        );
    }

    #[test]
    fn what_is_no_web_address_is_not_taken() {
        assert_eq!(found("ftp://\\S+", "ftp://a.example"), None);
        assert_eq!(found("https://\\S+", "https://u:p@a.example"), None);
        assert_eq!(found("https://\\S+", "nothing here"), None);
        assert_eq!(found("at (\\S+)", "at u:p@a.example"), None);
    }

    #[test]
    fn a_bad_pattern_says_what_is_wrong() {
        let error = Pattern::new("https://(").expect_err("it is open");
        assert_eq!(
            error.to_string(),
            "is no regular expression: unclosed group"
        );
    }
}
