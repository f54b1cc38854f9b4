//! Taking the money for a cart: in one way or in several, until nothing is left to pay.

use shared::ids::FactId;
use shared::money::Money;

use super::typed::Typed;
use crate::station::view::{Means, Stroke};

/// By which means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// Coins and notes; the guest gave the amount and the change more.
    Cash {
        /// Handed back.
        change: Money,
    },
    /// A card, on a terminal that knows nothing of the till: what it showed, as the clerk confirmed it.
    Card {
        /// It was paid.
        accepted: bool,
    },
    /// A cheque.
    Cheque,
    /// A voucher of a kind that the organizer configured.
    Voucher {
        /// Its number.
        kind: u16,
    },
    /// Tickets that were taken back for these.
    Exchange,
}

/// A part of what was to be paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// How much of it.
    pub amount: Money,
    /// By what.
    pub by: By,
}

impl Part {
    /// Money came in: not when the terminal refused the card.
    pub fn counts(self) -> bool {
        match self.by {
            By::Card { accepted } => accepted,
            By::Cash { .. } | By::Cheque | By::Voucher { .. } | By::Exchange => true,
        }
    }
}

impl By {
    /// As a person chooses it.
    pub fn means(self) -> Means {
        match self {
            Self::Cash { .. } => Means::Cash,
            Self::Card { .. } => Means::Card,
            Self::Cheque => Means::Cheque,
            Self::Voucher { kind } => Means::Voucher { kind },
            Self::Exchange => Means::Exchange,
        }
    }
}

/// Why a part can't be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NotTaken {
    /// The guest gave less than is left to pay.
    Short,
    /// More than is left to pay, by a means that gives no change.
    TooMuch,
    /// Nothing is left to pay, or no means was chosen.
    NothingAsked,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Payment {
    /// The sale that this is for: told again, it is still the same one.
    sale: FactId,
    due: Money,
    /// What goes back: the tickets that come for these were dearer.
    back: Option<Money>,
    taken: Vec<Part>,
    asking: Option<Means>,
    typed: Typed,
}

impl Payment {
    pub(super) fn of(sale: FactId, due: Money, asking: Option<Means>) -> Self {
        Self {
            sale,
            due,
            back: None,
            taken: Vec::new(),
            asking,
            typed: Typed::default(),
        }
    }

    /// The same, where nothing is due and so much goes back.
    pub(super) fn giving_back(self, back: Money) -> Self {
        let back = (back.minor > 0).then_some(back);
        Self {
            // Nothing is taken: it is asked by what it goes back.
            asking: self.asking.filter(|_| back.is_none()),
            back,
            ..self
        }
    }

    pub(super) fn back(&self) -> Option<Money> {
        self.back
    }

    pub(super) fn sale(&self) -> FactId {
        self.sale
    }

    pub(super) fn due(&self) -> Money {
        self.due
    }

    pub(super) fn taken(&self) -> &[Part] {
        &self.taken
    }

    pub(super) fn asking(&self) -> Option<Means> {
        self.asking
    }

    /// Whether anything has changed hands.
    pub(super) fn holds_money(&self) -> bool {
        self.taken.iter().any(|part| part.counts())
    }

    /// What is left to pay: never below nothing, as no part is larger than the rest before it.
    pub(super) fn rest(&self) -> Money {
        let parts = self.taken.iter().filter(|part| part.counts());
        parts.fold(self.due, |rest, part| less(rest, part.amount))
    }

    pub(super) fn is_settled(&self) -> bool {
        self.rest().minor == 0
    }

    /// What the pad shows: nothing typed is the whole rest.
    pub(super) fn amount(&self) -> Money {
        match self.typed.minor() {
            Some(minor) => Money::new(minor.into(), self.due.currency),
            None => self.rest(),
        }
    }

    /// Change for what the pad shows.
    pub(super) fn change(&self) -> Option<Money> {
        let change = less(self.amount(), self.rest());
        (change.minor >= 0).then_some(change)
    }

    pub(super) fn ask(&mut self, asking: Option<Means>) {
        self.asking = asking.filter(|_| !self.is_settled());
        self.typed = Typed::default();
    }

    pub(super) fn stroke(&mut self, stroke: Stroke) {
        self.typed = self.typed.after(stroke);
    }

    pub(super) fn give(&mut self, minor: u32) {
        self.typed = Typed::of(minor);
    }

    /// Takes what the pad shows as the end of the payment, or as a part of it.
    pub(super) fn take(&mut self, is_part: bool) -> Result<(), NotTaken> {
        if self.is_settled() {
            return Err(NotTaken::NothingAsked);
        }
        let (amount, rest) = (self.amount(), self.rest());
        let part = match self.asking {
            None | Some(Means::Exchange) => return Err(NotTaken::NothingAsked),
            Some(Means::Cash) => match self.change() {
                Some(change) => Part {
                    amount: rest,
                    by: By::Cash { change },
                },
                None => self.part(By::Cash {
                    change: Money::zero(rest.currency),
                })?,
            },
            Some(Means::Card) => self.part(By::Card { accepted: true })?,
            Some(Means::Cheque) => self.part(By::Cheque)?,
            Some(Means::Voucher { kind }) => self.part(By::Voucher { kind })?,
        };
        if self.asking == Some(Means::Cash) && amount.minor < rest.minor && !is_part {
            return Err(NotTaken::Short);
        }
        self.taken.push(part);
        self.ask(None);
        Ok(())
    }

    /// The terminal refused the card: noted, and nothing is paid by it.
    pub(super) fn card_refused(&mut self) -> Result<(), NotTaken> {
        if self.asking != Some(Means::Card) {
            return Err(NotTaken::NothingAsked);
        }
        let part = self.part(By::Card { accepted: false })?;
        self.taken.push(part);
        self.ask(None);
        Ok(())
    }

    fn part(&self, by: By) -> Result<Part, NotTaken> {
        let amount = self.amount();
        if amount.minor > self.rest().minor {
            return Err(NotTaken::TooMuch);
        }
        if amount.minor == 0 {
            return Err(NotTaken::NothingAsked);
        }
        Ok(Part { amount, by })
    }

    /// The guest has this part back.
    pub(super) fn give_back(&mut self, at: usize) -> Option<Part> {
        let part = self.taken.get(at).copied().filter(|part| part.counts())?;
        self.taken.remove(at);
        self.ask(None);
        Some(part)
    }
}

/// Two amounts of one currency within a sale's bounds: what can't be taken off stays.
pub(super) fn less(from: Money, amount: Money) -> Money {
    Money {
        minor: from.minor.saturating_sub(amount.minor),
        ..from
    }
}

impl From<NotTaken> for crate::station::view::TillRefusal {
    fn from(error: NotTaken) -> Self {
        match error {
            NotTaken::Short => Self::Short,
            NotTaken::TooMuch => Self::TooMuch,
            NotTaken::NothingAsked => Self::NothingAsked,
        }
    }
}
