//! From entries of the feed to the page that a device reads: each entry's row, as it is in the same snapshot.

use std::collections::HashMap;

use serde_bytes::ByteBuf;
use shared::ids::{DeviceId, EventId, FactId, FactName, OrganizerId, TicketId};
use shared::roster::TicketStatus;
use shared::wire::latest::{FactLabelRow, PageEntry};
use sqlx::PgConnection;
use uuid::Uuid;

use super::kinds;
use super::rows::{self, Numbered};

/// An entry of the feed: who changed, in the order of transactions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) seq: i64,
    pub(super) kind: i16,
    pub(super) id: Vec<u8>,
}

/// The rows of a page.
#[derive(Debug, Default)]
pub(super) struct PageRows {
    pub(super) tickets: Vec<shared::roster::TicketRow>,
    pub(super) entries: Vec<PageEntry>,
}

/// An entity's id is not of its kind's length: the trigger that stamped it is of another version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an entry of the feed of kind {kind} has an id of {length} bytes")]
pub struct EntryIdError {
    /// The kind.
    pub kind: i16,
    /// Its id's length.
    pub length: usize,
}

/// Why a page has no rows.
#[derive(Debug, thiserror::Error)]
pub enum ReadRowsError {
    /// Reading.
    #[error("reading the rows of a page")]
    Database(#[from] sqlx::Error),
    /// See [`EntryIdError`].
    #[error(transparent)]
    Id(#[from] EntryIdError),
}

/// A pair of UUIDs, or a UUID and a number: what facts and labels are found by.
type FactPlace = (Uuid, i64);

/// Reads the rows of `entries`, each kind at once.
pub(super) async fn read_rows(
    conn: &mut PgConnection,
    organizer: OrganizerId,
    event: EventId,
    entries: &[Entry],
) -> Result<PageRows, ReadRowsError> {
    let sorted = Sorted::read(entries)?;
    let mut rows = PageRows::default();
    if !sorted.tickets.is_empty() {
        rows.tickets = rows::ticket_rows(conn, organizer, event, &sorted.tickets).await?;
    }
    if sorted.tickets.len() == entries.len() {
        return Ok(rows);
    }
    let mut found = Found::read(conn, organizer, event, &sorted).await?;
    rows.entries = entries
        .iter()
        .filter(|entry| entry.kind != kinds::TICKET)
        .filter_map(|entry| found.take(entry).transpose())
        .collect::<Result<_, _>>()?;
    Ok(rows)
}

/// Ids never enter, ahead of their rows: the first page's.
pub(super) async fn barred(
    conn: &mut PgConnection,
    organizer: OrganizerId,
    event: EventId,
) -> Result<Vec<(TicketId, TicketStatus)>, sqlx::Error> {
    let rows = sqlx::query!(
        "select id, status from tickets where organizer_id = $1 and event_id = $2 and status <> 0 order by id",
        organizer.0,
        event.0
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (TicketId::from_i64(row.id), rows::ticket_status(row.status)))
        .collect())
}

/// The entries' ids, by kind.
#[derive(Default)]
struct Sorted {
    tickets: Vec<i64>,
    facts: Vec<FactPlace>,
    labels: Vec<(Uuid, Uuid)>,
    /// Of the event, its types, windows and gates: few, so that their tables are read whole.
    configured: [bool; 5],
}

impl Sorted {
    fn read(entries: &[Entry]) -> Result<Self, EntryIdError> {
        let mut sorted = Self {
            tickets: Vec::with_capacity(entries.len()),
            ..Self::default()
        };
        for entry in entries {
            match entry.kind {
                kinds::TICKET => sorted.tickets.push(i64::from_be_bytes(whole(entry)?)),
                kinds::FACT => sorted.facts.push(fact_place(entry)?),
                kinds::FACT_LABEL => sorted.labels.push(label_place(entry)?),
                kind @ kinds::EVENT..=kinds::GATE => sorted.configured[kind as usize] = true,
                // A kind of a newer schema: devices of this protocol don't know it either.
                _ => {}
            }
        }
        Ok(sorted)
    }
}

fn whole<const N: usize>(entry: &Entry) -> Result<[u8; N], EntryIdError> {
    entry.id.as_slice().try_into().map_err(|_| EntryIdError {
        kind: entry.kind,
        length: entry.id.len(),
    })
}

fn fact_place(entry: &Entry) -> Result<FactPlace, EntryIdError> {
    let bytes: [u8; 24] = whole(entry)?;
    let (journal, seq) = bytes.split_at(16);
    Ok((
        Uuid::from_slice(journal).unwrap_or_default(),
        seq.iter().fold(0, |seq, byte| seq << 8 | i64::from(*byte)),
    ))
}

fn label_place(entry: &Entry) -> Result<(Uuid, Uuid), EntryIdError> {
    let bytes: [u8; 32] = whole(entry)?;
    let (device, fact) = bytes.split_at(16);
    Ok((
        Uuid::from_slice(device).unwrap_or_default(),
        Uuid::from_slice(fact).unwrap_or_default(),
    ))
}

/// The rows, by what finds them.
struct Found {
    event: Option<PageEntry>,
    types: HashMap<i32, PageEntry>,
    windows: HashMap<i32, PageEntry>,
    gates: HashMap<i32, PageEntry>,
    facts: HashMap<FactPlace, Vec<u8>>,
    labels: HashMap<(Uuid, Uuid), Vec<String>>,
}

fn numbered<T>(
    rows: impl IntoIterator<Item = (i32, Numbered<T>)>,
    kind: &str,
    entry: impl Fn(T) -> PageEntry,
) -> HashMap<i32, PageEntry> {
    rows.into_iter()
        .map(|(no, row)| match row {
            Numbered::Present(row) => (no, entry(row)),
            Numbered::Deleted(gone) => (
                no,
                PageEntry::Deleted {
                    kind: kind.to_owned(),
                    no: gone,
                },
            ),
        })
        .collect()
}

impl Found {
    async fn read(
        conn: &mut PgConnection,
        organizer: OrganizerId,
        event: EventId,
        sorted: &Sorted,
    ) -> Result<Self, sqlx::Error> {
        let [_, event_row, types, windows, gates] = sorted.configured;
        let mut found = Self {
            event: None,
            types: HashMap::new(),
            windows: HashMap::new(),
            gates: HashMap::new(),
            facts: facts(conn, organizer, event, &sorted.facts).await?,
            labels: labels(conn, organizer, event, &sorted.labels).await?,
        };
        if event_row {
            let row = rows::event_row(conn, organizer, event).await?;
            found.event = row.map(PageEntry::Event);
        }
        if types {
            let rows = rows::type_rows(conn, organizer, event).await?;
            found.types = numbered(rows, "ticket_type", PageEntry::TicketType);
        }
        if windows {
            let rows = rows::window_rows(conn, organizer, event).await?;
            found.windows = numbered(rows, "window", PageEntry::Window);
        }
        if gates {
            let rows = rows::gate_rows(conn, organizer, event).await?;
            found.gates = numbered(rows, "gate", PageEntry::Gate);
        }
        Ok(found)
    }

    fn take(&mut self, entry: &Entry) -> Result<Option<PageEntry>, EntryIdError> {
        let number = || whole(entry).map(i32::from_be_bytes);
        Ok(match entry.kind {
            kinds::EVENT => self.event.clone(),
            kinds::TICKET_TYPE => self.types.get(&number()?).cloned(),
            kinds::WINDOW => self.windows.get(&number()?).cloned(),
            kinds::GATE => self.gates.get(&number()?).cloned(),
            kinds::FACT => self
                .facts
                .remove(&fact_place(entry)?)
                .map(|bytes| PageEntry::Fact(ByteBuf::from(bytes))),
            kinds::FACT_LABEL => {
                let place = label_place(entry)?;
                self.labels.remove(&place).map(|labels| {
                    PageEntry::FactLabel(FactLabelRow {
                        fact: FactName {
                            device: DeviceId(place.0),
                            fact: FactId(place.1),
                        },
                        labels,
                    })
                })
            }
            _ => None,
        })
    }
}

async fn facts(
    conn: &mut PgConnection,
    organizer: OrganizerId,
    event: EventId,
    places: &[FactPlace],
) -> Result<HashMap<FactPlace, Vec<u8>>, sqlx::Error> {
    if places.is_empty() {
        return Ok(HashMap::new());
    }
    let (journals, seqs): (Vec<Uuid>, Vec<i64>) = places.iter().copied().unzip();
    let rows = sqlx::query!(
        "select f.journal_id, f.seq, f.envelope
         from unnest($3::uuid[], $4::bigint[]) as w (journal_id, seq)
         join facts f on f.organizer_id = $1 and f.event_id = $2 and f.journal_id = w.journal_id and f.seq = w.seq",
        organizer.0,
        event.0,
        &journals,
        &seqs
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| ((row.journal_id, row.seq), row.envelope))
        .collect())
}

async fn labels(
    conn: &mut PgConnection,
    organizer: OrganizerId,
    event: EventId,
    names: &[(Uuid, Uuid)],
) -> Result<HashMap<(Uuid, Uuid), Vec<String>>, sqlx::Error> {
    if names.is_empty() {
        return Ok(HashMap::new());
    }
    let (devices, facts): (Vec<Uuid>, Vec<Uuid>) = names.iter().copied().unzip();
    let rows = sqlx::query!(
        "select l.device_id, l.fact_id, l.labels
         from unnest($3::uuid[], $4::uuid[]) as w (device_id, fact_id)
         join fact_labels l on l.organizer_id = $1 and l.event_id = $2 and l.device_id = w.device_id and l.fact_id = w.fact_id",
        organizer.0,
        event.0,
        &devices,
        &facts
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| ((row.device_id, row.fact_id), row.labels))
        .collect())
}
