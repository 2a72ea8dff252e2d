//! List resources: filters, and pages chained by `next_page_uri` with a `PageToken`.
//!
//! Order is not documented; like the real API this one gives the newest first. Date filters work by whole UTC days,
//! the only precision that is documented; of a time only the day counts.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

/// One thing to list.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) sid: String,
    pub(super) created: Timestamp,
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
        self.0
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// Whether the filter of that name is absent or equal.
    pub(super) fn allows(&self, name: &str, value: Option<&str>) -> bool {
        self.get(name).is_none_or(|wanted| Some(wanted) == value)
    }

    /// `Name=day`, `Name<=day` and `Name>=day`, where the comparison sign belongs to the name: `Name<` and `Name>`.
    ///
    /// # Errors
    /// The value that is no date.
    pub(super) fn allows_day(&self, name: &str, at: Option<Timestamp>) -> Result<bool, String> {
        let day = at.map(|at| at.to_zoned(TimeZone::UTC).date());
        let mut allowed = true;
        for (sign, holds) in [
            ("", (|day, wanted| day == wanted) as fn(Date, Date) -> bool),
            ("<", |day, wanted| day <= wanted),
            (">", |day, wanted| day >= wanted),
        ] {
            let Some(value) = self.get(&format!("{name}{sign}")) else {
                continue;
            };
            let wanted: Date = value
                .get(..10)
                .and_then(|date| date.parse().ok())
                .ok_or_else(|| value.to_owned())?;
            allowed &= day.is_some_and(|day| holds(day, wanted));
        }
        Ok(allowed)
    }
}

/// One page of `items` below `key`. `path` is the list's own path with `.json`.
pub(super) fn page(key: &str, path: &str, mut items: Vec<Item>, query: &Query) -> Value {
    let size = query
        .get("PageSize")
        .and_then(|size| size.parse().ok())
        .unwrap_or(50)
        .clamp(1, 1000);
    items.sort_by(|a, b| (b.created, &b.sid).cmp(&(a.created, &a.sid)));
    // A page begins behind the item that its token names, whatever was added since.
    let token = query
        .get("PageToken")
        .and_then(|token| token.strip_prefix("PA"));
    let start = token
        .and_then(|sid| items.iter().position(|item| item.sid == sid))
        .map_or(0, |last| last + 1);
    let number: usize = query
        .get("Page")
        .filter(|_| token.is_some())
        .and_then(|page| page.parse().ok())
        .unwrap_or(0);
    let end = (start + size).min(items.len());

    let uri = |number: usize, token: Option<&str>| {
        let mut pairs = form_urlencoded::Serializer::new(String::new());
        let own = ["Page", "PageSize", "PageToken"];
        pairs.extend_pairs(
            query
                .0
                .iter()
                .filter(|(name, _)| !own.contains(&name.as_str())),
        );
        pairs
            .append_pair("PageSize", &size.to_string())
            .append_pair("Page", &number.to_string());
        pairs.extend_pairs(token.map(|sid| ("PageToken", format!("PA{sid}"))));
        format!("{path}?{}", pairs.finish())
    };
    let next = (end < items.len()).then(|| uri(number + 1, Some(&items[end - 1].sid)));
    let previous = (start > 0).then(|| {
        uri(
            number.saturating_sub(1),
            start.checked_sub(size + 1).map(|at| items[at].sid.as_str()),
        )
    });
    let (first, here) = (uri(0, None), uri(number, token));
    let documents: Vec<Value> = items.drain(start..end).map(|item| item.document).collect();
    json!({
        "first_page_uri": first,
        "end": end.saturating_sub(1),
        "previous_page_uri": previous,
        key: documents,
        "uri": here,
        "page_size": size,
        "start": start,
        "next_page_uri": next,
        "page": number,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(count: i64) -> Vec<Item> {
        let item = |n| Item {
            sid: format!("CA{n}"),
            created: Timestamp::from_second(1_772_000_000 + n).unwrap(),
            document: json!(n),
        };
        (0..count).map(item).collect()
    }

    #[test]
    fn following_next_page_uri_gives_everything_once_newest_first() {
        let mut found = Vec::new();
        let mut query = Query::of(Some("PageSize=2&Status=completed"));
        loop {
            // A call that comes in between must not shift the pages.
            let page = page(
                "calls",
                "/Calls.json",
                items(5 + i64::from(!found.is_empty())),
                &query,
            );
            found.extend(
                page["calls"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|n| n.as_i64().unwrap()),
            );
            let Some(next) = page["next_page_uri"].as_str() else {
                break;
            };
            assert!(next.starts_with("/Calls.json?Status=completed&"), "{next}");
            query = Query::of(next.split_once('?').map(|(_, query)| query));
        }
        assert_eq!(found, [4, 3, 2, 1, 0]);
    }

    #[test]
    fn days_are_compared_whole_and_in_utc() {
        let at: Timestamp = "2026-03-01T23:59:59Z".parse().unwrap();
        let holds = |query: &str| Query::of(Some(query)).allows_day("StartTime", Some(at));
        assert_eq!(holds("StartTime=2026-03-01"), Ok(true));
        assert_eq!(holds("StartTime%3E=2026-03-01"), Ok(true));
        assert_eq!(holds("StartTime%3E=2026-03-02"), Ok(false));
        assert_eq!(holds("StartTime%3C=2026-03-01T00:00:00Z"), Ok(true));
        assert_eq!(holds("StartTime%3C=2026-02-28"), Ok(false));
        assert_eq!(holds("StartTime=yesterday"), Err("yesterday".into()));
    }
}
