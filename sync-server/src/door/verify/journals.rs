//! Journals byte by byte: form, author, signature, chain, head, and the columns that were read from the bytes.

use std::collections::HashMap;

use shared::fact::envelope::Header;
use shared::fact::{Envelope, EnvelopeError, FactPublicKey, Head};
use shared::ids::{DeviceId, JournalId};
use sqlx::PgConnection;

use super::{PART, Problem, Verified};
use crate::door::rules::EventRules;
use crate::door::store::FactRows;

/// A journal as its own row has it.
pub(super) struct Journal {
    id: JournalId,
    device: DeviceId,
    head: Head,
}

impl Journal {
    fn problem(&self, code: &'static str, at: u64, detail: impl Into<String>) -> Problem {
        Problem {
            code,
            of: self.id.to_string(),
            at: Some(at),
            detail: detail.into(),
        }
    }
}

pub(super) async fn all(
    conn: &mut PgConnection,
    rules: &EventRules,
) -> Result<Vec<Journal>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select id as "id!", max(device_id::text) as device, max(head_seq) as seq, max(head_hash) as hash from (
               select id, device_id, head_seq, encode(head_hash, 'hex') as head_hash from journals
               where organizer_id = $1 and event_id = $2
               union all
               select distinct journal_id, null::uuid, null::bigint, null from facts
               where organizer_id = $1 and event_id = $2
           ) j group by id order by id"#,
        rules.organizer.0,
        rules.event.id.0
    )
    .fetch_all(conn)
    .await?;
    let head = |seq: Option<i64>, hash: Option<String>| Head {
        seq: seq.unwrap_or(0).cast_unsigned(),
        hash: hash
            .and_then(|hash| <[u8; 32]>::try_from(hex(&hash)?).ok())
            .unwrap_or_default(),
    };
    Ok(rows
        .into_iter()
        .map(|row| Journal {
            id: JournalId(row.id),
            device: row
                .device
                .and_then(|device| device.parse().ok())
                .unwrap_or(DeviceId::from_bytes([0; 16])),
            head: head(row.seq, row.hash),
        })
        .collect())
}

fn hex(text: &str) -> Option<Vec<u8>> {
    let byte = |at: usize| u8::from_str_radix(text.get(at..at + 2)?, 16).ok();
    (0..text.len()).step_by(2).map(byte).collect()
}

pub(super) async fn look_at(
    conn: &mut PgConnection,
    rules: &EventRules,
    journal: &Journal,
    keys: &HashMap<DeviceId, FactPublicKey>,
    seen: &mut Verified,
) -> Result<Option<Problem>, sqlx::Error> {
    seen.journals += 1;
    let mut head = Head::EMPTY;
    let Some(key) = keys.get(&journal.device) else {
        return Ok(Some(journal.problem(
            "author",
            1,
            "its author is no device here",
        )));
    };
    loop {
        let part = part(conn, rules, journal.id, head.seq).await?;
        if part.is_empty() {
            break;
        }
        for row in part {
            let at = row.seq;
            match follow(head, &row, journal.device, key) {
                Ok(next) => head = next,
                Err((code, detail)) => return Ok(Some(journal.problem(code, at, detail))),
            }
            seen.facts += 1;
            seen.unread += u64::from(row.is_unread);
        }
    }
    let ends = (head.seq, head.hash) == (journal.head.seq, journal.head.hash);
    Ok((!ends).then(|| {
        let detail = format!(
            "its facts end at {}, its head says {}",
            head.seq, journal.head.seq
        );
        journal.problem("head", head.seq, detail)
    }))
}

/// A stored fact, with the columns that were read from its envelope when it came.
struct StoredFact {
    seq: u64,
    columns: FactRows,
    /// The program that took it could not read it, and none has since.
    is_unread: bool,
}

async fn part(
    conn: &mut PgConnection,
    rules: &EventRules,
    journal: JournalId,
    after: u64,
) -> Result<Vec<StoredFact>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select journal_id, seq, device_id, fact_id, hash, kind, ticket_id, gate_no, reason, amount, envelope,
                  exists (select from unread_facts u
                          where u.organizer_id = $1 and u.event_id = $2 and u.journal_id = $3 and u.seq = f.seq) as "is_unread!"
           from facts f where organizer_id = $1 and event_id = $2 and journal_id = $3 and seq > $4 order by seq limit $5"#,
        rules.organizer.0,
        rules.event.id.0,
        journal.0,
        after.cast_signed(),
        PART
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| StoredFact {
            seq: row.seq.cast_unsigned(),
            is_unread: row.is_unread,
            columns: FactRows {
                journals: vec![row.journal_id],
                seqs: vec![row.seq],
                devices: vec![row.device_id],
                ids: vec![row.fact_id],
                hashes: vec![row.hash],
                kinds: vec![row.kind],
                tickets: vec![row.ticket_id],
                gates: vec![row.gate_no],
                reasons: vec![row.reason],
                amounts: vec![row.amount],
                envelopes: vec![row.envelope],
            },
        })
        .collect())
}

/// The head after this fact, or what is wrong with it.
fn follow(
    head: Head,
    row: &StoredFact,
    author: DeviceId,
    key: &FactPublicKey,
) -> Result<Head, (&'static str, String)> {
    let bytes = row.columns.envelopes.first().map_or(&[][..], Vec::as_slice);
    let (header, fact) = match Envelope::decode(bytes) {
        Ok(envelope) => (envelope.header(), Some(envelope.fact().clone())),
        Err(EnvelopeError::NewerVersion { .. }) => {
            let header = Header::peek(bytes).map_err(|error| (error.code(), error.to_string()))?;
            (header, None)
        }
        Err(error) => return Err((error.code(), error.to_string())),
    };
    if header.device != author {
        return Err((
            "author",
            "it is by another device than its journal".to_owned(),
        ));
    }
    header
        .verify(bytes, key)
        .map_err(|error| ("signature", error.to_string()))?;
    let next = head
        .follow(&header)
        .map_err(|error| ("chain", error.to_string()))?;
    let mut columns = FactRows::default();
    columns.push(&header, fact.as_ref(), bytes.to_vec());
    // What is unread has no columns of its own before it is read.
    if !row.is_unread && columns != row.columns {
        return Err((
            "column",
            "its columns are not what its bytes say".to_owned(),
        ));
    }
    Ok(next)
}
