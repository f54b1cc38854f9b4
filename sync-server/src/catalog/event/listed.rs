//! Which events search engines may list.

use shared::clock::UnixMillis;
use shared::ids::EventId;
use sqlx::PgPool;

/// An event that search engines may list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedEvent {
    /// Its id.
    pub id: EventId,
    /// When anything of it changed.
    pub updated_ms: UnixMillis,
}

/// The first `most` public events that have not ended, in the order of their start.
pub async fn listed(
    pool: &PgPool,
    now_ms: UnixMillis,
    most: i64,
) -> Result<Vec<ListedEvent>, sqlx::Error> {
    let rows = sqlx::query!(
        "select id, updated_ms from events
         where status = 'published' and mode = 'real' and ends_ms > $1 order by starts_ms, id limit $2",
        now_ms,
        most,
    )
    .fetch_all(pool)
    .await?;
    let events = rows.into_iter().map(|row| ListedEvent {
        id: EventId(row.id),
        updated_ms: row.updated_ms,
    });
    Ok(events.collect())
}
