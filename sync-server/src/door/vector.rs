//! What the server holds of an event's journals, and their facts for repair.

use std::collections::HashMap;

use shared::ids::{EventId, JournalId, OrganizerId};
use shared::wire::latest::JournalHead;
use sqlx::PgConnection;

use super::rows;

/// Facts in one answer: with base64 about 200 kB.
const MAX_FACTS: usize = 500;

/// The head of every journal of an event.
pub(crate) async fn vector(
    conn: &mut PgConnection,
    organizer: OrganizerId,
    event: EventId,
) -> Result<Vec<JournalHead>, sqlx::Error> {
    let rows = sqlx::query!(
        "select id, head_seq, head_hash from journals where organizer_id = $1 and event_id = $2 order by id",
        organizer.0,
        event.0
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| JournalHead {
            journal: JournalId(row.id),
            seq: row.head_seq.cast_unsigned(),
            hash: rows::key_bytes(&row.head_hash),
        })
        .collect())
}

/// The envelopes after the places in `after`, contiguous per journal, at most 500: ask again until there are none.
/// A journal that `after` doesn't name is given from its beginning.
pub(crate) async fn facts_after(
    conn: &mut PgConnection,
    organizer: OrganizerId,
    event: EventId,
    after: &HashMap<JournalId, u64>,
) -> Result<Vec<Vec<u8>>, sqlx::Error> {
    let mut envelopes = Vec::new();
    for head in vector(&mut *conn, organizer, event).await? {
        let has = after.get(&head.journal).copied().unwrap_or(0);
        if has >= head.seq || envelopes.len() >= MAX_FACTS {
            continue;
        }
        let rows = sqlx::query_scalar!(
            "select envelope from facts
             where organizer_id = $1 and event_id = $2 and journal_id = $3 and seq > $4 order by seq limit $5",
            organizer.0,
            event.0,
            head.journal.0,
            i64::try_from(has).unwrap_or(i64::MAX),
            (MAX_FACTS - envelopes.len()) as i64
        )
        .fetch_all(&mut *conn)
        .await?;
        envelopes.extend(rows);
    }
    Ok(envelopes)
}

/// Reads `after=JOURNAL:SEQ,JOURNAL:SEQ`; what isn't that is passed over.
pub(crate) fn parse_after(text: &str) -> HashMap<JournalId, u64> {
    text.split(',')
        .filter_map(|part| {
            let (journal, seq) = part.split_once(':')?;
            Some((journal.parse().ok()?, seq.parse().ok()?))
        })
        .collect()
}
