//! The signed list of all leases: from the grants, and back from a list that a device kept over a restore.

use std::collections::{BTreeMap, BTreeSet};

use shared::clock::UnixMillis;
use shared::fact::kind::RightKind;
use shared::ids::{DeviceId, EventId, OrganizerId, TicketId};
use shared::lease::{Lease, LeaseList};
use sqlx::PgConnection;
use uuid::Uuid;

use super::moves::{name_bytes, name_from};
use super::{cause, cause_word};

/// A right is listed until so long after its event's end.
const LISTED_AFTER_END_MS: i64 = 86_400_000;

/// The grants that count now: those of valid tickets, of events that are on.
pub(in crate::door) async fn lease_list(
    conn: &mut PgConnection,
    organizer: OrganizerId,
    now_ms: UnixMillis,
) -> Result<LeaseList, sqlx::Error> {
    let rows = sqlx::query!(
        "select r.event_id, r.ticket_id, r.device_id, r.term, r.cause, r.after
         from entry_rights r
         join events e on e.organizer_id = r.organizer_id and e.id = r.event_id
         left join tickets t on t.organizer_id = r.organizer_id and t.event_id = r.event_id and t.id = r.ticket_id
         where r.organizer_id = $1 and e.strict and e.status = 'published' and e.ends_ms > $2
           and coalesce(t.status, 0) = 0",
        organizer.0,
        now_ms - LISTED_AFTER_END_MS
    )
    .fetch_all(conn)
    .await?;
    let mut leases: BTreeMap<(EventId, u64, DeviceId, &'static str), Lease> = BTreeMap::new();
    for row in rows {
        let (event, device) = (EventId(row.event_id), DeviceId(row.device_id));
        let term = row.term.cast_unsigned();
        let cause = cause(&row.cause);
        let ticket = TicketId::from_i64(row.ticket_id);
        let key = (event, term, device, cause_word(cause));
        let lease = leases.entry(key).or_insert_with(|| Lease {
            event,
            right: RightKind::Admit,
            term,
            device,
            cause,
            after: Vec::new(),
            type_no: None,
            ends_ms: None,
            is_stopped: false,
            tickets: Vec::new(),
        });
        lease.tickets.push(ticket);
        let names = row.after.iter().filter_map(|name| name_from(name));
        lease.after.extend(names.map(|name| (ticket, name)));
    }
    let mut leases: Vec<Lease> = leases.into_values().collect();
    for lease in &mut leases {
        lease.tickets.sort_unstable();
        lease.after.sort_unstable();
    }
    Ok(LeaseList {
        leases,
        write_offs: Vec::new(),
    })
}

/// Takes grants back that are newer than what is here, in a transaction that has called `begin_change` for their events.
/// Returns the tickets concerned, by event.
pub(in crate::door) async fn take_back(
    conn: &mut PgConnection,
    organizer: OrganizerId,
    list: &LeaseList,
    events: &BTreeSet<EventId>,
    now_ms: UnixMillis,
) -> Result<BTreeMap<EventId, Vec<i64>>, sqlx::Error> {
    let mut taken: BTreeMap<EventId, Vec<i64>> = BTreeMap::new();
    let admits = list
        .leases
        .iter()
        .filter(|lease| lease.right == RightKind::Admit && events.contains(&lease.event));
    for lease in admits {
        let tickets: Vec<i64> = lease.tickets.iter().map(|ticket| ticket.to_i64()).collect();
        let named_of: Vec<i64> = lease.after.iter().map(|(of, _)| of.to_i64()).collect();
        let names = lease.after.iter().map(|(_, name)| name_bytes(*name));
        let names: Vec<Vec<u8>> = names.collect();
        let newer = put(conn, organizer, lease, (&tickets, &named_of, &names)).await?;
        if !newer.is_empty() {
            taken.entry(lease.event).or_default().extend(newer);
        }
    }
    let of: Vec<Uuid> = taken.keys().map(|event| event.0).collect();
    sqlx::query!(
        "update events set strict = true, rights_lent_ms = coalesce(rights_lent_ms, $3)
         where organizer_id = $1 and id = any($2) and (not strict or rights_lent_ms is null)",
        organizer.0,
        &of,
        now_ms
    )
    .execute(conn)
    .await?;
    Ok(taken)
}

async fn put(
    conn: &mut PgConnection,
    organizer: OrganizerId,
    lease: &Lease,
    (tickets, named_of, names): (&[i64], &[i64], &[Vec<u8>]),
) -> Result<Vec<i64>, sqlx::Error> {
    sqlx::query_scalar!(
        "with named as (
             select t, array_agg(name) as names from unnest($7::bigint[], $8::bytea[]) as n (t, name) group by t
         )
         insert into entry_rights as r (organizer_id, event_id, ticket_id, device_id, term, cause, after, holder_id)
         select $1, $2, g.t, $4, $5, $6, coalesce(named.names, '{}'), $4
         from unnest($3::bigint[]) as g (t) left join named on named.t = g.t
         on conflict (organizer_id, event_id, ticket_id) do update
         set device_id = excluded.device_id, term = excluded.term, cause = excluded.cause, after = excluded.after,
             holder_id = excluded.holder_id, contested = false
         where r.term < excluded.term
         returning ticket_id",
        organizer.0,
        lease.event.0,
        tickets,
        lease.device.0,
        i64::try_from(lease.term).unwrap_or(i64::MAX),
        cause_word(lease.cause),
        named_of,
        names
    )
    .fetch_all(conn)
    .await
}
