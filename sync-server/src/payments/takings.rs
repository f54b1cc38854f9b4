//! What an event took, by the ledger.

use shared::ids::{EventId, OrganizerId};
use shared::money::{Currency, Money};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::orders::UnreadableRow;

/// Of one event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Takings {
    /// Which event.
    pub event: EventId,
    /// What buyers paid, less what was given back to them.
    pub taken: Money,
    /// Of that, what is the organizer's once the platform has its share.
    pub kept: Money,
}

/// Of those events that anybody paid for.
pub async fn takings_of(
    conn: &mut PgConnection,
    organizer: OrganizerId,
    events: &[EventId],
) -> Result<Vec<Takings>, sqlx::Error> {
    let events: Vec<Uuid> = events.iter().map(|event| event.0).collect();
    let rows = sqlx::query!(
        r#"select event_id, currency,
                  coalesce(sum(amount_minor)
                      filter (where kind in ('sale', 'donation', 'refund', 'donation_returned', 'till_sale', 'till_refund')), 0)::bigint as "taken!",
                  sum(amount_minor)::bigint as "kept!"
           from ledger where organizer_id = $1 and event_id = any($2) group by event_id, currency"#,
        organizer.0,
        &events
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            let currency = Currency::from_code(&row.currency)
                .ok_or_else(|| UnreadableRow::new("the ledger's currency", &row.currency))?;
            Ok(Takings {
                event: EventId(row.event_id),
                taken: Money::new(row.taken, currency),
                kept: Money::new(row.kept, currency),
            })
        })
        .collect()
}
