//! The unguessable part of an order's link: whoever has it may see and pay the order without an account.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};
use shared::ids::{OrderId, Random};

use crate::vault::{UnsealError, Vault};

/// 128 random bits. Never printed by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct OrderSecret([u8; 16]);

impl OrderSecret {
    /// A new one.
    pub fn draw(random: &mut impl Random) -> Self {
        let mut bytes = [0; 16];
        random.fill(&mut bytes);
        Self(bytes)
    }

    /// As it stands in a link: 22 characters.
    pub fn to_text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// What is compared; a text that is no secret has a hash that no order has.
    pub fn hash_of(text: &str) -> [u8; 32] {
        Sha256::digest(text.as_bytes()).into()
    }

    /// For the mail that is sent when the tickets are issued.
    pub fn seal(&self, vault: &Vault, order: OrderId) -> Vec<u8> {
        vault.seal(&purpose(order), &self.0)
    }

    /// What [`Self::seal`] made for the same order.
    pub fn unseal(vault: &Vault, order: OrderId, sealed: &[u8]) -> Result<Self, UnsealError> {
        vault.unseal_array(&purpose(order), sealed).map(Self)
    }
}

impl std::fmt::Debug for OrderSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OrderSecret(..)")
    }
}

fn purpose(order: OrderId) -> String {
    format!("order_secret/{order}")
}

/// The page of an order, for mails and for the buyer.
pub fn link(public_url: &str, order: OrderId, secret: &OrderSecret) -> String {
    format!("{public_url}/orders/{order}?secret={}", secret.to_text())
}

/// The file of an order's tickets on paper, likewise.
pub fn paper_link(public_url: &str, order: OrderId, secret: &OrderSecret) -> String {
    let secret = secret.to_text();
    format!("{public_url}/api/v1/orders/{order}/tickets.pdf?secret={secret}")
}
