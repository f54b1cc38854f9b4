//! People and log-ins: accounts, sessions, API tokens, memberships and their rights.
//!
//! Handlers ask for an [`Identity`] (or a [`MaybeIdentity`]) in their signature, then call [`roles::require`].

pub(crate) mod api;
mod api_key;
mod client_name;
mod entrance;
mod erase;
mod export;
pub(crate) mod given;
pub mod identity;
pub(crate) mod invitations;
mod links;
mod login_guard;
pub(crate) mod members;
pub(crate) mod members_api;
mod oidc;
mod own_sessions;
pub(crate) mod pages;
mod passkeys;
pub mod password;
pub(crate) mod profile;
mod recovery;
pub mod roles;
pub(crate) mod second_asked;
mod second_factor;
pub mod session;
mod totp;
mod verified;

use crate::config::Config;

pub use api_key::{ApiKeys, LoadKeysError};
pub(crate) use entrance::parse_email;
pub use identity::{Identity, MaybeIdentity, PageIdentity};
pub use members::{member_name, member_names};
pub use password::HashPasswordError;
pub use roles::{Right, Role};
pub use verified::is_verified;

/// What this capability keeps in memory.
#[derive(Debug)]
pub struct Accounts {
    pub(crate) keys: ApiKeys,
    pub(crate) sessions: session::SessionCache,
    pub(crate) guard: login_guard::LoginGuard,
    /// Whom devices keep keys for; none where this server has no name.
    pub(crate) passkeys: Option<passkeys::RelyingParty>,
    /// Others by whom people log in.
    pub(crate) providers: oidc::Providers,
    /// Hashes and compares passwords.
    pub passwords: password::Passwords,
}

/// What log-ins need could not be put together.
#[derive(Debug, thiserror::Error)]
pub enum NoAccountsError {
    /// The first hash.
    #[error(transparent)]
    Passwords(#[from] HashPasswordError),
    /// The client that asks providers of log-ins.
    #[error("preparing to ask providers of log-ins")]
    Tls(#[from] reqwest::Error),
}

impl Accounts {
    /// With the keys of the platform, and no session seen yet.
    pub fn new(keys: ApiKeys, config: &Config) -> Result<Self, NoAccountsError> {
        Ok(Self {
            keys,
            sessions: session::SessionCache::new(),
            guard: login_guard::LoginGuard::new(config.limits.login_failures),
            passkeys: passkeys::RelyingParty::of(&config.public_url),
            providers: oidc::Providers::of(&config.oidc)?,
            passwords: password::Passwords::new()?,
        })
    }
}
