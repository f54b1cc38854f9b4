//! The six digits after a rotating token: worthless on a screenshot within a minute.
//!
//! TOTP (RFC 6238) with HMAC-SHA-256, T0 = 0, a step of 15 s and 6 digits, under a key of the ticket's own.

use std::fmt;
use std::str::FromStr;

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::clock::UnixMillis;
use crate::ids::{Random, TicketId};

/// The digits of a rotating code.
pub const CODE_DIGITS: usize = 6;

/// How long a code is the newest one, in seconds.
pub const STEP_SECONDS: i64 = 15;

/// A reader takes the codes of these steps around its corrected clock.
const ACCEPTED_STEPS: std::ops::RangeInclusive<i64> = -2..=1;

const INFO: &[u8] = b"tickethub/rotating/v1";
const CODES: u32 = 10_u32.pow(CODE_DIGITS as u32);

/// The secret that belongs to a signing key; a new key brings a new one. Never printed.
#[derive(Clone)]
pub struct RotatingSecret([u8; 32]);

impl RotatingSecret {
    /// From its 32 bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// A new secret.
    pub fn draw(random: &mut impl Random) -> Self {
        let mut bytes = [0; 32];
        random.fill(&mut bytes);
        Self(bytes)
    }

    /// The 32 bytes, to be sealed before they are kept.
    pub fn to_bytes(&self) -> [u8; 32] {
        self.0
    }

    /// The key of one ticket: HKDF-SHA256 without salt, info = `tickethub/rotating/v1` and the id as 8 bytes.
    pub fn key_of(&self, ticket: TicketId) -> RotatingKey {
        let mut key = [0; 32];
        Hkdf::<Sha256>::new(None, &self.0)
            .expand_multi_info(&[INFO, &ticket.0.to_be_bytes()], &mut key)
            .expect("HKDF-SHA256 gives up to 8160 bytes");
        RotatingKey(key)
    }
}

impl fmt::Debug for RotatingSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RotatingSecret(..)")
    }
}

/// The key of one ticket's codes: all that its holder's page has. Never printed.
#[derive(Clone)]
pub struct RotatingKey([u8; 32]);

impl RotatingKey {
    /// The 32 bytes, for the holder's page.
    pub fn to_bytes(&self) -> [u8; 32] {
        self.0
    }

    /// The code at `now_ms`; `None` before 1970, where TOTP has no steps.
    pub fn code_at(&self, now_ms: UnixMillis) -> Option<RotatingCode> {
        self.code_of_step(step_at(now_ms))
    }

    /// Is `code` one that a holder may show at `now_ms`, by the reader's corrected clock?
    pub fn accepts(&self, code: RotatingCode, now_ms: UnixMillis) -> bool {
        let now = step_at(now_ms);
        ACCEPTED_STEPS
            .into_iter()
            .any(|offset| self.code_of_step(now + offset) == Some(code))
    }

    /// RFC 4226 §5.3, with the last byte's low nibble as offset.
    fn code_of_step(&self, step: i64) -> Option<RotatingCode> {
        let counter = u64::try_from(step).ok()?;
        let mut mac =
            Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes a key of any length");
        mac.update(&counter.to_be_bytes());
        let digest: [u8; 32] = mac.finalize().into_bytes().into();
        let offset = usize::from(digest[31] & 0x0f);
        let [a, b, c, d] = [0, 1, 2, 3].map(|i| digest[offset + i]);
        let number = u32::from_be_bytes([a & 0x7f, b, c, d]);
        Some(RotatingCode(number % CODES))
    }
}

impl fmt::Debug for RotatingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RotatingKey(..)")
    }
}

fn step_at(now_ms: UnixMillis) -> i64 {
    now_ms.div_euclid(STEP_SECONDS * 1000)
}

/// Six digits that a holder's page showed after the token.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct RotatingCode(u32);

impl fmt::Display for RotatingCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:06}", self.0)
    }
}

impl fmt::Debug for RotatingCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RotatingCode({self})")
    }
}

/// Not six ASCII digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a rotating code has six digits; scan the ticket again")]
pub struct ParseRotatingCodeError;

impl FromStr for RotatingCode {
    type Err = ParseRotatingCodeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() != CODE_DIGITS || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(ParseRotatingCodeError);
        }
        text.parse().map(Self).map_err(|_| ParseRotatingCodeError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> RotatingKey {
        RotatingSecret::from_bytes([7; 32]).key_of(TicketId(42))
    }

    #[test]
    fn a_code_is_taken_from_one_step_before_its_own_to_two_steps_after() {
        let shown = 100 * 15_000;
        let code = key().code_at(shown).unwrap();
        for (now_ms, taken) in [
            (shown - 15_001, false),
            (shown - 15_000, true),
            (shown, true),
            (shown + 44_999, true),
            (shown + 45_000, false),
        ] {
            assert_eq!(key().accepts(code, now_ms), taken, "{}", now_ms - shown);
        }
    }

    #[test]
    fn the_code_of_another_ticket_is_not_taken() {
        let other = RotatingSecret::from_bytes([7; 32]).key_of(TicketId(43));
        let code = other.code_at(1_800_000_000_000).unwrap();
        assert!(!key().accepts(code, 1_800_000_000_000));
    }

    #[test]
    fn a_clock_before_1970_has_no_codes_and_takes_none_before_step_0() {
        assert_eq!(key().code_at(-1), None);
        let first = key().code_at(0).unwrap();
        assert!(key().accepts(first, -1));
        assert!(!key().accepts(first, -15_001));
        assert!(!key().accepts(first, UnixMillis::MIN));
        assert!(!key().accepts(first, UnixMillis::MAX));
    }

    #[test]
    fn no_secret_shows_in_debug() {
        let secret = RotatingSecret::from_bytes([0xab; 32]);
        let shown = format!("{secret:?} {:?}", secret.key_of(TicketId(1)));
        assert_eq!(shown, "RotatingSecret(..) RotatingKey(..)");
    }

    #[test]
    fn a_code_keeps_its_leading_zeros() {
        assert_eq!(
            "000042".parse::<RotatingCode>().unwrap().to_string(),
            "000042"
        );
        for text in ["42", "0000042", "+00042", "00004a", "٠٠٠٠٤٢", ""] {
            assert_eq!(
                text.parse::<RotatingCode>(),
                Err(ParseRotatingCodeError),
                "{text}"
            );
        }
    }
}
