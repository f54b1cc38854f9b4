//! What a door saw while it was offline, written into its replica by the product's own code, as it happened.

use anyhow::Context as _;
use rusqlite::Connection;
use scanner_app::door::{Author, NewFact, WriteFactError, write_fact};
use scanner_app::replica::{Replica, ReplicaError, identity, open_to_look, tickets};
use shared::clock::UnixMillis;
use shared::fact::{EntryMarks, FactBody};
use shared::ids::{EventId, GateNo, TicketId};
use shared::roster::TicketRow;
use uuid::Uuid;

use crate::processes::Device;

/// From one guest to the next: two and a half a second is as fast as people walk.
pub const BETWEEN_MS: i64 = 400;
/// Facts in one transaction: the disk is not what is measured.
const AT_ONCE: usize = 2_000;

/// Lets each of `tickets` in once, the last one just before `until_ms`.
pub fn let_in(
    device: &Device,
    event: Uuid,
    tickets: &[TicketId],
    until_ms: UnixMillis,
) -> anyhow::Result<()> {
    let replica = Replica::open(&device.data, &device.state).context("opening a replica")?;
    let identity = replica
        .read(identity::load)?
        .context("a door that is not enrolled")?;
    let author = Author {
        device: identity.device,
        key: replica.signing_key()?,
    };
    let mut at_ms = until_ms - BETWEEN_MS * tickets.len() as i64;
    for some in tickets.chunks(AT_ONCE) {
        let (author, some) = (author.clone(), some.to_vec());
        at_ms = replica
            .write(move |tx| {
                some.into_iter().try_fold(at_ms, |at_ms, ticket| {
                    let at_ms = at_ms + BETWEEN_MS;
                    let row = row_of(tx, EventId(event), ticket)?;
                    let (event, gate) = (EventId(event), GateNo(1));
                    let fact = NewFact {
                        body: FactBody::Entry {
                            ticket,
                            type_no: row.type_no,
                            window: row.window,
                            key: row.key,
                            gate,
                            marks: EntryMarks::default(),
                        },
                        seen: Vec::new(),
                    };
                    write_fact(tx, &author, event, gate, fact, at_ms)?;
                    Ok::<_, WriteFactError>(at_ms)
                })
            })
            .context("writing what happened")?;
    }
    Ok(())
}

fn row_of(
    connection: &Connection,
    event: EventId,
    ticket: TicketId,
) -> Result<TicketRow, ReplicaError> {
    let missing = || ReplicaError::Row { table: "ticket" };
    let no = scanner_app::replica::events::number(connection, event)?.ok_or_else(missing)?;
    tickets::ticket(connection, no, ticket)?.ok_or_else(missing)
}

/// Own facts that the server has not acknowledged.
pub fn unsent(device: &Device) -> anyhow::Result<u64> {
    let replica = open_to_look(&device.data)?;
    Ok(scanner_app::replica::facts::unsent_count(&replica)?)
}
