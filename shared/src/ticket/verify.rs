//! Whether the organizer issued what was presented.

use std::fmt;

use ed25519_dalek::{Signature, VerifyingKey};

use super::presented::Presented;
use super::rotating_code::RotatingCode;
use super::token::{TokenError, TokenFields};

/// Why 32 bytes are no key that tickets may be verified under.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PublicKeyError {
    /// No point of the curve has this encoding.
    #[error("not an Ed25519 public key; fetch the event's keys again")]
    NotAPoint,
    /// A second encoding of a point (RFC 8032 knows one).
    #[error(
        "an Ed25519 public key that is not in its canonical form; fetch the event's keys again"
    )]
    NotCanonical,
    /// A point of small order: under it, one signature holds for almost any text.
    #[error("a weak Ed25519 public key; fetch the event's keys again")]
    Weak,
}

/// The public half of a ticket signing key, ready to verify (the point is decompressed once).
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

impl PublicKey {
    /// From the 32 bytes of a key row.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, PublicKeyError> {
        let key = VerifyingKey::from_bytes(bytes).map_err(|_| PublicKeyError::NotAPoint)?;
        if key.is_weak() {
            return Err(PublicKeyError::Weak);
        }
        if VerifyingKey::from(key.to_edwards()) != key {
            return Err(PublicKeyError::NotCanonical);
        }
        Ok(Self(key))
    }

    pub(super) fn of(key: VerifyingKey) -> Self {
        Self(key)
    }

    /// The 32 bytes.
    pub fn to_bytes(&self) -> [u8; 32] {
        self.0.to_bytes()
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey(")?;
        self.0
            .as_bytes()
            .iter()
            .try_for_each(|byte| write!(f, "{byte:02x}"))?;
        write!(f, ")")
    }
}

/// A token whose signature holds. Only [`verify`] makes one.
///
/// That the organizer issued it is all it says: whether it still counts, here and now, is for the rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VerifiedToken {
    fields: TokenFields,
    rotating_code: Option<RotatingCode>,
}

impl VerifiedToken {
    /// What the organizer signed.
    pub fn fields(&self) -> &TokenFields {
        &self.fields
    }

    /// The six digits that came with it, not yet checked: see [`super::RotatingKey::accepts`].
    pub fn rotating_code(&self) -> Option<RotatingCode> {
        self.rotating_code
    }
}

/// Verifies what was presented under the key that it names.
///
/// Strict: the signature's S is canonical and no point is of small order. The caller looks
/// `public` up by `presented.token().claimed().key`.
pub fn verify(presented: &Presented, public: &PublicKey) -> Result<VerifiedToken, TokenError> {
    let token = presented.token();
    public
        .0
        .verify_strict(
            &token.fields.signed_bytes(),
            &Signature::from_bytes(&token.signature),
        )
        .map_err(|_| TokenError::Forged)?;
    Ok(VerifiedToken {
        fields: token.fields,
        rotating_code: presented.rotating_code(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ticket::SigningKey;

    fn little_endian(low: u8, middle: u8, high: u8) -> [u8; 32] {
        let mut bytes = [middle; 32];
        (bytes[0], bytes[31]) = (low, high);
        bytes
    }

    #[test]
    fn a_key_row_is_read_back_as_it_was_made() {
        let public = SigningKey::from_seed(&[1; 32]).public();
        assert_eq!(PublicKey::from_bytes(&public.to_bytes()), Ok(public));
    }

    #[test]
    fn keys_of_small_order_are_refused() {
        let identity = little_endian(1, 0, 0);
        let order_two = little_endian(0xec, 0xff, 0x7f);
        let order_four = [0; 32];
        for weak in [identity, order_two, order_four] {
            assert_eq!(PublicKey::from_bytes(&weak), Err(PublicKeyError::Weak));
        }
    }

    #[test]
    fn a_second_encoding_of_a_key_is_refused() {
        // y = p + 3 is y = 3, a point of large order.
        let three = little_endian(3, 0, 0);
        let p_plus_three = little_endian(0xf0, 0xff, 0x7f);
        assert!(PublicKey::from_bytes(&three).is_ok());
        assert_eq!(
            PublicKey::from_bytes(&p_plus_three),
            Err(PublicKeyError::NotCanonical)
        );
    }

    #[test]
    fn bytes_off_the_curve_are_refused() {
        let two = little_endian(2, 0, 0);
        assert_eq!(PublicKey::from_bytes(&two), Err(PublicKeyError::NotAPoint));
    }
}
