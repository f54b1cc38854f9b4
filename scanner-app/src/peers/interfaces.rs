//! Where this machine may be reached in its networks.

use std::net::{IpAddr, SocketAddr};

/// More than any door has.
const MOST: usize = 8;

/// The addresses under which what listens at `bound` may be called: its own, or those of all networks.
pub(super) fn own_addresses(bound: SocketAddr) -> Vec<SocketAddr> {
    if !bound.ip().is_unspecified() {
        return vec![bound];
    }
    let Ok(interfaces) = if_addrs::get_if_addrs() else {
        return Vec::new();
    };
    let mut addresses: Vec<SocketAddr> = interfaces
        .into_iter()
        .filter(|interface| !interface.is_loopback())
        .map(|interface| interface.ip())
        .filter(|ip| ip.is_ipv4() == bound.is_ipv4() && !is_link_local_v6(*ip))
        .map(|ip| SocketAddr::new(ip, bound.port()))
        .collect();
    addresses.sort();
    addresses.dedup();
    addresses.truncate(MOST);
    addresses
}

/// Such an address means nothing without the name of the interface.
fn is_link_local_v6(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(_) => false,
        IpAddr::V6(ip) => ip.is_unicast_link_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_address_is_the_only_one_and_loopback_is_never_told() {
        let bound: SocketAddr = "127.0.0.1:7464".parse().unwrap();
        assert_eq!(own_addresses(bound), [bound]);
        let all = own_addresses("0.0.0.0:7464".parse().unwrap());
        assert!(
            all.iter()
                .all(|address| !address.ip().is_loopback() && address.port() == 7464)
        );
    }
}
