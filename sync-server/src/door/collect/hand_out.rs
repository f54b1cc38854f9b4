//! Handing an order's tickets out on paper: noted once, with the till that did it; whatever follows is a duplicate.

use shared::ids::{EventId, OrderId, TicketId, TypeNo};
use shared::ticket::{Flags, Token};
use shared::wire::latest::{
    CollectAnswer, CollectAsk, Collected, ErrorCode, HandOut, HandOutTicket,
};
use sqlx::PgConnection;

use crate::app::App;
use crate::database::transaction;
use crate::door::sessions::DeviceSession;
use crate::door::stock::paper;
use crate::orders::UnreadableRow;
use crate::web::ApiError;

/// Nothing is handed out.
#[derive(Debug, thiserror::Error)]
pub(in crate::door) enum CollectError {
    /// The device has no right to sell.
    #[error("this device has no right to sell")]
    NotATill,
    /// No such order of its events, or one that a till sold.
    #[error("there is no such order of the store")]
    NoOrder,
    /// A ticket's token.
    #[error(transparent)]
    Unreadable(#[from] UnreadableRow),
    /// Reading or writing.
    #[error("noting that tickets are handed out")]
    Database(#[from] sqlx::Error),
}

impl From<CollectError> for ApiError {
    fn from(error: CollectError) -> Self {
        match error {
            CollectError::NotATill => Self::new(
                ErrorCode::Forbidden,
                "This device may not sell, so it hands out no tickets. An organizer can enrol it with the right to sell, on the Devices page.",
            ),
            CollectError::NoOrder => Self::not_found("order"),
            CollectError::Unreadable(source) => source.into(),
            CollectError::Database(source) => source.into(),
        }
    }
}

/// The tickets to be printed, if they may be; noted in the same transaction.
pub(in crate::door) async fn collect(
    app: &App,
    session: &DeviceSession,
    order: OrderId,
    ask: &CollectAsk,
) -> Result<CollectAnswer, CollectError> {
    if !session.rights.sell {
        return Err(CollectError::NotATill);
    }
    let mut tx = transaction::begin(&app.pool).await?;
    // Of two tills that ask at once the second waits, and is told of the first.
    let row = sqlx::query!(
        "select o.event_id, o.code, o.language, o.state, coalesce(o.paid_ms, o.created_ms) as \"paid_ms!\" from orders o
         where o.organizer_id = $1 and o.id = $2
           and not exists (select from till_orders t
                           where t.organizer_id = o.organizer_id and t.event_id = o.event_id and t.order_id = o.id)
         for update",
        session.organizer.0,
        order.0
    )
    .fetch_optional(&mut *tx)
    .await?
    .filter(|row| session.events.contains(&EventId(row.event_id)))
    .ok_or(CollectError::NoOrder)?;
    let event = EventId(row.event_id);
    match row.state.as_str() {
        "paid" => {}
        "refunded" => return Ok(CollectAnswer::NothingLeft),
        _ => return Ok(CollectAnswer::NotPaid),
    }
    let tickets = match tickets_of(&mut tx, session, (event, order)).await? {
        Printable::These(tickets) if tickets.is_empty() => return Ok(CollectAnswer::NothingLeft),
        Printable::These(tickets) => tickets,
        Printable::Rotating => return Ok(CollectAnswer::Rotates),
    };
    if let Some(before) = before(&mut tx, session, (event, order), ask).await? {
        return Ok(CollectAnswer::Collected(before));
    }
    sqlx::query!(
        "insert into collections (organizer_id, event_id, order_id, fact_id, device_id, duplicate, collected_ms)
         values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing",
        session.organizer.0,
        event.0,
        order.0,
        ask.fact.0,
        session.device.0,
        ask.duplicate,
        app.now_ms()
    )
    .execute(&mut *tx)
    .await?;
    let (_, paper) = paper::of(&mut tx, (session.organizer, event)).await?;
    tx.commit().await?;
    Ok(CollectAnswer::HandOut(HandOut {
        order,
        code: row.code,
        event,
        language: row.language.parse().unwrap_or_default(),
        paid_ms: row.paid_ms,
        paper,
        tickets,
    }))
}

/// Who handed them out before, unless that was asked with this fact, or a duplicate is wanted.
async fn before(
    conn: &mut PgConnection,
    session: &DeviceSession,
    (event, order): (EventId, OrderId),
    ask: &CollectAsk,
) -> Result<Option<Collected>, sqlx::Error> {
    if ask.duplicate {
        return Ok(None);
    }
    let row = sqlx::query!(
        "select c.collected_ms, c.fact_id, d.name from collections c
         join devices d on d.organizer_id = c.organizer_id and d.id = c.device_id
         where c.organizer_id = $1 and c.event_id = $2 and c.order_id = $3 and not c.duplicate",
        session.organizer.0,
        event.0,
        order.0
    )
    .fetch_optional(conn)
    .await?;
    let by_another = row.filter(|row| row.fact_id != ask.fact.0);
    Ok(by_another.map(|row| Collected {
        at_ms: row.collected_ms,
        till: row.name,
    }))
}

enum Printable {
    These(Vec<HandOutTicket>),
    /// At least one changes its code every 15 seconds.
    Rotating,
}

async fn tickets_of(
    conn: &mut PgConnection,
    session: &DeviceSession,
    (event, order): (EventId, OrderId),
) -> Result<Printable, CollectError> {
    let rows = sqlx::query!(
        "select id, type_no, channel, series_no, price_minor, vat_basis_points, token from tickets
         where organizer_id = $1 and event_id = $2 and order_id = $3 and status = 0
         order by channel, series_no",
        session.organizer.0,
        event.0,
        order.0
    )
    .fetch_all(conn)
    .await?;
    let mut tickets = Vec::with_capacity(rows.len());
    for row in rows {
        let ticket = TicketId::from_i64(row.id);
        let bytes: Option<[u8; 80]> = row.token.as_slice().try_into().ok();
        let token = bytes.and_then(|bytes| Some((bytes, Token::from_bytes(&bytes).ok()?)));
        let (bytes, token) =
            token.ok_or_else(|| UnreadableRow::new("the token of a ticket", ticket.to_string()))?;
        if token.claimed().flags.contains(Flags::ROTATING) {
            return Ok(Printable::Rotating);
        }
        tickets.push(HandOutTicket {
            ticket,
            type_no: TypeNo(u16::try_from(row.type_no).unwrap_or(0)),
            number: format!("{}-{}", row.channel, row.series_no),
            price_minor: row.price_minor,
            vat_basis_points: row.vat_basis_points.cast_unsigned(),
            token: bytes,
        });
    }
    Ok(Printable::These(tickets))
}
