//! Attendance in parts: by ticket type, by device, by time. Counted from the same rows as [`super::attendance`], so that
//! the parts come to the whole.

use shared::clock::UnixMillis;
use shared::ids::{DeviceId, EventId, GateNo, OrganizerId};
use sqlx::PgConnection;

/// A column of the flow.
pub const FLOW_MS: i64 = 5 * 60_000;

/// An event's attendance in parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Breakdown {
    /// By type, in the order of their numbers; those of whom nobody came are missing.
    pub types: Vec<TypeCount>,
    /// Devices that are enrolled for the event or noted something of it, by name.
    pub devices: Vec<DeviceCount>,
    /// The last entry of each ticket that came, by time and gate.
    pub flow: Vec<FlowCount>,
}

/// Tickets of a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TypeCount {
    /// Its number; none of tickets that the server doesn't know.
    pub no: Option<u16>,
    /// Tickets that went in at least once.
    pub came: i64,
    /// Of these, those that are not inside any more.
    pub left: i64,
    /// Inside now.
    pub inside: i64,
}

/// What a device noted, before the fold has looked at it: what it let in twice is counted twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceCount {
    /// Which.
    pub device: DeviceId,
    /// Its name.
    pub name: String,
    /// The server's own: entries without a device.
    pub is_server: bool,
    /// `active`, `revoked` or `lost`.
    pub state: String,
    /// Entries, those against a refusal included.
    pub entries: i64,
    /// Exits.
    pub exits: i64,
    /// Refusals.
    pub refusals: i64,
    /// When the server last heard of it.
    pub heard_ms: Option<UnixMillis>,
}

/// Entries at a gate within [`FLOW_MS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FlowCount {
    /// From when on.
    pub from_ms: UnixMillis,
    /// Where.
    pub gate: GateNo,
    /// How many.
    pub entries: i64,
}

/// Counts an event. All numbers are of one snapshot if `conn` is a `repeatable read` transaction.
pub async fn breakdown(
    conn: &mut PgConnection,
    of: (OrganizerId, EventId),
) -> Result<Breakdown, sqlx::Error> {
    Ok(Breakdown {
        types: types(conn, of).await?,
        devices: devices(conn, of).await?,
        flow: flow(conn, of).await?,
    })
}

async fn types(
    conn: &mut PgConnection,
    (organizer, event): (OrganizerId, EventId),
) -> Result<Vec<TypeCount>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select t.type_no as "no?", count(*) filter (where s.entries > 0) as "came!",
                  count(*) filter (where s.entries > 0 and not s.inside) as "left!",
                  count(*) filter (where s.inside) as "inside!"
           from ticket_states s
           left join tickets t on t.organizer_id = s.organizer_id and t.event_id = s.event_id and t.id = s.ticket_id
           where s.organizer_id = $1 and s.event_id = $2 group by t.type_no order by t.type_no nulls last"#,
        organizer.0,
        event.0
    )
    .fetch_all(conn)
    .await?;
    let types = rows.into_iter().map(|row| TypeCount {
        no: row.no.and_then(|no| u16::try_from(no).ok()),
        came: row.came,
        left: row.left,
        inside: row.inside,
    });
    Ok(types.collect())
}

async fn devices(
    conn: &mut PgConnection,
    (organizer, event): (OrganizerId, EventId),
) -> Result<Vec<DeviceCount>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select d.id, d.name, d.state, d.id = o.server_device_id as "is_server!",
                  coalesce(f.entries, 0) as "entries!", coalesce(f.exits, 0) as "exits!",
                  coalesce(f.refusals, 0) as "refusals!", greatest(d.last_seen_ms, f.heard_ms) as heard_ms
           from devices d
           join organizers o on o.id = d.organizer_id
           left join (
               select device_id, count(*) filter (where kind in (2, 7)) as entries,
                      count(*) filter (where kind = 3) as exits,
                      coalesce(sum(amount) filter (where kind in (4, 5)), 0)::bigint as refusals,
                      max(received_ms) as heard_ms
               from facts where organizer_id = $1 and event_id = $2 group by device_id
           ) f on f.device_id = d.id
           where d.organizer_id = $1 and (f.device_id is not null or (d.state = 'active' and exists (
               select from device_events e where e.organizer_id = $1 and e.event_id = $2 and e.device_id = d.id)))
           order by d.name, d.id"#,
        organizer.0,
        event.0
    )
    .fetch_all(conn)
    .await?;
    let devices = rows.into_iter().map(|row| DeviceCount {
        device: DeviceId(row.id),
        name: row.name,
        is_server: row.is_server,
        state: row.state,
        entries: row.entries,
        exits: row.exits,
        refusals: row.refusals,
        heard_ms: row.heard_ms,
    });
    Ok(devices.collect())
}

async fn flow(
    conn: &mut PgConnection,
    (organizer, event): (OrganizerId, EventId),
) -> Result<Vec<FlowCount>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select last_entry_ms - mod(last_entry_ms, $3) as "from_ms!", coalesce(last_gate, 0) as "gate!",
                  count(*) as "entries!"
           from ticket_states
           where organizer_id = $1 and event_id = $2 and entries > 0 and last_entry_ms is not null
           group by 1, 2 order by 1, 2"#,
        organizer.0,
        event.0,
        FLOW_MS
    )
    .fetch_all(conn)
    .await?;
    let flow = rows.into_iter().map(|row| FlowCount {
        from_ms: row.from_ms,
        gate: GateNo(u16::try_from(row.gate).unwrap_or(0)),
        entries: row.entries,
    });
    Ok(flow.collect())
}
