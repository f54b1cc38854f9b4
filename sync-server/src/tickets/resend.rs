//! The mail with an order's tickets once more, for whoever lost it.

use shared::ids::OrderId;
use sqlx::PgConnection;

use super::issue::mail::{Discount, Donation, TicketsMail, mail};
use crate::app::App;
use crate::messages::outbox::{self, Mail};
use crate::orders::present::Order;
use crate::vault::UnsealError;

/// One a minute reaches whoever waits for it; more would only fill their box.
const APART_MS: i64 = 60_000;

/// The mail was not written.
#[derive(Debug, thiserror::Error)]
pub enum ResendError {
    /// There are no tickets to send.
    #[error("the order has no tickets that are good")]
    NoTickets,
    /// The order's secret, for the link in the mail.
    #[error("opening the secret of order {0}")]
    Secret(OrderId, #[source] UnsealError),
    /// PostgreSQL.
    #[error("sending an order's tickets again")]
    Database(#[from] sqlx::Error),
}

/// Puts the mail into the outbox; within a minute of the one before it is that one.
pub async fn resend(app: &App, order: &Order) -> Result<(), ResendError> {
    let mut connection = app.pool.acquire().await?;
    let now_ms = app.now_ms();
    let dedupe_key = format!("tickets/{}/again/{}", order.id, now_ms / APART_MS);
    let discount = order.promo.as_ref().map(|promo| Discount {
        code: promo.code.clone(),
        minor: order.discount.minor,
        currency: order.discount.currency.code().to_owned(),
    });
    let donation = (order.donation.minor > 0).then(|| Donation {
        minor: order.donation.minor,
        currency: order.donation.currency.code().to_owned(),
    });
    let of_money = (discount, donation);
    let again = written(app, &mut connection, order.id, dedupe_key, of_money).await?;
    let again = again.ok_or(ResendError::NoTickets)?;
    outbox::enqueue(&mut connection, &[again], now_ms).await?;
    Ok(())
}

/// The mail with the tickets of an order that has a buyer since a moment ago, in their language; `None` if there is no address,
/// or nothing to send.
pub(crate) async fn of_order(
    app: &App,
    connection: &mut PgConnection,
    order: OrderId,
    dedupe_key: String,
) -> Result<Option<Mail>, ResendError> {
    let mail = written(app, connection, order, dedupe_key, (None, None)).await?;
    Ok(mail.filter(|mail| !mail.recipient.is_empty()))
}

/// The mail with those tickets of an order that are good; `None` if there are none.
async fn written(
    app: &App,
    connection: &mut PgConnection,
    order: OrderId,
    dedupe_key: String,
    (discount, donation): (Option<Discount>, Option<Donation>),
) -> Result<Option<Mail>, ResendError> {
    let row = sqlx::query!(
        r#"select o.code, o.email as "email!", o.name as "name!", o.language, o.secret_sealed, e.title, e.starts_ms,
                  e.time_zone,
                  (select count(*) from tickets t where t.organizer_id = o.organizer_id and t.event_id = o.event_id
                   and t.order_id = o.id and t.status = 0) as "tickets!"
           from orders o join events e on e.organizer_id = o.organizer_id and e.id = o.event_id
           where o.id = $1 and o.issued_ms is not null"#,
        order.0
    )
    .fetch_optional(connection)
    .await?;
    let Some(row) = row.filter(|row| row.tickets > 0) else {
        return Ok(None);
    };
    let told = TicketsMail {
        dedupe_key,
        code: row.code,
        email: row.email,
        name: row.name,
        language: row.language,
        secret_sealed: row.secret_sealed,
        title: row.title,
        starts_ms: row.starts_ms,
        time_zone: row.time_zone,
        discount,
        donation,
    };
    let tickets = usize::try_from(row.tickets).unwrap_or_default();
    let mail =
        mail(app, order, &told, tickets).map_err(|error| ResendError::Secret(order, error))?;
    Ok(Some(mail))
}
