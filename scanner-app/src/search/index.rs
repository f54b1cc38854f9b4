//! The index of an event's names: made at the first search, kept in step with the replica, gone with it.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use shared::clock::Clock;
use shared::ids::{EventId, TicketId};
use shared::roster::summary::OrderSummary;
use shared::ticket::ShortCode;

use super::fold::words_of_name;
use super::hit::{Hit, HitTicket};
use super::memory::Memory;
use super::query::{Query, Score};
use crate::door::ScanError;
use crate::door::scene::Scenes;
use crate::door::standing::{Listed, listed};
use crate::replica::summaries::{self, Held, Names, NamesError, SealedSummary, Seen};
use crate::replica::{Priority, Replica, ReplicaError};

/// A list that nobody would read to its end anyway.
pub const MOST_HITS: usize = 50;
/// Rows read at once: between two parts whoever scans has the replica.
const ROWS_AT_ONCE: usize = 1_000;
/// Tickets looked up at once: some milliseconds, if all of them have been scanned.
const TICKETS_AT_ONCE: usize = 64;

/// Nothing can be found.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// The organizer doesn't allow it, or no longer.
    #[error("this door may not search; ask the organizer for the right, then run `door sync`")]
    NotAllowed,
    /// They have not come yet, or were wiped.
    #[error(
        "the names of event {0} are not here; run `door sync` while there is a network. 7 days after an event they are erased everywhere"
    )]
    NotHere(EventId),
    /// They don't open.
    #[error(transparent)]
    Names(#[from] NamesError),
    /// The roster can't be read.
    #[error(transparent)]
    Scan(#[from] ScanError),
}

impl From<ReplicaError> for SearchError {
    fn from(error: ReplicaError) -> Self {
        Self::Names(NamesError::Replica(error))
    }
}

impl SearchError {
    /// For JSON.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotAllowed => "search_not_allowed",
            Self::NotHere(_) => "names_not_here",
            Self::Names(error) => error.code(),
            Self::Scan(error) => error.code(),
        }
    }
}

/// How much can be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Standing {
    /// Orders that are here by name.
    pub orders: usize,
    /// All that the server had when it was asked last.
    pub is_complete: bool,
}

/// Finds tickets of one event. Once it was used it has all names of the event in memory: drop it when nobody searches any more.
pub struct Index {
    replica: Replica,
    event: EventId,
    clock: Arc<dyn Clock>,
    scenes: Arc<Scenes>,
    built: Mutex<Option<Built>>,
}

struct Built {
    life: i64,
    change: i64,
    seen: Seen,
    names: Names,
    memory: Memory,
}

impl fmt::Debug for Index {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Index")
            .field("event", &self.event)
            .finish_non_exhaustive()
    }
}

impl Index {
    /// Of an event; nothing is read yet.
    pub fn of(replica: &Replica, event: EventId, clock: Arc<dyn Clock>) -> Self {
        Self {
            replica: replica.with_priority(Priority::Background),
            event,
            clock,
            scenes: Arc::default(),
            built: Mutex::default(),
        }
    }

    /// Reads what came since: at the first call all names, which takes a second or so for a hundred thousand orders. Not for the
    /// thread that scans; [`Self::find`] does it by itself.
    pub fn refresh(&self) -> Result<Standing, SearchError> {
        let mut built = self.built.lock().unwrap_or_else(PoisonError::into_inner);
        let held = self.keep_in_step(&mut built)?;
        Ok(Standing {
            orders: built.as_ref().map_or(0, |built| built.memory.len()),
            is_complete: held.caught_up,
        })
    }

    /// Orders by a buyer's or holder's name (the beginnings of some of its words, whatever the case and accents), by the order's
    /// code or a ticket's short code: at most `limit` and [`MOST_HITS`], the best first.
    pub fn find(&self, text: &str, limit: usize) -> Result<Vec<Hit>, SearchError> {
        let query = Query::read(text);
        let mut built = self.built.lock().unwrap_or_else(PoisonError::into_inner);
        self.keep_in_step(&mut built)?;
        let Some(built) = built.as_ref() else {
            return Ok(Vec::new());
        };
        let mut found = Vec::new();
        let answers = query.answers(&built.memory, limit.min(MOST_HITS));
        let wanted: Vec<_> = answers
            .iter()
            .filter_map(|answer| Some((answer.score, built.memory.order(answer.slot)?)))
            .collect();
        let (life, orders) = (built.life, wanted.iter().map(|(_, order)| *order));
        let orders: Vec<_> = orders.collect();
        let rows = self.replica.read(move |connection| {
            let rows = orders.iter();
            rows.map(|order| summaries::get(connection, life, *order))
                .collect::<Result<Vec<_>, ReplicaError>>()
        })?;
        for ((score, _), row) in wanted.into_iter().zip(rows) {
            let summary = row.and_then(|row| open(&built.names, &row));
            found.extend(summary.map(|summary| (score, summary)));
        }
        in_order(&mut found);
        let summaries = found.into_iter().map(|(_, summary)| summary).collect();
        self.hits(summaries, &query)
    }

    /// What is here of the names, after the index has all of it.
    fn keep_in_step(&self, built: &mut Option<Built>) -> Result<Held, SearchError> {
        let event = self.event;
        let now_ms = self.replica.time().now(self.clock.now_ms()).now_ms;
        let (is_allowed, held) = self.replica.read(move |connection| {
            let is_allowed = summaries::may_hold(connection, event)?;
            let held = summaries::held_at(connection, event, now_ms)?;
            Ok::<_, ReplicaError>((is_allowed, held))
        })?;
        let held = match (is_allowed, held) {
            (true, Some(held)) if held.epoch.is_some() => held,
            (is_allowed, _) => {
                // What was wiped in the file is wiped in memory.
                *built = None;
                return Err(if is_allowed {
                    SearchError::NotHere(event)
                } else {
                    SearchError::NotAllowed
                });
            }
        };
        let fresh = built
            .take()
            .filter(|built| built.life == held.life && !built.memory.is_worn());
        let mut fresh = match fresh {
            Some(fresh) => fresh,
            None => Built {
                life: held.life,
                change: 0,
                seen: Seen::default(),
                names: self.replica.names(&held)?,
                memory: Memory::default(),
            },
        };
        if fresh.change < held.change {
            self.read_on(&mut fresh)?;
            fresh.change = held.change;
        }
        *built = Some(fresh);
        Ok(held)
    }

    fn read_on(&self, built: &mut Built) -> Result<(), SearchError> {
        let life = built.life;
        loop {
            let seen = built.seen;
            let (rows, seen) = self
                .replica
                .read(move |connection| summaries::changed(connection, life, seen, ROWS_AT_ONCE))?;
            built.seen = seen;
            for summary in rows.iter().filter_map(|row| open(&built.names, row)) {
                built.memory.put(&summary);
            }
            if rows.len() < ROWS_AT_ONCE {
                return Ok(());
            }
        }
    }

    fn hits(&self, summaries: Vec<OrderSummary>, query: &Query) -> Result<Vec<Hit>, SearchError> {
        let tickets = summaries.iter().flat_map(|summary| &summary.tickets);
        let tickets: Vec<TicketId> = tickets.map(|held| held.ticket).collect();
        let mut listed = Vec::with_capacity(tickets.len());
        for some in tickets.chunks(TICKETS_AT_ONCE) {
            listed.extend(self.listed(some.to_vec())?);
        }
        let mut listed = listed.into_iter();
        let hit = |summary: OrderSummary| Hit {
            order: summary.order,
            code: summary.code,
            buyer: summary.buyer,
            note: summary.note,
            tickets: summary
                .tickets
                .into_iter()
                .zip(listed.by_ref())
                .map(|(held, listed)| {
                    let short_code = ShortCode::of(held.ticket).to_string();
                    HitTicket {
                        ticket: held.ticket,
                        is_meant: query.is_met_by_name(&held.holder)
                            || query.is_met_by_code(&short_code),
                        short_code,
                        holder: held.holder,
                        type_name: listed.type_name,
                        standing: listed.standing,
                    }
                })
                .collect(),
        };
        Ok(summaries.into_iter().map(hit).collect())
    }

    fn listed(&self, tickets: Vec<TicketId>) -> Result<Vec<Listed>, ScanError> {
        let (scenes, event) = (Arc::clone(&self.scenes), self.event);
        self.replica
            .read(move |connection| listed(connection, &scenes, event, &tickets))
    }
}

/// Equally good ones by name.
fn in_order(found: &mut [(Score, OrderSummary)]) {
    found.sort_by_cached_key(|(score, summary)| {
        let words = words_of_name(&summary.buyer).into_iter();
        let name: Vec<String> = words.map(|word| word.plain).collect();
        (*score, name, summary.code.clone())
    });
}

/// One that doesn't open costs nobody the others.
fn open(names: &Names, row: &SealedSummary) -> Option<OrderSummary> {
    names.unseal(row).unwrap_or_else(|error| {
        tracing::error!(order = %row.order, %error, "an order's names don't open");
        None
    })
}
