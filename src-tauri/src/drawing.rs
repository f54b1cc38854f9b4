//! How the page is drawn.

use tauri::WebviewWindow;

/// By the processor alone, as long as WebKitGTK can: this page is a few large areas and a small film, and by OpenGL it takes
/// 130 MB more, and four times as long on a machine whose OpenGL is a program, too.
#[cfg(target_os = "linux")]
pub(crate) fn by_the_processor(window: &WebviewWindow) -> tauri::Result<()> {
    use webkit2gtk::{HardwareAccelerationPolicy, SettingsExt as _, WebViewExt as _};

    window.with_webview(|webview| {
        if let Some(settings) = webview.inner().settings() {
            settings.set_hardware_acceleration_policy(HardwareAccelerationPolicy::Never);
        }
    })
}

/// Other web views choose for themselves.
#[cfg(not(target_os = "linux"))]
pub(crate) fn by_the_processor(_window: &WebviewWindow) -> tauri::Result<()> {
    Ok(())
}
