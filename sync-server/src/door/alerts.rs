//! What people have to look at, kept by what it is about: a winner may change, the alert stays (M6).

use std::collections::HashMap;

use serde_json::{Value, json};
use shared::admission::fold::Alert;
use shared::clock::UnixMillis;
use shared::ids::{EventId, OrganizerId};
use sqlx::PgConnection;

/// The audit of one alert: enough for any honest night, and no more than a page.
const KEPT_HISTORY: usize = 50;

/// An alert, as it is now.
#[derive(Clone, Debug)]
pub(super) struct AlertRow {
    pub(super) kind: &'static str,
    /// A ticket as 13 characters, a journal or a device as a UUID.
    pub(super) subject: String,
    /// What it is about; its `history` is kept here.
    pub(super) detail: Value,
    pub(super) resolved: bool,
}

/// The detail of an alert of a fold.
pub(super) fn of_facts(alert: &Alert) -> Value {
    let facts: Vec<Value> = alert
        .facts
        .iter()
        .map(|name| json!({ "device": name.device, "fact": name.fact }))
        .collect();
    json!({ "facts": facts })
}

/// Raises or updates alerts; the same again changes nothing.
pub(super) async fn upsert(
    conn: &mut PgConnection,
    (organizer, event): (OrganizerId, EventId),
    rows: Vec<AlertRow>,
    now_ms: UnixMillis,
) -> Result<(), sqlx::Error> {
    if rows.is_empty() {
        return Ok(());
    }
    let subjects: Vec<String> = rows.iter().map(|row| row.subject.clone()).collect();
    let stored: HashMap<(String, String), (Value, Option<i64>)> = sqlx::query!(
        "select kind, subject, detail, resolved_ms from alerts
         where organizer_id = $1 and event_id = $2 and subject = any($3)",
        organizer.0,
        event.0,
        &subjects
    )
    .fetch_all(&mut *conn)
    .await?
    .into_iter()
    .map(|row| ((row.kind, row.subject), (row.detail, row.resolved_ms)))
    .collect();
    for row in rows {
        let former = stored.get(&(row.kind.to_owned(), row.subject.clone()));
        if let Some(written) = next(row, former, now_ms) {
            write(conn, (organizer, event), &written, now_ms).await?;
        }
    }
    Ok(())
}

struct Next {
    kind: &'static str,
    subject: String,
    detail: Value,
    resolved_ms: Option<UnixMillis>,
}

fn next(row: AlertRow, former: Option<&(Value, Option<i64>)>, now_ms: UnixMillis) -> Option<Next> {
    let mut history = former
        .and_then(|(detail, _)| detail.get("history")?.as_array().cloned())
        .unwrap_or_default();
    let same = former.is_some_and(|(detail, resolved_ms)| {
        without_history(detail) == row.detail && resolved_ms.is_some() == row.resolved
    });
    if same {
        return None;
    }
    let mut entry = row.detail.clone();
    entry["at_ms"] = json!(now_ms);
    entry["resolved"] = json!(row.resolved);
    history.push(entry);
    let surplus = history.len().saturating_sub(KEPT_HISTORY);
    history.drain(..surplus);
    let mut detail = row.detail;
    detail["history"] = Value::Array(history);
    Some(Next {
        kind: row.kind,
        subject: row.subject,
        detail,
        resolved_ms: row.resolved.then_some(now_ms),
    })
}

fn without_history(detail: &Value) -> Value {
    let mut detail = detail.clone();
    if let Some(fields) = detail.as_object_mut() {
        fields.remove("history");
    }
    detail
}

async fn write(
    conn: &mut PgConnection,
    (organizer, event): (OrganizerId, EventId),
    next: &Next,
    now_ms: UnixMillis,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into alerts (organizer_id, event_id, kind, subject, detail, first_ms, last_ms, resolved_ms)
         values ($1, $2, $3, $4, $5, $6, $6, $7)
         on conflict (organizer_id, event_id, kind, subject) do update
         set detail = excluded.detail, last_ms = excluded.last_ms, resolved_ms = excluded.resolved_ms",
        organizer.0,
        event.0,
        next.kind,
        next.subject,
        next.detail,
        now_ms,
        next.resolved_ms
    )
    .execute(conn)
    .await
    .map(drop)
}

/// An alert as the API tells it.
#[derive(Clone, Debug, serde::Serialize, utoipa::ToSchema)]
pub struct AlertView {
    /// `duplicate_entry`, `journal_forked`...
    pub kind: String,
    /// A ticket's 13 characters, or the id of a journal or device.
    pub subject: String,
    /// The facts it is about, and how that changed.
    #[schema(value_type = Object)]
    pub detail: Value,
    /// Raised, unix milliseconds.
    pub first_ms: UnixMillis,
    /// Last changed.
    pub last_ms: UnixMillis,
    /// Dealt with, if it is.
    pub resolved_ms: Option<UnixMillis>,
}

/// The latest alerts of an event, open ones first; at most 500.
pub async fn alerts_of_event(
    conn: &mut PgConnection,
    organizer: OrganizerId,
    event: EventId,
) -> Result<Vec<AlertView>, sqlx::Error> {
    sqlx::query_as!(
        AlertView,
        "select kind, subject, detail, first_ms, last_ms, resolved_ms from alerts
         where organizer_id = $1 and event_id = $2
         order by resolved_ms is not null, last_ms desc, kind, subject limit 500",
        organizer.0,
        event.0
    )
    .fetch_all(conn)
    .await
}
