//! Which address asks, also from behind proxies.
//!
//! Only `X-Forwarded-For` is read, and only when the peer is one of `TICKETHUB_TRUSTED_PROXIES`: whoever else sends it
//! could pick an address of his liking.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap};

use crate::config::Network;

const FORWARDED_FOR: &str = "x-forwarded-for";

/// The address that a request comes from. Personal data: never logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

/// What limits count: an IPv4 address, or the /64 that one IPv6 subscriber has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AddressKey(u128);

impl ClientAddress {
    /// For limits.
    pub fn key(self) -> AddressKey {
        match self.0.to_canonical() {
            IpAddr::V4(address) => AddressKey(address.to_ipv6_mapped().into()),
            IpAddr::V6(address) => AddressKey(u128::from(address) >> 64 << 64),
        }
    }
}

/// The last address in the chain that isn't one of our proxies'.
pub(crate) fn client_address(
    peer: IpAddr,
    headers: &HeaderMap,
    trusted: &[Network],
) -> ClientAddress {
    let is_trusted = |address| trusted.iter().any(|network| network.contains(address));
    if !is_trusted(peer) {
        return ClientAddress(peer.to_canonical());
    }
    let mut nearest = peer;
    let chain: Vec<&str> = headers
        .get_all(FORWARDED_FOR)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .collect();
    for hop in chain.iter().rev() {
        let Some(address) = parse_hop(hop.trim()) else {
            break;
        };
        nearest = address;
        if !is_trusted(address) {
            break;
        }
    }
    ClientAddress(nearest.to_canonical())
}

/// Some proxies add the port.
fn parse_hop(hop: &str) -> Option<IpAddr> {
    hop.parse()
        .ok()
        .or_else(|| hop.parse::<SocketAddr>().ok().map(|socket| socket.ip()))
        .or_else(|| hop.strip_prefix('[')?.strip_suffix(']')?.parse().ok())
}

/// The peer of the connection, which may be a proxy.
pub(crate) fn peer_address(extensions: &Extensions) -> Option<IpAddr> {
    extensions
        .get::<ConnectInfo<SocketAddr>>()
        .map(|info| info.0.ip())
}

/// Whether the request came over a proxy, ours or not.
pub(crate) fn is_forwarded(headers: &HeaderMap) -> bool {
    headers.contains_key(FORWARDED_FOR) || headers.contains_key("forwarded")
}

impl<S: Sync> FromRequestParts<S> for ClientAddress {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        // The frame around every route has put it there.
        let found = parts.extensions.get().copied();
        Ok(found.unwrap_or(Self(IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(peer: &str, forwarded: &[&str], trusted: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append(FORWARDED_FOR, value.parse().unwrap());
        }
        let trusted: Vec<Network> = trusted.iter().map(|text| text.parse().unwrap()).collect();
        client_address(peer.parse().unwrap(), &headers, &trusted)
            .0
            .to_string()
    }

    #[test]
    fn a_stranger_cannot_choose_his_address() {
        assert_eq!(client("203.0.113.7", &["198.51.100.1"], &[]), "203.0.113.7");
        assert_eq!(
            client("203.0.113.7", &["198.51.100.1"], &["10.0.0.0/8"]),
            "203.0.113.7"
        );
        // He sends a chain, the proxy appends where it really came from.
        assert_eq!(
            client("10.0.0.1", &["198.51.100.1, 203.0.113.7"], &["10.0.0.0/8"]),
            "203.0.113.7"
        );
    }

    #[test]
    fn our_proxies_are_looked_through() {
        let ours = ["10.0.0.0/8", "2001:db8:ffff::/48"];
        assert_eq!(client("10.0.0.1", &["203.0.113.7"], &ours), "203.0.113.7");
        assert_eq!(
            client("10.0.0.1", &["203.0.113.7", "10.0.0.2:4711"], &ours),
            "203.0.113.7"
        );
        assert_eq!(
            client("::ffff:10.0.0.1", &["[2001:db8::9]:443"], &ours),
            "2001:db8::9"
        );
        assert_eq!(client("10.0.0.1", &["unknown"], &ours), "10.0.0.1");
        assert_eq!(client("10.0.0.1", &[], &ours), "10.0.0.1");
    }

    #[test]
    fn one_subscriber_of_ipv6_is_one_key() {
        let key = |text: &str| ClientAddress(text.parse().unwrap()).key();
        assert_eq!(key("2001:db8:0:1::1"), key("2001:db8:0:1:ffff::2"));
        assert_ne!(key("2001:db8:0:1::1"), key("2001:db8:0:2::1"));
        assert_ne!(key("192.0.2.1"), key("192.0.2.2"));
        assert_eq!(key("192.0.2.1"), key("::ffff:192.0.2.1"));
    }
}
