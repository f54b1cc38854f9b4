//! A buyer pays a held order.

use std::time::Duration;

use shared::ids::{OrderId, PaymentId, Random};
use shared::money::{Currency, Money};
use shared::wire::latest::ErrorCode;
use uuid::Uuid;

use super::provider::{Notification, Outcome, PaymentRequest, StartError, Started};
use super::settle::{SettleError, Settlement, settle};
use crate::app::App;
use crate::orders::access::Holder;
use crate::orders::present::{Order, order_by_id};
use crate::orders::{OrderState, UnreadableRow};
use crate::web::ApiError;

/// The order is not paid by this.
#[derive(Debug, thiserror::Error)]
pub enum PayError {
    /// There is none, or it is not theirs.
    #[error("there is no such order for this holder")]
    NoOrder,
    /// Its time was up.
    #[error("the hold's time was up")]
    HoldExpired,
    /// It was given up, or its money went back.
    #[error("the order is {0:?}")]
    Closed(OrderState),
    /// The provider said no.
    #[error("the payment was declined")]
    Declined,
    /// The money came too late and goes back.
    #[error("the payment came too late and is given back")]
    Returned,
    /// The provider did not begin it.
    #[error(transparent)]
    Start(#[from] StartError),
    /// What the provider said could not be settled.
    #[error(transparent)]
    Settle(#[from] SettleError),
    /// PostgreSQL.
    #[error("paying an order")]
    Database(#[from] sqlx::Error),
}

/// Pays with what `method` stands for. An order that is paid already is answered as it is. Where the provider takes
/// its time, the order comes back still held.
///
/// Waits up to `wait_issued` for the tickets.
pub async fn pay(
    app: &App,
    random: &mut impl Random,
    order: OrderId,
    holder: &Holder,
    method: &str,
    wait_issued: Duration,
) -> Result<Order, PayError> {
    let issued = app.issuer.watch(order);
    let tickets = match begin(app, random, order, holder).await? {
        Some((payment, amount)) => {
            let request = PaymentRequest {
                payment,
                order,
                amount,
                method: method.to_owned(),
            };
            run(app, &request).await?;
            OnItsWay::Yes
        }
        None => check_paid(app, order, holder).await?,
    };
    if tickets == OnItsWay::Yes && !wait_issued.is_zero() {
        // Ends early for what another server issues; then the tickets are simply not in this answer.
        let _ = tokio::time::timeout(wait_issued, issued.done()).await;
    }
    order_by_id(&app.pool, order)
        .await?
        .ok_or(PayError::NoOrder)
}

/// Whether tickets are still to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum OnItsWay {
    Yes,
    No,
}

/// Writes down that a payment begins, before anybody outside hears of it. `None`: the order does not wait for one.
async fn begin(
    app: &App,
    random: &mut impl Random,
    order: OrderId,
    holder: &Holder,
) -> Result<Option<(PaymentId, Money)>, PayError> {
    let now_ms = app.now_ms();
    let payment = PaymentId::new(now_ms, random);
    let begun = sqlx::query!(
        "with begun as (
             insert into payments
                 (organizer_id, event_id, id, order_id, provider, state, amount_minor, currency, created_ms)
             select o.organizer_id, o.event_id, $2, o.id, case o.total_minor when 0 then 'none' else $3 end, 'pending',
                 o.total_minor, o.currency, $4
             from orders o
             where o.id = $1 and o.state = 'held' and o.expires_ms > $4 and (o.account_id = $5 or o.secret_hash = $6)
             returning amount_minor, currency
         )
         select amount_minor, currency from begun
         where $7 or set_config('synchronous_commit', 'off', true) is not null",
        order.0,
        payment.0,
        app.provider.name(),
        now_ms,
        holder.account.map(|account| account.0) as Option<Uuid>,
        holder.secret_hash().map(|hash| hash.to_vec()),
        app.provider.tells_others(),
    )
    .fetch_optional(&app.pool)
    .await?;
    let Some(row) = begun else {
        return Ok(None);
    };
    let currency = Currency::from_code(&row.currency).ok_or_else(|| {
        sqlx::Error::from(UnreadableRow::new("an order's currency", &row.currency))
    })?;
    Ok(Some((payment, Money::new(row.amount_minor, currency))))
}

async fn run(app: &App, request: &PaymentRequest) -> Result<(), PayError> {
    let started = if request.amount.minor == 0 {
        Ok(Started::Decided(of_nothing(request)))
    } else {
        app.provider.start(request).await
    };
    let notification = match started {
        Ok(Started::Decided(notification)) => notification,
        Ok(Started::Waiting) => return Ok(()),
        Err(StartError::UnknownMethod) => {
            let declined = Notification {
                outcome: Outcome::Declined,
                ..of_nothing(request)
            };
            settle(app, &declined).await?;
            return Err(StartError::UnknownMethod.into());
        }
        // Whether the provider heard of it is not known: the payment stays open for what it may still tell.
        Err(StartError::Unreachable) => return Err(StartError::Unreachable.into()),
    };
    match settle(app, &notification).await? {
        Settlement::Paid | Settlement::Repeated => Ok(()),
        Settlement::Declined => Err(PayError::Declined),
        Settlement::Returned => Err(PayError::Returned),
    }
}

/// A free order goes the way of all, without a provider.
fn of_nothing(request: &PaymentRequest) -> Notification {
    Notification {
        payment: request.payment,
        order: request.order,
        reference: request.payment.to_string(),
        outcome: Outcome::Succeeded(request.amount),
    }
}

async fn check_paid(app: &App, order: OrderId, holder: &Holder) -> Result<OnItsWay, PayError> {
    let order = order_by_id(&app.pool, order)
        .await?
        .filter(|order| holder.holds(order))
        .ok_or(PayError::NoOrder)?;
    match order.state {
        OrderState::Paid if order.issued_ms.is_none() => Ok(OnItsWay::Yes),
        OrderState::Paid => Ok(OnItsWay::No),
        OrderState::Held | OrderState::Expired => Err(PayError::HoldExpired),
        OrderState::Cancelled | OrderState::Refunded => Err(PayError::Closed(order.state)),
    }
}

impl From<PayError> for ApiError {
    fn from(error: PayError) -> Self {
        match error {
            PayError::NoOrder => Self::not_found("order"),
            PayError::HoldExpired => Self::new(
                ErrorCode::HoldExpired,
                "The time for paying was up and the places went back on sale; nothing was charged. Order again.",
            ),
            PayError::Closed(_) => Self::new(
                ErrorCode::Conflict,
                "This order was cancelled or refunded; nothing was charged. Make a new order.",
            ),
            PayError::Declined => Self::new(
                ErrorCode::PaymentDeclined,
                "The payment was declined and nothing was charged; try another card while the places are held.",
            ),
            PayError::Returned => Self::new(
                ErrorCode::HoldExpired,
                "The payment came after the places had gone; all of the money is on its way back. Order again.",
            )
            .with_field("payment", "returned"),
            PayError::Start(StartError::UnknownMethod) => {
                Self::invalid([("method", "none that the payment provider knows; nothing was charged")])
            }
            PayError::Start(StartError::Unreachable) => Self::new(
                ErrorCode::Unavailable,
                "The payment provider can't be reached; look at the order in a moment before you try again.",
            )
            .retry_after(5),
            PayError::Settle(error) => error.into(),
            PayError::Database(error) => error.into(),
        }
    }
}
