//! Who holds what, as organizers see it.

use serde::Serialize;
use shared::clock::UnixMillis;
use shared::ids::{DeviceId, EventId, OrganizerId, TicketId};
use sqlx::PgConnection;
use utoipa::ToSchema;

/// The rights of entry of an event.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RightsView {
    /// Is the event in strict mode?
    strict: bool,
    /// When the doors were opened; before that nobody holds any right.
    opened_ms: Option<UnixMillis>,
    /// Version of the signed list that the doors should have.
    version: Option<i64>,
    /// The event's doors, and other devices that hold some.
    doors: Vec<DoorView>,
    /// Valid tickets whose right nobody holds.
    held_by_nobody: i64,
    /// Tickets that went to another door because their holder was declared lost: it may be going on somewhere.
    void_by_loss: i64,
    /// Tickets that a put-back device handed out twice.
    void_by_contest: i64,
    /// People let in by a supervisor against the decision: outside the guarantee.
    overrides: i64,
}

/// A door and its share.
#[derive(Debug, Serialize, ToSchema)]
struct DoorView {
    #[schema(value_type = uuid::Uuid)]
    id: DeviceId,
    name: String,
    /// `active`, `revoked` or `lost`.
    state: String,
    /// 0 = at no gate in particular.
    gate: i32,
    /// Valid tickets that the server granted to it.
    granted: i64,
    /// Valid tickets that it holds by now, after what doors handed to each other.
    held: i64,
    /// It released its share, and gets no other until the doors are opened again.
    gave_share_back: bool,
}

/// One ticket's right.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RightView {
    #[schema(value_type = String)]
    ticket: TicketId,
    /// Who holds it; missing = nobody.
    #[schema(value_type = Option<uuid::Uuid>)]
    holder: Option<DeviceId>,
    holder_name: Option<String>,
    /// Version of the list that first had the grant.
    term: i64,
    /// Why it was granted: `first`, `released`, `lost`.
    cause: String,
    /// Nobody else lets it in, whatever the network does.
    guaranteed: bool,
}

/// An event's rights; `None` = there is no such event.
pub(super) async fn rights(
    conn: &mut PgConnection,
    (organizer, event): (OrganizerId, EventId),
) -> Result<Option<RightsView>, sqlx::Error> {
    let Some(row) = sqlx::query!(
        r#"select e.strict, e.rights_lent_ms,
                  (select version from signed_objects where organizer_id = $1 and kind = 'leases') as "version?",
                  (select count(*) from tickets t
                   left join entry_rights r on r.organizer_id = t.organizer_id and r.event_id = t.event_id
                                           and r.ticket_id = t.id
                   where t.organizer_id = $1 and t.event_id = $2 and t.status = 0 and r.holder_id is null) as "nobody!",
                  (select count(*) from entry_rights r
                   where r.organizer_id = $1 and r.event_id = $2 and r.cause = 'lost') as "lost!",
                  (select count(*) from entry_rights r
                   where r.organizer_id = $1 and r.event_id = $2 and r.contested) as "contested!",
                  (select count(*) from facts f
                   where f.organizer_id = $1 and f.event_id = $2 and f.kind = 7) as "overrides!"
           from events e where e.organizer_id = $1 and e.id = $2"#,
        organizer.0,
        event.0
    )
    .fetch_optional(&mut *conn)
    .await?
    else {
        return Ok(None);
    };
    Ok(Some(RightsView {
        strict: row.strict,
        opened_ms: row.rights_lent_ms,
        version: row.version,
        doors: doors(conn, (organizer, event)).await?,
        held_by_nobody: row.nobody,
        void_by_loss: row.lost,
        void_by_contest: row.contested,
        overrides: row.overrides,
    }))
}

async fn doors(
    conn: &mut PgConnection,
    (organizer, event): (OrganizerId, EventId),
) -> Result<Vec<DoorView>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"with valid as (
               select r.device_id, r.holder_id from entry_rights r
               left join tickets t on t.organizer_id = r.organizer_id and t.event_id = r.event_id and t.id = r.ticket_id
               where r.organizer_id = $1 and r.event_id = $2 and coalesce(t.status, 0) = 0
           )
           select d.id, d.name, d.state, coalesce(i.gate_no, 0) as "gate!", coalesce(i.gave_share_back, false) as "gave_back!",
                  (select count(*) from valid v where v.device_id = d.id) as "granted!",
                  (select count(*) from valid v where v.holder_id = d.id) as "held!"
           from devices d
           left join device_events i on i.organizer_id = d.organizer_id and i.device_id = d.id and i.event_id = $2
           where d.organizer_id = $1 and d.sealed_private is null
             and ((i.device_id is not null and d.rights & 1 = 1)
                  or exists (select from valid v where v.holder_id = d.id))
           order by d.state <> 'active', i.gate_no, d.name, d.id"#,
        organizer.0,
        event.0
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| DoorView {
            id: DeviceId(row.id),
            name: row.name,
            state: row.state,
            gate: row.gate,
            granted: row.granted,
            held: row.held,
            gave_share_back: row.gave_back,
        })
        .collect())
}

/// One ticket's right; `None` = it was granted to nobody.
pub(super) async fn right(
    conn: &mut PgConnection,
    (organizer, event): (OrganizerId, EventId),
    ticket: TicketId,
) -> Result<Option<RightView>, sqlx::Error> {
    let row = sqlx::query!(
        r#"select r.term, r.cause, r.contested, r.holder_id as "holder?", d.name as "holder_name?"
           from entry_rights r left join devices d on d.organizer_id = r.organizer_id and d.id = r.holder_id
           where r.organizer_id = $1 and r.event_id = $2 and r.ticket_id = $3"#,
        organizer.0,
        event.0,
        ticket.to_i64()
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| RightView {
        ticket,
        holder: row.holder.map(DeviceId),
        holder_name: row.holder_name,
        term: row.term,
        guaranteed: row.cause != "lost" && !row.contested,
        cause: row.cause,
    }))
}
