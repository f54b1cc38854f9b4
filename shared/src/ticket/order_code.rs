//! The code of an order to be paid at the door: no ticket, and nothing signed.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::ids::{Random, crockford_char, crockford_value};

const PREFIX: &str = "TH-";
const CHARACTERS: usize = 10;
const BITS: u32 = 5 * CHARACTERS as u32;

/// `TH-` and 10 Crockford base-32 characters (50 random bits). Drawn again on a clash.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrderCode(u64);

impl OrderCode {
    /// A random code.
    pub fn draw(random: &mut impl Random) -> Self {
        let mut bytes = [0; 8];
        random.fill(&mut bytes);
        Self(u64::from_be_bytes(bytes) >> (u64::BITS - BITS))
    }
}

impl fmt::Display for OrderCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(PREFIX)?;
        (0..CHARACTERS)
            .rev()
            .try_for_each(|i| write!(f, "{}", crockford_char((self.0 >> (5 * i)) as u8 & 31)))
    }
}

impl fmt::Debug for OrderCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OrderCode({self})")
    }
}

/// Not an order code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an order code is TH- and 10 letters or digits, as in TH-4K7M2Q9XWA; type it again")]
pub struct ParseOrderCodeError;

impl FromStr for OrderCode {
    type Err = ParseOrderCodeError;

    /// Any case; I and L read as 1, O as 0.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (prefix, code) = text
            .split_at_checked(PREFIX.len())
            .ok_or(ParseOrderCodeError)?;
        if !prefix.eq_ignore_ascii_case(PREFIX) || code.len() != CHARACTERS {
            return Err(ParseOrderCodeError);
        }
        code.chars()
            .try_fold(0, |bits, c| {
                Some(bits << 5 | u64::from(crockford_value(c)?))
            })
            .map(Self)
            .ok_or(ParseOrderCodeError)
    }
}

impl Serialize for OrderCode {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for OrderCode {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fixed(u8);

    impl Random for Fixed {
        fn fill(&mut self, bytes: &mut [u8]) {
            bytes.fill(self.0);
        }
    }

    #[test]
    fn a_drawn_code_survives_its_text_form() {
        for byte in [0x00, 0x5a, 0xff] {
            let code = OrderCode::draw(&mut Fixed(byte));
            assert_eq!(code.to_string().parse(), Ok(code));
        }
        assert_eq!(
            OrderCode::draw(&mut Fixed(0xff)).to_string(),
            "TH-ZZZZZZZZZZ"
        );
    }

    #[test]
    fn what_people_misread_is_forgiven() {
        let code: OrderCode = "TH-1010ABCDEF".parse().unwrap();
        assert_eq!("th-IoLoabcdef".parse(), Ok(code));
        assert_eq!(code.to_string(), "TH-1010ABCDEF");
    }

    #[test]
    fn another_shape_is_refused() {
        for text in [
            "",
            "TH-",
            "TH-123456789",
            "TH-12345678901",
            "TX-1234567890",
            "TH-123456789U",
            "TH-12345678é",
            "éé",
        ] {
            assert_eq!(
                text.parse::<OrderCode>(),
                Err(ParseOrderCodeError),
                "{text}"
            );
        }
    }
}
