//! What the commands share.

use std::path::{Path, PathBuf};

use tauri::{App, Manager};

/// Names the folder of the door's data, when it is not the usual one.
const FOLDER_VARIABLE: &str = "TICKETHUB_DOOR_DATA";

/// The folder with this device's replica and keys.
pub(crate) struct DoorData(PathBuf);

impl DoorData {
    /// The folder that the environment names, else the one that the system gives this program.
    pub(crate) fn of(app: &App) -> tauri::Result<Self> {
        match std::env::var_os(FOLDER_VARIABLE) {
            Some(folder) => Ok(Self(folder.into())),
            None => app.path().app_local_data_dir().map(Self),
        }
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.0
    }
}
