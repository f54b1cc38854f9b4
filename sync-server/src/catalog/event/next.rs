//! What anybody may see on the start page: the next published events.

use shared::clock::UnixMillis;
use sqlx::PgPool;

/// One event, as far as a line shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NextEvent {
    /// Its title.
    pub title: String,
    /// When it starts.
    pub starts_ms: UnixMillis,
    /// Where that is a local time.
    pub time_zone: String,
    /// The venue's name.
    pub venue: String,
    /// The venue's city.
    pub city: String,
}

/// The first `most` published events that have not ended, in the order of their start.
pub async fn next_published(
    pool: &PgPool,
    now_ms: UnixMillis,
    most: i64,
) -> Result<Vec<NextEvent>, sqlx::Error> {
    sqlx::query_as!(
        NextEvent,
        "select e.title, e.starts_ms, e.time_zone, v.name as venue, v.city from events e
         join venues v on v.organizer_id = e.organizer_id and v.id = e.venue_id
         where e.status = 'published' and e.ends_ms > $1 order by e.starts_ms, e.id limit $2",
        now_ms,
        most,
    )
    .fetch_all(pool)
    .await
}
