//! Signing tickets: only the server, and a till for the tickets leased to it.

use std::fmt;

use ed25519_dalek::Signer as _;

use super::token::{Token, TokenFields};
use super::verify::PublicKey;
use crate::ids::Random;

/// The private half of a ticket signing key. Never printed; sealed wherever it rests.
#[derive(Clone)]
pub struct SigningKey(ed25519_dalek::SigningKey);

impl SigningKey {
    /// From the 32 bytes of RFC 8032's private key.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(seed))
    }

    /// A new key.
    pub fn draw(random: &mut impl Random) -> Self {
        let mut seed = [0; 32];
        random.fill(&mut seed);
        Self::from_seed(&seed)
    }

    /// The 32 bytes that [`Self::from_seed`] takes: a secret, to be sealed before it is kept.
    pub fn seed(&self) -> [u8; 32] {
        self.0.to_bytes()
    }

    /// The half that doors hold.
    pub fn public(&self) -> PublicKey {
        PublicKey::of(self.0.verifying_key())
    }

    /// The token that says `fields`. The same fields give the same token, always.
    ///
    /// `fields.key` has to be this key's id: a reader looks the public key up by it.
    pub fn sign(&self, fields: TokenFields) -> Token {
        Token {
            fields,
            signature: self.0.sign(&fields.signed_bytes()).to_bytes(),
        }
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey(of {:?})", self.public())
    }
}
