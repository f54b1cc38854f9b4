//! A sale as orders: one for each of its events, paid, with its lines, payments and what the ledger says.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};
use shared::fact::till::{Means, SaleLine};
use shared::ids::{EventId, OrderId, PaymentId};
use shared::ticket::OrderCode;
use shared::till::acts::{self, Act, Part, Portion};
use sqlx::PgConnection;
use uuid::Uuid;

use super::journal::{Done, Till};
use super::{MakeError, unmade};
use crate::app::App;
use crate::door::promotion::Used;
use crate::edge::OsRandom;
use crate::orders::secret::OrderSecret;

/// As `payments.provider` has it: what a till took. Nobody else gives it back.
pub(crate) const PROVIDER: &str = "till";
/// Of orders that nobody wrote a name into.
const LANGUAGE: &str = "fr";

/// The same sale has the same orders, also after a restore.
fn order_id(till: &Till, act: &Act, event: EventId) -> OrderId {
    let digest = Sha256::new()
        .chain_update("tickethub/till-order/v1")
        .chain_update(till.device.as_bytes())
        .chain_update(act.sale.as_bytes())
        .chain_update(event.as_bytes())
        .finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    OrderId(uuid::Builder::from_custom_bytes(bytes).into_uuid())
}

/// What a sale is made of.
#[derive(Clone, Copy)]
pub(super) struct Sold<'a> {
    pub(super) lines: &'a [SaleLine],
    pub(super) paid: &'a [Portion],
    /// A promo code.
    pub(super) used: Option<&'a Used>,
}

/// Makes the orders of a sale, those that can be; the rest is written down for a person.
pub(super) async fn make(
    app: &App,
    conn: &mut PgConnection,
    till: &Till,
    act: &Act,
    sold: Sold<'_>,
    events: &BTreeMap<EventId, String>,
    done: &mut Done,
) -> Result<(), MakeError> {
    for part in acts::parts(sold.lines, sold.paid) {
        let why = match events.get(&part.event) {
            None => Some("unknown_event"),
            Some(currency) if currency != till.currency.code() => Some("other_currency"),
            Some(_) => None,
        };
        if let Some(why) = why {
            let amount = part.paid.iter().map(|paid| paid.amount).sum();
            unmade::note(conn, till, act.seq, (Some(part.event), why), amount).await?;
            done.is_short = true;
            continue;
        }
        let used = sold.used.filter(|used| used.event == part.event);
        insert(app, conn, till, act, (&part, used)).await?;
        done.sold.insert(part.event);
    }
    Ok(())
}

/// A means as its columns have it: word and kind of voucher.
pub(super) fn columns(means: Means) -> (&'static str, Option<i32>) {
    match means {
        Means::Cash => ("cash", None),
        Means::Card => ("card", None),
        Means::Cheque => ("cheque", None),
        Means::Exchange => ("exchange", None),
        Means::Voucher(kind) => ("voucher", Some(kind.into())),
    }
}

#[derive(Default)]
struct Payments {
    ids: Vec<Uuid>,
    references: Vec<String>,
    amounts: Vec<i64>,
    seqs: Vec<i64>,
    means: Vec<Option<String>>,
    vouchers: Vec<Option<i32>>,
}

impl Payments {
    /// One for each portion; a sale that cost nothing has one of nothing, which a refund can name.
    fn of(till: &Till, act: &Act, part: &Part) -> Self {
        let mut payments = Self::default();
        for portion in &part.paid {
            let (word, voucher) = columns(portion.means);
            payments.push(till, part, portion.seq, portion.amount);
            payments.means.push(Some(word.to_owned()));
            payments.vouchers.push(voucher);
        }
        if part.paid.is_empty() {
            payments.push(till, part, act.seq, 0);
            payments.means.push(None);
            payments.vouchers.push(None);
        }
        payments
    }

    fn push(&mut self, till: &Till, part: &Part, seq: u64, amount: u64) {
        let id = PaymentId::new(till.now_ms, &mut OsRandom);
        self.ids.push(id.0);
        self.references
            .push(format!("{}/{seq}/{}", till.journal, part.event));
        self.amounts.push(cents(amount));
        self.seqs.push(seq.cast_signed());
    }
}

/// As columns have it; no honest sum is larger.
pub(super) fn cents(amount: u64) -> i64 {
    i64::try_from(amount).unwrap_or(i64::MAX)
}

async fn insert(
    app: &App,
    conn: &mut PgConnection,
    till: &Till,
    act: &Act,
    (part, used): (&Part, Option<&Used>),
) -> Result<(), MakeError> {
    let order = order_id(till, act, part.event);
    let secret = OrderSecret::draw(&mut OsRandom);
    let payments = Payments::of(till, act, part);
    let lines = part.lines.iter();
    let types: Vec<i32> = lines.clone().map(|line| line.type_no.0.into()).collect();
    let places: Vec<i32> = lines
        .clone()
        .map(|line| line.tickets.len() as i32)
        .collect();
    let units: Vec<i64> = lines.clone().map(|line| line.unit.into()).collect();
    let vats: Vec<i32> = lines.clone().map(|line| line.vat_bps.into()).collect();
    let (mut tickets, mut numbers, mut reasons) = (Vec::new(), Vec::new(), Vec::new());
    for (no, line) in (1i32..).zip(lines) {
        for ticket in &line.tickets {
            tickets.push(ticket.to_i64());
            numbers.push(no);
            reasons.push(line.reason as i16);
        }
    }
    sqlx::query!(
        "with made as (
             insert into orders (organizer_id, event_id, id, code, email, name, language, state, currency, total_minor,
                 commission_basis_points, secret_hash, secret_sealed, request_hash, expires_ms, created_ms, paid_ms, issued_ms,
                 discount_minor, promo_id, promo_code)
             values ($1, $2, $3, $4, '', $5, $6, 'paid', $7, $8, 0, $9, $10, $11, $12, $12, $12, $13,
                 $34, $35, $36)
             on conflict (id) do nothing
             returning id
         ), told as (
             insert into till_orders (organizer_id, event_id, order_id, device_id, journal_id, seq, sale_id, receipt,
                 clerk_id, sold_ms)
             select $1, $2, id, $14, $15, $16, $17, $18, $19, $12 from made
         ), lines as (
             insert into order_lines (organizer_id, event_id, order_id, no, type_no, quantity, unit_minor, vat_basis_points)
             select $1, $2, made.id, l.no::int, l.type_no, l.quantity, l.unit_minor, l.vat
             from made, unnest($20::int[], $21::int[], $22::bigint[], $23::int[])
                 with ordinality as l (type_no, quantity, unit_minor, vat, no)
         ), named as (
             insert into till_sale_tickets (organizer_id, event_id, order_id, ticket_id, line_no, reason)
             select $1, $2, made.id, n.ticket, n.line, n.reason
             from made, unnest($24::bigint[], $25::int[], $26::smallint[]) as n (ticket, line, reason)
             on conflict do nothing
         ), paid as (
             insert into payments (organizer_id, event_id, id, order_id, provider, reference, state, amount_minor, currency,
                 created_ms, settled_ms, till_journal, till_seq, means, voucher, clerk_id)
             select $1, $2, p.id, made.id, $27, p.reference, 'succeeded', p.amount, $7, $12, $12, $15, p.seq, p.means,
                 p.voucher, $19
             from made, unnest($28::uuid[], $29::text[], $30::bigint[], $31::bigint[], $32::text[], $33::int[])
                 as p (id, reference, amount, seq, means, voucher)
         )
         insert into ledger (organizer_id, event_id, at_ms, order_id, payment_id, kind, amount_minor, currency)
         select $1, $2, $12, made.id, p.id, 'till_sale', p.amount, $7
         from made, unnest($28::uuid[], $30::bigint[]) as p (id, amount) where p.amount <> 0",
        till.organizer.0,
        part.event.0,
        order.0,
        OrderCode::draw(&mut OsRandom).to_string(),
        till.name,
        LANGUAGE,
        till.currency.code(),
        cents(part.total),
        &OrderSecret::hash_of(&secret.to_text()),
        secret.seal(&app.vault, order),
        &Sha256::digest(order.as_bytes())[..],
        act.at_ms,
        till.now_ms,
        till.device.0,
        till.journal.0,
        act.seq.cast_signed(),
        act.sale.0,
        i64::from(act.receipt),
        act.clerk.map(|clerk| clerk.0),
        &types,
        &places,
        &units,
        &vats,
        &tickets,
        &numbers,
        &reasons,
        PROVIDER,
        &payments.ids,
        &payments.references,
        &payments.amounts,
        &payments.seqs,
        &payments.means as &[Option<String>],
        &payments.vouchers as &[Option<i32>],
        used.map_or(0, |used| cents(used.off)),
        used.map(|used| used.promo.0),
        used.map(|used| used.code.as_str()),
    )
    .execute(conn)
    .await?;
    Ok(())
}
