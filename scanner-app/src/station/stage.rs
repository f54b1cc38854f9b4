//! Which screen there is, and what stands behind it.

use std::sync::Arc;

use shared::ids::{EventId, GateNo};

use super::closing::End;
use super::view::{
    EnrolStep, EnrolView, PlaceChoice, PlaceView, Screen, UiError, UiErrorCode, Way,
};
use crate::door::Door;

/// The door at work: replaced as a whole when it faces the other way or moves.
#[derive(Debug)]
pub(super) struct Post {
    pub(super) door: Door,
    pub(super) event: EventId,
    pub(super) gate: Option<GateNo>,
    pub(super) way: Way,
}

/// What this device is doing.
#[derive(Debug)]
pub(super) enum Stage {
    Enrol(EnrolStep),
    Choose(Vec<PlaceChoice>),
    Door(Arc<Post>, PlaceView),
    Closed { unsent: u32, end: End },
}

impl Stage {
    /// As the page is told of it.
    pub(super) fn screen(&self, machine: &str) -> Screen {
        match self {
            Self::Enrol(step) => Screen::Enrol(EnrolView {
                step: step.clone(),
                device_name: machine.to_owned(),
            }),
            Self::Choose(places) => Screen::Choose {
                places: places.clone(),
            },
            Self::Door(_, place) => Screen::Door(place.clone()),
            Self::Closed { unsent, end } => Screen::Closed {
                unsent: *unsent,
                revoked: *end == End::Revoked,
            },
        }
    }

    pub(super) fn post(&self) -> Option<Arc<Post>> {
        match self {
            Self::Door(post, _) => Some(Arc::clone(post)),
            Self::Enrol(_) | Self::Choose(_) | Self::Closed { .. } => None,
        }
    }

    /// Whether this screen looks through the camera.
    pub(super) fn needs_camera(&self) -> bool {
        match self {
            Self::Enrol(EnrolStep::Waiting | EnrolStep::Failed { .. }) | Self::Door(..) => true,
            Self::Enrol(EnrolStep::Connecting { .. } | EnrolStep::Compare { .. })
            | Self::Choose(_)
            | Self::Closed { .. } => false,
        }
    }
}

/// What was asked needs a door at work.
pub(super) fn at_no_door() -> UiError {
    UiError::new(UiErrorCode::NotFound, "this device stands at no door")
}
