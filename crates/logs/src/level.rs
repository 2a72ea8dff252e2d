//! What is logged, in words: `info`, or `info,ringback_engine=debug`.

use std::{fmt, str::FromStr};

use tracing_subscriber::EnvFilter;

const WORDS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];

/// Libraries that tell more than anybody wants to read.
const TALKATIVE: [&str; 4] = ["hyper", "reqwest", "russh", "symphonia"];

/// What is logged. A single word is for everything, but for talkative libraries, of which only
/// warnings are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Level(String);

/// A level that cannot be understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "is no level; write one of off, error, warn, info, debug, trace, or for parts \"info,ringback_engine=debug\""
)]
pub struct BadLevel;

impl Level {
    /// The usual one.
    pub fn usual() -> Self {
        Self("info".into())
    }

    /// Nothing but what is wrong.
    pub fn quiet() -> Self {
        Self("warn".into())
    }

    /// The text that it was made of.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn filter(&self) -> EnvFilter {
        let mut words = self.0.clone();
        // What is quieter than a warning is quiet for them too.
        if !self.0.contains('=') && !matches!(self.0.as_str(), "off" | "error") {
            for library in TALKATIVE {
                words.push_str(&format!(",{library}=warn"));
            }
        }
        EnvFilter::new(words)
    }
}

impl FromStr for Level {
    type Err = BadLevel;

    fn from_str(text: &str) -> Result<Self, BadLevel> {
        let is_name = |name: &str| {
            !name.is_empty()
                && name
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | ':' | '-'))
        };
        let fits = text.split(',').all(|part| match part.split_once('=') {
            Some((name, level)) => is_name(name) && WORDS.contains(&level),
            None => WORDS.contains(&part),
        });
        fits.then(|| Self(text.to_owned())).ok_or(BadLevel)
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_or_words_for_parts_are_levels_and_anything_else_is_not() {
        for good in [
            "info",
            "off",
            "warn,ringback_engine=debug,ringback_store::commit=trace",
        ] {
            assert_eq!(
                good.parse::<Level>().map(|level| level.to_string()),
                Ok(good.into())
            );
        }
        for bad in [
            "",
            "loud",
            "info,",
            "ringback_engine=loud",
            "=info",
            "info, warn",
        ] {
            assert_eq!(bad.parse::<Level>(), Err(BadLevel), "{bad:?}");
        }
    }

    #[test]
    fn a_single_word_leaves_talkative_libraries_at_warnings() {
        let words = |text: &str| {
            text.parse::<Level>()
                .map(|level| level.filter().to_string())
        };
        let debug = words("debug").expect("a level");
        assert!(
            debug.contains("debug") && debug.contains("hyper=warn"),
            "{debug}"
        );
        assert_eq!(words("error"), Ok("error".into()));
    }
}
