//! Leaving the line. What was offered and is not paid goes to the next one at once.

use shared::ids::OrderId;

use super::Place;
use crate::app::App;
use crate::orders::cancel::{CancelError, cancel};

/// A repeat changes nothing, nor does it for whoever had their turn.
pub(super) async fn leave(app: &App, place: Place) -> Result<(), CancelError> {
    let left = sqlx::query!(
        "update waiting_list set state = 'left'
         where id = $1 and state in ('asked', 'waiting', 'offered') returning order_id",
        place.0,
    )
    .fetch_optional(&app.pool)
    .await?;
    let Some(order) = left.and_then(|left| left.order_id) else {
        return Ok(());
    };
    match cancel(&app.pool, OrderId(order)).await {
        // What is paid stays theirs.
        Ok(_) | Err(CancelError::Paid) => Ok(()),
        Err(error @ (CancelError::NoOrder | CancelError::Database(_))) => Err(error),
    }
}
