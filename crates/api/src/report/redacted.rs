//! Takes out of a text what is nobody's business: names that are known here, and whatever looks like
//! a link, an address, a number or a key.

use std::{env, sync::LazyLock};

use regex::{Captures, Regex};
use ringback_engine::Engine;
use serde_json::Value;

/// A moment, or a run of digits that may be a phone number or an address.
static NUMBERS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?<moment>\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z)|\+?\d[\d ().:-]{4,}\d")
        .expect("the pattern is one")
});

static LINKS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"[A-Za-z][A-Za-z0-9+.-]*://[^\s"'<>]+"#).expect("the pattern is one")
});

static MAIL: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+").expect("the pattern is one"));

/// What stands in quotes is somebody's, not ours.
static QUOTED: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#""[^"]*""#).expect("the pattern is one"));

/// Long runs without a space: keys, ids, signatures. Words of ours have no digits.
static TOKENS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"[A-Za-z0-9_+/=.~%-]{16,}").expect("the pattern is one"));

/// Names on the internet, and of files.
static HOSTS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\b(?:[A-Za-z0-9_-]+\.)+[A-Za-z]{2,}\b").expect("the pattern is one")
});

/// Names with a dot that are ours and say what a line is about.
const OURS: [&str; 4] = ["config.toml", "ringback.db", "journal.db", "keys.age"];

/// Knows what is private here.
pub(super) struct Redacted {
    /// What is known, and what stands in its place; the longest first.
    known: Vec<(String, String)>,
}

impl Redacted {
    /// Knows the accounts, the secrets and the places of this installation.
    pub(super) fn of(engine: &Engine) -> Self {
        let mut known = Vec::new();
        let config = engine.config();
        for (index, configured) in config.accounts.iter().enumerate() {
            let account = &configured.account;
            known.push((account.id.to_string(), alias(index)));
            // As it stands in the names of variables.
            let shouted = account.id.as_str().replace('-', "_").to_uppercase();
            known.push((shouted, alias(index)));
            known.extend(
                account
                    .options
                    .values()
                    .map(|text| (text.clone(), "<setting>".to_owned())),
            );
            for name in configured.provider.secrets() {
                let secrets = account.secrets.all(name);
                let texts = secrets.iter().map(|secret| secret.reveal().to_owned());
                known.extend(texts.map(|secret| (secret, "<key>".into())));
            }
        }
        if let Some(place) = engine.offsite_place() {
            known.push((place.to_owned(), "<place>".into()));
        }
        let home = engine.home().data().display().to_string();
        known.push((home, "<home>".into()));
        for (variable, instead) in [("HOME", "~"), ("USER", "<user>"), ("HOSTNAME", "<host>")] {
            known.extend(env::var(variable).ok().map(|text| (text, instead.into())));
        }
        Self::knowing(known)
    }

    fn knowing(mut known: Vec<(String, String)>) -> Self {
        // A short one (a region, a flag) would hit words that are no secret.
        known.retain(|(text, _)| text.len() >= 4);
        known.sort_by_key(|(text, _)| std::cmp::Reverse(text.len()));
        Self { known }
    }

    /// The text without what is private.
    pub(super) fn text(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (known, instead) in &self.known {
            text = text.replace(known.as_str(), instead);
        }
        let text = LINKS.replace_all(&text, "<link>");
        let text = MAIL.replace_all(&text, "<mail>");
        let text = QUOTED.replace_all(&text, "\"…\"");
        let text = TOKENS.replace_all(&text, |found: &Captures<'_>| {
            let word = &found[0];
            if word.contains(|c: char| c.is_ascii_digit()) {
                "<token>".to_owned()
            } else {
                word.to_owned()
            }
        });
        let text = NUMBERS.replace_all(&text, |found: &Captures<'_>| {
            found.name("moment").map_or_else(
                || "<number>".to_owned(),
                |moment| moment.as_str().to_owned(),
            )
        });
        let text = HOSTS.replace_all(&text, |found: &Captures<'_>| {
            if OURS.contains(&&found[0]) {
                found[0].to_owned()
            } else {
                "<name>".to_owned()
            }
        });
        text.into_owned()
    }

    /// The same for every text in a document. Names of fields are ours.
    pub(super) fn json(&self, value: Value) -> Value {
        match value {
            Value::String(text) => self.text(&text).into(),
            Value::Array(items) => items.into_iter().map(|item| self.json(item)).collect(),
            Value::Object(fields) => fields
                .into_iter()
                .map(|(name, value)| (name, self.json(value)))
                .collect(),
            other => other,
        }
    }
}

/// What an account is called in the report.
pub(super) fn alias(index: usize) -> String {
    format!("account-{}", index + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redacted(text: &str) -> String {
        let known = [
            ("clinic-retell", "account-1"),
            ("clinic-retell-two", "account-2"),
            ("sk_live_short", "<key>"),
            ("us", "<setting>"),
        ];
        let known = known.map(|(text, instead)| (text.to_owned(), instead.to_owned()));
        Redacted::knowing(known.to_vec()).text(text)
    }

    #[test]
    fn what_says_who_or_how_to_get_in_is_taken_out() {
        for (text, left) in [
            (
                "account clinic-retell-two and clinic-retell",
                "account account-2 and account-1",
            ),
            ("key sk_live_short!", "key <key>!"),
            (
                "from +15005558642 to (500) 555-8642",
                "from <number> to (<number>",
            ),
            (
                "GET https://media.example/a/b?sig=1 failed",
                "GET <link> failed",
            ),
            ("s3://bucket/calls", "<link>"),
            ("wss://a:b@host:1/x", "<link>"),
            ("no route to 10.1.2.3:443", "no route to <number>"),
            ("cannot resolve hooks.example.com", "cannot resolve <name>"),
            ("mail jane.doe@example.com", "mail <mail>"),
            ("he said \"I feel sick\" twice", "he said \"…\" twice"),
            ("id 01KABCDEFGHJKMNPQRSTVWXYZ0", "id <token>"),
            ("key AbCdEf0123456789AbCdEf==", "key <token>"),
        ] {
            assert_eq!(redacted(text), left, "{text}");
        }
    }

    #[test]
    fn what_a_line_is_about_stays() {
        for text in [
            "2026-03-01T10:00:03.123456Z  INFO ringback_engine::background: the door is open",
            "signature_from_the_future",
            "status 503, attempt 3, 1200 ms",
            "a wrong key in config.toml, line 12",
        ] {
            assert_eq!(redacted(text), text);
        }
    }
}
