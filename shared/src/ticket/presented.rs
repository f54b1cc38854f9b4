//! What came out of a scan: a ticket, an order code, or something else.

use std::fmt;

use super::order_code::OrderCode;
use super::rotating_code::{CODE_DIGITS, RotatingCode};
use super::token::{Flags, TOKEN_DIGITS, Token, TokenError};

/// A token and perhaps the rotating code after it. Well-formed; not verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Presented {
    token: Token,
    rotating_code: Option<RotatingCode>,
}

impl Presented {
    /// A token as it is printed, without a code.
    ///
    /// A rotating one is well-formed so; a door will ask for its code.
    pub fn plain(token: Token) -> Self {
        Self {
            token,
            rotating_code: None,
        }
    }

    /// A rotating token with the code of the moment.
    pub fn with_code(token: Token, code: RotatingCode) -> Result<Self, TokenError> {
        if !token.claimed().flags.contains(Flags::ROTATING) {
            return Err(TokenError::UnexpectedRotatingCode);
        }
        Ok(Self {
            token,
            rotating_code: Some(code),
        })
    }

    /// The token. What it claims is not to be believed before [`super::verify()`].
    pub fn token(&self) -> &Token {
        &self.token
    }

    /// The six digits after it.
    pub fn rotating_code(&self) -> Option<RotatingCode> {
        self.rotating_code
    }
}

impl fmt::Display for Presented {
    /// The 195 or 201 digits that a code shows.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.token.fmt(f)?;
        self.rotating_code.iter().try_for_each(|code| code.fmt(f))
    }
}

/// Reads the text of a code: 195 ASCII digits, or 201 with a rotating code, after trimming ASCII space,
/// tab, CR and LF. Only the shape: nothing is verified.
pub fn read(text: &str) -> Result<Presented, TokenError> {
    const SHOWN_DIGITS: usize = TOKEN_DIGITS + CODE_DIGITS;
    let digits = trimmed(text);
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(TokenError::NotDigits);
    }
    if digits.len() != SHOWN_DIGITS {
        return Token::from_digits(digits).map(Presented::plain);
    }
    let (token, code) = digits.split_at(TOKEN_DIGITS);
    let code = code.parse().map_err(|_| TokenError::NotDigits)?;
    Presented::with_code(Token::from_digits(token)?, code)
}

/// What a scanned text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scanned {
    /// The shape of a ticket, to be verified and decided on.
    Ticket(Presented),
    /// Reserved and not yet paid: no ticket, to be shown at the till.
    OrderCode(OrderCode),
    /// Anything else, with the reason why it is no ticket.
    Foreign(TokenError),
}

impl Scanned {
    /// Sorts a text, as a camera or a wedge scanner gave it.
    pub fn of(text: &str) -> Self {
        match (read(text), trimmed(text).parse()) {
            (Ok(presented), _) => Self::Ticket(presented),
            (Err(_), Ok(code)) => Self::OrderCode(code),
            (Err(reason), Err(_)) => Self::Foreign(reason),
        }
    }
}

fn trimmed(text: &str) -> &str {
    text.trim_matches([' ', '\t', '\r', '\n'])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::ids::{KeyId, TicketId, TypeNo, WindowNo};
    use crate::ticket::{PublicKey, SigningKey, TokenFields, verify};

    fn key() -> SigningKey {
        SigningKey::from_seed(&[5; 32])
    }

    fn public() -> PublicKey {
        key().public()
    }

    fn fields() -> impl Strategy<Value = TokenFields> {
        let flags = (0..8_u8).prop_map(|bits| Flags::from_bits(bits).unwrap());
        let numbers = any::<(u32, u16, u8, u64)>();
        (flags, numbers).prop_map(|(flags, (key, type_no, window, ticket))| TokenFields {
            flags,
            key: KeyId(key),
            type_no: TypeNo(type_no),
            window: WindowNo(window),
            ticket: TicketId(ticket),
        })
    }

    fn presented() -> impl Strategy<Value = Presented> {
        (fields(), 0..1_000_000_u32).prop_map(|(fields, code)| {
            let token = key().sign(fields);
            let code = format!("{code:06}").parse().unwrap();
            Presented::with_code(token, code).unwrap_or(Presented::plain(token))
        })
    }

    fn ticket() -> String {
        let fields = TokenFields {
            flags: Flags::NONE,
            key: KeyId(1),
            type_no: TypeNo(1),
            window: WindowNo(0),
            ticket: TicketId(1),
        };
        key().sign(fields).to_string()
    }

    proptest! {
        #[test]
        fn what_is_printed_reads_back_the_same(presented in presented()) {
            let text = presented.to_string();
            prop_assert_eq!(read(&text), Ok(presented));
            let verified = verify(&presented, &public()).unwrap();
            prop_assert_eq!(verified.fields(), presented.token().claimed());
            prop_assert_eq!(verified.rotating_code(), presented.rotating_code());
            prop_assert_eq!(Token::from_bytes(&presented.token().to_bytes()), Ok(*presented.token()));
        }

        #[test]
        fn any_one_changed_digit_of_a_token_is_refused(
            fields in fields(),
            place in 0..TOKEN_DIGITS,
            added in 1..10_u8,
        ) {
            let mut digits = key().sign(fields).to_string().into_bytes();
            digits[place] = b'0' + (digits[place] - b'0' + added) % 10;
            let changed = String::from_utf8(digits).unwrap();
            let taken = read(&changed).and_then(|presented| verify(&presented, &public()));
            prop_assert!(taken.is_err(), "{changed}");
        }

        #[test]
        fn no_text_makes_the_reader_panic_or_be_taken(text in "\\PC{0,300}|[0-9]{190,205}") {
            let taken = read(&text).and_then(|presented| verify(&presented, &public()));
            prop_assert!(taken.is_err());
        }
    }

    #[test]
    fn only_ascii_space_tab_cr_and_lf_are_trimmed() {
        let text = ticket();
        let plain = read(&text).unwrap();
        assert_eq!(read(&format!(" \t\r\n{text}\r\n \t")), Ok(plain));
        for foreign in [
            "\u{a0}", "\u{2028}", "\u{feff}", "\u{b}", "\u{c}", "\0", "+", "-", ".",
        ] {
            for framed in [format!("{foreign}{text}"), format!("{text}{foreign}")] {
                assert_eq!(read(&framed), Err(TokenError::NotDigits), "{foreign:?}");
            }
        }
        let (head, tail) = text.split_at(39);
        assert_eq!(read(&format!("{head} {tail}")), Err(TokenError::NotDigits));
    }

    #[test]
    fn a_ticket_an_order_code_and_anything_else_are_told_apart() {
        let text = ticket();
        let scanned = Scanned::of(&format!("{text}\r\n"));
        assert!(matches!(scanned, Scanned::Ticket(presented) if presented.to_string() == text));
        let order_code = Scanned::of(" th-4k7m2q9xwa\n");
        assert!(
            matches!(order_code, Scanned::OrderCode(code) if code.to_string() == "TH-4K7M2Q9XWA")
        );
        for (text, reason) in [
            ("https://example.org/t/1", TokenError::NotDigits),
            ("TH-4K7M2Q9XW", TokenError::NotDigits),
            (&text[1..], TokenError::Length { digits: 194 }),
            (&"9".repeat(195), TokenError::GroupTooLarge { group: 1 }),
            (&"0".repeat(195), TokenError::UnsupportedVersion(0)),
            (&format!("{text}123456"), TokenError::UnexpectedRotatingCode),
            ("", TokenError::Length { digits: 0 }),
        ] {
            assert_eq!(Scanned::of(text), Scanned::Foreign(reason), "{text}");
        }
    }

    #[test]
    fn the_largest_group_reads_and_one_more_does_not() {
        let text = ticket();
        let largest = format!("{}{:039}", &text[..156], u128::MAX);
        assert!(read(&largest).is_ok());
        let above = format!("{}340282366920938463463374607431768211456", &text[..156]);
        assert_eq!(read(&above), Err(TokenError::GroupTooLarge { group: 5 }));
    }

    #[test]
    fn a_token_of_another_key_or_with_a_changed_field_is_forged() {
        let presented = read(&ticket()).unwrap();
        let other = SigningKey::from_seed(&[6; 32]).public();
        assert_eq!(verify(&presented, &other), Err(TokenError::Forged));
        let mut bytes = presented.token().to_bytes();
        bytes[7] = 1;
        let changed = Presented::plain(Token::from_bytes(&bytes).unwrap());
        assert_eq!(verify(&changed, &public()), Err(TokenError::Forged));
    }

    #[test]
    fn neither_a_signature_nor_a_private_key_shows_in_debug() {
        let presented = read(&ticket()).unwrap();
        assert_eq!(
            format!("{presented:?}"),
            "Presented { token: Token { claimed: TokenFields { flags: Flags(0), key: KeyId(1), \
             type_no: TypeNo(1), window: WindowNo(0), ticket: TicketId(0000000000001) }, .. }, \
             rotating_code: None }"
        );
        assert_eq!(
            format!("{:?}", key()),
            format!("SigningKey(of {:?})", public())
        );
    }
}
