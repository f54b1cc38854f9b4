//! Whom a device signs for: the name in this server's address.

use url::Url;
use webauthn_rs::{Webauthn, WebauthnBuilder};

/// What devices show as ours.
const NAME: &str = "Ticket Hub";

/// This server, as devices know it.
#[derive(Debug)]
pub(crate) struct RelyingParty {
    pub(super) webauthn: Webauthn,
    /// The host at which pages may ask for keys.
    pub(crate) host: String,
}

impl RelyingParty {
    /// By the server's public address. None where that is a number: devices keep keys for names only. A machine on which
    /// things are tried has one all the same: `localhost`.
    pub(crate) fn of(public_url: &str) -> Option<Self> {
        let mut origin: Url = public_url.parse().ok()?;
        let is_this_machine = match origin.host()? {
            url::Host::Domain(_) => false,
            url::Host::Ipv4(address) => address.is_loopback(),
            url::Host::Ipv6(address) => address.is_loopback(),
        };
        if is_this_machine {
            origin.set_host(Some("localhost")).ok()?;
        }
        let host = origin.domain()?.to_owned();
        let builder = WebauthnBuilder::new(&host, &origin).ok()?;
        let webauthn = builder.rp_name(NAME).build().ok()?;
        Some(Self { webauthn, host })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(public_url: &str) -> Option<String> {
        RelyingParty::of(public_url).map(|party| party.host)
    }

    #[test]
    fn keys_are_for_the_name_in_the_address() {
        assert_eq!(
            host("https://billets.example").as_deref(),
            Some("billets.example")
        );
        assert_eq!(
            host("http://127.0.0.1:8080").as_deref(),
            Some("localhost"),
            "where things are tried"
        );
        assert_eq!(host("http://[::1]:8080").as_deref(), Some("localhost"));
        assert_eq!(host("https://192.0.2.1"), None);
    }
}
