//! Who holds what, as an organizer reads it.

use serde::Serialize;
use shared::clock::UnixMillis;
use shared::ids::{DeviceId, EventId, OrganizerId, TypeNo};
use sqlx::PgConnection;
use utoipa::ToSchema;

/// The places of one type that a till has, or had.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LeaseRow {
    /// Which till.
    #[schema(value_type = uuid::Uuid)]
    pub device: DeviceId,
    /// Its name.
    pub device_name: String,
    /// `active`, `revoked` or `lost`.
    pub device_state: String,
    /// When it last opened a session.
    pub last_seen_ms: Option<UnixMillis>,
    /// Its letters in ticket numbers.
    pub series: String,
    /// Of which type.
    #[schema(value_type = u16)]
    pub type_no: TypeNo,
    /// The type's name.
    pub type_name: String,
    /// Places that it may have sold and didn't say so, or may sell yet.
    pub unsold: i64,
    /// Places that it said it sold.
    pub sold: i64,
    /// Places that it gave back.
    pub returned: i64,
    /// Its lease was taken back: it sells no more of these.
    pub taken_back: bool,
    /// Of the unsold ones, how many were written off.
    pub written_off: i64,
    /// No sale from then on.
    pub ends_ms: UnixMillis,
}

/// All that was lent of an event, by till and type; what tills hold now first.
pub async fn leases_of_event(
    conn: &mut PgConnection,
    (organizer, event): (OrganizerId, EventId),
) -> Result<Vec<LeaseRow>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select k.holder_id, d.name as device_name, d.state, d.last_seen_ms, coalesce(d.series, '') as "series!",
                  k.type_no, y.name as type_name,
                  count(*) filter (where k.state = 'unsold') as "unsold!",
                  count(*) filter (where k.state = 'sold') as "sold!",
                  count(*) filter (where k.state = 'returned') as "returned!",
                  coalesce(bool_and(l.state <> 'granted') filter (where k.state = 'unsold'), false) as "taken_back!",
                  max(l.expires_ms) as "ends_ms!",
                  coalesce((select sum(w.places - w.settled) from lease_write_offs w
                            where w.organizer_id = $1 and w.event_id = $2 and w.device_id = k.holder_id
                              and w.type_no = k.type_no), 0)::bigint as "written_off!"
           from leased_tickets k
           join leases l on l.organizer_id = k.organizer_id and l.event_id = k.event_id and l.id = k.lease_id
           join devices d on d.organizer_id = k.organizer_id and d.id = k.holder_id
           join ticket_types y on y.organizer_id = k.organizer_id and y.event_id = k.event_id and y.no = k.type_no
           where k.organizer_id = $1 and k.event_id = $2
           group by k.holder_id, d.name, d.state, d.last_seen_ms, d.series, k.type_no, y.name
           order by count(*) filter (where k.state = 'unsold') = 0, d.name, k.holder_id, k.type_no"#,
        organizer.0,
        event.0
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| LeaseRow {
            device: DeviceId(row.holder_id),
            device_name: row.device_name,
            device_state: row.state,
            last_seen_ms: row.last_seen_ms,
            series: row.series,
            type_no: TypeNo(u16::try_from(row.type_no).unwrap_or(0)),
            type_name: row.type_name,
            unsold: row.unsold,
            sold: row.sold,
            returned: row.returned,
            taken_back: row.taken_back,
            written_off: row.written_off,
            ends_ms: row.ends_ms,
        })
        .collect())
}
