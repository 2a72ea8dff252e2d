//! Short names for bodies, so that the same event is recognised when it comes again.

use std::{fmt, ops::Range};

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use sha2::{Digest, Sha256};

/// The fingerprint of a JSON document that does not depend on the order of members or on white
/// space, so that an event which was serialised anew on its way keeps its name. Bytes that are not
/// JSON have the fingerprint of the bytes.
pub(crate) fn of_json(body: &[u8]) -> String {
    let mut canon = Canon {
        text: Vec::with_capacity(body.len() + body.len() / 4),
        scratch: Vec::new(),
    };
    let mut json = serde_json::Deserializer::from_slice(body);
    match (&mut canon)
        .deserialize(&mut json)
        .and_then(|()| json.end())
    {
        Ok(()) => of_bytes(&canon.text),
        Err(_) => of_bytes(body),
    }
}

/// The fingerprint of bytes: 128 bits of SHA-256, in hex.
pub(crate) fn of_bytes(bytes: &[u8]) -> String {
    hex::encode(&Sha256::digest(bytes)[..16])
}

/// A provider's word, short enough for a name or a message whatever the provider sends.
pub(crate) fn label(text: &str) -> String {
    text.chars()
        .take(64)
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .collect()
}

/// Writes a document, while it is parsed, as one text that is the same for the same content. Every
/// request at the door passes here, so there is no tree in between: an object's members are put in
/// order in the text itself when the object ends. Texts stand with their length, so that no content
/// can look like structure.
///
/// Recursion ends because the JSON parser refuses what is nested more than 128 deep.
struct Canon {
    text: Vec<u8>,
    scratch: Vec<u8>,
}

/// A member of an object in the text: its name, and all of it.
struct Member {
    name: Range<usize>,
    whole: Range<usize>,
}

impl Canon {
    /// Writes a text. Gives its place.
    fn text(&mut self, text: &str) -> Range<usize> {
        self.text.push(b'"');
        self.text
            .extend_from_slice(&(text.len() as u64).to_le_bytes());
        let start = self.text.len();
        self.text.extend_from_slice(text.as_bytes());
        start..self.text.len()
    }

    /// Puts members that stand one behind the other in the order of their names.
    fn sort(&mut self, mut members: Vec<Member>) {
        let (Some(first), Some(last)) = (members.first(), members.last()) else {
            return;
        };
        let all = first.whole.start..last.whole.end;
        let text = &self.text;
        if members.is_sorted_by_key(|member| &text[member.name.clone()]) {
            return;
        }
        members.sort_by_key(|member| &text[member.name.clone()]);
        self.scratch.clear();
        for member in members {
            self.scratch.extend_from_slice(&text[member.whole]);
        }
        self.text[all].copy_from_slice(&self.scratch);
    }
}

impl<'de> DeserializeSeed<'de> for &mut Canon {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for &mut Canon {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.text.push(b'n');
        Ok(())
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        self.text.push(if value { b't' } else { b'f' });
        Ok(())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        self.text.push(b'+');
        self.text.extend_from_slice(&value.to_le_bytes());
        Ok(())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        self.text.push(b'-');
        self.text.extend_from_slice(&value.to_le_bytes());
        Ok(())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        self.text.push(b'.');
        self.text.extend_from_slice(&value.to_bits().to_le_bytes());
        Ok(())
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<(), E> {
        self.text(value);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        self.text.push(b'[');
        while items.next_element_seed(&mut *self)?.is_some() {}
        self.text.push(b']');
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<(), A::Error> {
        self.text.push(b'{');
        let mut members = Vec::new();
        loop {
            let start = self.text.len();
            let Some(name) = object.next_key_seed(Name(self))? else {
                break;
            };
            object.next_value_seed(&mut *self)?;
            members.push(Member {
                name,
                whole: start..self.text.len(),
            });
        }
        self.sort(members);
        self.text.push(b'}');
        Ok(())
    }
}

/// Writes a member's name.
struct Name<'c>(&'c mut Canon);

impl<'de> DeserializeSeed<'de> for Name<'_> {
    type Value = Range<usize>;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Range<usize>, D::Error> {
        json.deserialize_str(self)
    }
}

impl Visitor<'_> for Name<'_> {
    type Value = Range<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a member's name")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Range<usize>, E> {
        Ok(self.0.text(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_members_does_not_matter_and_everything_else_does() {
        let one = of_json(br#"{"a": {"x": 1, "y": [1, 2]}, "b": "t"}"#);
        assert_eq!(one, of_json(br#"{"b":"t","a":{"y":[1,2],"x":1}}"#));
        for other in [
            &br#"{"a": {"x": 1, "y": [2, 1]}, "b": "t"}"#[..],
            br#"{"a": {"x": 1, "y": [1, 2]}, "b": "T"}"#,
            br#"{"a": {"x": "1", "y": [1, 2]}, "b": "t"}"#,
            br#"{"a": {"x": 1, "y": [1, 2]}}"#,
        ] {
            assert_ne!(one, of_json(other));
        }
    }

    #[test]
    fn members_are_put_in_order_at_every_depth() {
        let one = of_json(br#"{"b": [{"d": 1, "c": {"f": [], "e": {}}}, 2], "a": null, "": -0.5}"#);
        let other =
            of_json(br#"{"": -0.5, "a": null, "b": [{"c": {"e": {}, "f": []}, "d": 1}, 2]}"#);
        assert_eq!(one, other);
        let moved =
            of_json(br#"{"": -0.5, "a": null, "b": [2, {"c": {"e": {}, "f": []}, "d": 1}]}"#);
        assert_ne!(one, moved, "a list's order counts");
    }

    #[test]
    fn no_content_looks_like_structure() {
        let all = [
            &br#"["a", "b"]"#[..],
            br#"["a\",\"b"]"#,
            br#"["ab"]"#,
            br#"[["a"], "b"]"#,
            br#"{"a": "b"}"#,
            br#"{"a": {"b": 1}}"#,
            br#"{"a": {}, "b": 1}"#,
            br#"[1, 2]"#,
            br#"[12]"#,
            br#"["1", 2]"#,
            br#"[null]"#,
            br#"[[]]"#,
            br#"[{}]"#,
            br#"[true]"#,
            br#"[1] x"#,
        ];
        let names: std::collections::BTreeSet<_> = all.iter().map(|json| of_json(json)).collect();
        assert_eq!(names.len(), all.len());
        assert_eq!(
            of_json(br#"["\u0061"]"#),
            of_json(br#"["a"]"#),
            "however it is escaped"
        );
    }

    #[test]
    fn a_label_is_short_and_one_line() {
        assert_eq!(label("call_ended"), "call_ended");
        assert_eq!(label("a\n\0b"), "a  b");
        assert_eq!(label(&"é".repeat(1_000)).chars().count(), 64);
    }

    #[test]
    fn what_is_no_json_has_a_fingerprint_too() {
        assert_ne!(of_json(b"{"), of_json(b"{{"));
        let deep = "[".repeat(100_000);
        assert_eq!(of_json(deep.as_bytes()), of_bytes(deep.as_bytes()));
    }
}
