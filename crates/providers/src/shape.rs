//! What fields a document has and of what kind their values are; never the values.
//!
//! A path joins the names with dots; all items of a list are one (`call.words[].start`). Where a
//! provider passes through what a customer made up ([`Provider::free_form`](crate::Provider::free_form)),
//! names are the customer's and not looked at; a name elsewhere that looks like data (a number, an
//! address) is written as `*`. Whatever is sent, what comes of it is small: there are limits on depth,
//! on the length of a path and on how many there are.

use std::{collections::BTreeMap, fmt};

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::Document;

/// The fields of one document, with the kinds of values that they had.
pub type Shape = BTreeMap<String, Kinds>;

/// So many fields of one document are looked at.
const MOST_FIELDS: usize = 512;
/// So many members of one object are looked at.
const MOST_MEMBERS: usize = 256;
/// So many items of one list are looked at. They are alike.
const MOST_ITEMS: usize = 32;
/// So deep it is looked.
const DEPTH: usize = 12;
/// The longest path, in bytes.
const LONGEST: usize = 200;

/// A set of kinds of values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kinds(pub u8);

impl Kinds {
    /// Nothing in JSON's sense.
    pub const NULL: Self = Self(1);
    /// `true` or `false`.
    pub const BOOLEAN: Self = Self(2);
    /// A number.
    pub const NUMBER: Self = Self(4);
    /// A text.
    pub const TEXT: Self = Self(8);
    /// A list.
    pub const LIST: Self = Self(16);
    /// An object.
    pub const OBJECT: Self = Self(32);

    /// Both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Those that are not in `other`, nothing aside: a value that is not there is of every kind.
    #[must_use]
    pub fn beyond(self, other: Self) -> Self {
        Self(self.0 & !other.0 & !Self::NULL.0)
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The names of those that say something.
    pub fn names(self) -> Vec<&'static str> {
        let named = [
            (Self::BOOLEAN, "boolean"),
            (Self::NUMBER, "number"),
            (Self::TEXT, "text"),
            (Self::LIST, "list"),
            (Self::OBJECT, "object"),
        ];
        let has = |kind: Self| self.0 & kind.0 != 0;
        named
            .into_iter()
            .filter(|(kind, _)| has(*kind))
            .map(|(_, name)| name)
            .collect()
    }
}

/// The shape of a document: JSON, or a form. `None` for anything else. `free_form` are the ends of
/// paths below which nothing is looked at.
pub fn shape(document: Document<'_>, free_form: &[&str]) -> Option<Shape> {
    let mut found = Shape::new();
    let is_form = document
        .content_type
        .is_some_and(|kind| kind.to_ascii_lowercase().contains("x-www-form-urlencoded"));
    if is_form {
        for (name, _) in form_urlencoded::parse(document.body).take(MOST_MEMBERS) {
            found.insert(plain(&name), Kinds::TEXT);
        }
        return Some(found);
    }
    let mut path = String::new();
    let walk = Walk {
        path: &mut path,
        depth: 0,
        free_form,
        found: &mut found,
    };
    // Text after the document would be refused by who reads it; for its shape it does not matter.
    walk.deserialize(&mut serde_json::Deserializer::from_slice(document.body))
        .ok()?;
    Some(found)
}

/// A name as it may be kept: what looks like data is not a name.
pub fn plain(name: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-.:$ ".contains(c);
    let digits = name.bytes().filter(u8::is_ascii_digit).count();
    let is_name = !name.is_empty() && name.len() <= 64 && name.chars().all(is_plain) && digits < 5;
    if is_name { name.into() } else { "*".into() }
}

struct Walk<'w> {
    path: &'w mut String,
    depth: usize,
    free_form: &'w [&'w str],
    found: &'w mut Shape,
}

impl Walk<'_> {
    fn note(&mut self, kind: Kinds) {
        if self.path.is_empty() || self.path.len() > LONGEST {
            return;
        }
        if let Some(known) = self.found.get_mut(self.path.as_str()) {
            *known = known.and(kind);
        } else if self.found.len() < MOST_FIELDS {
            self.found.insert(self.path.clone(), kind);
        }
    }

    /// Whether nothing below is looked at.
    fn is_end(&self) -> bool {
        let is_free = |end: &&str| {
            let rest = self.path.strip_suffix(*end);
            rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        };
        self.depth >= DEPTH || self.path.len() > LONGEST || self.free_form.iter().any(is_free)
    }

    /// For what is one step further, whose name is added to the path.
    fn step(&mut self, name: &str) -> Walk<'_> {
        if !self.path.is_empty() && name != "[]" {
            self.path.push('.');
        }
        self.path.push_str(name);
        Walk {
            path: self.path,
            depth: self.depth + 1,
            free_form: self.free_form,
            found: self.found,
        }
    }
}

impl<'de> DeserializeSeed<'de> for Walk<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walk<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(mut self, _: bool) -> Result<(), E> {
        self.note(Kinds::BOOLEAN);
        Ok(())
    }

    fn visit_i64<E>(mut self, _: i64) -> Result<(), E> {
        self.note(Kinds::NUMBER);
        Ok(())
    }

    fn visit_u64<E>(mut self, _: u64) -> Result<(), E> {
        self.note(Kinds::NUMBER);
        Ok(())
    }

    fn visit_f64<E>(mut self, _: f64) -> Result<(), E> {
        self.note(Kinds::NUMBER);
        Ok(())
    }

    fn visit_str<E>(mut self, _: &str) -> Result<(), E> {
        self.note(Kinds::TEXT);
        Ok(())
    }

    fn visit_unit<E>(mut self) -> Result<(), E> {
        self.note(Kinds::NULL);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<(), A::Error> {
        self.note(Kinds::LIST);
        if !self.is_end() {
            let length = self.path.len();
            for _ in 0..MOST_ITEMS {
                let item = items.next_element_seed(self.step("[]"))?;
                self.path.truncate(length);
                if item.is_none() {
                    return Ok(());
                }
            }
        }
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut members: A) -> Result<(), A::Error> {
        self.note(Kinds::OBJECT);
        if !self.is_end() {
            let length = self.path.len();
            for _ in 0..MOST_MEMBERS {
                let Some(name) = members.next_key::<String>()? else {
                    return Ok(());
                };
                members.next_value_seed(self.step(&plain(&name)))?;
                self.path.truncate(length);
            }
        }
        while members.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(())
    }
}
