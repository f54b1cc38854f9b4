//! Money at tills: on each device's disk its till journals, beside it the second file's note, in its drawer what truly lies
//! there.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::device::Node;
use super::venue::{Venue, journal_id};
use crate::clock::UnixMillis;
use crate::fact::envelope::Envelope;
use crate::fact::journal::{self, Author, Draft};
use crate::fact::kind::OpeningCause;
use crate::fact::till::{
    Counters, GivenBack, Means, PaidBy, Pieces, PriceReason, RefundReason, SaleId, SaleLine,
    TillFact, TillOpening, TillSeries,
};
use crate::fact::{FactBody, Head};
use crate::ids::{EventId, FactId, JournalId, OrganizerId, TicketId, TypeNo, UserId};
use crate::money::Currency;
use crate::planted::{self, Bug};
use crate::till::{Book, Broken, Calendar, at_ms};

/// Journals of tills are told apart from those of doors by their numbers.
const TILL: u16 = 2_000;
const VAT_BPS: u16 = 550;

/// What a place costs; several prices, so that a sum of the wrong ones shows.
fn price(ticket: TicketId) -> u32 {
    1_000 + u32::try_from(ticket.0 % 7).unwrap_or(0) * 250
}

/// Every third guest pays by card.
fn is_cash(ticket: TicketId) -> bool {
    !ticket.0.is_multiple_of(3)
}

/// A journal of a till, on its disk.
#[derive(Clone)]
pub(super) struct TillJournal {
    pub(super) id: JournalId,
    is_open: bool,
    pub(super) envelopes: Vec<Rc<Envelope>>,
    /// What the second file knew of it beyond what is here.
    noted: Option<Note>,
}

impl TillJournal {
    fn head(&self) -> Head {
        let last = self.envelopes.last();
        last.map_or(Head::EMPTY, |envelope| Head::from(&envelope.header()))
    }

    /// What it comes to; it must break no rule.
    pub(super) fn book(&self) -> Result<Book, (u64, Broken)> {
        Book::read(self.envelopes.iter().map(|envelope| envelope.fact()))
    }

    fn counters(&self) -> Counters {
        let here = || self.book().map(|book| book.counters()).unwrap_or_default();
        self.noted.map_or_else(here, |note| note.counters)
    }
}

/// How far a till's journal has come, as the second file has it.
#[derive(Clone, Copy)]
pub(super) struct Note {
    journal: JournalId,
    head: Head,
    counters: Counters,
}

/// The tills' part of a disk.
#[derive(Clone, Default)]
pub(super) struct Tills {
    pub(super) journals: Vec<TillJournal>,
    /// How far the server holds each.
    pub(super) acked: BTreeMap<JournalId, u64>,
}

impl Tills {
    pub(super) fn open(&self) -> Option<&TillJournal> {
        self.journals.last().filter(|journal| journal.is_open)
    }

    /// What the server did not acknowledge, in order.
    pub(super) fn unsent(&self) -> impl Iterator<Item = &Rc<Envelope>> {
        self.journals.iter().flat_map(|journal| {
            let acked = self.acked.get(&journal.id).copied().unwrap_or(0);
            let from = usize::try_from(acked).unwrap_or(usize::MAX);
            journal.envelopes.iter().skip(from)
        })
    }

    pub(super) fn has(&self, id: FactId) -> bool {
        let mut all = self.journals.iter().flat_map(|journal| &journal.envelopes);
        all.any(|envelope| envelope.fact().id == id)
    }

    /// The numbers that never begin again, as far as this disk and its second file know them.
    pub(super) fn counters(&self) -> Option<Counters> {
        self.journals.last().map(TillJournal::counters)
    }
}

/// A sale with what it brings.
#[derive(Clone, Copy, Debug)]
pub(super) struct Takings {
    pub(super) price: i64,
    pub(super) cash: i64,
}

impl Takings {
    pub(super) fn of(ticket: TicketId) -> Self {
        let price = i64::from(price(ticket));
        let cash = if is_cash(ticket) { price } else { 0 };
        Self { price, cash }
    }
}

impl Node {
    /// Before the process runs: a journal that isn't this machine's, or is behind the second file, is written no more.
    pub(super) fn boot_till(&mut self) {
        let is_copy = self.is_copy;
        let note = self.till_note;
        let journals = &self.disk.tills.journals;
        let unknown = note.filter(|note| journals.iter().all(|journal| journal.id != note.journal));
        if let Some(note) = unknown.filter(|_| !planted::is(Bug::TillGoesOnFromDisk)) {
            self.disk.tills.journals.push(TillJournal {
                id: note.journal,
                is_open: false,
                envelopes: Vec::new(),
                noted: Some(note),
            });
        }
        for journal in &mut self.disk.tills.journals {
            let known = note.filter(|note| note.journal == journal.id);
            let is_behind = known.is_some_and(|note| note.head.seq > journal.head().seq);
            if is_behind && !planted::is(Bug::TillGoesOnFromDisk) {
                journal.noted = known;
            }
            journal.is_open &= !is_copy && !is_behind;
        }
    }

    /// After a commit: the second file knows how far the till has come.
    pub(super) fn note_till(&mut self) {
        let Some(open) = self.disk.tills.open() else {
            return;
        };
        self.till_note = Some(Note {
            journal: open.id,
            head: open.head(),
            counters: open.counters(),
        });
    }

    /// A sale of one place. Within a transaction; a broken rule leaves nothing to be kept.
    pub(super) fn till_sells(
        &mut self,
        venue: &Venue,
        (sale, ticket): (SaleId, TicketId),
        drawer: i64,
        true_ms: UnixMillis,
    ) -> Result<(), Broken> {
        self.open_shift(venue, drawer, true_ms)?;
        let unit = price(ticket);
        let receipt = self.till_book()?.counters().receipt + 1;
        let lines = vec![SaleLine {
            event: venue.event.id,
            type_no: TypeNo(1),
            unit,
            vat_bps: VAT_BPS,
            reason: PriceReason::Full,
            tickets: vec![ticket],
        }];
        self.till_writes(
            venue,
            Some(sale),
            TillFact::Sale { receipt, lines },
            true_ms,
        )?;
        let by = if is_cash(ticket) {
            PaidBy::Cash { change: 0 }
        } else {
            let outcome = crate::fact::till::Outcome::Accepted;
            PaidBy::Card { outcome }
        };
        let payment = TillFact::Payment {
            sale,
            amount: unit,
            by,
        };
        self.till_writes(venue, None, payment, true_ms)
    }

    /// The last ticket that was sold in the open journal and not taken back, if the drawer holds its price.
    pub(super) fn refundable(&self) -> Option<(SaleId, TicketId, EventId)> {
        let book = self.disk.tills.open()?.book().ok()?;
        let in_drawer = book.shift()?.expected();
        let mut sales: Vec<_> = book.sales().collect();
        sales.sort_by_key(|(_, sold)| sold.receipt);
        sales.into_iter().rev().find_map(|(sale, sold)| {
            let line = sold.lines.first()?;
            let ticket = *line.left.first()?;
            (i64::from(line.unit) <= in_drawer).then_some((sale, ticket, line.event))
        })
    }

    /// Money goes back in cash. Within a transaction.
    pub(super) fn till_refunds(
        &mut self,
        venue: &Venue,
        refund: FactId,
        (sale, ticket): (SaleId, TicketId),
        true_ms: UnixMillis,
    ) -> Result<(), Broken> {
        let receipt = self.till_book()?.counters().receipt + 1;
        let body = TillFact::Refund {
            receipt,
            sale,
            reason: RefundReason::Guest,
            tickets: vec![ticket],
            back: vec![GivenBack {
                means: Means::Cash,
                amount: price(ticket),
            }],
        };
        self.till_writes(venue, Some(refund), body, true_ms)
    }

    /// Counts the drawer and closes the shift: the Z's difference. Within a transaction.
    pub(super) fn till_closes(
        &mut self,
        venue: &Venue,
        drawer: i64,
        true_ms: UnixMillis,
    ) -> Result<i64, Broken> {
        let count = pieces(drawer);
        self.till_writes(venue, None, TillFact::DrawerCounted { count }, true_ms)?;
        let z = self.till_book()?.z().ok_or(Broken::NotCounted)?;
        let TillFact::ShiftClosed { difference, .. } = &z else {
            return Err(Broken::NotCounted);
        };
        let difference = *difference;
        self.till_writes(venue, None, z, true_ms)?;
        Ok(difference)
    }

    fn open_shift(
        &mut self,
        venue: &Venue,
        drawer: i64,
        true_ms: UnixMillis,
    ) -> Result<(), Broken> {
        if self.disk.tills.open().is_none() {
            self.open_journal(venue, true_ms)?;
        }
        if self.till_book()?.shift().is_some() {
            return Ok(());
        }
        let body = TillFact::ShiftOpened {
            clerk: UserId::from_bytes([0xc1; 16]),
            float: pieces(drawer),
        };
        self.till_writes(venue, None, body, true_ms)
    }

    fn open_journal(&mut self, venue: &Venue, true_ms: UnixMillis) -> Result<(), Broken> {
        let last = self.disk.tills.journals.last();
        let opening = TillOpening {
            organizer: OrganizerId::from_bytes([0x0a; 16]),
            series: TillSeries::from_text("A").ok_or(Broken::Opening)?,
            currency: Currency::Eur,
            cause: last.map_or(OpeningCause::First, |_| OpeningCause::RolledBack),
            counters: last.map(TillJournal::counters).unwrap_or_default(),
            predecessor: last.map(|last| {
                let head = last.noted.map_or_else(|| last.head(), |note| note.head);
                (last.id, head.seq, head.hash)
            }),
        };
        self.tills_opened += 1;
        self.disk.tills.journals.push(TillJournal {
            id: journal_id(TILL + self.n, self.tills_opened),
            is_open: true,
            envelopes: Vec::new(),
            noted: None,
        });
        self.till_writes(venue, None, TillFact::JournalOpened(opening), true_ms)
    }

    fn till_book(&self) -> Result<Book, Broken> {
        let open = self.disk.tills.open().ok_or(Broken::Opening)?;
        open.book().map_err(|(_, broken)| broken)
    }

    fn till_writes(
        &mut self,
        venue: &Venue,
        id: Option<FactId>,
        body: TillFact,
        true_ms: UnixMillis,
    ) -> Result<(), Broken> {
        let is_opening = matches!(body, TillFact::JournalOpened(_));
        if !is_opening {
            // As the till does: what is over is closed before anything is written.
            while let Some(closing) = self.due(true_ms)? {
                self.append_till(venue, None, TillFact::PeriodClosed(closing), true_ms)?;
            }
        }
        self.append_till(venue, id, body, true_ms)
    }

    fn due(&self, true_ms: UnixMillis) -> Result<Option<crate::fact::till::PeriodClosing>, Broken> {
        let book = self.till_book_so_far()?;
        let Some(last) = self
            .disk
            .tills
            .open()
            .and_then(|open| open.envelopes.last())
        else {
            return Ok(None);
        };
        let now_ms = at_ms(last.fact()).max(self.time.now(self.wall_ms(true_ms)).now_ms);
        Ok(book.due(&Calendar::new(jiff::tz::TimeZone::UTC), now_ms))
    }

    /// Also right after a sale, before it is paid.
    fn till_book_so_far(&self) -> Result<Book, Broken> {
        let open = self.disk.tills.open().ok_or(Broken::Opening)?;
        let mut facts = open.envelopes.iter().map(|envelope| envelope.fact());
        let mut book = Book::open(facts.next().ok_or(Broken::Opening)?)?;
        for fact in facts {
            book.write(fact)?;
        }
        Ok(book)
    }

    fn append_till(
        &mut self,
        venue: &Venue,
        id: Option<FactId>,
        body: TillFact,
        true_ms: UnixMillis,
    ) -> Result<(), Broken> {
        self.till_facts += 1;
        let own_id = || {
            let mut bytes = [0x71; 16];
            bytes[6..8].copy_from_slice(&self.n.to_be_bytes());
            bytes[8..].copy_from_slice(&self.till_facts.to_be_bytes());
            FactId::from_bytes(bytes)
        };
        let draft = Draft {
            id: id.unwrap_or_else(own_id),
            stamp: self.time.stamp(self.wall_ms(true_ms)),
            seen: Vec::new(),
            body: FactBody::Till(body),
        };
        self.disk.clock = self.time.saved();
        let open = self.disk.tills.open().ok_or(Broken::Opening)?;
        let author = Author {
            device: self.id,
            journal: open.id,
            key: venue.signing_key(self.id),
        };
        let envelope = journal::append(open.head(), author, draft).expect("a small fact");
        let is_first = open.envelopes.is_empty();
        if is_first {
            Book::open(envelope.fact())?;
        } else {
            self.till_book_so_far()?.write(envelope.fact())?;
        }
        let last = self.disk.tills.journals.last_mut();
        last.ok_or(Broken::Opening)?
            .envelopes
            .push(Rc::new(envelope));
        Ok(())
    }
}

fn pieces(cents: i64) -> Vec<Pieces> {
    let count = u32::try_from(cents).unwrap_or(0);
    let pieces = Pieces { value: 1, count };
    Some(pieces)
        .filter(|pieces| pieces.count > 0)
        .into_iter()
        .collect()
}
