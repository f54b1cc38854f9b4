//! Which screen there is, and what stands behind it.

use std::sync::Arc;

use shared::ids::{EventId, GateNo};

use super::at_till::Counter;
use super::closing::End;
use super::view::{
    EnrolStep, EnrolView, PlaceChoice, PlaceView, Screen, TillChoice, UiError, UiErrorCode, Way,
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

/// Where the device may stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Choices {
    pub(super) places: Vec<PlaceChoice>,
    pub(super) till: TillChoice,
}

/// What this device is doing.
#[derive(Debug)]
pub(super) enum Stage {
    Enrol(EnrolStep),
    Choose(Choices),
    Door(Arc<Post>, PlaceView),
    Till(Arc<Counter>),
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
            Self::Choose(Choices { places, till }) => Screen::Choose {
                places: places.clone(),
                till: *till,
            },
            Self::Door(_, place) => Screen::Door(place.clone()),
            Self::Till(counter) => Screen::Till {
                time_zone: counter.time_zone().to_owned(),
            },
            Self::Closed { unsent, end } => Screen::Closed {
                unsent: *unsent,
                revoked: *end == End::Revoked,
            },
        }
    }

    pub(super) fn post(&self) -> Option<Arc<Post>> {
        match self {
            Self::Door(post, _) => Some(Arc::clone(post)),
            Self::Enrol(_) | Self::Choose(_) | Self::Till(_) | Self::Closed { .. } => None,
        }
    }

    pub(super) fn counter(&self) -> Option<Arc<Counter>> {
        match self {
            Self::Till(counter) => Some(Arc::clone(counter)),
            Self::Enrol(_) | Self::Choose(_) | Self::Door(..) | Self::Closed { .. } => None,
        }
    }

    /// Whether this screen looks through the camera.
    pub(super) fn needs_camera(&self) -> bool {
        match self {
            Self::Enrol(EnrolStep::Waiting | EnrolStep::Failed { .. }) | Self::Door(..) => true,
            Self::Enrol(EnrolStep::Connecting { .. } | EnrolStep::Compare { .. })
            | Self::Choose(_)
            | Self::Till(_)
            | Self::Closed { .. } => false,
        }
    }
}

/// What was asked needs a door at work.
pub(super) fn at_no_door() -> UiError {
    UiError::new(UiErrorCode::NotFound, "this device stands at no door")
}
