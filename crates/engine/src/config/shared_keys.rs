//! The settings that every account has, for people who fill them in.

/// A setting that every account has.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CommonField {
    /// Its key in `[[accounts]]`.
    pub key: &'static str,
    /// What it takes, with what counts if it is left out.
    pub kind: CommonKind,
    /// What it is for, in a sentence.
    pub about: &'static str,
}

/// What a setting takes, with what counts if it is left out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum CommonKind {
    /// A web address; the provider's own.
    Address,
    /// A length of time such as `5m`; `0s` is never.
    Duration(&'static str),
    /// True or false; false.
    Flag,
    /// A list of texts; none.
    List,
    /// A number; as is usual.
    Number(Option<f64>),
}

/// All of them.
pub const COMMON_FIELDS: [CommonField; 9] = [
    CommonField {
        key: "base_url",
        kind: CommonKind::Address,
        about: "Where the provider's API is: a region, a proxy.",
    },
    CommonField {
        key: "poll_every",
        kind: CommonKind::Duration("5m"),
        about: "How often the provider's list of calls is read; 0s is never.",
    },
    CommonField {
        key: "accept_unsigned",
        kind: CommonKind::Flag,
        about: "Events without a signature are taken as hints to ask the provider.",
    },
    CommonField {
        key: "media_hosts",
        kind: CommonKind::List,
        about: "Further hosts that recordings may be fetched from: host or host:port.",
    },
    CommonField {
        key: "allow_private_network",
        kind: CommonKind::Flag,
        about: "For stand-ins only: plain http and private addresses are allowed.",
    },
    CommonField {
        key: "delete_at_provider",
        kind: CommonKind::Flag,
        about: "Recordings are deleted at the provider after a verified copy.",
    },
    CommonField {
        key: "requests_per_second",
        kind: CommonKind::Number(Some(10.0)),
        about: "How many requests the provider's API gets at most.",
    },
    CommonField {
        key: "max_downloads",
        kind: CommonKind::Number(Some(3.0)),
        about: "Recordings that are brought in at the same time.",
    },
    CommonField {
        key: "stuck_after",
        kind: CommonKind::Duration("2h"),
        about: "A call that goes on without news for longer is looked at; 0s is never.",
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{file::ACCOUNT_KEYS, limits};

    #[test]
    fn a_person_is_asked_for_every_key_that_has_no_way_of_its_own() {
        let own = ["id", "provider", "paused", "checks"];
        let keys = ACCOUNT_KEYS.into_iter().chain(limits::KEYS);
        let mut wanted: Vec<_> = keys.filter(|key| !own.contains(key)).collect();
        let mut asked: Vec<_> = COMMON_FIELDS.iter().map(|field| field.key).collect();
        wanted.sort_unstable();
        asked.sort_unstable();
        assert_eq!(asked, wanted);
    }
}
