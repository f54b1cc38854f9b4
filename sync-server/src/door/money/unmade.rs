//! Money of a till of which no order or refund can be made: written down, and told to the organizer.

use serde_json::{Value, json};
use shared::ids::EventId;
use sqlx::PgConnection;
use uuid::Uuid;

use super::MakeError;
use super::journal::Till;
use super::sale::cents;
use crate::door::alerts::{self, AlertRow, Noticed, Subject, Telling};

/// So many are named.
const MOST_NAMED: i64 = 20;

/// Writes it down.
pub(super) async fn note(
    conn: &mut PgConnection,
    till: &Till,
    seq: u64,
    (event, why): (Option<EventId>, &str),
    amount: u64,
) -> Result<(), MakeError> {
    sqlx::query!(
        "insert into till_unmade (organizer_id, journal_id, seq, event_id, why, amount_minor)
         values ($1, $2, $3, $4, $5, $6) on conflict do nothing",
        till.organizer.0,
        till.journal.0,
        seq.cast_signed(),
        event.map_or(Uuid::nil(), |event| event.0),
        why,
        cents(amount)
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Tells of all that is written down of a journal, in an event that the transaction has called `begin_change` of.
pub(super) async fn tell(
    conn: &mut PgConnection,
    till: &Till,
    event: EventId,
) -> Result<(), MakeError> {
    let rows = sqlx::query!(
        "select seq, event_id, why, amount_minor from till_unmade
         where organizer_id = $1 and journal_id = $2 order by seq, event_id, why limit $3",
        till.organizer.0,
        till.journal.0,
        MOST_NAMED
    )
    .fetch_all(&mut *conn)
    .await?;
    let facts: Vec<Value> = rows
        .into_iter()
        .map(|row| {
            json!({
                "device": till.device, "seq": row.seq, "event": row.event_id, "why": row.why,
                "amount_minor": row.amount_minor, "currency": till.currency,
            })
        })
        .collect();
    let row = AlertRow {
        kind: Noticed::TillUnmade.code(),
        subject: Subject::Journal(till.journal),
        telling: Telling::Whole {
            detail: json!({ "device": till.device, "facts": facts }),
            resolved: false,
        },
    };
    alerts::upsert(conn, (till.organizer, event), vec![row], till.now_ms).await?;
    Ok(())
}
