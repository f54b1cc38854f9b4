//! What the search finds.

use serde::Serialize;
use shared::clock::UnixMillis;
use shared::ids::{EventId, OrganizerId};
use shared::money::Money;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::artwork;
use crate::catalog::event::page::{Price, category_of, currency_of};

/// A page of what was found.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EventList {
    /// In the order that was asked.
    pub events: Vec<EventSummary>,
    /// For the next page; missing on the last.
    pub cursor: Option<String>,
}

/// An event in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct EventSummary {
    /// Its id.
    #[schema(value_type = Uuid)]
    pub id: EventId,
    /// Whose.
    #[schema(value_type = Uuid)]
    pub organizer_id: OrganizerId,
    /// Its title.
    pub title: String,
    /// Its kind.
    pub category: String,
    /// A picture's address.
    pub image_url: Option<String>,
    /// The address, on this server, of the picture that is drawn for it where it has none of its own.
    pub artwork_url: String,
    /// The venue's name.
    pub venue: String,
    /// The venue's city.
    pub city: String,
    /// IANA.
    pub time_zone: String,
    /// Doors open.
    pub doors_ms: UnixMillis,
    /// It begins.
    pub starts_ms: UnixMillis,
    /// It ends.
    pub ends_ms: UnixMillis,
    /// `real`, or `test`.
    pub mode: String,
    /// `draft`, `published`, `cancelled`, `archived`.
    pub status: String,
    /// The lowest price; missing while nothing is sold.
    pub price_from: Option<Price>,
}

/// As it is stored.
pub(super) struct Row {
    pub(super) id: Uuid,
    pub(super) organizer_id: Uuid,
    pub(super) title: String,
    pub(super) sorted_title: String,
    pub(super) category: String,
    pub(super) image_url: Option<String>,
    pub(super) venue: String,
    pub(super) city: String,
    pub(super) time_zone: String,
    pub(super) doors_ms: i64,
    pub(super) starts_ms: i64,
    pub(super) ends_ms: i64,
    pub(super) created_ms: i64,
    pub(super) mode: String,
    pub(super) status: String,
    pub(super) currency: String,
    pub(super) price_from: Option<i64>,
}

/// An event as its row says.
pub(super) fn summary(row: Row) -> Result<EventSummary, sqlx::Error> {
    let currency = currency_of(&row.currency)?;
    let id = EventId(row.id);
    Ok(EventSummary {
        id,
        organizer_id: OrganizerId(row.organizer_id),
        title: row.title,
        artwork_url: artwork::address(id, category_of(&row.category)?),
        category: row.category,
        image_url: row.image_url,
        venue: row.venue,
        city: row.city,
        time_zone: row.time_zone,
        doors_ms: row.doors_ms,
        starts_ms: row.starts_ms,
        ends_ms: row.ends_ms,
        mode: row.mode,
        status: row.status,
        price_from: row
            .price_from
            .map(|minor| Money::new(minor, currency).into()),
    })
}
