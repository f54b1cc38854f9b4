//! What is wrong with a till's journal.

use crate::ids::TicketId;

/// A fact breaks a rule of the books. Nobody who keeps them writes such a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// It is none of a till's facts, or one that this version doesn't know.
    #[error("this is no fact of a till that this version knows")]
    NotATills,
    /// The first fact doesn't open a till's journal, or another one does.
    #[error("a till's journal is opened by its first fact and only by it")]
    Opening,
    /// Its time lies in a period that is closed.
    #[error("its time lies in a period that is closed")]
    ClosedPeriod,
    /// Something else was written before the last sale was paid.
    #[error("the sale before it isn't paid")]
    Unpaid,
    /// It pays a sale that is not the one right before, or is paid.
    #[error("it pays a sale that is not waiting to be paid")]
    NotWaiting,
    /// It pays more than is left.
    #[error("it pays more than is left to pay")]
    PaidTooMuch,
    /// It needs an open shift.
    #[error("no shift is open")]
    NoShift,
    /// The last shift isn't closed.
    #[error("the shift before it isn't closed")]
    ShiftOpen,
    /// A receipt, training receipt or Z without the next number.
    #[error("its number is {found}, and the next one is {next}")]
    Number {
        /// As it says.
        found: u32,
        /// As it should.
        next: u32,
    },
    /// One ticket, sold twice (S2).
    #[error("ticket {ticket} was sold before")]
    SoldBefore {
        /// Which.
        ticket: TicketId,
    },
    /// A refund, reprint or contact of a sale that isn't in this journal.
    #[error("its sale isn't in this journal")]
    NoSuchSale,
    /// A ticket that isn't of that sale, or was taken back.
    #[error("ticket {ticket} isn't of its sale, or was taken back before")]
    NotThere {
        /// Which.
        ticket: TicketId,
    },
    /// Another amount is given back than the tickets cost.
    #[error("it gives back {given}, and the tickets cost {price}")]
    GivenBack {
        /// As it says.
        given: u64,
        /// As it should.
        price: u64,
    },
    /// An exchange is not the refund and the sale that it names, right after it, or its credit is not what both have in common:
    /// the difference goes one way, as money.
    #[error("an exchange is its refund and its sale at once, and both say the same credit")]
    Exchange,
    /// A promotion is not followed by the sale that it names, at the prices that it leaves.
    #[error("a promotion is followed by its sale, at the prices that are left of it")]
    Promotion,
    /// A shift is closed without a count right before.
    #[error("the drawer wasn't counted right before")]
    NotCounted,
    /// The closing says other totals than the facts.
    #[error("its totals are not those of the facts")]
    Totals,
    /// It says another perpetual total than the facts.
    #[error("its perpetual total is not that of the facts")]
    Perpetual,
    /// It says that another amount should be in the drawer.
    #[error("the drawer should hold {expected}")]
    Expected {
        /// By the facts.
        expected: i64,
    },
    /// Its difference is not what was counted less what should be there.
    #[error("the drawer's difference is {difference}")]
    Difference {
        /// By the facts.
        difference: i64,
    },
    /// A period is closed that doesn't hold what is in it, is not over, or is closed again.
    #[error("the period is not over, was closed before, or doesn't hold its facts")]
    Bounds,
    /// A month or year is closed while a shorter period in it is open.
    #[error("a shorter period in it isn't closed")]
    ShorterOpen,
    /// More than the books can hold.
    #[error("more than the books can hold")]
    TooLarge,
}

impl Broken {
    /// As in reports.
    pub fn code(self) -> &'static str {
        match self {
            Self::NotATills => "not_a_tills",
            Self::Opening => "till_opening",
            Self::ClosedPeriod => "closed_period",
            Self::Unpaid => "unpaid",
            Self::NotWaiting => "not_waiting",
            Self::PaidTooMuch => "paid_too_much",
            Self::NoShift => "no_shift",
            Self::ShiftOpen => "shift_open",
            Self::Number { .. } => "number",
            Self::SoldBefore { .. } => "sold_before",
            Self::NoSuchSale => "no_such_sale",
            Self::NotThere { .. } => "not_there",
            Self::GivenBack { .. } => "given_back",
            Self::Exchange => "exchange",
            Self::Promotion => "promotion",
            Self::NotCounted => "not_counted",
            Self::Totals => "totals",
            Self::Perpetual => "perpetual",
            Self::Expected { .. } => "expected",
            Self::Difference { .. } => "difference",
            Self::Bounds => "bounds",
            Self::ShorterOpen => "shorter_open",
            Self::TooLarge => "too_large",
        }
    }
}
