//! What a promo code takes off.

use std::collections::BTreeSet;

use super::share::share;
use super::{PriceError, PricedLine};
use crate::ids::TypeNo;
use crate::money::{Currency, Money, MoneyError};

/// A part of a whole, 1 to 10,000: 1,000 = 10 %.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BasisPoints(u32);

impl BasisPoints {
    /// `None` where it is nothing, or more than all.
    pub fn new(points: u32) -> Option<Self> {
        (1..=10_000).contains(&points).then_some(Self(points))
    }

    /// 1 to 10,000.
    pub fn get(self) -> u32 {
        self.0
    }
}

/// How much is taken off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Off {
    /// A part of the price.
    Percent(BasisPoints),
    /// An amount an order; never more than the price.
    Amount(Money),
}

/// What is taken off which orders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reduction {
    /// How much.
    pub off: Off,
    /// For these types; empty = all.
    pub types: BTreeSet<TypeNo>,
    /// Only where all that is asked costs this much before.
    pub minimum: Option<Money>,
}

impl Reduction {
    /// Whether it is for places of that type.
    pub fn is_for(&self, type_no: TypeNo) -> bool {
        self.types.is_empty() || self.types.contains(&type_no)
    }

    /// Sets each line's part.
    pub(super) fn apply(
        &self,
        currency: Currency,
        lines: &mut [PricedLine],
    ) -> Result<(), PriceError> {
        if !lines.iter().any(|line| self.is_for(line.type_no)) {
            return Err(PriceError::OtherTypes);
        }
        let mut full = Money::zero(currency);
        let mut weights = Vec::with_capacity(lines.len());
        for line in lines.iter() {
            let line_full = line.unit.times(line.quantity)?;
            full = full.plus(line_full)?;
            weights.push(if self.is_for(line.type_no) {
                line_full.minor
            } else {
                0
            });
        }
        if let Some(least) = self.minimum {
            if least.currency != currency {
                return Err(PriceError::OtherCurrency);
            }
            if full.minor < least.minor {
                return Err(PriceError::BelowMinimum { least });
            }
        }
        let eligible = weights
            .iter()
            .try_fold(0_i64, |sum, weight| sum.checked_add(*weight))
            .ok_or(MoneyError::TooLarge)?;
        let off = self.taken_off(Money::new(eligible, currency))?;
        for (line, minor) in lines.iter_mut().zip(share(off.minor, &weights)) {
            line.discount = Money::new(minor, currency);
        }
        Ok(())
    }

    /// Off a sum: the one place where a reduction is rounded, half a cent for the buyer.
    fn taken_off(&self, sum: Money) -> Result<Money, PriceError> {
        match self.off {
            Off::Percent(points) => {
                let exact = i128::from(sum.minor) * i128::from(points.get());
                let minor = (exact + 5_000) / 10_000;
                Ok(Money::new(minor as i64, sum.currency))
            }
            Off::Amount(amount) if amount.currency == sum.currency => {
                Ok(Money::new(amount.minor.clamp(0, sum.minor), sum.currency))
            }
            Off::Amount(_) => Err(PriceError::OtherCurrency),
        }
    }
}
