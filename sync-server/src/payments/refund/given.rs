//! Tickets that were given to somebody else end with the order that paid them; whoever has them is told.

use serde_json::json;
use shared::ids::{EventId, OrderId, OrganizerId, RefundId};
use sqlx::PgConnection;

use super::RefundError;
use crate::app::App;
use crate::messages::outbox::Mail;
use crate::orders::secret::{OrderSecret, link};

/// Ends the orders of those whose tickets have just ended, and gives the mails to them.
pub(super) async fn end(
    app: &App,
    connection: &mut PgConnection,
    refund: RefundId,
    (organizer, event): (OrganizerId, EventId),
    tickets: &[i64],
) -> Result<Vec<Mail>, RefundError> {
    let ended = sqlx::query!(
        r#"update orders o set state = 'refunded'
           where o.organizer_id = $1 and o.event_id = $2 and o.given_by is not null and o.state = 'paid'
             and o.id in (select order_id from tickets
                 where organizer_id = $1 and event_id = $2 and id = any($3))
           returning o.id, o.code, o.email as "email!", o.name as "name!", o.language, o.secret_sealed, o.currency"#,
        organizer.0,
        event.0,
        tickets
    )
    .fetch_all(connection)
    .await?;
    let mail = |order: OrderId, sealed: &[u8]| {
        let secret = OrderSecret::unseal(&app.vault, order, sealed)?;
        Ok::<_, RefundError>(link(&app.config.public_url, order, &secret))
    };
    ended
        .into_iter()
        .map(|row| {
            let order = OrderId(row.id);
            Ok(Mail {
                dedupe_key: format!("refund/{refund}/{order}"),
                recipient: row.email,
                language: row.language,
                template: "refund".to_owned(),
                payload: json!({
                    "name": row.name,
                    "order_code": row.code,
                    "link": mail(order, &row.secret_sealed)?,
                    "amount_minor": 0,
                    "currency": row.currency,
                }),
            })
        })
        .collect()
}
