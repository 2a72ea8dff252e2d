//! Secrets that belong to no account: those of the tunnel and of the second copies.

use ringback_offsite::Place;

use super::{Config, Environment, SecretSource, TunnelKind};

/// A secret that belongs to no account.
#[derive(Debug, PartialEq, Eq)]
pub struct SharedSecret {
    /// Whose it is: `tunnel` or `offsite`, as the table in the file.
    pub of: &'static str,
    /// `secret`, `token`, ...
    pub name: &'static str,
    /// Its environment variable, also the name it is kept under.
    pub variable: &'static str,
}

/// Opens the private key of an SSH tunnel.
pub(super) const PASSPHRASE: &SharedSecret = &SHARED_SECRETS[0];
/// What a bore server wants to know.
pub(super) const SECRET: &SharedSecret = &SHARED_SECRETS[1];
/// What a tunnel's program shows to its service.
pub(super) const TOKEN: &SharedSecret = &SHARED_SECRETS[2];
/// Who we are at a bucket.
pub(super) const ACCESS_KEY_ID: &SharedSecret = &SHARED_SECRETS[3];
/// What proves it there.
pub(super) const SECRET_ACCESS_KEY: &SharedSecret = &SHARED_SECRETS[4];

/// Every secret that belongs to no account.
pub static SHARED_SECRETS: [SharedSecret; 5] = [
    SharedSecret {
        of: "tunnel",
        name: "passphrase",
        variable: "RINGBACK_TUNNEL_PASSPHRASE",
    },
    SharedSecret {
        of: "tunnel",
        name: "secret",
        variable: "RINGBACK_TUNNEL_SECRET",
    },
    SharedSecret {
        of: "tunnel",
        name: "token",
        variable: "RINGBACK_TUNNEL_TOKEN",
    },
    SharedSecret {
        of: "offsite",
        name: "access_key_id",
        variable: "RINGBACK_OFFSITE_ACCESS_KEY_ID",
    },
    SharedSecret {
        of: "offsite",
        name: "secret_access_key",
        variable: "RINGBACK_OFFSITE_SECRET_ACCESS_KEY",
    },
];

impl Config {
    /// Whether what is configured takes this secret.
    pub fn takes(&self, secret: &SharedSecret) -> bool {
        match &self.tunnel.kind {
            TunnelKind::Ssh(ssh) if secret == PASSPHRASE => ssh.key_file.is_some(),
            TunnelKind::Bore(_) if secret == SECRET => true,
            TunnelKind::Command(_) if secret == TOKEN => true,
            _ => secret.of == ACCESS_KEY_ID.of && matches!(self.offsite, Some(Place::Bucket(_))),
        }
    }
}

/// The secrets that are there.
pub(super) fn sources(
    environment: Environment<'_>,
    kept: Environment<'_>,
) -> Vec<(&'static SharedSecret, SecretSource)> {
    let source = |secret: &SharedSecret| {
        if environment(secret.variable).is_some() {
            return Some(SecretSource::Environment);
        }
        let kept = kept(secret.variable).filter(|text| !text.is_empty());
        kept.map(|_| SecretSource::Kept)
    };
    SHARED_SECRETS
        .iter()
        .filter_map(|secret| Some((secret, source(secret)?)))
        .collect()
}
