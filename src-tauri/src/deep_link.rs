//! Links that open a call: `ringback://call/<id>?t=83.4`.
//!
//! They come from the outside, from mails and web pages: what does not have exactly this form is
//! not a link. A link only opens; it never plays, changes or deletes anything.

use std::{fmt, str::FromStr, time::Duration};

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use tauri::Url;

/// Longer than any id; what is longer was made to do harm.
const LONGEST_ID: usize = 256;

/// A call to open, and where in it to stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Ringback's id of the call, or the provider's.
    pub call: String,
    /// The time since the beginning of the recording.
    pub at: Option<Duration>,
}

/// Why something is not a link to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotALink;

impl fmt::Display for NotALink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a link looks like ringback://call/<id>?t=83.4")
    }
}

impl std::error::Error for NotALink {}

impl Link {
    /// The call's place in the window, as the user interface addresses it.
    pub fn place(&self) -> String {
        let call = utf8_percent_encode(&self.call, NON_ALPHANUMERIC);
        match self.at {
            Some(at) => format!("#/calls/{call}?t={}", at.as_secs_f64()),
            None => format!("#/calls/{call}"),
        }
    }
}

impl FromStr for Link {
    type Err = NotALink;

    fn from_str(text: &str) -> Result<Self, NotALink> {
        Url::parse(text).map_err(|_| NotALink)?.try_into()
    }
}

impl TryFrom<Url> for Link {
    type Error = NotALink;

    fn try_from(url: Url) -> Result<Self, NotALink> {
        if url.scheme() != "ringback" || url.host_str() != Some("call") {
            return Err(NotALink);
        }
        let call = url.path().strip_prefix('/').ok_or(NotALink)?;
        let call = percent_decode_str(call)
            .decode_utf8()
            .map_err(|_| NotALink)?;
        if call.is_empty() || call.len() > LONGEST_ID || call.chars().any(char::is_control) {
            return Err(NotALink);
        }
        let at = match url.query_pairs().find(|(name, _)| name == "t") {
            Some((_, seconds)) => Some(duration(&seconds)?),
            None => None,
        };
        Ok(Self {
            call: call.into_owned(),
            at,
        })
    }
}

fn duration(seconds: &str) -> Result<Duration, NotALink> {
    let seconds: f64 = seconds.parse().map_err(|_| NotALink)?;
    Duration::try_from_secs_f64(seconds).map_err(|_| NotALink)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_names_a_call_and_a_moment() {
        assert_eq!(
            "ringback://call/01KABC?t=83.4".parse(),
            Ok(Link {
                call: "01KABC".into(),
                at: Some(Duration::from_millis(83_400)),
            })
        );
        assert_eq!(
            "ringback://call/conf%2F7".parse(),
            Ok(Link {
                call: "conf/7".into(),
                at: None,
            })
        );
    }

    #[test]
    fn the_place_in_the_window_names_the_same_call_whatever_its_id_contains() {
        let place = |text: &str| text.parse::<Link>().map(|link| link.place());
        assert_eq!(
            place("ringback://call/01KABC?t=83.4"),
            Ok("#/calls/01KABC?t=83.4".into())
        );
        assert_eq!(
            place("ringback://call/a%3Ft%3D1%22"),
            Ok("#/calls/a%3Ft%3D1%22".into())
        );
    }

    #[test]
    fn anything_else_is_not_a_link() {
        for text in [
            "",
            "ringback",
            "https://call/01KABC",
            "ringback://settings/01KABC",
            "ringback://call",
            "ringback://call/",
            "ringback://call/a%00b",
            "ringback://call/%ff",
            "ringback://call/01KABC?t=soon",
            "ringback://call/01KABC?t=-1",
            "ringback://call/01KABC?t=NaN",
            &format!("ringback://call/{}", "x".repeat(300)),
        ] {
            assert_eq!(text.parse::<Link>(), Err(NotALink), "{text}");
        }
    }
}
