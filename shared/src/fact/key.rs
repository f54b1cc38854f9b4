//! The Ed25519 key with which a device signs its facts, and its public half.

use std::fmt;

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};

use crate::ids::Random;

/// The secret half. Never printed; its bytes leave only to be sealed.
#[derive(Clone)]
pub struct FactSigningKey(SigningKey);

impl FactSigningKey {
    /// A new key.
    pub fn generate(random: &mut impl Random) -> Self {
        let mut seed = [0; 32];
        random.fill(&mut seed);
        Self::from_seed(&seed)
    }

    /// From its 32 secret bytes (the seed of RFC 8032).
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// Its 32 secret bytes, to be sealed.
    pub fn seed(&self) -> [u8; 32] {
        self.0.to_bytes()
    }

    /// The public half.
    pub fn public(&self) -> FactPublicKey {
        FactPublicKey(self.0.verifying_key())
    }

    /// Signs `tag` followed by `message`.
    pub(crate) fn sign(&self, tag: &[u8], message: &[u8]) -> [u8; 64] {
        self.0.sign(&[tag, message].concat()).to_bytes()
    }
}

impl fmt::Debug for FactSigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FactSigningKey(of {:?})", self.public())
    }
}

/// Why 32 bytes are no key that facts can be checked with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FactKeyError {
    /// No point of the curve, or not its shortest form.
    #[error("reading a device's public key: the bytes are no Ed25519 key")]
    NotAKey,
    /// A point of small order: signatures under it prove nothing.
    #[error("reading a device's public key: a weak key, under which anybody can sign")]
    Weak,
}

/// The public half: never weak, always in its one canonical form.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct FactPublicKey(VerifyingKey);

impl FactPublicKey {
    /// From its 32 bytes.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, FactKeyError> {
        let key = VerifyingKey::from_bytes(bytes).map_err(|_| FactKeyError::NotAKey)?;
        if key.is_weak() {
            return Err(FactKeyError::Weak);
        }
        if key.to_edwards().compress().to_bytes() != *bytes {
            return Err(FactKeyError::NotAKey);
        }
        Ok(Self(key))
    }

    /// Its 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// Is `signature` of this key over `tag` followed by `message`? Strict: no second signature
    /// can be made from a good one, no point of small order is accepted.
    pub(crate) fn verifies(&self, tag: &[u8], message: &[u8], signature: &[u8; 64]) -> bool {
        let signature = Signature::from_bytes(signature);
        self.0
            .verify_strict(&[tag, message].concat(), &signature)
            .is_ok()
    }
}

impl fmt::Debug for FactPublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = self.as_bytes();
        let start = u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
        write!(f, "FactPublicKey({start:08x}…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_weak_key_and_a_second_form_of_a_key_are_refused() {
        let mut identity = [0; 32];
        identity[0] = 1;
        assert_eq!(
            FactPublicKey::from_bytes(&identity),
            Err(FactKeyError::Weak)
        );
        // y = 2 is no point; y = p + 3 is the point y = 3 written a second way.
        let mut no_point = [0; 32];
        no_point[0] = 2;
        assert_eq!(
            FactPublicKey::from_bytes(&no_point),
            Err(FactKeyError::NotAKey)
        );
        let mut y_is_3 = [0; 32];
        y_is_3[0] = 3;
        assert!(FactPublicKey::from_bytes(&y_is_3).is_ok());
        let mut y_is_3_plus_p = [0xff; 32];
        y_is_3_plus_p[0] = 0xf0;
        y_is_3_plus_p[31] = 0x7f;
        assert_eq!(
            FactPublicKey::from_bytes(&y_is_3_plus_p),
            Err(FactKeyError::NotAKey)
        );
    }

    #[test]
    fn a_secret_key_is_not_printed() {
        let key = FactSigningKey::from_seed(&[0xab; 32]);
        assert!(!format!("{key:?}").contains("abab"));
        assert_eq!(
            FactSigningKey::from_seed(&key.seed()).public(),
            key.public()
        );
    }
}
