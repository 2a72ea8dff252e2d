//! Lists: `filter[...]` in the query, pages by number with their totals in `meta`.

use jiff::Timestamp;
use serde_json::{Value, json};

/// The decoded query of a request.
#[derive(Debug, Clone)]
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    pub(super) fn of(raw: Option<&str>) -> Self {
        let raw = raw.unwrap_or_default().as_bytes();
        Self(form_urlencoded::parse(raw).into_owned().collect())
    }

    fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The filter of that name: `filter[name]`.
    pub(super) fn filter(&self, name: &str) -> Option<&str> {
        self.get(&format!("filter[{name}]"))
    }

    /// Whether the filter of that name is absent or equal.
    pub(super) fn allows(&self, name: &str, value: Option<&str>) -> bool {
        self.filter(name).is_none_or(|wanted| Some(wanted) == value)
    }

    /// Whether a moment is within `filter[name][gte]` and `filter[name][lte]`.
    ///
    /// # Errors
    /// The value that is no time.
    pub(super) fn allows_time(&self, name: &str, at: Timestamp) -> Result<bool, String> {
        let bound = |end: &str| {
            let value = self.get(&format!("filter[{name}][{end}]"));
            let parsed = value.map(|value| value.parse::<Timestamp>());
            parsed
                .transpose()
                .map_err(|_| value.unwrap_or_default().to_owned())
        };
        let (from, until) = (bound("gte")?, bound("lte")?);
        Ok(from.is_none_or(|from| at >= from) && until.is_none_or(|until| at <= until))
    }

    /// The filters that are not among these.
    pub(super) fn other_filters(&self, known: &[&str]) -> Option<&str> {
        let names = self.0.iter().map(|(name, _)| name.as_str());
        names
            .filter_map(|name| name.strip_prefix("filter["))
            .find(|rest| {
                let name = rest.split(']').next().unwrap_or_default();
                !known.contains(&name)
            })
    }
}

/// One page of `items`, at most `most` on it.
pub(super) fn page(items: Vec<Value>, query: &Query, most: usize) -> Value {
    let number = |name: &str, usual: usize| {
        let given = query.get(name).and_then(|value| value.parse().ok());
        given.unwrap_or(usual).max(1)
    };
    let size = number("page[size]", 20).min(most);
    let page = number("page[number]", 1);
    let total = items.len();
    let data: Vec<Value> = items
        .into_iter()
        .skip((page - 1).saturating_mul(size))
        .take(size)
        .collect();
    json!({
        "data": data,
        "meta": {
            "page_number": page,
            "page_size": size,
            "total_pages": total.div_ceil(size).max(1),
            "total_results": total,
        },
    })
}

/// Everything on one page in the other way of paging.
pub(super) fn by_cursor(items: Vec<Value>) -> Value {
    json!({
        "meta": {
            "cursors": { "after": null, "before": null },
            "next": null, "previous": null,
            "total_items": items.len(),
        },
        "data": items,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn following_the_page_numbers_gives_everything_once() {
        let mut found = Vec::new();
        for number in 1..=3 {
            let query = Query::of(Some(&format!("page%5Bnumber%5D={number}&page[size]=2")));
            let page = page((0..5).map(|n| json!(n)).collect(), &query, 250);
            assert_eq!(page["meta"]["total_pages"], 3);
            found.extend(page["data"].as_array().unwrap().clone());
        }
        assert_eq!(json!(found), json!([0, 1, 2, 3, 4]));
        let beyond = page(vec![json!(1)], &Query::of(Some("page[number]=9")), 250);
        assert_eq!(beyond["data"], json!([]));
    }

    #[test]
    fn filters_are_read_with_their_brackets() {
        let query = Query::of(Some(
            "filter%5Bcreated_at%5D%5Bgte%5D=2026-03-01T10:00:00Z&filter[to]=%2B1",
        ));
        let at = |text: &str| text.parse().unwrap();
        assert_eq!(
            query.allows_time("created_at", at("2026-03-01T10:00:00Z")),
            Ok(true)
        );
        assert_eq!(
            query.allows_time("created_at", at("2026-03-01T09:59:59Z")),
            Ok(false)
        );
        assert!(query.allows("to", Some("+1")) && !query.allows("to", None));
        assert_eq!(query.other_filters(&["created_at"]), Some("to]"));
        let odd = Query::of(Some("filter[created_at][gte]=soon"));
        assert_eq!(
            odd.allows_time("created_at", at("2026-03-01T10:00:00Z")),
            Err("soon".into())
        );
    }
}
