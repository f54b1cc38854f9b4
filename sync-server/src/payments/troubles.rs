//! What happens outside of this house to money that had come, or had gone back. A person has to look at each: the books
//! here say what was agreed with the buyer, and stay as they are.

use shared::clock::UnixMillis;
use shared::ids::OrderId;
use shared::money::{Currency, Money};

use crate::app::App;
use crate::orders::UnreadableRow;

/// Which trouble.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The buyer's bank asks for the money: answer it at the provider.
    Dispute,
    /// A refund came back from the buyer's bank: give that money another way.
    RefundFailed,
    /// The money was given back at the provider itself: end the tickets here, by a refund of nothing.
    RefundedElsewhere,
}

impl Kind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Dispute => "dispute",
            Self::RefundFailed => "refund_failed",
            Self::RefundedElsewhere => "refunded_elsewhere",
        }
    }
}

impl std::str::FromStr for Kind {
    type Err = UnreadableRow;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Self::Dispute, Self::RefundFailed, Self::RefundedElsewhere]
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or_else(|| UnreadableRow::new("a payment's trouble", text))
    }
}

/// As a provider tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Which.
    pub kind: Kind,
    /// The provider's own name for it.
    pub id: String,
    /// The provider's own name for the payment.
    pub reference: String,
    /// How much it is about.
    pub amount: Money,
}

/// Whether it was noted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Noted {
    /// Now or before.
    Yes,
    /// No payment of that name has come.
    NoSuchPayment,
}

/// Writes it beside the order, once.
pub async fn note(app: &App, provider: &str, told: &Told) -> Result<Noted, sqlx::Error> {
    let order = sqlx::query_scalar!(
        "with payment as (
             select organizer_id, event_id, order_id, id from payments where provider = $1 and reference = $2
         ), noted as (
             insert into payment_troubles (organizer_id, event_id, order_id, payment_id, provider, id, kind, amount_minor,
                 currency, at_ms)
             select organizer_id, event_id, order_id, id, $1, $3, $4, $5, $6, $7 from payment
             on conflict do nothing
         )
         select order_id from payment",
        provider,
        told.reference,
        told.id,
        told.kind.as_str(),
        told.amount.minor,
        told.amount.currency.code(),
        app.now_ms()
    )
    .fetch_optional(&app.pool)
    .await?;
    let Some(order) = order else {
        return Ok(Noted::NoSuchPayment);
    };
    tracing::error!(order.id = %order, kind = told.kind.as_str(), id = told.id, "a payment's money needs a person to look at it");
    Ok(Noted::Yes)
}

/// In an order's JSON.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct Trouble {
    /// Which.
    pub kind: Kind,
    /// The provider's own name for it.
    pub id: String,
    /// Minor units.
    pub amount_minor: i64,
    /// ISO 4217.
    #[schema(value_type = String)]
    pub currency: Currency,
    /// When it was told.
    pub at_ms: UnixMillis,
}

/// An order's, the oldest first.
pub async fn of_order(app: &App, order: OrderId) -> Result<Vec<Trouble>, sqlx::Error> {
    let rows = sqlx::query!(
        "select t.kind, t.id, t.amount_minor, t.currency, t.at_ms
         from orders o
         join payment_troubles t
             on t.organizer_id = o.organizer_id and t.event_id = o.event_id and t.order_id = o.id
         where o.id = $1
         order by t.at_ms, t.id limit 100",
        order.0
    )
    .fetch_all(&app.pool)
    .await?;
    rows.into_iter()
        .map(|row| {
            let currency = Currency::from_code(&row.currency)
                .ok_or_else(|| UnreadableRow::new("a trouble's currency", &row.currency))?;
            Ok(Trouble {
                kind: row.kind.parse()?,
                id: row.id,
                amount_minor: row.amount_minor,
                currency,
                at_ms: row.at_ms,
            })
        })
        .collect()
}
