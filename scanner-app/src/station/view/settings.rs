//! What a device remembers of the person's choices. Kept in the data folder, for this device alone.

use serde::{Deserialize, Serialize};
use shared::language::Language;
use ts_rs::TS;

/// Night, or day for bright light.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// Dark.
    #[default]
    Night,
    /// Bright.
    Day,
}

/// Who uses the device.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Use {
    /// A person at the door.
    #[default]
    Staffed,
    /// The same in full screen, and no way out without a supervisor's PIN.
    Locked,
    /// Visitors themselves: mirrored camera, large instruction; as locked as `locked`.
    SelfService,
}

/// Choices.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct Settings {
    /// Of every screen.
    #[ts(type = "\"fr\" | \"en\" | \"es\" | \"de\" | \"it\"")]
    pub language: Language,
    /// Of every screen but verdicts.
    pub theme: Theme,
    /// Of the sounds, 0 to 100.
    pub volume: u8,
    /// The camera to use; `null` = the first.
    pub camera: Option<String>,
    /// What the USB scanner is set to send before each code; empty = nothing.
    pub wedge_prefix: String,
    /// Who uses the device. Only a supervisor changes it.
    pub used_by: Use,
    /// At the box office: a window of their own shows the guest what it costs.
    pub guest_window: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            language: Language::Fr,
            theme: Theme::Night,
            volume: 80,
            camera: None,
            wedge_prefix: String::new(),
            used_by: Use::Staffed,
            guest_window: false,
        }
    }
}
