//! What an event says of its sale at this moment, read for whoever wants places of it.

use std::collections::BTreeMap;

use shared::ids::{EventId, OrganizerId, TypeNo};
use shared::money::{Currency, Money};
use shared::price::{Group, Tariff};
use sqlx::PgConnection;

use super::UnreadableRow;
use super::rules::{EventOnSale, TypeOnSale};

/// What an event says of its sale, with those of `types` that it has.
pub(super) async fn event_on_sale(
    connection: &mut PgConnection,
    event: EventId,
    types: &[i32],
) -> Result<Option<EventOnSale>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select e.organizer_id, e.status, e.currency, e.hold_seconds, e.ends_ms, e.asks_donation,
               g.commission_basis_points,
               t.no as "no?", t.price_minor as "price_minor?", t.vat_basis_points as "vat_basis_points?",
               t.sale_from_ms, t.sale_until_ms, t.max_per_order as "max_per_order?",
               t.min_per_order as "min_per_order?", t.group_from, t.group_price_minor, t.needs_other as "needs_other?",
               t.access_code,
               free_for_all(e.organizer_id, e.id, t.no, s.quota + s.written_off - s.held - s.sold - s.leased) as "left?"
           from events e
           join organizers g on g.id = e.organizer_id
           left join ticket_types t
               on t.organizer_id = e.organizer_id and t.event_id = e.id and t.no = any($2) and not t.deleted
           left join stock s
               on s.organizer_id = t.organizer_id and s.event_id = t.event_id and s.type_no = t.no
           where e.id = $1"#,
        event.0,
        types,
    )
    .fetch_all(connection)
    .await?;
    let Some(first) = rows.first() else {
        return Ok(None);
    };
    let currency = Currency::from_code(&first.currency)
        .ok_or_else(|| UnreadableRow::new("an event's currency", &first.currency))?;
    let ticket_types: BTreeMap<_, _> = rows
        .iter()
        .filter_map(|row| {
            let ticket_type = TypeOnSale {
                tariff: Tariff {
                    unit: Money::new(row.price_minor?, currency),
                    group: row
                        .group_from
                        .zip(row.group_price_minor)
                        .map(|(from, minor)| Group {
                            from: from.cast_unsigned(),
                            unit: Money::new(minor, currency),
                        }),
                },
                vat_basis_points: row.vat_basis_points?,
                sale_from_ms: row.sale_from_ms,
                sale_until_ms: row.sale_until_ms,
                max_per_order: row.max_per_order? as u32,
                min_per_order: row.min_per_order? as u32,
                needs_other: row.needs_other?,
                access_code: row.access_code.clone(),
                left: i64::from(row.left.unwrap_or(0)),
            };
            Some((TypeNo(row.no? as u16), ticket_type))
        })
        .collect();
    Ok(Some(EventOnSale {
        organizer: OrganizerId(first.organizer_id),
        status: first.status.clone(),
        currency,
        hold_ms: i64::from(first.hold_seconds) * 1000,
        ends_ms: first.ends_ms,
        commission_basis_points: first.commission_basis_points,
        asks_donation: first.asks_donation,
        types: ticket_types,
    }))
}
