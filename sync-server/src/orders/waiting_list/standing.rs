//! How far somebody's place in a line is, for its page.

use shared::clock::UnixMillis;
use shared::ids::{EventId, OrderId};
use sqlx::PgPool;

use super::Place;
use crate::app::App;
use crate::orders::secret::OrderSecret;
use crate::web::ApiError;

/// A place in a line.
#[derive(Clone, Debug)]
pub(super) struct Stands {
    pub(super) event: EventId,
    pub(super) type_no: u16,
    pub(super) places: u32,
    pub(super) standing: Standing,
}

/// Where it stands.
#[derive(Clone, Debug)]
pub(super) enum Standing {
    /// The address is not confirmed.
    Asked,
    /// Behind so many.
    Waiting(u32),
    /// Held for them until then.
    Offered(OrderId, OrderSecret, UnixMillis),
    /// They have taken what was offered.
    Taken,
    /// They did not take it in time.
    Missed,
    /// They have left.
    Left,
}

pub(super) async fn standing(app: &App, place: Place) -> Result<Option<Stands>, ApiError> {
    let row = sqlx::query!(
        r#"select w.event_id, w.type_no, w.places, w.state, o.id as "order_id?", o.state as "order_state?",
               o.expires_ms as "expires_ms?", o.secret_sealed as "secret_sealed?"
           from waiting_list w left join orders o on o.id = w.order_id where w.id = $1"#,
        place.0
    )
    .fetch_optional(&app.pool)
    .await?;
    let Some(row) = row else {
        return Ok(None);
    };
    let standing = match (row.state.as_str(), row.order_state.as_deref()) {
        ("asked", _) => Standing::Asked,
        ("waiting", _) => Standing::Waiting(ahead_of(&app.pool, place).await?),
        ("left", _) => Standing::Left,
        (_, Some("paid" | "refunded")) => Standing::Taken,
        (_, Some("held")) => {
            let offer = row.order_id.zip(row.expires_ms).zip(row.secret_sealed);
            match offer {
                Some(((order, expires_ms), sealed)) if expires_ms > app.now_ms() => {
                    let order = OrderId(order);
                    let secret = OrderSecret::unseal(&app.vault, order, &sealed)?;
                    Standing::Offered(order, secret, expires_ms)
                }
                Some(_) | None => Standing::Missed,
            }
        }
        (_, Some(_) | None) => Standing::Missed,
    };
    Ok(Some(Stands {
        event: EventId(row.event_id),
        type_no: row.type_no as u16,
        places: row.places.unsigned_abs(),
        standing,
    }))
}

async fn ahead_of(pool: &PgPool, place: Place) -> Result<u32, sqlx::Error> {
    let ahead = sqlx::query_scalar!(
        r#"select count(*) as "ahead!" from waiting_list mine
           join waiting_list w on w.organizer_id = mine.organizer_id and w.event_id = mine.event_id
               and w.type_no = mine.type_no and w.state = 'waiting' and (w.joined_ms, w.id) < (mine.joined_ms, mine.id)
           where mine.id = $1"#,
        place.0
    )
    .fetch_one(pool)
    .await?;
    Ok(u32::try_from(ahead).unwrap_or(u32::MAX))
}
