//! Which network addresses may be reached: public ones.
//!
//! A name is resolved once, and only the addresses that passed are handed to the connector, so
//! that a name which answers differently a moment later (DNS rebinding) gains nothing. Hosts that
//! are written as addresses never reach a resolver; [`check_literal`] looks at those, after the URL
//! parser has turned every notation (`2130706433`, `0177.0.0.1`, `0x7f.1`) into the address it is.

use std::{
    fmt,
    future::Future,
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    pin::Pin,
    sync::Arc,
};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::Host;

/// A lookup in progress.
pub type Looking = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;

/// Turns a host name into addresses. The programs use the system's resolver; tests bring their own.
pub trait Lookup: Send + Sync {
    /// All addresses of `host`.
    fn look_up(&self, host: &str) -> Looking;
}

/// The system's resolver.
pub(super) struct SystemLookup;

impl Lookup for SystemLookup {
    fn look_up(&self, host: &str) -> Looking {
        let host = host.to_owned();
        Box::pin(async move {
            let found = tokio::net::lookup_host((host, 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

/// Hands on only the addresses that may be reached.
pub(super) struct GuardedResolver {
    pub(super) lookup: Arc<dyn Lookup>,
    pub(super) allow_private: bool,
}

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let looking = self.lookup.look_up(name.as_str());
        let allow_private = self.allow_private;
        Box::pin(async move {
            let mut addresses = looking.await?;
            let found_any = !addresses.is_empty();
            addresses.retain(|address| allow_private || is_public(*address));
            if addresses.is_empty() && found_any {
                return Err(NotPublic.into());
            }
            let addresses: Addrs = Box::new(
                addresses
                    .into_iter()
                    .map(|address| SocketAddr::new(address, 0)),
            );
            Ok(addresses)
        })
    }
}

/// A host all of whose addresses are private, local or otherwise not of the public internet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NotPublic;

impl fmt::Display for NotPublic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the host is not at a public address")
    }
}

impl std::error::Error for NotPublic {}

/// Looks at a host that is written as an address. Names pass; the resolver looks at them.
pub(super) fn check_literal(host: &Host<&str>) -> Result<(), NotPublic> {
    let address = match host {
        Host::Domain(_) => return Ok(()),
        Host::Ipv4(address) => IpAddr::V4(*address),
        Host::Ipv6(address) => IpAddr::V6(*address),
    };
    if is_public(address) {
        Ok(())
    } else {
        Err(NotPublic)
    }
}

/// Whether an address belongs to the public internet, by the IANA special-purpose registries (read
/// November 2026) and the addresses at which clouds answer with a machine's own credentials.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let blocked = match address.octets() {
        [0, ..] => true,             // this network
        [10, ..] => true,            // private
        [100, 64..=127, ..] => true, // carrier-grade NAT, Alibaba's metadata
        [127, ..] => true,           // loopback
        [168, 63, 129, 16] => true,  // Azure's host, reachable from its machines only
        [169, 254, ..] => true,      // link-local, most clouds' metadata
        [172, 16..=31, ..] => true,  // private
        [192, 0, 0, _] => true,      // protocol assignments, Oracle's metadata
        [192, 0, 2, _] => true,      // documentation
        [192, 31, 196, _] => true,   // AS112
        [192, 52, 193, _] => true,   // AMT
        [192, 88, 99, _] => true,    // 6to4 relays
        [192, 168, ..] => true,      // private
        [192, 175, 48, _] => true,   // AS112
        [198, 18 | 19, ..] => true,  // benchmarking
        [198, 51, 100, _] => true,   // documentation
        [203, 0, 113, _] => true,    // documentation
        [224..=255, ..] => true,     // multicast, reserved, broadcast
        _ => false,
    };
    !blocked
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    match segments {
        // An IPv4 address in other clothes is as public as itself: mapped, NAT64, 6to4.
        [0, 0, 0, 0, 0, 0xffff, high, low] => is_public_v4(embedded(high, low)),
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => is_public_v4(embedded(high, low)),
        [0x2002, high, low, ..] => is_public_v4(embedded(high, low)),
        // Teredo, ORCHID and other protocol assignments.
        [0x2001, second, ..] if second < 0x200 => false,
        // Documentation.
        [0x2001, 0xdb8, ..] => false,
        [0x3fff, second, ..] if second < 0x1000 => false,
        // Of everything else only global unicast has been given out.
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

fn embedded(high: u16, low: u16) -> Ipv4Addr {
    Ipv4Addr::from((u32::from(high) << 16) | u32::from(low))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Names(Vec<&'static str>);

    impl Lookup for Names {
        fn look_up(&self, _host: &str) -> Looking {
            let addresses = self.0.iter().map(|text| text.parse().expect("an address"));
            let addresses: Vec<IpAddr> = addresses.collect();
            Box::pin(async move { Ok(addresses) })
        }
    }

    /// What the connector gets to see of these answers.
    async fn handed_on(answers: &[&'static str], allow_private: bool) -> Option<Vec<String>> {
        let resolver = GuardedResolver {
            lookup: Arc::new(Names(answers.to_vec())),
            allow_private,
        };
        let name = "cdn.example".parse().expect("a name");
        let addresses = resolver.resolve(name).await.ok()?;
        Some(addresses.map(|address| address.ip().to_string()).collect())
    }

    #[tokio::test]
    async fn only_public_addresses_are_handed_to_the_connector() {
        let mixed = ["127.0.0.1", "1.1.1.1", "::ffff:10.0.0.1", "2606:4700::1111"];
        let public = ["1.1.1.1", "2606:4700::1111"].map(str::to_owned).to_vec();
        assert_eq!(handed_on(&mixed, false).await, Some(public));
        assert_eq!(handed_on(&["127.0.0.1", "fd00::1"], false).await, None);
        assert_eq!(
            handed_on(&["127.0.0.1"], true).await,
            Some(vec!["127.0.0.1".into()])
        );
    }

    /// Gives another answer each time, as a name does that is after something inside.
    struct Turning(std::sync::Mutex<Vec<&'static str>>);

    impl Lookup for Turning {
        fn look_up(&self, _host: &str) -> Looking {
            let answer = self.0.lock().expect("nobody panics with it").pop();
            let address = answer.expect("asked too often").parse();
            Box::pin(async move { Ok(vec![address.expect("an address")]) })
        }
    }

    #[tokio::test]
    async fn a_name_that_answers_differently_the_second_time_is_looked_at_a_second_time() {
        let answers = vec!["169.254.169.254", "1.1.1.1", "127.0.0.1", "1.1.1.1"];
        let resolver = GuardedResolver {
            lookup: Arc::new(Turning(answers.into())),
            allow_private: false,
        };
        for expected in [Some("1.1.1.1"), None, Some("1.1.1.1"), None] {
            let name = "rebinding.example".parse().expect("a name");
            let found = resolver.resolve(name).await.ok();
            let found = found.and_then(|mut addresses| addresses.next());
            let found = found.map(|address| address.ip().to_string());
            assert_eq!(found.as_deref(), expected);
        }
    }

    #[test]
    fn addresses_of_the_public_internet_pass() {
        for text in [
            "1.1.1.1",
            "100.63.255.255",
            "100.128.0.1",
            "172.15.0.1",
            "172.32.0.1",
            "192.0.1.1",
            "198.17.0.1",
            "198.20.0.1",
            "223.255.255.255",
            "2606:4700::1111",
            "2a00:1450::1",
            "::ffff:1.1.1.1",
            "64:ff9b::1.1.1.1",
            "2002:101:101::1",
        ] {
            assert!(is_public(text.parse().expect("an address")), "{text}");
        }
    }

    #[test]
    fn everything_else_is_refused() {
        for text in [
            "0.0.0.0",
            "10.0.0.1",
            "100.64.0.1",
            "100.100.100.200",
            "127.0.0.1",
            "127.255.255.254",
            "168.63.129.16",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.192",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::127.0.0.1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::ffff:169.254.169.254",
            "64:ff9b::127.0.0.1",
            "64:ff9b::10.0.0.1",
            "64:ff9b:1::1.1.1.1",
            "100::1",
            "2001::1",
            "2001:10::1",
            "2001:db8::1",
            "2002:7f00:1::1",
            "2002:a00:1::1",
            "3fff::1",
            "5f00::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!is_public(text.parse().expect("an address")), "{text}");
        }
    }
}
