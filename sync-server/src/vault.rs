//! Private keys and secrets at rest: sealed under the master key, each bound to what it is for.

use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use sha2::Sha256;

use crate::database::transaction;
use crate::edge::random_bytes;

/// Where the master key came from, for a line in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MasterKeySource {
    /// `TICKETHUB_MASTER_KEY`.
    Environment,
    /// A file that only its owner can read.
    File(PathBuf),
}

/// Seals and opens values with XChaCha20-Poly1305.
#[derive(Clone)]
pub struct Vault {
    cipher: XChaCha20Poly1305,
    /// What other keys follow from.
    root: Hkdf<Sha256>,
    /// Where its key came from.
    pub source: MasterKeySource,
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Vault")
            .field("source", &self.source)
            .finish_non_exhaustive()
    }
}

/// The master key could not be had.
#[derive(Debug, thiserror::Error)]
pub enum OpenVaultError {
    /// Not 32 bytes of base64.
    #[error(
        "TICKETHUB_MASTER_KEY must be 32 bytes in base64; make one with: head -c 32 /dev/urandom | base64"
    )]
    Malformed,
    /// The key file is open to others.
    #[error("the key file {0} can be read by others; run: chmod 600 {0}")]
    OpenToOthers(PathBuf),
    /// The key file is there but isn't a key.
    #[error(
        "the key file {0} doesn't hold 32 bytes in base64; put back the copy that this data was made with"
    )]
    MalformedFile(PathBuf),
    /// Reading or writing it failed.
    #[error("opening the key file {path}")]
    File {
        /// Which.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
}

/// A sealed value does not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a sealed value doesn't open: this is not the master key that it was sealed with, or it was changed"
)]
pub struct UnsealError;

/// The master key could not be checked, or is not the right one.
#[derive(Debug, thiserror::Error)]
pub enum CheckMasterKeyError {
    /// The database failed.
    #[error("reading the value that tells the master key")]
    Read(#[from] sqlx::Error),
    /// Another key than the one that this data was sealed with.
    #[error(
        "the master key {found_in} is not the one that this database's secrets were sealed with: give the server the \
         key that it was first started with (a backup of it, if need be). Without it tickets can't be signed; nothing \
         was changed"
    )]
    WrongKey {
        /// Where the key came from.
        found_in: MasterKeySource,
    },
}

impl std::fmt::Display for MasterKeySource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Environment => f.write_str("in TICKETHUB_MASTER_KEY"),
            Self::File(path) => write!(f, "in {}", path.display()),
        }
    }
}

/// What the value that tells a wrong master key is sealed for.
const CHECK_PURPOSE: &str = "platform_key/master_check";
/// Under this lock servers that start together make one such value.
const CHECK_LOCK: i64 = 0x6d61_7374_6572;

impl Vault {
    /// Compares the key with the one that `pool`'s secrets were sealed with; the first server leaves a mark of its own.
    pub async fn check_against(
        &self,
        pool: &sqlx::PgPool,
        now_ms: shared::clock::UnixMillis,
    ) -> Result<(), CheckMasterKeyError> {
        let mut tx = transaction::begin(pool).await?;
        sqlx::query!("select pg_advisory_xact_lock($1)", CHECK_LOCK)
            .execute(&mut *tx)
            .await?;
        let mark = sqlx::query_scalar!(
            "select sealed from platform_keys where purpose = 'master_check' order by id limit 1"
        )
        .fetch_optional(&mut *tx)
        .await?;
        if let Some(sealed) = mark {
            let opened = self.unseal(CHECK_PURPOSE, &sealed);
            return opened.map(drop).map_err(|_| CheckMasterKeyError::WrongKey {
                found_in: self.source.clone(),
            });
        }
        sqlx::query!(
            "insert into platform_keys (purpose, sealed, created_ms) values ('master_check', $1, $2)",
            self.seal(CHECK_PURPOSE, b"this opens"),
            now_ms,
        )
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// With the key in `from_environment` (base64), else the one in `file`, made at the first start.
    pub fn open(from_environment: Option<&str>, file: &Path) -> Result<Self, OpenVaultError> {
        if let Some(text) = from_environment {
            let key = parse_key(text).ok_or(OpenVaultError::Malformed)?;
            return Ok(Self::with_key(key, MasterKeySource::Environment));
        }
        let source = MasterKeySource::File(file.to_owned());
        let failed = |source| OpenVaultError::File {
            path: file.to_owned(),
            source,
        };
        match std::fs::read_to_string(file) {
            Ok(text) => {
                let mode = std::fs::metadata(file)
                    .map_err(failed)?
                    .permissions()
                    .mode();
                if mode & 0o077 != 0 {
                    return Err(OpenVaultError::OpenToOthers(file.to_owned()));
                }
                let key = parse_key(&text)
                    .ok_or_else(|| OpenVaultError::MalformedFile(file.to_owned()))?;
                Ok(Self::with_key(key, source))
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let key = random_bytes::<32>();
                write_key(file, &key).map_err(failed)?;
                Ok(Self::with_key(key, source))
            }
            Err(error) => Err(failed(error)),
        }
    }

    /// Whether a text is a master key.
    pub fn check_key(text: &str) -> Result<(), OpenVaultError> {
        parse_key(text).map(drop).ok_or(OpenVaultError::Malformed)
    }

    fn with_key(key: [u8; 32], source: MasterKeySource) -> Self {
        Self {
            cipher: XChaCha20Poly1305::new(&Key::from(key)),
            root: Hkdf::new(Some(b"tickethub/vault/v1"), &key),
            source,
        }
    }

    /// Seals `value` for `purpose` (such as `signing_key/17`); it opens for no other.
    pub fn seal(&self, purpose: &str, value: &[u8]) -> Vec<u8> {
        let nonce = random_bytes::<24>();
        let payload = Payload {
            msg: value,
            aad: purpose.as_bytes(),
        };
        let sealed = self
            .cipher
            .encrypt(&XNonce::from(nonce), payload)
            .expect("encryption of a value of a few bytes has no way to fail");
        [nonce.as_slice(), &sealed].concat()
    }

    /// Opens what [`Vault::seal`] made for the same purpose.
    pub fn unseal(&self, purpose: &str, sealed: &[u8]) -> Result<Vec<u8>, UnsealError> {
        let (nonce, body) = sealed.split_first_chunk::<24>().ok_or(UnsealError)?;
        let payload = Payload {
            msg: body,
            aad: purpose.as_bytes(),
        };
        self.cipher
            .decrypt(&XNonce::from(*nonce), payload)
            .map_err(|_| UnsealError)
    }

    /// Secret bytes that are always the same for `purpose`, and that nothing else follows from: a key that no backup has to hold.
    pub fn derive(&self, purpose: &str) -> [u8; 32] {
        let mut bytes = [0; 32];
        self.root
            .expand(purpose.as_bytes(), &mut bytes)
            .expect("32 bytes are fewer than HKDF gives");
        bytes
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

fn parse_key(text: &str) -> Option<[u8; 32]> {
    STANDARD.decode(text.trim()).ok()?.try_into().ok()
}

/// Written whole under another name first: half a key is never found at the next start.
fn write_key(file: &Path, key: &[u8; 32]) -> std::io::Result<()> {
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let partial = file.with_extension("partial");
    let mut out = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&partial)?;
    out.write_all(STANDARD.encode(key).as_bytes())?;
    out.sync_all()?;
    std::fs::rename(&partial, file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_opens_only_for_its_purpose_and_under_its_key() {
        let folder = tempfile::tempdir().unwrap();
        let vault = Vault::open(None, &folder.path().join("master.key")).unwrap();
        let sealed = vault.seal("signing_key/1", b"secret");
        assert_eq!(vault.unseal("signing_key/1", &sealed).unwrap(), b"secret");
        assert_eq!(vault.unseal("signing_key/2", &sealed), Err(UnsealError));

        let again = Vault::open(None, &folder.path().join("master.key")).unwrap();
        assert_eq!(again.unseal("signing_key/1", &sealed).unwrap(), b"secret");
        let other = Vault::open(None, &folder.path().join("other.key")).unwrap();
        assert_eq!(other.unseal("signing_key/1", &sealed), Err(UnsealError));
    }

    #[test]
    fn a_key_file_open_to_others_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("master.key");
        Vault::open(None, &file).unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(
            Vault::open(None, &file),
            Err(OpenVaultError::OpenToOthers(_))
        ));
    }

    #[test]
    fn a_malformed_key_says_how_to_make_one() {
        let error = Vault::open(Some("short"), Path::new("/nonexistent")).unwrap_err();
        assert!(error.to_string().contains("/dev/urandom"), "{error}");
    }
}
