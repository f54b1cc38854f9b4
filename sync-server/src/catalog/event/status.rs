//! draft -> published -> archived, and cancelled from published; nothing goes back.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where an event stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EventStatus {
    /// Only its organizer sees it.
    Draft,
    /// On sale, as its types allow.
    Published,
    /// Called off: nothing is sold, no ticket enters.
    Cancelled,
    /// Over and put away, or a draft that was thrown away.
    Archived,
}

/// An event can't become what was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StatusError {
    /// What is published or cancelled was seen by buyers.
    #[error("an event that is {} can't become {}", .from.as_str(), .to.as_str())]
    NoWay {
        /// What it is.
        from: EventStatus,
        /// What was asked.
        to: EventStatus,
    },
    /// Archiving hides it from buyers who still need it.
    #[error("an event can be archived once it has ended; until then it can be cancelled")]
    NotOver,
}

/// Whether an event is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Course {
    /// Its end is ahead.
    Ahead,
    /// Its end has passed.
    Over,
}

impl EventStatus {
    /// As in JSON and the database.
    pub const WORDS: [(&'static str, Self); 4] = [
        ("draft", Self::Draft),
        ("published", Self::Published),
        ("cancelled", Self::Cancelled),
        ("archived", Self::Archived),
    ];

    /// Its word.
    pub fn as_str(self) -> &'static str {
        super::word_of(self, &Self::WORDS)
    }

    /// Whether strangers see it.
    pub fn is_public(self) -> bool {
        match self {
            Self::Published | Self::Cancelled => true,
            Self::Draft | Self::Archived => false,
        }
    }

    /// What it becomes when `to` is asked.
    pub fn change(self, to: Self, course: Course) -> Result<Self, StatusError> {
        match (self, to) {
            (Self::Draft, Self::Draft | Self::Published | Self::Archived)
            | (Self::Published, Self::Published | Self::Cancelled)
            | (Self::Cancelled, Self::Cancelled)
            | (Self::Archived, Self::Archived) => Ok(to),
            (Self::Published | Self::Cancelled, Self::Archived) => match course {
                Course::Over => Ok(to),
                Course::Ahead => Err(StatusError::NotOver),
            },
            (Self::Draft, Self::Cancelled)
            | (Self::Published | Self::Cancelled | Self::Archived, Self::Draft)
            | (Self::Cancelled, Self::Published)
            | (Self::Archived, Self::Published | Self::Cancelled) => {
                Err(StatusError::NoWay { from: self, to })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Course::{Ahead, Over};
    use super::EventStatus::{Archived, Cancelled, Draft, Published};
    use super::*;

    #[test]
    fn a_draft_is_published_once_and_for_ever() {
        assert_eq!(Draft.change(Published, Ahead), Ok(Published));
        for later in [Published, Cancelled, Archived] {
            let back = StatusError::NoWay {
                from: later,
                to: Draft,
            };
            assert_eq!(later.change(Draft, Over), Err(back));
        }
    }

    #[test]
    fn a_cancelled_event_stays_cancelled() {
        assert_eq!(Published.change(Cancelled, Ahead), Ok(Cancelled));
        assert!(Cancelled.change(Published, Ahead).is_err());
    }

    #[test]
    fn what_buyers_saw_is_archived_only_when_it_is_over() {
        assert_eq!(Published.change(Archived, Ahead), Err(StatusError::NotOver));
        assert_eq!(Published.change(Archived, Over), Ok(Archived));
        assert_eq!(Draft.change(Archived, Ahead), Ok(Archived));
    }
}
