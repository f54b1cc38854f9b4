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
