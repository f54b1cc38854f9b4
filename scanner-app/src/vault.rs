//! Sealing single values: whoever steals the data folder alone has no keys.

use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};

use crate::edge::random_bytes;

const NONCE_BYTES: usize = 24;

/// Seals and opens values with XChaCha20-Poly1305 under a data key that is kept elsewhere.
#[derive(Clone)]
pub struct Vault(XChaCha20Poly1305);

/// A sealed value does not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a sealed value doesn't open: it was sealed on another machine, or changed; enrol this device again"
)]
pub struct UnsealError;

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Vault(..)")
    }
}

impl Vault {
    /// Under this data key.
    pub fn with_key(key: [u8; 32]) -> Self {
        Self(XChaCha20Poly1305::new(&Key::from(key)))
    }

    /// Seals `value` for `purpose`; it opens for no other. The nonce comes first.
    pub fn seal(&self, purpose: &str, value: &[u8]) -> Vec<u8> {
        let nonce = random_bytes::<NONCE_BYTES>();
        let payload = Payload {
            msg: value,
            aad: purpose.as_bytes(),
        };
        let sealed = self
            .0
            .encrypt(&XNonce::from(nonce), payload)
            .expect("a value of a few bytes can always be sealed");
        [nonce.as_slice(), &sealed].concat()
    }

    /// Opens what [`Vault::seal`] made.
    pub fn unseal(&self, purpose: &str, sealed: &[u8]) -> Result<Vec<u8>, UnsealError> {
        let (nonce, sealed) = sealed
            .split_first_chunk::<NONCE_BYTES>()
            .ok_or(UnsealError)?;
        let payload = Payload {
            msg: sealed,
            aad: purpose.as_bytes(),
        };
        self.0
            .decrypt(&XNonce::from(*nonce), payload)
            .map_err(|_| UnsealError)
    }

    /// Opens a value of exactly `N` bytes.
    pub fn unseal_array<const N: usize>(
        &self,
        purpose: &str,
        sealed: &[u8],
    ) -> Result<[u8; N], UnsealError> {
        self.unseal(purpose, sealed)?
            .try_into()
            .map_err(|_| UnsealError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_value_opens_for_its_purpose_under_its_key_unchanged() {
        let vault = Vault::with_key([1; 32]);
        let mut sealed = vault.seal("a", b"secret");
        assert!(!sealed.windows(6).any(|part| part == b"secret"));
        assert_eq!(vault.unseal("a", &sealed), Ok(b"secret".to_vec()));
        assert_eq!(vault.unseal("b", &sealed), Err(UnsealError));
        assert_eq!(
            Vault::with_key([2; 32]).unseal("a", &sealed),
            Err(UnsealError)
        );
        assert_eq!(vault.unseal_array::<5>("a", &sealed), Err(UnsealError));
        sealed[30] ^= 1;
        assert_eq!(vault.unseal("a", &sealed), Err(UnsealError));
        assert_eq!(vault.unseal("a", b"short"), Err(UnsealError));
    }
}
