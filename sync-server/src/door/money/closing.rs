//! The closings of a till, added up again: by the facts of its journal, and by the orders that were made of them.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use shared::clock::UnixMillis;
use shared::fact::till::{Means, Period, Perpetual, TillFact, Totals};
use shared::fact::{Envelope, Fact, FactBody};
use shared::ids::{DeviceId, EventId, JournalId, OrganizerId};
use shared::money::Currency;
use shared::till::compare::{Difference, differences};
use shared::till::{Book, Broken, at_ms};
use sqlx::PgConnection;

use super::sale::{cents, columns};
use super::{MakeError, sums};
use crate::app::App;
use crate::database::transaction;
use crate::door::alerts::{self, AlertRow, Noticed, Subject, Telling};

/// So many closings are named by one alert.
const MOST_NAMED: i64 = 20;

/// A closing as it is kept.
struct Compared {
    seq: u64,
    kind: &'static str,
    name: String,
    from_seq: u64,
    from_ms: UnixMillis,
    until_ms: UnixMillis,
    clerk: Option<uuid::Uuid>,
    drawer: Option<(i64, i64)>,
    perpetual: Perpetual,
    stated: Totals,
    broken: Option<(u64, Broken)>,
    by_facts: Vec<Difference>,
}

/// Compares the closings of a journal that were not compared yet, up to what was made of it.
pub(super) async fn compare(
    app: &App,
    organizer: OrganizerId,
    journal: JournalId,
) -> Result<(), MakeError> {
    let mut conn = app.pool.acquire().await?;
    let row = sqlx::query!(
        "select device_id, made_through, compared_through from till_journals
         where organizer_id = $1 and id = $2 and compared_through < made_through",
        organizer.0,
        journal.0
    )
    .fetch_optional(&mut *conn)
    .await?;
    let Some(row) = row else {
        return Ok(());
    };
    let (after, through) = (
        row.compared_through.cast_unsigned(),
        row.made_through.cast_unsigned(),
    );
    let closes = sqlx::query_scalar!(
        r#"select exists (select from till_facts where organizer_id = $1 and journal_id = $2 and seq > $3 and seq <= $4
                          and kind in (27, 28)) as "closes!""#,
        organizer.0,
        journal.0,
        row.compared_through,
        row.made_through
    )
    .fetch_one(&mut *conn)
    .await?;
    let facts = if closes {
        facts(&mut conn, organizer, journal, through).await?
    } else {
        Vec::new()
    };
    drop(conn);
    // A year of a till is some ten thousand facts: not on the threads that serve everybody.
    let read = tokio::task::spawn_blocking(move || read(&facts, after)).await;
    let (currency, compared) = read.unwrap_or_default();
    keep(
        app,
        (organizer, journal, DeviceId(row.device_id)),
        (after, through),
        (currency, &compared),
    )
    .await
}

async fn facts(
    conn: &mut PgConnection,
    organizer: OrganizerId,
    journal: JournalId,
    through: u64,
) -> Result<Vec<Fact>, sqlx::Error> {
    let rows = sqlx::query_scalar!(
        "select envelope from till_facts where organizer_id = $1 and journal_id = $2 and seq <= $3 order by seq",
        organizer.0,
        journal.0,
        through.cast_signed()
    )
    .fetch_all(conn)
    .await?;
    let decoded = rows.iter().map(|bytes| Envelope::decode(bytes));
    Ok(decoded
        .map_while(Result::ok)
        .map(|envelope| envelope.fact().clone())
        .collect())
}

/// The closings after a place, by the books. From the fact on that breaks a rule there are no books any more.
fn read(facts: &[Fact], after: u64) -> (Option<Currency>, Vec<Compared>) {
    let mut compared = Vec::new();
    let mut book = facts.first().map(Book::open);
    let currency = match &book {
        Some(Ok(book)) => Some(book.opening().currency),
        Some(Err(_)) | None => None,
    };
    let mut broken = match &book {
        Some(Err(broken)) => Some((1, *broken)),
        Some(Ok(_)) | None => None,
    };
    let mut marks = Marks::default();
    for fact in facts.iter().skip(1) {
        let FactBody::Till(body) = &fact.body else {
            continue;
        };
        let stated = closing(body);
        let known = match (&book, stated) {
            (Some(Ok(book)), Some(what)) => totals_of(book, what.period),
            (Some(Ok(_) | Err(_)) | None, _) => None,
        };
        let written = match &mut book {
            Some(Ok(book)) => book.write(fact),
            Some(Err(_)) | None => Ok(()),
        };
        if let Err(rule) = written {
            broken = Some((fact.seq, rule));
            book = Some(Err(rule));
        }
        if let Some(what) = stated {
            let (from_seq, from_ms) = marks.begin(what.period);
            if fact.seq > after {
                compared.push(Compared {
                    seq: fact.seq,
                    kind: kind(what.period),
                    name: name(&what),
                    from_seq,
                    from_ms: what.bounds.map_or(from_ms, |(from_ms, _)| from_ms),
                    until_ms: what.bounds.map_or(at_ms(fact), |(_, until_ms)| until_ms),
                    clerk: marks.clerk,
                    drawer: what.drawer,
                    perpetual: what.perpetual,
                    stated: what.totals.clone(),
                    broken: broken.take(),
                    by_facts: known
                        .map(|known| differences(what.totals, &known))
                        .unwrap_or_default(),
                });
            } else {
                // It was told with the closing that it came before.
                broken = None;
            }
        }
        marks.pass(fact, body);
    }
    (currency, compared)
}

/// What a closing states.
#[derive(Clone, Copy)]
struct Stated<'a> {
    /// None of a shift.
    period: Option<Period>,
    z: u32,
    bounds: Option<(UnixMillis, UnixMillis)>,
    drawer: Option<(i64, i64)>,
    perpetual: Perpetual,
    totals: &'a Totals,
}

fn closing(body: &TillFact) -> Option<Stated<'_>> {
    match body {
        TillFact::ShiftClosed {
            z,
            totals,
            expected,
            difference,
            perpetual,
        } => Some(Stated {
            period: None,
            z: *z,
            bounds: None,
            drawer: Some((*expected, *difference)),
            perpetual: *perpetual,
            totals,
        }),
        TillFact::PeriodClosed(closing) => Some(Stated {
            period: Some(closing.period),
            z: 0,
            bounds: Some((closing.from_ms, closing.until_ms)),
            drawer: None,
            perpetual: closing.perpetual,
            totals: &closing.totals,
        }),
        _other => None,
    }
}

fn totals_of(book: &Book, period: Option<Period>) -> Option<Totals> {
    match period {
        None => book.shift().map(|shift| shift.totals.clone()),
        Some(period) => Some(book.running(period).clone()),
    }
}

fn kind(period: Option<Period>) -> &'static str {
    match period {
        None => "shift",
        Some(Period::Day(_)) => "day",
        Some(Period::Month { .. }) => "month",
        Some(Period::Year(_)) => "year",
    }
}

fn name(what: &Stated<'_>) -> String {
    match what.period {
        None => what.z.to_string(),
        Some(Period::Day(day)) => day.to_string(),
        Some(Period::Month { year, month }) => format!("{year:04}-{month:02}"),
        Some(Period::Year(year)) => format!("{year:04}"),
    }
}

/// Where the open shift, day, month and year began, and who has the till.
#[derive(Default)]
struct Marks {
    shift: (u64, UnixMillis),
    periods: [u64; 3],
    clerk: Option<uuid::Uuid>,
}

impl Marks {
    fn begin(&self, period: Option<Period>) -> (u64, UnixMillis) {
        match period {
            None => self.shift,
            Some(period) => (self.periods[place(period)], 0),
        }
    }

    fn pass(&mut self, fact: &Fact, body: &TillFact) {
        match body {
            TillFact::ShiftOpened { clerk, .. } => {
                self.shift = (fact.seq, at_ms(fact));
                self.clerk = Some(clerk.0);
            }
            TillFact::ClerkChanged { clerk } => self.clerk = Some(clerk.0),
            TillFact::PeriodClosed(closing) => self.periods[place(closing.period)] = fact.seq,
            _other => {}
        }
    }
}

fn place(period: Period) -> usize {
    match period {
        Period::Day(_) => 0,
        Period::Month { .. } => 1,
        Period::Year(_) => 2,
    }
}

/// Keeps what was compared, and tells of what doesn't agree.
async fn keep(
    app: &App,
    (organizer, journal, device): (OrganizerId, JournalId, DeviceId),
    (after, through): (u64, u64),
    (currency, compared): (Option<Currency>, &[Compared]),
) -> Result<(), MakeError> {
    let now_ms = app.now_ms();
    let mut tx = transaction::begin(&app.pool).await?;
    let mut troubled = BTreeSet::new();
    let mut kept = Vec::new();
    for closing in compared {
        let mut found = sums::orders_of(
            &mut tx,
            (organizer, journal),
            (closing.from_seq, closing.seq),
            currency.unwrap_or(Currency::Eur),
        )
        .await?;
        // Cash that moves without a sale is in the journal alone.
        found.moved_in = closing.stated.moved_in;
        found.moved_out = closing.stated.moved_out;
        let by_orders = differences(&closing.stated, &found);
        let all: Vec<Value> = told("facts", &closing.by_facts)
            .chain(told("orders", &by_orders))
            .collect();
        if !all.is_empty() || closing.broken.is_some() {
            let range = (closing.from_seq, closing.seq);
            troubled.extend(events_of(&mut tx, (organizer, journal), range).await?);
        }
        kept.push((closing, all));
    }
    let is_troubled = kept
        .iter()
        .any(|(closing, all)| !all.is_empty() || closing.broken.is_some());
    if is_troubled && troubled.is_empty() {
        troubled.extend(last_event(&mut tx, organizer, device).await?);
    }
    for &event in &troubled {
        transaction::begin_change(&mut tx, organizer, event).await?;
    }
    let mark = sqlx::query_scalar!(
        "select compared_through from till_journals where organizer_id = $1 and id = $2 for update",
        organizer.0,
        journal.0
    )
    .fetch_one(&mut *tx)
    .await?;
    if mark.cast_unsigned() != after {
        return Ok(());
    }
    for (closing, all) in &kept {
        let of = (organizer, journal, device);
        insert(&mut tx, of, closing, (currency, all, now_ms)).await?;
    }
    let mut rows = Vec::new();
    if is_troubled {
        rows.push(alert(&mut tx, (organizer, journal, device)).await?);
    }
    for &event in &troubled {
        alerts::upsert(&mut tx, (organizer, event), rows.clone(), now_ms).await?;
    }
    sqlx::query!(
        "update till_journals set compared_through = $3 where organizer_id = $1 and id = $2",
        organizer.0,
        journal.0,
        through.cast_signed()
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    for event in troubled {
        app.door.watch.changed(event);
    }
    Ok(())
}

fn told<'a>(by: &'static str, found: &'a [Difference]) -> impl Iterator<Item = Value> + use<'a> {
    found.iter().map(move |difference| {
        let means = difference.figure.means();
        json!({
            "by": by, "figure": difference.figure.code(), "vat_basis_points": difference.figure.rate(),
            "means": means.map(|means| columns(means).0), "voucher": means.and_then(|means| columns(means).1),
            "is_money": difference.figure.is_money(), "stated": difference.stated, "found": difference.found,
        })
    })
}

async fn insert(
    conn: &mut PgConnection,
    (organizer, journal, device): (OrganizerId, JournalId, DeviceId),
    closing: &Compared,
    (currency, all, now_ms): (Option<Currency>, &[Value], UnixMillis),
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into till_closings (organizer_id, journal_id, seq, device_id, kind, name, from_seq, from_ms, until_ms,
             clerk_id, expected_minor, difference_minor, currency, perpetual_sold, perpetual_refunded, totals, broken,
             broken_seq, differences, compared_ms)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
         on conflict do nothing",
        organizer.0,
        journal.0,
        closing.seq.cast_signed(),
        device.0,
        closing.kind,
        closing.name,
        closing.from_seq.cast_signed(),
        closing.from_ms,
        closing.until_ms,
        closing.clerk,
        closing.drawer.map(|(expected, _)| expected),
        closing.drawer.map(|(_, difference)| difference),
        currency.unwrap_or(Currency::Eur).code(),
        cents(closing.perpetual.sold),
        cents(closing.perpetual.refunded),
        totals_json(&closing.stated),
        closing.broken.map(|(_, rule)| rule.code()),
        closing.broken.map(|(seq, _)| seq.cast_signed()),
        Value::Array(all.to_vec()),
        now_ms
    )
    .execute(conn)
    .await
    .map(drop)
}

/// As the API tells totals.
fn totals_json(totals: &Totals) -> Value {
    let means = |means: Means| columns(means);
    json!({
        "sales": totals.sales, "refunds": totals.refunds, "tickets": totals.tickets, "tickets_back": totals.tickets_back,
        "reprints": totals.reprints, "trainings": totals.trainings, "moved_in": totals.moved_in,
        "moved_out": totals.moved_out, "sold": totals.sold(), "refunded": totals.refunded(),
        "rates": totals.rates.iter().map(|rate| json!({
            "vat_basis_points": rate.vat_bps, "sold": rate.sold, "sold_vat": rate.sold_vat,
            "refunded": rate.refunded, "refunded_vat": rate.refunded_vat,
        })).collect::<Vec<_>>(),
        "means": totals.means.iter().map(|total| json!({
            "means": means(total.means).0, "voucher": means(total.means).1, "paid": total.paid, "back": total.back,
        })).collect::<Vec<_>>(),
    })
}

/// All closings of the journal that don't agree.
async fn alert(
    conn: &mut PgConnection,
    (organizer, journal, device): (OrganizerId, JournalId, DeviceId),
) -> Result<AlertRow, sqlx::Error> {
    let rows = sqlx::query!(
        "select seq, kind, name, until_ms, broken, broken_seq, differences, currency from till_closings
         where organizer_id = $1 and journal_id = $2 and (broken is not null or differences <> '[]')
         order by seq desc limit $3",
        organizer.0,
        journal.0,
        MOST_NAMED
    )
    .fetch_all(conn)
    .await?;
    let facts: Vec<Value> = rows
        .into_iter()
        .map(|row| {
            json!({
                "device": device, "seq": row.seq, "closing": row.kind, "name": row.name, "at_ms": row.until_ms,
                "currency": row.currency, "broken": row.broken, "broken_seq": row.broken_seq,
                "differences": row.differences,
            })
        })
        .collect();
    Ok(AlertRow {
        kind: Noticed::TillDiffers.code(),
        subject: Subject::Journal(journal),
        telling: Telling::Whole {
            detail: json!({ "device": device, "facts": facts }),
            resolved: false,
        },
    })
}

/// The events that were sold between two places of a journal.
async fn events_of(
    conn: &mut PgConnection,
    (organizer, journal): (OrganizerId, JournalId),
    (from, until): (u64, u64),
) -> Result<Vec<EventId>, sqlx::Error> {
    let events = sqlx::query_scalar!(
        "select distinct event_id from till_orders where organizer_id = $1 and journal_id = $2 and seq > $3 and seq < $4",
        organizer.0,
        journal.0,
        from.cast_signed(),
        until.cast_signed()
    )
    .fetch_all(conn)
    .await?;
    Ok(events.into_iter().map(EventId).collect())
}

/// The event in whose list of alerts people look that have to do with a till which sold nothing.
pub(super) async fn last_event(
    conn: &mut PgConnection,
    organizer: OrganizerId,
    till: DeviceId,
) -> Result<Option<EventId>, sqlx::Error> {
    let event = sqlx::query_scalar!(
        r#"select event_id as "event!" from (
               select event_id, created_ms as at_ms from leases where organizer_id = $1 and device_id = $2
               union all
               select event_id, sold_ms from till_orders where organizer_id = $1 and device_id = $2
           ) n order by at_ms desc limit 1"#,
        organizer.0,
        till.0
    )
    .fetch_optional(conn)
    .await?;
    Ok(event.map(EventId))
}
