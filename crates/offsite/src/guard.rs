//! Which endpoints may be talked to.
//!
//! A person configured the endpoint, so over https it may be anywhere, in the same house too. Without
//! TLS the sound would be readable on the way, so plain http is for addresses of the own machine and
//! network only. Names are looked at after they are resolved, each time, and only the private addresses
//! are handed to the connector.

use std::{
    fmt,
    net::{IpAddr, SocketAddr},
};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

/// An endpoint that must not be talked to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAllowed;

impl fmt::Display for NotAllowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("plain http is for addresses of the own machine or network only")
    }
}

impl std::error::Error for NotAllowed {}

/// Looks at an endpoint as it is written.
///
/// # Errors
/// [`NotAllowed`] for `http://` with a public address. A name passes; it is looked at when resolved.
pub fn check_endpoint(endpoint: &Url) -> Result<(), NotAllowed> {
    if endpoint.scheme() == "https" {
        return Ok(());
    }
    let is_fine = match endpoint.host() {
        Some(Host::Ipv4(address)) => is_near(address.into()),
        Some(Host::Ipv6(address)) => is_near(address.into()),
        Some(Host::Domain(_)) => true,
        None => false,
    };
    is_fine.then_some(()).ok_or(NotAllowed)
}

/// Hands on only addresses of the own machine and network.
#[derive(Debug)]
pub(crate) struct NearOnly;

impl Resolve for NearOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str().to_owned(), 0)).await?;
            let near: Vec<SocketAddr> = found.filter(|found| is_near(found.ip())).collect();
            if near.is_empty() {
                return Err(NotAllowed.into());
            }
            let near: Addrs = Box::new(near.into_iter());
            Ok(near)
        })
    }
}

/// Whether an address is of this machine or of a private network.
fn is_near(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => address.is_loopback() || address.is_private(),
        IpAddr::V6(address) => address.is_loopback() || address.is_unique_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_is_for_the_own_machine_and_network() {
        for (endpoint, is_fine) in [
            ("https://s3.example.org", true),
            ("https://8.8.8.8", true),
            ("http://127.0.0.1:9000", true),
            ("http://192.168.1.20:3900", true),
            ("http://[::1]:3900", true),
            ("http://[fd00::1]:3900", true),
            ("http://8.8.8.8", false),
            ("http://169.254.169.254", false),
            ("http://[2001:4860::1]", false),
        ] {
            let url = Url::parse(endpoint).expect("a URL");
            assert_eq!(check_endpoint(&url).is_ok(), is_fine, "{endpoint}");
        }
    }

    #[tokio::test]
    async fn a_name_reaches_only_what_is_near() {
        let name: Name = "localhost".parse().expect("a name");
        let found = NearOnly.resolve(name).await.expect("this machine");
        assert!(found.into_iter().all(|found| found.ip().is_loopback()));
    }
}
