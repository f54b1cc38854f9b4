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
