//! The tills' leases in the signed list: from the rows, and back from a list that a device kept over a restore.

use std::collections::{BTreeMap, BTreeSet};

use shared::clock::UnixMillis;
use shared::fact::kind::RightKind;
use shared::ids::{DeviceId, EventId, OrganizerId, TicketId, TypeNo};
use shared::lease::{Cause, Lease, LeaseList, WriteOff};
use sqlx::PgConnection;

/// Tickets are listed until so long after their event's end: a till that comes back by then still gives back by what it reads.
const LISTED_AFTER_END_MS: i64 = 7 * 86_400_000;

/// The leases of events that are not long over, with the tickets that were sold or given back.
pub(in crate::door) async fn sell_leases(
    conn: &mut PgConnection,
    organizer: OrganizerId,
    now_ms: UnixMillis,
) -> Result<Vec<Lease>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select l.event_id, l.device_id, l.term, l.type_no, l.expires_ms, l.state,
                  array_agg(t.id order by t.id) as "tickets!"
           from leases l
           join events e on e.organizer_id = l.organizer_id and e.id = l.event_id
           join leased_tickets t on t.organizer_id = l.organizer_id and t.event_id = l.event_id and t.lease_id = l.id
           where l.organizer_id = $1 and e.ends_ms > $2
           group by l.organizer_id, l.event_id, l.id order by l.event_id, l.term, l.id"#,
        organizer.0,
        now_ms - LISTED_AFTER_END_MS
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Lease {
            event: EventId(row.event_id),
            right: RightKind::Sell,
            term: row.term.cast_unsigned(),
            device: DeviceId(row.device_id),
            cause: Cause::First,
            after: Vec::new(),
            type_no: u16::try_from(row.type_no).ok().map(TypeNo),
            ends_ms: Some(row.expires_ms),
            is_stopped: row.state != "granted",
            tickets: row.tickets.into_iter().map(TicketId::from_i64).collect(),
        })
        .collect())
}

/// All write-offs of events that are not long over.
pub(in crate::door) async fn write_offs(
    conn: &mut PgConnection,
    organizer: OrganizerId,
    now_ms: UnixMillis,
) -> Result<Vec<WriteOff>, sqlx::Error> {
    let rows = sqlx::query!(
        "select w.event_id, w.type_no, w.device_id, w.places, w.at_ms from lease_write_offs w
         join events e on e.organizer_id = w.organizer_id and e.id = w.event_id
         where w.organizer_id = $1 and e.ends_ms > $2 order by w.event_id, w.type_no, w.device_id, w.at_ms",
        organizer.0,
        now_ms - LISTED_AFTER_END_MS
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| WriteOff {
            event: EventId(row.event_id),
            type_no: TypeNo(u16::try_from(row.type_no).unwrap_or(0)),
            device: DeviceId(row.device_id),
            places: row.places.cast_unsigned(),
            at_ms: row.at_ms,
        })
        .collect())
}

/// Takes leases back that were granted since the backup, in a transaction that has called `begin_change` for their events.
/// Their places are of those that the restore closed. Returns the tickets concerned, by event.
pub(in crate::door) async fn restore(
    conn: &mut PgConnection,
    organizer: OrganizerId,
    list: &LeaseList,
    events: &BTreeSet<EventId>,
    now_ms: UnixMillis,
) -> Result<BTreeMap<EventId, Vec<i64>>, sqlx::Error> {
    let mut taken: BTreeMap<EventId, Vec<i64>> = BTreeMap::new();
    let sells = list
        .leases
        .iter()
        .filter(|lease| lease.right == RightKind::Sell && events.contains(&lease.event));
    for lease in sells {
        let Some(type_no) = lease.type_no else {
            continue;
        };
        stop(conn, organizer, lease).await?;
        let lost = lost(conn, organizer, lease).await?;
        if lost.is_empty() || !put(conn, organizer, (lease, type_no), &lost, now_ms).await? {
            continue;
        }
        out_of_closed(conn, (organizer, lease.event), type_no, lost.len() as i32).await?;
        taken.entry(lease.event).or_default().extend(lost);
    }
    for write_off in &list.write_offs {
        if events.contains(&write_off.event) {
            put_write_off(conn, organizer, write_off).await?;
        }
    }
    Ok(taken)
}

/// A lease that is known here, and was taken back since.
async fn stop(
    conn: &mut PgConnection,
    organizer: OrganizerId,
    lease: &Lease,
) -> Result<(), sqlx::Error> {
    if !lease.is_stopped {
        return Ok(());
    }
    sqlx::query!(
        "update leases set state = 'taken_back'
         where organizer_id = $1 and event_id = $2 and device_id = $3 and term = $4 and state = 'granted'",
        organizer.0,
        lease.event.0,
        lease.device.0,
        lease.term.cast_signed()
    )
    .execute(conn)
    .await
    .map(drop)
}

/// The tickets of the lease that are not here.
async fn lost(
    conn: &mut PgConnection,
    organizer: OrganizerId,
    lease: &Lease,
) -> Result<Vec<i64>, sqlx::Error> {
    let tickets: Vec<i64> = lease.tickets.iter().map(|ticket| ticket.to_i64()).collect();
    sqlx::query_scalar!(
        r#"select n.id as "id!" from unnest($3::bigint[]) as n (id)
           where not exists (select from leased_tickets t where t.organizer_id = $1 and t.event_id = $2 and t.id = n.id)"#,
        organizer.0,
        lease.event.0,
        &tickets
    )
    .fetch_all(conn)
    .await
}

/// Of a type that is here. The price is the type's, and the number is known to the till alone.
async fn put(
    conn: &mut PgConnection,
    organizer: OrganizerId,
    (lease, type_no): (&Lease, TypeNo),
    tickets: &[i64],
    now_ms: UnixMillis,
) -> Result<bool, sqlx::Error> {
    let put = sqlx::query!(
        "with sort as (
             select no, window_no, price_minor, vat_basis_points from ticket_types
             where organizer_id = $1 and event_id = $2 and no = $4
         ), made as (
             insert into leases (organizer_id, event_id, id, device_id, type_no, places, state, expires_ms, created_ms, term)
             select $1, $2, gen_random_uuid(), $3, no, $9, case when $6 then 'taken_back' else 'granted' end, $7, $8, $10
             from sort returning id
         )
         insert into leased_tickets (organizer_id, event_id, id, lease_id, type_no, window_no, key_id, channel, price_minor,
                                     vat_basis_points, holder_id, changed_ms)
         select $1, $2, n.id, made.id, sort.no, sort.window_no,
                coalesce((select max(k.id) from signing_keys k
                          where k.organizer_id = $1 and k.event_id = $2 and k.lessee = $3), 0),
                '', sort.price_minor, sort.vat_basis_points, $3, $8
         from made, sort, unnest($5::bigint[]) as n (id)",
        organizer.0,
        lease.event.0,
        lease.device.0,
        i32::from(type_no.0),
        tickets,
        lease.is_stopped,
        lease.ends_ms.unwrap_or(now_ms),
        now_ms,
        tickets.len() as i32,
        lease.term.cast_signed()
    )
    .execute(conn)
    .await?;
    Ok(put.rows_affected() > 0)
}

/// They stand in `stock.leased` since the restore, with all that nobody knows of; after `go_on` they are added.
async fn out_of_closed(
    conn: &mut PgConnection,
    (organizer, event): (OrganizerId, EventId),
    type_no: TypeNo,
    places: i32,
) -> Result<(), sqlx::Error> {
    let closed = sqlx::query_scalar!(
        "select places from restore_places
         where organizer_id = $1 and event_id = $2 and type_no = $3 and ended_ms is null for update",
        organizer.0,
        event.0,
        i32::from(type_no.0)
    )
    .fetch_optional(&mut *conn)
    .await?
    .unwrap_or(0);
    let known = closed.min(places);
    if known == closed {
        sqlx::query!(
            "delete from restore_places
             where organizer_id = $1 and event_id = $2 and type_no = $3 and ended_ms is null",
            organizer.0,
            event.0,
            i32::from(type_no.0)
        )
        .execute(&mut *conn)
        .await?;
    } else {
        sqlx::query!(
            "update restore_places set places = places - $4
             where organizer_id = $1 and event_id = $2 and type_no = $3 and ended_ms is null",
            organizer.0,
            event.0,
            i32::from(type_no.0),
            known
        )
        .execute(&mut *conn)
        .await?;
    }
    sqlx::query!(
        "update stock set leased = leased + $4,
                          written_off = greatest(written_off, held + sold + leased + $4 - quota)
         where organizer_id = $1 and event_id = $2 and type_no = $3",
        organizer.0,
        event.0,
        i32::from(type_no.0),
        places - known
    )
    .execute(conn)
    .await
    .map(drop)
}

async fn put_write_off(
    conn: &mut PgConnection,
    organizer: OrganizerId,
    write_off: &WriteOff,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "with made as (
             insert into lease_write_offs (organizer_id, event_id, type_no, device_id, at_ms, places)
             values ($1, $2, $3, $4, $5, $6) on conflict do nothing returning places
         )
         update stock s set written_off = s.written_off + made.places from made
         where s.organizer_id = $1 and s.event_id = $2 and s.type_no = $3",
        organizer.0,
        write_off.event.0,
        i32::from(write_off.type_no.0),
        write_off.device.0,
        write_off.at_ms,
        i32::try_from(write_off.places).unwrap_or(i32::MAX)
    )
    .execute(conn)
    .await
    .map(drop)
}
