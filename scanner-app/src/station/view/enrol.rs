//! Enrolment, step by step.

use serde::Serialize;
use ts_rs::TS;

use super::error::UiError;

/// Where enrolment stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum EnrolStep {
    /// The camera looks for the organizer's code; typing it is as good.
    Waiting,
    /// The server is asked.
    Connecting {
        /// Its address.
        server: String,
    },
    /// Six digits to compare with the organizer's screen.
    Compare {
        /// `483920`
        digits: String,
        /// The server's address.
        server: String,
    },
    /// It did not work; nothing was kept.
    Failed {
        /// Why.
        error: UiError,
    },
}

/// What the enrolment screen shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct EnrolView {
    /// Where it stands.
    pub step: EnrolStep,
    /// What this device calls itself to the organizer.
    pub device_name: String,
}
