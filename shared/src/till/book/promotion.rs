//! What a promo code took off a sale: said right before it, and the sale's prices are what is left.

use crate::fact::till::{PriceReason, SaleId, SaleLine, TillFact};
use crate::ids::{EventId, FactId};

#[cfg(test)]
use super::planted::{self, Bug};
use super::{Balance, Broken};

/// A code's, whose sale comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Promotion {
    sale: SaleId,
    event: EventId,
    /// What that event's places at a promotion's price cost together.
    costs: u64,
}

impl Balance {
    /// Before a fact counts: after a promotion it is the sale that it names, at the prices that it leaves.
    pub(super) fn begin_at_promotion(&self, id: FactId, body: &TillFact) -> Result<(), Broken> {
        let Some(promotion) = &self.promotion else {
            return Ok(());
        };
        match body {
            TillFact::Sale { lines, .. }
                if promotion.sale == id
                    && (costs(lines, promotion.event) == promotion.costs || takes_anything()) =>
            {
                Ok(())
            }
            _other => Err(Broken::Promotion),
        }
    }

    /// After it counted.
    pub(super) fn end_at_promotion(&mut self, body: &TillFact) -> Result<(), Broken> {
        self.promotion = match body {
            TillFact::Promotion {
                sale,
                event,
                full,
                off,
                ..
            } => Some(Promotion {
                sale: *sale,
                event: *event,
                costs: full.checked_sub(*off).ok_or(Broken::Promotion)?.into(),
            }),
            _other => None,
        };
        Ok(())
    }
}

fn costs(lines: &[SaleLine], event: EventId) -> u64 {
    let promoted = lines
        .iter()
        .filter(|line| line.event == event && line.reason == PriceReason::Promotion);
    promoted
        .map(|line| u64::from(line.unit) * line.tickets.len() as u64)
        .sum()
}

fn takes_anything() -> bool {
    #[cfg(test)]
    if planted::is(Bug::PromotionUnchecked) {
        return true;
    }
    false
}
