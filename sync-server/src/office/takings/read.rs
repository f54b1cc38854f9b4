//! The statement's figures, from the tickets and from the ledger.

use shared::ids::{EventId, OrganizerId};
use shared::money::{Currency, Money};
use sqlx::PgConnection;

use super::statement::{Issued, Ledger, Moment};
use crate::orders::UnreadableRow;

/// All tickets that were ever given a number, types in the organizer's order, dear ones first.
pub(super) async fn issued(
    conn: &mut PgConnection,
    (organizer, event): (OrganizerId, EventId),
    currency: Currency,
) -> Result<Vec<Issued>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select y.name, t.channel, t.price_minor, t.vat_basis_points,
                  coalesce(o.paid_ms, t.issued_ms) < e.doors_ms as "is_presale!", min(t.series_no) as "first!",
                  max(t.series_no) as "last!", count(*) as "count!",
                  count(*) filter (where t.status in (1, 2, 3)) as "cancelled!"
           from tickets t
           join events e on e.organizer_id = t.organizer_id and e.id = t.event_id
           join orders o on o.organizer_id = t.organizer_id and o.event_id = t.event_id and o.id = t.order_id
           join ticket_types y on y.organizer_id = t.organizer_id and y.event_id = t.event_id and y.no = t.type_no
           where t.organizer_id = $1 and t.event_id = $2
           group by y.position, y.no, y.name, t.channel, t.price_minor, t.vat_basis_points, 5
           order by y.position, y.no, t.price_minor desc, t.vat_basis_points, t.channel, 5 desc"#,
        organizer.0,
        event.0
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Issued {
            type_name: row.name,
            channel: row.channel,
            moment: if row.is_presale {
                Moment::Presale
            } else {
                Moment::Doors
            },
            price: Money::new(row.price_minor, currency),
            vat_basis_points: row.vat_basis_points as u32,
            first: row.first,
            last: row.last,
            count: row.count as u32,
            cancelled: row.cancelled as u32,
        })
        .collect())
}

/// What came and what went back.
pub(super) async fn ledger(
    conn: &mut PgConnection,
    (organizer, event): (OrganizerId, EventId),
    currency: Currency,
) -> Result<Ledger, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select currency, coalesce(sum(amount_minor) filter (where kind in ('sale', 'till_sale')), 0)::bigint as "sold!",
                  coalesce(-sum(amount_minor) filter (where kind in ('refund', 'till_refund')), 0)::bigint as "refunded!"
           from ledger where organizer_id = $1 and event_id = $2 group by currency"#,
        organizer.0,
        event.0
    )
    .fetch_all(conn)
    .await?;
    if let Some(other) = rows.iter().find(|row| row.currency != currency.code()) {
        return Err(UnreadableRow::new("the ledger's currency", &other.currency).into());
    }
    let (sold, refunded) = rows.first().map_or((0, 0), |row| (row.sold, row.refunded));
    Ok(Ledger {
        sold: Money::new(sold, currency),
        refunded: Money::new(refunded, currency),
    })
}
