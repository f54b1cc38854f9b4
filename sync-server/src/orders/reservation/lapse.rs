//! Whoever did not come in time is told once that the places are free again.

use super::mail::{self, Lapsed};
use crate::app::App;
use crate::database::transaction::begin;
use crate::messages::outbox::{self, Mail};

const BATCH: i64 = 200;

/// Tells of the reservations that have expired since.
pub async fn sweep(app: &App) -> Result<(), sqlx::Error> {
    while tell_some(app).await? == BATCH as usize {}
    Ok(())
}

async fn tell_some(app: &App) -> Result<usize, sqlx::Error> {
    let now_ms = app.now_ms();
    let mut tx = begin(&app.pool).await?;
    let lapsed = sqlx::query_as!(
        Lapsed,
        r#"with due as (
               select o.id, o.event_id, o.code, o.email, o.name, o.language, e.title, e.status = 'cancelled' as is_off,
                   e.doors_ms, e.starts_ms, e.time_zone, v.name || ', ' || v.city as place
               from orders o
               join events e on e.organizer_id = o.organizer_id and e.id = o.event_id
               join venues v on v.organizer_id = e.organizer_id and v.id = e.venue_id
               where o.reserved_ms is not null and o.state = 'expired' and o.lapse_told_ms is null
               order by o.expires_ms limit $2
               for update of o skip locked
           ), told as (
               update orders o set lapse_told_ms = $1 from due where o.id = due.id
           )
           select id as "id!", event_id as "event_id!", code as "code!", email as "email!", name as "name!",
               language as "language!", title as "title!", is_off as "is_off!", doors_ms as "doors_ms!",
               starts_ms as "starts_ms!", time_zone as "time_zone!", place as "place!"
           from due"#,
        now_ms,
        BATCH
    )
    .fetch_all(&mut *tx)
    .await?;
    let mails: Vec<Mail> = lapsed
        .into_iter()
        .map(|order| mail::lapsed(app, order))
        .collect();
    outbox::enqueue(&mut tx, &mails, now_ms).await?;
    tx.commit().await?;
    Ok(mails.len())
}
