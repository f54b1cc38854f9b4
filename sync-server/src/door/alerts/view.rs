//! Alerts as people read them: with the names of devices and gates, and with their history.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shared::clock::UnixMillis;
use shared::ids::{EventId, OrganizerId};
use sqlx::PgConnection;
use sqlx::types::Json;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::door::money::vouchers::VoucherNames;

/// With each alert in a list; the rest is asked for by itself.
const HISTORY_IN_LISTS: i64 = 10;
/// In one answer about one alert.
const HISTORY_OF_ONE: i64 = 200;

/// An alert as the API tells it.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct AlertView {
    /// `duplicate_entry`, `journal_forked`...
    pub kind: String,
    /// A ticket's 13 characters, or the id of a journal or device.
    pub subject: String,
    /// The facts it is about, with devices, gates and times.
    #[schema(value_type = Object)]
    pub detail: Value,
    /// Raised, unix milliseconds.
    pub first_ms: UnixMillis,
    /// Last changed.
    pub last_ms: UnixMillis,
    /// Dealt with, if it is.
    pub resolved_ms: Option<UnixMillis>,
    /// How it changed, the newest first; in lists the last ten changes.
    pub history: Vec<AlertChange>,
}

/// How an alert was from some time on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AlertChange {
    /// For `before`; the numbers of an alert descend here, with gaps.
    pub no: i64,
    /// From then on.
    pub at_ms: UnixMillis,
    /// Dealt with.
    pub resolved: bool,
    /// Who said so, of alerts that are about a device or journal.
    pub noted_by: Option<String>,
    /// The detail as it was.
    #[schema(value_type = Object)]
    pub detail: Value,
}

/// An alert as it stands in its table.
#[derive(Clone, Debug)]
pub(super) struct Stored {
    pub(super) kind: String,
    pub(super) subject: String,
    pub(super) detail: Value,
    pub(super) first_ms: UnixMillis,
    pub(super) last_ms: UnixMillis,
    pub(super) resolved_ms: Option<UnixMillis>,
}

/// The latest alerts of an event, open ones first; at most 500.
pub async fn alerts_of_event(
    conn: &mut PgConnection,
    organizer: OrganizerId,
    event: EventId,
) -> Result<Vec<AlertView>, sqlx::Error> {
    let stored = sqlx::query_as!(
        Stored,
        "select kind, subject, detail, first_ms, last_ms, resolved_ms from alerts
         where organizer_id = $1 and event_id = $2
         order by resolved_ms is not null, last_ms desc, kind, subject limit 500",
        organizer.0,
        event.0
    )
    .fetch_all(&mut *conn)
    .await?;
    present(conn, (organizer, event), stored).await
}

/// One alert, with its history before the change number `before`, as far as an answer goes.
pub(super) async fn alert(
    conn: &mut PgConnection,
    (organizer, event): (OrganizerId, EventId),
    (kind, subject): (&str, &str),
    before: Option<i64>,
) -> Result<Option<AlertView>, sqlx::Error> {
    let stored = sqlx::query_as!(
        Stored,
        "select kind, subject, detail, first_ms, last_ms, resolved_ms from alerts
         where organizer_id = $1 and event_id = $2 and kind = $3 and subject = $4",
        organizer.0,
        event.0,
        kind,
        subject
    )
    .fetch_optional(&mut *conn)
    .await?;
    let Some(stored) = stored else {
        return Ok(None);
    };
    let part = Part {
        before: before.unwrap_or(i64::MAX),
        most: HISTORY_OF_ONE,
    };
    let views = present_part(conn, (organizer, event), vec![stored], part).await?;
    Ok(views.into_iter().next())
}

/// With names and the last changes.
pub(super) async fn present(
    conn: &mut PgConnection,
    of: (OrganizerId, EventId),
    stored: Vec<Stored>,
) -> Result<Vec<AlertView>, sqlx::Error> {
    let part = Part {
        before: i64::MAX,
        most: HISTORY_IN_LISTS,
    };
    present_part(conn, of, stored, part).await
}

/// Which part of the histories.
#[derive(Clone, Copy)]
struct Part {
    before: i64,
    most: i64,
}

async fn present_part(
    conn: &mut PgConnection,
    of: (OrganizerId, EventId),
    stored: Vec<Stored>,
    part: Part,
) -> Result<Vec<AlertView>, sqlx::Error> {
    if stored.is_empty() {
        return Ok(Vec::new());
    }
    let names = Names::read(conn, of).await?;
    let histories = histories(conn, of, &stored, part).await?;
    Ok(stored
        .into_iter()
        .zip(histories)
        .map(|(mut alert, mut history)| {
            names.put_beside(&mut alert.detail);
            for change in &mut history {
                names.put_beside(&mut change.detail);
            }
            AlertView {
                kind: alert.kind,
                subject: alert.subject,
                detail: alert.detail,
                first_ms: alert.first_ms,
                last_ms: alert.last_ms,
                resolved_ms: alert.resolved_ms,
                history,
            }
        })
        .collect())
}

async fn histories(
    conn: &mut PgConnection,
    (organizer, event): (OrganizerId, EventId),
    stored: &[Stored],
    part: Part,
) -> Result<Vec<Vec<AlertChange>>, sqlx::Error> {
    let kinds: Vec<String> = stored.iter().map(|alert| alert.kind.clone()).collect();
    let subjects: Vec<String> = stored.iter().map(|alert| alert.subject.clone()).collect();
    let rows = sqlx::query_scalar!(
        r#"select coalesce((
               select jsonb_agg(jsonb_build_object('no', seq, 'at_ms', at_ms, 'resolved', resolved, 'noted_by', name,
                                                   'detail', detail) order by seq desc)
               from (select c.seq, c.at_ms, c.resolved, a.name, c.detail
                     from alert_changes c left join accounts a on a.id = c.noted_by
                     where c.organizer_id = $1 and c.event_id = $2 and c.kind = w.kind and c.subject = w.subject
                       and c.seq < $5
                     order by c.seq desc limit $6) last
           ), '[]') as "history!: Json<Vec<AlertChange>>"
           from unnest($3::text[], $4::text[]) with ordinality as w (kind, subject, no) order by w.no"#,
        organizer.0,
        event.0,
        &kinds,
        &subjects,
        part.before,
        part.most
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|Json(history)| history).collect())
}

/// What devices, gates and vouchers are called by now.
struct Names {
    vouchers: VoucherNames,
    devices: HashMap<String, String>,
    gates: HashMap<i64, String>,
}

impl Names {
    async fn read(
        conn: &mut PgConnection,
        (organizer, event): (OrganizerId, EventId),
    ) -> Result<Self, sqlx::Error> {
        let devices = sqlx::query!(
            "select id, name from devices where organizer_id = $1",
            organizer.0
        )
        .fetch_all(&mut *conn)
        .await?;
        let gates = sqlx::query!(
            "select no, name from gates where organizer_id = $1 and event_id = $2",
            organizer.0,
            event.0
        )
        .fetch_all(&mut *conn)
        .await?;
        let vouchers = VoucherNames::load(conn, organizer).await?;
        let named = |(id, name): (Uuid, String)| (id.to_string(), name);
        Ok(Self {
            vouchers,
            devices: devices
                .into_iter()
                .map(|row| named((row.id, row.name)))
                .collect(),
            gates: gates
                .into_iter()
                .map(|row| (row.no.into(), row.name))
                .collect(),
        })
    }

    /// `device_name` beside every `device`, `gate_name` beside every `gate` that has one, `voucher_name` beside every `voucher`.
    fn put_beside(&self, value: &mut Value) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(|item| self.put_beside(item)),
            Value::Object(fields) => {
                fields.values_mut().for_each(|field| self.put_beside(field));
                let device = fields.get("device").and_then(Value::as_str);
                let device = device.and_then(|id| self.devices.get(id));
                let gate = fields.get("gate").and_then(Value::as_i64);
                let gate = gate.and_then(|no| self.gates.get(&no));
                let voucher = fields.get("voucher").and_then(Value::as_i64);
                let voucher = voucher.and_then(|kind| self.vouchers.of(kind));
                let names = [
                    ("device_name", device.map(String::as_str)),
                    ("gate_name", gate.map(String::as_str)),
                    ("voucher_name", voucher),
                ];
                let names = names.map(|(field, name)| (field, name.map(|name| json!(name))));
                for (field, name) in names {
                    fields.extend(name.map(|name| (field.to_owned(), name)));
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
}
