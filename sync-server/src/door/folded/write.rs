//! How it is written: each part by itself, or with the facts in the one statement of a scan.

use std::collections::BTreeMap;

use shared::admission::FactLabel;
use shared::clock::UnixMillis;
use shared::ids::FactName;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{Written, label_texts};
use crate::door::alerts;
use crate::door::own_journal::Signed;
use crate::door::rules::EventRules;

impl Written {
    /// Writes what differs from what is there.
    pub(in crate::door) async fn write(
        &self,
        conn: &mut PgConnection,
        rules: &EventRules,
        now_ms: UnixMillis,
    ) -> Result<(), sqlx::Error> {
        self.write_states(conn, rules).await?;
        self.write_remarks(conn, rules, now_ms).await
    }

    /// Whether there is more to write than [`Self::write_with`] does: [`Self::write_remarks`].
    pub(in crate::door) fn has_remarks(&self) -> bool {
        !(self.labels.is_empty() && self.alerts.is_empty())
    }

    /// The labels of former facts, and the alerts.
    pub(in crate::door) async fn write_remarks(
        &self,
        conn: &mut PgConnection,
        rules: &EventRules,
        now_ms: UnixMillis,
    ) -> Result<(), sqlx::Error> {
        self.write_labels(conn, rules).await?;
        let of = (rules.organizer, rules.event.id);
        alerts::upsert(conn, of, self.alerts.clone(), now_ms).await
    }

    /// The tickets' states and the facts themselves with their labels in one statement: each costs a tenth of what a scan
    /// may. It takes the event's lock where the caller has not, and writes nothing, `false`, if something was written to
    /// the event since its number was `head`.
    pub(in crate::door) async fn write_with(
        &self,
        conn: &mut PgConnection,
        rules: &EventRules,
        signed: &Signed,
        head: i64,
        now_ms: UnixMillis,
    ) -> Result<bool, sqlx::Error> {
        let (number, head) = (head, &signed.head);
        let facts = &signed.rows;
        // Without labels where there is nothing to be said: an eighth of what a scan takes went into preparing that part.
        macro_rules! write_scan {
            ($more:literal $(, $value:expr)*) => {
                sqlx::query_scalar!(
                    r#"with taken as materialized (
                         select 1 where begin_change_after($1, $2, $28) is not null
                     ), written_facts as (
                         insert into facts (organizer_id, event_id, journal_id, seq, device_id, fact_id, hash, kind, ticket_id,
                                            gate_no, reason, amount, envelope, received_ms)
                         select $1, $2, j, s, d, f, h, k, t, g, r, a, e, $14
                         from unnest($3::uuid[], $4::bigint[], $5::uuid[], $6::uuid[], $7::bytea[], $8::integer[], $9::bigint[],
                                     $10::integer[], $11::smallint[], $12::integer[], $13::bytea[])
                              as n (j, s, d, f, h, k, t, g, r, a, e), taken
                     ), written_head as (
                         insert into journals (organizer_id, event_id, id, device_id, head_seq, head_hash, head_hlc, opened_ms)
                         select $1, $2, $15, $16, $17, $18, $27, $14 from taken
                         on conflict (organizer_id, event_id, id) do update
                         set head_seq = excluded.head_seq, head_hash = excluded.head_hash, head_hlc = excluded.head_hlc
                     ), written_states as (
                         insert into ticket_states as s (organizer_id, event_id, ticket_id, inside, entries, exits, last_entry_ms,
                                                         last_gate, entry_gates, exit_gates)
                         select $1, $2, t, i, n, x, m, g, eg::integer[], xg::integer[]
                         from unnest($19::bigint[], $20::boolean[], $21::integer[], $22::integer[], $23::bigint[],
                                     $24::integer[], $25::text[], $26::text[]) as w (t, i, n, x, m, g, eg, xg), taken
                         on conflict (organizer_id, event_id, ticket_id) do update
                         set inside = excluded.inside, entries = excluded.entries, exits = excluded.exits,
                             last_entry_ms = excluded.last_entry_ms, last_gate = excluded.last_gate,
                             entry_gates = excluded.entry_gates, exit_gates = excluded.exit_gates
                         where (s.*) is distinct from (excluded.*)
                     )"#
                        + $more
                        + r#" select exists (select from taken) as "written!""#,
                    rules.organizer.0,
                    rules.event.id.0,
                    &facts.journals,
                    &facts.seqs,
                    &facts.devices,
                    &facts.ids,
                    &facts.hashes,
                    &facts.kinds,
                    &facts.tickets as &[Option<i64>],
                    &facts.gates as &[Option<i32>],
                    &facts.reasons as &[Option<i16>],
                    &facts.amounts,
                    &facts.envelopes,
                    now_ms,
                    head.journal,
                    head.device.0,
                    head.seq,
                    &head.hash,
                    &self.tickets,
                    &self.inside,
                    &self.entries,
                    &self.exits,
                    &self.last_entry_ms as &[Option<i64>],
                    &self.last_gate as &[Option<i32>],
                    &self.entry_gates,
                    &self.exit_gates,
                    head.hlc.raw().cast_signed(),
                    number
                    $(, $value)*
                )
                .fetch_one(conn)
                .await
            };
        }
        if self.first_labels.is_empty() {
            return write_scan!("");
        }
        let labels = LabelColumns::of(&self.first_labels);
        write_scan!(
            r#", written_labels as (
                 insert into fact_labels (organizer_id, event_id, device_id, fact_id, labels)
                 select $1, $2, d, f, string_to_array(t, ',')
                 from unnest($29::uuid[], $30::uuid[], $31::text[]) as w (d, f, t), taken
             )"#,
            &labels.devices,
            &labels.facts,
            &labels.texts
        )
    }

    async fn write_states(
        &self,
        conn: &mut PgConnection,
        rules: &EventRules,
    ) -> Result<(), sqlx::Error> {
        sqlx::query!(
            "insert into ticket_states as s (organizer_id, event_id, ticket_id, inside, entries, exits, last_entry_ms,
                                             last_gate, entry_gates, exit_gates)
             select $1, $2, t, i, n, x, m, g, eg::integer[], xg::integer[]
             from unnest($3::bigint[], $4::boolean[], $5::integer[], $6::integer[], $7::bigint[], $8::integer[],
                         $9::text[], $10::text[]) as w (t, i, n, x, m, g, eg, xg)
             on conflict (organizer_id, event_id, ticket_id) do update
             set inside = excluded.inside, entries = excluded.entries, exits = excluded.exits,
                 last_entry_ms = excluded.last_entry_ms, last_gate = excluded.last_gate,
                 entry_gates = excluded.entry_gates, exit_gates = excluded.exit_gates
             where (s.*) is distinct from (excluded.*)",
            rules.organizer.0,
            rules.event.id.0,
            &self.tickets,
            &self.inside,
            &self.entries,
            &self.exits,
            &self.last_entry_ms as &[Option<i64>],
            &self.last_gate as &[Option<i32>],
            &self.entry_gates,
            &self.exit_gates
        )
        .execute(conn)
        .await
        .map(drop)
    }

    /// A fact without a row of labels is `ok`: one is written only for those that are not, or were not. What was said
    /// is looked up for each by itself: a join would read all labels of the event.
    async fn write_labels(
        &self,
        conn: &mut PgConnection,
        rules: &EventRules,
    ) -> Result<(), sqlx::Error> {
        let labels = LabelColumns::of(&self.labels);
        sqlx::query!(
            "insert into fact_labels as l (organizer_id, event_id, device_id, fact_id, labels)
             select $1, $2, d, f, string_to_array(t, ',')
             from unnest($3::uuid[], $4::uuid[], $5::text[]) as w (d, f, t)
             where t <> array_to_string(coalesce((select was.labels from fact_labels was
                 where was.organizer_id = $1 and was.event_id = $2 and was.device_id = d and was.fact_id = f), '{ok}'), ',')
             on conflict (organizer_id, event_id, device_id, fact_id) do update set labels = excluded.labels",
            rules.organizer.0,
            rules.event.id.0,
            &labels.devices,
            &labels.facts,
            &labels.texts
        )
        .execute(conn)
        .await
        .map(drop)
    }
}

/// Labels as columns; the lists as text, since PostgreSQL has no arrays of arrays of unequal length.
struct LabelColumns {
    devices: Vec<Uuid>,
    facts: Vec<Uuid>,
    texts: Vec<String>,
}

impl LabelColumns {
    fn of(labels: &BTreeMap<FactName, Vec<FactLabel>>) -> Self {
        Self {
            devices: labels.keys().map(|name| name.device.0).collect(),
            facts: labels.keys().map(|name| name.fact.0).collect(),
            texts: labels.values().map(|labels| label_texts(labels)).collect(),
        }
    }
}
