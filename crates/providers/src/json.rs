//! Reads JSON that somebody else wrote.
//!
//! Providers add fields, change types and leave things out. So every field is read by itself, from
//! its own text: a number of another type is converted where nothing is lost, and a field that
//! makes no sense counts as not told (and is noted in the log, by its path) instead of taking the
//! rest with it. Decimals are read from their digits and never pass through floating point.

use std::{collections::BTreeMap, str::FromStr};

use jiff::{Timestamp, civil, tz::TimeZone};
use rust_decimal::Decimal;
use serde_json::value::RawValue;

use crate::Misunderstood;

/// A JSON object whose members are still text.
#[derive(Clone, Debug)]
pub(crate) struct Object<'a> {
    path: String,
    members: BTreeMap<String, &'a RawValue>,
}

impl<'a> Object<'a> {
    /// Reads a whole document. `name` is what it is called in paths; may be empty.
    pub(crate) fn parse(bytes: &'a [u8], name: &str) -> Result<Self, Misunderstood> {
        let misunderstood = |what: &str| Misunderstood {
            path: if name.is_empty() { "body" } else { name }.to_owned(),
            what: what.to_owned(),
        };
        let text = std::str::from_utf8(bytes).map_err(|_| misunderstood("is not UTF-8"))?;
        if let Ok(members) = serde_json::from_str(text) {
            let path = name.to_owned();
            return Ok(Self { path, members });
        }
        let is_json = serde_json::from_str::<&RawValue>(text).is_ok();
        Err(misunderstood(if is_json {
            "is not a JSON object"
        } else {
            "is not JSON"
        }))
    }

    /// Reads an object from its text. `None` for anything else.
    pub(crate) fn of(raw: &'a RawValue, path: &str) -> Option<Self> {
        let members = serde_json::from_str(raw.get()).ok()?;
        Some(Self {
            path: path.to_owned(),
            members,
        })
    }

    /// A member that is there and not null.
    pub(crate) fn raw(&self, name: &str) -> Option<&'a RawValue> {
        let raw = *self.members.get(name)?;
        (raw.get() != "null").then_some(raw)
    }

    /// The names of all members.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.members.keys().map(String::as_str)
    }

    /// Where a member is, for messages.
    pub(crate) fn path_of(&self, name: &str) -> String {
        if self.path.is_empty() {
            name.to_owned()
        } else {
            format!("{}.{name}", self.path)
        }
    }

    /// The error for a member without which nothing makes sense.
    pub(crate) fn lacks(&self, name: &str, what: &str) -> Misunderstood {
        Misunderstood {
            path: self.path_of(name),
            what: what.to_owned(),
        }
    }

    /// A text that is not empty.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        let text: String = self.read(name, "a text", |raw| serde_json::from_str(raw).ok())?;
        (!text.trim().is_empty()).then_some(text)
    }

    pub(crate) fn boolean(&self, name: &str) -> Option<bool> {
        self.read(name, "true or false", |raw| serde_json::from_str(raw).ok())
    }

    /// A whole number, also if it is written with a fraction of zero or as a text.
    pub(crate) fn integer(&self, name: &str) -> Option<i64> {
        self.read(name, "a whole number", |raw| {
            let number = decimal(raw)?;
            (number.fract().is_zero())
                .then(|| i64::try_from(number).ok())
                .flatten()
        })
    }

    /// A decimal, exactly as written, also if it is written as a text.
    pub(crate) fn decimal(&self, name: &str) -> Option<Decimal> {
        self.read(name, "a decimal", decimal)
    }

    /// A measurement, where exactness does not matter.
    pub(crate) fn float(&self, name: &str) -> Option<f64> {
        self.read(name, "a number", |raw| {
            unquoted(raw)
                .parse()
                .ok()
                .filter(|number: &f64| number.is_finite())
        })
    }

    /// A moment: milliseconds since 1970, or ISO 8601 (UTC if it names no zone).
    pub(crate) fn moment(&self, name: &str) -> Option<Timestamp> {
        self.read(name, "a time", |raw| {
            let text = unquoted(raw);
            match decimal(raw) {
                Some(ms) => Timestamp::from_millisecond(i64::try_from(ms.trunc()).ok()?).ok(),
                None => text.parse().ok().or_else(|| {
                    let local: civil::DateTime = text.parse().ok()?;
                    Some(local.to_zoned(TimeZone::UTC).ok()?.timestamp())
                }),
            }
        })
    }

    pub(crate) fn object(&self, name: &str) -> Option<Object<'a>> {
        let path = self.path_of(name);
        let raw = self.raw(name)?;
        let object = Object::of(raw, &path);
        if object.is_none() {
            note(&path, "an object");
        }
        object
    }

    /// The objects of a list; what else is in it is left out. `None` where there is no list.
    pub(crate) fn objects(&self, name: &str) -> Option<Vec<Object<'a>>> {
        let items = self.items(name)?;
        let path = self.path_of(name);
        let objects = items.into_iter().enumerate().filter_map(|(index, raw)| {
            let path = format!("{path}[{index}]");
            let object = Object::of(raw, &path);
            if object.is_none() {
                note(&path, "an object");
            }
            object
        });
        Some(objects.collect())
    }

    /// The items of a list as text.
    pub(crate) fn items(&self, name: &str) -> Option<Vec<&'a RawValue>> {
        let raw = self.raw(name)?;
        let items = serde_json::from_str(raw.get()).ok();
        if items.is_none() {
            note(&self.path_of(name), "a list");
        }
        items
    }

    fn read<T>(
        &self,
        name: &str,
        kind: &str,
        read: impl FnOnce(&'a str) -> Option<T>,
    ) -> Option<T> {
        let value = read(self.raw(name)?.get());
        if value.is_none() {
            note(&self.path_of(name), kind);
        }
        value
    }
}

fn note(path: &str, kind: &str) {
    tracing::warn!(path, "a field is not {kind}; taken as not told");
}

/// The digits of a number, or of a text with a number in it.
fn unquoted(raw: &str) -> &str {
    raw.strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .unwrap_or(raw)
        .trim()
}

fn decimal(raw: &str) -> Option<Decimal> {
    let digits = unquoted(raw);
    Decimal::from_str(digits)
        .or_else(|_| Decimal::from_scientific(digits))
        .ok()
}

/// A place in a recording, told in seconds, in whole milliseconds. `None` for what is no such place.
pub(crate) fn milliseconds(seconds: f64) -> Option<u64> {
    // Nobody talks for decades; what lies far outside is no time of a call.
    let is_sane = (0.0..1e9).contains(&seconds);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the range was looked at"
    )]
    is_sane.then(|| (seconds * 1000.0).round() as u64)
}

/// A scalar as the text it would be in a form. `None` for null, lists and objects.
pub(crate) fn scalar_text(raw: &RawValue) -> Option<String> {
    match raw.get().as_bytes().first()? {
        b'"' => serde_json::from_str(raw.get()).ok(),
        b'{' | b'[' | b'n' => None,
        _ => Some(raw.get().to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(text: &str) -> Object<'_> {
        Object::parse(text.as_bytes(), "call").expect("an object")
    }

    #[test]
    fn decimals_keep_their_digits() {
        let object =
            object(r#"{"a": 5.2183, "b": "0.10", "c": 1e-3, "d": 0.1, "e": "x", "f": {}}"#);
        let read = |name| object.decimal(name).map(|number| number.to_string());
        assert_eq!(read("a").as_deref(), Some("5.2183"));
        assert_eq!(read("b").as_deref(), Some("0.10"));
        assert_eq!(read("c").as_deref(), Some("0.001"));
        assert_eq!(read("d").as_deref(), Some("0.1"));
        assert_eq!(read("e"), None);
        assert_eq!(read("f"), None);
    }

    #[test]
    fn times_are_read_as_numbers_and_as_texts() {
        let object = object(
            r#"{"a": 1760000000000, "b": "1760000000000", "c": "2025-10-09T08:53:20Z",
                "d": "2025-10-09T08:53:20.000", "e": "yesterday", "f": 1e300, "g": 1760000000000.0}"#,
        );
        for name in ["a", "b", "c", "d", "g"] {
            let at = object.moment(name).map(|at| at.as_millisecond());
            assert_eq!(at, Some(1_760_000_000_000), "{name}");
        }
        assert_eq!(object.moment("e"), None);
        assert_eq!(object.moment("f"), None);
    }

    #[test]
    fn a_field_of_another_type_is_not_told_and_takes_nothing_with_it() {
        let object = object(
            r#"{"text": 7, "flag": "yes", "list": {}, "null": null, "empty": " ", "good": "x"}"#,
        );
        assert_eq!(object.text("text"), None);
        assert_eq!(object.boolean("flag"), None);
        assert!(object.objects("list").is_none());
        assert!(object.raw("null").is_none());
        assert_eq!(object.text("empty"), None);
        assert_eq!(object.text("good").as_deref(), Some("x"));
    }

    #[test]
    fn what_is_no_object_says_what_it_is_not() {
        for (bytes, what) in [
            (&b"\xff\xfe"[..], "is not UTF-8"),
            (b"{", "is not JSON"),
            (b"", "is not JSON"),
            (b"[1]", "is not a JSON object"),
            (b"null", "is not a JSON object"),
        ] {
            let misunderstood = Object::parse(bytes, "").expect_err("no object");
            assert_eq!(misunderstood.what, what);
        }
    }

    #[test]
    fn deep_nesting_is_read_without_harm() {
        let deep = format!("{{\"a\": {}1{}}}", "[".repeat(200_000), "]".repeat(200_000));
        let object = object(&deep);
        assert!(object.text("a").is_none());
        assert!(object.objects("a").is_none_or(|items| items.is_empty()));
    }
}
