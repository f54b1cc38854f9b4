//! The guest's own window at the box office: on the second screen, where there is one.

use tauri::{AppHandle, Manager, WebviewUrl, WebviewWindowBuilder};

use crate::drawing;

const LABEL: &str = "guest";

/// Opens it, unless it is open. Whoever asks may hold what the window's thread waits for: it is opened by that thread, later.
pub(crate) fn open(app: &AppHandle) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        if app.get_webview_window(LABEL).is_none()
            && let Err(error) = opened(&app)
        {
            tracing::warn!(%error, "the guest's window does not open");
        }
    });
}

fn opened(app: &AppHandle) -> tauri::Result<()> {
    let page = WebviewUrl::App("index.html#guest".into());
    let window = WebviewWindowBuilder::new(app, LABEL, page)
        .title("Ticket Hub")
        .inner_size(1024.0, 600.0)
        .focused(false)
        .build()?;
    drawing::by_the_processor(&window)?;
    let own = app
        .get_webview_window("main")
        .and_then(|main| main.current_monitor().ok().flatten());
    let other = window.available_monitors()?.into_iter().find(|monitor| {
        own.as_ref()
            .is_none_or(|own| own.position() != monitor.position())
    });
    if let (Some(_), Some(monitor)) = (own, other) {
        window.set_position(*monitor.position())?;
        window.set_fullscreen(true)?;
    }
    Ok(())
}

/// Closes it, if it is open.
pub(crate) fn close(app: &AppHandle) {
    if let Some(window) = app.get_webview_window(LABEL)
        && let Err(error) = window.destroy()
    {
        tracing::warn!(%error, "the guest's window does not close");
    }
}
