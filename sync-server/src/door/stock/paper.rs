//! What a till prints that no roster says.

use shared::ids::{EventId, OrganizerId};
use shared::wire::latest::StockPaper;
use sqlx::PgConnection;

/// The event's currency, and what stands on its paper.
pub(in crate::door) async fn of(
    conn: &mut PgConnection,
    (organizer, event): (OrganizerId, EventId),
) -> Result<(String, StockPaper), sqlx::Error> {
    let row = sqlx::query!(
        "select e.currency, o.legal_name, o.licence, v.name as venue, v.address as street, v.postal_code, v.city
         from events e
         join organizers o on o.id = e.organizer_id
         join venues v on v.organizer_id = e.organizer_id and v.id = e.venue_id
         where e.organizer_id = $1 and e.id = $2",
        organizer.0,
        event.0
    )
    .fetch_one(conn)
    .await?;
    let paper = StockPaper {
        organizer: row.legal_name,
        licence: row.licence,
        venue: row.venue,
        street: row.street,
        city: format!("{} {}", row.postal_code, row.city),
    };
    Ok((row.currency, paper))
}
