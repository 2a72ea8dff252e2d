//! Where Twilio's recordings are.

use ringback_model::{Link, SecretUrl};
use url::Url;

use super::ACCOUNT_SID;
use crate::{
    Account, ApiError,
    http::{Storage, is_at_media_host, path},
};

/// The API redirects to signed storage; to which host is not documented. Twilio's own domains and
/// S3, where it keeps recordings, are followed (without credentials); a link found in the wild
/// leads to `*.s3-external-1.amazonaws.com`.
pub(super) const STORAGE: Storage = &["twilio.com", "twiliocdn.com", "amazonaws.com"];

pub(super) const VERSION: &str = "2010-04-01";

/// A path below the account in the API.
pub(super) fn below_account(
    base: &Url,
    account: &Account,
    segments: &[&str],
) -> Result<Url, ApiError> {
    let sid = account
        .option(ACCOUNT_SID)
        .ok_or(ApiError::NoKey(ACCOUNT_SID))?;
    path(base, &[&[VERSION, "Accounts", sid], segments].concat())
}

/// The sound of a recording, as MP3 with that many channels. Twilio answers with 400 where there is
/// no version with two.
pub(super) fn media(
    base: &Url,
    account: &Account,
    recording: &str,
    channels: u16,
) -> Result<Url, ApiError> {
    let file = format!("{recording}.mp3");
    let mut url = below_account(base, account, &["Recordings", &file])?;
    url.query_pairs_mut()
        .append_pair("RequestedChannels", &channels.to_string());
    Ok(url)
}

/// Where the sound of a recording is, by the address that Twilio tells for it.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Place {
    /// At Twilio, where its id is enough to find it.
    Twilio,
    /// In the customer's own storage, at a host the account's owner named.
    Named(Link),
    /// In the customer's own storage, out of reach.
    OutOfReach,
}

/// Accounts may have their recordings put into a bucket of their own; then the address leads there
/// and Twilio itself has nothing.
pub(super) fn place(account: &Account, media_url: Option<&Url>) -> Place {
    let Some(url) = media_url else {
        return Place::Twilio;
    };
    let is_twilio = url.origin() == account.base_url.origin()
        || url
            .host_str()
            .is_some_and(|host| host == "twilio.com" || host.ends_with(".twilio.com"));
    if is_twilio {
        Place::Twilio
    } else if is_at_media_host(account, url) {
        Place::Named(Link {
            url: SecretUrl::new(url.clone()),
            expires_at: None,
        })
    } else {
        Place::OutOfReach
    }
}
