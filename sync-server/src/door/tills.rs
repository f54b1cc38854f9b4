//! Journals of tills: kept as door journals are (A2 to A7), of the organizer and not of an event. They go down to nobody, so
//! nothing of them is in the feed.

use std::collections::{BTreeMap, HashMap, HashSet};

use shared::clock::UnixMillis;
use shared::fact::till::TillFact;
use shared::fact::{FactBody, Head};
use shared::ids::{DeviceId, JournalId, OrganizerId};
use shared::wire::latest::JournalAck;
use sqlx::PgConnection;
use uuid::Uuid;

use super::intake::{self, Offered, Placed, Refusal, Upload};
use super::rows;
use super::stock::series;

/// The till journals of an upload, by their authors.
pub(super) type TillJournals = BTreeMap<JournalId, (DeviceId, Vec<Offered>)>;

impl Offered {
    /// Whose till this opening opens; `None` if it opens none.
    fn opens_till_of(&self) -> Option<OrganizerId> {
        match &self.fact.as_ref()?.body {
            FactBody::Till(TillFact::JournalOpened(opening)) => Some(opening.organizer),
            _other => None,
        }
    }
}

impl Offered {
    /// The letters of the till that this opening opens.
    fn till_series(&self) -> Option<String> {
        match &self.fact.as_ref()?.body {
            FactBody::Till(TillFact::JournalOpened(opening)) => Some(opening.series.to_string()),
            _other => None,
        }
    }
}

/// Takes the till journals out of an upload: those that are held, and those whose opening came. A journal of which neither is
/// here stays in it, a gap; what belongs to nobody here is refused.
pub(super) async fn take_out(
    conn: &mut PgConnection,
    organizer: OrganizerId,
    upload: &mut Upload,
) -> Result<TillJournals, sqlx::Error> {
    let ids: Vec<Uuid> = upload.journals.keys().map(|journal| journal.0).collect();
    let known: HashMap<JournalId, (OrganizerId, DeviceId)> = sqlx::query!(
        "select id, organizer_id, device_id from till_journals where id = any($1)",
        &ids
    )
    .fetch_all(conn)
    .await?
    .into_iter()
    .map(|row| {
        let of = (OrganizerId(row.organizer_id), DeviceId(row.device_id));
        (JournalId(row.id), of)
    })
    .collect();
    let mut taken = TillJournals::new();
    for journal in ids.into_iter().map(JournalId) {
        let first = upload.journals.get(&journal).and_then(|all| all.first());
        let of = known.get(&journal).copied().or_else(|| {
            let first = first.filter(|first| first.header.seq == 1)?;
            Some((first.opens_till_of()?, first.header.device))
        });
        let Some((owner, author)) = of else {
            continue;
        };
        if owner != organizer {
            upload.refuse_journal(journal, Refusal::ForeignAuthor);
            continue;
        }
        upload.refuse_foreign(journal, author);
        let offered = upload.journals.remove(&journal).unwrap_or_default();
        taken.insert(journal, (author, offered));
    }
    Ok(taken)
}

/// Stores what continues its journal, and keeps what forks it aside; says of each journal how far it is safe.
pub(super) async fn store(
    conn: &mut PgConnection,
    organizer: OrganizerId,
    journals: TillJournals,
    now_ms: UnixMillis,
) -> Result<Vec<JournalAck>, sqlx::Error> {
    let mut acks = Vec::with_capacity(journals.len());
    for (journal, (author, offered)) in journals {
        if offered.is_empty() {
            continue;
        }
        let head = locked_head(conn, organizer, (journal, author), now_ms).await?;
        let held = held(conn, organizer, journal, &offered).await?;
        let aside = aside(conn, organizer, journal, &offered).await?;
        let placed = intake::place(head, &held, aside, offered);
        insert(conn, organizer, journal, &placed, now_ms).await?;
        if let Some(series) = placed.accepted.iter().find_map(Offered::till_series) {
            let till = (organizer, author);
            series::take_back_letters(conn, till, &series, now_ms).await?;
        }
        acks.push(JournalAck {
            journal,
            acked_through: placed.head.seq,
            forked_at: placed.forked_at,
            aside_through: placed.forked.last().map(|last| last.header.seq),
            refused: Vec::new(),
        });
    }
    Ok(acks)
}

/// Where it ends; its row stays locked, so that two uploads of it come one after the other.
async fn locked_head(
    conn: &mut PgConnection,
    organizer: OrganizerId,
    (journal, author): (JournalId, DeviceId),
    now_ms: UnixMillis,
) -> Result<Head, sqlx::Error> {
    sqlx::query!(
        "insert into till_journals (organizer_id, id, device_id, head_seq, head_hash, opened_ms)
         values ($1, $2, $3, 0, $4, $5) on conflict do nothing",
        organizer.0,
        journal.0,
        author.0,
        &Head::EMPTY.hash[..],
        now_ms
    )
    .execute(&mut *conn)
    .await?;
    let row = sqlx::query!(
        "select head_seq, head_hash from till_journals where organizer_id = $1 and id = $2 for update",
        organizer.0,
        journal.0
    )
    .fetch_one(conn)
    .await?;
    Ok(Head {
        seq: row.head_seq.cast_unsigned(),
        hash: rows::key_bytes(&row.head_hash),
    })
}

/// The hashes of the facts that are held at places that are offered again.
async fn held(
    conn: &mut PgConnection,
    organizer: OrganizerId,
    journal: JournalId,
    offered: &[Offered],
) -> Result<HashMap<u64, [u8; 32]>, sqlx::Error> {
    let seqs: Vec<i64> = offered
        .iter()
        .map(|offered| offered.header.seq.cast_signed())
        .collect();
    let rows = sqlx::query!(
        "select seq, hash from till_facts where organizer_id = $1 and journal_id = $2 and seq = any($3)",
        organizer.0,
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

/// Of the facts kept aside those that the offered ones follow.
async fn aside(
    conn: &mut PgConnection,
    organizer: OrganizerId,
    journal: JournalId,
    offered: &[Offered],
) -> Result<HashSet<[u8; 32]>, sqlx::Error> {
    let before: Vec<Vec<u8>> = offered
        .iter()
        .map(|offered| offered.header.prev_hash.to_vec())
        .collect();
    let rows = sqlx::query_scalar!(
        "select hash from till_forks where organizer_id = $1 and journal_id = $2 and hash = any($3)",
        organizer.0,
        journal.0,
        &before
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.iter().map(|hash| rows::key_bytes(hash)).collect())
}

async fn insert(
    conn: &mut PgConnection,
    organizer: OrganizerId,
    journal: JournalId,
    placed: &Placed,
    now_ms: UnixMillis,
) -> Result<(), sqlx::Error> {
    for accepted in &placed.accepted {
        let fact = accepted.fact.as_ref();
        sqlx::query!(
            "insert into till_facts (organizer_id, journal_id, seq, device_id, fact_id, kind, hash, envelope, received_ms)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            organizer.0,
            journal.0,
            accepted.header.seq.cast_signed(),
            accepted.header.device.0,
            fact.map(|fact| fact.id.0),
            fact.map(|fact| i32::from(fact.body.kind())),
            &accepted.header.hash[..],
            accepted.bytes,
            now_ms
        )
        .execute(&mut *conn)
        .await?;
    }
    for forked in &placed.forked {
        sqlx::query!(
            "insert into till_forks (organizer_id, journal_id, hash, seq, envelope, received_ms)
             values ($1, $2, $3, $4, $5, $6) on conflict do nothing",
            organizer.0,
            journal.0,
            &forked.header.hash[..],
            forked.header.seq.cast_signed(),
            forked.bytes,
            now_ms
        )
        .execute(&mut *conn)
        .await?;
    }
    let forked_ms = placed.forked_at.map(|_| now_ms);
    sqlx::query!(
        "update till_journals set head_seq = $3, head_hash = $4, forked_ms = coalesce(forked_ms, $5),
             -- More of the other side: people are told anew.
             fork_told_ms = case when $5::bigint is null then fork_told_ms end
         where organizer_id = $1 and id = $2",
        organizer.0,
        journal.0,
        placed.head.seq.cast_signed(),
        &placed.head.hash[..],
        forked_ms
    )
    .execute(conn)
    .await
    .map(drop)
}
