//! HMAC in the flavours that providers sign with, compared in constant time.

use hmac::{EagerHash, Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Sha256, Sha512};

/// What is hashed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Algorithm {
    Sha1,
    Sha256,
    Sha512,
}

impl Algorithm {
    /// How many bytes a digest has.
    pub(crate) fn digest_length(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha512 => 64,
        }
    }

    /// The digest that `key` gives for the parts, one behind the other.
    pub(crate) fn sign(self, key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
        match self {
            Self::Sha1 => sign::<Sha1>(key, parts),
            Self::Sha256 => sign::<Sha256>(key, parts),
            Self::Sha512 => sign::<Sha512>(key, parts),
        }
    }

    /// Whether `key` gives one of `digests` for the parts, one behind the other. The parts are gone
    /// through once, however many digests somebody sends.
    pub(crate) fn fits(self, key: &[u8], parts: &[&[u8]], digests: &[Vec<u8>]) -> bool {
        match self {
            Self::Sha1 => fits::<Sha1>(key, parts, digests),
            Self::Sha256 => fits::<Sha256>(key, parts, digests),
            Self::Sha512 => fits::<Sha512>(key, parts, digests),
        }
    }
}

fn mac<H: EagerHash>(key: &[u8], parts: &[&[u8]]) -> Hmac<H>
where
    Hmac<H>: KeyInit + Mac,
{
    let mut mac = <Hmac<H> as KeyInit>::new_from_slice(key).expect("HMAC takes keys of any length");
    for part in parts {
        mac.update(part);
    }
    mac
}

fn sign<H: EagerHash>(key: &[u8], parts: &[&[u8]]) -> Vec<u8>
where
    Hmac<H>: KeyInit + Mac,
{
    mac::<H>(key, parts).finalize().into_bytes().to_vec()
}

fn fits<H: EagerHash>(key: &[u8], parts: &[&[u8]], digests: &[Vec<u8>]) -> bool
where
    Hmac<H>: KeyInit + Mac + Clone,
{
    let mac = mac::<H>(key, parts);
    digests
        .iter()
        .any(|digest| mac.clone().verify_slice(digest).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 2202 and RFC 4231, test case 2.
    #[test]
    fn the_standards_own_examples_fit_and_nothing_shorter_does() {
        let parts: [&[u8]; 2] = [b"what do ya want ", b"for nothing?"];
        for (algorithm, digest) in [
            (Algorithm::Sha1, "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
            (
                Algorithm::Sha256,
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            ),
            (
                Algorithm::Sha512,
                "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737",
            ),
        ] {
            let digest = hex::decode(digest).expect("hex");
            assert_eq!(digest.len(), algorithm.digest_length());
            let cut = digest[..digest.len() - 1].to_vec();
            assert!(algorithm.fits(b"Jefe", &parts, &[vec![0; 20], digest.clone()]));
            assert!(!algorithm.fits(b"Jefe", &parts, &[cut]));
            assert!(!algorithm.fits(b"jefe", &parts, &[digest]));
            assert!(!algorithm.fits(b"Jefe", &parts, &[]));
        }
    }
}
