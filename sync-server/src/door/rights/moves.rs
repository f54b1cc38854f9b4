//! What the doors' hand-overs and releases made of the grants.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use shared::admission::fold::{Authors, FactHash};
use shared::fact::kind::RightKind;
use shared::fact::{Fact, FactBody};
use shared::ids::{DeviceId, FactId, FactName, TicketId};
use shared::lease::{Lease, Trace, trace};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{admit, cause};
use crate::door::folding;
use crate::door::rules::EventRules;

/// Steps of rights of entry in facts that are being stored, as columns.
#[derive(Debug, Default)]
pub(in crate::door) struct Moves {
    tickets: Vec<i64>,
    journals: Vec<Uuid>,
    seqs: Vec<i64>,
    releasers: BTreeSet<DeviceId>,
}

impl Moves {
    /// Takes note of a fact, if it moves rights of entry.
    pub(in crate::door) fn note(&mut self, fact: &Fact) {
        let steps = match &fact.body {
            FactBody::HandOver {
                right: RightKind::Admit,
                tickets,
                ..
            } => tickets,
            FactBody::Release {
                right: RightKind::Admit,
                tickets,
                ..
            } => {
                self.releasers.insert(fact.device);
                tickets
            }
            FactBody::HandOver { .. }
            | FactBody::Release { .. }
            | FactBody::JournalOpened { .. }
            | FactBody::Entry { .. }
            | FactBody::Exit { .. }
            | FactBody::Refusal { .. }
            | FactBody::Refusals { .. }
            | FactBody::Void { .. }
            | FactBody::Override { .. }
            | FactBody::Annotation { .. }
            | FactBody::Issued { .. }
            | FactBody::Withdrawn { .. }
            | FactBody::Till(_)
            | FactBody::Opaque { .. } => return,
        };
        for step in steps {
            self.tickets.push(step.ticket.to_i64());
            self.journals.push(fact.journal.0);
            self.seqs.push(fact.seq.cast_signed());
        }
    }

    pub(in crate::door) fn is_empty(&self) -> bool {
        self.tickets.is_empty()
    }

    /// Once the facts themselves are stored: who holds these rights now. A door that released some gets no others until the
    /// doors are opened again.
    pub(in crate::door) async fn carry_out(
        &self,
        conn: &mut PgConnection,
        rules: &EventRules,
    ) -> Result<(), sqlx::Error> {
        sqlx::query!(
            "insert into entry_right_moves (organizer_id, event_id, ticket_id, journal_id, seq)
             select $1, $2, t, j, s from unnest($3::bigint[], $4::uuid[], $5::bigint[]) as n (t, j, s)
             on conflict do nothing",
            rules.organizer.0,
            rules.event.id.0,
            &self.tickets,
            &self.journals,
            &self.seqs
        )
        .execute(&mut *conn)
        .await?;
        let releasers: Vec<Uuid> = self.releasers.iter().map(|device| device.0).collect();
        if !releasers.is_empty() {
            sqlx::query!(
                "update device_events set gave_share_back = true
                 where organizer_id = $1 and event_id = $2 and device_id = any($3)",
                rules.organizer.0,
                rules.event.id.0,
                &releasers
            )
            .execute(&mut *conn)
            .await?;
        }
        retrace(conn, rules, &self.tickets).await
    }
}

/// The rights that a device ever moved, anew: its facts count from now on, or no more.
pub(in crate::door) async fn retrace_moved_by(
    conn: &mut PgConnection,
    rules: &EventRules,
    device: DeviceId,
) -> Result<(), sqlx::Error> {
    let tickets = sqlx::query_scalar!(
        r#"select distinct m.ticket_id from entry_right_moves m
           join facts f on f.organizer_id = m.organizer_id and f.event_id = m.event_id and f.journal_id = m.journal_id
                       and f.seq = m.seq
           where m.organizer_id = $1 and m.event_id = $2 and f.device_id = $3"#,
        rules.organizer.0,
        rules.event.id.0,
        device.0
    )
    .fetch_all(&mut *conn)
    .await?;
    retrace(conn, rules, &tickets).await
}

/// Writes who holds the rights of these tickets, from their grants and all facts.
pub(in crate::door) async fn retrace(
    conn: &mut PgConnection,
    rules: &EventRules,
    tickets: &[i64],
) -> Result<(), sqlx::Error> {
    if tickets.is_empty() {
        return Ok(());
    }
    let traced = traces(conn, rules, tickets).await?;
    let ids: Vec<i64> = traced.keys().map(|ticket| ticket.to_i64()).collect();
    let of = traced.values().map(|traced| &traced.trace);
    let holders: Vec<Option<Uuid>> = of
        .clone()
        .map(|trace| trace.holder().map(|device| device.0))
        .collect();
    let contested: Vec<bool> = of.map(|trace| trace.is_contested).collect();
    sqlx::query!(
        "update entry_rights r set holder_id = n.holder, contested = n.contested
         from unnest($3::bigint[], $4::uuid[], $5::boolean[]) as n (ticket, holder, contested)
         where r.organizer_id = $1 and r.event_id = $2 and r.ticket_id = n.ticket",
        rules.organizer.0,
        rules.event.id.0,
        &ids,
        &holders as &[Option<Uuid>],
        &contested
    )
    .execute(conn)
    .await
    .map(drop)
}

/// Whose facts count.
pub(super) fn authors(rules: &EventRules) -> Authors<'_> {
    Authors {
        devices: &rules.devices,
        server: rules.server,
        event: rules.event.id,
    }
}

/// A right as its grant and all facts have it.
pub(super) struct Traced {
    pub(super) lease: Lease,
    pub(super) trace: Trace,
    /// Of the ticket and of its right.
    pub(super) facts: Vec<(Fact, FactHash)>,
}

/// The traces of those of these tickets' rights that were granted.
pub(super) async fn traces(
    conn: &mut PgConnection,
    rules: &EventRules,
    tickets: &[i64],
) -> Result<BTreeMap<TicketId, Traced>, sqlx::Error> {
    let mut facts = facts_of(conn, rules, tickets).await?;
    let grants = sqlx::query!(
        "select ticket_id, device_id, term, cause, after from entry_rights
         where organizer_id = $1 and event_id = $2 and ticket_id = any($3)",
        rules.organizer.0,
        rules.event.id.0,
        tickets
    )
    .fetch_all(conn)
    .await?;
    let authors = authors(rules);
    Ok(grants
        .into_iter()
        .map(|row| {
            let ticket = TicketId::from_i64(row.ticket_id);
            let names = row.after.iter().filter_map(|name| name_from(name));
            let lease = Lease {
                event: rules.event.id,
                right: RightKind::Admit,
                term: row.term.cast_unsigned(),
                device: DeviceId(row.device_id),
                cause: cause(&row.cause),
                after: names.map(|name| (ticket, name)).collect(),
                type_no: None,
                ends_ms: None,
                is_stopped: false,
                tickets: vec![ticket],
            };
            let facts = facts.remove(&ticket).unwrap_or_default();
            let trace = trace(admit(ticket), Some(&lease), &facts, &authors);
            let traced = Traced {
                lease,
                trace,
                facts,
            };
            (ticket, traced)
        })
        .collect())
}

/// The facts of tickets and of their rights.
pub(super) async fn facts_of(
    conn: &mut PgConnection,
    rules: &EventRules,
    tickets: &[i64],
) -> Result<HashMap<TicketId, Vec<(Fact, FactHash)>>, sqlx::Error> {
    let named = tickets.iter().copied().map(TicketId::from_i64).collect();
    let mut facts = folding::facts_of(conn, rules, &named).await?;
    let moved = sqlx::query!(
        "select m.ticket_id, f.envelope from entry_right_moves m
         join facts f on f.organizer_id = m.organizer_id and f.event_id = m.event_id and f.journal_id = m.journal_id
                     and f.seq = m.seq
         where m.organizer_id = $1 and m.event_id = $2 and m.ticket_id = any($3)",
        rules.organizer.0,
        rules.event.id.0,
        tickets
    )
    .fetch_all(conn)
    .await?;
    for row in moved {
        if let Some(read) = folding::read(&row.envelope) {
            let of_ticket = facts.entry(TicketId::from_i64(row.ticket_id)).or_default();
            of_ticket.push(read);
        }
    }
    Ok(facts)
}

/// A fact's name as the column has it.
pub(super) fn name_bytes(name: FactName) -> Vec<u8> {
    [*name.device.as_bytes(), *name.fact.as_bytes()].concat()
}

/// From its column.
pub(super) fn name_from(bytes: &[u8]) -> Option<FactName> {
    let (device, fact) = bytes.split_first_chunk::<16>()?;
    Some(FactName {
        device: DeviceId::from_bytes(*device),
        fact: FactId::from_bytes(fact.try_into().ok()?),
    })
}
