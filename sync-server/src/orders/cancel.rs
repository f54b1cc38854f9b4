//! Giving up a hold.

use shared::ids::{EventId, OrderId, OrganizerId};
use shared::wire::latest::ErrorCode;
use sqlx::PgPool;

use super::OrderState;
use super::present::{Order, order_by_id};
use super::promo::uses;
use super::resale;
use super::stock::{self, Move};
use crate::database::transaction::{Attempts, begin};
use crate::web::ApiError;

/// The order was not cancelled.
#[derive(Debug, thiserror::Error)]
pub enum CancelError {
    /// There is none.
    #[error("there is no such order")]
    NoOrder,
    /// Money came for it.
    #[error("the order is paid")]
    Paid,
    /// PostgreSQL.
    #[error("cancelling an order")]
    Database(#[from] sqlx::Error),
}

/// Gives the places of a held order back. An order that holds nothing any more stays as it is.
pub async fn cancel(pool: &PgPool, id: OrderId) -> Result<Order, CancelError> {
    let mut attempts = Attempts::default();
    loop {
        match cancel_held(pool, id).await {
            Err(error) if attempts.again(&error) => {}
            outcome => break outcome?,
        }
    }
    let order = order_by_id(pool, id).await?.ok_or(CancelError::NoOrder)?;
    match order.state {
        OrderState::Cancelled | OrderState::Expired => Ok(order),
        OrderState::Held | OrderState::Paid | OrderState::Refunded => Err(CancelError::Paid),
    }
}

async fn cancel_held(pool: &PgPool, id: OrderId) -> Result<(), sqlx::Error> {
    let mut tx = begin(pool).await?;
    let cancelled = sqlx::query!(
        r#"with given_up as (
               update orders set state = 'cancelled' where id = $1 and state = 'held'
               returning organizer_id, event_id, id, promo_id
           )
           select g.organizer_id, g.event_id, g.promo_id, array_agg(l.type_no order by l.no) as "types!",
               array_agg(l.quantity::bigint order by l.no) as "quantities!"
           from given_up g
           join order_lines l on l.organizer_id = g.organizer_id and l.event_id = g.event_id and l.order_id = g.id
           group by 1, 2, 3"#,
        id.0
    )
    .fetch_optional(&mut *tx)
    .await?;
    if let Some(row) = cancelled {
        if let Some(promo) = row.promo_id {
            uses::free(&mut tx, &[promo], &[1]).await?;
        }
        let (organizer, event) = (OrganizerId(row.organizer_id), EventId(row.event_id));
        let places = stock::places(&row.types, &row.quantities);
        stock::shift(&mut tx, organizer, event, &places, Move::HeldToFree).await?;
        resale::offer_ended(&mut tx, (organizer, event), &[id.0]).await?;
    }
    tx.commit().await
}

impl From<CancelError> for ApiError {
    fn from(error: CancelError) -> Self {
        match error {
            CancelError::NoOrder => Self::not_found("order"),
            CancelError::Paid => Self::new(
                ErrorCode::Conflict,
                "This order is paid, so that it needs a refund: ask the organizer for one.",
            ),
            CancelError::Database(error) => error.into(),
        }
    }
}
