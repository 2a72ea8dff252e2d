//! What a recording is called on disk.
//!
//! The name is `{call}` or `{call}_{recording}`, the provider's own ids, wherever that is safe on
//! every platform and cannot be mistaken for another recording's name. Where it is not, what is
//! readable of the ids is kept and `~` with a hash of them is put behind it. `~` is in no other
//! name, so the two kinds never meet.
//!
//! Two rules keep plain names apart even where upper and lower case are the same to the file system:
//! - Of all spellings of an id only one is plain: the one in small letters, or, for ids of two
//!   letters and a number like `CA0123…`, the one with capital letters as their issuer writes them.
//! - An id is plain with at most one `_`, and then only after a word of letters as in `call_0001`;
//!   a call whose whole id is such a word is not plain together with a recording id.

use std::fmt;

use ringback_model::{ProviderCallId, RecordingKey};
use sha2::{Digest, Sha256};

/// The longest plain name, and the longest readable part of others, in bytes. With folders in front
/// and `-2.json` behind, this stays within what every platform can open.
const LONGEST: usize = 80;

/// How much of the hash stands in a name, in bytes.
const HASH: usize = 8;

/// Names that are devices on Windows, whatever extension follows.
const DEVICES: [&str; 22] = [
    "con", "prn", "aux", "nul", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8",
    "com9", "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9",
];

/// The name of a recording's file without its extension: safe on every platform, and different for
/// different recordings of an account.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RecordingName(String);

impl RecordingName {
    /// The name of a recording of a call.
    pub fn new(call: &ProviderCallId, recording: &RecordingKey) -> Self {
        let call = call.as_str();
        // The whole key and not only an id: recordings whose id nobody knows yet differ too.
        let recording = Some(recording.as_str()).filter(|key| !key.is_empty());
        Self(match recording {
            None if is_plain(call) && call.len() <= LONGEST && !is_device(call) => call.to_owned(),
            Some(recording)
                if is_plain(call)
                    && is_plain(recording)
                    && !is_word(call)
                    && call.len() + recording.len() < LONGEST =>
            {
                format!("{call}_{recording}")
            }
            recording => hashed(call, recording),
        })
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name of another file of the same recording, when the first `count - 1` are taken.
    pub(crate) fn numbered(&self, count: u32) -> String {
        match count {
            0 | 1 => self.0.clone(),
            _ => format!("{self}-{count}"),
        }
    }
}

impl fmt::Display for RecordingName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether an id can stand in a name as it is.
fn is_plain(id: &str) -> bool {
    let tail = match id.split_once('_') {
        Some((word, tail)) if is_word(word) => tail,
        Some(_) => return false,
        None => id,
    };
    let is_edge = |c: char| c == '-';
    let fits = !tail.is_empty()
        && tail.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        && !id.starts_with(is_edge)
        && !id.ends_with(is_edge);
    fits && id == usual_spelling(id)
}

/// A word of letters, whatever their case.
fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphabetic())
}

/// The one spelling of an id that may be plain.
fn usual_spelling(id: &str) -> String {
    let mut usual = id.to_ascii_lowercase();
    if let Some((letters, number)) = usual.split_at_checked(2)
        && is_word(letters)
        && !number.is_empty()
        && (number.bytes().all(|b| b.is_ascii_digit())
            || number.len() == 32 && number.bytes().all(|b| b.is_ascii_hexdigit()))
    {
        usual[..2].make_ascii_uppercase();
    }
    usual
}

fn is_device(name: &str) -> bool {
    DEVICES
        .iter()
        .any(|device| name.eq_ignore_ascii_case(device))
}

fn hashed(call: &str, recording: Option<&str>) -> String {
    let mut hash = Sha256::new();
    // The length in front keeps ("ab", "c") and ("a", "bc") apart, the number of parts "" and none.
    for part in [Some(call), recording].into_iter().flatten() {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    let hash = hex::encode(&hash.finalize()[..HASH]);
    let mut name = readable(call);
    if let Some(recording) = recording.map(readable).filter(|text| !text.is_empty()) {
        name.push('_');
        name.push_str(&recording);
    }
    // All of it is ASCII, so every place is one between characters.
    name.truncate(LONGEST);
    let name = name.trim_matches(['_', '-']);
    let name = if name.is_empty() { "call" } else { name };
    format!("{name}~{hash}")
}

/// What of an id can be shown in a name.
fn readable(id: &str) -> String {
    let mut text = String::new();
    for c in id.chars().take(LONGEST) {
        if c.is_ascii_alphanumeric() || c == '-' {
            text.push(c);
        } else if !text.ends_with('_') {
            text.push('_');
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn name(call: &str, recording: &str) -> String {
        let call = ProviderCallId::new(call);
        RecordingName::new(&call, &RecordingKey::new(recording))
            .as_str()
            .to_owned()
    }

    /// Ids that look alike, and ids of any text.
    fn id() -> impl Strategy<Value = String> {
        prop_oneof![
            "[aAcC1_~-]{0,6}",
            "(call|CA|RE|con|NUL|com1)[_.]?[0-9aA]{0,3}",
            "CA[0-9a-f]{32}",
            any::<String>(),
            "[./\\\\:*?\"<>| \u{0}-\u{1f}a]{0,12}",
        ]
    }

    #[test]
    fn ids_as_providers_write_them_are_the_name() {
        let sid = |letters: &str| format!("{letters}{}", "0123456789abcdef".repeat(2));
        assert_eq!(name("call_0001", ""), "call_0001");
        assert_eq!(name("CA1", "RE1"), "CA1_RE1");
        assert_eq!(
            name(&sid("CA"), &sid("RE")),
            format!("{}_{}", sid("CA"), sid("RE"))
        );
        let uuid = "0198f0d2-7a3c-7cc1-8e36-1f2a6e0b9a55";
        assert_eq!(name(uuid, ""), uuid);
        assert_eq!(name("call_0001", "rec_7"), "call_0001_rec_7");
    }

    #[test]
    fn other_ids_keep_what_is_readable_and_get_a_hash() {
        for (call, recording, readable) in [
            ("../../etc/passwd", "", "etc_passwd~"),
            ("", "", "call~"),
            ("CON", "", "CON~"),
            ("nul", "", "nul~"),
            ("a:b", "c/d", "a_b_c_d~"),
            (".hidden. ", "", "hidden~"),
            ("nul\0byte", "", "nul_byte~"),
            ("ca1", "", "ca1~"),
            ("call", "0001", "call_0001~"),
        ] {
            let name = name(call, recording);
            let (before, hash) = name.split_at(readable.len());
            assert_eq!(before, readable, "{call:?}");
            assert_eq!(hash.len(), 2 * HASH, "{name}");
        }
    }

    #[test]
    fn a_long_id_is_cut_and_stays_unlike_its_neighbour() {
        let long = "x".repeat(4000);
        let one = name(&long, "");
        assert!(one.len() <= LONGEST + 1 + 2 * HASH, "{one}");
        assert_ne!(one, name(&format!("{long}y"), ""));
        assert_ne!(one, name(&long, "1"));
    }

    #[test]
    fn no_two_short_ids_share_a_name() {
        let mut texts = vec![String::new()];
        for length in 1..=4 {
            let shorter: Vec<_> = texts
                .iter()
                .filter(|t| t.len() == length - 1)
                .cloned()
                .collect();
            let longer = shorter
                .iter()
                .flat_map(|text| ["a", "A", "1", "_", "-"].map(|next| format!("{text}{next}")));
            texts.extend(longer);
        }
        texts.extend(["CA1", "ca1", "cA1", "RE1", "call_1", "con"].map(str::to_owned));
        texts.sort();
        texts.dedup();
        let recordings: Vec<_> = texts.iter().filter(|text| text.len() <= 3).collect();
        let mut names = std::collections::HashMap::new();
        for call in &texts {
            for recording in &recordings {
                let folded = name(call, recording).to_ascii_lowercase();
                let earlier = names.insert(folded, (call, recording));
                assert_eq!(earlier, None, "named like {:?}", (call, recording));
            }
        }
    }

    proptest! {
        #[test]
        fn a_name_is_safe_on_every_platform(call in id(), recording in id()) {
            let name = name(&call, &recording);
            prop_assert!(!name.is_empty() && name.len() <= 100);
            prop_assert!(name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-~".contains(&b)));
            prop_assert!(name.starts_with(|c: char| c.is_ascii_alphanumeric()));
            prop_assert!(!is_device(&name));
        }

        #[test]
        fn different_recordings_have_different_names_whatever_the_case(
            one in (id(), id()),
            other in (id(), id()),
        ) {
            let names = [name(&one.0, &one.1), name(&other.0, &other.1)];
            let is_same_name = names[0].eq_ignore_ascii_case(&names[1]);
            prop_assert_eq!(is_same_name, one == other, "{:?} for {:?} and {:?}", names, one, other);
        }
    }
}
