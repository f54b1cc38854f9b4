//! How many are in, and who was turned away: what the doors saw, as the fold counts it.

use shared::admission::reason::Reason;
use shared::ids::{EventId, GateNo, OrganizerId};
use sqlx::PgConnection;

/// An event's attendance.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Attendance {
    /// Tickets that went in at least once.
    #[serde(rename = "in")]
    pub came: i64,
    /// Of these, those that are not inside any more.
    #[serde(rename = "out")]
    pub left: i64,
    /// Inside now.
    pub inside: i64,
    /// Entries that count; more than `in` where there is re-entry.
    pub entries: i64,
    /// Exits that count.
    pub exits: i64,
    /// Entries with a ticket that was in already: let in, flagged, not counted.
    pub duplicates: i64,
    /// All who were turned away, by any device.
    pub refusals: i64,
    /// By reason, the most frequent first.
    pub refusals_by_reason: Vec<RefusalCount>,
    /// By gate, in the order of their numbers; 0 = at no gate.
    pub gates: Vec<GateCount>,
    /// Tickets that are valid, in or not.
    pub valid_tickets: i64,
    /// Facts of doors that run a newer program than this server: kept and passed on, and not counted before the server is
    /// updated.
    pub unread: i64,
}

/// How often for a reason.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct RefusalCount {
    /// `already_entered`, `refunded`...; `reason_N` for one of a later version.
    pub reason: String,
    /// How often.
    pub count: i64,
}

/// What went on at a gate.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct GateCount {
    /// Its number.
    #[schema(value_type = u16)]
    pub gate: GateNo,
    /// Its name; empty at no gate.
    pub name: String,
    /// Entries that count.
    pub entries: i64,
    /// Exits that count.
    pub exits: i64,
    /// Refusals.
    pub refusals: i64,
}

/// Counts an event. All numbers are of one snapshot if `conn` is a `repeatable read` transaction.
pub async fn attendance(
    conn: &mut PgConnection,
    organizer: OrganizerId,
    event: EventId,
) -> Result<Attendance, sqlx::Error> {
    let states = sqlx::query!(
        r#"select count(*) filter (where entries > 0) as "came!", count(*) filter (where inside) as "inside!",
                  count(*) filter (where entries > 0 and not inside) as "left!",
                  coalesce(sum(entries), 0)::bigint as "entries!", coalesce(sum(exits), 0)::bigint as "exits!"
           from ticket_states where organizer_id = $1 and event_id = $2"#,
        organizer.0,
        event.0
    )
    .fetch_one(&mut *conn)
    .await?;
    let others = sqlx::query!(
        r#"select (select count(*) from fact_labels where organizer_id = $1 and event_id = $2
                   and 'duplicate_entry' = any(labels)) as "duplicates!",
                  (select count(*) from tickets where organizer_id = $1 and event_id = $2 and status = 0) as "valid!",
                  (select count(*) from unread_facts where organizer_id = $1 and event_id = $2) as "unread!""#,
        organizer.0,
        event.0
    )
    .fetch_one(&mut *conn)
    .await?;
    let refusals_by_reason = refusals(conn, organizer, event).await?;
    Ok(Attendance {
        came: states.came,
        left: states.left,
        inside: states.inside,
        entries: states.entries,
        exits: states.exits,
        duplicates: others.duplicates,
        refusals: refusals_by_reason.iter().map(|refusal| refusal.count).sum(),
        refusals_by_reason,
        gates: gates(conn, organizer, event).await?,
        valid_tickets: others.valid,
        unread: others.unread,
    })
}

async fn refusals(
    conn: &mut PgConnection,
    organizer: OrganizerId,
    event: EventId,
) -> Result<Vec<RefusalCount>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select reason as "reason!", sum(amount)::bigint as "count!" from facts
           where organizer_id = $1 and event_id = $2 and kind in (4, 5) and reason is not null
           group by reason order by 2 desc, 1"#,
        organizer.0,
        event.0
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| RefusalCount {
            reason: reason_text(row.reason),
            count: row.count,
        })
        .collect())
}

fn reason_text(number: i16) -> String {
    u8::try_from(number)
        .ok()
        .and_then(Reason::from_number)
        .map_or_else(
            || format!("reason_{number}"),
            |reason| reason.code().to_owned(),
        )
}

async fn gates(
    conn: &mut PgConnection,
    organizer: OrganizerId,
    event: EventId,
) -> Result<Vec<GateCount>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select seen.gate as "gate!", coalesce(g.name, '') as "name!", sum(entries)::bigint as "entries!",
                  sum(exits)::bigint as "exits!", sum(refusals)::bigint as "refusals!"
           from (
               select no as gate, 0 as entries, 0 as exits, 0 as refusals
               from gates where organizer_id = $1 and event_id = $2 and not deleted
               union all
               select gate, 1, 0, 0 from ticket_states, unnest(entry_gates) as gate
               where organizer_id = $1 and event_id = $2
               union all
               select gate, 0, 1, 0 from ticket_states, unnest(exit_gates) as gate
               where organizer_id = $1 and event_id = $2
               union all
               select gate_no, 0, 0, amount from facts
               where organizer_id = $1 and event_id = $2 and kind in (4, 5) and gate_no is not null
           ) seen
           left join gates g on g.organizer_id = $1 and g.event_id = $2 and g.no = seen.gate
           group by seen.gate, g.name order by seen.gate"#,
        organizer.0,
        event.0
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| GateCount {
            gate: GateNo(u16::try_from(row.gate).unwrap_or(0)),
            name: row.name,
            entries: row.entries,
            exits: row.exits,
            refusals: row.refusals,
        })
        .collect())
}
