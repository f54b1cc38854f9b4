//! What the pages may ask.

use scanner_app::status::{self, DoorStatus};
use tauri::State;

use crate::error::UiError;
use crate::state::DoorData;

/// How this device's door stands, read anew from its folder. Off the main thread: the disk may be
/// slow and the window must not freeze.
#[tauri::command(async)]
pub(crate) fn door_status(data: State<'_, DoorData>) -> Result<DoorStatus, UiError> {
    status::read(data.folder()).map_err(UiError::from)
}
