//! What was typed of an event that is not made yet.

use serde::{Deserialize, Serialize};
use shared::clock::UnixMillis;
use shared::ids::{EventId, OrganizerId};
use sqlx::PgConnection;
use sqlx::types::Json;

/// The fields of an event as they were typed, right or wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(in crate::office) struct Typed {
    pub(in crate::office) title: String,
    pub(in crate::office) category: String,
    pub(in crate::office) description: String,
    pub(in crate::office) image_url: String,
    /// An id, or `new`.
    pub(in crate::office) venue: String,
    /// Of the new one, should it be one: sent twice it is made once.
    pub(in crate::office) venue_id: String,
    pub(in crate::office) venue_name: String,
    pub(in crate::office) venue_address: String,
    pub(in crate::office) venue_postal_code: String,
    pub(in crate::office) venue_city: String,
    pub(in crate::office) capacity: String,
    pub(in crate::office) time_zone: String,
    /// `2026-11-28T20:30`, where the event is; so the next two.
    pub(in crate::office) doors: String,
    pub(in crate::office) starts: String,
    pub(in crate::office) ends: String,
    pub(in crate::office) re_entry: String,
    /// The event whose types and gates it gets.
    pub(in crate::office) like: String,
}

/// Keeps it. `false`: the id is that of another organizer's draft.
pub(super) async fn save(
    conn: &mut PgConnection,
    (organizer, id): (OrganizerId, EventId),
    typed: &Typed,
    now_ms: UnixMillis,
) -> Result<bool, sqlx::Error> {
    let saved = sqlx::query!(
        "insert into event_drafts as d (organizer_id, id, typed, created_ms, updated_ms) values ($1, $2, $3, $4, $4)
         on conflict (id) do update set typed = excluded.typed, updated_ms = excluded.updated_ms
         where d.organizer_id = excluded.organizer_id",
        organizer.0,
        id.0,
        Json(typed) as _,
        now_ms
    )
    .execute(conn)
    .await?;
    Ok(saved.rows_affected() == 1)
}

/// Whose it is, and what it says.
pub(super) async fn read(
    conn: &mut PgConnection,
    id: EventId,
) -> Result<Option<(OrganizerId, Typed)>, sqlx::Error> {
    let row = sqlx::query!(
        r#"select organizer_id, typed as "typed: Json<Typed>" from event_drafts where id = $1"#,
        id.0
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| (OrganizerId(row.organizer_id), row.typed.0)))
}

/// It became an event, or was thrown away.
pub(super) async fn remove(
    conn: &mut PgConnection,
    (organizer, id): (OrganizerId, EventId),
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "delete from event_drafts where organizer_id = $1 and id = $2",
        organizer.0,
        id.0
    )
    .execute(conn)
    .await
    .map(drop)
}

/// Ids and titles, the last typed first; at most 50.
pub(in crate::office) async fn list(
    conn: &mut PgConnection,
    organizer: OrganizerId,
) -> Result<Vec<(EventId, String)>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select id, coalesce(typed ->> 'title', '') as "title!" from event_drafts
           where organizer_id = $1 order by updated_ms desc, id limit 50"#,
        organizer.0
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (EventId(row.id), row.title))
        .collect())
}
