//! The token on a ticket, version 1: five 128-bit numbers, printed as 195 decimal digits.
//!
//! | bytes | field |
//! | --- | --- |
//! | 0, high nibble | version, 1 |
//! | 0, low nibble | [`Flags`] |
//! | 1-4 | key id |
//! | 5-6 | ticket type |
//! | 7 | entry window |
//! | 8-15 | ticket id |
//! | 16-79 | Ed25519 signature over [`DOMAIN`] followed by bytes 0-15 |
//!
//! All numbers are big-endian.

use std::fmt;

use crate::ids::{KeyId, TicketId, TypeNo, WindowNo};

/// What is signed begins with these bytes, so that no other signature of the same key can pass for a ticket.
pub const DOMAIN: &[u8; 19] = b"tickethub/ticket/v1";

/// The digits of a token's text form.
pub const TOKEN_DIGITS: usize = GROUPS * GROUP_DIGITS;

/// The bytes of a token.
pub const TOKEN_BYTES: usize = GROUPS * GROUP_BYTES;

const VERSION: u8 = 1;
const GROUPS: usize = 5;
const GROUP_DIGITS: usize = 39;
const GROUP_BYTES: usize = 16;
const FIELDS_BYTES: usize = 16;

/// Why a text or its bytes are no token, or why nobody we know signed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Something else than ASCII digits.
    #[error("not a ticket: a ticket's code has only the digits 0 to 9; scan another code")]
    NotDigits,
    /// Neither 195 digits nor 201.
    #[error(
        "not a ticket: {digits} digits instead of 195, or 201 with a rotating code; scan it again whole"
    )]
    Length {
        /// The digits found.
        digits: usize,
    },
    /// A group of 39 digits that no 16 bytes can hold.
    #[error(
        "not a ticket: group {group} of 39 digits is above 2^128 - 1; scan it again or another code"
    )]
    GroupTooLarge {
        /// Which of the five, from 1.
        group: usize,
    },
    /// Another version than 1.
    #[error("unsupported version {0} of the ticket token; update this device")]
    UnsupportedVersion(u8),
    /// Bit 3 of the flags is set.
    #[error("not a ticket: a reserved flag is set; update this device or scan another code")]
    ReservedFlag,
    /// Six digits after a token that does not rotate.
    #[error(
        "not a ticket: a rotating code follows a token that has none; scan the ticket it came from"
    )]
    UnexpectedRotatingCode,
    /// The signature is not this key's, or not canonical, or made with a small-order point.
    #[error("forged: the signature does not hold under this key; do not admit")]
    Forged,
}

/// What kind of ticket it is. The reserved bit can't be set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Flags(u8);

impl Flags {
    /// A real ticket, sold by the server, with a code that stays.
    pub const NONE: Self = Self(0);
    /// A rotating code must come with it.
    pub const ROTATING: Self = Self(0b0001);
    /// Made in test mode.
    pub const TEST: Self = Self(0b0010);
    /// From a block of tickets leased to a till.
    pub const LEASED: Self = Self(0b0100);

    const ALL: u8 = 0b0111;

    /// From the low nibble of byte 0; `None` if the reserved bit (or any above) is set.
    pub const fn from_bits(bits: u8) -> Option<Self> {
        if bits & !Self::ALL == 0 {
            Some(Self(bits))
        } else {
            None
        }
    }

    /// The low nibble of byte 0.
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// Both these and `other`.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Are all flags of `other` set?
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

/// What a token says, as long as its signature holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TokenFields {
    /// What kind of ticket.
    pub flags: Flags,
    /// The key that signs it.
    pub key: KeyId,
    /// Its type.
    pub type_no: TypeNo,
    /// Its entry window; 0 is "whenever the event admits".
    pub window: WindowNo,
    /// The ticket.
    pub ticket: TicketId,
}

impl TokenFields {
    /// Bytes 0-15 of the token.
    pub fn to_bytes(&self) -> [u8; FIELDS_BYTES] {
        let mut bytes = [0; FIELDS_BYTES];
        bytes[0] = VERSION << 4 | self.flags.bits();
        bytes[1..5].copy_from_slice(&self.key.0.to_be_bytes());
        bytes[5..7].copy_from_slice(&self.type_no.0.to_be_bytes());
        bytes[7] = self.window.0;
        bytes[8..].copy_from_slice(&self.ticket.0.to_be_bytes());
        bytes
    }

    fn from_bytes(bytes: [u8; FIELDS_BYTES]) -> Result<Self, TokenError> {
        let [
            head,
            k0,
            k1,
            k2,
            k3,
            t0,
            t1,
            window,
            i0,
            i1,
            i2,
            i3,
            i4,
            i5,
            i6,
            i7,
        ] = bytes;
        if head >> 4 != VERSION {
            return Err(TokenError::UnsupportedVersion(head >> 4));
        }
        Ok(Self {
            flags: Flags::from_bits(head & 0x0f).ok_or(TokenError::ReservedFlag)?,
            key: KeyId(u32::from_be_bytes([k0, k1, k2, k3])),
            type_no: TypeNo(u16::from_be_bytes([t0, t1])),
            window: WindowNo(window),
            ticket: TicketId(u64::from_be_bytes([i0, i1, i2, i3, i4, i5, i6, i7])),
        })
    }

    /// What the signature covers: [`DOMAIN`], then bytes 0-15.
    pub(super) fn signed_bytes(&self) -> [u8; DOMAIN.len() + FIELDS_BYTES] {
        let mut message = [0; DOMAIN.len() + FIELDS_BYTES];
        message[..DOMAIN.len()].copy_from_slice(DOMAIN);
        message[DOMAIN.len()..].copy_from_slice(&self.to_bytes());
        message
    }
}

/// A well-formed token. Nothing says yet that anybody signed it: see [`super::verify()`].
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Token {
    pub(super) fields: TokenFields,
    pub(super) signature: [u8; 64],
}

impl Token {
    /// What it claims. Only a [`super::VerifiedToken`] is to be believed.
    pub fn claimed(&self) -> &TokenFields {
        &self.fields
    }

    /// Bytes 16-79.
    pub fn signature(&self) -> &[u8; 64] {
        &self.signature
    }

    /// The 80 bytes.
    pub fn to_bytes(&self) -> [u8; TOKEN_BYTES] {
        let mut bytes = [0; TOKEN_BYTES];
        bytes[..FIELDS_BYTES].copy_from_slice(&self.fields.to_bytes());
        bytes[FIELDS_BYTES..].copy_from_slice(&self.signature);
        bytes
    }

    /// From the 80 bytes; version and flags are checked, the signature is not.
    pub fn from_bytes(bytes: &[u8; TOKEN_BYTES]) -> Result<Self, TokenError> {
        let mut fields = [0; FIELDS_BYTES];
        let mut signature = [0; 64];
        fields.copy_from_slice(&bytes[..FIELDS_BYTES]);
        signature.copy_from_slice(&bytes[FIELDS_BYTES..]);
        Ok(Self {
            fields: TokenFields::from_bytes(fields)?,
            signature,
        })
    }

    /// From exactly 195 ASCII digits, nothing around them.
    pub(super) fn from_digits(digits: &str) -> Result<Self, TokenError> {
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(TokenError::NotDigits);
        }
        if digits.len() != TOKEN_DIGITS {
            return Err(TokenError::Length {
                digits: digits.len(),
            });
        }
        let mut bytes = [0; TOKEN_BYTES];
        for (index, group) in bytes.chunks_exact_mut(GROUP_BYTES).enumerate() {
            let number: u128 = digits[index * GROUP_DIGITS..][..GROUP_DIGITS]
                .parse()
                .map_err(|_| TokenError::GroupTooLarge { group: index + 1 })?;
            group.copy_from_slice(&number.to_be_bytes());
        }
        Self::from_bytes(&bytes)
    }
}

impl fmt::Display for Token {
    /// The 195 digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = self.to_bytes();
        let (groups, _) = bytes.as_chunks::<GROUP_BYTES>();
        groups
            .iter()
            .try_for_each(|group| write!(f, "{:039}", u128::from_be_bytes(*group)))
    }
}

impl fmt::Debug for Token {
    /// Without the signature: a log line must not be a ticket.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token")
            .field("claimed", &self.fields)
            .finish_non_exhaustive()
    }
}
