//! What the orders, payments and refunds of a stretch of a till's journal come to.

use shared::fact::till::{Means, MeansTotal, Totals};
use shared::ids::{JournalId, OrganizerId};
use shared::money::{Currency, Money, vat_included};
use shared::till::compare::{KeptLine, rates};
use sqlx::PgConnection;

use crate::orders::UnreadableRow;

/// Added up from rows, not from facts: between the two places, both left out.
pub(super) async fn orders_of(
    conn: &mut PgConnection,
    of: (OrganizerId, JournalId),
    range: (u64, u64),
    currency: Currency,
) -> Result<Totals, sqlx::Error> {
    let mut totals = counts(conn, of, range).await?;
    let lines = lines(conn, of, range).await?;
    let vat = |price: u64, bps: u16| {
        let price = Money::new(i64::try_from(price).unwrap_or(i64::MAX), currency);
        vat_included(price, bps.into()).minor.unsigned_abs()
    };
    totals.rates =
        rates(&lines, vat).map_err(|error| UnreadableRow::new("a till's sums", error.code()))?;
    totals.means = means(conn, of, range).await?;
    Ok(totals)
}

async fn counts(
    conn: &mut PgConnection,
    (organizer, journal): (OrganizerId, JournalId),
    (from, until): (u64, u64),
) -> Result<Totals, sqlx::Error> {
    let row = sqlx::query!(
        r#"select
               (select count(distinct seq) from till_orders
                where organizer_id = $1 and journal_id = $2 and seq > $3 and seq < $4) as "sales!",
               (select count(distinct till_seq) from refunds
                where organizer_id = $1 and till_journal = $2 and till_seq > $3 and till_seq < $4) as "refunds!",
               count(*) filter (where o.seq > $3) as "tickets!",
               count(*) filter (where s.back_seq > $3 and s.back_seq < $4) as "tickets_back!"
           from till_orders o
           join till_sale_tickets s on s.organizer_id = o.organizer_id and s.event_id = o.event_id and s.order_id = o.order_id
           where o.organizer_id = $1 and o.journal_id = $2 and o.seq < $4"#,
        organizer.0,
        journal.0,
        from.cast_signed(),
        until.cast_signed()
    )
    .fetch_one(conn)
    .await?;
    let count = |count: i64| u32::try_from(count).unwrap_or(u32::MAX);
    Ok(Totals {
        sales: count(row.sales),
        refunds: count(row.refunds),
        tickets: count(row.tickets),
        tickets_back: count(row.tickets_back),
        ..Totals::default()
    })
}

/// The lines that were sold in between, or of which something came back.
async fn lines(
    conn: &mut PgConnection,
    (organizer, journal): (OrganizerId, JournalId),
    (from, until): (u64, u64),
) -> Result<Vec<KeptLine>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select l.unit_minor, l.vat_basis_points, count(*) filter (where o.seq > $3) as "sold!",
               count(*) filter (where s.back_seq is null or s.back_seq > $3) as "left_before!",
               count(*) filter (where s.back_seq is null or s.back_seq >= $4) as "left_after!"
           from till_orders o
           join till_sale_tickets s on s.organizer_id = o.organizer_id and s.event_id = o.event_id and s.order_id = o.order_id
           join order_lines l on l.organizer_id = o.organizer_id and l.event_id = o.event_id and l.order_id = o.order_id
                             and l.no = s.line_no
           where o.organizer_id = $1 and o.journal_id = $2 and o.seq < $4
           group by o.order_id, l.no, l.unit_minor, l.vat_basis_points
           having bool_or(o.seq > $3 or (s.back_seq > $3 and s.back_seq < $4))"#,
        organizer.0,
        journal.0,
        from.cast_signed(),
        until.cast_signed()
    )
    .fetch_all(conn)
    .await?;
    let count = |count: i64| u32::try_from(count).unwrap_or(u32::MAX);
    Ok(rows
        .into_iter()
        .map(|row| KeptLine {
            unit: u32::try_from(row.unit_minor).unwrap_or(u32::MAX),
            vat_bps: u16::try_from(row.vat_basis_points).unwrap_or(u16::MAX),
            sold: count(row.sold),
            left_before: count(row.left_before),
            left_after: count(row.left_after),
        })
        .collect())
}

async fn means(
    conn: &mut PgConnection,
    (organizer, journal): (OrganizerId, JournalId),
    (from, until): (u64, u64),
) -> Result<Vec<MeansTotal>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select means as "means!", voucher, sum(paid)::bigint as "paid!", sum(back)::bigint as "back!"
           from (
               select means, voucher, amount_minor as paid, 0 as back from payments
               where organizer_id = $1 and till_journal = $2 and till_seq > $3 and till_seq < $4 and state = 'succeeded'
               union all
               select means, voucher, 0, amount_minor from refunds
               where organizer_id = $1 and till_journal = $2 and till_seq > $3 and till_seq < $4 and state = 'succeeded'
           ) moved
           where means is not null group by means, voucher"#,
        organizer.0,
        journal.0,
        from.cast_signed(),
        until.cast_signed()
    )
    .fetch_all(conn)
    .await?;
    let mut totals: Vec<MeansTotal> = rows
        .into_iter()
        .map(|row| MeansTotal {
            means: means_of(&row.means, row.voucher),
            paid: row.paid.unsigned_abs(),
            back: row.back.unsigned_abs(),
        })
        .collect();
    totals.sort_unstable_by_key(|total| total.means);
    Ok(totals)
}

/// From its columns.
fn means_of(word: &str, voucher: Option<i32>) -> Means {
    match word {
        "cash" => Means::Cash,
        "card" => Means::Card,
        "cheque" => Means::Cheque,
        "exchange" => Means::Exchange,
        _voucher => Means::Voucher(
            voucher
                .and_then(|kind| u16::try_from(kind).ok())
                .unwrap_or(0),
        ),
    }
}
