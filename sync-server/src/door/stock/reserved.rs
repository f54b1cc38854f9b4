//! Places of a reservation, lent to the till that took it over.

use shared::ids::{DeviceId, EventId, OrderId, OrganizerId, TicketId, TypeNo};
use shared::money::{Currency, Money};
use shared::price::{Group, Tariff};
use shared::wire::latest::{ReservedLine, ReservedPlaces};
use sqlx::PgConnection;

use super::ask::{self, AskStockError};
use super::grant::{self, Reserved, Until, Wanted, Whose};
use crate::app::App;
use crate::orders::UnreadableRow;
use crate::orders::reservation::HeldPlaces;

/// Lends them, in the transaction that has called `begin_change` and ended their hold. Then they are the till's as any other.
pub(in crate::door) async fn lend(
    app: &App,
    conn: &mut PgConnection,
    of: (OrganizerId, EventId),
    till: DeviceId,
    (order, held): (OrderId, &[HeldPlaces]),
) -> Result<(), AskStockError> {
    let mut wanted = Vec::with_capacity(held.len());
    for places in held {
        let (currency, tariff) = tariff_of(conn, of, places.type_no).await?;
        wanted.push(Wanted {
            type_no: places.type_no,
            places: places.places,
            until: Until::DayAfter,
            whose: Whose::Reservation(Reserved {
                order,
                price_minor: alone(places, currency, tariff).minor,
                vat_basis_points: places.vat_basis_points,
            }),
        });
    }
    grant::lend(app, conn, of, till, &wanted).await
}

/// The price that is leased with such a place. A till takes a group's price off by itself, so that what a group had reserved is
/// leased at what one place costs alone.
fn alone(places: &HeldPlaces, currency: Currency, tariff: Tariff) -> Money {
    let held = Money::new(places.unit_minor, currency);
    if tariff.unit_for(places.places) == held {
        tariff.unit
    } else {
        held
    }
}

/// What the type says of its price now.
async fn tariff_of(
    conn: &mut PgConnection,
    (organizer, event): (OrganizerId, EventId),
    type_no: TypeNo,
) -> Result<(Currency, Tariff), sqlx::Error> {
    let row = sqlx::query!(
        "select e.currency, t.price_minor, t.group_from, t.group_price_minor
         from events e join ticket_types t on t.organizer_id = e.organizer_id and t.event_id = e.id
         where e.organizer_id = $1 and e.id = $2 and t.no = $3",
        organizer.0,
        event.0,
        i32::from(type_no.0)
    )
    .fetch_one(conn)
    .await?;
    let currency = Currency::from_code(&row.currency)
        .ok_or_else(|| UnreadableRow::new("an event's currency", &row.currency))?;
    let group = row.group_from.zip(row.group_price_minor);
    let tariff = Tariff {
        unit: Money::new(row.price_minor, currency),
        group: group.map(|(from, minor)| Group {
            from: from.cast_unsigned(),
            unit: Money::new(minor, currency),
        }),
    };
    Ok((currency, tariff))
}

/// What a till was lent of a reservation, and all that it may sell of the event.
pub(in crate::door) async fn lent(
    app: &App,
    (organizer, event): (OrganizerId, EventId),
    till: DeviceId,
    (order, have): (OrderId, &str),
) -> Result<ReservedPlaces, AskStockError> {
    let lines = sqlx::query!(
        r#"select k.type_no, k.price_minor, k.vat_basis_points, array_agg(k.id order by k.series_no) as "tickets!"
           from leases l
           join leased_tickets k on k.organizer_id = l.organizer_id and k.event_id = l.event_id and k.lease_id = l.id
           where l.organizer_id = $1 and l.event_id = $2 and l.order_id = $3
           group by k.type_no, k.price_minor, k.vat_basis_points
           order by k.type_no, k.price_minor, k.vat_basis_points"#,
        organizer.0,
        event.0,
        order.0
    )
    .fetch_all(&app.pool)
    .await?;
    Ok(ReservedPlaces {
        event,
        lines: lines
            .into_iter()
            .map(|line| ReservedLine {
                type_no: TypeNo(u16::try_from(line.type_no).unwrap_or(0)),
                price_minor: line.price_minor,
                vat_basis_points: line.vat_basis_points.cast_unsigned(),
                tickets: line.tickets.into_iter().map(TicketId::from_i64).collect(),
            })
            .collect(),
        stock: ask::answer(app, (organizer, event), till, have).await?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn euros(minor: i64) -> Money {
        Money::new(minor, Currency::Eur)
    }

    #[test]
    fn a_group_is_leased_at_the_price_of_one_and_anything_else_at_what_was_held() {
        let leased = |places, unit_minor| {
            let held = HeldPlaces {
                type_no: TypeNo(1),
                places,
                unit_minor,
                vat_basis_points: 550,
            };
            let group = Some(Group {
                from: 10,
                unit: euros(2_800),
            });
            let tariff = Tariff {
                unit: euros(3_400),
                group,
            };
            alone(&held, Currency::Eur, tariff).minor
        };
        assert_eq!(leased(2, 3_400), 3_400);
        assert_eq!(leased(10, 2_800), 3_400, "the till comes to 2,800 again");
        assert_eq!(leased(2, 3_000), 3_000, "the price was raised since");
    }
}
