//! What is known of one kind of document.

use std::collections::BTreeMap;

use jiff::Timestamp;
use ringback_providers::{Kinds, Shape};
use serde::{Deserialize, Serialize};

/// So many documents are needed to know what belongs to them.
const LEARN: u64 = 10;

/// A field that was always there and is missing in so many documents since is gone.
const GONE: u64 = 5;

/// So many fields of one kind of document are kept.
const MOST_FIELDS: usize = 1_000;

/// The fields of one kind of document.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Known {
    /// How many documents were seen. The first has the number 1.
    documents: u64,
    fields: BTreeMap<String, Field>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Field {
    /// The kinds of values that it had, as a set.
    kinds: u8,
    /// The first document with it, and when that came.
    first: u64,
    first_at: Timestamp,
    /// The last document with it.
    last: u64,
    /// In how many it was.
    seen: u64,
    /// When the first document came without it, after it had been in every one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    missed_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    other: Option<OtherKind>,
}

/// Values of a kind that the field never had.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct OtherKind {
    before: u8,
    kinds: u8,
    at: Timestamp,
    seen: u64,
}

/// What became of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DriftKind {
    /// It is new.
    New,
    /// Its values are of another kind.
    Changed,
    /// It was always there, and is not any more.
    Gone,
}

/// A field of which something else is true than at first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drift {
    /// Where it stands, such as `call.words[].start`.
    pub path: String,
    /// What became of it.
    pub what: DriftKind,
    /// Since when.
    pub since: Timestamp,
    /// In how many documents it was seen so; of a field that is gone: how many came without it.
    pub seen: u64,
    /// The kinds of its values before.
    pub before: Vec<&'static str>,
    /// The kinds of its values since.
    pub after: Vec<&'static str>,
}

impl Known {
    /// Takes in the shape of the next document.
    pub(super) fn take(&mut self, shape: &Shape, at: Timestamp) {
        self.documents += 1;
        let number = self.documents;
        for (path, kinds) in shape {
            if let Some(field) = self.fields.get_mut(path) {
                field.take(*kinds, number, at);
            } else if self.fields.len() < MOST_FIELDS {
                self.fields
                    .insert(path.clone(), Field::new(*kinds, number, at));
            }
        }
        for field in self.fields.values_mut() {
            if field.is_always() && field.last + 1 == number {
                field.missed_at = Some(at);
            }
        }
    }

    /// What is another one than at first. Where something stands inside of what changed in the same
    /// way at the same time, only the outer one is told.
    pub(super) fn drifts(&self) -> Vec<Drift> {
        let mut drifts = Vec::new();
        for (path, field) in &self.fields {
            let outer = outer(path).and_then(|outer| self.fields.get(outer));
            let is_new = |field: &Field| field.first > LEARN;
            if is_new(field) && outer.is_none_or(|outer| outer.first != field.first) {
                drifts.push(field.drift(path, DriftKind::New, field.first_at, field.seen));
            }
            if let Some(other) = &field.other {
                drifts.push(Drift {
                    before: Kinds(other.before).names(),
                    after: Kinds(other.kinds).names(),
                    ..field.drift(path, DriftKind::Changed, other.at, other.seen)
                });
            }
            let missed = self.documents - field.last;
            let is_outermost = outer.is_none_or(|outer| outer.last != field.last);
            if let Some(since) = field.missed_at.filter(|_| missed >= GONE && is_outermost) {
                drifts.push(field.drift(path, DriftKind::Gone, since, missed));
            }
        }
        drifts
    }
}

impl Field {
    fn new(kinds: Kinds, number: u64, at: Timestamp) -> Self {
        Self {
            kinds: kinds.0,
            first: number,
            first_at: at,
            last: number,
            seen: 1,
            missed_at: None,
            other: None,
        }
    }

    fn take(&mut self, kinds: Kinds, number: u64, at: Timestamp) {
        let before = Kinds(self.kinds);
        let known = before.beyond(Kinds::default());
        let other = kinds.beyond(before);
        if let Some(told) = &mut self.other {
            told.seen += u64::from(kinds.0 & told.kinds != 0);
        } else if !other.is_empty() && !known.is_empty() && self.seen >= LEARN {
            self.other = Some(OtherKind {
                before: known.0,
                kinds: other.0,
                at,
                seen: 1,
            });
        }
        self.kinds = before.and(kinds).0;
        self.last = number;
        self.seen += 1;
        // It is there again.
        self.missed_at = None;
    }

    /// Whether every document had it, from the first to the last that did.
    fn is_always(&self) -> bool {
        self.first == 1 && self.seen == self.last && self.last >= LEARN
    }

    fn drift(&self, path: &str, what: DriftKind, since: Timestamp, seen: u64) -> Drift {
        let kinds = Kinds(self.kinds).names();
        let (before, after) = match what {
            DriftKind::Gone => (kinds, Vec::new()),
            DriftKind::New | DriftKind::Changed => (Vec::new(), kinds),
        };
        Drift {
            path: path.to_owned(),
            what,
            since,
            seen,
            before,
            after,
        }
    }
}

/// What a path stands inside of.
fn outer(path: &str) -> Option<&str> {
    match path.strip_suffix("[]") {
        Some(list) => Some(list),
        None => path.rsplit_once('.').map(|(outer, _)| outer),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_760_000_000 + second).expect("in range")
    }

    /// Documents one second apart; each lists its fields, a field that ends with `!` is a number.
    fn known(documents: &[&[&str]]) -> Known {
        let mut known = Known::default();
        for (second, fields) in (0..).zip(documents) {
            let shape = fields.iter().map(|field| match field.strip_suffix('!') {
                Some(field) => (field.to_owned(), Kinds::NUMBER),
                None => ((*field).to_owned(), Kinds::TEXT),
            });
            known.take(&shape.collect(), at(second));
        }
        known
    }

    fn told(known: &Known) -> Vec<(String, DriftKind, i64, u64)> {
        let second = |drift: &Drift| drift.since.as_second() - 1_760_000_000;
        let drifts = known.drifts().into_iter();
        drifts
            .map(|drift| (drift.path.clone(), drift.what, second(&drift), drift.seen))
            .collect()
    }

    fn usual(count: usize) -> Vec<&'static [&'static str]> {
        vec![&["call", "call.id"]; count]
    }

    #[test]
    fn what_the_first_documents_have_is_known_and_what_comes_later_is_new() {
        let mut documents = usual(9);
        documents.push(&["call", "call.id", "call.rare"]);
        assert_eq!(told(&known(&documents)), [], "ten are needed to know them");
        documents.push(&["call", "call.id", "call.x", "call.x.y", "call.x.z"]);
        documents.push(&["call", "call.id", "call.x"]);
        assert_eq!(
            told(&known(&documents)),
            [("call.x".to_owned(), DriftKind::New, 10, 2)],
            "and what is inside of it is not told again"
        );
    }

    #[test]
    fn another_kind_of_value_is_told_once_with_how_often_it_was_seen() {
        let mut documents = usual(10);
        documents.push(&["call", "call.id!"]);
        documents.push(&["call", "call.id"]);
        documents.push(&["call", "call.id!"]);
        let known = known(&documents);
        assert_eq!(
            told(&known),
            [("call.id".to_owned(), DriftKind::Changed, 10, 2)]
        );
        let drift = &known.drifts()[0];
        assert_eq!(
            (&drift.before[..], &drift.after[..]),
            (&["text"][..], &["number"][..])
        );
    }

    #[test]
    fn nothing_in_place_of_a_value_is_no_change() {
        let mut known = known(&usual(10));
        let nothing = Shape::from([
            ("call".into(), Kinds::TEXT),
            ("call.id".into(), Kinds::NULL),
        ]);
        known.take(&nothing, at(20));
        assert_eq!(told(&known), []);
    }

    #[test]
    fn a_field_that_was_always_there_is_missed_after_five_documents_and_forgiven_when_it_is_back() {
        let mut documents = usual(12);
        documents.extend([&["other"][..]; 4]);
        let is_gone = |told: &[(String, DriftKind, i64, u64)]| {
            told.iter().any(|(_, what, ..)| *what == DriftKind::Gone)
        };
        assert!(!is_gone(&told(&known(&documents))));
        documents.push(&["other"]);
        let told_now = told(&known(&documents));
        let gone: Vec<_> = told_now
            .iter()
            .filter(|(_, what, ..)| *what == DriftKind::Gone)
            .collect();
        assert_eq!(gone, [&("call".to_owned(), DriftKind::Gone, 12, 5)]);
        documents.push(&["call", "call.id", "other"]);
        assert!(!is_gone(&told(&known(&documents))));
    }

    #[test]
    fn however_many_names_are_sent_so_many_are_kept() {
        let mut known = Known::default();
        for number in 0..50 {
            let shape = (0..200).map(|n| (format!("a{number}.b{n}"), Kinds::TEXT));
            known.take(&shape.collect(), at(number));
        }
        assert_eq!(known.fields.len(), MOST_FIELDS);
    }
}
