//! The window. Commands of a few lines each; nothing here decides anything.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod commands;
mod drawing;
mod environment;
mod guest_window;
mod state;

use scanner_app::station::log;
use tauri::{Manager, RunEvent, WindowEvent};

use state::Device;

fn main() -> tauri::Result<()> {
    environment::as_wanted();
    let app = tauri::Builder::default()
        .plugin(tauri_plugin_window_state::Builder::default().build())
        .setup(|app| {
            let device = Device::of(app)?;
            // Without a log the door works all the same.
            app.manage(log::start(device.data()).ok());
            app.manage(device.clone());
            for window in app.webview_windows().into_values() {
                drawing::by_the_processor(&window)?;
            }
            // While the page loads. What is the matter if it doesn't start, the page is told when it asks.
            std::thread::spawn(move || drop(device.station()));
            Ok(())
        })
        .on_window_event(|window, event| {
            if let WindowEvent::CloseRequested { api, .. } = event
                && window.label() == state::MAIN
                && window.state::<Device>().page().is_locked()
            {
                api.prevent_close();
            }
            // The guest's window is nothing without the other.
            if let WindowEvent::Destroyed = event
                && window.label() == state::MAIN
            {
                guest_window::close(window.app_handle());
            }
        })
        .invoke_handler(tauri::generate_handler![
            commands::listen,
            commands::overview,
            commands::preview,
            commands::enrol,
            commands::enrol_cancel,
            commands::places,
            commands::take_place,
            commands::leave_place,
            commands::face,
            commands::wedge,
            commands::search,
            commands::by_hand,
            commands::undo,
            commands::cameras,
            commands::save_settings,
            commands::supervisors,
            commands::unlock,
            commands::lock,
            commands::let_in_anyway,
            commands::hand_back,
            commands::sign_off,
            commands::export_journal,
            commands::prepare_report,
            commands::take_till,
            commands::till_act,
            commands::till_press,
            commands::till_log_in,
            commands::listen_guest,
            commands::printers,
            commands::found_printers,
            commands::set_printer,
            commands::test_print,
        ])
        .build(tauri::generate_context!())?;
    app.run(|app, event| {
        if let RunEvent::Exit = event {
            app.state::<Device>().close();
        }
    });
    Ok(())
}
