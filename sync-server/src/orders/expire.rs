//! Places of holds whose time is up come back. A payment that is on its way at that moment finds the order held or
//! expired, never in between: both change the order's row under its lock.

use shared::clock::UnixMillis;
use shared::ids::{EventId, OrganizerId};
use sqlx::PgPool;

use super::promo::uses;
use super::resale;
use super::stock::{self, Move};
use crate::database::transaction::{Attempts, begin};

/// So many of one event in one transaction: its stock rows are locked for a few milliseconds.
const BATCH: i64 = 200;

/// Ends the holds of every event whose time is up at `now_ms`; how many there were.
pub async fn expire(pool: &PgPool, now_ms: UnixMillis) -> Result<u64, sqlx::Error> {
    let events = sqlx::query!(
        r#"select distinct organizer_id, event_id from orders where (state = 'held') is true and expires_ms <= $1"#,
        now_ms
    )
    .fetch_all(pool)
    .await?;
    let mut expired = 0;
    for event in events {
        let (organizer, event) = (OrganizerId(event.organizer_id), EventId(event.event_id));
        let mut attempts = Attempts::default();
        loop {
            match expire_batch(pool, organizer, event, now_ms).await {
                Err(error) if attempts.again(&error) => {}
                Err(error) => return Err(error),
                Ok(count) => {
                    expired += count;
                    if count < BATCH as u64 {
                        break;
                    }
                }
            }
        }
    }
    Ok(expired)
}

async fn expire_batch(
    pool: &PgPool,
    organizer: OrganizerId,
    event: EventId,
    now_ms: UnixMillis,
) -> Result<u64, sqlx::Error> {
    let mut tx = begin(pool).await?;
    let batch = sqlx::query!(
        r#"with due as (
               select id from orders
               where organizer_id = $1 and event_id = $2 and (state = 'held') is true and expires_ms <= $3
               order by expires_ms limit $4
               for update skip locked
           ), expired as (
               update orders o set state = 'expired' from due where o.id = due.id returning o.id, o.promo_id
           ), places as (
               select l.type_no, sum(l.quantity)::bigint as quantity
               from expired e
               join order_lines l on l.organizer_id = $1 and l.event_id = $2 and l.order_id = e.id
               group by l.type_no
           ), promos as (
               select promo_id, count(*) as uses from expired where promo_id is not null group by promo_id
           )
           select (select count(*) from expired) as "count!",
               coalesce((select array_agg(id) from expired), '{}') as "ids!",
               coalesce((select array_agg(type_no order by type_no) from places), '{}') as "types!",
               coalesce((select array_agg(quantity order by type_no) from places), '{}') as "quantities!",
               coalesce((select array_agg(promo_id order by promo_id) from promos), '{}') as "promos!",
               coalesce((select array_agg(uses order by promo_id) from promos), '{}') as "uses!""#,
        organizer.0,
        event.0,
        now_ms,
        BATCH
    )
    .fetch_one(&mut *tx)
    .await?;
    uses::free(&mut tx, &batch.promos, &batch.uses).await?;
    let places = stock::places(&batch.types, &batch.quantities);
    stock::shift(&mut tx, organizer, event, &places, Move::HeldToFree).await?;
    resale::offer_ended(&mut tx, (organizer, event), &batch.ids).await?;
    tx.commit().await?;
    Ok(batch.count as u64)
}
