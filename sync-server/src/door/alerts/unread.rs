//! Devices whose facts this program can't read yet: theirs is newer.

use serde_json::{Value, json};
use shared::ids::{DeviceId, EventId, OrganizerId};
use sqlx::PgConnection;

use super::{AlertRow, MOST_NAMED, Noticed, Subject, Telling};

/// The alert about what is unread of a device now: over, once nothing is.
pub(in crate::door) async fn unread_of(
    conn: &mut PgConnection,
    (organizer, event): (OrganizerId, EventId),
    device: DeviceId,
) -> Result<AlertRow, sqlx::Error> {
    let rows = sqlx::query!(
        "select journal_id, seq, version, kind from unread_facts
         where organizer_id = $1 and event_id = $2 and device_id = $3 order by journal_id, seq limit $4",
        organizer.0,
        event.0,
        device.0,
        MOST_NAMED as i64 + 1
    )
    .fetch_all(conn)
    .await?;
    let more = rows.len() > MOST_NAMED;
    let named = rows.into_iter().take(MOST_NAMED).map(|row| {
        json!({ "device": device, "journal": row.journal_id, "seq": row.seq, "version": row.version, "kind": row.kind })
    });
    let named: Vec<Value> = named.collect();
    let telling = if named.is_empty() {
        Telling::Over
    } else {
        Telling::Whole {
            detail: json!({ "device": device, "facts": named, "more": more }),
            resolved: false,
        }
    };
    Ok(AlertRow {
        kind: Noticed::FactUnread.code(),
        subject: Subject::Device(device),
        telling,
    })
}
