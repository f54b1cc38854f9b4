//! What this device shows its peers: a key of its own for TLS, sealed, and the organizer's certificate for it.

use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256};
use rusqlite::{Connection, OptionalExtension as _, params};
use shared::clock::UnixMillis;

use super::{ReplicaError, WriteTx};
use crate::vault::{UnsealError, Vault};

/// What the key is sealed for.
const PURPOSE: &str = "peer_key";

/// The key, opened.
#[derive(Clone)]
pub struct PeerKey {
    /// PKCS #8.
    pub private: Vec<u8>,
    /// The point of the curve P-256, uncompressed: 65 bytes.
    pub public: Vec<u8>,
    /// The organizer's word that it is this device's; `None` until the server was asked.
    pub certificate: Option<Certificate>,
}

/// A certificate of the organizer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// DER.
    pub der: Vec<u8>,
    /// When it was asked for, server time.
    pub issued_ms: UnixMillis,
}

impl std::fmt::Debug for PeerKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PeerKey")
            .field("certificate", &self.certificate.is_some())
            .finish_non_exhaustive()
    }
}

/// There is no key.
#[derive(Debug, thiserror::Error)]
pub enum PeerKeyError {
    /// The folder was copied from a machine whose keys are not here.
    #[error(
        "this door's keys stayed on the machine that it was enrolled on; enrol this device again in a new folder"
    )]
    KeysElsewhere,
    /// The key does not open.
    #[error("opening the key that this door shows the others")]
    Sealed(#[from] UnsealError),
    /// None could be made.
    #[error("making the key that this door shows the others")]
    Make(#[from] rcgen::Error),
    /// Reading or writing failed.
    #[error(transparent)]
    Replica(#[from] ReplicaError),
}

impl From<rusqlite::Error> for PeerKeyError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Replica(error.into())
    }
}

pub(super) fn load_or_make(tx: &WriteTx<'_>, vault: &Vault) -> Result<PeerKey, PeerKeyError> {
    let row = tx
        .query_row(
            "select sealed_key, public_key, certificate, issued_ms from peer_key",
            [],
            |row| {
                let certificate: Option<Vec<u8>> = row.get(2)?;
                let issued_ms: Option<UnixMillis> = row.get(3)?;
                let sealed: Vec<u8> = row.get(0)?;
                Ok((sealed, row.get(1)?, certificate.zip(issued_ms)))
            },
        )
        .optional()?;
    if let Some((sealed, public, certificate)) = row {
        return Ok(PeerKey {
            private: vault.unseal(PURPOSE, &sealed)?,
            public,
            certificate: certificate.map(|(der, issued_ms)| Certificate { der, issued_ms }),
        });
    }
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    let (private, public) = (key.serialize_der(), key.public_key_raw().to_vec());
    tx.execute(
        "insert into peer_key (only_row, sealed_key, public_key) values (1, ?1, ?2)",
        params![vault.seal(PURPOSE, &private), public],
    )?;
    Ok(PeerKey {
        private,
        public,
        certificate: None,
    })
}

/// This device shows itself to no other any more.
pub(crate) fn delete(tx: &WriteTx<'_>) -> Result<(), ReplicaError> {
    tx.overwriting(|| {
        tx.execute("delete from peer_key", [])?;
        Ok(())
    })
}

/// The organizer's server gave a certificate for the key.
pub fn put_certificate(tx: &WriteTx<'_>, certificate: &Certificate) -> Result<(), ReplicaError> {
    tx.execute(
        "update peer_key set certificate = ?1, issued_ms = ?2",
        params![certificate.der, certificate.issued_ms],
    )?;
    Ok(())
}

/// When the certificate was given; `None` = there is none.
pub fn issued_ms(connection: &Connection) -> Result<Option<UnixMillis>, ReplicaError> {
    let issued: Option<Option<UnixMillis>> = connection
        .query_row("select issued_ms from peer_key", [], |row| row.get(0))
        .optional()?;
    Ok(issued.flatten())
}
