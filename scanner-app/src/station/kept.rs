//! What a device keeps beside its replica: the person's choices, and where the door stood. Small JSON files in the data
//! folder, replaced as a whole, so that a crash leaves the old one or the new one.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use shared::ids::{EventId, GateNo};
use tempfile::NamedTempFile;

use super::desk::Held;
use super::failures::Told;
use super::view::{Settings, UiErrorCode, Way};

const SETTINGS: &str = "settings.json";
const PLACE: &str = "place.json";
const HELD: &str = "held.json";

/// It could not be kept.
#[derive(Debug, thiserror::Error)]
#[error("writing {path}")]
pub(super) struct KeepError {
    path: PathBuf,
    #[source]
    source: io::Error,
}

impl Told for KeepError {
    fn code(&self) -> UiErrorCode {
        match self.source.kind() {
            io::ErrorKind::StorageFull => UiErrorCode::DiskFull,
            _ => UiErrorCode::Storage,
        }
    }
}

/// Where a device stood: after a crash it stands there again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Kept {
    Door(KeptPlace),
    Till(KeptTill),
}

/// Where a door stood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct KeptPlace {
    pub(super) event: EventId,
    pub(super) gate: Option<GateNo>,
    pub(super) way: Way,
}

/// It was a box office.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "at", rename_all = "snake_case")]
pub(super) enum KeptTill {
    Till,
}

pub(super) fn settings(data: &Path) -> Settings {
    read(&data.join(SETTINGS)).unwrap_or_default()
}

pub(super) fn keep_settings(data: &Path, settings: &Settings) -> Result<(), KeepError> {
    replace(data, SETTINGS, settings)
}

pub(super) fn place(data: &Path) -> Option<Kept> {
    read(&data.join(PLACE))
}

pub(super) fn keep_place(data: &Path, place: Kept) -> Result<(), KeepError> {
    replace(data, PLACE, &place)
}

pub(super) fn forget_place(data: &Path) -> Result<(), KeepError> {
    forget(data, PLACE)
}

pub(super) fn held(data: &Path) -> Option<Held> {
    read(&data.join(HELD))
}

pub(super) fn keep_held(data: &Path, held: &Held) -> Result<(), KeepError> {
    replace(data, HELD, held)
}

pub(super) fn forget_held(data: &Path) -> Result<(), KeepError> {
    forget(data, HELD)
}

fn forget(data: &Path, name: &str) -> Result<(), KeepError> {
    let path = data.join(name);
    match std::fs::remove_file(&path) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => Err(KeepError { path, source }),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// What is missing or damaged is as if nobody had chosen: a door must open.
fn read<T: DeserializeOwned>(path: &Path) -> Option<T> {
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
        Err(error) => {
            tracing::warn!(path = %path.display(), %error, "a kept choice can't be read");
            return None;
        }
    };
    serde_json::from_slice(&bytes)
        .inspect_err(
            |error| tracing::warn!(path = %path.display(), %error, "a kept choice is damaged"),
        )
        .ok()
}

fn replace(folder: &Path, name: &str, value: &impl Serialize) -> Result<(), KeepError> {
    let path = folder.join(name);
    let write = || {
        let mut file = NamedTempFile::new_in(folder)?;
        serde_json::to_writer_pretty(&mut file, value)?;
        file.flush()?;
        file.as_file().sync_all()?;
        file.persist(&path).map_err(|error| error.error)?;
        Ok(())
    };
    write().map_err(|source| KeepError {
        path: path.clone(),
        source,
    })
}

#[cfg(test)]
mod tests {
    use shared::language::Language;

    use super::*;

    #[test]
    fn what_was_chosen_is_there_after_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(settings(folder.path()), Settings::default());
        let chosen = Settings {
            language: Language::De,
            volume: 20,
            wedge_prefix: "]C1".into(),
            ..Settings::default()
        };
        keep_settings(folder.path(), &chosen).unwrap();
        assert_eq!(settings(folder.path()), chosen);
        let stood = KeptPlace {
            event: EventId::from_bytes([2; 16]),
            gate: Some(GateNo(3)),
            way: Way::Out,
        };
        for stood in [Kept::Door(stood), Kept::Till(KeptTill::Till)] {
            keep_place(folder.path(), stood).unwrap();
            assert_eq!(place(folder.path()), Some(stood));
        }
        forget_place(folder.path()).unwrap();
        forget_place(folder.path()).unwrap();
        assert_eq!(place(folder.path()), None);
    }

    #[test]
    fn settings_of_an_older_program_or_a_damaged_file_open_all_the_same() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(SETTINGS), r#"{"language":"it"}"#).unwrap();
        let read = settings(folder.path());
        assert_eq!((read.language, read.volume), (Language::It, 80));
        std::fs::write(folder.path().join(SETTINGS), r#"{"langu"#).unwrap();
        assert_eq!(settings(folder.path()), Settings::default());
    }

    #[test]
    fn a_folder_that_is_gone_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let gone = folder.path().join("gone");
        let error = keep_settings(&gone, &Settings::default()).unwrap_err();
        assert!(error.to_string().contains("settings.json"), "{error}");
        assert_eq!(Told::code(&error), UiErrorCode::Storage);
    }
}
