//! The person's choices, changed.

use super::Station;
use super::common::locked;
use super::kept;
use super::view::{Settings, UiError, Use};

impl Station {
    /// Keeps the person's choices. Who uses the device is a supervisor's choice.
    pub fn save_settings(&self, settings: Settings) -> Result<(), UiError> {
        let settings = Settings {
            volume: settings.volume.min(100),
            ..settings
        };
        let before = locked(&self.common.settings).clone();
        let another_use = settings.used_by != before.used_by;
        if another_use {
            self.common.decider()?;
        }
        kept::keep_settings(&self.common.folders.data, &settings)?;
        *locked(&self.common.settings) = settings.clone();
        if another_use {
            self.common
                .host
                .full_screen(settings.used_by != Use::Staffed);
        }
        self.common.conduct(move |conductor| {
            if settings.camera != before.camera {
                conductor.change_camera();
            }
            if let Some(counter) = conductor.common.counter() {
                counter.speak(settings.language, &conductor.common);
                if settings.guest_window != before.guest_window {
                    conductor.common.host.guest_window(settings.guest_window);
                }
            }
            Ok(())
        })?;
        self.common.tell_overview();
        Ok(())
    }
}
