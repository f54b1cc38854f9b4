//! Whose order it is.

use shared::ids::UserId;

use super::present::Order;
use super::secret::OrderSecret;
use crate::accounts::pages::encode;

/// Somebody who may hold orders: by account, by the secret of a link, or both.
#[derive(Clone, Debug, Default)]
pub struct Holder {
    /// Who is logged in.
    pub account: Option<UserId>,
    /// What the link says.
    pub secret: Option<String>,
}

impl Holder {
    /// Is it theirs?
    pub fn holds(&self, order: &Order) -> bool {
        let by_account = self.account.is_some() && self.account == order.account;
        by_account || self.secret_hash() == Some(order.secret_hash)
    }

    /// The end of an address that opens the order to them, from the `?` on; empty for whoever needs no secret.
    pub fn query(&self) -> String {
        let secret = self.secret.as_deref();
        secret.map_or_else(String::new, |secret| format!("?secret={}", encode(secret)))
    }

    /// Of what the link says.
    pub fn secret_hash(&self) -> Option<[u8; 32]> {
        self.secret.as_deref().map(OrderSecret::hash_of)
    }
}
