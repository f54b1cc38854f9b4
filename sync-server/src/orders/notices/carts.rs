//! Orders that were not finished: an hour, a day and three days later, for whoever asked to be reminded.

use serde_json::json;
use shared::ids::EventId;
use shared::language::Language;

use super::stop;
use crate::app::App;
use crate::database::transaction::begin;
use crate::messages::outbox::{self, Mail};

const HOUR_MS: i64 = 3_600_000;
/// Since the order was begun.
const AFTER_MS: [i64; 3] = [HOUR_MS, 24 * HOUR_MS, 72 * HOUR_MS];
/// After a stop of this server longer than that, a reminder is left out rather than late.
const STILL_TIMELY_MS: i64 = 6 * HOUR_MS;
const BATCH: i64 = 200;

/// Writes the reminders that are due.
pub async fn sweep(app: &App) -> Result<(), sqlx::Error> {
    for (step, after_ms) in (1..).zip(AFTER_MS) {
        while remind_some(app, step, after_ms).await? == BATCH {}
    }
    Ok(())
}

/// How many orders were looked at: those of which the reminder is written are not found again.
async fn remind_some(app: &App, step: i32, after_ms: i64) -> Result<i64, sqlx::Error> {
    let now_ms = app.now_ms();
    let mut tx = begin(&app.pool).await?;
    let rows = sqlx::query!(
        r#"select o.id, o.event_id, o.email as "email!", o.name as "name!", o.language,
               e.title, e.doors_ms, e.starts_ms, e.time_zone, v.name || ', ' || v.city as "place!"
           from orders o
           join events e on e.organizer_id = o.organizer_id and e.id = o.event_id
           join venues v on v.organizer_id = e.organizer_id and v.id = e.venue_id
           where o.wants_reminder and o.state = 'expired' and o.reserved_ms is null and o.email is not null and o.name is not null
             and o.created_ms <= $1 and o.created_ms > $2
             and e.status = 'published' and e.starts_ms > $3
             and exists (select from stock s
                 where s.organizer_id = o.organizer_id and s.event_id = o.event_id
                   and s.quota + s.written_off > s.held + s.sold + s.leased)
             -- Whoever has ordered again since is reminded of that, or has their tickets.
             and not exists (select from orders later
                 where later.organizer_id = o.organizer_id and later.event_id = o.event_id
                   and lower(later.email) = lower(o.email) and later.id <> o.id
                   and (later.state = 'paid' or later.created_ms > o.created_ms))
             and not exists (select from reminder_stops stop
                 where stop.address_hash = sha256(convert_to(lower(o.email), 'UTF8')))
             and not exists (select from outbox m where m.dedupe_key = 'cart/' || o.id || '/' || $4::int)
           order by o.created_ms limit $5"#,
        now_ms - after_ms,
        now_ms - after_ms - STILL_TIMELY_MS,
        now_ms,
        step,
        BATCH,
    )
    .fetch_all(&mut *tx)
    .await?;
    let mails: Vec<Mail> = rows
        .iter()
        .map(|order| {
            let language: Language = order.language.parse().unwrap_or_default();
            let url = &app.config.public_url;
            Mail {
                dedupe_key: format!("cart/{}/{step}", order.id),
                recipient: order.email.clone(),
                language: order.language.clone(),
                template: "cart".to_owned(),
                payload: json!({
                    "name": order.name,
                    "link": format!("{url}/{language}/events/{}", EventId(order.event_id)),
                    "stop": stop::link(app, &order.email, language),
                    "event_title": order.title,
                    "step": step,
                    "now": {
                        "doors_ms": order.doors_ms,
                        "starts_ms": order.starts_ms,
                        "time_zone": order.time_zone,
                        "place": order.place,
                    },
                }),
            }
        })
        .collect();
    outbox::enqueue(&mut tx, &mails, now_ms).await?;
    tx.commit().await?;
    Ok(rows.len() as i64)
}
