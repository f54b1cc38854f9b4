//! The system's key store: a thief of the disk does not get what it keeps, since it opens with the person's log-in.
//!
//! On Linux the Secret Service (GNOME Keyring, KWallet, KeePassXC), one item for each replica in the default collection.

use std::collections::HashMap;
use std::path::Path;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use dbus_secret_service::{EncryptionType, Error, Item, SecretService};

/// So long the person may take to unlock the store at the start, in seconds.
const UNLOCK_S: u64 = 120;
/// A store that would ask first is left alone.
const ASK_NOTHING: u64 = 0;
const BUS_VARIABLE: &str = "DBUS_SESSION_BUS_ADDRESS";
const RUNTIME_VARIABLE: &str = "XDG_RUNTIME_DIR";

/// The store did not do it.
#[derive(Debug, thiserror::Error)]
pub enum KeyStoreError {
    /// No session of a person at a desktop, so nobody to ask.
    #[error("nobody is logged in at a desktop here, so there is no key store")]
    NoSession,
    /// It is locked, and nobody unlocked it.
    #[error("the key store is locked")]
    Locked,
    /// None runs, or it failed.
    #[error("the key store failed")]
    Failed(#[source] Error),
    /// What it gives back is not what was put into it.
    #[error("the key store gave back another key than it was given")]
    Other,
}

impl From<Error> for KeyStoreError {
    fn from(error: Error) -> Self {
        match error {
            Error::Locked | Error::Prompt => Self::Locked,
            other => Self::Failed(other),
        }
    }
}

/// Keeps a key for a replica, if that takes no asking; it can be read back then.
pub(crate) fn keep(replica: &str, key: &[u8; 32]) -> Result<(), KeyStoreError> {
    let store = connect(ASK_NOTHING)?;
    let collection = store.get_default_collection()?;
    collection.ensure_unlocked()?;
    let label = format!("Ticket Hub {replica}");
    let secret = STANDARD.encode(key);
    collection.create_item(
        &label,
        attributes(replica),
        secret.as_bytes(),
        true,
        "text/plain",
    )?;
    match read(&store, replica)? {
        Some(kept) if kept == *key => Ok(()),
        Some(_) | None => Err(KeyStoreError::Other),
    }
}

/// The key of a replica; `None` if this store has none. Asks the person to unlock it.
pub(crate) fn get(replica: &str) -> Result<Option<[u8; 32]>, KeyStoreError> {
    read(&connect(UNLOCK_S)?, replica)
}

/// Drops it, if there is one.
pub(crate) fn forget(replica: &str) -> Result<(), KeyStoreError> {
    let store = connect(ASK_NOTHING)?;
    let found = store.search_items(attributes(replica))?;
    for item in found.unlocked.iter().chain(&found.locked) {
        item.delete()?;
    }
    Ok(())
}

fn read(store: &SecretService, replica: &str) -> Result<Option<[u8; 32]>, KeyStoreError> {
    let found = store.search_items(attributes(replica))?;
    let Some(item) = found.unlocked.first().or(found.locked.first()) else {
        return Ok(None);
    };
    unlocked(item)?;
    let secret = STANDARD.decode(item.get_secret()?).ok();
    let key = secret.and_then(|secret| secret.try_into().ok());
    key.ok_or(KeyStoreError::Other).map(Some)
}

fn unlocked(item: &Item<'_>) -> Result<(), Error> {
    if item.is_locked()? {
        item.unlock()?;
    }
    Ok(())
}

fn attributes(replica: &str) -> HashMap<&str, &str> {
    [("application", "tickethub-door"), ("replica", replica)].into()
}

/// Where no bus is named or stands, the library would start one that nobody else is on.
fn connect(prompt_s: u64) -> Result<SecretService, KeyStoreError> {
    let stands = std::env::var_os(RUNTIME_VARIABLE)
        .is_some_and(|folder| Path::new(&folder).join("bus").exists());
    if std::env::var_os(BUS_VARIABLE).is_none() && !stands {
        return Err(KeyStoreError::NoSession);
    }
    Ok(SecretService::connect_with_max_prompt_timeout(
        EncryptionType::Dh,
        prompt_s,
    )?)
}
