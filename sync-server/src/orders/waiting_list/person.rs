//! What is kept of a person who waits, by their address: for their own reading, and to be erased.

use serde::Serialize;
use shared::clock::UnixMillis;
use shared::ids::{EventId, TypeNo, UserId};
use sqlx::{PgConnection, PgExecutor};

/// A place in a line, for whoever has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct OwnPlace {
    event_id: EventId,
    type_no: TypeNo,
    places: u32,
    email: String,
    language: String,
    state: String,
    asked_ms: UnixMillis,
    joined_ms: Option<UnixMillis>,
}

/// Of an address that its owner has verified.
pub(crate) async fn places_of(
    executor: impl PgExecutor<'_>,
    email: &str,
) -> Result<Vec<OwnPlace>, sqlx::Error> {
    let rows = sqlx::query!(
        "select event_id, type_no, places, email, language, state, asked_ms, joined_ms from waiting_list
         where lower(email) = lower($1) order by asked_ms, id",
        email
    )
    .fetch_all(executor)
    .await?;
    let places = rows.into_iter().map(|row| OwnPlace {
        event_id: EventId(row.event_id),
        type_no: TypeNo(row.type_no as u16),
        places: row.places.unsigned_abs(),
        email: row.email,
        language: row.language,
        state: row.state,
        asked_ms: row.asked_ms,
        joined_ms: row.joined_ms,
    });
    Ok(places.collect())
}

/// Of whoever's account goes: all their places, if the address was verified, since another could have named it. What is held
/// for them stays so for its time, and is the next one's then.
pub(crate) async fn drop_places(
    connection: &mut PgConnection,
    account: UserId,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "delete from waiting_list w using accounts a
         where a.id = $1 and a.email_verified_ms is not null and lower(w.email) = lower(a.email)",
        account.0
    )
    .execute(connection)
    .await
    .map(drop)
}
