//! States and labels against a fold from scratch (M2).

use std::collections::{BTreeMap, BTreeSet, HashMap};

use shared::ids::{DeviceId, FactId, FactName, TicketId};
use sqlx::PgConnection;

use super::{PART, Problem, Verified};
use crate::door::rules::EventRules;
use crate::door::{folded, folding};

/// Labels and states of what no fact is about.
pub(super) async fn without_fact(
    conn: &mut PgConnection,
    rules: &EventRules,
) -> Result<Option<Problem>, sqlx::Error> {
    let found = sqlx::query!(
        r#"select 'labels' as "code!", l.device_id || ' ' || l.fact_id as "of!" from fact_labels l
           where l.organizer_id = $1 and l.event_id = $2 and not exists (
               select from facts f where f.organizer_id = $1 and f.event_id = $2
               and f.device_id = l.device_id and f.fact_id = l.fact_id)
           union all
           select 'state', s.ticket_id::text from ticket_states s
           where s.organizer_id = $1 and s.event_id = $2 and not exists (
               select from facts f where f.organizer_id = $1 and f.event_id = $2 and f.ticket_id = s.ticket_id)
           limit 1"#,
        rules.organizer.0,
        rules.event.id.0
    )
    .fetch_optional(conn)
    .await?;
    Ok(found.map(|row| Problem {
        code: if row.code == "state" {
            "state"
        } else {
            "labels"
        },
        of: row.of,
        at: None,
        detail: "no fact is about it".to_owned(),
    }))
}

pub(super) async fn look_at_all(
    conn: &mut PgConnection,
    rules: &EventRules,
    seen: &mut Verified,
) -> Result<Option<Problem>, sqlx::Error> {
    let mut after = i64::MIN;
    loop {
        let ids = sqlx::query_scalar!(
            r#"select distinct ticket_id as "ticket!" from facts
               where organizer_id = $1 and event_id = $2 and ticket_id > $3 order by 1 limit $4"#,
            rules.organizer.0,
            rules.event.id.0,
            after,
            PART
        )
        .fetch_all(&mut *conn)
        .await?;
        let Some(last) = ids.last() else {
            return Ok(None);
        };
        after = *last;
        if let Some(problem) = differs(conn, rules, &ids).await? {
            return Ok(Some(problem));
        }
        seen.tickets += ids.len() as u64;
    }
}

/// The first of these tickets whose state or labels are not those of a fold from scratch.
async fn differs(
    conn: &mut PgConnection,
    rules: &EventRules,
    ids: &[i64],
) -> Result<Option<Problem>, sqlx::Error> {
    let tickets: BTreeSet<TicketId> = ids.iter().map(|id| TicketId::from_i64(*id)).collect();
    let folded = folding::folded(&mut *conn, rules, &tickets).await?;
    let stored = states(conn, rules, ids).await?;
    for state in folded.states() {
        if stored.get(&state.ticket) != Some(&state) {
            let is = stored.get(&state.ticket);
            return Ok(Some(Problem {
                code: "state",
                of: state.ticket.to_string(),
                at: None,
                detail: format!("it is {is:?} and folds to {state:?}"),
            }));
        }
    }
    let stored = labels(conn, rules, ids).await?;
    for (name, labels) in folded.labels() {
        let is = stored.get(&name).map_or("ok", String::as_str);
        if is != labels {
            return Ok(Some(Problem {
                code: "labels",
                of: format!("{} {}", name.device, name.fact),
                at: None,
                detail: format!("they are {is} and fold to {labels}"),
            }));
        }
    }
    Ok(None)
}

async fn states(
    conn: &mut PgConnection,
    rules: &EventRules,
    ids: &[i64],
) -> Result<BTreeMap<TicketId, folded::State>, sqlx::Error> {
    let rows = sqlx::query!(
        "select ticket_id, inside, entries, exits, last_entry_ms, last_gate, entry_gates, exit_gates from ticket_states
         where organizer_id = $1 and event_id = $2 and ticket_id = any($3)",
        rules.organizer.0,
        rules.event.id.0,
        ids
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let ticket = TicketId::from_i64(row.ticket_id);
            let state = folded::State {
                ticket,
                inside: row.inside,
                entries: row.entries,
                exits: row.exits,
                last_entry_ms: row.last_entry_ms,
                last_gate: row.last_gate,
                entry_gates: row.entry_gates,
                exit_gates: row.exit_gates,
            };
            (ticket, state)
        })
        .collect())
}

async fn labels(
    conn: &mut PgConnection,
    rules: &EventRules,
    ids: &[i64],
) -> Result<HashMap<FactName, String>, sqlx::Error> {
    let rows = sqlx::query!(
        "select distinct l.device_id, l.fact_id, l.labels from facts f
         join fact_labels l on l.organizer_id = f.organizer_id and l.event_id = f.event_id
                           and l.device_id = f.device_id and l.fact_id = f.fact_id
         where f.organizer_id = $1 and f.event_id = $2 and f.ticket_id = any($3)",
        rules.organizer.0,
        rules.event.id.0,
        ids
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            (
                FactName {
                    device: DeviceId(row.device_id),
                    fact: FactId(row.fact_id),
                },
                row.labels.join(","),
            )
        })
        .collect())
}
