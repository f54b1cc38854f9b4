//! A till gives a use of a code up: the guest left, or the cart is another one.

use shared::ids::FactId;

use super::PromotionError;
use crate::app::App;
use crate::database::transaction::{Attempts, begin};
use crate::door::sessions::DeviceSession;
use crate::orders::promo::uses;

/// Frees it, unless the till's journal says that it was used. Told again, or of one that was never taken, it does nothing.
pub(in crate::door) async fn give_up(
    app: &App,
    session: &DeviceSession,
    fact: FactId,
) -> Result<(), PromotionError> {
    let mut attempts = Attempts::default();
    loop {
        match give_up_once(app, session, fact).await {
            Err(PromotionError::Database(error)) if attempts.again(&error) => {}
            outcome => return outcome,
        }
    }
}

async fn give_up_once(
    app: &App,
    session: &DeviceSession,
    fact: FactId,
) -> Result<(), PromotionError> {
    let mut tx = begin(&app.pool).await?;
    let promo = sqlx::query_scalar!(
        "update till_promotions p set state = 'given_up'
         where organizer_id = $1 and device_id = $2 and fact_id = $3 and state = 'taken'
           and not exists (select from till_facts f
                           where f.organizer_id = p.organizer_id and f.device_id = p.device_id and f.fact_id = p.fact_id)
         returning promo_id",
        session.organizer.0,
        session.device.0,
        fact.0
    )
    .fetch_optional(&mut *tx)
    .await?;
    if let Some(promo) = promo {
        uses::free(&mut tx, &[promo], &[1]).await?;
    }
    tx.commit().await?;
    Ok(())
}
