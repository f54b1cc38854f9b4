//! Leased tickets as their grants and all facts have them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use shared::admission::Issued;
use shared::admission::fold::{Authors, FactHash};
use shared::fact::Fact;
use shared::fact::kind::RightKind;
use shared::ids::{DeviceId, TicketId, TypeNo};
use shared::lease::stock::{self, Stock};
use shared::lease::{Cause, Lease, Right, trace};
use sqlx::PgConnection;

use crate::door::folding;
use crate::door::rules::EventRules;

/// A leased ticket, as its row has it and as its facts do.
pub(super) struct Traced {
    pub(super) type_no: TypeNo,
    /// As the column has it.
    pub(super) was: String,
    /// As the column has it.
    pub(super) was_with: DeviceId,
    /// As the column has it.
    pub(super) was_freed: bool,
    pub(super) stock: Stock,
    /// Who holds it, held it last or sold it.
    pub(super) with: DeviceId,
    /// It was taken back: by the till that sold it, or its money was given back.
    pub(super) is_taken_back: bool,
}

struct Granted {
    lease: Lease,
    state: String,
    freed: bool,
    holder: DeviceId,
    is_refunded: bool,
}

/// Those of the tickets that are leased.
pub(super) async fn traced(
    conn: &mut PgConnection,
    rules: &EventRules,
    tickets: &[i64],
) -> Result<BTreeMap<TicketId, Traced>, sqlx::Error> {
    let facts = facts_of(conn, rules, tickets).await?;
    let granted = granted(conn, rules, tickets).await?;
    let authors = authors(rules);
    let none = Vec::new();
    Ok(granted
        .into_iter()
        .map(|(ticket, granted)| {
            let facts = facts.get(&ticket).unwrap_or(&none);
            let right = Right {
                kind: RightKind::Sell,
                ticket,
            };
            let trace = trace(right, Some(&granted.lease), facts, &authors);
            let stock = stock::stock(ticket, &trace, facts, &authors);
            let with = match stock {
                Stock::Unsold(device) | Stock::Sold(device) => device,
                Stock::Returned | Stock::NotLeased => {
                    trace.holders.last().copied().unwrap_or(granted.holder)
                }
            };
            let sold = shared::admission::Sold::read(facts, &authors);
            let traced = Traced {
                type_no: granted.lease.type_no.unwrap_or(TypeNo(0)),
                was: granted.state,
                was_with: granted.holder,
                was_freed: granted.freed,
                stock,
                with,
                is_taken_back: granted.is_refunded || sold.is_withdrawn_by(ticket, with),
            };
            (ticket, traced)
        })
        .collect())
}

/// What is known of these tickets' sale: of those that are leased, or that a till says it sold.
pub(in crate::door) async fn issued(
    conn: &mut PgConnection,
    rules: &EventRules,
    tickets: &[i64],
) -> Result<HashMap<TicketId, Issued>, sqlx::Error> {
    let facts = facts_of(conn, rules, tickets).await?;
    let granted = granted(conn, rules, tickets).await?;
    let authors = authors(rules);
    let none = Vec::new();
    let all: BTreeSet<TicketId> = facts.keys().chain(granted.keys()).copied().collect();
    Ok(all
        .into_iter()
        .map(|ticket| {
            let lease = granted.get(&ticket).map(|granted| &granted.lease);
            let facts = facts.get(&ticket).unwrap_or(&none);
            (ticket, stock::issued(ticket, lease, facts, &authors))
        })
        .collect())
}

fn authors(rules: &EventRules) -> Authors<'_> {
    Authors {
        devices: &rules.devices,
        server: rules.server,
        event: rules.event.id,
    }
}

async fn granted(
    conn: &mut PgConnection,
    rules: &EventRules,
    tickets: &[i64],
) -> Result<BTreeMap<TicketId, Granted>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select t.id, t.type_no, t.state, t.freed, t.holder_id, l.device_id, l.term, l.expires_ms, l.state as lease_state,
               exists (select from tickets s where s.organizer_id = $1 and s.event_id = $2 and s.id = t.id
                       and s.status = 2) as "is_refunded!"
         from leased_tickets t
         join leases l on l.organizer_id = t.organizer_id and l.event_id = t.event_id and l.id = t.lease_id
         where t.organizer_id = $1 and t.event_id = $2 and t.id = any($3)"#,
        rules.organizer.0,
        rules.event.id.0,
        tickets
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let ticket = TicketId::from_i64(row.id);
            let lease = Lease {
                event: rules.event.id,
                right: RightKind::Sell,
                term: row.term.cast_unsigned(),
                device: DeviceId(row.device_id),
                cause: Cause::First,
                after: Vec::new(),
                type_no: u16::try_from(row.type_no).ok().map(TypeNo),
                ends_ms: Some(row.expires_ms),
                is_stopped: row.lease_state != "granted",
                tickets: vec![ticket],
            };
            let granted = Granted {
                lease,
                state: row.state,
                freed: row.freed,
                is_refunded: row.is_refunded,
                holder: DeviceId(row.holder_id),
            };
            (ticket, granted)
        })
        .collect())
}

/// The facts of their sale.
async fn facts_of(
    conn: &mut PgConnection,
    rules: &EventRules,
    tickets: &[i64],
) -> Result<HashMap<TicketId, Vec<(Fact, FactHash)>>, sqlx::Error> {
    let rows = sqlx::query!(
        "select m.ticket_id, f.envelope from leased_ticket_facts m
         join facts f on f.organizer_id = m.organizer_id and f.event_id = m.event_id and f.journal_id = m.journal_id
                     and f.seq = m.seq
         where m.organizer_id = $1 and m.event_id = $2 and m.ticket_id = any($3)",
        rules.organizer.0,
        rules.event.id.0,
        tickets
    )
    .fetch_all(conn)
    .await?;
    let mut facts: HashMap<TicketId, Vec<(Fact, FactHash)>> = HashMap::new();
    for row in rows {
        if let Some(read) = folding::read(&row.envelope) {
            let of_ticket = facts.entry(TicketId::from_i64(row.ticket_id)).or_default();
            of_ticket.push(read);
        }
    }
    Ok(facts)
}
