//! Which hosts a request may leave for.

use url::{Host, Url};

use super::guard;
use crate::{Account, ApiError};

/// The hosts at which a provider keeps recordings, as the ends of host names: `amazonaws.com` means
/// every host below it.
///
/// These are large shared storages where anybody can put something. That is bearable because a link
/// to them is taken only from a verified webhook or from the API, is fetched without credentials
/// and what comes is looked at before it counts as a recording; the list keeps a link from leading
/// anywhere else.
pub(crate) type Storage = &'static [&'static str];

/// Where the requests of one account may go.
#[derive(Clone, Debug)]
pub(super) struct Destinations {
    base: Url,
    media_hosts: Vec<HostAndPort>,
    allow_private: bool,
}

/// An entry of `media_hosts`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct HostAndPort {
    host: Host<String>,
    /// `None`: the default port of the scheme.
    port: Option<u16>,
}

impl HostAndPort {
    /// Reads `host`, `host:port`, `[v6]` or `[v6]:port`. `None` for what is neither.
    fn parse(entry: &str) -> Option<Self> {
        let url = Url::parse(&format!("https://{}/", entry.trim())).ok()?;
        let is_bare = url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none()
            && !has_user_info(&url);
        let host = url.host()?.to_owned();
        is_bare.then_some(Self {
            host,
            port: url.port(),
        })
    }
}

impl Destinations {
    pub(super) fn of(account: &Account) -> Self {
        Self {
            base: account.base_url.clone(),
            media_hosts: account
                .media_hosts
                .iter()
                .filter_map(|entry| HostAndPort::parse(entry))
                .collect(),
            allow_private: account.allow_private_network,
        }
    }

    pub(super) fn base(&self) -> &Url {
        &self.base
    }

    pub(super) fn allow_private(&self) -> bool {
        self.allow_private
    }

    /// Whether `url` is at the API's own scheme, host and port.
    pub(super) fn is_api(&self, url: &Url) -> bool {
        url.origin() == self.base.origin()
    }

    /// Whether `url` is at one of the account's `media_hosts`.
    pub(super) fn is_media_host(&self, url: &Url) -> bool {
        let host = url.host().map(|host| host.to_owned());
        self.media_hosts
            .iter()
            .any(|entry| Some(&entry.host) == host.as_ref() && entry.port == url.port())
    }

    /// A request to the API goes to the API.
    pub(super) fn check_api(&self, url: &Url) -> Result<(), ApiError> {
        self.check_form(url)?;
        if self.is_api(url) {
            Ok(())
        } else {
            Err(refused(url, "is not the host of the account's base_url"))
        }
    }

    /// A request for a recording goes to the API, to the provider's storage at its default port,
    /// or to a place that the account's owner named.
    pub(super) fn check_media(&self, url: &Url, storage: Storage) -> Result<(), ApiError> {
        self.check_form(url)?;
        if self.is_api(url) || self.is_media_host(url) {
            return Ok(());
        }
        let is_storage = match url.host() {
            Some(Host::Domain(host)) => storage.iter().any(|end| is_below(host, end)),
            _ => false,
        };
        if is_storage && url.port().is_none() {
            Ok(())
        } else {
            Err(refused(
                url,
                "is not a place recordings are fetched from; if it is the right one, add it to media_hosts of the account",
            ))
        }
    }

    /// What holds for every request: https, no user name, a public address if it is written as one.
    fn check_form(&self, url: &Url) -> Result<(), ApiError> {
        let scheme_fits = match url.scheme() {
            "https" => true,
            "http" => self.allow_private,
            _ => false,
        };
        if !scheme_fits {
            return Err(refused(url, "is not reached by https"));
        }
        if has_user_info(url) {
            return Err(refused(url, "comes with a user name in the link"));
        }
        let Some(host) = url.host() else {
            return Err(refused(url, "has no name"));
        };
        if !self.allow_private && guard::check_literal(&host).is_err() {
            return Err(not_public(url));
        }
        Ok(())
    }
}

/// Whether a text can be an entry of `media_hosts`: `host`, `host:port`, `[v6]` or `[v6]:port`. What
/// is none is never matched, so the configuration should refuse it.
pub fn is_media_host_entry(text: &str) -> bool {
    HostAndPort::parse(text).is_some()
}

/// Whether `url` is at a host that the account's owner named.
pub(crate) fn is_at_media_host(account: &Account, url: &Url) -> bool {
    Destinations::of(account).is_media_host(url)
}

/// The error for a host that is not at a public address.
pub(super) fn not_public(url: &Url) -> ApiError {
    refused(
        url,
        "is not at a public address; stand-ins need allow_private_network",
    )
}

fn refused(url: &Url, why: &str) -> ApiError {
    ApiError::Forbidden(format!("{} {why}", host(url)))
}

/// The host for messages; all of a URL that may be seen.
pub(super) fn host(url: &Url) -> &str {
    url.host_str().unwrap_or("the host")
}

fn has_user_info(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some()
}

fn is_below(host: &str, end: &str) -> bool {
    host.strip_suffix(end)
        .is_some_and(|start| start.len() > 1 && start.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const STORAGE: Storage = &["amazonaws.com"];

    fn destinations(media_hosts: &[&str], allow_private: bool) -> Destinations {
        Destinations {
            base: Url::parse("https://api.example.org").expect("a URL"),
            media_hosts: media_hosts
                .iter()
                .map(|entry| HostAndPort::parse(entry).expect("an entry"))
                .collect(),
            allow_private,
        }
    }

    fn url(text: &str) -> Url {
        Url::parse(text).expect("a URL")
    }

    #[test]
    fn recordings_come_from_the_api_the_storage_and_the_named_hosts_only() {
        let table = [
            ("https://api.example.org/a.wav", true),
            ("https://bucket.s3.amazonaws.com/a.wav", true),
            ("https://cdn.example/a.wav", true),
            ("https://nas.example:8443/a.wav", true),
            ("https://API.EXAMPLE.ORG/a.wav", true),
            ("https://nas.example/a.wav", false),
            ("https://cdn.example:8443/a.wav", false),
            ("https://bucket.s3.amazonaws.com:8443/a.wav", false),
            ("https://amazonaws.com/a.wav", false),
            ("https://evilamazonaws.com/a.wav", false),
            ("https://amazonaws.com.evil.example/a.wav", false),
            ("https://bucket.s3.amazonaws.com./a.wav", false),
            ("https://api.example.org:8443/a.wav", false),
            ("https://other.example/a.wav", false),
            ("https://user@api.example.org/a.wav", false),
            ("https://:key@api.example.org/a.wav", false),
            ("http://api.example.org/a.wav", false),
            ("ftp://api.example.org/a.wav", false),
            ("file:///etc/passwd", false),
            ("data:audio/wav;base64,AAAA", false),
        ];
        let destinations = destinations(&["cdn.example", "nas.example:8443"], false);
        for (text, may) in table {
            let checked = destinations.check_media(&url(text), STORAGE);
            assert_eq!(checked.is_ok(), may, "{text}");
        }
    }

    #[test]
    fn an_address_in_any_notation_is_the_address_it_is() {
        let notations = [
            "https://127.0.0.1/",
            "https://2130706433/",
            "https://0177.0.0.1/",
            "https://0x7f.0.0.1/",
            "https://0x7f000001/",
            "https://127.1/",
            "https://[::1]/",
            "https://[::ffff:127.0.0.1]/",
            "https://[::ffff:7f00:1]/",
            "https://[64:ff9b::7f00:1]/",
            "https://169.254.169.254/latest/meta-data",
            "https://2852039166/",
            "https://[fd00:ec2::254]/",
            "https://127.0.0.1./",
            "https://0/",
            "https://0x0/",
            "https://017700000001/",
            "https://127.0x0.1/",
            "https://127.000.000.001/",
            "https://0xa9fea9fe/",
            "https://0251.0376.0251.0376/",
            "https://169.16689662/",
            "https://%31%32%37.0.0.1/",
            "https://\u{ff11}\u{ff12}\u{ff17}.\u{ff10}.\u{ff10}.\u{ff11}/",
            "https://\u{2460}\u{2461}\u{2466}.0.0.1/",
            "https://127\u{3002}0\u{3002}0\u{3002}1/",
            "https:\\\\127.0.0.1\\",
            "https:127.0.0.1",
            "https://[::]/",
            "https://[0:0:0:0:0:0:0:1]/",
            "https://[::127.0.0.1]/",
            "https://[::ffff:169.254.169.254]/",
            "https://[2002:7f00:1::]/",
            "https://[2002:a9fe:a9fe::1]/",
            "https://[64:ff9b::a9fe:a9fe]/",
            "https://[64:ff9b:1::7f00:1]/",
            "https://[fe80::1]/",
        ];
        for text in notations {
            let entry = url(text).host_str().expect("a host").to_owned();
            let strict = destinations(&[&entry], false);
            let refused = strict.check_media(&url(text), STORAGE);
            assert!(
                matches!(refused, Err(ApiError::Forbidden(_))),
                "even if it is named: {text}"
            );
            let lifted = destinations(&[&entry], true);
            assert_eq!(lifted.check_media(&url(text), STORAGE), Ok(()), "{text}");
        }
    }

    #[test]
    fn a_host_that_only_looks_like_a_permitted_one_is_another() {
        let destinations = destinations(&["cdn.example"], false);
        for (text, may) in [
            // The same host in other letters, as everybody resolves it.
            ("https://CDN.Example/a", true),
            ("https://\u{ff43}dn.example/a", true),
            ("https://cdn\u{3002}example/a", true),
            ("https://cdn.example:443/a", true),
            ("https://cdn.example\\@evil.example/a", true),
            ("https://cdn.example#@evil.example/a", true),
            ("https://cdn.example?@evil.example/a", true),
            ("https://cdn.ex\u{430}mple/a", false),
            ("https://cdn.example.:443/a", false),
            ("https://cdn.example./a", false),
            ("https://cdn-example/a", false),
            ("https://cdn.example@evil.example/a", false),
            ("https://evil.example\\@cdn.example/a", false),
            ("https://evil.example/@cdn.example/a", false),
            ("https://evil.example#cdn.example", false),
            ("https://cdn.example:key@cdn.example/a", false),
            ("https://@cdn.example/a", true),
            ("https://cdn.example:80/a", false),
            ("https://cdn.example:22/a", false),
            ("https://sub.cdn.example/a", false),
            ("wss://cdn.example/a", false),
            ("gopher://cdn.example/a", false),
            ("javascript://cdn.example/%0aalert(1)", false),
            ("blob:https://cdn.example/a", false),
        ] {
            let checked = destinations.check_media(&url(text), STORAGE);
            assert_eq!(checked.is_ok(), may, "{text}");
        }
        for text in [
            "https://cdn.example%00.evil.example/",
            "https://cdn.example%2f.evil.example/",
            "https://cdn.example:99999/",
            "https://[::1",
            "https://1.2.3.4.5/",
            "https://256.1.1.1/",
        ] {
            assert!(Url::parse(text).is_err(), "{text} is no link at all");
        }
    }

    #[test]
    fn stand_ins_may_speak_http_but_only_where_they_are_named() {
        let lifted = destinations(&["127.0.0.1:9000", "[::1]:9000"], true);
        for (text, may) in [
            ("http://127.0.0.1:9000/a", true),
            ("http://[::1]:9000/a", true),
            ("http://127.0.0.1:9001/a", false),
            ("http://127.0.0.1/a", false),
        ] {
            assert_eq!(
                lifted.check_media(&url(text), STORAGE).is_ok(),
                may,
                "{text}"
            );
        }
    }

    #[test]
    fn the_api_is_asked_at_its_own_address_only() {
        let destinations = destinations(&["cdn.example"], false);
        for (text, may) in [
            ("https://api.example.org/v2/call", true),
            ("https://api.example.org:443/v2/call", true),
            ("https://cdn.example/v2/call", false),
            ("https://bucket.s3.amazonaws.com/v2/call", false),
            ("http://api.example.org/v2/call", false),
        ] {
            assert_eq!(destinations.check_api(&url(text)).is_ok(), may, "{text}");
        }
    }

    #[test]
    fn a_refusal_names_the_host_and_nothing_else_of_the_link() {
        let refusal = destinations(&[], false)
            .check_media(&url("https://evil.example/path?sig=abc"), STORAGE)
            .expect_err("not named");
        let text = refusal.to_string();
        assert!(text.contains("evil.example"), "{text}");
        assert!(!text.contains("sig") && !text.contains("path"), "{text}");
    }

    #[test]
    fn what_is_no_host_is_no_entry() {
        for entry in ["", "a/b", "https://a", "a?b", "u@a", "a:99999", "a b"] {
            assert!(!is_media_host_entry(entry), "{entry:?}");
        }
        for entry in ["cdn.example", "cdn.example:8443", "10.0.0.1", "[::1]:9000"] {
            assert!(is_media_host_entry(entry), "{entry:?}");
        }
    }
}
