//! Parameters as Twilio and those who speak like it post them: a form, or JSON of simple values.

use std::collections::{BTreeMap, BTreeSet};

use percent_encoding::percent_decode;

use crate::{
    Misunderstood, fingerprint,
    json::{Object, scalar_text},
};

/// The parameters of a callback.
#[derive(Clone, Debug)]
pub(crate) struct Params(BTreeMap<String, BTreeSet<String>>);

impl Params {
    /// Reads a form, a JSON object of simple values (with `bodySHA256`), or the query of a GET.
    pub(crate) fn read(
        content_type: Option<&str>,
        query: Option<&str>,
        body: &[u8],
    ) -> Result<Self, Misunderstood> {
        if body.is_empty() {
            return Self::of_form(query.unwrap_or_default().as_bytes(), "query");
        }
        let is_json = content_type.is_some_and(|kind| kind.to_ascii_lowercase().contains("json"));
        if is_json {
            Self::of_json(body)
        } else {
            Self::of_form(body, "body")
        }
    }

    fn of_form(form: &[u8], place: &str) -> Result<Self, Misunderstood> {
        let mut params: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        for (index, pair) in form.split(|byte| *byte == b'&').enumerate() {
            if pair.is_empty() {
                continue;
            }
            let middle = pair.iter().position(|byte| *byte == b'=');
            let (name, value) = match middle {
                Some(middle) => (&pair[..middle], &pair[middle + 1..]),
                None => (pair, &b""[..]),
            };
            let misunderstood = |path: String| Misunderstood {
                path,
                what: "is not UTF-8 in a form's encoding".into(),
            };
            let name = decoded(name).ok_or_else(|| misunderstood(format!("{place}[{index}]")))?;
            let value = decoded(value).ok_or_else(|| misunderstood(name.clone()))?;
            params.entry(name).or_default().insert(value);
        }
        Ok(Self(params))
    }

    fn of_json(body: &[u8]) -> Result<Self, Misunderstood> {
        let object = Object::parse(body, "")?;
        let pair = |name: &str| {
            let value = scalar_text(object.raw(name)?)?;
            Some((name.to_owned(), BTreeSet::from([value])))
        };
        Ok(Self(object.names().filter_map(pair).collect()))
    }

    /// A parameter that is not blank.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let value = self.0.get(name)?.first()?.trim();
        (!value.is_empty()).then_some(value)
    }

    pub(crate) fn text(&self, name: &str) -> Option<String> {
        self.get(name).map(str::to_owned)
    }

    /// Does not depend on the order of the parameters.
    pub(crate) fn fingerprint(&self) -> String {
        let text = serde_json::to_string(&self.0).expect("a map of texts is JSON");
        fingerprint::of_bytes(text.as_bytes())
    }
}

fn decoded(text: &[u8]) -> Option<String> {
    let spaces: Vec<u8> = text
        .iter()
        .map(|byte| if *byte == b'+' { b' ' } else { *byte })
        .collect();
    let text = percent_decode(&spaces).decode_utf8().ok()?;
    Some(text.into_owned())
}
