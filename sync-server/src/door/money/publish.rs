//! The tickets of tills' orders as rows, so that they go down to doors, can be found and given back. They were signed when they were
//! lent; the same key makes the same token again.

use std::collections::BTreeSet;

use serde_json::json;
use shared::ids::{EventId, KeyId, OrganizerId, TicketId, TypeNo, WindowNo};
use shared::ticket::{Flags, TokenFields};
use sqlx::PgConnection;
use uuid::Uuid;

use super::MakeError;
use super::found::unlent;
use crate::app::App;
use crate::door::alerts::{self, AlertRow, Noticed, Subject, Telling};
use crate::door::{folding, rights, stock};

/// The columns of tickets to be.
#[derive(Default)]
struct Rows {
    ids: Vec<i64>,
    orders: Vec<Uuid>,
    types: Vec<i32>,
    windows: Vec<i32>,
    keys: Vec<i32>,
    gates: Vec<i32>,
    statuses: Vec<i16>,
    tokens: Vec<Vec<u8>>,
    channels: Vec<String>,
    numbers: Vec<i64>,
    prices: Vec<i64>,
    vats: Vec<i32>,
}

/// Publishes what can be of an event, in a transaction that has called `begin_change`: tickets that were lent to the till that sold
/// them, each once. What waits for longer is told of. `refunded`: tickets that ended in this transaction.
pub(super) async fn publish(
    app: &App,
    conn: &mut PgConnection,
    (organizer, event): (OrganizerId, EventId),
    refunded: &[i64],
) -> Result<(), MakeError> {
    let of = (organizer, event);
    let rows = waiting(app, conn, of).await?;
    if !rows.ids.is_empty() {
        insert(app, conn, of, &rows).await?;
    }
    let changed: BTreeSet<i64> = rows.ids.iter().chain(refunded).copied().collect();
    let changed: Vec<i64> = changed.into_iter().collect();
    if !changed.is_empty() {
        stock::refunded(app, conn, of, &changed).await?;
        folding::refold_tickets(app, conn, of, &changed).await?;
        rights::settle(app, conn, of).await?;
        rights::ended(app, conn, of, refunded).await?;
    }
    tell_of_unlent(app, conn, of).await
}

async fn waiting(
    app: &App,
    conn: &mut PgConnection,
    (organizer, event): (OrganizerId, EventId),
) -> Result<Rows, MakeError> {
    let found = sqlx::query!(
        r#"select distinct on (s.ticket_id) s.ticket_id, s.order_id, s.back_seq is not null as "is_back!",
               k.type_no, k.window_no, k.key_id, k.channel, k.series_no as "series_no!", l.unit_minor, l.vat_basis_points,
               t.home_gate, e.mode
           from till_sale_tickets s
           join till_orders o on o.organizer_id = $1 and o.event_id = $2 and o.order_id = s.order_id
           join order_lines l on l.organizer_id = $1 and l.event_id = $2 and l.order_id = s.order_id and l.no = s.line_no
           join leased_tickets k on k.organizer_id = $1 and k.event_id = $2 and k.id = s.ticket_id
           join signing_keys g on g.id = k.key_id and g.sealed_private <> ''
           join ticket_types t on t.organizer_id = $1 and t.event_id = $2 and t.no = k.type_no
           join events e on e.organizer_id = $1 and e.id = $2
           where s.organizer_id = $1 and s.event_id = $2 and s.waiting and k.holder_id = o.device_id
             and k.state <> 'returned' and k.series_no is not null
             and not exists (select from tickets x where x.id = s.ticket_id)
           order by s.ticket_id, o.sold_ms, o.order_id"#,
        organizer.0,
        event.0
    )
    .fetch_all(&mut *conn)
    .await?;
    let mut rows = Rows::default();
    for row in found {
        let key = KeyId(row.key_id.cast_unsigned());
        let private = app.issuer.keys.private(&mut *conn, &app.vault, key).await?;
        let mode = match row.mode.as_str() {
            "test" => Flags::TEST,
            _ => Flags::NONE,
        };
        let token = private.sign(TokenFields {
            flags: Flags::LEASED.with(mode),
            key,
            type_no: TypeNo(u16::try_from(row.type_no).unwrap_or(0)),
            window: WindowNo(u8::try_from(row.window_no).unwrap_or(0)),
            ticket: TicketId::from_i64(row.ticket_id),
        });
        rows.ids.push(row.ticket_id);
        rows.orders.push(row.order_id);
        rows.types.push(row.type_no);
        rows.windows.push(row.window_no);
        rows.keys.push(row.key_id);
        rows.gates.push(row.home_gate);
        rows.statuses.push(if row.is_back { 2 } else { 0 });
        rows.tokens.push(token.to_bytes().to_vec());
        rows.channels.push(row.channel);
        rows.numbers.push(row.series_no);
        rows.prices.push(row.unit_minor);
        rows.vats.push(row.vat_basis_points);
    }
    Ok(rows)
}

async fn insert(
    app: &App,
    conn: &mut PgConnection,
    (organizer, event): (OrganizerId, EventId),
    rows: &Rows,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "with issued as (
             insert into tickets (organizer_id, event_id, id, order_id, type_no, window_no, key_id, home_gate, status, token,
                 channel, series_no, price_minor, vat_basis_points, issued_ms)
             select $1, $2, n.id, n.order_id, n.type_no, n.window_no, n.key_id, n.gate, n.status, n.token, n.channel,
                 n.number, n.price, n.vat, $3
             from unnest($4::bigint[], $5::uuid[], $6::int[], $7::int[], $8::int[], $9::int[], $10::smallint[],
                 $11::bytea[], $12::text[], $13::bigint[], $14::bigint[], $15::int[])
                 as n (id, order_id, type_no, window_no, key_id, gate, status, token, channel, number, price, vat)
         )
         update till_sale_tickets s set waiting = false
         from unnest($4::bigint[], $5::uuid[]) as n (id, order_id)
         where s.organizer_id = $1 and s.event_id = $2 and s.order_id = n.order_id and s.ticket_id = n.id",
        organizer.0,
        event.0,
        app.now_ms(),
        &rows.ids,
        &rows.orders,
        &rows.types,
        &rows.windows,
        &rows.keys,
        &rows.gates,
        &rows.statuses,
        &rows.tokens,
        &rows.channels,
        &rows.numbers,
        &rows.prices,
        &rows.vats
    )
    .execute(conn)
    .await
    .map(drop)
}

/// Sold by a till, and not lent to it as far as is known here: the money is in the books, and no door learns of the ticket.
async fn tell_of_unlent(
    app: &App,
    conn: &mut PgConnection,
    (organizer, event): (OrganizerId, EventId),
) -> Result<(), MakeError> {
    let by_till = unlent(conn, (organizer, event)).await?;
    let rows = by_till.into_iter().map(|(till, tickets)| AlertRow {
        kind: Noticed::TicketUnlent.code(),
        subject: Subject::Device(till),
        telling: if tickets.is_empty() {
            Telling::Over
        } else {
            Telling::Whole {
                detail: json!({ "device": till, "tickets": tickets }),
                resolved: false,
            }
        },
    });
    alerts::upsert(conn, (organizer, event), rows.collect(), app.now_ms()).await?;
    Ok(())
}
