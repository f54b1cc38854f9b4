//! Sales of this till: printed again, or taken back.

use shared::ids::FactId;
use shared::money::Money;

use super::till::{PastSale, Till};
use super::{BoxOffice, Stage};
use crate::station::view::{PastAct, PastSaleView, TillRefusal};

/// Looking for a sale.
#[derive(Clone, Debug)]
pub(super) struct Past {
    pub(super) text: String,
    pub(super) found: Vec<PastSaleView>,
    pub(super) looked_at: Option<LookedAt>,
}

/// A sale that is looked at.
#[derive(Clone, Debug)]
pub(super) struct LookedAt {
    pub(super) sale: PastSale,
    /// Tickets to be taken back, by their index, ascending.
    pub(super) marked: Vec<usize>,
    pub(super) reprinted: bool,
    pub(super) refund_receipt: Option<u32>,
}

impl Past {
    pub(super) fn of(found: Vec<PastSaleView>) -> Self {
        Self {
            text: String::new(),
            found,
            looked_at: None,
        }
    }
}

impl LookedAt {
    fn of(sale: PastSale) -> Self {
        Self {
            sale,
            marked: Vec::new(),
            reprinted: false,
            refund_receipt: None,
        }
    }

    fn mark(&mut self, ticket: usize) -> Result<(), TillRefusal> {
        let found = self.sale.tickets.get(ticket);
        let found = found.ok_or(TillRefusal::NotHere)?;
        if found.kept.is_some() {
            return Err(TillRefusal::NotHere);
        }
        match self.marked.binary_search(&ticket) {
            Ok(at) => {
                self.marked.remove(at);
            }
            Err(at) => self.marked.insert(at, ticket),
        }
        Ok(())
    }

    /// What the marked tickets cost.
    pub(super) fn back(&self) -> Money {
        let nothing = Money::zero(self.sale.sale.total.currency);
        let prices = self.marked.iter().filter_map(|at| {
            let ticket = self.sale.tickets.get(*at)?;
            Some(ticket.price)
        });
        // At most the sale's total, which is money already.
        prices.fold(nothing, |sum, price| sum.plus(price).unwrap_or(sum))
    }
}

impl BoxOffice {
    pub(super) fn in_past(&mut self, act: PastAct, till: &mut dyn Till) -> Result<(), TillRefusal> {
        let Stage::Past(past) = &mut self.stage else {
            return Ok(());
        };
        match act {
            PastAct::Find { text } => {
                past.found = till.find(&text)?;
                past.text = text;
                past.looked_at = None;
            }
            PastAct::Look { sale } => past.looked_at = Some(LookedAt::of(till.look(sale)?)),
            PastAct::Mark { ticket } => {
                if let Some(looked_at) = &mut past.looked_at {
                    looked_at.mark(ticket)?;
                }
            }
            PastAct::Reprint { receipt } => {
                let Some(looked_at) = &mut past.looked_at else {
                    return Ok(());
                };
                till.reprint(looked_at.sale.sale.sale, receipt)?;
                looked_at.reprinted = true;
                self.step = self.step.wrapping_add(1);
            }
            PastAct::Refund { reason, means } => {
                let Some(looked_at) = &mut past.looked_at else {
                    return Ok(());
                };
                if looked_at.marked.is_empty() || !looked_at.sale.back_by.contains(&means) {
                    return Err(TillRefusal::NothingAsked);
                }
                let sale: FactId = looked_at.sale.sale.sale;
                let receipt = till.refund(sale, &looked_at.marked, reason, means)?;
                let mut anew = LookedAt::of(till.look(sale)?);
                anew.refund_receipt = Some(receipt);
                past.looked_at = Some(anew);
                self.step = self.step.wrapping_add(1);
            }
            PastAct::Exchange => return self.begin_exchange(till),
            PastAct::Back => {
                if past.looked_at.take().is_none() {
                    self.go(Stage::Menu);
                }
            }
        }
        Ok(())
    }
}
