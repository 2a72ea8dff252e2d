//! Reads JSON whose writer can be told what is wrong with it.
//!
//! What is there has to be what the documentation says, else the whole event is refused with the
//! path of the first thing that is not: half an event would look right and be wrong. `null` and blank
//! texts are not told. Keys that are not known are noted in the log and left out, so that a backend
//! may send what it has.

use std::str::FromStr;

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::Deserialize;

use crate::{Misunderstood, json::Object};

/// Amounts beyond this are mistakes (cents or a phone number in the wrong place), and sums of them
/// would not be decimals any more.
const LARGEST_AMOUNT: i64 = 1_000_000_000_000;

/// Unknown keys that are named for one object.
const MOST_NAMED: usize = 8;

pub(super) type Read<T> = Result<T, Misunderstood>;

/// A JSON object that is read with checks.
#[derive(Clone)]
pub(super) struct Checked<'a> {
    object: Object<'a>,
    /// Whether keys that are not known are noted.
    notes: bool,
}

impl<'a> Checked<'a> {
    /// A whole document.
    pub(super) fn parse(body: &'a [u8]) -> Read<Self> {
        let object = Object::parse(body, "")?;
        Ok(Self {
            object,
            notes: true,
        })
    }

    /// The complaint about a member.
    pub(super) fn wrong(&self, name: &str, what: impl AsRef<str>) -> Misunderstood {
        self.object.lacks(name, what.as_ref())
    }

    /// The complaint about the object itself.
    pub(super) fn itself_is(&self, what: &str) -> Misunderstood {
        Misunderstood {
            path: self.object.path().to_owned(),
            what: what.to_owned(),
        }
    }

    /// A member without which nothing makes sense.
    pub(super) fn needed<T>(&self, name: &str, value: Option<T>) -> Read<T> {
        value.ok_or_else(|| self.wrong(name, "is missing"))
    }

    /// A text that is not blank.
    pub(super) fn text(&self, name: &str) -> Read<Option<String>> {
        let text: Option<String> = self.read(name, "is no text")?;
        Ok(text.filter(|text| !text.trim().is_empty()))
    }

    /// A text that is not blank and not longer than `longest` characters.
    pub(super) fn short_text(&self, name: &str, longest: usize) -> Read<Option<String>> {
        let text = self.text(name)?;
        match &text {
            Some(long) if long.chars().nth(longest).is_some() => {
                Err(self.wrong(name, format!("is longer than {longest} characters")))
            }
            _ => Ok(text),
        }
    }

    pub(super) fn boolean(&self, name: &str) -> Read<Option<bool>> {
        self.read(name, "is neither true nor false")
    }

    /// A whole number from 0 on, also if it is written with a fraction of zero.
    pub(super) fn whole(&self, name: &str) -> Read<Option<u64>> {
        let Some(raw) = self.object.raw(name) else {
            return Ok(None);
        };
        let number = Decimal::from_str(raw.get())
            .or_else(|_| Decimal::from_scientific(raw.get()))
            .ok()
            .filter(|number| number.fract().is_zero());
        match number.and_then(|number| u64::try_from(number).ok()) {
            // Databases count in signed numbers.
            Some(number) if i64::try_from(number).is_ok() => Ok(Some(number)),
            _ => Err(self.wrong(name, "is no whole number from 0 on")),
        }
    }

    /// A measurement from 0 on.
    pub(super) fn measurement(&self, name: &str) -> Read<Option<f64>> {
        let number: Option<f64> = self.read(name, "is no number")?;
        match number {
            Some(number) if !number.is_finite() || number < 0.0 => {
                Err(self.wrong(name, "is no number from 0 on"))
            }
            number => Ok(number),
        }
    }

    /// A decimal in quotes: as a number it may have lost its digits on the way here.
    pub(super) fn decimal(&self, name: &str) -> Read<Option<Decimal>> {
        const WRONG: &str = "is no decimal in quotes, such as \"0.05218\"";
        let Some(text) = self.read::<String>(name, WRONG)? else {
            return Ok(None);
        };
        let is_plain = text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-'));
        let number = Decimal::from_str_exact(&text)
            .ok()
            .filter(|_| is_plain)
            .ok_or_else(|| self.wrong(name, WRONG))?;
        if number.abs() > Decimal::from(LARGEST_AMOUNT) {
            return Err(self.wrong(name, "is larger than any amount can be"));
        }
        Ok(Some(number))
    }

    /// A time with its zone, as RFC 3339 writes it.
    pub(super) fn moment(&self, name: &str) -> Read<Option<Timestamp>> {
        const WRONG: &str = "is no time such as 2026-03-01T10:00:03.000Z";
        let text: Option<String> = self.read(name, WRONG)?;
        let read = |text: String| {
            let at: Timestamp = text.parse().map_err(|_| self.wrong(name, WRONG))?;
            if at < Timestamp::UNIX_EPOCH {
                return Err(self.wrong(name, "lies before 1970"));
            }
            Ok(at)
        };
        text.map(read).transpose()
    }

    /// One of a closed list of words.
    pub(super) fn word<T: Copy>(&self, name: &str, words: &[(&str, T)]) -> Read<Option<T>> {
        let Some(text) = self.text(name)? else {
            return Ok(None);
        };
        match words.iter().find(|(word, _)| *word == text) {
            Some((_, meaning)) => Ok(Some(*meaning)),
            None => {
                let words: Vec<_> = words.iter().map(|(word, _)| *word).collect();
                Err(self.wrong(name, format!("is none of {}", words.join(", "))))
            }
        }
    }

    pub(super) fn object(&self, name: &str) -> Read<Option<Self>> {
        let Some(raw) = self.object.raw(name) else {
            return Ok(None);
        };
        let object = Object::of(raw, &self.object.path_of(name));
        match object {
            Some(object) => Ok(Some(Self { object, ..*self })),
            None => Err(self.wrong(name, "is no object")),
        }
    }

    /// What `read` makes of each object of a list; empty where there is no list. Ends with the first
    /// complaint.
    pub(super) fn each<T>(
        &self,
        name: &str,
        mut read: impl FnMut(&Checked<'a>) -> Read<T>,
    ) -> Read<Vec<T>> {
        let Some(raw) = self.object.raw(name) else {
            return Ok(Vec::new());
        };
        if !raw.get().starts_with('[') {
            return Err(self.wrong(name, "is no list"));
        }
        let items = self.object.items(name).unwrap_or_default();
        let item = |(index, raw)| {
            let name = format!("{name}[{index}]");
            let object = Object::of(raw, &self.object.path_of(&name))
                .ok_or_else(|| self.wrong(&name, "is no object"))?;
            // What one item has too much, all have.
            let notes = self.notes && index == 0;
            read(&Checked { object, notes })
        };
        items.into_iter().enumerate().map(item).collect()
    }

    /// The same, and one object stands for a list of one.
    pub(super) fn one_or_each<T>(
        &self,
        name: &str,
        read: impl FnMut(&Checked<'a>) -> Read<T>,
    ) -> Read<Vec<T>> {
        match self.object.raw(name) {
            Some(raw) if raw.get().starts_with('[') => self.each(name, read),
            Some(raw) if raw.get().starts_with('{') => {
                let object = self.object(name)?;
                object.iter().map(read).collect()
            }
            Some(_) => Err(self.wrong(name, "is neither an object nor a list of objects")),
            None => Ok(Vec::new()),
        }
    }

    /// All members' names.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.object.names()
    }

    /// Notes what is there beyond the `known` keys.
    pub(super) fn note_all_but(&self, known: &[&str]) {
        if !self.notes {
            return;
        }
        let unknown = self.names().filter(|name| !known.contains(name));
        for name in unknown.take(MOST_NAMED) {
            let name = if is_word(name) { name } else { "(no word)" };
            let path = self.object.path_of(name);
            tracing::info!(path, "a key that is not known; left out");
        }
    }

    fn read<T: Deserialize<'a>>(&self, name: &str, what: &str) -> Read<Option<T>> {
        let Some(raw) = self.object.raw(name) else {
            return Ok(None);
        };
        let value = serde_json::from_str(raw.get());
        value.map(Some).map_err(|_| self.wrong(name, what))
    }
}

/// Whether a key may stand in a log or a path. One that is no word may be a number or a name of a
/// person.
pub(super) fn is_word(name: &str) -> bool {
    name.len() <= 40
        && name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}
