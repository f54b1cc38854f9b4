//! Pages of a roster, and how they are asked for.

use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

use crate::clock::UnixMillis;
use crate::ids::{FactName, GateNo, KeyId, TicketId, TypeNo, WindowNo};
use crate::roster::{EventRow, GateRow, TicketRow, TicketStatus, TicketTypeRow, WindowRow};

/// `GET /api/v1/sync/events/{event}/changes?cursor=&limit=&wait=`
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ChangesQuery {
    /// Opaque; absent = from the beginning.
    pub cursor: Option<String>,
    /// Entries a page, 1..=50,000.
    pub limit: Option<u32>,
    /// Seconds to wait for a change when there is none, at most 30.
    pub wait: Option<u32>,
    /// The greatest version of the signed objects that the device has heard of: a greater one is a change. Absent (a
    /// device of before 25 November 2026) = the one at the beginning of the wait.
    pub signed: Option<u64>,
}

/// A change of the roster that is not a ticket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PageEntry {
    /// The event itself.
    Event(EventRow),
    /// A ticket type.
    TicketType(TicketTypeRow),
    /// A window.
    Window(WindowRow),
    /// A gate.
    Gate(GateRow),
    /// A fact, as signed; of any device of the event, and of the server.
    Fact(ByteBuf),
    /// What the server's fold says of a fact.
    FactLabel(FactLabelRow),
    /// Gone: a type, window or gate.
    Deleted {
        /// `ticket_type`, `window` or `gate`.
        kind: String,
        /// Its number.
        no: u16,
    },
    /// A kind that this version doesn't know.
    #[serde(skip)]
    Unknown,
}

/// The labels of one fact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FactLabelRow {
    /// Which fact.
    pub fact: FactName,
    /// `duplicate_entry`, `revoked`...
    pub labels: Vec<String>,
}

/// Tickets as columns, in ascending order of id.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct TicketColumns {
    /// 8 bytes each, big-endian, first all first bytes, then all second bytes...
    ids: ByteBuf,
    /// Run lengths of equal (type, window, key, status, home gate).
    runs: Vec<(u32, u16, u8, u32, u8, u16)>,
    /// For each ticket the index of its run's combination in `runs`, run-length coded by order.
    order: Vec<(u32, u32)>,
}

/// One page of the feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Which life of the event's feed.
    pub epoch: u64,
    /// Where the next page begins; opaque.
    pub cursor: String,
    /// More is there now.
    pub has_more: bool,
    /// The feed's last number.
    pub head: u64,
    /// The newest version among the organizer's root-signed objects: pull them if it is greater than yours.
    pub signed_version: u64,
    /// The server's clock.
    pub server_ms: UnixMillis,
    /// Tickets that changed.
    pub tickets: Vec<TicketRow>,
    /// First page only: ids that never enter, ahead of their rows.
    pub barred: Vec<(TicketId, TicketStatus)>,
    /// All else, in the feed's order.
    pub entries: Vec<PageEntry>,
    /// Count and xor of the ticket rows' hashes, when a catch-up ends: see `crate::sync::checksum`.
    pub checksum: Option<(u64, u64)>,
}

#[derive(Serialize, Deserialize)]
struct PageV1 {
    epoch: u64,
    cursor: String,
    has_more: bool,
    head: u64,
    signed_version: u64,
    server_ms: i64,
    tickets: TicketColumns,
    barred: Vec<(u64, u8)>,
    /// Each entry by itself, so that one of an unknown kind doesn't cost the page.
    entries: Vec<ByteBuf>,
    checksum: Option<(u64, u64)>,
}

/// Why bytes are no page.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// It does not begin with `THP1`.
    #[error("reading a page of the roster: not a page (is this the right server?)")]
    NotAPage,
    /// Cut off, or garbled on its way.
    #[error("reading a page of the roster: damaged or cut off")]
    Damaged(#[source] postcard::Error),
    /// Columns of different lengths, an unknown status.
    #[error("reading a page of the roster: its ticket columns don't fit together")]
    Columns,
}

const MAGIC: &[u8; 4] = b"THP1";

type Combination = (TypeNo, WindowNo, KeyId, TicketStatus, GateNo);

fn columns(tickets: &[TicketRow]) -> TicketColumns {
    let mut ids = Vec::with_capacity(tickets.len() * 8);
    for byte in 0..8 {
        ids.extend(tickets.iter().map(|row| row.id.0.to_be_bytes()[byte]));
    }
    let mut combinations: Vec<Combination> = Vec::new();
    let mut counts: Vec<u32> = Vec::new();
    let mut order: Vec<(u32, u32)> = Vec::new();
    let mut index_of = std::collections::HashMap::new();
    for row in tickets {
        let combination = (row.type_no, row.window, row.key, row.status, row.home_gate);
        let index = *index_of
            .entry(combination_key(combination))
            .or_insert_with(|| {
                combinations.push(combination);
                counts.push(0);
                combinations.len() - 1
            });
        counts[index] += 1;
        match order.last_mut() {
            Some((last, run)) if *last == index as u32 => *run += 1,
            Some(_) | None => order.push((index as u32, 1)),
        }
    }
    let runs = combinations
        .iter()
        .zip(&counts)
        .map(|((type_no, window, key, status, gate), count)| {
            (*count, type_no.0, window.0, key.0, *status as u8, gate.0)
        })
        .collect();
    TicketColumns {
        ids: ByteBuf::from(ids),
        runs,
        order,
    }
}

fn combination_key((type_no, window, key, status, gate): Combination) -> (u16, u8, u32, u8, u16) {
    (type_no.0, window.0, key.0, status as u8, gate.0)
}

fn rows(columns: &TicketColumns) -> Result<Vec<TicketRow>, PageError> {
    let (count, rest) = (columns.ids.len() / 8, columns.ids.len() % 8);
    let listed: u64 = columns.order.iter().map(|(_, run)| u64::from(*run)).sum();
    if rest != 0 || listed != count as u64 {
        return Err(PageError::Columns);
    }
    let combinations = columns
        .runs
        .iter()
        .map(|&(_, type_no, window, key, status, gate)| {
            let status = TicketStatus::from_number(status).ok_or(PageError::Columns)?;
            Ok((
                TypeNo(type_no),
                WindowNo(window),
                KeyId(key),
                status,
                GateNo(gate),
            ))
        })
        .collect::<Result<Vec<Combination>, PageError>>()?;
    let which = columns
        .order
        .iter()
        .flat_map(|&(index, run)| std::iter::repeat_n(index as usize, run as usize));
    which
        .enumerate()
        .map(|(i, index)| {
            let id = (0..8).fold(0u64, |id, byte| {
                id << 8 | u64::from(columns.ids[byte * count + i])
            });
            let &(type_no, window, key, status, home_gate) =
                combinations.get(index).ok_or(PageError::Columns)?;
            Ok(TicketRow {
                id: TicketId(id),
                type_no,
                window,
                key,
                status,
                home_gate,
            })
        })
        .collect()
}

impl Page {
    /// The bytes of the answer, before compression: `THP1`, then postcard.
    pub fn encode(mut self) -> Vec<u8> {
        self.tickets.sort_unstable_by_key(|row| row.id);
        let page = PageV1 {
            epoch: self.epoch,
            cursor: self.cursor,
            has_more: self.has_more,
            head: self.head,
            signed_version: self.signed_version,
            server_ms: self.server_ms,
            tickets: columns(&self.tickets),
            barred: self
                .barred
                .iter()
                .map(|(id, status)| (id.0, *status as u8))
                .collect(),
            entries: self
                .entries
                .iter()
                .map(|entry| ByteBuf::from(postcard::to_allocvec(entry).unwrap_or_default()))
                .collect(),
            checksum: self.checksum,
        };
        let body = postcard::to_allocvec(&page).unwrap_or_default();
        [MAGIC.as_slice(), &body].concat()
    }

    /// Reads what [`Page::encode`] wrote. An entry of an unknown kind becomes `Unknown`.
    pub fn decode(bytes: &[u8]) -> Result<Self, PageError> {
        let body = bytes.strip_prefix(MAGIC).ok_or(PageError::NotAPage)?;
        let page: PageV1 = postcard::from_bytes(body).map_err(PageError::Damaged)?;
        let barred = page
            .barred
            .into_iter()
            .map(|(id, status)| {
                TicketStatus::from_number(status).map(|status| (TicketId(id), status))
            })
            .collect::<Option<_>>()
            .ok_or(PageError::Columns)?;
        Ok(Self {
            epoch: page.epoch,
            cursor: page.cursor,
            has_more: page.has_more,
            head: page.head,
            signed_version: page.signed_version,
            server_ms: page.server_ms,
            tickets: rows(&page.tickets)?,
            barred,
            entries: page
                .entries
                .iter()
                .map(|bytes| postcard::from_bytes(bytes).unwrap_or(PageEntry::Unknown))
                .collect(),
            checksum: page.checksum,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn page(tickets: Vec<TicketRow>) -> Page {
        Page {
            epoch: 7,
            cursor: "c".into(),
            has_more: true,
            head: 9,
            signed_version: 3,
            server_ms: 1_800_000_000_000,
            tickets,
            barred: vec![(TicketId(3), TicketStatus::Refunded)],
            entries: vec![PageEntry::Deleted {
                kind: "gate".into(),
                no: 2,
            }],
            checksum: Some((1, 2)),
        }
    }

    fn any_ticket() -> impl Strategy<Value = TicketRow> {
        (any::<u64>(), 0u16..4, 0u8..3, 1u32..3, 0u8..5, 0u16..3).prop_map(|(id, t, w, k, s, g)| {
            TicketRow {
                id: TicketId(id),
                type_no: TypeNo(t),
                window: WindowNo(w),
                key: KeyId(k),
                status: TicketStatus::from_number(s).expect("below 5"),
                home_gate: GateNo(g),
            }
        })
    }

    proptest! {
        #[test]
        fn a_page_survives_its_bytes(mut tickets in prop::collection::vec(any_ticket(), 0..200)) {
            tickets.sort_unstable_by_key(|row| row.id);
            tickets.dedup_by_key(|row| row.id);
            let decoded = Page::decode(&page(tickets.clone()).encode()).expect("own bytes");
            prop_assert_eq!(decoded, page(tickets));
        }

        #[test]
        fn damaged_bytes_never_panic(cut in 0usize..400, flip in 0usize..400, tickets in prop::collection::vec(any_ticket(), 0..20)) {
            let mut bytes = page(tickets).encode();
            bytes.truncate(cut.max(4));
            if let Some(byte) = bytes.get_mut(flip) { *byte ^= 0x55; }
            let _ = Page::decode(&bytes);
        }
    }

    #[test]
    fn a_page_of_html_is_told_from_a_damaged_one() {
        assert!(matches!(Page::decode(b"<html>"), Err(PageError::NotAPage)));
        assert!(matches!(Page::decode(b"THP1"), Err(PageError::Damaged(_))));
    }
}
