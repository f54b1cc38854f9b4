//! An event: what it is, what may become of it, and how it is written.

mod create;
mod donation;
mod listed;
pub mod page;
mod request;
mod sales;
mod status;
pub mod terms;
mod update;

pub use create::{CreateEventError, create};
pub(crate) use donation::ask_for_donation;
pub use listed::{ListedEvent, listed};
pub use request::{EntryRuleRequest, EventRequest};
pub use sales::{EventSales, sales_of};
pub use status::{EventStatus, StatusError};
pub use update::{ChangeEventError, Removal, remove, replace};

use serde::{Deserialize, Serialize};
use shared::clock::UnixMillis;
use shared::ids::{EventId, OrganizerId, VenueId};
use shared::money::Currency;
use shared::roster::{EntryRule, EventMode, ReEntry};
use sqlx::PgConnection;
use utoipa::ToSchema;

/// What kind of evening it is; the store's filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// A concert.
    Concert,
    /// A play.
    Theatre,
    /// A match.
    Sport,
    /// An exhibition.
    Expo,
    /// A club night.
    Club,
    /// Music that is no concert: opera, recital, workshop.
    Musique,
    /// Stand-up.
    Humour,
}

impl Category {
    /// As in addresses, JSON and the database.
    pub const WORDS: [(&'static str, Self); 7] = [
        ("concert", Self::Concert),
        ("theatre", Self::Theatre),
        ("sport", Self::Sport),
        ("expo", Self::Expo),
        ("club", Self::Club),
        ("musique", Self::Musique),
        ("humour", Self::Humour),
    ];

    /// Its word.
    pub fn as_str(self) -> &'static str {
        word_of(self, &Self::WORDS)
    }
}

/// As in JSON and the database.
pub const MODES: [(&str, EventMode); 2] = [("test", EventMode::Test), ("real", EventMode::Real)];

/// As in JSON and the database.
pub const RE_ENTRIES: [(&str, ReEntry); 3] = [
    ("none", ReEntry::None),
    ("after_exit", ReEntry::AfterExit),
    ("unlimited", ReEntry::Unlimited),
];

/// The word of one of our values.
///
/// # Panics
/// If `words` lacks it: each list above is whole.
pub(crate) fn word_of<T: PartialEq>(value: T, words: &[(&'static str, T)]) -> &'static str {
    let found = words.iter().find(|(_, meant)| *meant == value);
    found
        .map(|(word, _)| *word)
        .expect("the list has a word for each value")
}

/// The value of a word in the database, whose checks know no other words.
pub(crate) fn value_of<T: Copy>(
    column: &'static str,
    word: &str,
    words: &[(&'static str, T)],
) -> Result<T, sqlx::Error> {
    let found = words.iter().find(|(known, _)| *known == word);
    found.map(|(_, value)| *value).ok_or_else(|| {
        let unreadable = format!("{column} is {word:?}: of a newer program, or changed by hand");
        sqlx::Error::Decode(unreadable.into())
    })
}

/// What an organizer says of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventDetails {
    /// Where.
    pub venue: VenueId,
    /// Its title.
    pub title: String,
    /// In paragraphs.
    pub description: String,
    /// Its kind.
    pub category: Category,
    /// A picture's address.
    pub image_url: Option<String>,
    /// IANA.
    pub time_zone: String,
    /// Doors open.
    pub doors_ms: UnixMillis,
    /// It begins.
    pub starts_ms: UnixMillis,
    /// It ends.
    pub ends_ms: UnixMillis,
    /// People allowed in at once.
    pub capacity: Option<u32>,
    /// Of all its prices.
    pub currency: Currency,
    /// For types without a rule of their own.
    pub entry_rule: EntryRule,
    /// Past it an unknown ticket needs a supervisor.
    pub max_roster_age_minutes: Option<u32>,
    /// Does each ticket's right of entry have one holder? `None` = as it is; of a new event: no.
    pub strict: Option<bool>,
    /// How long a hold lives.
    pub hold_seconds: u32,
    /// Are buyers asked for a gift? `None` = as it is; of a new event: no.
    pub asks_donation: Option<bool>,
}

/// An event to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEvent {
    /// Made by the client.
    pub id: EventId,
    /// Whose.
    pub organizer: OrganizerId,
    /// For ever.
    pub mode: EventMode,
    /// Draft or published.
    pub status: EventStatus,
    /// The rest.
    pub details: EventDetails,
}

/// Whose event it is.
pub async fn organizer_of(
    conn: &mut PgConnection,
    event: EventId,
) -> Result<Option<OrganizerId>, sqlx::Error> {
    let found = sqlx::query_scalar!("select organizer_id from events where id = $1", event.0)
        .fetch_optional(conn)
        .await?;
    Ok(found.map(OrganizerId))
}
