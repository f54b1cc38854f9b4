//! How much of an event is sold.

use shared::ids::{EventId, OrganizerId};
use sqlx::PgConnection;
use uuid::Uuid;

/// Of all types of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventSales {
    /// Which event.
    pub event: EventId,
    /// Places that are paid.
    pub sold: i64,
    /// Places there are; of a type that is no longer sold those that were.
    pub quota: i64,
}

/// Of those events that have types.
pub async fn sales_of(
    conn: &mut PgConnection,
    organizer: OrganizerId,
    events: &[EventId],
) -> Result<Vec<EventSales>, sqlx::Error> {
    let events: Vec<Uuid> = events.iter().map(|event| event.0).collect();
    let rows = sqlx::query!(
        r#"select s.event_id, sum(s.sold)::bigint as "sold!",
                  sum(case when t.deleted then s.sold else s.quota end)::bigint as "quota!"
           from stock s
           join ticket_types t on t.organizer_id = s.organizer_id and t.event_id = s.event_id and t.no = s.type_no
           where s.organizer_id = $1 and s.event_id = any($2) group by s.event_id"#,
        organizer.0,
        &events
    )
    .fetch_all(conn)
    .await?;
    let sales = rows.into_iter().map(|row| EventSales {
        event: EventId(row.event_id),
        sold: row.sold,
        quota: row.quota,
    });
    Ok(sales.collect())
}
