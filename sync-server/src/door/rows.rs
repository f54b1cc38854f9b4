//! The roster's rows as the wire has them, read from the catalog's tables.

use std::collections::BTreeMap;

use shared::clock::UnixMillis;
use shared::ids::{DeviceId, EventId, GateNo, KeyId, OrganizerId, TicketId, TypeNo, WindowNo};
use shared::roster::{
    DeviceRow, EntryRule, EventMode, EventRow, GateRow, KeyRow, ReEntry, Revocation, Rights,
    TicketRow, TicketStatus, TicketTypeRow, WindowRow,
};
use sqlx::PgConnection;

/// A row, or the word that it is gone.
#[derive(Clone, Debug)]
pub(crate) enum Numbered<T> {
    /// There.
    Present(T),
    /// Deleted; its number.
    Deleted(u16),
}

impl<T> Numbered<T> {
    /// The row, unless it is gone.
    pub(crate) fn present(self) -> Option<T> {
        match self {
            Self::Present(row) => Some(row),
            Self::Deleted(_) => None,
        }
    }
}

fn re_entry(text: &str) -> ReEntry {
    match text {
        "after_exit" => ReEntry::AfterExit,
        "unlimited" => ReEntry::Unlimited,
        _ => ReEntry::None,
    }
}

fn small(number: i32) -> u16 {
    u16::try_from(number).unwrap_or(u16::MAX)
}

fn most(number: Option<i32>) -> Option<u16> {
    number.map(small)
}

/// The event's row.
pub(crate) async fn event_row(
    conn: &mut PgConnection,
    organizer: OrganizerId,
    event: EventId,
) -> Result<Option<EventRow>, sqlx::Error> {
    let row = sqlx::query!(
        "select title, mode, time_zone, doors_ms, starts_ms, ends_ms, status, capacity, re_entry,
                max_entries, max_entries_per_day, max_roster_age_minutes, strict
         from events where organizer_id = $1 and id = $2",
        organizer.0,
        event.0
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| {
        let rule = re_entry(&row.re_entry);
        EventRow {
            id: event,
            organizer,
            name: row.title,
            mode: if row.mode == "real" {
                EventMode::Real
            } else {
                EventMode::Test
            },
            time_zone: row.time_zone,
            doors_ms: row.doors_ms,
            starts_ms: row.starts_ms,
            ends_ms: row.ends_ms,
            cancelled: row.status == "cancelled",
            capacity: row.capacity.map(i32::cast_unsigned),
            entry_rule: EntryRule {
                re_entry: rule,
                max_entries: most(row.max_entries).or(match rule {
                    ReEntry::None => Some(1),
                    ReEntry::AfterExit | ReEntry::Unlimited => None,
                }),
                max_entries_per_day: most(row.max_entries_per_day),
            },
            max_roster_age_minutes: row.max_roster_age_minutes.map(i32::cast_unsigned),
            strict: row.strict,
        }
    }))
}

/// All ticket types of an event, by number. A type overrides the event's rule as a whole.
pub(crate) async fn type_rows(
    conn: &mut PgConnection,
    organizer: OrganizerId,
    event: EventId,
) -> Result<BTreeMap<i32, Numbered<TicketTypeRow>>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select t.no, t.name, coalesce(t.re_entry, e.re_entry) as "re_entry!", t.max_entries, t.max_entries_per_day,
                  (t.re_entry is not null or t.max_entries is not null or t.max_entries_per_day is not null) as "own!",
                  t.door_note, t.deleted
           from ticket_types t join events e on e.organizer_id = t.organizer_id and e.id = t.event_id
           where t.organizer_id = $1 and t.event_id = $2"#,
        organizer.0,
        event.0
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            if row.deleted {
                return (row.no, Numbered::Deleted(small(row.no)));
            }
            let rule = EntryRule {
                re_entry: re_entry(&row.re_entry),
                max_entries: most(row.max_entries),
                max_entries_per_day: most(row.max_entries_per_day),
            };
            let present = TicketTypeRow {
                no: TypeNo(small(row.no)),
                name: row.name,
                entry_rule: row.own.then_some(rule),
                door_note: row.door_note,
            };
            (row.no, Numbered::Present(present))
        })
        .collect())
}

/// All windows of an event, by number.
pub(crate) async fn window_rows(
    conn: &mut PgConnection,
    organizer: OrganizerId,
    event: EventId,
) -> Result<BTreeMap<i32, Numbered<WindowRow>>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select no, name, intervals as "intervals: sqlx::types::Json<Vec<(UnixMillis, UnixMillis)>>", deleted
           from windows where organizer_id = $1 and event_id = $2"#,
        organizer.0,
        event.0
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            if row.deleted {
                return (row.no, Numbered::Deleted(small(row.no)));
            }
            let present = WindowRow {
                no: WindowNo(u8::try_from(row.no).unwrap_or(u8::MAX)),
                name: row.name,
                intervals: row.intervals.0,
            };
            (row.no, Numbered::Present(present))
        })
        .collect())
}

/// All gates of an event, by number.
pub(crate) async fn gate_rows(
    conn: &mut PgConnection,
    organizer: OrganizerId,
    event: EventId,
) -> Result<BTreeMap<i32, Numbered<GateRow>>, sqlx::Error> {
    let rows = sqlx::query!(
        "select no, name, types, strict_home, deleted from gates where organizer_id = $1 and event_id = $2",
        organizer.0,
        event.0
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            if row.deleted {
                return (row.no, Numbered::Deleted(small(row.no)));
            }
            let present = GateRow {
                no: GateNo(small(row.no)),
                name: row.name,
                types: row.types.into_iter().map(|no| TypeNo(small(no))).collect(),
                strict_home: row.strict_home,
            };
            (row.no, Numbered::Present(present))
        })
        .collect())
}

/// The rows of some tickets of an event, in any order.
pub(crate) async fn ticket_rows(
    conn: &mut PgConnection,
    organizer: OrganizerId,
    event: EventId,
    ids: &[i64],
) -> Result<Vec<TicketRow>, sqlx::Error> {
    let rows = sqlx::query!(
        "select id, type_no, window_no, key_id, status, home_gate from tickets
         where organizer_id = $1 and event_id = $2 and id = any($3)",
        organizer.0,
        event.0,
        ids
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| TicketRow {
            id: TicketId::from_i64(row.id),
            type_no: TypeNo(small(row.type_no)),
            window: WindowNo(u8::try_from(row.window_no).unwrap_or(u8::MAX)),
            key: KeyId(row.key_id.cast_unsigned()),
            status: ticket_status(row.status),
            home_gate: GateNo(small(row.home_gate)),
        })
        .collect())
}

/// From its column, which a check keeps within the list.
pub(crate) fn ticket_status(number: i16) -> TicketStatus {
    u8::try_from(number)
        .ok()
        .and_then(TicketStatus::from_number)
        .unwrap_or(TicketStatus::Blocked)
}

/// Rights as the bits of `devices.rights`.
pub(crate) fn rights_bits(rights: Rights) -> i16 {
    i16::from(rights.scan)
        | i16::from(rights.search) << 1
        | i16::from(rights.sell) << 2
        | i16::from(rights.supervise) << 3
}

/// From the bits of `devices.rights`.
pub(crate) fn rights(bits: i16) -> Rights {
    Rights {
        scan: bits & 1 != 0,
        search: bits & 2 != 0,
        sell: bits & 4 != 0,
        supervise: bits & 8 != 0,
    }
}

/// What the device may do now: `rights` keeps what the signed list tells of it.
pub(crate) fn rights_now(bits: i16, search_withdrawn_ms: Option<UnixMillis>) -> Rights {
    let had = rights(bits);
    Rights {
        search: had.search && search_withdrawn_ms.is_none(),
        ..had
    }
}

/// All devices of an organizer, the server's own among them, oldest first.
pub(crate) async fn device_rows(
    conn: &mut PgConnection,
    organizer: OrganizerId,
) -> Result<Vec<DeviceRow>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select d.id, d.name, d.public_key, d.rights, d.revocation as "revocation: sqlx::types::Json<Revocation>",
                  coalesce(array_agg(e.event_id order by e.event_id) filter (where e.event_id is not null), '{}')
                    as "events!: Vec<uuid::Uuid>"
           from devices d
           left join device_events e on e.organizer_id = d.organizer_id and e.device_id = d.id
           where d.organizer_id = $1 group by d.organizer_id, d.id order by d.id"#,
        organizer.0
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| DeviceRow {
            id: DeviceId(row.id),
            name: row.name,
            public: key_bytes(&row.public_key),
            rights: rights(row.rights),
            events: row.events.into_iter().map(EventId).collect(),
            revocation: row.revocation.map(|revocation| revocation.0),
        })
        .collect())
}

/// All ticket keys of all events of an organizer.
pub(crate) async fn key_rows(
    conn: &mut PgConnection,
    organizer: OrganizerId,
) -> Result<Vec<KeyRow>, sqlx::Error> {
    let rows = sqlx::query!(
        "select k.id, k.public, k.event_id, k.lessee, k.revoked_ms, e.title, e.starts_ms
         from signing_keys k join events e on e.organizer_id = k.organizer_id and e.id = k.event_id
         where k.organizer_id = $1 order by k.id",
        organizer.0
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| KeyRow {
            id: KeyId(row.id.cast_unsigned()),
            public: key_bytes(&row.public),
            event: EventId(row.event_id),
            event_name: row.title,
            event_starts_ms: row.starts_ms,
            lessee: row.lessee.map(DeviceId),
            revoked: row.revoked_ms.is_some(),
        })
        .collect())
}

/// A check of the table keeps the column at 32 bytes; other lengths would make a key that verifies nothing.
pub(crate) fn key_bytes(bytes: &[u8]) -> [u8; 32] {
    bytes.try_into().unwrap_or([0; 32])
}
