//! Who the server has to be: fingerprints of its key, as `ssh-keygen -l` shows them.

use russh::keys::{HashAlg, PublicKeyOrCertificate};

use crate::{Reason, ReasonCode};

/// The fingerprints that are good. With none, no server is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HostKeys(Vec<String>);

/// A text that is no fingerprint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "is no fingerprint such as \"SHA256:\" and 43 characters; `ssh-keygen -lf FILE.pub` shows it"
)]
pub struct NotAHostKey;

impl HostKeys {
    /// Reads one fingerprint, or several with spaces between them.
    ///
    /// # Errors
    /// If one of them is none.
    pub fn parse(text: &str) -> Result<Self, NotAHostKey> {
        let keys: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
        let is_fingerprint = |key: &String| {
            key.strip_prefix("SHA256:").is_some_and(|hash| {
                hash.len() == 43
                    && hash
                        .bytes()
                        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'))
            })
        };
        if keys.is_empty() || !keys.iter().all(is_fingerprint) {
            return Err(NotAHostKey);
        }
        Ok(Self(keys))
    }

    /// Whether the server `host` that shows this key is the right one.
    pub(super) fn check(&self, host: &str, shown: &PublicKeyOrCertificate) -> Result<(), Reason> {
        let (kind, print) = match shown {
            PublicKeyOrCertificate::PublicKey { key, .. } => {
                (key.algorithm(), key.fingerprint(HashAlg::Sha256))
            }
            PublicKeyOrCertificate::Certificate(certificate) => (
                certificate.algorithm(),
                certificate.public_key().fingerprint(HashAlg::Sha256),
            ),
        };
        let print = print.to_string();
        if self.0.contains(&print) {
            return Ok(());
        }
        if self.0.is_empty() {
            return Err(Reason::new(
                ReasonCode::HostKeyUnknown,
                format!("the server {host} is not known yet; it shows the key {print} ({kind})"),
            ));
        }
        Err(Reason::new(
            ReasonCode::HostKeyChanged,
            format!(
                "the server {host} shows the key {print} ({kind}), which is not the one in host_key; nothing was sent to it"
            ),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fingerprints_are_read_and_nothing_else() {
        let one = "SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU";
        let other = "SHA256:uNiVztksCsDhcc0u9e8BrDJs3zyZvXhzZcGTMXvYJyo";
        assert!(HostKeys::parse(one).is_ok());
        assert_eq!(
            HostKeys::parse(&format!("{one}  {other}")),
            Ok(HostKeys(vec![one.into(), other.into()]))
        );
        for wrong in ["", "MD5:aa:bb", "SHA256:short", "ssh-ed25519 AAAAC3Nz"] {
            assert_eq!(HostKeys::parse(wrong), Err(NotAHostKey), "{wrong}");
        }
    }
}
