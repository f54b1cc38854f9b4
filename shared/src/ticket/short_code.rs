//! What is printed under the QR code, for when it can't be read: `ABCDE-FGHJK`.
//!
//! The last 9 of the ticket id's 13 Crockford characters and a check character. Not signed: it finds
//! a row on a device that has one, and admits only by hand.

use std::fmt;
use std::str::FromStr;

use crate::ids::{TicketId, crockford_char, crockford_value};

const ID_CHARACTERS: usize = 9;
const CHECK_MODULUS: u64 = 31;

/// The low 45 bits of a ticket id. Several tickets may share it; the row decides.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ShortCode(u64);

impl ShortCode {
    /// How many low bits of a ticket id it has.
    pub const BITS: u32 = 5 * ID_CHARACTERS as u32;

    /// The code printed on this ticket.
    pub fn of(ticket: TicketId) -> Self {
        Self(ticket.0 & ((1 << Self::BITS) - 1))
    }

    /// Is it printed on this ticket?
    pub fn is_on(self, ticket: TicketId) -> bool {
        Self::of(ticket) == self
    }

    /// The low [`Self::BITS`] bits of the ids that it may mean, to find their rows by.
    pub fn low_bits(self) -> u64 {
        self.0
    }

    fn values(self) -> impl Iterator<Item = u8> {
        (0..ID_CHARACTERS)
            .rev()
            .map(move |i| (self.0 >> (5 * i)) as u8 & 31)
    }

    /// The sum of each value times its place from 1, modulo 31: it sees any one wrong character and any
    /// two swapped, but for a 0 in place of a Z.
    fn check(self) -> u8 {
        let sum: u64 = (1..)
            .zip(self.values())
            .map(|(i, v)| i * u64::from(v))
            .sum();
        (sum % CHECK_MODULUS) as u8
    }
}

impl fmt::Display for ShortCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (head, tail) = (self.values().take(5), self.values().skip(5));
        head.map(crockford_char)
            .try_for_each(|c| write!(f, "{c}"))?;
        write!(f, "-")?;
        tail.chain([self.check()])
            .map(crockford_char)
            .try_for_each(|c| write!(f, "{c}"))
    }
}

impl fmt::Debug for ShortCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ShortCode({self})")
    }
}

/// Why a typed text is no short code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseShortCodeError {
    /// Another number of characters, not counting spaces and dashes.
    #[error("a short code has 10 characters, this one {0}; type it as printed: ABCDE-FGHJK")]
    Length(usize),
    /// A character that Crockford's base 32 doesn't have.
    #[error("{0:?} is never in a short code; look at the ticket again")]
    Character(char),
    /// The check character doesn't match.
    #[error("a character of this short code is wrong; compare it with the ticket")]
    Check,
}

impl FromStr for ShortCode {
    type Err = ParseShortCodeError;

    /// Any case, spaces and dashes anywhere; I and L read as 1, O as 0.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let typed = || text.chars().filter(|c| !c.is_whitespace() && *c != '-');
        let length = typed().count();
        if length != ID_CHARACTERS + 1 {
            return Err(ParseShortCodeError::Length(length));
        }
        let bits = typed().try_fold(0, |bits, c| {
            let value = crockford_value(c).ok_or(ParseShortCodeError::Character(c))?;
            Ok(bits << 5 | u64::from(value))
        })?;
        let code = Self(bits >> 5);
        if bits & 31 == u64::from(code.check()) {
            Ok(code)
        } else {
            Err(ParseShortCodeError::Check)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code() -> ShortCode {
        ShortCode::of("6SFC01MTR2GVT".parse().unwrap())
    }

    #[test]
    fn a_code_is_printed_in_two_fives_with_its_check_character() {
        assert_eq!(code().to_string(), "01MTR-2GVTQ");
        assert!(code().is_on("000001MTR2GVT".parse().unwrap()));
        assert!(!code().is_on("000001MTR2GVV".parse().unwrap()));
    }

    #[test]
    fn what_people_type_is_forgiven() {
        for text in [
            "01MTR-2GVTQ",
            "01mtr2gvtq",
            " o1 mtr - 2gvtq ",
            "OLMTR-2GVTQ",
            "0imtr 2gvtq",
        ] {
            assert_eq!(text.parse(), Ok(code()), "{text}");
        }
    }

    #[test]
    fn a_wrong_text_is_refused_with_its_reason() {
        use ParseShortCodeError::{Character, Check, Length};
        for (text, reason) in [
            ("", Length(0)),
            ("01MTR-2GVT", Length(9)),
            ("01MTR-2GVTQQ", Length(11)),
            ("01MTR-2GVTU", Character('U')),
            ("01MTR-2GVTé", Character('é')),
            ("01MTR-2GVTR", Check),
        ] {
            assert_eq!(text.parse::<ShortCode>(), Err(reason), "{text}");
        }
    }

    #[test]
    fn any_one_wrong_character_and_any_two_swapped_are_seen_but_a_0_for_a_z() {
        let printed: Vec<char> = code().to_string().replace('-', "").chars().collect();
        for place in 0..printed.len() {
            for value in 0..32 {
                let mut typed = printed.clone();
                typed[place] = crockford_char(value);
                let blind = matches!((printed[place], typed[place]), ('0', 'Z') | ('Z', '0'));
                let text: String = typed.iter().collect();
                let is_seen = text.parse::<ShortCode>() == Err(ParseShortCodeError::Check);
                let is_same = typed == printed;
                assert_eq!(is_seen, !is_same && (!blind || place == 9), "{text}");
            }
        }
        for first in 0..9 {
            for second in 0..first {
                let mut typed = printed.clone();
                typed.swap(first, second);
                let text: String = typed.iter().collect();
                let same = printed[first] == printed[second];
                assert_eq!(text.parse::<ShortCode>().is_ok(), same, "{text}");
            }
        }
    }
}
