//! Devices, their roster and their facts: down goes the feed, up come journals; between them the fold.
//!
//! docs/SYNC.md says what goes over the wire, and numbers the invariants that tests here name.

pub mod addresses;
mod alerts;
mod annotations;
pub mod api;
pub mod attendance;
pub mod authority;
pub mod breakdown;
pub mod certificates;
pub mod claims;
mod clock;
pub(crate) mod collect;
pub mod cursor;
pub mod devices;
pub mod enrolment;
pub mod entered;
pub mod facts;
pub mod feed;
mod folded;
pub mod folding;
mod intake;
mod kinds;
mod located;
pub mod money;
pub mod offers;
pub mod online;
pub mod own_journal;
pub mod page;
mod page_texts;
pub(crate) mod pages;
mod promotion;
mod refused;
pub mod restore;
mod restore_api;
pub mod rights;
mod rows;
pub mod rules;
pub mod search_right;
pub mod sessions;
pub mod signed;
pub mod stock;
mod store;
pub mod summaries;
pub(crate) mod supervisors;
mod sync_api;
mod take_back;
mod tills;
mod turns;
pub mod unread;
mod vector;
pub mod verify;
mod watch;

pub use alerts::{AlertView, alerts_of_event};
pub(crate) use alerts::{Seat, note};
pub use annotations::{AnnotateError, NewAnnotation, Says, annotate};
pub use watch::FeedWatch;
pub(crate) use watch::{Seen, head};

use shared::ids::OrganizerId;

use crate::config::Limits;
use crate::web::ApiError;
use crate::web::client::AddressKey;
use crate::web::limits::SlidingLimit;

/// What this capability keeps in memory.
#[derive(Debug)]
pub struct Door {
    /// Who waits for which event's feed. After each commit that wrote to it: `app.door.watch.changed(event)`.
    pub watch: FeedWatch,
    /// Rules of events.
    pub rules: rules::RulesCache,
    /// Sessions seen in the last seconds.
    pub sessions: sessions::SeenSessions,
    /// Who waits to be scanned online.
    pub turnstiles: online::Turnstiles,
    uploads: turns::Turns,
    listeners: alerts::Listeners,
    offers: tokio::sync::watch::Sender<u64>,
    enrolments: SlidingLimit<AddressKey>,
}

impl Door {
    /// With nobody there yet.
    pub fn new(limits: &Limits) -> Self {
        Self {
            watch: FeedWatch::default(),
            rules: rules::RulesCache::default(),
            sessions: sessions::SeenSessions::default(),
            turnstiles: online::Turnstiles::default(),
            uploads: turns::Turns::default(),
            listeners: alerts::Listeners::default(),
            offers: tokio::sync::watch::Sender::default(),
            enrolments: SlidingLimit::new(limits.enrolments_per_minute, 60_000),
        }
    }

    /// A seat for a screen that listens, or the answer that all are taken.
    pub(crate) fn sit(&self, organizer: OrganizerId) -> Result<Seat, ApiError> {
        self.listeners.sit(organizer)
    }

    fn offers_changed(&self) {
        self.offers.send_modify(|changes| *changes += 1);
    }

    fn offer_changes(&self) -> tokio::sync::watch::Receiver<u64> {
        self.offers.subscribe()
    }
}
