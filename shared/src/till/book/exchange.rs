//! Tickets for tickets: a refund and a sale that are one act. What both have in common is no money, and the difference goes one way.

use crate::fact::till::{Means, PaidBy, SaleId, TillFact};
use crate::ids::FactId;

#[cfg(test)]
use super::planted::{self, Bug};
use super::{Balance, Broken};

/// How far it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Exchange {
    /// Its refund comes next.
    Named { refund: FactId, sale: SaleId },
    /// The tickets are back; its sale comes next.
    TakenBack { sale: SaleId, worth: Worth },
    /// The new tickets are sold; its payments come next, and credit is left to be paid with.
    Sold { credit: u64 },
}

/// Of the tickets that were taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Worth {
    /// What they cost.
    price: u64,
    /// What of it pays the sale.
    credit: u64,
}

impl Balance {
    /// Before a fact counts: it is the one that an exchange waits for, and only then are tickets money.
    pub(super) fn begin_in_exchange(&self, id: FactId, body: &TillFact) -> Result<(), Broken> {
        let fits = match (&self.exchange, body) {
            (Some(Exchange::Named { refund, .. }), TillFact::Refund { .. }) => *refund == id,
            (Some(Exchange::TakenBack { sale, .. }), TillFact::Sale { .. }) => *sale == id,
            (Some(Exchange::Sold { credit }), TillFact::Payment { amount, by, .. }) => {
                *by != PaidBy::Exchange || u64::from(*amount) <= *credit || pays_too_much()
            }
            (Some(_), _) => false,
            (None, TillFact::Payment { by, .. }) => *by != PaidBy::Exchange,
            (None, TillFact::Refund { back, .. }) => {
                back.iter().all(|back| back.means != Means::Exchange)
            }
            (None, _) => true,
        };
        fits.then_some(()).ok_or(Broken::Exchange)
    }

    /// After it counted.
    pub(super) fn end_in_exchange(&mut self, body: &TillFact) -> Result<(), Broken> {
        self.exchange = match (self.exchange, body) {
            (None, TillFact::Exchange { refund, sale }) => Some(Exchange::Named {
                refund: *refund,
                sale: *sale,
            }),
            (Some(Exchange::Named { sale, .. }), TillFact::Refund { back, .. }) => {
                let of = |credit: bool| {
                    let parts = back.iter();
                    parts
                        .filter(|back| (back.means == Means::Exchange) == credit)
                        .map(|back| u64::from(back.amount))
                        .sum::<u64>()
                };
                let (credit, money) = (of(true), of(false));
                Some(Exchange::TakenBack {
                    sale,
                    worth: Worth {
                        price: credit + money,
                        credit,
                    },
                })
            }
            (Some(Exchange::TakenBack { worth, .. }), TillFact::Sale { .. }) => {
                let costs = self.unpaid.map_or(0, |(_, left)| left);
                if worth.credit != worth.price.min(costs) && !pays_too_much() {
                    return Err(Broken::Exchange);
                }
                self.paid_up(worth.credit)?
            }
            (Some(Exchange::Sold { credit }), TillFact::Payment { amount, by, .. }) => {
                let paid = match by {
                    PaidBy::Exchange => u64::from(*amount),
                    PaidBy::Cash { .. }
                    | PaidBy::Card { .. }
                    | PaidBy::Cheque
                    | PaidBy::Voucher { .. } => 0,
                };
                self.paid_up(credit.saturating_sub(paid))?
            }
            (state, _) => state,
        };
        Ok(())
    }

    /// It ends when the sale is paid, and then no credit is left.
    fn paid_up(&self, credit: u64) -> Result<Option<Exchange>, Broken> {
        match (self.unpaid, credit) {
            (Some(_), _) => Ok(Some(Exchange::Sold { credit })),
            (None, 0) => Ok(None),
            (None, _) => Err(Broken::Exchange),
        }
    }
}

fn pays_too_much() -> bool {
    #[cfg(test)]
    if planted::is(Bug::ExchangedForMore) {
        return true;
    }
    false
}
