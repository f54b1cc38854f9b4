//! Addresses of those who waited are kept no longer than they may be of use.

use crate::app::App;

const DAY_MS: i64 = 24 * 3_600_000;
/// Who has not confirmed within this time does not want to.
const UNCONFIRMED_MS: i64 = 7 * DAY_MS;
/// Until then an organizer may still look at the figures.
const AFTER_EVENT_MS: i64 = 30 * DAY_MS;

/// Drops the places that nobody needs any more.
pub async fn forget(app: &App) -> Result<(), sqlx::Error> {
    let now_ms = app.now_ms();
    sqlx::query!(
        "delete from waiting_list w using events e
         where e.organizer_id = w.organizer_id and e.id = w.event_id
             and (e.ends_ms < $1 or (w.state in ('asked', 'left') and w.asked_ms < $2))",
        now_ms - AFTER_EVENT_MS,
        now_ms - UNCONFIRMED_MS,
    )
    .execute(&app.pool)
    .await
    .map(drop)
}
