//! Down, apart from the roster: orders by name, for devices that may search. A segment of the feed with a cursor of its own;
//! its numbers are those of the event's changes, so that it is as gapless as the roster (F1).

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use shared::clock::UnixMillis;
use shared::ids::{EventId, OrderId, OrganizerId, TicketId};
use shared::roster::summary::{HeldTicket, OrderSummary, SUMMARIES_KEPT_MS};
use shared::wire::latest::{ErrorCode, SummariesPage, SummariesQuery};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::cursor::ParseCursorError;
use crate::database::transaction;
use crate::web::ApiError;

/// Orders in one page: some 200 kB before compression, so that a roster's pages have the line soon again.
pub const MAX_LIMIT: u32 = 2_000;
/// Another one than that of the roster's cursor, so that one is never taken for the other.
const CURSOR_VERSION: u8 = 129;

/// A place in the segment: after that order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Cursor {
    epoch: u64,
    seq: i64,
    order: Uuid,
}

impl Cursor {
    fn start(epoch: u64) -> Self {
        Self {
            epoch,
            seq: 0,
            order: Uuid::nil(),
        }
    }

    fn encode(self) -> String {
        let mut bytes = vec![CURSOR_VERSION];
        bytes.extend(self.epoch.to_be_bytes());
        bytes.extend(self.seq.to_be_bytes());
        bytes.extend(self.order.as_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    fn decode(text: &str) -> Result<Self, ParseCursorError> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| ParseCursorError)?;
        let bytes: [u8; 33] = bytes.try_into().map_err(|_| ParseCursorError)?;
        let (head, order) = bytes.split_at(17);
        let number = |from: usize| {
            head[from..from + 8]
                .iter()
                .fold(0, |number, byte| number << 8 | u64::from(*byte))
        };
        let seq = number(9).cast_signed();
        if bytes[0] != CURSOR_VERSION || seq < 0 {
            return Err(ParseCursorError);
        }
        Ok(Self {
            epoch: number(1),
            seq,
            order: Uuid::from_slice(order).map_err(|_| ParseCursorError)?,
        })
    }
}

/// No page.
#[derive(Debug, thiserror::Error)]
pub enum PullSummariesError {
    /// The event has no feed.
    #[error("there is no feed of event {0}")]
    NoFeed(EventId),
    /// The text is no cursor.
    #[error(transparent)]
    Cursor(#[from] ParseCursorError),
    /// The cursor is of another life of the feed, or lies beyond its head (F6).
    #[error("the cursor is of before a restore of the server")]
    Reset,
    /// Reading.
    #[error("reading the orders of an event by name")]
    Database(#[from] sqlx::Error),
}

impl From<PullSummariesError> for ApiError {
    fn from(error: PullSummariesError) -> Self {
        match error {
            PullSummariesError::NoFeed(_) => Self::not_found("event"),
            PullSummariesError::Cursor(error) => {
                Self::new(ErrorCode::InvalidCursor, error.to_string())
            }
            PullSummariesError::Reset => Self::new(
                ErrorCode::ResetRequired,
                "The server was restored from a backup: forget the names of this event and pull them from the beginning.",
            ),
            PullSummariesError::Database(source) => source.into(),
        }
    }
}

/// The page after a cursor, from one snapshot. Seven days after the event's end there is nothing any more.
pub async fn pull(
    pool: &PgPool,
    (organizer, event): (OrganizerId, EventId),
    query: &SummariesQuery,
    now_ms: UnixMillis,
) -> Result<SummariesPage, PullSummariesError> {
    let from = query.cursor.as_deref().map(Cursor::decode).transpose()?;
    let limit = query.limit.unwrap_or(MAX_LIMIT).clamp(1, MAX_LIMIT);
    let mut tx = transaction::begin_snapshot(pool).await?;
    let feed = sqlx::query!(
        "select f.epoch, f.head, e.ends_ms
         from feeds f join events e on e.organizer_id = f.organizer_id and e.id = f.event_id
         where f.organizer_id = $1 and f.event_id = $2",
        organizer.0,
        event.0
    )
    .fetch_optional(&mut *tx)
    .await?
    .ok_or(PullSummariesError::NoFeed(event))?;
    let epoch = feed.epoch.cast_unsigned();
    let from = from.unwrap_or_else(|| Cursor::start(epoch));
    if from.epoch != epoch || from.seq > feed.head {
        return Err(PullSummariesError::Reset);
    }
    let over = feed.ends_ms.saturating_add(SUMMARIES_KEPT_MS) <= now_ms;
    let limit = if over { 0 } else { limit };
    let mut rows = orders_after(&mut tx, (organizer, event), from, limit).await?;
    tx.commit().await?;
    let has_more = rows.len() > limit as usize && !over;
    rows.truncate(limit as usize);
    let cursor = rows.last().map_or(from, |last| Cursor {
        epoch,
        seq: last.seq,
        order: last.id,
    });
    Ok(SummariesPage {
        epoch,
        cursor: cursor.encode(),
        has_more,
        server_ms: now_ms,
        orders: rows.into_iter().map(OrderSummary::from).collect(),
    })
}

struct Row {
    id: Uuid,
    seq: i64,
    code: String,
    name: String,
    note: String,
    tickets: Vec<i64>,
    holders: Vec<String>,
}

impl From<Row> for OrderSummary {
    fn from(row: Row) -> Self {
        let tickets = row.tickets.into_iter().zip(row.holders);
        Self {
            order: OrderId(row.id),
            code: row.code,
            buyer: row.name,
            note: row.note,
            tickets: tickets
                .map(|(ticket, holder)| HeldTicket {
                    ticket: TicketId::from_i64(ticket),
                    holder,
                })
                .collect(),
        }
    }
}

/// One more than `limit`, if there are more.
async fn orders_after(
    conn: &mut PgConnection,
    (organizer, event): (OrganizerId, EventId),
    from: Cursor,
    limit: u32,
) -> Result<Vec<Row>, sqlx::Error> {
    sqlx::query_as!(
        Row,
        r#"select o.id as "id!", o.summary_seq as "seq!", o.code as "code!", o.name as "name!", o.note as "note!",
               coalesce(t.ids, '{}') as "tickets!", coalesce(t.holders, '{}') as "holders!"
           from (select id, summary_seq, code, name, note from orders
                 where organizer_id = $1 and event_id = $2 and summary_seq is not null and (summary_seq, id) > ($3, $4)
                 order by summary_seq, id limit $5) o
           left join lateral (
               select array_agg(id order by series_no) as ids, array_agg(holder_name order by series_no) as holders
               from tickets where organizer_id = $1 and event_id = $2 and order_id = o.id
           ) t on true
           order by o.summary_seq, o.id"#,
        organizer.0,
        event.0,
        from.seq,
        from.order,
        i64::from(limit) + 1
    )
    .fetch_all(conn)
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_survives_its_text_and_is_none_of_the_roster() {
        let cursor = Cursor {
            epoch: u64::MAX,
            seq: 77,
            order: Uuid::from_u128(5),
        };
        assert_eq!(Cursor::decode(&cursor.encode()), Ok(cursor));
        let of_roster = super::super::cursor::Cursor::start(7).encode();
        assert_eq!(Cursor::decode(&of_roster), Err(ParseCursorError));
        assert!(super::super::cursor::Cursor::decode(&cursor.encode()).is_err());
        assert_eq!(Cursor::decode("é"), Err(ParseCursorError));
    }
}
