//! What the page is told without asking.

use serde::Serialize;
use ts_rs::TS;

use super::counts::CountsView;
use super::enrol::EnrolView;
use super::place::{PlaceChoice, PlaceView, TillChoice};
use super::ready::{CameraView, ReadyView, SyncView};
use super::settings::Settings;
use super::till::TillView;
use super::verdict::{AlertView, RecentView, VerdictView};

/// Which screen there is. Within `Door` the page itself chooses between the ready light, scanning and search.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "screen", rename_all = "snake_case")]
pub enum Screen {
    /// Nobody's device yet.
    Enrol(EnrolView),
    /// Which event, which gate?
    Choose {
        /// Today's first.
        places: Vec<PlaceChoice>,
        /// Whether it may be a box office as well.
        till: TillChoice,
    },
    /// The door at work.
    Door(PlaceView),
    /// The box office: what it shows is told beside it.
    Till {
        /// Of the venue's clock, as IANA names it.
        time_zone: String,
    },
    /// Revoked, or signed off: the journal is still being handed over.
    Closed {
        /// Facts that still wait.
        unsent: u32,
        /// The organizer revoked it; else a supervisor signed it off here.
        revoked: bool,
    },
}

/// Everything that the page needs to draw itself anew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct Overview {
    /// Choices.
    pub settings: Settings,
    /// Which screen.
    pub screen: Screen,
    /// This device's name; `null` until it is enrolled.
    pub device_name: Option<String>,
    /// The organizer's name.
    pub organizer_name: Option<String>,
}

/// Where a file or folder was put for a person to take away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct SavedFile {
    /// The whole path.
    pub path: String,
}

/// Where a code was found in the picture.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct Outline {
    /// The picture's size, in the same units as the corners.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Of each code its four corners, clockwise, as x, y.
    pub codes: Vec<[[f32; 2]; 4]>,
}

/// A line in the camera picture: no verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "hint", rename_all = "snake_case")]
pub enum CameraHint {
    /// Somebody else's code.
    Foreign,
    /// Reserved, not paid.
    OrderCode {
        /// Its code.
        order: String,
    },
    /// Two tickets in one picture: neither was admitted.
    TwoTickets,
    /// The picture keeps the readers busy: cover what is behind the ticket.
    TooMuchInView,
    /// A USB scanner sent half a code.
    HalfCode,
    /// Nobody is admitted: why.
    Failed {
        /// The error.
        error: super::error::UiError,
    },
}

/// News.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(tag = "news", content = "of", rename_all = "snake_case")]
pub enum News {
    /// Draw everything anew.
    Overview(Overview),
    /// Somebody was decided on.
    Verdict(VerdictView),
    /// A line in the picture.
    Hint(CameraHint),
    /// Codes in the picture; none = take the outlines away.
    Outline(Outline),
    /// The camera changed.
    Camera(CameraView),
    /// The ready light.
    Ready(ReadyView),
    /// The link to the server.
    Sync(SyncView),
    /// How many.
    Counts(CountsView),
    /// The last scans, newest first.
    Recent(Vec<RecentView>),
    /// What is to be looked at.
    Alerts(Vec<AlertView>),
    /// The box office's screen.
    Till(Box<TillView>),
}
