//! Giving money of a paid order back: at most what was paid, whatever happens at once. All of it ends the order and its
//! tickets; a part may name tickets that end.
//!
//! First the refund is written down and its amount set aside on the order; then the provider is asked; then, under the
//! event's lock, tickets, stock, ledger and mail follow. A crash in between leaves a pending refund for [`sweep`].

mod carry_out;
mod fee;
mod given;
mod set_aside;
mod under_way;

pub use under_way::{UnderWay, state_of, under_way};

use shared::ids::{OrderId, RefundId, TicketId};
use shared::money::{Currency, Money};
use shared::wire::latest::ErrorCode;

use super::provider::{GiveBack, GiveBackError, GivenBy};
use crate::app::App;
use crate::database::transaction::{Attempts, begin};
use crate::door::money::PROVIDER as TILL;
use crate::door::rights::SettleRightsError;
use crate::door::rules::LoadRulesError;
use crate::orders::{OrderState, UnreadableRow, other_content};
use crate::vault::UnsealError;
use crate::web::ApiError;
use carry_out::carry_out;
use set_aside::set_aside;

/// Younger ones are in somebody's hands.
const LEFT_ALONE_MS: i64 = 30_000;
const BATCH: i64 = 100;
const MOST_REASON: usize = 500;

/// What is asked for.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct RefundRequest {
    /// Made by the client, unique for ever.
    #[schema(value_type = uuid::Uuid)]
    pub id: RefundId,
    /// Minor units of the order's currency. 0 moves no money: it ends the tickets that are named, or all of an order
    /// that cost nothing.
    pub amount_minor: i64,
    /// For the books and the buyer.
    pub reason: String,
    /// With a part of the money: tickets that end. All of the money ends all of them.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    pub tickets: Vec<TicketId>,
}

/// Where a refund stands.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum RefundState {
    /// The provider has not confirmed yet.
    Pending,
    /// The money is on its way, the tickets have ended.
    Succeeded,
    /// The provider refused; nothing has changed.
    Failed,
}

impl std::str::FromStr for RefundState {
    type Err = UnreadableRow;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "pending" => Ok(Self::Pending),
            "succeeded" => Ok(Self::Succeeded),
            "failed" => Ok(Self::Failed),
            other => Err(UnreadableRow::new("a refund's state", other)),
        }
    }
}

/// A refund.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct Refund {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    pub id: RefundId,
    /// Of which order.
    #[schema(value_type = uuid::Uuid)]
    pub order_id: OrderId,
    /// Minor units.
    pub amount_minor: i64,
    /// ISO 4217.
    #[schema(value_type = String)]
    pub currency: Currency,
    /// Why.
    pub reason: String,
    /// Where it stands.
    pub state: RefundState,
}

/// Nothing is given back.
#[derive(Debug, thiserror::Error)]
pub enum RefundError {
    /// There is no such order.
    #[error("there is no such order")]
    NoOrder,
    /// A field is wrong.
    #[error("{0} is wrong")]
    Field(&'static str, &'static str),
    /// No money came for it.
    #[error("the order is {0:?}, not paid")]
    NotPaid(OrderState),
    /// More than is left of what was paid.
    #[error("at most {left} is left of what was paid")]
    TooLarge {
        /// Minor units.
        left: i64,
    },
    /// All of the order was given back before.
    #[error("nothing of the order is left")]
    NothingLeft,
    /// A ticket that is not this order's, or has ended.
    #[error("a ticket is not this order's, or has ended")]
    Tickets,
    /// That id belongs to another refund.
    #[error("the id belongs to a refund with other content")]
    OtherContent,
    /// The provider does not give it back.
    #[error("the payment provider refuses")]
    Refused,
    /// The order's secret, for the link in the mail.
    #[error("opening the secret of a refunded order")]
    Secret(#[from] UnsealError),
    /// The rules by which entries with the ended tickets are folded anew.
    #[error("folding the ended tickets of a refund anew")]
    Rules(#[from] LoadRulesError),
    /// Doors keep the ended tickets' rights of entry.
    #[error(transparent)]
    Rights(#[from] SettleRightsError),
    /// PostgreSQL.
    #[error("refunding an order")]
    Database(#[from] sqlx::Error),
}

/// Refunds. The same request again is answered with where the refund stands now.
pub async fn refund(
    app: &App,
    order: OrderId,
    request: &RefundRequest,
) -> Result<Refund, RefundError> {
    if request.amount_minor < 0 {
        return Err(RefundError::Field("amount_minor", "must not be negative"));
    }
    if request.reason.trim().is_empty() || request.reason.chars().count() > MOST_REASON {
        return Err(RefundError::Field("reason", "1 to 500 letters"));
    }
    let mut attempts = Attempts::default();
    loop {
        match set_aside(app, order, request).await {
            Err(RefundError::Database(error)) if attempts.again(&error) => {}
            outcome => break outcome?,
        }
    }
    finish(app, request.id).await
}

/// Asks again for every refund that a crash or an unreachable provider left pending.
pub async fn sweep(app: &App) -> Result<(), sqlx::Error> {
    let pending = sqlx::query_scalar!(
        "select id from refunds where state = 'pending' and created_ms <= $1 order by created_ms limit $2",
        app.now_ms() - LEFT_ALONE_MS,
        BATCH
    )
    .fetch_all(&app.pool)
    .await?;
    for refund in pending {
        if app.stopping.is_cancelled() {
            break;
        }
        if let Err(error) = finish(app, RefundId(refund)).await {
            let error = anyhow::Error::from(error);
            tracing::error!(refund.id = %refund, error = format!("{error:#}"), "a refund is not finished");
        }
    }
    Ok(())
}

/// Asks the provider, and carries out what it says.
async fn finish(app: &App, id: RefundId) -> Result<Refund, RefundError> {
    let (refund, request, giver) = match refund_by_id(app, id).await? {
        Pending::Done(refund) => return Ok(refund),
        Pending::Open(refund, request, giver) => (refund, request, giver),
    };
    let given = if refund.amount_minor == 0 || giver == Giver::Hand {
        Ok(())
    } else {
        app.provider.give_back(&request).await
    };
    match given {
        Err(error @ GiveBackError::Unreachable) => {
            tracing::warn!(refund.id = %id, %error, "a refund waits");
            return Ok(refund);
        }
        Err(GiveBackError::Refused) => {
            fail(app, id).await?;
            return Err(RefundError::Refused);
        }
        Ok(()) => {}
    }
    let mut attempts = Attempts::default();
    loop {
        match carry_out(app, id).await {
            Err(RefundError::Database(error)) if attempts.again(&error) => {}
            outcome => break outcome?,
        }
    }
    match refund_by_id(app, id).await? {
        Pending::Done(refund) | Pending::Open(refund, _, _) => Ok(refund),
    }
}

enum Pending {
    Done(Refund),
    Open(Refund, GiveBack, Giver),
}

/// Who gives the money back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Giver {
    /// The payment provider that took it.
    Provider,
    /// Whoever writes the refund down: a till took it, and no provider has it.
    Hand,
}

async fn refund_by_id(app: &App, id: RefundId) -> Result<Pending, RefundError> {
    let row = sqlx::query!(
        r#"select r.order_id, r.amount_minor, r.currency, r.reason, r.state, p.provider, p.reference as "reference!",
               case when p.destination is not null then r.fee_minor end as organizers_fee
           from refunds r join payments p on p.id = r.payment_id where r.id = $1"#,
        id.0
    )
    .fetch_one(&app.pool)
    .await?;
    let currency = Currency::from_code(&row.currency)
        .ok_or_else(|| UnreadableRow::new("a refund's currency", &row.currency))
        .map_err(sqlx::Error::from)?;
    let refund = Refund {
        id,
        order_id: OrderId(row.order_id),
        amount_minor: row.amount_minor,
        currency,
        reason: row.reason,
        state: row.state.parse().map_err(sqlx::Error::from)?,
    };
    Ok(match refund.state {
        RefundState::Pending => {
            let request =
                GiveBack {
                    key: id.0,
                    reference: row.reference,
                    amount: Money::new(refund.amount_minor, refund.currency),
                    by: row.organizers_fee.map_or(GivenBy::Platform, |fee_minor| {
                        GivenBy::Organizer { fee_minor }
                    }),
                };
            let by = if row.provider == TILL {
                Giver::Hand
            } else {
                Giver::Provider
            };
            Pending::Open(refund, request, by)
        }
        RefundState::Succeeded | RefundState::Failed => Pending::Done(refund),
    })
}

/// The provider refused: the amount can be refunded otherwise.
async fn fail(app: &App, id: RefundId) -> Result<(), sqlx::Error> {
    let mut tx = begin(&app.pool).await?;
    sqlx::query_scalar!(
        "select o.id from orders o join refunds r on r.order_id = o.id where r.id = $1 for update of o",
        id.0
    )
    .fetch_one(&mut *tx)
    .await?;
    sqlx::query!(
        "with failed as (
             update refunds set state = 'failed', settled_ms = $2 where id = $1 and state = 'pending'
             returning order_id, amount_minor
         )
         update orders o set refunded_minor = o.refunded_minor - failed.amount_minor
         from failed where o.id = failed.order_id",
        id.0,
        app.now_ms()
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await
}

impl From<RefundError> for ApiError {
    fn from(error: RefundError) -> Self {
        match error {
            RefundError::NoOrder => Self::not_found("order"),
            RefundError::Field(name, text) => Self::invalid([(name, text)]),
            RefundError::NotPaid(_) => Self::new(
                ErrorCode::Conflict,
                "No money came for this order, so there is nothing to give back; a held order is cancelled instead.",
            ),
            RefundError::TooLarge { left } => Self::new(
                ErrorCode::RefundTooLarge,
                "That is more than is left of what was paid; ask for less. Nothing was given back.",
            )
            .with_field("left_minor", left.to_string()),
            RefundError::NothingLeft => Self::new(
                ErrorCode::Conflict,
                "All of this order was given back before; nothing was changed.",
            ),
            RefundError::Tickets => Self::invalid([(
                "tickets",
                "only tickets of this order that have not ended, each once; nothing was given back",
            )]),
            RefundError::OtherContent => other_content("refund"),
            RefundError::Refused => Self::new(
                ErrorCode::Conflict,
                "The payment provider refuses to give this money back; nothing was changed. Give it back another way.",
            ),
            RefundError::Secret(error) => error.into(),
            RefundError::Rules(error) => error.into(),
            RefundError::Rights(error) => error.into(),
            RefundError::Database(error) => error.into(),
        }
    }
}
