//! How far the payment of an unpaid order came, for its page.

use sqlx::PgPool;

use crate::orders::present::Order;

/// Where the payment of an order stands that is not paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderStanding {
    /// Nothing was begun, or all was declined.
    Unpaid,
    /// One has begun of whose end nobody has told yet.
    UnderWay,
    /// One came too late and went back.
    Returned,
}

/// See [`OrderStanding`].
pub async fn standing(pool: &PgPool, order: &Order) -> Result<OrderStanding, sqlx::Error> {
    let row = sqlx::query!(
        r#"select coalesce(bool_or(state = 'pending'), false) as "under_way!",
               coalesce(bool_or(state = 'returned'), false) as "returned!"
           from payments where organizer_id = $1 and event_id = $2 and order_id = $3"#,
        order.organizer.0,
        order.event.0,
        order.id.0
    )
    .fetch_one(pool)
    .await?;
    Ok(match (row.under_way, row.returned) {
        (true, _) => OrderStanding::UnderWay,
        (false, true) => OrderStanding::Returned,
        (false, false) => OrderStanding::Unpaid,
    })
}
