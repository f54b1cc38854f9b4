//! A till's archive as a file to take away.

use std::path::{Path, PathBuf};

use shared::clock::UnixMillis;
use shared::till::archive::{ENDING, MakeArchiveError, write};

use super::{Till, TillError};
use crate::replica::till as kept;

/// No archive was written.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// It can't be made.
    #[error(transparent)]
    Till(#[from] TillError),
    /// The file can't be written.
    #[error("writing {path}; choose another folder")]
    NotWritten {
        /// Which.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
}

impl ArchiveError {
    /// For JSON.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Till(error) => error.code(),
            Self::NotWritten { .. } => "not_written",
        }
    }
}

impl Till {
    /// Writes the archive of a closed period (`2026-11-28`, `2026-11`, `2026`) into a folder, which is made if there is none:
    /// the journal from its first fact to that closing, signed.
    pub fn archive(
        &self,
        period: &str,
        to: &Path,
        now_ms: UnixMillis,
    ) -> Result<PathBuf, ArchiveError> {
        let journals = self
            .replica
            .read(|tx| {
                let mut all = Vec::new();
                for journal in kept::all(tx)? {
                    all.push(kept::envelopes(tx, journal.id)?);
                }
                Ok(all)
            })
            .map_err(|error: crate::replica::ReplicaError| TillError::Replica(error))?;
        // The newest journal that closed it: after a roll-back in the middle of a month there are two.
        let mut made = None;
        for envelopes in journals.iter().rev() {
            match write(envelopes, period, &self.author.key, now_ms) {
                Ok(text) => {
                    made = Some(text);
                    break;
                }
                Err(MakeArchiveError::NotClosed) => {}
                Err(error) => return Err(TillError::Archive(error).into()),
            }
        }
        let text = made.ok_or(TillError::Archive(MakeArchiveError::NotClosed))?;
        let path = to.join(format!("{}-{period}.{ENDING}", self.author.device));
        let failed = |source| ArchiveError::NotWritten {
            path: path.clone(),
            source,
        };
        std::fs::create_dir_all(to).map_err(failed)?;
        std::fs::write(&path, text).map_err(failed)?;
        Ok(path)
    }
}
