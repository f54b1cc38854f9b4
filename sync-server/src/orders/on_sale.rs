//! What an event says of its sale, read for whoever wants places of it, and remembered as long as it is true.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use moka::sync::Cache;
use shared::ids::{EventId, OrganizerId, TypeNo};
use shared::money::{Currency, Money};
use shared::price::{Group, Tariff};
use sqlx::PgConnection;

use super::UnreadableRow;
use super::rules::{EventOnSale, TypeOnSale};

/// Events that are sold at once, each with the choices of types that people make.
const MOST_REMEMBERED: u64 = 10_000;
/// A database that is put back to a backup under a running server has other terms by the same number.
const REMEMBERED_FOR: Duration = Duration::from_mins(1);

/// What somebody wants places of.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Choice {
    pub(super) event: EventId,
    /// Ascending.
    pub(super) types: Vec<TypeNo>,
}

/// What events said of their sale when it was last read. Who holds places by it has the statement that takes them see whether
/// its numbers are still those of the types, and refuses nobody by it.
#[derive(Clone, Debug)]
pub struct KnownSales(Cache<Choice, Arc<EventOnSale>>);

impl Default for KnownSales {
    fn default() -> Self {
        let cache = Cache::builder()
            .max_capacity(MOST_REMEMBERED)
            .time_to_live(REMEMBERED_FOR)
            .build();
        Self(cache)
    }
}

impl KnownSales {
    pub(super) fn of(&self, choice: &Choice) -> Option<Arc<EventOnSale>> {
        self.0.get(choice)
    }

    /// Where there are places for everybody: of what is sold out, or goes to the line first, each has to be told how it is now.
    pub(super) fn remember(&self, choice: &Choice, event: &Arc<EventOnSale>) {
        let is_open = |no: &TypeNo| {
            let ticket_type = event.types.get(no);
            ticket_type.is_some_and(|open| open.left > 0 && !open.is_awaited)
        };
        if choice.types.iter().all(is_open) {
            self.0.insert(choice.clone(), event.clone());
        }
    }

    pub(super) fn forget(&self, choice: &Choice) {
        self.0.invalidate(choice);
    }
}

/// What an event says of its sale, with those of the chosen types that it has.
pub(super) async fn event_on_sale(
    connection: &mut PgConnection,
    choice: &Choice,
) -> Result<Option<EventOnSale>, sqlx::Error> {
    let types: Vec<i32> = choice.types.iter().map(|no| no.0.into()).collect();
    let rows = sqlx::query!(
        r#"select e.organizer_id, e.status, e.currency, e.hold_seconds, e.ends_ms, e.asks_donation,
               g.commission_basis_points,
               t.no as "no?", t.price_minor as "price_minor?", t.vat_basis_points as "vat_basis_points?",
               t.sale_from_ms, t.sale_until_ms, t.max_per_order as "max_per_order?",
               t.min_per_order as "min_per_order?", t.group_from, t.group_price_minor, t.needs_other as "needs_other?",
               t.access_code,
               free_for_all(e.organizer_id, e.id, t.no, s.quota + s.written_off - s.held - s.sold - s.leased) as "left?",
               exists (select from waiting_list w
                   where w.organizer_id = t.organizer_id and w.event_id = t.event_id and w.type_no = t.no
                       and w.state = 'waiting') as "is_awaited!",
               s.terms_no as "terms_no?"
           from events e
           join organizers g on g.id = e.organizer_id
           left join ticket_types t
               on t.organizer_id = e.organizer_id and t.event_id = e.id and t.no = any($2) and not t.deleted
           left join stock s
               on s.organizer_id = t.organizer_id and s.event_id = t.event_id and s.type_no = t.no
           where e.id = $1"#,
        choice.event.0,
        &types,
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
                is_awaited: row.is_awaited,
                terms_no: row.terms_no.unwrap_or(0),
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
