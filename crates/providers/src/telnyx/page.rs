//! Pages of lists. Telnyx pages by number and by cursor, and its documents disagree where it does
//! which; so what the answer says is followed.

use serde_json::value::RawValue;
use url::Url;

use crate::{Misunderstood, json::Object};

/// A page of a list.
pub(super) struct Page<'a> {
    /// The items, as text.
    pub(super) items: Vec<&'a RawValue>,
    /// The page after it.
    pub(super) next: Option<Next>,
}

/// Where the next page is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Next {
    Number(i64),
    Cursor(String),
}

impl<'a> Page<'a> {
    pub(super) fn read(body: &'a [u8]) -> Result<Self, Misunderstood> {
        let page = Object::parse(body, "")?;
        Ok(Self {
            items: page
                .items("data")
                .ok_or_else(|| page.lacks("data", "is missing or no list"))?,
            next: page.object("meta").as_ref().and_then(next),
        })
    }
}

fn next(meta: &Object<'_>) -> Option<Next> {
    if let (Some(number), Some(total)) = (meta.integer("page_number"), meta.integer("total_pages"))
    {
        return (number < total).then(|| Next::Number(number.saturating_add(1)));
    }
    let after = meta.object("cursors")?.text("after")?;
    // A cursor may be there on the last page too; then there is no `next`.
    let has_next = meta.raw("next").is_some() || !meta.names().any(|name| name == "next");
    has_next.then_some(Next::Cursor(after))
}

impl Next {
    /// The address of the page after the one at `url`.
    pub(super) fn at(&self, url: &Url) -> Url {
        let (name, value) = match self {
            Self::Number(number) => ("page[number]", number.to_string()),
            Self::Cursor(cursor) => ("page[after]", cursor.clone()),
        };
        let kept: Vec<(String, String)> = url
            .query_pairs()
            .filter(|(known, _)| known != name)
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect();
        let mut url = url.clone();
        url.query_pairs_mut()
            .clear()
            .extend_pairs(kept)
            .append_pair(name, &value);
        url
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_is_found_in_both_ways_of_paging() {
        let next = |meta: &str| {
            let body = format!(r#"{{"data": [], "meta": {meta}}}"#);
            let page = Page::read(body.as_bytes()).expect("a page");
            page.next
        };
        assert_eq!(
            next(r#"{"page_number": 1, "total_pages": 3}"#),
            Some(Next::Number(2))
        );
        assert_eq!(next(r#"{"page_number": 3, "total_pages": 3}"#), None);
        assert_eq!(
            next(r#"{"cursors": {"after": "c1"}, "next": "https://a"}"#),
            Some(Next::Cursor("c1".into()))
        );
        assert_eq!(next(r#"{"cursors": {"after": "c1"}, "next": null}"#), None);
        assert_eq!(next(r#"{"cursors": {"after": null}}"#), None);
        assert_eq!(next("{}"), None);
        assert_eq!(next("[]"), None);
    }

    #[test]
    fn the_address_of_the_next_page_keeps_its_filters() {
        let url = Url::parse("https://a.example/x?filter%5Bto%5D=1&page%5Bnumber%5D=1").expect("");
        let next = Next::Number(2).at(&url);
        let pairs: Vec<_> = next.query_pairs().collect();
        assert_eq!(
            pairs,
            [
                ("filter[to]".into(), "1".into()),
                ("page[number]".into(), "2".into())
            ]
        );
    }
}
