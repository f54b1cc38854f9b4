//! Where uploaded journals belong, and how far the server has them.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use shared::fact::{FactPublicKey, Head};
use shared::ids::{DeviceId, EventId, JournalId, OrganizerId};
use sqlx::PgConnection;
use uuid::Uuid;

use super::intake::{Offered, Refusal, Upload};
use super::rows;

/// A journal as the server has it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    pub(super) event: EventId,
    pub(super) head: Head,
}

/// The keys of all the organizer's devices, revoked ones and the server's own among them.
pub(super) async fn device_keys(
    conn: &mut PgConnection,
    organizer: OrganizerId,
) -> Result<HashMap<DeviceId, FactPublicKey>, sqlx::Error> {
    let rows = sqlx::query!(
        "select id, public_key from devices where organizer_id = $1",
        organizer.0
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .filter_map(|row| {
            let key = FactPublicKey::from_bytes(&rows::key_bytes(&row.public_key)).ok()?;
            Some((DeviceId(row.id), key))
        })
        .collect())
}

/// The event of each journal: as it was opened, or as its opening in this upload says. Journals that have neither are
/// left out: a gap. What belongs to nobody here is refused.
pub(super) async fn locate(
    conn: &mut PgConnection,
    organizer: OrganizerId,
    upload: &mut Upload,
) -> Result<BTreeMap<JournalId, EventId>, sqlx::Error> {
    let of_refused = upload.refused.iter().map(|refused| refused.journal);
    let ids: BTreeSet<JournalId> = upload.journals.keys().copied().chain(of_refused).collect();
    let ids: Vec<Uuid> = ids.into_iter().map(|journal| journal.0).collect();
    let known: HashMap<JournalId, (Uuid, EventId, DeviceId)> = sqlx::query!(
        "select id, organizer_id, event_id, device_id from journals where id = any($1)",
        &ids
    )
    .fetch_all(&mut *conn)
    .await?
    .into_iter()
    .map(|row| {
        let at = (
            row.organizer_id,
            EventId(row.event_id),
            DeviceId(row.device_id),
        );
        (JournalId(row.id), at)
    })
    .collect();
    let mut events = BTreeMap::new();
    for journal in ids.into_iter().map(JournalId) {
        match known.get(&journal) {
            Some((of, _, _)) if *of != organizer.0 => {
                upload.refuse_journal(journal, Refusal::ForeignAuthor);
            }
            Some((_, event, author)) => {
                upload.refuse_foreign(journal, *author);
                events.insert(journal, *event);
            }
            None => {
                if let Some(event) = opened_here(conn, organizer, upload, journal).await? {
                    events.insert(journal, event);
                }
            }
        }
    }
    Ok(events)
}

async fn opened_here(
    conn: &mut PgConnection,
    organizer: OrganizerId,
    upload: &mut Upload,
    journal: JournalId,
) -> Result<Option<EventId>, sqlx::Error> {
    let first = upload
        .journals
        .get(&journal)
        .and_then(|offered| offered.first());
    let Some(first) = first.filter(|first| first.header.seq == 1) else {
        return Ok(None);
    };
    let Some(event) = first.opens() else {
        upload.refuse_journal(journal, Refusal::UnknownPurpose);
        return Ok(None);
    };
    let author = first.header.device;
    let has_feed = sqlx::query_scalar!(
        r#"select exists (select from feeds where organizer_id = $1 and event_id = $2) as "there!""#,
        organizer.0,
        event.0
    )
    .fetch_one(conn)
    .await?;
    if !has_feed {
        upload.refuse_journal(journal, Refusal::UnknownEvent);
        return Ok(None);
    }
    upload.refuse_foreign(journal, author);
    Ok(Some(event))
}

/// Under the events' locks.
pub(super) async fn heads(
    conn: &mut PgConnection,
    events: &BTreeMap<JournalId, EventId>,
) -> Result<HashMap<JournalId, Known>, sqlx::Error> {
    let ids: Vec<Uuid> = events.keys().map(|journal| journal.0).collect();
    let rows = sqlx::query!(
        "select id, event_id, head_seq, head_hash from journals where id = any($1)",
        &ids
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let head = Head {
                seq: row.head_seq.cast_unsigned(),
                hash: rows::key_bytes(&row.head_hash),
            };
            let event = EventId(row.event_id);
            (JournalId(row.id), Known { event, head })
        })
        .collect())
}

/// Of the facts that are held at places that are offered again.
pub(super) async fn hashes(
    conn: &mut PgConnection,
    organizer: OrganizerId,
    event: EventId,
    journal: JournalId,
    offered: &[Offered],
) -> Result<HashMap<u64, [u8; 32]>, sqlx::Error> {
    let seqs: Vec<i64> = offered
        .iter()
        .map(|offered| offered.header.seq.cast_signed())
        .collect();
    let rows = sqlx::query!(
        "select seq, hash from facts where organizer_id = $1 and event_id = $2 and journal_id = $3 and seq = any($4)",
        organizer.0,
        event.0,
        journal.0,
        &seqs
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.seq.cast_unsigned(), rows::key_bytes(&row.hash)))
        .collect())
}

/// Of the facts kept beside the journal that those offered beyond its end follow.
pub(super) async fn aside(
    conn: &mut PgConnection,
    organizer: OrganizerId,
    event: EventId,
    journal: JournalId,
    (end, offered): (Head, &[Offered]),
) -> Result<HashSet<[u8; 32]>, sqlx::Error> {
    let before: Vec<Vec<u8>> = offered
        .iter()
        .filter(|offered| offered.header.seq > end.seq + 1)
        .map(|offered| offered.header.prev_hash.to_vec())
        .collect();
    // Nearly always the first one offered follows the journal's end, and the others follow it.
    if offered.len() != before.len() {
        return Ok(HashSet::new());
    }
    let rows = sqlx::query_scalar!(
        "select hash from quarantined_envelopes
         where organizer_id = $1 and event_id = $2 and journal_id = $3 and hash = any($4)",
        organizer.0,
        event.0,
        journal.0,
        &before
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.iter().map(|hash| rows::key_bytes(hash)).collect())
}
