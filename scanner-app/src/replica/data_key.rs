//! The key that seals what is secret in a replica: `STATE/keys/REPLICA`, outside the data folder.
//!
//! The file holds the key as it is, or sealed under another one that the system's key store keeps. A key that lies open is
//! sealed at the first start at which the store can be had without asking anybody; until then whoever steals the whole machine
//! has it, and the screen says so.

use std::io;
use std::path::PathBuf;

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::machine::{MachineError, MachineState, failed, hex, write_private};
use crate::causes::with_causes;
use crate::edge::random_bytes;
use crate::key_store::{self, KeyStoreError};
use crate::vault::Vault;

/// What the file of a sealed key begins with.
const SEALED: &str = "key-store:";
const PURPOSE: &str = "data key";

/// What protects the data key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// The system's key store.
    InKeyStore,
    /// A file that only this user can read: not against theft of the machine.
    InFile,
}

/// Whether keys may go to the system's key store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    KeyStore,
    File,
}

pub(super) struct DataKey {
    pub(super) vault: Vault,
    pub(super) kept: Kept,
}

/// A new one.
pub(super) fn make(state: &MachineState, replica: [u8; 16]) -> Result<DataKey, MachineError> {
    let key = random_bytes();
    let (text, kept) = match sealed_if_wanted(state, replica, key) {
        Some(sealed) => (sealed, Kept::InKeyStore),
        None => (STANDARD.encode(key), Kept::InFile),
    };
    write(state, replica, &text)?;
    let vault = Vault::with_key(key);
    Ok(DataKey { vault, kept })
}

/// The one that was made here; `None` on a machine, or for a person, that has none.
pub(super) fn read(
    state: &MachineState,
    replica: [u8; 16],
) -> Result<Option<DataKey>, MachineError> {
    let file = file(state, replica);
    let text = match std::fs::read_to_string(&file) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) if error.kind() == io::ErrorKind::InvalidData => {
            return Err(MachineError::Key(file));
        }
        Err(source) => return Err(failed(&file, source)),
    };
    let Some(sealed) = text.trim_ascii().strip_prefix(SEALED) else {
        let key = decode(text.trim_ascii()).and_then(|key| key.try_into().ok());
        let key = key.ok_or(MachineError::Key(file))?;
        let kept = match sealed_if_wanted(state, replica, key) {
            Some(sealed) => {
                write(state, replica, &sealed)?;
                Kept::InKeyStore
            }
            None => Kept::InFile,
        };
        let vault = Vault::with_key(key);
        return Ok(Some(DataKey { vault, kept }));
    };
    let Some(over) = key_store::get(&hex(&replica)).map_err(MachineError::KeyStore)? else {
        return Ok(None);
    };
    let key =
        decode(sealed).and_then(|sealed| Vault::with_key(over).unseal_array(PURPOSE, &sealed).ok());
    let vault = key.map(Vault::with_key).ok_or(MachineError::Key(file))?;
    Ok(Some(DataKey {
        vault,
        kept: Kept::InKeyStore,
    }))
}

/// Erases it: nothing that it sealed opens any more.
pub(super) fn remove(state: &MachineState, replica: [u8; 16]) -> io::Result<()> {
    let file = file(state, replica);
    let is_sealed =
        std::fs::read_to_string(&file).is_ok_and(|text| text.trim_ascii().starts_with(SEALED));
    if is_sealed && let Err(error) = key_store::forget(&hex(&replica)) {
        // Without the file it opens nothing.
        tracing::warn!(%error, "the key store keeps the key of a replica that is gone");
    }
    match std::fs::remove_file(&file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// What the file is to hold; `None` if the key lies open in it.
fn sealed_if_wanted(state: &MachineState, replica: [u8; 16], key: [u8; 32]) -> Option<String> {
    match state.keys {
        Wanted::File => None,
        Wanted::KeyStore => sealed(replica, key)
            .inspect_err(|error| {
                let error = with_causes(error);
                tracing::info!(%error, "this device's key stays in a file");
            })
            .ok(),
    }
}

fn sealed(replica: [u8; 16], key: [u8; 32]) -> Result<String, KeyStoreError> {
    let over = random_bytes();
    key_store::keep(&hex(&replica), &over)?;
    let sealed = Vault::with_key(over).seal(PURPOSE, &key);
    Ok(format!("{SEALED}{}", STANDARD.encode(sealed)))
}

fn write(state: &MachineState, replica: [u8; 16], text: &str) -> Result<(), MachineError> {
    let file = file(state, replica);
    write_private(&file, text.as_bytes())?;
    let written = std::fs::File::open(&file).and_then(|file| file.sync_all());
    written.map_err(|source| failed(&file, source))
}

fn decode(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

fn file(state: &MachineState, replica: [u8; 16]) -> PathBuf {
    state.folder.join("keys").join(hex(&replica))
}
