//! Lists: bots by the number of the page with a count, everything else by a cursor without one. `next` is a whole
//! address.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::{Value, json};

/// Items on a page. How many the real API gives is not documented.
pub(super) const PAGE: usize = 10;

/// One thing to list, with the moment that it is sorted by.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) at: Timestamp,
    pub(super) id: String,
    pub(super) document: Value,
}

/// The decoded query of a list request.
#[derive(Debug, Clone)]
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    pub(super) fn of(raw: Option<&str>) -> Self {
        Self(
            form_urlencoded::parse(raw.unwrap_or_default().as_bytes())
                .into_owned()
                .collect(),
        )
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0
            .iter()
            .filter(move |(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// Whether the filter of that name, which may be given several times, is absent or names the value.
    pub(super) fn allows(&self, name: &str, value: &str) -> bool {
        self.get(name).is_none() || self.all(name).any(|wanted| wanted == value)
    }

    /// `{name}_after` and `{name}_before`.
    ///
    /// # Errors
    /// The value that is no time.
    pub(super) fn allows_time(&self, name: &str, at: Option<Timestamp>) -> Result<bool, String> {
        let bound = |suffix: &str| {
            let Some(text) = self.get(&format!("{name}_{suffix}")) else {
                return Ok(None);
            };
            text.parse::<Timestamp>()
                .map(Some)
                .map_err(|_| text.to_owned())
        };
        let (after, before) = (bound("after")?, bound("before")?);
        Ok(after.is_none_or(|bound| at.is_some_and(|at| at >= bound))
            && before.is_none_or(|bound| at.is_some_and(|at| at < bound)))
    }

    /// The same query with another page.
    fn with(&self, name: &str, value: &str) -> String {
        let others = self.0.iter().filter(|(key, _)| key != name);
        form_urlencoded::Serializer::new(String::new())
            .extend_pairs(others)
            .append_pair(name, value)
            .finish()
    }
}

fn newest_first(items: &mut [Item]) {
    items.sort_by(|a, b| (b.at, &b.id).cmp(&(a.at, &a.id)));
}

/// A page by its number. `None` for a page that is not there.
pub(super) fn numbered(address: &str, mut items: Vec<Item>, query: &Query) -> Option<Value> {
    newest_first(&mut items);
    let count = items.len();
    let page: usize = query.get("page").unwrap_or("1").parse().ok()?;
    let start = page.checked_sub(1)?.checked_mul(PAGE)?;
    if start > 0 && start >= count {
        return None;
    }
    let to = |page: usize| format!("{address}?{}", query.with("page", &page.to_string()));
    let results: Vec<_> = items
        .into_iter()
        .skip(start)
        .take(PAGE)
        .map(|item| item.document)
        .collect();
    Some(json!({
        "count": count,
        "next": (start + PAGE < count).then(|| to(page + 1)),
        "previous": (page > 1).then(|| to(page - 1)),
        "results": results,
    }))
}

/// A page behind a cursor. `None` for a cursor that is none.
pub(super) fn behind_cursor(address: &str, mut items: Vec<Item>, query: &Query) -> Option<Value> {
    newest_first(&mut items);
    let start = match query.get("cursor") {
        None => 0,
        Some(cursor) => {
            let last = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
            let (at, id) = last.split_once(' ')?;
            let at: Timestamp = at.parse().ok()?;
            // A page begins behind the item that its cursor names, whatever was added since.
            items.partition_point(|item| (item.at, item.id.as_str()) >= (at, id))
        }
    };
    let end = (start + PAGE).min(items.len());
    let next = items
        .get(end.wrapping_sub(1))
        .filter(|_| end < items.len())
        .map(|last| {
            let cursor = URL_SAFE_NO_PAD.encode(format!("{} {}", last.at, last.id));
            format!("{address}?{}", query.with("cursor", &cursor))
        });
    let results: Vec<_> = items.drain(start..end).map(|item| item.document).collect();
    Some(json!({ "next": next, "previous": null, "results": results }))
}
