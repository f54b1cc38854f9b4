//! All that a scan is decided on, read in one statement and so as it was at one moment.

use std::collections::BTreeMap;

use shared::ids::{EventId, GateNo, KeyId, OrganizerId, TicketId, TypeNo, WindowNo};
use shared::roster::TicketRow;
use sqlx::PgConnection;

use crate::door::folding::{self, FactsOfTicket};
use crate::door::own_journal::OwnEnd;
use crate::door::rows;
use crate::door::rules::Stamp;

/// What is known of tickets of one event, and where the event and the server's journal stand.
#[derive(Debug)]
pub struct Seen {
    /// Whose event.
    pub organizer: OrganizerId,
    /// Which.
    pub event: EventId,
    /// The number of the last change of the event.
    pub(super) head: i64,
    pub(super) stamp: Stamp,
    /// Nothing before the server's first words.
    pub(super) end: Option<OwnEnd>,
    pub(super) tickets: BTreeMap<TicketId, SeenTicket>,
}

#[derive(Debug)]
pub(super) struct SeenTicket {
    pub(super) row: TicketRow,
    pub(super) facts: FactsOfTicket,
}

/// Looks at tickets of one event; those that it doesn't have are left out. Nothing if it has none of them.
pub(super) async fn look(
    conn: &mut PgConnection,
    tickets: &[i64],
) -> Result<Option<Seen>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select t.organizer_id, t.event_id, t.id, t.type_no, t.window_no, t.key_id, t.status, t.home_gate, e.head,
                  coalesce((select array_agg(f.envelope) from facts f
                            where f.organizer_id = t.organizer_id and f.event_id = t.event_id and f.ticket_id = t.id),
                           '{}') as "facts!: Vec<Vec<u8>>",
                  coalesce((select max(seq) from feed_entries c
                            where c.organizer_id = t.organizer_id and c.event_id = t.event_id
                              and c.kind between 1 and 4), 0) as "config_seq!",
                  coalesce((select version from signed_objects o
                            where o.organizer_id = t.organizer_id and o.kind = 'device_list'), 0)
                    as "devices_version!",
                  coalesce((select version from signed_objects o
                            where o.organizer_id = t.organizer_id and o.kind = 'key_set'), 0)
                    as "keys_version!",
                  j.id as "journal?", j.head_seq as "head_seq?", j.head_hash as "head_hash?", j.head_hlc as "head_hlc?"
           from tickets t
           join feeds e on e.organizer_id = t.organizer_id and e.event_id = t.event_id
           left join journals j on j.organizer_id = t.organizer_id and j.event_id = t.event_id and j.id = e.own_journal
           where t.id = any($1)"#,
        tickets
    )
    .fetch_all(conn)
    .await?;
    let mut seen: Option<Seen> = None;
    for row in rows {
        let ticket = TicketId::from_i64(row.id);
        let known = SeenTicket {
            row: TicketRow {
                id: ticket,
                type_no: TypeNo(u16::try_from(row.type_no).unwrap_or(0)),
                window: WindowNo(u8::try_from(row.window_no).unwrap_or(0)),
                key: KeyId(row.key_id.cast_unsigned()),
                status: rows::ticket_status(row.status),
                home_gate: GateNo(u16::try_from(row.home_gate).unwrap_or(0)),
            },
            facts: row
                .facts
                .iter()
                .filter_map(|bytes| folding::read(bytes))
                .collect(),
        };
        match &mut seen {
            Some(seen) => drop(seen.tickets.insert(ticket, known)),
            None => {
                let end = match (row.journal, row.head_seq, row.head_hash, row.head_hlc) {
                    (Some(journal), Some(seq), Some(hash), Some(hlc)) => {
                        Some(OwnEnd::new(journal, seq, &hash, hlc))
                    }
                    _ => None,
                };
                seen = Some(Seen {
                    organizer: OrganizerId(row.organizer_id),
                    event: EventId(row.event_id),
                    head: row.head,
                    stamp: Stamp {
                        config_seq: row.config_seq,
                        devices_version: row.devices_version,
                        keys_version: row.keys_version,
                    },
                    end,
                    tickets: BTreeMap::from([(ticket, known)]),
                });
            }
        }
    }
    Ok(seen)
}
