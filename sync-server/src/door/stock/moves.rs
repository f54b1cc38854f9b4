//! What the tills' facts made of the places that are lent: sold, given back, or another till's.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use shared::clock::UnixMillis;
use shared::fact::kind::RightKind;
use shared::fact::{Fact, FactBody};
use shared::ids::{DeviceId, EventId, OrganizerId, TicketId, TypeNo};
use shared::lease::stock::{self, Counted, Stock};
use sqlx::PgConnection;
use uuid::Uuid;

use super::traced::{Traced, traced};
use crate::app::App;
use crate::door::alerts::{self, AlertRow, Noticed, Subject, Telling};
use crate::door::rules::{EventRules, LoadRulesError};

/// Facts that are being stored and say something of leased tickets, as columns.
#[derive(Debug, Default)]
pub(in crate::door) struct Sold {
    tickets: Vec<i64>,
    journals: Vec<Uuid>,
    seqs: Vec<i64>,
}

impl Sold {
    /// Takes note of a fact, if it is one of a till's stock.
    pub(in crate::door) fn note(&mut self, fact: &Fact) {
        for ticket in tickets_of(&fact.body) {
            self.tickets.push(ticket.to_i64());
            self.journals.push(fact.journal.0);
            self.seqs.push(fact.seq.cast_signed());
        }
    }

    /// Once the facts themselves are stored, and before their tickets are folded: moves the places.
    pub(in crate::door) async fn carry_out(
        &self,
        conn: &mut PgConnection,
        rules: &EventRules,
        now_ms: UnixMillis,
    ) -> Result<(), sqlx::Error> {
        if self.tickets.is_empty() {
            return Ok(());
        }
        sqlx::query!(
            "insert into leased_ticket_facts (organizer_id, event_id, ticket_id, journal_id, seq)
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
        retrace(conn, rules, &self.tickets, now_ms).await
    }
}

/// The leased tickets that a fact sells, takes back or moves.
pub(in crate::door) fn tickets_of(body: &FactBody) -> Vec<TicketId> {
    match body {
        FactBody::Issued { tickets } | FactBody::Withdrawn { tickets } => tickets.clone(),
        FactBody::HandOver {
            right: RightKind::Sell,
            tickets,
            ..
        }
        | FactBody::Release {
            right: RightKind::Sell,
            tickets,
            ..
        } => tickets.iter().map(|step| step.ticket).collect(),
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
        | FactBody::Till(_)
        | FactBody::Opaque { .. } => Vec::new(),
    }
}

/// The tickets that a till's facts ever sold or moved, anew: its facts count from now on, or no more. They have to be folded
/// afterwards.
pub(in crate::door) async fn retrace_of(
    conn: &mut PgConnection,
    rules: &EventRules,
    till: DeviceId,
    now_ms: UnixMillis,
) -> Result<BTreeSet<TicketId>, sqlx::Error> {
    let tickets = sqlx::query_scalar!(
        r#"select distinct m.ticket_id from leased_ticket_facts m
           join facts f on f.organizer_id = m.organizer_id and f.event_id = m.event_id and f.journal_id = m.journal_id
                       and f.seq = m.seq
           where m.organizer_id = $1 and m.event_id = $2 and f.device_id = $3"#,
        rules.organizer.0,
        rules.event.id.0,
        till.0
    )
    .fetch_all(&mut *conn)
    .await?;
    retrace(conn, rules, &tickets, now_ms).await?;
    Ok(tickets.into_iter().map(TicketId::from_i64).collect())
}

/// The money of these tickets was given back, in a transaction that has called `begin_change`: those that
/// tills sold free their places, once. Others are left alone.
pub(crate) async fn refunded(
    app: &App,
    conn: &mut PgConnection,
    (organizer, event): (OrganizerId, EventId),
    tickets: &[i64],
) -> Result<(), LoadRulesError> {
    let rules = app
        .door
        .rules
        .load(conn, &app.vault, organizer, event)
        .await?;
    retrace(conn, &rules, tickets, app.now_ms()).await?;
    Ok(())
}

/// Writes what became of these tickets, from their grants and all facts, and moves their places with them. The caller has
/// called `begin_change`.
pub(in crate::door) async fn retrace(
    conn: &mut PgConnection,
    rules: &EventRules,
    tickets: &[i64],
    now_ms: UnixMillis,
) -> Result<(), sqlx::Error> {
    let mut changed = traced(conn, rules, tickets).await?;
    changed.retain(|_, traced| {
        word(traced.stock) != traced.was
            || traced.with != traced.was_with
            || traced.is_freed() != traced.was_freed
    });
    if changed.is_empty() {
        return Ok(());
    }
    let ids: Vec<i64> = changed.keys().map(|ticket| ticket.to_i64()).collect();
    let states: Vec<String> = changed
        .values()
        .map(|traced| word(traced.stock).to_owned())
        .collect();
    let with: Vec<Uuid> = changed.values().map(|traced| traced.with.0).collect();
    let freed: Vec<bool> = changed.values().map(Traced::is_freed).collect();
    sqlx::query!(
        "update leased_tickets t set state = n.state, holder_id = n.holder, freed = n.freed, changed_ms = $6
         from unnest($3::bigint[], $4::text[], $5::uuid[], $7::boolean[]) as n (id, state, holder, freed)
         where t.organizer_id = $1 and t.event_id = $2 and t.id = n.id",
        rules.organizer.0,
        rules.event.id.0,
        &ids,
        &states,
        &with,
        now_ms,
        &freed
    )
    .execute(&mut *conn)
    .await?;
    let mut by_type: BTreeMap<TypeNo, Vec<&Traced>> = BTreeMap::new();
    for traced in changed.values() {
        by_type.entry(traced.type_no).or_default().push(traced);
    }
    for (type_no, traced) in by_type {
        move_places(conn, rules, type_no, &traced, now_ms).await?;
    }
    Ok(())
}

impl Traced {
    fn counts(&self) -> Counted {
        stock::counted(self.stock, self.is_taken_back)
    }

    /// As its columns say that it counts.
    fn counted_as(&self) -> Counted {
        match self.was.as_str() {
            "unsold" => Counted::Lent,
            "sold" if !self.was_freed => Counted::Sold,
            _free => Counted::Free,
        }
    }

    /// Sold, and free again.
    fn is_freed(&self) -> bool {
        word(self.stock) == "sold" && self.counts() == Counted::Free
    }
}

/// As the column has it.
fn word(stock: Stock) -> &'static str {
    match stock {
        Stock::Unsold(_) => "unsold",
        Stock::Sold(_) => "sold",
        Stock::Returned | Stock::NotLeased => "returned",
    }
}

/// Counts the places of one type over. What has been sold was sold: if there are more than there is room for, they are counted
/// all the same, beyond the quota by name, and people are told.
async fn move_places(
    conn: &mut PgConnection,
    rules: &EventRules,
    type_no: TypeNo,
    traced: &[&Traced],
    now_ms: UnixMillis,
) -> Result<(), sqlx::Error> {
    let of = |counted: Counted| {
        let was = traced
            .iter()
            .filter(|traced| traced.counted_as() == counted);
        let is = traced.iter().filter(|traced| traced.counts() == counted);
        is.count() as i32 - was.count() as i32
    };
    let (leased, sold) = (of(Counted::Lent), of(Counted::Sold));
    let settled = settle_write_offs(conn, rules, type_no, traced).await?;
    let was = sqlx::query!(
        "select quota, held, sold, leased, written_off from stock
         where organizer_id = $1 and event_id = $2 and type_no = $3 for update",
        rules.organizer.0,
        rules.event.id.0,
        i32::from(type_no.0)
    )
    .fetch_one(&mut *conn)
    .await?;
    let named = was.written_off - settled;
    let taken = was.held + was.sold + was.leased + leased + sold;
    let beyond = (taken - was.quota - named).max(0);
    sqlx::query!(
        "update stock set leased = leased + $4, sold = sold + $5, written_off = $6
         where organizer_id = $1 and event_id = $2 and type_no = $3",
        rules.organizer.0,
        rules.event.id.0,
        i32::from(type_no.0),
        leased,
        sold,
        named + beyond
    )
    .execute(&mut *conn)
    .await?;
    if beyond == 0 {
        return Ok(());
    }
    let tills: BTreeSet<DeviceId> = traced.iter().map(|traced| traced.with).collect();
    let rows = tills.into_iter().map(|till| AlertRow {
        kind: Noticed::StockExceeded.code(),
        subject: Subject::Device(till),
        telling: Telling::Whole {
            detail: json!({ "device": till, "type_no": type_no, "places": beyond }),
            resolved: false,
        },
    });
    let of = (rules.organizer, rules.event.id);
    alerts::upsert(conn, of, rows.collect(), now_ms).await
}

/// Places that were written off and come back after all: how many of them are free only once.
async fn settle_write_offs(
    conn: &mut PgConnection,
    rules: &EventRules,
    type_no: TypeNo,
    traced: &[&Traced],
) -> Result<i32, sqlx::Error> {
    let mut returned: BTreeMap<DeviceId, i32> = BTreeMap::new();
    for traced in traced {
        if word(traced.stock) == "returned" && traced.was == "unsold" {
            *returned.entry(traced.was_with).or_default() += 1;
        }
    }
    let mut settled = 0;
    for (till, mut places) in returned {
        let open = sqlx::query!(
            r#"select at_ms, places - settled as "left!" from lease_write_offs
               where organizer_id = $1 and event_id = $2 and type_no = $3 and device_id = $4 and settled < places
               order by at_ms for update"#,
            rules.organizer.0,
            rules.event.id.0,
            i32::from(type_no.0),
            till.0
        )
        .fetch_all(&mut *conn)
        .await?;
        for row in open {
            let part = row.left.min(places);
            if part == 0 {
                break;
            }
            sqlx::query!(
                "update lease_write_offs set settled = settled + $6
                 where organizer_id = $1 and event_id = $2 and type_no = $3 and device_id = $4 and at_ms = $5",
                rules.organizer.0,
                rules.event.id.0,
                i32::from(type_no.0),
                till.0,
                row.at_ms,
                part
            )
            .execute(&mut *conn)
            .await?;
            places -= part;
            settled += part;
        }
    }
    Ok(settled)
}
