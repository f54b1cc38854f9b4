//! What must hold after a kill: what was acknowledged is there, and the books of the event agree with each other.

use std::path::Path;

use anyhow::{Context as _, ensure};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions as _, Row as _};
use uuid::Uuid;

use shared::fact::FactPublicKey;
use shared::fact::journal::check_chain;

use super::buyers::Told;
use crate::api::text;
use crate::bench::stage::Stage;

/// Everything that was acknowledged to buyers must hold, as the API tells it.
pub async fn acknowledged(stage: &Stage, told: &Told) -> anyhow::Result<()> {
    for order in &told.paid {
        let path = format!("/orders/{}?secret={}", order.order, order.secret);
        let now = stage.guest.get(&path).await?;
        let refunded = told.refunded.iter().any(|other| other.order == order.order);
        let expected = if refunded { "refunded" } else { "paid" };
        let state = text(&now, "/state")?;
        // Without an answer to a refund, both may be.
        ensure!(
            state == expected || (state == "refunded" && told.asks_refund_of(order.order)),
            "order {} was acknowledged as {expected} and is {state}",
            order.order
        );
        let tickets = now.get("tickets").context("an order without tickets")?;
        ensure!(
            *tickets == serde_json::json!(order.tickets),
            "order {} had tickets {:?} and has {tickets}",
            order.order,
            order.tickets
        );
    }
    for ticket in &told.entered {
        let again = stage.enter(ticket).await?;
        ensure!(
            again == "already_entered",
            "ticket {ticket} had gone in and was answered {again}"
        );
    }
    Ok(())
}

/// A connection of our own to the server's PostgreSQL, beside the server.
pub async fn connect(server_data: &Path) -> anyhow::Result<PgConnection> {
    PgConnectOptions::new_without_pgpass()
        .host(&server_data.join("postgres/run").to_string_lossy())
        .port(5432)
        .username("hub")
        .database("tickethub")
        .connect()
        .await
        .context("connecting to the server's PostgreSQL")
}

/// Stock, orders, tickets, series, ledger and feed of an event, each against the other.
pub async fn books(database: &mut PgConnection, event: Uuid) -> anyhow::Result<()> {
    for (what, statement) in CONTRADICTIONS {
        let found: i64 = sqlx::query_scalar(*statement)
            .bind(event)
            .fetch_one(&mut *database)
            .await
            .with_context(|| format!("looking for: {what}"))?;
        ensure!(found == 0, "event {event}: {found} times {what}");
    }
    Ok(())
}

/// Each counts what must not be.
const CONTRADICTIONS: &[(&str, &str)] = &[
    (
        "more places taken than there are (S1)",
        "select count(*) from stock where event_id = $1 and held + sold + leased > quota",
    ),
    (
        "places counted as sold that no paid order has, or the other way round",
        "select count(*) from stock s where s.event_id = $1 and s.sold <>
            (select coalesce(sum(l.quantity), 0) from order_lines l join orders o on o.id = l.order_id
             where l.event_id = $1 and l.type_no = s.type_no and o.state = 'paid')",
    ),
    (
        "places counted as held that no held order has, or the other way round",
        "select count(*) from stock s where s.event_id = $1 and s.held <>
            (select coalesce(sum(l.quantity), 0) from order_lines l join orders o on o.id = l.order_id
             where l.event_id = $1 and l.type_no = s.type_no and o.state = 'held')",
    ),
    (
        "a paid order without its tickets, or with too many",
        "select count(*) from orders o where o.event_id = $1 and o.state in ('paid', 'refunded')
            and (select sum(l.quantity) from order_lines l where l.event_id = $1 and l.order_id = o.id)
                <> (select count(*) from tickets t where t.event_id = $1 and t.order_id = o.id)",
    ),
    (
        "a ticket that stands otherwise than its order",
        "select count(*) from tickets t join orders o on o.id = t.order_id
         where t.event_id = $1 and (o.state, t.status) not in (('paid', 0::smallint), ('refunded', 2::smallint))",
    ),
    (
        "a gap or a repeat in the series of tickets",
        "select count(*) from (select series_no, row_number() over (order by series_no) as place
            from tickets where event_id = $1) n where n.series_no <> n.place",
    ),
    (
        "a series whose end is not the number of tickets",
        "select count(*) from series s where s.event_id = $1
            and s.last <> (select count(*) from tickets t where t.event_id = $1 and t.channel = s.channel)",
    ),
    (
        "an order whose sale is not in the ledger exactly once",
        "select count(*) from orders o where o.event_id = $1 and
            (case when o.state in ('paid', 'refunded') then o.total_minor else 0 end)
                is distinct from (select coalesce(sum(g.amount_minor), 0) from ledger g
                    where g.event_id = $1 and g.order_id = o.id and g.kind in ('sale', 'donation'))",
    ),
    (
        "an order that is refunded and has not given back all of its money, or the other way round",
        "select count(*) from orders o where o.event_id = $1 and o.total_minor > 0 and (o.state = 'refunded') <>
            (o.total_minor = (select coalesce(sum(r.amount_minor), 0) from refunds r
                where r.event_id = $1 and r.order_id = o.id and r.state = 'succeeded'))",
    ),
    (
        "a platform's fee that was kept of money that went back, or not taken of what came",
        "select count(*) from orders o where o.event_id = $1 and
            (case o.state when 'paid' then (o.total_minor * o.commission_basis_points + 5000) / 10000 else 0 end)
                is distinct from -(select coalesce(sum(g.amount_minor), 0)::bigint from ledger g
                    where g.event_id = $1 and g.order_id = o.id and (g.kind = 'platform_fee'
                        or (g.kind = 'platform_fee_returned' and o.state = 'refunded')))",
    ),
    (
        "an order whose refunds are not in the ledger exactly once",
        "select count(*) from orders o where o.event_id = $1 and
            -(select coalesce(sum(r.amount_minor), 0) from refunds r
                where r.event_id = $1 and r.order_id = o.id and r.state = 'succeeded')
                is distinct from (select coalesce(sum(g.amount_minor), 0) from ledger g
                    where g.event_id = $1 and g.order_id = o.id and g.kind in ('refund', 'donation_returned'))",
    ),
    (
        "a feed whose checksum is not that of its tickets",
        "select count(*) from feed_checksums c, (select count(*) as rows,
                coalesce(bit_xor(ticket_hash(id, type_no, window_no, key_id, status, home_gate)), 0) as xor
            from tickets where event_id = $1) t
         where c.event_id = $1 and c.kind = 5 and (c.rows, c.xor) is distinct from (t.rows, t.xor)",
    ),
];

/// Every journal of the event, from its first fact to its last: signatures, places, hashes. The facts in all.
pub async fn journals(database: &mut PgConnection, event: Uuid) -> anyhow::Result<u64> {
    let rows = sqlx::query(
        "select j.id, j.head_seq, d.public_key from journals j join devices d on d.id = j.device_id where j.event_id = $1",
    )
    .bind(event)
    .fetch_all(&mut *database)
    .await?;
    let mut facts = 0;
    for row in rows {
        let (journal, head): (Uuid, i64) = (row.try_get(0)?, row.try_get(1)?);
        let key: [u8; 32] = row.try_get::<Vec<u8>, _>(2)?.as_slice().try_into()?;
        let envelopes: Vec<Vec<u8>> = sqlx::query_scalar(
            "select envelope from facts where event_id = $1 and journal_id = $2 order by seq",
        )
        .bind(event)
        .bind(journal)
        .fetch_all(&mut *database)
        .await?;
        let checked = check_chain(&envelopes, &FactPublicKey::from_bytes(&key)?)
            .with_context(|| format!("journal {journal} does not verify"))?;
        ensure!(
            checked.seq == head.cast_unsigned(),
            "journal {journal} ends at {} and is said to end at {head}",
            checked.seq
        );
        facts += checked.seq;
    }
    Ok(facts)
}

/// Where a device's journals of the event end on the server, added up.
pub async fn facts_of(
    database: &mut PgConnection,
    event: Uuid,
    device_name: &str,
) -> anyhow::Result<u64> {
    let held: i64 = sqlx::query_scalar(
        "select coalesce(sum(j.head_seq), 0)::bigint from journals j join devices d on d.id = j.device_id
         where j.event_id = $1 and d.name = $2",
    )
    .bind(event)
    .bind(device_name)
    .fetch_one(database)
    .await?;
    Ok(held.cast_unsigned())
}
