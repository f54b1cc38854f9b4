//! What is being sold: its price, and how it is paid. Nothing is written yet.

use crate::fact::till::{MAX_LINES, Outcome, PaidBy, PriceReason};
use crate::ids::{EventId, TypeNo};
use crate::money::{Currency, Money, MoneyError};

/// No ticket costs more: 10,000 of a currency. A slip of the finger does.
pub const MOST_UNIT: i64 = 1_000_000;
/// Bytes that the body of a fact has room for, with the sale's own head taken off.
const ROOM: usize = 4096 - 123 - 64 - 5;
const LINE_BYTES: usize = 27;
const TICKET_BYTES: usize = 8;
/// Most tickets of one sale: as many as one `issued` fact names.
const MAX_TICKETS: usize = crate::fact::body::MAX_ISSUED;

/// So many of a type, at one price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CartLine {
    /// The event.
    pub event: EventId,
    /// The type.
    pub type_no: TypeNo,
    /// What one costs, VAT included.
    pub unit: Money,
    /// The rate of the VAT in it, in basis points.
    pub vat_bps: u16,
    /// Why it costs that.
    pub reason: PriceReason,
    /// How many.
    pub quantity: u16,
}

/// A cart that can be sold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Priced {
    lines: Vec<CartLine>,
    total: Money,
}

impl Priced {
    /// Its lines.
    pub fn lines(&self) -> &[CartLine] {
        &self.lines
    }

    /// What they cost.
    pub fn total(&self) -> Money {
        self.total
    }
}

/// A cart can't be sold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CartError {
    /// Nothing is in it.
    #[error("nothing was chosen; choose at least one ticket")]
    Empty,
    /// A line of none.
    #[error("a line has no tickets; take it out, or choose how many")]
    NoneOfALine,
    /// More than one sale can have.
    #[error(
        "one sale has at most {MAX_TICKETS} tickets on {MAX_LINES} lines; make two sales of it"
    )]
    TooMany,
    /// Below zero, or more than any ticket costs.
    #[error("this is no price of a ticket; correct it")]
    NoPrice,
    /// Free of charge, and yet a price.
    #[error("a ticket without charge has a price; choose another reason, or no price")]
    FreeWithPrice,
    /// The VAT is above 100 %.
    #[error("this is no VAT rate; correct it")]
    NoVatRate,
    /// An event in another currency than the till's.
    #[error("this till takes {till:?} only; sell this event elsewhere")]
    OtherCurrency {
        /// The till's.
        till: Currency,
    },
    /// The sum.
    #[error("the sum can't be had")]
    Sum(#[source] MoneyError),
}

impl CartError {
    /// For JSON.
    pub fn code(self) -> &'static str {
        match self {
            Self::Empty => "cart_empty",
            Self::NoneOfALine => "none_of_a_line",
            Self::TooMany => "too_many_tickets",
            Self::NoPrice => "no_price",
            Self::FreeWithPrice => "free_with_price",
            Self::NoVatRate => "no_vat_rate",
            Self::OtherCurrency { .. } => "other_currency",
            Self::Sum(_) => "sum",
        }
    }
}

/// Prices a cart at a till of that currency.
pub fn price(lines: Vec<CartLine>, currency: Currency) -> Result<Priced, CartError> {
    if lines.is_empty() {
        return Err(CartError::Empty);
    }
    let mut total = Money::zero(currency);
    for line in &lines {
        if line.quantity == 0 {
            return Err(CartError::NoneOfALine);
        }
        if line.unit.currency != currency {
            return Err(CartError::OtherCurrency { till: currency });
        }
        if !(0..=MOST_UNIT).contains(&line.unit.minor) {
            return Err(CartError::NoPrice);
        }
        if line.reason.is_free() && line.unit.minor != 0 {
            return Err(CartError::FreeWithPrice);
        }
        if line.vat_bps > 10_000 {
            return Err(CartError::NoVatRate);
        }
        let of_line = line.unit.times(line.quantity.into());
        let sum = of_line.and_then(|of_line| total.plus(of_line));
        total = sum.map_err(CartError::Sum)?;
    }
    let tickets: usize = lines.iter().map(|line| usize::from(line.quantity)).sum();
    let bytes = lines.len() * LINE_BYTES + tickets * TICKET_BYTES;
    if lines.len() > MAX_LINES || tickets > MAX_TICKETS || bytes > ROOM {
        return Err(CartError::TooMany);
    }
    Ok(Priced { lines, total })
}

/// What the guest puts down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tender {
    /// Coins and notes, maybe more than is to pay.
    Cash {
        /// All that was given.
        given: Money,
    },
    /// A card.
    Card {
        /// What the terminal was told.
        amount: Money,
        /// What it answered.
        outcome: Outcome,
    },
    /// A cheque.
    Cheque {
        /// What it says.
        amount: Money,
    },
    /// A voucher.
    Voucher {
        /// Its kind.
        kind: u16,
        /// What it pays.
        amount: Money,
    },
    /// Tickets that are taken back for these.
    Exchange {
        /// What they pay.
        credit: Money,
    },
}

/// A payment of a sale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paid {
    /// How much of it.
    pub amount: u32,
    /// By what.
    pub by: PaidBy,
}

/// The sale is not paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotPaid {
    /// Not enough.
    #[error("{left:?} is left to pay; take the rest, or undo the sale")]
    Missing {
        /// How much.
        left: Money,
    },
    /// A payment of what is paid.
    #[error("the sale is paid already; take no more money for it")]
    PaidAlready,
    /// A card, cheque or voucher of more than is left: nothing is given out for it.
    #[error("only {left:?} is left to pay; take that much by this means")]
    TooMuch {
        /// How much is left.
        left: Money,
    },
    /// Zero, below it, absurd, or of another currency.
    #[error("this is no amount to pay with; correct it")]
    NoAmount,
}

impl NotPaid {
    /// For JSON.
    pub fn code(self) -> &'static str {
        match self {
            Self::Missing { .. } => "missing",
            Self::PaidAlready => "paid_already",
            Self::TooMuch { .. } => "too_much",
            Self::NoAmount => "no_amount",
        }
    }
}

/// How what was put down pays the sum, in that order: exactly, never twice. Only cash has change, and only a refused card
/// pays nothing.
pub fn settle(total: Money, tenders: &[Tender]) -> Result<Vec<Paid>, NotPaid> {
    let mut left = u32::try_from(total.minor).map_err(|_| NotPaid::NoAmount)?;
    let amount_of = |money: Money| match u32::try_from(money.minor) {
        Ok(amount) if amount > 0 && money.currency == total.currency => Ok(amount),
        Ok(_) | Err(_) => Err(NotPaid::NoAmount),
    };
    let mut paid = Vec::with_capacity(tenders.len());
    for tender in tenders {
        if left == 0 {
            return Err(NotPaid::PaidAlready);
        }
        let (given, by) = match *tender {
            Tender::Cash { given } => {
                let given = amount_of(given)?;
                let change = given.saturating_sub(left);
                (given - change, PaidBy::Cash { change })
            }
            Tender::Card { amount, outcome } => (amount_of(amount)?, PaidBy::Card { outcome }),
            Tender::Cheque { amount } => (amount_of(amount)?, PaidBy::Cheque),
            Tender::Voucher { kind, amount } => (amount_of(amount)?, PaidBy::Voucher { kind }),
            Tender::Exchange { credit } => (amount_of(credit)?, PaidBy::Exchange),
        };
        if given > left {
            let left = Money::new(left.into(), total.currency);
            return Err(NotPaid::TooMuch { left });
        }
        if by.counts() {
            left -= given;
        }
        paid.push(Paid { amount: given, by });
    }
    if left > 0 {
        let left = Money::new(left.into(), total.currency);
        return Err(NotPaid::Missing { left });
    }
    Ok(paid)
}
