//! Names of things: Ringback's own ids and the providers'.

use std::{fmt, str::FromStr};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use ulid::Ulid;

/// The id of an account as written in `config.toml`: `[a-z0-9-]+`, at most 64 characters.
///
/// It is shown to people and is part of URLs and file names, which is why the alphabet is so small.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AccountId(String);

/// Why a text is no account id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an account id has 1 to 64 characters from a-z, 0-9 and -")]
pub struct AccountIdError;

impl AccountId {
    /// Checks the alphabet and the length.
    pub fn new(text: impl Into<String>) -> Result<Self, AccountIdError> {
        let text = text.into();
        let fits = (1..=64).contains(&text.len())
            && text
                .bytes()
                .all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-'));
        if fits {
            Ok(Self(text))
        } else {
            Err(AccountIdError)
        }
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for AccountId {
    type Error = AccountIdError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::new(text)
    }
}

impl From<AccountId> for String {
    fn from(id: AccountId) -> Self {
        id.0
    }
}

impl FromStr for AccountId {
    type Err = AccountIdError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::new(text)
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Declares an id that is free text chosen by a provider.
macro_rules! provider_text {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Takes the provider's text as it is; it may contain anything.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// The provider's text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

provider_text! {
    /// The provider's id of a conversation. Where a provider has several legs in one conversation,
    /// this is the id of the root leg.
    ProviderCallId
}

provider_text! {
    /// The provider's id of one leg of a conversation.
    LegId
}

provider_text! {
    /// Tells the recordings of one call apart: the provider's recording id, or the empty text where
    /// a provider has one recording a call and gives it no id of its own.
    RecordingKey
}

impl RecordingKey {
    /// The key of "the" recording of a call at providers without recording ids.
    pub fn only() -> Self {
        Self::default()
    }

    /// The key of a recording that was reported without its id: by the leg that was recorded, and
    /// when that began. Whether it is one that is known by its id is told by
    /// [`Call::named`](crate::Call::named).
    pub fn unnamed(leg: &LegId, began: Timestamp) -> Self {
        Self(format!("{UNNAMED}{leg}{BEGAN}{began}"))
    }

    /// The leg and the begin of a recording that was reported without its id.
    pub fn unnamed_parts(&self) -> Option<(LegId, Timestamp)> {
        let (leg, began) = self.0.strip_prefix(UNNAMED)?.rsplit_once(BEGAN)?;
        Some((LegId::new(leg), began.parse().ok()?))
    }

    /// The provider's recording id, if it has one and it is known.
    pub fn provider_id(&self) -> Option<&str> {
        let is_id = !self.0.is_empty() && self.unnamed_parts().is_none();
        is_id.then_some(self.0.as_str())
    }
}

const UNNAMED: &str = "leg ";
const BEGAN: &str = " at ";

/// Declares an id of our own: a ULID whose random part is derived from what it names, so that a
/// database rebuilt from the journal gives everything its old id again.
macro_rules! own_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Ulid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = ulid::DecodeError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Ulid::from_string(text).map(Self)
            }
        }
    };
}

own_id! {
    /// Ringback's id of a call.
    CallId
}

own_id! {
    /// Ringback's id of a recording.
    RecordingId
}

impl CallId {
    /// The id of a call that was first heard of at `first_seen`.
    pub fn derive(first_seen: Timestamp, account: &AccountId, call: &ProviderCallId) -> Self {
        Self(ulid_of(
            milliseconds(first_seen),
            &[account.as_str(), call.as_str()],
        ))
    }
}

impl RecordingId {
    /// The id of the recording `key` of `call`.
    pub fn derive(call: CallId, key: &RecordingKey) -> Self {
        Self(ulid_of(
            call.0.timestamp_ms(),
            &[&call.to_string(), key.as_str()],
        ))
    }
}

fn milliseconds(at: Timestamp) -> u64 {
    u64::try_from(at.as_millisecond()).unwrap_or(0)
}

fn ulid_of(ms: u64, parts: &[&str]) -> Ulid {
    let mut hash = Sha256::new();
    for part in parts {
        // The length keeps ("ab", "c") and ("a", "bc") apart.
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    let digest = hash.finalize();
    let mut random = [0u8; 16];
    random[6..].copy_from_slice(&digest[..10]);
    Ulid::from_parts(ms, u128::from_be_bytes(random))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_id_is_safe_in_urls_and_file_names() {
        assert!(AccountId::new("clinic-retell-2").is_ok());
        for bad in ["", "Clinic", "a/b", "a.b", "ü", &"x".repeat(65)] {
            assert_eq!(AccountId::new(bad), Err(AccountIdError), "{bad:?}");
        }
    }

    #[test]
    fn a_recording_without_its_id_is_known_by_its_leg_and_its_begin() {
        let began: Timestamp = "2026-03-01T10:00:03.12Z".parse().expect("a time");
        let leg = LegId::new("leg at home");
        let key = RecordingKey::unnamed(&leg, began);
        assert_eq!(key.unnamed_parts(), Some((leg, began)));
        assert_eq!(key.provider_id(), None);
        for id in ["RE1", "leg 1", "leg 1 at noon", " at "] {
            assert_eq!(RecordingKey::new(id).provider_id(), Some(id));
        }
        assert_eq!(RecordingKey::only().provider_id(), None);
    }

    #[test]
    fn the_same_call_gets_the_same_id_again() {
        let account = AccountId::new("a").expect("valid");
        let at = Timestamp::from_second(1_760_000_000).expect("in range");
        let one = CallId::derive(at, &account, &ProviderCallId::new("call_1"));
        assert_eq!(
            one,
            CallId::derive(at, &account, &ProviderCallId::new("call_1"))
        );
        assert_ne!(
            one,
            CallId::derive(at, &account, &ProviderCallId::new("call_2"))
        );
        assert_eq!(one.to_string().parse::<CallId>(), Ok(one));
        assert_eq!(one.to_string().len(), 26);
    }
}
