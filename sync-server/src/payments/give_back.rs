//! Money that came for an order that could not have it goes back. The row says so before the provider is asked, so
//! that a crash in between leaves something to find.

use shared::ids::PaymentId;
use shared::money::{Currency, Money};

use super::provider::{GiveBack, GiveBackError, GivenBy};
use crate::app::App;
use crate::orders::UnreadableRow;

/// As many as one round of the sweep takes.
const BATCH: i64 = 100;

/// Has the provider give a returned payment back. If it can't be reached, [`sweep`] asks it again.
pub async fn give_back(app: &App, payment: PaymentId) -> Result<(), sqlx::Error> {
    let row = sqlx::query!(
        r#"select reference as "reference!", amount_minor, currency, fee_minor from payments
           where id = $1 and state = 'returned' and given_back_ms is null and reference is not null"#,
        payment.0
    )
    .fetch_optional(&app.pool)
    .await?;
    let Some(row) = row else {
        return Ok(());
    };
    let currency = Currency::from_code(&row.currency)
        .ok_or_else(|| UnreadableRow::new("a payment's currency", &row.currency))?;
    let request = GiveBack {
        key: payment.0,
        reference: row.reference,
        amount: Money::new(row.amount_minor, currency),
        by: row
            .fee_minor
            .map_or(GivenBy::Platform, |fee_minor| GivenBy::Organizer {
                fee_minor,
            }),
    };
    match app.provider.give_back(&request).await {
        Ok(()) => {
            sqlx::query!(
                "update payments set given_back_ms = $2 where id = $1 and given_back_ms is null",
                payment.0,
                app.now_ms()
            )
            .execute(&app.pool)
            .await?;
        }
        Err(error @ GiveBackError::Unreachable) => {
            tracing::warn!(payment.id = %payment, %error, "a late payment waits to be given back");
        }
        Err(error @ GiveBackError::Refused) => {
            tracing::error!(payment.id = %payment, %error, "a late payment must be given back by hand");
        }
    }
    Ok(())
}

/// Asks again for every payment that did not go back yet.
pub async fn sweep(app: &App) -> Result<(), sqlx::Error> {
    let waiting = sqlx::query_scalar!(
        "select id from payments where state = 'returned' and given_back_ms is null order by settled_ms limit $1",
        BATCH
    )
    .fetch_all(&app.pool)
    .await?;
    for payment in waiting {
        if app.stopping.is_cancelled() {
            break;
        }
        give_back(app, PaymentId(payment)).await?;
    }
    Ok(())
}
