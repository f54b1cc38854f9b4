//! Granting rights that nobody holds, to the doors that are there.

use std::collections::BTreeMap;

use serde_json::json;
use shared::clock::UnixMillis;
use shared::ids::{DeviceId, EventId, FactName, GateNo, OrganizerId, TicketId};
use shared::lease::{Cause, DoorShare, named_by_grant, share_out, trace};
use shared::roster::signed::SignedKind;
use sqlx::PgConnection;
use uuid::Uuid;

use super::moves::{authors, facts_of, name_bytes, traces};
use super::{admit, cause_word};
use crate::app::App;
use crate::door::alerts::{self, AlertRow, Noticed, Subject, Telling};
use crate::door::rules::{EventRules, LoadRulesError};
use crate::door::signed::{self, PublishSignedError};
use crate::web::ApiError;

/// The most rights of one organizer at a time: the list of them travels whole, with each change, between doors too, and
/// takes 14 bytes a ticket there; 4 MB is what a door takes. Whatever is beyond is amber everywhere.
const MOST_RIGHTS: i64 = 200_000;

/// Rights were not granted.
#[derive(Debug, thiserror::Error)]
pub enum SettleRightsError {
    /// Reading or writing.
    #[error("granting rights of entry to doors")]
    Database(#[from] sqlx::Error),
    /// Signing the list.
    #[error("publishing the rights of entry")]
    Publish(#[from] PublishSignedError),
    /// The event's rules can't be had.
    #[error("reading an event's rules to grant rights of entry")]
    Rules(#[from] LoadRulesError),
}

impl From<SettleRightsError> for ApiError {
    fn from(error: SettleRightsError) -> Self {
        match error {
            SettleRightsError::Database(source) => source.into(),
            SettleRightsError::Publish(source) => source.into(),
            SettleRightsError::Rules(source) => source.into(),
        }
    }
}

/// Grants what nobody holds: tickets that are new, rights that were released, and those of devices that were declared lost.
/// Call it in the transaction that brought them about, under `begin_change` of the event; it takes the organizer's row.
/// Before the doors are opened, and while a restore is not over, it does nothing.
pub async fn settle(
    app: &App,
    conn: &mut PgConnection,
    (organizer, event): (OrganizerId, EventId),
) -> Result<(), SettleRightsError> {
    if !is_lending(conn, (organizer, event)).await? {
        return Ok(());
    }
    let free = free_rights(conn, (organizer, event)).await?;
    if free.is_empty() {
        return Ok(());
    }
    let doors = doors(conn, (organizer, event)).await?;
    let now_ms = app.now_ms();
    let term = signed::next_version(conn, organizer, now_ms).await?;
    let room = room(conn, organizer).await?;
    let tickets: Vec<(TicketId, GateNo)> = free
        .iter()
        .filter(|(_, free)| free.cause != Cause::First)
        .chain(
            free.iter()
                .filter(|(_, free)| free.cause == Cause::First)
                .take(room),
        )
        .map(|(ticket, free)| (*ticket, free.home_gate))
        .collect();
    let shares = share_out(&tickets, doors);
    if shares.is_empty() {
        return Ok(());
    }
    let rules = app
        .door
        .rules
        .load(conn, &app.vault, organizer, event)
        .await?;
    grant(conn, &rules, &free, &shares, term).await?;
    tell_of_lost(conn, &rules, &free, &shares, now_ms).await?;
    signed::publish(conn, &app.vault, organizer, SignedKind::Leases, now_ms).await?;
    Ok(())
}

/// Takes the rights of tickets that ended out of the published list, so that a door which hears only from other doors lets
/// none of them in any more. In the transaction that ended them, under `begin_change` of the event.
pub async fn ended(
    app: &App,
    conn: &mut PgConnection,
    (organizer, event): (OrganizerId, EventId),
    tickets: &[i64],
) -> Result<(), SettleRightsError> {
    let had = sqlx::query_scalar!(
        r#"select exists (select from entry_rights
                          where organizer_id = $1 and event_id = $2 and ticket_id = any($3)) as "had!""#,
        organizer.0,
        event.0,
        tickets
    )
    .fetch_one(&mut *conn)
    .await?;
    if had {
        let now_ms = app.now_ms();
        signed::publish(conn, &app.vault, organizer, SignedKind::Leases, now_ms).await?;
    }
    Ok(())
}

async fn is_lending(
    conn: &mut PgConnection,
    (organizer, event): (OrganizerId, EventId),
) -> Result<bool, sqlx::Error> {
    let lends = sqlx::query_scalar!(
        r#"select e.strict and e.rights_lent_ms is not null and e.status = 'published' and not f.rights_on_hold as "lends!"
           from events e join feeds f on f.organizer_id = e.organizer_id and f.event_id = e.id
           where e.organizer_id = $1 and e.id = $2"#,
        organizer.0,
        event.0
    )
    .fetch_optional(conn)
    .await?;
    Ok(lends.unwrap_or(false))
}

/// A right to be granted.
struct Free {
    home_gate: GateNo,
    cause: Cause,
    /// Of a lost one: who held it.
    lost_by: Option<DeviceId>,
}

async fn free_rights(
    conn: &mut PgConnection,
    (organizer, event): (OrganizerId, EventId),
) -> Result<BTreeMap<TicketId, Free>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select t.id, t.home_gate, r.ticket_id as "granted?", r.holder_id as "holder?"
           from tickets t
           left join entry_rights r on r.organizer_id = t.organizer_id and r.event_id = t.event_id and r.ticket_id = t.id
           left join devices d on d.organizer_id = r.organizer_id and d.id = r.holder_id
           where t.organizer_id = $1 and t.event_id = $2 and t.status = 0
             and (r.ticket_id is null or r.holder_id is null or d.state = 'lost')"#,
        organizer.0,
        event.0
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let lost_by = row.holder.map(DeviceId);
            let free = Free {
                home_gate: GateNo(u16::try_from(row.home_gate).unwrap_or(0)),
                cause: match (row.granted, lost_by) {
                    (None, _) => Cause::First,
                    (Some(_), None) => Cause::Released,
                    (Some(_), Some(_)) => Cause::Lost,
                },
                lost_by,
            };
            (TicketId::from_i64(row.id), free)
        })
        .collect())
}

/// The doors of the event and how many valid tickets each holds.
async fn doors(
    conn: &mut PgConnection,
    (organizer, event): (OrganizerId, EventId),
) -> Result<Vec<DoorShare>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select e.device_id, e.gate_no,
                  (select count(*) from entry_rights r
                   join tickets t on t.organizer_id = r.organizer_id and t.event_id = r.event_id and t.id = r.ticket_id
                   where r.organizer_id = $1 and r.event_id = $2 and r.holder_id = e.device_id and t.status = 0) as "held!"
           from device_events e
           join devices d on d.organizer_id = e.organizer_id and d.id = e.device_id
           where e.organizer_id = $1 and e.event_id = $2 and d.state = 'active' and d.sealed_private is null
             and d.rights & 1 = 1 and not e.gave_share_back"#,
        organizer.0,
        event.0
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| DoorShare {
            device: DeviceId(row.device_id),
            gate: GateNo(u16::try_from(row.gate_no).unwrap_or(0)),
            tickets: u32::try_from(row.held).unwrap_or(u32::MAX),
        })
        .collect())
}

/// How many more the list takes.
async fn room(conn: &mut PgConnection, organizer: OrganizerId) -> Result<usize, sqlx::Error> {
    let held = sqlx::query_scalar!(
        r#"select count(*) as "held!" from entry_rights where organizer_id = $1"#,
        organizer.0
    )
    .fetch_one(conn)
    .await?;
    Ok(usize::try_from(MOST_RIGHTS - held).unwrap_or(0))
}

async fn grant(
    conn: &mut PgConnection,
    rules: &EventRules,
    free: &BTreeMap<TicketId, Free>,
    shares: &[(TicketId, DeviceId)],
    term: i64,
) -> Result<(), sqlx::Error> {
    let tickets: Vec<i64> = shares.iter().map(|(ticket, _)| ticket.to_i64()).collect();
    let devices: Vec<Uuid> = shares.iter().map(|(_, device)| device.0).collect();
    let causes = shares.iter().map(|(ticket, _)| free[ticket].cause);
    let causes: Vec<String> = causes.map(|cause| cause_word(cause).to_owned()).collect();
    let (named_of, names) = named(conn, rules, &tickets).await?;
    sqlx::query!(
        "with named as (
             select t, array_agg(name) as names from unnest($7::bigint[], $8::bytea[]) as n (t, name) group by t
         )
         insert into entry_rights (organizer_id, event_id, ticket_id, device_id, term, cause, after, holder_id)
         select $1, $2, g.t, g.d, $6, g.c, coalesce(named.names, '{}'), g.d
         from unnest($3::bigint[], $4::uuid[], $5::text[]) as g (t, d, c) left join named on named.t = g.t
         on conflict (organizer_id, event_id, ticket_id) do update
         set device_id = excluded.device_id, term = excluded.term, cause = excluded.cause, after = excluded.after,
             holder_id = excluded.holder_id, contested = false",
        rules.organizer.0,
        rules.event.id.0,
        &tickets,
        &devices,
        &causes,
        term,
        &named_of,
        &names
    )
    .execute(conn)
    .await
    .map(drop)
}

/// What the grants have to name: pairs of a ticket and a fact's name.
async fn named(
    conn: &mut PgConnection,
    rules: &EventRules,
    tickets: &[i64],
) -> Result<(Vec<i64>, Vec<Vec<u8>>), sqlx::Error> {
    let mut pairs = (Vec::new(), Vec::new());
    let mut add = |ticket: TicketId, names: Vec<FactName>| {
        for name in names {
            pairs.0.push(ticket.to_i64());
            pairs.1.push(name_bytes(name));
        }
    };
    let granted = traces(conn, rules, tickets).await?;
    let is_new = |ticket: &i64| !granted.contains_key(&TicketId::from_i64(*ticket));
    let new: Vec<i64> = tickets.iter().copied().filter(is_new).collect();
    for (ticket, facts) in facts_of(conn, rules, &new).await? {
        let trace = trace(admit(ticket), None, &facts, &authors(rules));
        add(ticket, named_by_grant(admit(ticket), None, &trace, &facts));
    }
    for (ticket, traced) in &granted {
        let (lease, trace) = (Some(&traced.lease), &traced.trace);
        add(
            *ticket,
            named_by_grant(admit(*ticket), lease, trace, &traced.facts),
        );
    }
    Ok(pairs)
}

/// What a lost device held is in others' hands now, and it may be going on somewhere.
async fn tell_of_lost(
    conn: &mut PgConnection,
    rules: &EventRules,
    free: &BTreeMap<TicketId, Free>,
    shares: &[(TicketId, DeviceId)],
    now_ms: UnixMillis,
) -> Result<(), sqlx::Error> {
    let mut lost: BTreeMap<DeviceId, usize> = BTreeMap::new();
    for device in shares.iter().filter_map(|(ticket, _)| free[ticket].lost_by) {
        *lost.entry(device).or_default() += 1;
    }
    let rows = lost.into_iter().map(|(device, tickets)| AlertRow {
        kind: Noticed::GuaranteeVoid.code(),
        subject: Subject::Device(device),
        telling: Telling::Whole {
            detail: json!({ "device": device, "why": "lost", "tickets": tickets }),
            resolved: false,
        },
    });
    let of = (rules.organizer, rules.event.id);
    alerts::upsert(conn, of, rows.collect(), now_ms).await
}
