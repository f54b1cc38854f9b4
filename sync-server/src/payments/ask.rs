//! What a provider should have told and did not: it is asked.

use shared::ids::{OrderId, PaymentId};

use super::provider::{Notification, Outcome, Question, Standing, Wanted};
use super::settle::{SettleError, settle};
use crate::app::App;

/// As many as one round takes.
const BATCH: i64 = 50;
/// A buyer is given so long before the provider is asked about a payment whose order is still held.
const HELD_MS: i64 = 2 * 60_000;
/// The same where the order is not held any more: then the provider is also told to take nothing.
const OVER_MS: i64 = 10_000;
/// A provider that doesn't know a payment may hear of it yet: our call may be on its way.
const MAY_BE_UNDER_WAY_MS: i64 = 5 * 60_000;

/// Asks about every payment that was not told of in time; each again later, the older the more seldom.
pub async fn sweep(app: &App) -> Result<(), sqlx::Error> {
    if !app.provider.tells_others() {
        return Ok(());
    }
    let now_ms = app.now_ms();
    let due = sqlx::query!(
        r#"with due as (
               select p.organizer_id, p.event_id, p.id, o.state = 'held' and o.expires_ms > $2 as held
               from payments p
               join orders o on o.organizer_id = p.organizer_id and o.event_id = p.event_id and o.id = p.order_id
               where p.state = 'pending' and p.provider not in ('test', 'none') and p.provider = $1
                   and coalesce(p.asked_ms, p.created_ms) <= $2 - greatest(
                       case when o.state = 'held' and o.expires_ms > $2 then $3::bigint else $4::bigint end,
                       ($2 - p.created_ms) / 8)
               order by p.created_ms limit $5
               for update of p skip locked
           )
           update payments p set asked_ms = $2 from due
           where p.organizer_id = due.organizer_id and p.event_id = due.event_id and p.id = due.id
           returning p.id, p.order_id, p.checkout, p.created_ms, due.held as "held!""#,
        app.provider.name(),
        now_ms,
        HELD_MS,
        OVER_MS,
        BATCH
    )
    .fetch_all(&app.pool)
    .await?;
    for row in due {
        if app.stopping.is_cancelled() {
            break;
        }
        let question = Question {
            payment: PaymentId(row.id),
            order: OrderId(row.order_id),
            checkout: row.checkout,
            begun_ms: row.created_ms,
            wanted: if row.held {
                Wanted::Still
            } else {
                Wanted::NoMore
            },
        };
        if let Err(error) = ask(app, &question).await {
            let error = anyhow::Error::from(error);
            tracing::warn!(payment.id = %question.payment, error = format!("{error:#}"), "what became of a payment is not settled");
        }
    }
    Ok(())
}

async fn ask(app: &App, question: &Question) -> Result<(), SettleError> {
    let Ok(standing) = app.provider.ask(question).await else {
        return Ok(());
    };
    match standing {
        Standing::Decided(notification) => {
            tracing::info!(payment.id = %question.payment, "a payment is settled that nobody had told of");
            settle(app, &notification).await?;
        }
        Standing::NeverHeard
            if question.wanted == Wanted::NoMore
                && app.now_ms() - question.begun_ms > MAY_BE_UNDER_WAY_MS =>
        {
            settle(app, &never_begun(question)).await?;
        }
        Standing::NeverHeard | Standing::Open { .. } => {}
    }
    Ok(())
}

/// If it comes after all, it is settled as a late one.
fn never_begun(question: &Question) -> Notification {
    Notification {
        payment: question.payment,
        order: question.order,
        reference: question.payment.to_string(),
        outcome: Outcome::Declined,
    }
}
