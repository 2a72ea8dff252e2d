//! A walk through the list of calls, page by page.
//!
//! The list has no cursor, no total and no documented order
//! (<https://docs.vapi.ai/api-reference/calls/list>, read November 2026). A page is asked for by when
//! its calls were created; one that is full is followed by a page of what was created before its
//! oldest call. That is enough as long as the newest come first, which they do. If they ever do not,
//! the span is halved until no page is full, and no call is missed.

use std::{collections::BTreeSet, fmt, str::FromStr};

use jiff::{SignedDuration, Timestamp};

use crate::ApiError;

/// What is left of a walk; its text is the `next` of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Walk {
    /// The spans that are still to be asked for, the next one last.
    spans: Vec<Span>,
    /// The calls of the page before that stand on the border to the next one: they come again.
    seen: BTreeSet<String>,
}

/// Calls created from one moment (inclusive) to another (exclusive).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Span {
    from: Option<Timestamp>,
    before: Option<Timestamp>,
}

/// A call of a page: its id and when it was created.
#[derive(Clone, Debug)]
pub(super) struct Listed {
    pub(super) id: String,
    pub(super) created_at: Option<Timestamp>,
}

impl Walk {
    /// The walk that a page continues; all of the list without one.
    pub(super) fn of(page: Option<&str>) -> Result<Self, ApiError> {
        match page {
            None => Ok(Self {
                spans: vec![Span {
                    from: None,
                    before: None,
                }],
                seen: BTreeSet::new(),
            }),
            Some(page) => page
                .parse()
                .map_err(|()| ApiError::Unexpected("the page is none of this list".into())),
        }
    }

    /// The filters of the next page.
    pub(super) fn query(&self) -> Vec<(&'static str, String)> {
        let Some(span) = self.spans.last() else {
            return Vec::new();
        };
        let from = span.from.map(|from| ("createdAtGe", moment(from)));
        let before = span.before.map(|before| ("createdAtLt", moment(before)));
        [from, before].into_iter().flatten().collect()
    }

    /// Whether a call came on the page before already.
    pub(super) fn has_seen(&self, id: &str) -> bool {
        self.seen.contains(id)
    }

    /// What is left after a page, which was full or not. `None` when all is done.
    pub(super) fn after(
        mut self,
        page: &[Listed],
        is_full: bool,
    ) -> Result<Option<Self>, ApiError> {
        let Some(span) = self.spans.pop() else {
            return Ok(None);
        };
        self.seen.clear();
        if is_full {
            let created: Vec<Timestamp> = page.iter().filter_map(|call| call.created_at).collect();
            let rest = span.rest(&created).ok_or_else(|| {
                ApiError::Unexpected("no call of a full page says when it was created".into())
            })?;
            self.spans.extend(rest);
            if let Some(oldest) = created.iter().min() {
                let on_border = page.iter().filter(|call| call.created_at == Some(*oldest));
                self.seen.extend(on_border.map(|call| call.id.clone()));
            }
        }
        Ok((!self.spans.is_empty()).then_some(self))
    }
}

impl Span {
    /// What of a span is left after a full page of it. `None` if that cannot be known.
    fn rest(self, created: &[Timestamp]) -> Option<Vec<Self>> {
        let (oldest, newest) = (*created.iter().min()?, *created.iter().max()?);
        let is_newest_first = created.is_sorted_by(|one, next| one >= next);
        if is_newest_first || oldest == newest {
            // The border itself is asked for once more: calls may share a millisecond. Where they
            // fill a page with it, going on matters more.
            let border = later(oldest);
            let before = if self.before == Some(border) {
                tracing::warn!("more calls than fit on a page were created at the same moment");
                oldest
            } else {
                border
            };
            return Some(vec![Self {
                before: Some(before),
                ..self
            }]);
        }
        let mut sorted = created.to_vec();
        sorted.sort_unstable();
        let middle = sorted[sorted.len() / 2];
        let middle = if middle == oldest {
            *sorted.iter().find(|at| **at > oldest)?
        } else {
            middle
        };
        Some(vec![
            Self {
                before: Some(middle),
                ..self
            },
            Self {
                from: Some(middle),
                ..self
            },
        ])
    }
}

fn later(at: Timestamp) -> Timestamp {
    at.checked_add(SignedDuration::from_millis(1))
        .unwrap_or(Timestamp::MAX)
}

/// As Vapi writes times.
pub(super) fn moment(at: Timestamp) -> String {
    format!("{at:.3}")
}

impl fmt::Display for Walk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, Span { from, before }) in self.spans.iter().enumerate() {
            let separator = if index == 0 { "" } else { "," };
            let text = |at: &Option<Timestamp>| at.map(moment).unwrap_or_default();
            write!(f, "{separator}{}/{}", text(from), text(before))?;
        }
        for id in &self.seen {
            write!(f, " {id}")?;
        }
        Ok(())
    }
}

impl FromStr for Walk {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let mut words = text.split(' ');
        let spans = words.next().unwrap_or_default();
        let at = |text: &str| match text {
            "" => Ok(None),
            text => text.parse().map(Some).map_err(|_| ()),
        };
        let spans = spans.split(',').map(|span| {
            let (from, before) = span.split_once('/').ok_or(())?;
            Ok(Span {
                from: at(from)?,
                before: at(before)?,
            })
        });
        Ok(Self {
            spans: spans.collect::<Result<_, ()>>()?,
            seen: words.map(str::to_owned).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millisecond(1_760_000_000_000 + ms).expect("in range")
    }

    /// Walks through a list that gives `limit` calls at a time in the order of `calls`. Gives the ids
    /// in the order in which they came, and how many pages there were.
    fn walked(calls: &[(&str, i64)], limit: usize) -> (Vec<String>, usize) {
        let (mut found, mut pages) = (Vec::new(), 0);
        let mut next: Option<String> = None;
        loop {
            let walk = Walk::of(next.as_deref()).expect("our own page");
            let span = *walk.spans.last().expect("there is one");
            let page: Vec<Listed> = calls
                .iter()
                .filter(|(_, ms)| {
                    span.from.is_none_or(|from| at(*ms) >= from)
                        && span.before.is_none_or(|before| at(*ms) < before)
                })
                .take(limit)
                .map(|(id, ms)| Listed {
                    id: (*id).to_owned(),
                    created_at: Some(at(*ms)),
                })
                .collect();
            let new = page.iter().filter(|call| !walk.has_seen(&call.id));
            found.extend(new.map(|call| call.id.clone()));
            pages += 1;
            assert!(pages < 100, "it ends");
            let left = walk.after(&page, page.len() >= limit).expect("dated calls");
            match left {
                Some(left) => next = Some(left.to_string()),
                None => return (found, pages),
            }
        }
    }

    #[test]
    fn newest_first_every_call_comes_once() {
        let calls = [("e", 50), ("d", 40), ("c", 30), ("b", 20), ("a", 10)];
        let (found, pages) = walked(&calls, 2);
        assert_eq!(found, ["e", "d", "c", "b", "a"]);
        assert_eq!(pages, 5, "each page begins with the border of the last");
        assert_eq!(walked(&calls, 100).1, 1);
        assert_eq!(walked(&[], 2), (Vec::new(), 1));
    }

    #[test]
    fn calls_of_the_same_millisecond_are_not_torn_apart() {
        let calls = [("d", 40), ("c", 30), ("b", 30), ("a", 10)];
        assert_eq!(walked(&calls, 2).0, ["d", "c", "b", "a"]);
    }

    #[test]
    fn in_any_other_order_none_is_missed() {
        for calls in [
            [("a", 10), ("b", 20), ("c", 30), ("d", 40), ("e", 50)],
            [("c", 30), ("e", 50), ("a", 10), ("d", 40), ("b", 20)],
            [("b", 10), ("a", 10), ("c", 30), ("d", 10), ("e", 50)],
        ] {
            let (mut found, _) = walked(&calls, 4);
            found.sort();
            found.dedup();
            assert_eq!(found, ["a", "b", "c", "d", "e"], "{calls:?}");
        }
    }

    #[test]
    fn what_is_no_page_is_refused_and_a_full_page_needs_times() {
        for page in ["", "x", "yesterday/", "2026-03-01T10:00:00Z"] {
            assert!(Walk::of(Some(page)).is_err(), "{page:?}");
        }
        let undated = [Listed {
            id: "a".into(),
            created_at: None,
        }];
        let walk = || Walk::of(None).expect("the beginning");
        assert!(walk().after(&undated, true).is_err());
        assert_eq!(walk().after(&undated, false), Ok(None));
    }
}
