//! People and log-ins: accounts, sessions, API tokens, memberships and their rights.
//!
//! Handlers ask for an [`Identity`] (or a [`MaybeIdentity`]) in their signature, then call [`roles::require`].

pub(crate) mod api;
mod api_key;
pub mod identity;
pub mod roles;
pub mod session;
mod verified;

pub use api_key::{ApiKeys, LoadKeysError};
pub use identity::{Identity, MaybeIdentity, PageIdentity};
pub use roles::{Right, Role};
pub use verified::is_verified;

/// What this capability keeps in memory.
#[derive(Debug)]
pub struct Accounts {
    pub(crate) keys: ApiKeys,
    pub(crate) sessions: session::SessionCache,
}

impl Accounts {
    /// With the keys of the platform, and no session seen yet.
    pub fn new(keys: ApiKeys) -> Self {
        Self {
            keys,
            sessions: session::SessionCache::new(),
        }
    }
}
