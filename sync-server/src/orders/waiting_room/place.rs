//! A place in a line as its holder carries it: sealed, so that nobody makes one or moves up by writing another number.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};
use shared::clock::UnixMillis;
use shared::ids::{EventId, OrderId, Random};
use uuid::Uuid;

use crate::vault::Vault;

const PURPOSE: &str = "waiting_place";
/// Longer than anybody waits; then it is nobody's.
const LASTS_MS: i64 = 6 * 3_600_000;

/// Somebody's place in the line of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) event: EventId,
    /// Lower goes first.
    pub(crate) number: u64,
    pub(crate) taken_ms: UnixMillis,
}

impl Place {
    /// For an address, a form and a cookie.
    pub(crate) fn seal(&self, vault: &Vault) -> String {
        let mut bytes = [0; 32];
        bytes[..16].copy_from_slice(self.event.0.as_bytes());
        bytes[16..24].copy_from_slice(&self.number.to_be_bytes());
        bytes[24..].copy_from_slice(&self.taken_ms.to_be_bytes());
        URL_SAFE_NO_PAD.encode(vault.seal(PURPOSE, &bytes))
    }

    /// What [`Self::seal`] made for this event, not too long ago.
    pub(crate) fn open(
        vault: &Vault,
        text: &str,
        event: EventId,
        now_ms: UnixMillis,
    ) -> Option<Self> {
        let sealed = URL_SAFE_NO_PAD.decode(text).ok()?;
        let bytes: [u8; 32] = vault.unseal_array(PURPOSE, &sealed).ok()?;
        let (of, rest) = bytes.split_first_chunk::<16>()?;
        let (number, taken_ms) = rest.split_first_chunk::<8>()?;
        let place = Self {
            event: EventId(Uuid::from_bytes(*of)),
            number: u64::from_be_bytes(*number),
            taken_ms: UnixMillis::from_be_bytes(taken_ms.try_into().ok()?),
        };
        let age_ms = now_ms - place.taken_ms;
        (place.event == event && age_ms < LASTS_MS).then_some(place)
    }

    /// The order that it stands for, so that it stands for one: an order's id is never used again. A visitor who goes back
    /// and chooses something else gives the first up and has the next `attempt`. From the sealed text, which only the
    /// holder has.
    pub(crate) fn order(&self, sealed: &str, attempt: u8) -> OrderId {
        let hash = Sha256::new()
            .chain_update([attempt])
            .chain_update(sealed.as_bytes())
            .finalize();
        OrderId::new(self.taken_ms, &mut Drawn(hash.into()))
    }
}

/// Bytes that were drawn before.
struct Drawn([u8; 32]);

impl Random for Drawn {
    fn fill(&mut self, bytes: &mut [u8]) {
        for (byte, drawn) in bytes.iter_mut().zip(self.0.iter().cycle()) {
            *byte = *drawn;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vault() -> Vault {
        let key = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";
        Vault::open(Some(key), std::path::Path::new("/nowhere")).unwrap()
    }

    fn place() -> Place {
        Place {
            event: EventId(Uuid::from_u128(7)),
            number: 4_711,
            taken_ms: 1_000,
        }
    }

    #[test]
    fn a_place_is_read_back_for_its_event_while_it_lasts() {
        let (vault, place) = (vault(), place());
        let text = place.seal(&vault);
        assert!(
            text.bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)),
            "{text}"
        );
        let open = |event, now_ms| Place::open(&vault, &text, event, now_ms);
        assert_eq!(open(place.event, 2_000), Some(place));
        assert_eq!(open(EventId(Uuid::from_u128(8)), 2_000), None);
        assert_eq!(open(place.event, 1_000 + LASTS_MS), None);
    }

    #[test]
    fn no_changed_letter_makes_another_place() {
        let (vault, place) = (vault(), place());
        let text = place.seal(&vault);
        for at in 0..text.len() {
            let mut changed = text.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert_eq!(Place::open(&vault, &changed, place.event, 2_000), None);
        }
        assert_eq!(Place::open(&vault, "", place.event, 2_000), None);
    }

    #[test]
    fn a_place_stands_for_the_same_orders_always_and_another_for_others() {
        let (vault, place) = (vault(), place());
        let (one, other) = (place.seal(&vault), place.seal(&vault));
        assert_eq!(place.order(&one, 0), place.order(&one, 0));
        assert_ne!(place.order(&one, 0), place.order(&one, 1));
        assert_ne!(place.order(&one, 0), place.order(&other, 0));
    }
}
