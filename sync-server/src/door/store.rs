//! Writing facts: the tables of journals, facts and quarantine, many rows a statement.

use std::collections::HashSet;

use shared::clock::{Hlc, UnixMillis};
use shared::fact::envelope::Header;
use shared::fact::{Fact, FactBody};
use shared::ids::{DeviceId, EventId, OrganizerId, TicketId};
use sqlx::PgConnection;
use uuid::Uuid;

use super::rows;

/// A fact of a kind that this version can't read has no kind either.
const OPAQUE_KIND: i32 = 0;

/// A journal's head, to be written.
#[derive(Clone, Copy, Debug)]
pub(super) struct HeadRow {
    pub(super) journal: Uuid,
    pub(super) device: DeviceId,
    pub(super) seq: i64,
    pub(super) hash: [u8; 32],
    /// The clock as of the last fact, in the server's own journals; 0 in those of devices.
    pub(super) hlc: Hlc,
}

/// Rows of `facts`, as columns.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct FactRows {
    pub(super) journals: Vec<Uuid>,
    pub(super) seqs: Vec<i64>,
    pub(super) devices: Vec<Uuid>,
    pub(super) ids: Vec<Uuid>,
    pub(super) hashes: Vec<Vec<u8>>,
    pub(super) kinds: Vec<i32>,
    pub(super) tickets: Vec<Option<i64>>,
    pub(super) gates: Vec<Option<i32>>,
    pub(super) reasons: Vec<Option<i16>>,
    pub(super) amounts: Vec<i32>,
    pub(super) envelopes: Vec<Vec<u8>>,
}

/// What attendance counts by.
struct Counted {
    gate: Option<u16>,
    reason: Option<u8>,
    amount: u32,
}

fn counted(body: &FactBody) -> Counted {
    let (gate, reason, amount) = match body {
        FactBody::Entry { gate, .. } | FactBody::Exit { gate, .. } => (Some(gate.0), None, 0),
        FactBody::Override { gate, reason, .. } => (Some(gate.0), Some(*reason), 0),
        FactBody::Refusal { gate, reason, .. } => (Some(gate.0), Some(*reason), 1),
        FactBody::Refusals {
            gate,
            reason,
            count,
        } => (Some(gate.0), Some(*reason), *count),
        FactBody::JournalOpened { .. }
        | FactBody::Void { .. }
        | FactBody::Annotation { .. }
        | FactBody::Issued { .. }
        | FactBody::HandOver { .. }
        | FactBody::Release { .. }
        | FactBody::Withdrawn { .. }
        | FactBody::Till(_)
        | FactBody::Opaque { .. } => (None, None, 0),
    };
    Counted {
        gate,
        reason,
        amount,
    }
}

impl FactRows {
    /// Adds a fact; one of a newer version has no `fact`, and its place stands for its id.
    pub(super) fn push(&mut self, header: &Header, fact: Option<&Fact>, envelope: Vec<u8>) {
        let counted = fact.map(|fact| counted(&fact.body));
        let id = fact.map_or_else(
            || Uuid::from_bytes(std::array::from_fn(|i| header.hash[i])),
            |fact| fact.id.0,
        );
        self.journals.push(header.journal.0);
        self.seqs.push(header.seq.cast_signed());
        self.devices.push(header.device.0);
        self.ids.push(id);
        self.hashes.push(header.hash.to_vec());
        self.kinds
            .push(fact.map_or(OPAQUE_KIND, |fact| fact.body.kind().into()));
        self.tickets
            .push(fact.and_then(Fact::ticket).map(TicketId::to_i64));
        self.gates.push(
            counted
                .as_ref()
                .and_then(|counted| counted.gate.map(i32::from)),
        );
        self.reasons.push(
            counted
                .as_ref()
                .and_then(|counted| counted.reason.map(i16::from)),
        );
        self.amounts.push(counted.map_or(0, |counted| {
            i32::try_from(counted.amount).unwrap_or(i32::MAX)
        }));
        self.envelopes.push(envelope);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.seqs.is_empty()
    }

    /// Writes them; the caller holds the event's lock and has checked that their places are free.
    pub(super) async fn insert(
        &self,
        conn: &mut PgConnection,
        organizer: OrganizerId,
        event: EventId,
        received_ms: UnixMillis,
    ) -> Result<(), sqlx::Error> {
        sqlx::query!(
            "insert into facts (organizer_id, event_id, journal_id, seq, device_id, fact_id, hash, kind, ticket_id,
                                gate_no, reason, amount, envelope, received_ms)
             select $1, $2, j, s, d, f, h, k, t, g, r, a, e, $14
             from unnest($3::uuid[], $4::bigint[], $5::uuid[], $6::uuid[], $7::bytea[], $8::integer[], $9::bigint[],
                         $10::integer[], $11::smallint[], $12::integer[], $13::bytea[])
                  as n (j, s, d, f, h, k, t, g, r, a, e)",
            organizer.0,
            event.0,
            &self.journals,
            &self.seqs,
            &self.devices,
            &self.ids,
            &self.hashes,
            &self.kinds,
            &self.tickets as &[Option<i64>],
            &self.gates as &[Option<i32>],
            &self.reasons as &[Option<i16>],
            &self.amounts,
            &self.envelopes,
            received_ms
        )
        .execute(conn)
        .await
        .map(drop)
    }
}

impl FactRows {
    /// Puts what was read from the bytes beside facts that were stored unread, which they are no more.
    pub(super) async fn read_at_last(
        &self,
        conn: &mut PgConnection,
        organizer: OrganizerId,
        event: EventId,
    ) -> Result<(), sqlx::Error> {
        sqlx::query!(
            "update facts set fact_id = i, kind = k, ticket_id = t, gate_no = g, reason = r, amount = a
             from unnest($3::uuid[], $4::bigint[], $5::uuid[], $6::integer[], $7::bigint[], $8::integer[], $9::smallint[],
                         $10::integer[]) as n (j, s, i, k, t, g, r, a)
             where organizer_id = $1 and event_id = $2 and journal_id = j and seq = s",
            organizer.0,
            event.0,
            &self.journals,
            &self.seqs,
            &self.ids,
            &self.kinds,
            &self.tickets as &[Option<i64>],
            &self.gates as &[Option<i32>],
            &self.reasons as &[Option<i16>],
            &self.amounts
        )
        .execute(&mut *conn)
        .await?;
        sqlx::query!(
            "delete from unread_facts u using unnest($3::uuid[], $4::bigint[]) as n (j, s)
             where organizer_id = $1 and event_id = $2 and journal_id = j and seq = s",
            organizer.0,
            event.0,
            &self.journals,
            &self.seqs
        )
        .execute(conn)
        .await
        .map(drop)
    }
}

/// Writes heads of journals, new ones among them.
pub(super) async fn upsert_heads(
    conn: &mut PgConnection,
    organizer: OrganizerId,
    event: EventId,
    heads: &[HeadRow],
    now_ms: UnixMillis,
) -> Result<(), sqlx::Error> {
    let journals: Vec<Uuid> = heads.iter().map(|head| head.journal).collect();
    let devices: Vec<Uuid> = heads.iter().map(|head| head.device.0).collect();
    let seqs: Vec<i64> = heads.iter().map(|head| head.seq).collect();
    let hashes: Vec<Vec<u8>> = heads.iter().map(|head| head.hash.to_vec()).collect();
    let clocks: Vec<i64> = heads
        .iter()
        .map(|head| head.hlc.raw().cast_signed())
        .collect();
    sqlx::query!(
        "insert into journals (organizer_id, event_id, id, device_id, head_seq, head_hash, head_hlc, opened_ms)
         select $1, $2, j, d, s, h, c, $8
         from unnest($3::uuid[], $4::uuid[], $5::bigint[], $6::bytea[], $7::bigint[]) as n (j, d, s, h, c)
         on conflict (organizer_id, event_id, id) do update
         set head_seq = excluded.head_seq, head_hash = excluded.head_hash, head_hlc = greatest(journals.head_hlc, excluded.head_hlc)",
        organizer.0,
        event.0,
        &journals,
        &devices,
        &seqs,
        &hashes,
        &clocks,
        now_ms
    )
    .execute(conn)
    .await
    .map(drop)
}

/// An envelope kept apart.
#[derive(Clone, Debug)]
pub(super) struct QuarantineRow {
    pub(super) event: EventId,
    pub(super) journal: Uuid,
    pub(super) seq: u64,
    pub(super) device: DeviceId,
    pub(super) why: &'static str,
    pub(super) envelope: Vec<u8>,
}

/// Keeps envelopes that can't be placed, and returns the hashes of those that weren't kept before.
pub(super) async fn quarantine(
    conn: &mut PgConnection,
    organizer: OrganizerId,
    rows: &[QuarantineRow],
    now_ms: UnixMillis,
) -> Result<HashSet<[u8; 32]>, sqlx::Error> {
    if rows.is_empty() {
        return Ok(HashSet::new());
    }
    let hash = |row: &QuarantineRow| shared::fact::envelope::hash_of(&row.envelope).to_vec();
    let seq = |row: &QuarantineRow| i64::try_from(row.seq).unwrap_or(i64::MAX);
    let events: Vec<Uuid> = rows.iter().map(|row| row.event.0).collect();
    let hashes: Vec<Vec<u8>> = rows.iter().map(hash).collect();
    let journals: Vec<Uuid> = rows.iter().map(|row| row.journal).collect();
    let seqs: Vec<i64> = rows.iter().map(seq).collect();
    let devices: Vec<Uuid> = rows.iter().map(|row| row.device.0).collect();
    let reasons: Vec<String> = rows.iter().map(|row| row.why.to_owned()).collect();
    let envelopes: Vec<Vec<u8>> = rows.iter().map(|row| row.envelope.clone()).collect();
    let kept = sqlx::query_scalar!(
        "insert into quarantined_envelopes
           (organizer_id, event_id, hash, journal_id, seq, device_id, why, envelope, received_ms)
         select $1, e, h, j, s, d, w, b, $9
         from unnest($2::uuid[], $3::bytea[], $4::uuid[], $5::bigint[], $6::uuid[], $7::text[], $8::bytea[])
              as n (e, h, j, s, d, w, b)
         on conflict do nothing returning hash",
        organizer.0,
        &events,
        &hashes,
        &journals,
        &seqs,
        &devices,
        &reasons,
        &envelopes,
        now_ms
    )
    .fetch_all(conn)
    .await?;
    Ok(kept.iter().map(|hash| rows::key_bytes(hash)).collect())
}
