//! The organizer's note on an order, for who stands at the door: "fauteuil roulant, place 12". Devices that may search have it.

use shared::ids::OrderId;
use sqlx::PgPool;

use super::present::Order;
use super::rules::MAX_TEXT;
use crate::app::App;
use crate::database::transaction::{begin, begin_change};
use crate::web::ApiError;

/// An order's note.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OrderNote {
    /// At most 200 letters on one line; empty = none.
    pub note: String,
}

impl OrderNote {
    /// Trimmed, if it is one.
    pub fn checked(&self) -> Result<&str, ApiError> {
        let note = self.note.trim();
        if note.chars().count() > MAX_TEXT || note.chars().any(char::is_control) {
            return Err(ApiError::invalid([(
                "note",
                "at most 200 letters, on one line",
            )]));
        }
        Ok(note)
    }
}

/// Writes the note, in a change of the event's feed: once its tickets are issued, doors hear of it.
pub async fn write(app: &App, order: &Order, note: &str) -> Result<(), sqlx::Error> {
    let mut tx = begin(&app.pool).await?;
    begin_change(&mut tx, order.organizer, order.event).await?;
    sqlx::query!(
        "update orders set note = $2 where id = $1",
        order.id.0,
        note
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    app.door.watch.changed(order.event);
    Ok(())
}

/// The note as it stands.
pub async fn read(pool: &PgPool, order: OrderId) -> Result<String, sqlx::Error> {
    sqlx::query_scalar!("select note from orders where id = $1", order.0)
        .fetch_one(pool)
        .await
}
