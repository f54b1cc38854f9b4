//! Whoever reserved stands at a till: the hold ends and its places are lent to that till, in one transaction. What follows is a
//! sale as any.

use std::collections::HashMap;

use shared::clock::UnixMillis;
use shared::ids::{EventId, OrderId};
use shared::wire::latest::{ErrorCode, TakeOverAnswer, TakeOverAsk, TakenOver};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::app::App;
use crate::database::transaction;
use crate::door::sessions::DeviceSession;
use crate::door::stock::{AskStockError, reserved};
use crate::orders::reservation::{Handed, hand_over};
use crate::web::ApiError;

/// Nothing is taken over.
#[derive(Debug, thiserror::Error)]
pub(in crate::door) enum TakeOverError {
    /// The device has no right to sell.
    #[error("this device has no right to sell")]
    NotATill,
    /// No such order of its events.
    #[error("there is no such order of the store")]
    NoOrder,
    /// The places can't be lent.
    #[error("lending the places of a reservation")]
    Lend(#[from] AskStockError),
    /// Reading or writing.
    #[error("taking a reservation over")]
    Database(#[from] sqlx::Error),
}

impl From<TakeOverError> for ApiError {
    fn from(error: TakeOverError) -> Self {
        match error {
            TakeOverError::NotATill => Self::new(
                ErrorCode::Forbidden,
                "This device may not sell, so it takes no reservation over. An organizer can enrol it with the right to sell, on the Devices page.",
            ),
            TakeOverError::NoOrder => Self::not_found("order"),
            TakeOverError::Lend(source) => source.into(),
            TakeOverError::Database(source) => source.into(),
        }
    }
}

/// Takes a reservation over for the till that asks; asked again it answers alike.
pub(in crate::door) async fn take_over(
    app: &App,
    session: &DeviceSession,
    order: OrderId,
    ask: &TakeOverAsk,
) -> Result<TakeOverAnswer, TakeOverError> {
    if !session.rights.sell {
        return Err(TakeOverError::NotATill);
    }
    let organizer = session.organizer;
    let event = sqlx::query_scalar!(
        "select event_id from orders where organizer_id = $1 and id = $2",
        organizer.0,
        order.0
    )
    .fetch_optional(&app.pool)
    .await?
    .map(EventId)
    .filter(|event| session.events.contains(event))
    .ok_or(TakeOverError::NoOrder)?;
    let (of, till) = ((organizer, event), session.device);
    let mut tx = transaction::begin(&app.pool).await?;
    // Of two tills that ask at once the second waits here, and is told of the first.
    transaction::begin_change(&mut tx, organizer, event).await?;
    match taken_over(&mut tx, session, order).await? {
        Some(before) if before.here => {}
        Some(before) => return Ok(TakeOverAnswer::TakenOver(before)),
        None => {
            let now_ms = app.now_ms();
            let held = match hand_over(&mut tx, of, order, now_ms).await? {
                Handed::Over(held) => held,
                Handed::Paid => return Ok(TakeOverAnswer::Paid),
                Handed::Nothing => return Ok(TakeOverAnswer::Over),
            };
            note(&mut tx, session, (event, order), now_ms).await?;
            reserved::lend(app, &mut tx, of, till, (order, &held)).await?;
            tx.commit().await?;
            app.door.watch.changed(event);
        }
    }
    let places = reserved::lent(app, of, till, (order, &ask.have)).await?;
    Ok(TakeOverAnswer::Lent(Box::new(places)))
}

async fn note(
    conn: &mut PgConnection,
    session: &DeviceSession,
    (event, order): (EventId, OrderId),
    now_ms: UnixMillis,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into reservation_takeovers (organizer_id, event_id, order_id, device_id, taken_ms)
         values ($1, $2, $3, $4, $5)",
        session.organizer.0,
        event.0,
        order.0,
        session.device.0,
        now_ms
    )
    .execute(conn)
    .await
    .map(drop)
}

async fn taken_over(
    conn: &mut PgConnection,
    session: &DeviceSession,
    order: OrderId,
) -> Result<Option<TakenOver>, sqlx::Error> {
    let row = sqlx::query!(
        "select t.taken_ms, t.device_id, d.name from reservation_takeovers t
         join devices d on d.organizer_id = t.organizer_id and d.id = t.device_id
         where t.organizer_id = $1 and t.order_id = $2",
        session.organizer.0,
        order.0
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| TakenOver {
        at_ms: row.taken_ms,
        till: row.name,
        here: row.device_id == session.device.0,
    }))
}

/// How far a reservation came at the box office.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AtTheTill {
    /// A till took it over.
    TakenOver,
    /// And sold all its places.
    Sold,
}

/// Of these orders, those that tills took over.
pub(crate) async fn at_the_till(
    pool: &PgPool,
    orders: &[OrderId],
) -> Result<HashMap<OrderId, AtTheTill>, sqlx::Error> {
    let ids: Vec<Uuid> = orders.iter().map(|order| order.0).collect();
    let rows = sqlx::query!(
        r#"select t.order_id, coalesce((
               select bool_and(k.state = 'sold') from leases l
               join leased_tickets k on k.organizer_id = l.organizer_id and k.event_id = l.event_id and k.lease_id = l.id
               where l.organizer_id = t.organizer_id and l.event_id = t.event_id and l.order_id = t.order_id
           ), false) as "sold!"
           from reservation_takeovers t where t.order_id = any($1)"#,
        &ids
    )
    .fetch_all(pool)
    .await?;
    let standing = rows.into_iter().map(|row| {
        let came_to = if row.sold {
            AtTheTill::Sold
        } else {
            AtTheTill::TakenOver
        };
        (OrderId(row.order_id), came_to)
    });
    Ok(standing.collect())
}
