//! What an order costs: the store, the API and a till call the same function, so that the price shown is the price paid.
//!
//! All prices include VAT. A type sold to groups has one price for each place from so many places on. A reduction is
//! counted once, on the sum of the places that it is for, and rounded once to a cent, half a cent for the buyer. It is
//! shared over their lines, and over the places of a line, by largest remainder: the places of a line add up to the line,
//! the lines to the order, so that the VAT of each rate is that of what is really paid, and a ticket that is given back
//! carries its own price.

mod reduction;
mod share;

#[cfg(test)]
mod tests;

pub use reduction::{BasisPoints, Off, Reduction};

use crate::ids::TypeNo;
use crate::money::{Currency, Money, MoneyError};

/// Places of one type that somebody wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Which type.
    pub type_no: TypeNo,
    /// How many places.
    pub quantity: u32,
    /// What the type says of its price.
    pub tariff: Tariff,
}

/// What a type says of its price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tariff {
    /// Of one place.
    pub unit: Money,
    /// For many.
    pub group: Option<Group>,
}

/// From so many places of the type in one order on, each costs this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Group {
    /// 2 or more.
    pub from: u32,
    /// Of one place.
    pub unit: Money,
}

impl Tariff {
    /// One price for each place, however many.
    pub fn single(unit: Money) -> Self {
        Self { unit, group: None }
    }

    /// Of one place, where an order has so many of the type.
    pub fn unit_for(&self, places: u32) -> Money {
        match self.group {
            Some(group) if places >= group.from => group.unit,
            Some(_) | None => self.unit,
        }
    }
}

/// A line of an order with its price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PricedLine {
    /// Which type.
    pub type_no: TypeNo,
    /// How many places.
    pub quantity: u32,
    /// Of one place, before any reduction.
    pub unit: Money,
    /// The line's part of the reduction.
    pub discount: Money,
}

impl PricedLine {
    /// What all its places cost.
    ///
    /// # Errors
    /// More than 64 bits hold.
    pub fn total(&self) -> Result<Money, MoneyError> {
        let full = self.unit.times(self.quantity)?;
        let back = Money::new(-self.discount.minor, self.discount.currency);
        full.plus(back)
    }

    /// What each of its places costs, in their order: a cent apart at most.
    ///
    /// # Errors
    /// More than 64 bits hold.
    pub fn places(&self) -> Result<Vec<Money>, MoneyError> {
        let total = self.total()?;
        let even = vec![1; self.quantity as usize];
        let parts = share::share(total.minor, &even).into_iter();
        Ok(parts
            .map(|minor| Money::new(minor, total.currency))
            .collect())
    }
}

/// An order with its price.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Priced {
    /// In the order in which they were asked.
    pub lines: Vec<PricedLine>,
    /// What the reduction takes off, all together.
    pub discount: Money,
    /// What is paid.
    pub total: Money,
}

/// There is no such price.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PriceError {
    /// The reduction is for other types.
    #[error("the reduction is for none of the types that are asked for")]
    OtherTypes,
    /// The reduction is for larger orders.
    #[error("the reduction is for orders from {least:?} on")]
    BelowMinimum {
        /// From here on.
        least: Money,
    },
    /// The reduction is in another money.
    #[error("the reduction is in another currency")]
    OtherCurrency,
    /// A sum that no 64 bits hold.
    #[error("adding up the order")]
    Sum(#[from] MoneyError),
}

/// What is asked for, with its price in `currency`, by the tariffs and the reduction.
///
/// # Errors
/// Where the reduction does not apply, or the sum is too large.
pub fn price(
    currency: Currency,
    asked: &[Asked],
    reduction: Option<&Reduction>,
) -> Result<Priced, PriceError> {
    let places_of = |type_no: TypeNo| {
        let same = asked.iter().filter(|line| line.type_no == type_no);
        same.fold(0_u32, |sum, line| sum.saturating_add(line.quantity))
    };
    let mut lines: Vec<PricedLine> = asked
        .iter()
        .map(|line| PricedLine {
            type_no: line.type_no,
            quantity: line.quantity,
            unit: line.tariff.unit_for(places_of(line.type_no)),
            discount: Money::zero(currency),
        })
        .collect();
    if let Some(reduction) = reduction {
        reduction.apply(currency, &mut lines)?;
    }
    let sum = |of: fn(&PricedLine) -> Result<Money, MoneyError>| {
        let mut sum = Money::zero(currency);
        for line in &lines {
            sum = sum.plus(of(line)?)?;
        }
        Ok::<_, MoneyError>(sum)
    };
    Ok(Priced {
        discount: sum(|line| Ok(line.discount))?,
        total: sum(PricedLine::total)?,
        lines,
    })
}
