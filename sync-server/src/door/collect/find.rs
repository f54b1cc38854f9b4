//! Finding an order by its code, by the beginning of a name or an address, or by one of its tickets.

use std::collections::HashMap;

use shared::clock::UnixMillis;
use shared::ids::{EventId, OrderId, TypeNo};
use shared::ticket::{self, OrderCode};
use shared::wire::latest::{
    Collected, ErrorCode, FoundOrder, FoundOrders, FoundTickets, OrderSearch, OrderState, TakenOver,
};
use sqlx::PgPool;
use uuid::Uuid;

use crate::door::sessions::DeviceSession;
use crate::web::ApiError;

/// In one answer.
const MOST: usize = 20;
/// Of a name or an address: fewer letters are half of the list.
const FEWEST_LETTERS: usize = 3;
/// No name and no code is longer.
const LONGEST: usize = 400;

/// Nothing is looked for.
#[derive(Debug, thiserror::Error)]
pub(in crate::door) enum FindOrdersError {
    /// The device has no right to sell.
    #[error("this device has no right to sell")]
    NotATill,
    /// Too little was typed, or too much.
    #[error("{FEWEST_LETTERS} letters of a name at least")]
    Text,
    /// Reading.
    #[error("looking for orders")]
    Database(#[from] sqlx::Error),
}

impl From<FindOrdersError> for ApiError {
    fn from(error: FindOrdersError) -> Self {
        match error {
            FindOrdersError::NotATill => Self::new(
                ErrorCode::Forbidden,
                "This device may not sell, so it finds no orders. An organizer can enrol it with the right to sell, on the Devices page.",
            ),
            FindOrdersError::Text => Self::invalid([(
                "text",
                "an order code, a ticket's code, or 3 letters of a name",
            )]),
            FindOrdersError::Database(source) => source.into(),
        }
    }
}

/// What is looked for, as one of these.
#[derive(Default)]
struct Sought {
    code: Option<String>,
    ticket: Option<i64>,
    words: Option<String>,
}

impl Sought {
    fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.chars().count() > LONGEST {
            return None;
        }
        if let Ok(code) = text.parse::<OrderCode>() {
            let code = Some(code.to_string());
            return Some(Self {
                code,
                ..Self::default()
            });
        }
        if let Ok(presented) = ticket::read(text) {
            // Whether it was signed is not asked: only the ticket's row says anything.
            let ticket = Some(presented.token().claimed().ticket.to_i64());
            return Some(Self {
                ticket,
                ..Self::default()
            });
        }
        let is_long_enough = text.chars().count() >= FEWEST_LETTERS;
        is_long_enough.then(|| Self {
            words: Some(text.to_owned()),
            ..Self::default()
        })
    }
}

/// The orders of the device's events that fit; what tills sold is reprinted at the till that sold it.
pub(in crate::door) async fn find(
    pool: &PgPool,
    session: &DeviceSession,
    search: &OrderSearch,
    now_ms: UnixMillis,
) -> Result<FoundOrders, FindOrdersError> {
    if !session.rights.sell {
        return Err(FindOrdersError::NotATill);
    }
    let sought = Sought::read(&search.text).ok_or(FindOrdersError::Text)?;
    let events: Vec<Uuid> = session.events.iter().map(|event| event.0).collect();
    let mut rows = sqlx::query!(
        r#"select o.id, o.event_id, o.code, o.name, o.state, o.total_minor, o.currency, o.created_ms,
                  case when o.state = 'held' and o.reserved_ms is not null and o.expires_ms > $7 then o.expires_ms end
                      as reserved_until_ms,
                  c.collected_ms as "collected_ms?", d.name as "till?",
                  r.taken_ms as "taken_ms?", r.device_id as "taken_by?", b.name as "taker?"
           from orders o
           left join collections c on c.organizer_id = o.organizer_id and c.event_id = o.event_id and c.order_id = o.id
               and not c.duplicate
           left join devices d on d.organizer_id = c.organizer_id and d.id = c.device_id
           left join reservation_takeovers r on r.organizer_id = o.organizer_id and r.event_id = o.event_id
               and r.order_id = o.id
           left join devices b on b.organizer_id = r.organizer_id and b.id = r.device_id
           where o.organizer_id = $1 and o.event_id = any($2)
             and not exists (select from till_orders t
                             where t.organizer_id = o.organizer_id and t.event_id = o.event_id and t.order_id = o.id)
             and (o.code = $3
                  or o.id = (select k.order_id from tickets k where k.organizer_id = $1 and k.id = $4)
                  or starts_with(lower(o.email), lower($5))
                  or starts_with(plain_text(o.name), plain_text($5))
                  or strpos(plain_text(o.name), ' ' || plain_text($5)) > 0)
           order by o.created_ms desc, o.id desc limit $6"#,
        session.organizer.0,
        &events,
        sought.code,
        sought.ticket,
        sought.words,
        MOST as i64 + 1,
        now_ms
    )
    .fetch_all(pool)
    .await?;
    let more = rows.len() > MOST;
    rows.truncate(MOST);
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let mut tickets = tickets_of(pool, session, &ids).await?;
    let orders = rows.into_iter().map(|row| FoundOrder {
        order: OrderId(row.id),
        event: EventId(row.event_id),
        code: row.code,
        buyer: row.name.unwrap_or_default(),
        state: OrderState::from_column(&row.state),
        total_minor: row.total_minor,
        currency: row.currency,
        created_ms: row.created_ms,
        tickets: tickets.remove(&row.id).unwrap_or_default(),
        collected: row
            .collected_ms
            .zip(row.till)
            .map(|(at_ms, till)| Collected { at_ms, till }),
        reserved_until_ms: row.reserved_until_ms,
        taken_over: row.taken_ms.zip(row.taker).map(|(at_ms, till)| TakenOver {
            at_ms,
            till,
            here: row.taken_by == Some(session.device.0),
        }),
    });
    Ok(FoundOrders {
        orders: orders.collect(),
        more,
    })
}

/// What of each order lets somebody in, by type; of a reservation, what was reserved.
async fn tickets_of(
    pool: &PgPool,
    session: &DeviceSession,
    orders: &[Uuid],
) -> Result<HashMap<Uuid, Vec<FoundTickets>>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select k.order_id as "order_id!", k.type_no as "type_no!", t.name as "name!", count(*) as "places!"
           from tickets k
           join ticket_types t on t.organizer_id = k.organizer_id and t.event_id = k.event_id and t.no = k.type_no
           where k.organizer_id = $1 and k.order_id = any($2) and k.status = 0
           group by k.order_id, k.type_no, t.name
           union all
           select l.order_id, l.type_no, t.name, sum(l.quantity)::bigint
           from order_lines l
           join orders o on o.organizer_id = l.organizer_id and o.event_id = l.event_id and o.id = l.order_id
           join ticket_types t on t.organizer_id = l.organizer_id and t.event_id = l.event_id and t.no = l.type_no
           where l.organizer_id = $1 and l.order_id = any($2) and o.reserved_ms is not null
               and o.state in ('held', 'cancelled')
           group by l.order_id, l.type_no, t.name
           order by 2"#,
        session.organizer.0,
        orders
    )
    .fetch_all(pool)
    .await?;
    let mut tickets: HashMap<Uuid, Vec<FoundTickets>> = HashMap::new();
    for row in rows {
        tickets.entry(row.order_id).or_default().push(FoundTickets {
            type_no: TypeNo(u16::try_from(row.type_no).unwrap_or(0)),
            name: row.name,
            places: u32::try_from(row.places).unwrap_or(u32::MAX),
        });
    }
    Ok(tickets)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_a_code_a_name_or_nothing() {
        let read = |text: &str| Sought::read(text).map(|sought| (sought.code, sought.words));
        let code = Some("TH-4K7M2Q9XWA".to_owned());
        assert_eq!(read(" th-4k7m2q9xwa "), Some((code, None)));
        assert_eq!(read("Roux"), Some((None, Some("Roux".to_owned()))));
        assert_eq!(read("Ro"), None, "half of the list");
        assert_eq!(read(&"x".repeat(500)), None);
    }
}
