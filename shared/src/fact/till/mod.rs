//! What a till says: the facts of its journal. Money is in minor units of the journal's one currency.
//!
//! Amounts and counts are facts; totals are stated by closings so that a reader can check them, and are
//! truth nowhere: `crate::till` folds the facts. docs/SYNC.md lists the bytes.

pub(super) mod bytes;
mod codes;
mod parts;
mod totals;

use crate::clock::UnixMillis;
use crate::ids::{
    EventId, FactId, JournalId, OrderId, OrganizerId, PromoId, TicketId, TypeNo, UserId,
};
use crate::money::Currency;

use super::kind::OpeningCause;

pub use codes::{
    CashReason, CashWay, Connection, Outcome, PriceReason, Printed, RefundReason, Reprinted,
};
pub use totals::{Means, MeansTotal, Perpetual, RateTotal, Totals};

/// A sale is named by the id of its fact.
pub type SaleId = FactId;
/// Whoever sells, by a PIN of their own.
pub type ClerkId = UserId;

/// Most lines of one sale.
pub const MAX_LINES: usize = 40;
/// Most denominations in one count of money.
pub const MAX_DENOMINATIONS: usize = 32;
/// Most VAT rates, and most means of payment, in one statement of totals.
pub const MAX_TOTALS: usize = 32;

/// The letters that begin the numbers of a till's tickets: one or two of A to Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TillSeries {
    first: u8,
    second: Option<u8>,
}

impl TillSeries {
    /// From its text; `None` if it is none.
    pub fn from_text(text: &str) -> Option<Self> {
        match text.as_bytes() {
            [first] => Self::from_letters(*first, 0),
            [first, second @ 1..=u8::MAX] => Self::from_letters(*first, *second),
            _ => None,
        }
    }

    fn from_letters(first: u8, second: u8) -> Option<Self> {
        let second = match second {
            0 => None,
            letter if letter.is_ascii_uppercase() => Some(letter),
            _ => return None,
        };
        first.is_ascii_uppercase().then_some(Self { first, second })
    }
}

impl std::fmt::Display for TillSeries {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        use std::fmt::Write as _;
        f.write_char(char::from(self.first))?;
        self.second
            .map_or(Ok(()), |letter| f.write_char(char::from(letter)))
    }
}

/// What a till journal goes on from: the numbers that never begin again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Taken and given back since the till's first sale.
    pub perpetual: Perpetual,
    /// The last receipt's number; 0 = none.
    pub receipt: u32,
    /// The last number of a receipt in training; 0 = none.
    pub training: u32,
    /// The last Z's number; 0 = none.
    pub z: u32,
    /// The last day closed ended then; 0 = none was closed.
    pub closed_until_ms: UnixMillis,
}

/// How a till journal begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TillOpening {
    /// Whose till it is.
    pub organizer: OrganizerId,
    /// Of its tickets' numbers.
    pub series: TillSeries,
    /// Of every amount in the journal.
    pub currency: Currency,
    /// Why there is a new journal.
    pub cause: OpeningCause,
    /// What it goes on from.
    pub counters: Counters,
    /// The till journal before this one of the same device, and its last known head.
    pub predecessor: Option<(JournalId, u64, [u8; 32])>,
}

/// So many coins or notes of one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pieces {
    /// What one is worth.
    pub value: u32,
    /// How many.
    pub count: u32,
}

/// One price of one type, sold several times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SaleLine {
    /// The event.
    pub event: EventId,
    /// The type.
    pub type_no: TypeNo,
    /// What one costs, VAT included.
    pub unit: u32,
    /// The rate of the VAT in it, in basis points, at most 10,000.
    pub vat_bps: u16,
    /// Why it costs that; without charge only at 0.
    pub reason: PriceReason,
    /// The tickets, ascending.
    pub tickets: Vec<TicketId>,
}

/// The same in training: nothing is sold, so there are no tickets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrainingLine {
    /// The event.
    pub event: EventId,
    /// The type.
    pub type_no: TypeNo,
    /// What one would cost.
    pub unit: u32,
    /// The rate of the VAT in it, in basis points.
    pub vat_bps: u16,
    /// Why it would cost that.
    pub reason: PriceReason,
    /// How many.
    pub quantity: u16,
}

/// By what a sale, or a part of it, is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PaidBy {
    /// 0: coins and notes; the guest gave the amount and the change more.
    Cash {
        /// Handed back.
        change: u32,
    },
    /// 1: a card, on a terminal that knows nothing of the till.
    Card {
        /// What the terminal showed, as the clerk confirmed it.
        outcome: Outcome,
    },
    /// 2: a cheque.
    Cheque,
    /// 3: a voucher of a kind that the organizer configured.
    Voucher {
        /// Its number.
        kind: u16,
    },
    /// 5: the worth of tickets that were taken back right before, in the same exchange. No money.
    Exchange,
}

impl PaidBy {
    /// As totals group it.
    pub fn means(self) -> Means {
        match self {
            Self::Cash { .. } => Means::Cash,
            Self::Card { .. } => Means::Card,
            Self::Cheque => Means::Cheque,
            Self::Voucher { kind } => Means::Voucher(kind),
            Self::Exchange => Means::Exchange,
        }
    }

    /// Did money come in? Not when the terminal refused the card.
    pub fn counts(self) -> bool {
        match self {
            Self::Card { outcome } => outcome == Outcome::Accepted,
            Self::Cash { .. } | Self::Cheque | Self::Voucher { .. } | Self::Exchange => true,
        }
    }
}

/// Money that goes back, and by which means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GivenBack {
    /// By what.
    pub means: Means,
    /// How much, at least 1.
    pub amount: u32,
}

/// A day, month or year of the till's books, by the venue's calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Period {
    /// 0: a business day.
    Day(jiff::civil::Date),
    /// 1: a calendar month, as its first day.
    Month {
        /// 1 to 9999.
        year: i16,
        /// 1 to 12.
        month: i8,
    },
    /// 2: a calendar year, 1 to 9999.
    Year(i16),
}

/// A closing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeriodClosing {
    /// Which period.
    pub period: Period,
    /// When it began by the venue's time.
    pub from_ms: UnixMillis,
    /// When it ended; later than it began.
    pub until_ms: UnixMillis,
    /// What was taken in it.
    pub totals: Totals,
    /// What was taken since the till's first sale.
    pub perpetual: Perpetual,
}

/// What a till says. Bodies are frozen: a change of meaning is a new kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TillFact {
    /// Kind 1 with purpose 2, always and only at place 1.
    JournalOpened(TillOpening),
    /// Kind 20: a clerk begins, with so much in the drawer.
    ShiftOpened {
        /// Who.
        clerk: ClerkId,
        /// What lies in the drawer, counted.
        float: Vec<Pieces>,
    },
    /// Kind 21: from now on another clerk sells in this shift.
    ClerkChanged {
        /// Who.
        clerk: ClerkId,
    },
    /// Kind 22: tickets were sold. Its payments follow it at once.
    Sale {
        /// Its receipt's number, one more than the one before.
        receipt: u32,
        /// At most 40, of at most 400 tickets in all.
        lines: Vec<SaleLine>,
    },
    /// Kind 23: the sale right before is paid, or a part of it.
    Payment {
        /// Which.
        sale: SaleId,
        /// How much of it, at least 1.
        amount: u32,
        /// By what.
        by: PaidBy,
    },
    /// Kind 24: tickets of a sale of this till were taken back, and their price was given back.
    Refund {
        /// Its receipt's number, in one series with those of sales.
        receipt: u32,
        /// Which sale.
        sale: SaleId,
        /// Why.
        reason: RefundReason,
        /// Which of its tickets, ascending, 1 to 400.
        tickets: Vec<TicketId>,
        /// At most 8; none if the tickets cost nothing.
        back: Vec<GivenBack>,
    },
    /// Kind 25: money was put into the drawer, or taken out, without a sale.
    CashMoved {
        /// In or out.
        way: CashWay,
        /// How much, at least 1.
        amount: u32,
        /// Why.
        reason: CashReason,
    },
    /// Kind 26: the drawer was counted, before anybody was told what should be in it.
    DrawerCounted {
        /// What lay in it.
        count: Vec<Pieces>,
    },
    /// Kind 27: the shift ended, right after a count.
    ShiftClosed {
        /// The Z's number, one more than the one before.
        z: u32,
        /// What was taken in the shift.
        totals: Totals,
        /// What should have been in the drawer.
        expected: i64,
        /// What was counted, less what should have been there.
        difference: i64,
        /// What was taken since the till's first sale.
        perpetual: Perpetual,
    },
    /// Kind 28: a period ended. Nothing enters it any more.
    PeriodClosed(PeriodClosing),
    /// Kind 29: something was printed once more, marked as a duplicate.
    Reprint {
        /// Of which sale.
        sale: SaleId,
        /// What.
        what: Reprinted,
    },
    /// Kind 30: a specimen was printed.
    TestPrint {
        /// What.
        what: Printed,
    },
    /// Kind 31: somebody trained. Counts nowhere.
    TrainingSale {
        /// Its number, in a series of its own.
        receipt: u32,
        /// At most 40.
        lines: Vec<TrainingLine>,
    },
    /// Kind 32: what the till is configured to do is something else from now on.
    ConfigurationChanged {
        /// SHA-256 of the configuration.
        hash: [u8; 32],
    },
    /// Kind 33: the till lost the server, or found it again.
    ConnectionChanged {
        /// What it has now.
        to: Connection,
    },
    /// Kind 34: whose sale it was is said in a sealed blob, which travels beside the journal.
    Contact {
        /// Which sale.
        sale: SaleId,
        /// The blob's random id.
        blob: [u8; 16],
        /// SHA-256 of its sealed bytes.
        hash: [u8; 32],
    },
    /// Kind 35: tickets are exchanged. The refund and the sale that it names follow it at once.
    Exchange {
        /// The fact that takes the old tickets back.
        refund: FactId,
        /// The fact that sells the new ones.
        sale: SaleId,
    },
    /// Kind 36: tickets of an order of the store were handed out on paper. No money moves.
    Collected {
        /// Which order.
        order: OrderId,
        /// Of which event.
        event: EventId,
        /// Which of its tickets, ascending, 1 to 400.
        tickets: Vec<TicketId>,
        /// They had been handed out before, and the paper says so.
        duplicate: bool,
    },
    /// Kind 37: a promo code takes something off the sale that it names, which follows at once. The server was asked for this use of
    /// the code by this fact's id.
    Promotion {
        /// Which code.
        promo: PromoId,
        /// Which sale.
        sale: SaleId,
        /// Of which event the places are that it takes something off.
        event: EventId,
        /// What the event's places with the reason [`PriceReason::Promotion`] would cost without it, at least 1.
        full: u32,
        /// What it takes off them, at least 1.
        off: u32,
    },
}
