//! The till's open journal with its books, within one transaction.

use shared::clock::{Stamp, UnixMillis};
use shared::fact::kind::{Fact, FactBody, OpeningCause};
use shared::fact::till::{Counters, SaleId, TillFact, TillOpening};
use shared::fact::{Draft, Head, journal as chain};
use shared::ids::{FactId, JournalId};
use shared::till::{Balance, Broken, Past, Sold, named, sells};

use super::TillError;
use super::setup::Setup;
use crate::door::Author;
use crate::edge::OsRandom;
use crate::replica::{ReplicaError, WriteTx, till as kept};

pub(super) struct Ledger<'a> {
    pub(super) tx: &'a WriteTx<'a>,
    pub(super) author: &'a Author,
    pub(super) setup: Setup,
    pub(super) now_ms: UnixMillis,
    pub(super) journal: JournalId,
    pub(super) head: Head,
    pub(super) book: Balance,
}

/// What a journal comes to at its head. Its sales stay on the disk: a till is as large at midnight as at noon.
#[derive(Debug)]
pub(super) struct Books {
    of: (JournalId, Head),
    book: Balance,
}

impl Books {
    /// Of the journal that is open, if one is. Those that are known are good while nothing was added since.
    pub(super) fn of_open(
        connection: &rusqlite::Connection,
        known: Option<Self>,
    ) -> Result<Option<Self>, TillError> {
        let newest = kept::newest(connection)?;
        let Some(open) = newest.filter(|journal| journal.closed.is_none()) else {
            return Ok(None);
        };
        let of = (open.id, open.head);
        Ok(Some(match known.filter(|known| known.of == of) {
            Some(known) => known,
            None => Self {
                of,
                book: balance(connection, open.id)?,
            },
        }))
    }

    pub(super) fn journal(&self) -> JournalId {
        self.of.0
    }

    pub(super) fn book(&self) -> &Balance {
        &self.book
    }
}

/// What a journal that is here comes to, read from its first fact on and checked against every rule.
pub(super) fn balance(
    connection: &rusqlite::Connection,
    journal: JournalId,
) -> Result<Balance, TillError> {
    let mut read: Option<Balance> = None;
    let mut last = 1;
    kept::each(connection, (journal, 1), |fact| {
        let at = |broken| TillError::Journal {
            place: fact.seq,
            broken,
        };
        match &mut read {
            None => read = Some(Balance::open(fact).map_err(at)?),
            Some(balance) => write_into(connection, balance, fact)?.map_err(at)?,
        }
        last = fact.seq;
        Ok::<_, TillError>(())
    })?;
    let broken = match read {
        Some(balance) if balance.is_settled() => return Ok(balance),
        Some(_) => Broken::Unpaid,
        None => Broken::Opening,
    };
    Err(TillError::Journal {
        place: last,
        broken,
    })
}

/// Adds a fact, with what it needs to know of those before it.
fn write_into(
    connection: &rusqlite::Connection,
    balance: &mut Balance,
    fact: &Fact,
) -> Result<Result<(), Broken>, ReplicaError> {
    let FactBody::Till(body) = &fact.body else {
        return Ok(Err(Broken::NotATills));
    };
    let sale = match named(body) {
        Some(sale) => kept::sold(connection, fact.journal, sale, fact.seq)?,
        None => None,
    };
    let past = Past {
        sale: sale.as_ref(),
        sold_before: kept::sold_before(connection, fact.journal, sells(body), fact.seq)?,
    };
    Ok(balance.write(fact, past))
}

impl<'a> Ledger<'a> {
    /// The journal that is open, or a new one. `now_ms` is this device's wall clock.
    pub(super) fn take(
        tx: &'a WriteTx<'a>,
        author: &'a Author,
        setup: Setup,
        known: Option<Books>,
        now_ms: UnixMillis,
    ) -> Result<Self, TillError> {
        let last = kept::newest(tx)?;
        match last {
            Some(open) if open.closed.is_none() => Ok(Self {
                book: match known.filter(|known| known.of == (open.id, open.head)) {
                    Some(known) => known.book,
                    None => balance(tx, open.id)?,
                },
                tx,
                author,
                setup,
                now_ms,
                journal: open.id,
                head: open.head,
            }),
            before => Self::begin(tx, author, setup, now_ms, before),
        }
    }

    fn begin(
        tx: &'a WriteTx<'a>,
        author: &'a Author,
        setup: Setup,
        now_ms: UnixMillis,
        before: Option<kept::TillJournal>,
    ) -> Result<Self, TillError> {
        let opening = TillOpening {
            organizer: setup.organizer,
            series: setup.series,
            currency: setup.currency,
            cause: before
                .as_ref()
                .and_then(|journal| journal.closed)
                .unwrap_or(OpeningCause::First),
            counters: match &before {
                None => Counters::default(),
                Some(journal) => known_of(tx, journal)?,
            },
            predecessor: before.map(|journal| (journal.id, journal.head.seq, journal.head.hash)),
        };
        let journal = JournalId::new(now_ms, &mut OsRandom);
        kept::open(tx, journal, opening.cause)?;
        let first = Draft {
            id: FactId::new(now_ms, &mut OsRandom),
            stamp: tx.update_time(|time| time.stamp(now_ms))?,
            seen: Vec::new(),
            body: FactBody::Till(TillFact::JournalOpened(opening)),
        };
        let by = chain::Author {
            device: author.device,
            journal,
            key: &author.key,
        };
        let envelope = chain::append(Head::EMPTY, by, first).map_err(TillError::Sign)?;
        let book = Balance::open(envelope.fact()).map_err(TillError::Books)?;
        kept::append(tx, &envelope, book.counters())?;
        Ok(Self {
            tx,
            author,
            setup,
            now_ms,
            journal,
            head: Head::from(&envelope.header()),
            book,
        })
    }

    /// The books as they are now.
    pub(super) fn into_books(self) -> Books {
        Books {
            of: (self.journal, self.head),
            book: self.book,
        }
    }

    /// A sale of this journal, as far as it goes.
    pub(super) fn sale(&self, sale: SaleId) -> Result<Option<Sold>, TillError> {
        Ok(kept::sold(self.tx, self.journal, sale, u64::MAX)?)
    }

    /// Writes a fact, and before it the closings of periods that are over.
    pub(super) fn write(&mut self, body: TillFact) -> Result<FactId, TillError> {
        let id = FactId::new(self.now_ms, &mut OsRandom);
        self.write_as(id, body)?;
        Ok(id)
    }

    /// The same under an id that was told already.
    pub(super) fn write_as(&mut self, id: FactId, body: TillFact) -> Result<(), TillError> {
        self.close_what_is_over()?;
        let stamp = self.stamp()?;
        self.append(id, stamp, body)
    }

    /// The same, if its time is not later than that; whether it was written.
    pub(super) fn write_until(
        &mut self,
        until_ms: UnixMillis,
        id: FactId,
        body: TillFact,
    ) -> Result<bool, TillError> {
        self.close_what_is_over()?;
        let stamp = self.stamp()?;
        let is_in_time = time_of(stamp) <= until_ms;
        if is_in_time {
            self.append(id, stamp, body)?;
        }
        Ok(is_in_time)
    }

    /// Writes the closings that are due, days before months before years; how many they were.
    pub(super) fn close_what_is_over(&mut self) -> Result<u32, TillError> {
        let mut closed = 0;
        loop {
            let stamp = self.stamp()?;
            let at_ms = time_of(stamp);
            let Some(closing) = self.book.due(&self.setup.calendar, at_ms) else {
                return Ok(closed);
            };
            let id = FactId::new(self.now_ms, &mut OsRandom);
            self.append(id, stamp, TillFact::PeriodClosed(closing))?;
            closed += 1;
        }
    }

    fn stamp(&self) -> Result<Stamp, ReplicaError> {
        self.tx.update_time(|time| time.stamp(self.now_ms))
    }

    fn append(&mut self, id: FactId, stamp: Stamp, body: TillFact) -> Result<(), TillError> {
        let by = chain::Author {
            device: self.author.device,
            journal: self.journal,
            key: &self.author.key,
        };
        let draft = Draft {
            id,
            stamp,
            seen: Vec::new(),
            body: FactBody::Till(body),
        };
        let envelope = chain::append(self.head, by, draft).map_err(TillError::Sign)?;
        // What fails here is undone with the whole transaction.
        let fact = envelope.fact();
        write_into(self.tx, &mut self.book, fact)?.map_err(TillError::Books)?;
        kept::append(self.tx, &envelope, self.book.counters())?;
        if let Some(shift) = self.book.shift() {
            kept::note_receipt(self.tx, fact, shift.clerk)?;
        }
        self.head = Head::from(&envelope.header());
        Ok(())
    }
}

/// As the books read it, of the fact that has it.
fn time_of(stamp: Stamp) -> UnixMillis {
    (stamp.hlc.raw() >> 16).cast_signed()
}

/// The numbers of a journal that is closed: those of its facts here, or those that were noted beyond them.
fn known_of(tx: &WriteTx<'_>, journal: &kept::TillJournal) -> Result<Counters, TillError> {
    if let Some(noted) = &journal.noted {
        return Ok(noted.counters());
    }
    Ok(balance(tx, journal.id)?.counters())
}
