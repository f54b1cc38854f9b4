//! The till's rules, on journals that a till could write and on such that it couldn't.

mod archived;
mod closed;
mod compared;
mod exchanged;
mod found;
mod paper;
mod promoted;
mod sums;

use proptest::prelude::*;

use super::Calendar;
use super::cart::{self, CartLine, Tender};
use super::{Book, Broken};
use crate::admission::time_zone;
use crate::clock::UnixMillis;
use crate::fact::kind::{Fact, FactBody, OpeningCause};
use crate::fact::sample;
use crate::fact::till::{
    CashReason, CashWay, Counters, GivenBack, Means, Outcome, PaidBy, Pieces, PriceReason,
    RefundReason, Reprinted, SaleId, SaleLine, TillFact, TillOpening, TillSeries, TrainingLine,
};
use crate::ids::{EventId, FactId, OrganizerId, TicketId, TypeNo, UserId};
use crate::money::{Currency, Money};

/// Half past seven in the evening of 28 November 2026, in Paris.
pub(super) const EVENING: UnixMillis = 1_795_890_600_000;
pub(super) const HOUR: i64 = 3_600_000;

pub(super) fn calendar() -> Calendar {
    Calendar::new(time_zone("Europe/Paris").expect("in the list"))
}

pub(super) fn euros(minor: i64) -> Money {
    Money::new(minor, Currency::Eur)
}

pub(super) fn opening() -> TillOpening {
    TillOpening {
        organizer: OrganizerId::from_bytes([1; 16]),
        series: TillSeries::from_text("A").expect("a series"),
        currency: Currency::Eur,
        cause: OpeningCause::First,
        counters: Counters::default(),
        predecessor: None,
    }
}

/// A till that writes its journal by the rules: what it is told to do and can't, it leaves.
pub(super) struct Till {
    pub(super) facts: Vec<Fact>,
    pub(super) book: Book,
    pub(super) now_ms: UnixMillis,
    next_ticket: u64,
    /// What lies in the drawer, as somebody sees who only watches coins and notes.
    pub(super) drawer: i64,
}

impl Till {
    pub(super) fn new() -> Self {
        Self::going_on_from(opening())
    }

    pub(super) fn going_on_from(opening: TillOpening) -> Self {
        let first = fact(1, EVENING, TillFact::JournalOpened(opening));
        Self {
            book: Book::open(&first).expect("an opening"),
            facts: vec![first],
            now_ms: EVENING,
            next_ticket: 1,
            drawer: 0,
        }
    }

    /// Writes the closings that are due, then what is said.
    pub(super) fn write(&mut self, body: TillFact) -> Result<SaleId, Broken> {
        while let Some(closing) = self.book.due(&calendar(), self.now_ms) {
            self.append(TillFact::PeriodClosed(closing))?;
        }
        self.append(body)
    }

    pub(super) fn append(&mut self, body: TillFact) -> Result<SaleId, Broken> {
        let fact = fact(self.facts.len() as u64 + 1, self.now_ms, body);
        let mut book = self.book.clone();
        book.write(&fact)?;
        self.book = book;
        self.now_ms += 1;
        self.facts.push(fact);
        Ok(self.facts.last().expect("one").id)
    }

    pub(super) fn open_shift(&mut self, coins: u32) {
        let float = vec![Pieces {
            value: 100,
            count: coins,
        }];
        let clerk = UserId::from_bytes([5; 16]);
        let opened = self.write(TillFact::ShiftOpened { clerk, float });
        if opened.is_ok() {
            self.drawer = i64::from(coins) * 100;
        }
    }

    /// Sells lines of (unit, VAT, how many), paid by one card after the cash that is given.
    pub(super) fn sell(
        &mut self,
        lines: &[(u32, u16, u16)],
        cash: u32,
        refused_card_first: bool,
    ) -> Option<SaleId> {
        self.book.shift()?;
        let of = |(unit, vat_bps, quantity): &(u32, u16, u16)| CartLine {
            event: EventId::from_bytes([2; 16]),
            type_no: TypeNo(1),
            unit: euros((*unit).into()),
            vat_bps: *vat_bps,
            reason: PriceReason::Full,
            quantity: *quantity,
        };
        let cart = cart::price(lines.iter().map(of).collect(), Currency::Eur).expect("a cart");
        let mut left = cart.total().minor;
        let mut tenders = Vec::new();
        let card = |minor, outcome| Tender::Card {
            amount: euros(minor),
            outcome,
        };
        if refused_card_first && left > 0 {
            tenders.push(card(left, Outcome::Refused));
        }
        if cash > 0 && left > 0 {
            let given = euros(cash.into());
            tenders.push(Tender::Cash { given });
            left -= left.min(cash.into());
        }
        if left > 0 {
            tenders.push(card(left, Outcome::Accepted));
        }
        let paid = cart::settle(cart.total(), &tenders).expect("it is paid");
        let lines = cart.lines().iter().map(|line| {
            let first = self.next_ticket;
            self.next_ticket += u64::from(line.quantity);
            SaleLine {
                event: line.event,
                type_no: line.type_no,
                unit: line.unit.minor as u32,
                vat_bps: line.vat_bps,
                reason: line.reason,
                tickets: (first..self.next_ticket).map(TicketId).collect(),
            }
        });
        let lines = lines.collect();
        let receipt = self.book.counters().receipt + 1;
        let sale = self.write(TillFact::Sale { receipt, lines }).ok()?;
        for paid in paid {
            let (amount, by) = (paid.amount, paid.by);
            self.append(TillFact::Payment { sale, amount, by })
                .expect("it pays what is left");
            if let PaidBy::Cash { change } = by {
                self.drawer += i64::from(amount) + i64::from(change);
                self.drawer -= i64::from(change);
            }
        }
        Some(sale)
    }

    /// Takes back some tickets of the nth sale, for cash.
    pub(super) fn refund(&mut self, nth: usize, most: usize) -> Option<SaleId> {
        let sales: Vec<_> = self.book.sales().map(|(sale, _)| sale).collect();
        let sale = *sales.get(nth.checked_rem(sales.len())?)?;
        let sold = self.book.sale(sale)?;
        let left = sold.lines.iter().flat_map(|line| {
            let unit = line.unit;
            line.left.iter().map(move |ticket| (*ticket, unit))
        });
        let taken: Vec<_> = left.take(most).collect();
        let amount = taken.iter().map(|(_, unit)| unit).sum();
        let mut tickets: Vec<_> = taken.iter().map(|(ticket, _)| *ticket).collect();
        tickets.sort_unstable();
        if tickets.is_empty() {
            return None;
        }
        let means = Means::Cash;
        let refund = TillFact::Refund {
            receipt: self.book.counters().receipt + 1,
            sale,
            reason: RefundReason::Guest,
            tickets,
            back: (amount > 0)
                .then_some(GivenBack { means, amount })
                .into_iter()
                .collect(),
        };
        let written = self.write(refund).ok()?;
        self.drawer -= i64::from(amount);
        Some(written)
    }

    /// Counts the drawer, off by some coins, and closes the shift.
    pub(super) fn close_shift(&mut self, off_by: u32) {
        let count = u32::try_from(self.drawer).unwrap_or(0) + off_by;
        let count = Pieces { value: 1, count };
        let count = (count.count > 0).then_some(count).into_iter().collect();
        if self.write(TillFact::DrawerCounted { count }).is_ok() {
            let z = self.book.z().expect("it was counted");
            self.append(z).expect("a Z by the books");
        }
    }
}

pub(super) fn fact(seq: u64, at_ms: UnixMillis, body: TillFact) -> Fact {
    let mut id = [0; 16];
    id[8..].copy_from_slice(&seq.to_be_bytes());
    Fact {
        id: FactId::from_bytes(id),
        seq,
        hlc: at_ms.cast_unsigned() << 16,
        wall_ms: at_ms,
        body: FactBody::Till(body),
        ..sample::opening()
    }
}

/// Something that happens at a till.
#[derive(Clone, Debug)]
pub(super) enum Act {
    Open(u32),
    Sell(Vec<(u32, u16, u16)>, u32, bool),
    Refund(usize, usize),
    Exchange(usize, usize, u32),
    Move(CashWay, u32),
    Train(u32),
    Reprint(usize),
    Close(u32),
    Wait(i64),
}

pub(super) fn any_act() -> impl Strategy<Value = Act> {
    let line = (
        prop_oneof![Just(0), 1u32..20_000],
        prop::sample::select(vec![0u16, 210, 550, 1000, 2000]),
        1..5u16,
    );
    let lines = prop::collection::vec(line, 1..4);
    let way = prop::sample::select(CashWay::ALL);
    prop_oneof![
        2 => (0..50u32).prop_map(Act::Open),
        8 => (lines, prop_oneof![Just(0), 1u32..90_000], any::<bool>())
            .prop_map(|(lines, cash, refused)| Act::Sell(lines, cash, refused)),
        4 => (any::<usize>(), 1..4usize).prop_map(|(nth, most)| Act::Refund(nth, most)),
        3 => (any::<usize>(), 1..4usize, prop_oneof![Just(0), 1u32..20_000])
            .prop_map(|(nth, most, unit)| Act::Exchange(nth, most, unit)),
        1 => (way, 1..5_000u32).prop_map(|(way, amount)| Act::Move(way, amount)),
        1 => (1..9_000u32).prop_map(Act::Train),
        1 => any::<usize>().prop_map(Act::Reprint),
        2 => (0..3u32).prop_map(Act::Close),
        3 => prop_oneof![0..HOUR, 0..40 * HOUR, 0..40 * 24 * HOUR].prop_map(Act::Wait),
    ]
}

pub(super) fn play(acts: &[Act]) -> Till {
    let mut till = Till::new();
    till.open_shift(20);
    for act in acts {
        match act {
            Act::Open(coins) => till.open_shift(*coins),
            Act::Sell(lines, cash, refused) => {
                till.sell(lines, *cash, *refused);
            }
            Act::Refund(nth, most) => {
                till.refund(*nth, *most);
            }
            Act::Exchange(nth, most, unit) => {
                till.exchange(*nth, *most, *unit);
            }
            Act::Move(way, amount) => till.move_cash(*way, *amount),
            Act::Train(unit) => till.train(*unit),
            Act::Reprint(nth) => till.reprint(*nth),
            Act::Close(off_by) => till.close_shift(*off_by),
            Act::Wait(ms) => till.now_ms += ms,
        }
    }
    till
}

impl Till {
    pub(super) fn move_cash(&mut self, way: CashWay, amount: u32) {
        let moved = TillFact::CashMoved {
            way,
            amount,
            reason: CashReason::Change,
        };
        if self.write(moved).is_ok() {
            self.drawer += match way {
                CashWay::In => i64::from(amount),
                CashWay::Out => -i64::from(amount),
            };
        }
    }

    pub(super) fn train(&mut self, unit: u32) {
        let line = TrainingLine {
            event: EventId::from_bytes([2; 16]),
            type_no: TypeNo(1),
            unit,
            vat_bps: 550,
            reason: PriceReason::Full,
            quantity: 2,
        };
        let receipt = self.book.counters().training + 1;
        let lines = vec![line];
        self.write(TillFact::TrainingSale { receipt, lines })
            .expect("anybody may train");
    }

    pub(super) fn reprint(&mut self, nth: usize) {
        let sales: Vec<_> = self.book.sales().map(|(sale, _)| sale).collect();
        if let Some(nth) = nth.checked_rem(sales.len()) {
            let (sale, what) = (sales[nth], Reprinted::Receipt);
            self.write(TillFact::Reprint { sale, what })
                .expect("it was sold here");
        }
    }
}
