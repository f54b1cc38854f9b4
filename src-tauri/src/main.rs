//! The window. Commands of a few lines each; nothing here decides anything.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod commands;
mod error;
mod state;

use tauri::Manager;

fn main() -> tauri::Result<()> {
    tauri::Builder::default()
        .setup(|app| {
            app.manage(state::DoorData::of(app)?);
            Ok(())
        })
        .invoke_handler(tauri::generate_handler![commands::door_status])
        .run(tauri::generate_context!())
}
