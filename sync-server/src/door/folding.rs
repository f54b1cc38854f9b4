//! Folding tickets from all their facts, and keeping what that comes to. Invariants M1 to M6.

use std::collections::{BTreeSet, HashMap};

use shared::admission::fold::FactHash;
use shared::admission::{FoldContext, Issued, fold};
use shared::clock::UnixMillis;
use shared::fact::{Envelope, Fact};
use shared::ids::{EventId, OrganizerId, TicketId};
use shared::roster::TicketRow;
use sqlx::PgConnection;

use super::folded::Written;
use super::rules::{EventRules, LoadRulesError};
use super::{rows, stock};
use crate::app::App;

/// The facts of a ticket, with their hashes.
pub(super) type FactsOfTicket = Vec<(Fact, FactHash)>;

/// Folds tickets anew in a transaction that changed their status and has called `begin_change`: who went in with a ticket
/// that is refunded since is told of. Of most such tickets nothing was seen; then nothing is read either.
pub async fn refold_tickets(
    app: &App,
    conn: &mut PgConnection,
    (organizer, event): (OrganizerId, EventId),
    tickets: &[i64],
) -> Result<(), LoadRulesError> {
    let seen = sqlx::query_scalar!(
        r#"select distinct ticket_id as "ticket!" from facts
           where organizer_id = $1 and event_id = $2 and ticket_id = any($3)"#,
        organizer.0,
        event.0,
        tickets
    )
    .fetch_all(&mut *conn)
    .await?;
    if seen.is_empty() {
        return Ok(());
    }
    let rules = app
        .door
        .rules
        .load(conn, &app.vault, organizer, event)
        .await?;
    let tickets = seen.into_iter().map(TicketId::from_i64).collect();
    refold(conn, &rules, &tickets, app.now_ms()).await?;
    Ok(())
}

/// Folds tickets anew from all their facts and writes what changed, in the caller's transaction, which has called
/// `begin_change`. Call it with a ticket's new status, and with what was said of its facts.
pub async fn refold(
    conn: &mut PgConnection,
    event_rules: &EventRules,
    tickets: &BTreeSet<TicketId>,
    now_ms: UnixMillis,
) -> Result<(), sqlx::Error> {
    if tickets.is_empty() {
        return Ok(());
    }
    let written = folded(&mut *conn, event_rules, tickets).await?;
    written.write(conn, event_rules, now_ms).await
}

/// The same for whoever has all facts of these tickets in hand: those that were stored, and those that came.
pub(super) async fn refold_from(
    conn: &mut PgConnection,
    event_rules: &EventRules,
    (tickets, facts): (&BTreeSet<TicketId>, HashMap<TicketId, FactsOfTicket>),
    now_ms: UnixMillis,
) -> Result<(), sqlx::Error> {
    if tickets.is_empty() {
        return Ok(());
    }
    let written = folded_from(&mut *conn, event_rules, tickets, facts).await?;
    written.write(conn, event_rules, now_ms).await
}

/// What all facts of these tickets come to, from scratch (M2).
pub(super) async fn folded(
    conn: &mut PgConnection,
    event_rules: &EventRules,
    tickets: &BTreeSet<TicketId>,
) -> Result<Written, sqlx::Error> {
    let facts = facts_of(conn, event_rules, tickets).await?;
    folded_from(conn, event_rules, tickets, facts).await
}

async fn folded_from(
    conn: &mut PgConnection,
    event_rules: &EventRules,
    tickets: &BTreeSet<TicketId>,
    mut facts: HashMap<TicketId, FactsOfTicket>,
) -> Result<Written, sqlx::Error> {
    let ids = numbers(tickets);
    let (organizer, event) = (event_rules.organizer, event_rules.event.id);
    let rows: HashMap<TicketId, TicketRow> = rows::ticket_rows(conn, organizer, event, &ids)
        .await?
        .into_iter()
        .map(|row| (row.id, row))
        .collect();
    let issued = if rows.len() < tickets.len() || were_withdrawn(conn, event_rules).await? {
        stock::issued(conn, event_rules, &ids).await?
    } else {
        HashMap::new()
    };
    let rules = event_rules.rules();
    let mut written = Written::default();
    for &ticket in tickets {
        let context = FoldContext {
            rules: &rules,
            devices: &event_rules.devices,
            server: event_rules.server,
            ticket,
            row: rows.get(&ticket).copied(),
            issued: issued.get(&ticket).copied().unwrap_or(Issued::Unseen),
        };
        // Nothing was seen of it: there is nothing to say.
        let Some(facts) = facts.remove(&ticket) else {
            continue;
        };
        let folded = fold(&facts, &context);
        written.push(ticket, &facts, folded);
    }
    Ok(written)
}

fn numbers(tickets: &BTreeSet<TicketId>) -> Vec<i64> {
    tickets.iter().map(|ticket| ticket.to_i64()).collect()
}

/// The facts of these tickets that are stored.
pub(super) async fn facts_of(
    conn: &mut PgConnection,
    rules: &EventRules,
    tickets: &BTreeSet<TicketId>,
) -> Result<HashMap<TicketId, FactsOfTicket>, sqlx::Error> {
    let rows = sqlx::query_scalar!(
        "select envelope from facts where organizer_id = $1 and event_id = $2 and ticket_id = any($3)",
        rules.organizer.0,
        rules.event.id.0,
        &numbers(tickets)
    )
    .fetch_all(conn)
    .await?;
    let mut facts: HashMap<TicketId, FactsOfTicket> = HashMap::new();
    for (fact, hash) in rows.iter().filter_map(|bytes| read(bytes)) {
        if let Some(ticket) = fact.ticket() {
            facts.entry(ticket).or_default().push((fact, hash));
        }
    }
    Ok(facts)
}

/// What was stored was decoded before; what this version can't read says nothing to its fold.
pub(super) fn read(bytes: &[u8]) -> Option<(Fact, FactHash)> {
    let envelope = Envelope::decode(bytes).ok()?;
    Some((envelope.fact().clone(), envelope.hash()))
}

/// Did any till take back what it sold of this event? Then a ticket's row may say less than its facts.
async fn were_withdrawn(conn: &mut PgConnection, rules: &EventRules) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select exists (select from facts where organizer_id = $1 and event_id = $2 and kind = 13) as "there!""#,
        rules.organizer.0,
        rules.event.id.0
    )
    .fetch_one(conn)
    .await
}
