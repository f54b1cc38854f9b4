//! What was paid for an order and given back, as it happened.

use shared::clock::UnixMillis;
use shared::ids::OrderId;
use shared::money::{Currency, Money};
use sqlx::PgPool;

use super::refund::RefundState;
use crate::orders::UnreadableRow;

/// An attempt to pay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentLine {
    /// Who took it.
    pub provider: String,
    /// The provider's own name for it.
    pub reference: Option<String>,
    /// `pending`, `succeeded`, `declined` or `returned`.
    pub state: String,
    /// How much.
    pub amount: Money,
    /// When it was begun.
    pub created_ms: UnixMillis,
    /// By what, of a till's.
    pub means: Option<TillMeans>,
}

/// By what a till took money, or gave it back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TillMeans {
    /// `cash`, `card`, `cheque`, `voucher` or `exchange` (tickets for tickets: no money).
    pub word: String,
    /// The voucher's kind.
    pub voucher: Option<i32>,
}

/// Money that was to go back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundLine {
    /// How much.
    pub amount: Money,
    /// Why.
    pub reason: String,
    /// Whether it went.
    pub state: RefundState,
    /// When it was asked for.
    pub created_ms: UnixMillis,
    /// By what, of a till's.
    pub means: Option<TillMeans>,
}

/// An order's payments, the oldest first.
pub async fn payments_of(pool: &PgPool, order: OrderId) -> Result<Vec<PaymentLine>, sqlx::Error> {
    let rows = sqlx::query!(
        "select p.provider, p.reference, p.state, p.amount_minor, p.currency, p.created_ms, p.means, p.voucher
         from orders o join payments p
             on p.organizer_id = o.organizer_id and p.event_id = o.event_id and p.order_id = o.id
         where o.id = $1 order by p.created_ms, p.id limit 100",
        order.0
    )
    .fetch_all(pool)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(PaymentLine {
                provider: row.provider,
                reference: row.reference,
                state: row.state,
                amount: money(row.amount_minor, &row.currency)?,
                created_ms: row.created_ms,
                means: means(row.means, row.voucher),
            })
        })
        .collect()
}

/// An order's refunds, the oldest first.
pub async fn refunds_of(pool: &PgPool, order: OrderId) -> Result<Vec<RefundLine>, sqlx::Error> {
    let rows = sqlx::query!(
        "select r.amount_minor, r.currency, r.reason, r.state, r.created_ms, r.means, r.voucher
         from orders o join refunds r
             on r.organizer_id = o.organizer_id and r.event_id = o.event_id and r.order_id = o.id
         where o.id = $1 order by r.created_ms, r.id limit 100",
        order.0
    )
    .fetch_all(pool)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(RefundLine {
                amount: money(row.amount_minor, &row.currency)?,
                reason: row.reason,
                state: row.state.parse()?,
                created_ms: row.created_ms,
                means: means(row.means, row.voucher),
            })
        })
        .collect()
}

fn means(word: Option<String>, voucher: Option<i32>) -> Option<TillMeans> {
    word.map(|word| TillMeans { word, voucher })
}

fn money(minor: i64, currency: &str) -> Result<Money, UnreadableRow> {
    let known = Currency::from_code(currency);
    let known = known.ok_or_else(|| UnreadableRow::new("a payment's currency", currency))?;
    Ok(Money::new(minor, known))
}
