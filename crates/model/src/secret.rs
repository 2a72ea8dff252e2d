//! Texts that must not be seen in logs and error messages.

use std::fmt;

use serde::{Deserialize, Serialize};
use url::Url;

/// A key or token. Printing it shows that there is one, never what it is.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Takes the secret in, without surrounding white space (a key pasted with a line end is the
    /// most common reason for a key that does not work).
    pub fn new(text: impl AsRef<str>) -> Self {
        Self(text.as_ref().trim().to_owned())
    }

    /// The secret itself, for the one place that needs it.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(redacted)")
    }
}

/// A link to media. Links are bearer secrets: whoever has one can fetch the sound.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SecretUrl(Url);

impl SecretUrl {
    /// Wraps a link.
    pub fn new(url: Url) -> Self {
        Self(url)
    }

    /// The link itself, for the one place that fetches it.
    pub fn reveal(&self) -> &Url {
        &self.0
    }
}

impl fmt::Debug for SecretUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "SecretUrl({}, redacted)",
            self.0.host_str().unwrap_or("?")
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printing_a_secret_shows_nothing_of_it() {
        assert_eq!(format!("{:?}", Secret::new(" key_1\n")), "Secret(redacted)");
        assert_eq!(Secret::new(" key_1\n").reveal(), "key_1");
        let link = SecretUrl::new(Url::parse("https://cdn.example/a?sig=1").expect("valid"));
        assert_eq!(format!("{link:?}"), "SecretUrl(cdn.example, redacted)");
    }
}
