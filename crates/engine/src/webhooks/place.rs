//! Whose an address is.

use url::Url;

/// Whose the address in a place is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Whose {
    /// The account's present address.
    Ours,
    /// The account's address of an earlier time.
    OursOnce,
    /// There is none.
    Nobodys,
    /// Anything else.
    SomebodyElses,
}

impl Whose {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::OursOnce => "old",
            Self::Nobodys => "empty",
            Self::SomebodyElses => "foreign",
        }
    }
}

/// The addresses of one account's webhooks: the present one, and all there were.
#[derive(Clone, Debug)]
pub(super) struct Addresses {
    pub(super) present: Option<Url>,
    pub(super) earlier: Vec<Url>,
}

impl Addresses {
    pub(super) fn whose(&self, value: Option<&str>) -> Whose {
        let Some(value) = value else {
            return Whose::Nobodys;
        };
        let Ok(value) = Url::parse(value) else {
            return Whose::SomebodyElses;
        };
        let is_present = self
            .present
            .as_ref()
            .is_some_and(|url| is_same(url, &value));
        if is_present {
            Whose::Ours
        } else if self.earlier.iter().any(|url| is_same(url, &value)) {
            Whose::OursOnce
        } else {
            Whose::SomebodyElses
        }
    }

    /// What to put in the place of `value`: the present address, with what a person added to the earlier
    /// one behind `?` and `#` (Twilio reads how often to try again there).
    pub(super) fn instead_of(&self, value: Option<&str>) -> Option<String> {
        let mut url = self.present.clone()?;
        if let Some(before) = value.and_then(|value| Url::parse(value).ok()) {
            if before.query().is_some() {
                url.set_query(before.query());
            }
            url.set_fragment(before.fragment());
        }
        Some(url.into())
    }
}

/// The same door and the same path. What follows behind `?` and `#` is for the provider or for nobody.
fn is_same(one: &Url, other: &Url) -> bool {
    let door = |url: &Url| {
        (
            url.scheme().to_owned(),
            url.host_str().map(str::to_owned),
            url.port_or_known_default(),
            url.path().to_owned(),
            url.username().to_owned(),
        )
    };
    door(one) == door(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).expect("a URL")
    }

    #[test]
    fn an_address_is_ours_by_door_and_path_and_everything_else_is_somebody_elses() {
        let addresses = Addresses {
            present: Some(url("https://b.example/webhooks/desk")),
            earlier: vec![url("https://a.example/hook/webhooks/desk")],
        };
        for (value, whose) in [
            (None, Whose::Nobodys),
            (Some("https://b.example/webhooks/desk"), Whose::Ours),
            (
                Some("https://B.example:443/webhooks/desk#rc=3"),
                Whose::Ours,
            ),
            (
                Some("https://a.example/hook/webhooks/desk?x=1"),
                Whose::OursOnce,
            ),
            (
                Some("https://a.example/webhooks/desk"),
                Whose::SomebodyElses,
            ),
            (
                Some("https://b.example/webhooks/desk/"),
                Whose::SomebodyElses,
            ),
            (
                Some("https://b.example/webhooks/other"),
                Whose::SomebodyElses,
            ),
            (Some("http://b.example/webhooks/desk"), Whose::SomebodyElses),
            (
                Some("https://b.example:8443/webhooks/desk"),
                Whose::SomebodyElses,
            ),
            (
                Some("https://u@b.example/webhooks/desk"),
                Whose::SomebodyElses,
            ),
            (Some("{{hook}}"), Whose::SomebodyElses),
            (Some(""), Whose::SomebodyElses),
        ] {
            assert_eq!(addresses.whose(value), whose, "{value:?}");
        }
    }

    #[test]
    fn what_a_person_added_to_the_address_stays_with_it() {
        let addresses = Addresses {
            present: Some(url("https://b.example/webhooks/desk")),
            earlier: Vec::new(),
        };
        for (before, after) in [
            (None, "https://b.example/webhooks/desk"),
            (
                Some("https://a.example/webhooks/desk"),
                "https://b.example/webhooks/desk",
            ),
            (
                Some("https://a.example/webhooks/desk?from=pbx#rc=3&rp=all"),
                "https://b.example/webhooks/desk?from=pbx#rc=3&rp=all",
            ),
        ] {
            assert_eq!(addresses.instead_of(before).as_deref(), Some(after));
        }
    }
}
