//! The signed record of what this device did, as files to take away: `JOURNAL.thj`.

use std::path::{Path, PathBuf};

use rusqlite::Connection;
use shared::fact::journal_file::{JournalFileHeader, write_file};
use shared::fact::{Envelope, FactBody, FactPublicKey};
use shared::ids::EventId;

use crate::replica::{ReplicaError, facts, identity, journals, signed};

/// Ending of a journal file.
pub const ENDING: &str = "thj";

/// A journal as a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalFile {
    /// The file's name.
    pub name: String,
    /// What is in it.
    pub text: String,
}

impl JournalFile {
    /// Facts in it: a line each, after the first.
    pub fn facts(&self) -> usize {
        self.text.lines().count().saturating_sub(1)
    }
}

/// No files were made.
#[derive(Debug, thiserror::Error)]
pub enum JournalFilesError {
    /// Nobody's device yet.
    #[error("this door is not enrolled, so it has no journals; run `door enrol`")]
    NotEnrolled,
    /// The key that the files are checked with isn't here.
    #[error("the organizer's device list doesn't hold this door's key yet; run `door sync`")]
    NotListed,
    /// Nothing was ever written.
    #[error("this door has written no journal yet; nothing was exported")]
    NoJournals,
    /// The replica can't be read.
    #[error(transparent)]
    Replica(#[from] ReplicaError),
    /// A file can't be written.
    #[error("writing {path}; choose another folder")]
    NotWritten {
        /// Which.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
}

impl JournalFilesError {
    /// For programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotEnrolled => "not_enrolled",
            Self::NotListed => "not_listed",
            Self::NoJournals => "no_journals",
            Self::Replica(error) => error.code(),
            Self::NotWritten { .. } => "not_written",
        }
    }
}

/// The journals that this device wrote.
pub fn own(replica: &Connection) -> Result<Vec<JournalFile>, JournalFilesError> {
    let identity = identity::load(replica)?.ok_or(JournalFilesError::NotEnrolled)?;
    let own = signed::device(replica, identity.device)?;
    let device_public_key = own
        .and_then(|row| FactPublicKey::from_bytes(&row.public).ok())
        .ok_or(JournalFilesError::NotListed)?;
    let mut files = Vec::new();
    for journal in journals::all(replica)? {
        let envelopes = facts::of_journal(replica, journal.id)?;
        let Some(event) = envelopes.first().and_then(|bytes| opened_for(bytes)) else {
            continue;
        };
        let header = JournalFileHeader {
            journal: journal.id,
            device: identity.device,
            device_public_key,
            event,
        };
        files.push(JournalFile {
            name: format!("{}.{ENDING}", journal.id),
            text: write_file(&header, &envelopes),
        });
    }
    Ok(files)
}

/// Writes them into a folder, which is made if there is none.
pub fn export(replica: &Connection, to: &Path) -> Result<Vec<JournalFile>, JournalFilesError> {
    let files = own(replica)?;
    if files.is_empty() {
        return Err(JournalFilesError::NoJournals);
    }
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| JournalFilesError::NotWritten { path, source }
    };
    std::fs::create_dir_all(to).map_err(failed(to))?;
    for file in &files {
        let path = to.join(&file.name);
        std::fs::write(&path, &file.text).map_err(failed(&path))?;
    }
    Ok(files)
}

fn opened_for(bytes: &[u8]) -> Option<EventId> {
    match Envelope::decode(bytes).ok()?.fact().body {
        FactBody::JournalOpened { event, .. } => Some(event),
        FactBody::Entry { .. }
        | FactBody::Exit { .. }
        | FactBody::Refusal { .. }
        | FactBody::Refusals { .. }
        | FactBody::Void { .. }
        | FactBody::Override { .. }
        | FactBody::Annotation { .. }
        | FactBody::Issued { .. }
        | FactBody::HandOver { .. }
        | FactBody::Release { .. }
        | FactBody::Withdrawn { .. }
        | FactBody::Till(_)
        | FactBody::Opaque { .. } => None,
    }
}
