//! Money as integer minor units with a currency. Nothing here rounds but [`vat_included`].

use std::fmt;

use serde::{Deserialize, Serialize};

/// The currencies that Ticket Hub sells in. Each has two decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Currency {
    /// Euro.
    Eur,
    /// Pound sterling.
    Gbp,
    /// Swiss franc.
    Chf,
}

impl Currency {
    /// The ISO 4217 code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Eur => "EUR",
            Self::Gbp => "GBP",
            Self::Chf => "CHF",
        }
    }

    /// From the ISO 4217 code.
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Eur, Self::Gbp, Self::Chf]
            .into_iter()
            .find(|c| c.code() == code)
    }
}

/// An amount in minor units (cents) of one currency; may be negative (a refund in a ledger).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    /// Cents.
    pub minor: i64,
    /// Which money.
    pub currency: Currency,
}

/// Two amounts could not be brought together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Euros and francs don't add up.
    #[error("amounts of two currencies can't be added")]
    TwoCurrencies,
    /// Beyond what 64 bits hold.
    #[error("the amount is too large")]
    TooLarge,
}

impl Money {
    /// So many cents.
    pub fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// Nothing.
    pub fn zero(currency: Currency) -> Self {
        Self { minor: 0, currency }
    }

    /// The sum, if both are of one currency and it fits.
    pub fn plus(self, other: Self) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::TwoCurrencies);
        }
        let minor = self
            .minor
            .checked_add(other.minor)
            .ok_or(MoneyError::TooLarge)?;
        Ok(Self { minor, ..self })
    }

    /// `count` times this amount.
    pub fn times(self, count: u32) -> Result<Self, MoneyError> {
        let minor = self
            .minor
            .checked_mul(i64::from(count))
            .ok_or(MoneyError::TooLarge)?;
        Ok(Self { minor, ..self })
    }
}

impl fmt::Debug for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.minor < 0 { "-" } else { "" };
        let cents = self.minor.unsigned_abs();
        write!(
            f,
            "{sign}{}.{:02} {}",
            cents / 100,
            cents % 100,
            self.currency.code()
        )
    }
}

/// The VAT contained in a price that includes it, at `rate` in basis points (2000 = 20 %).
///
/// Price x rate / (1 + rate), rounded half away from zero to a cent, once a line: the way of the
/// French tax code's annexes for prices "toutes taxes comprises".
pub fn vat_included(price: Money, rate_basis_points: u32) -> Money {
    let rate = i128::from(rate_basis_points);
    let (price_minor, divisor) = (i128::from(price.minor), 10_000 + rate);
    let twice = price_minor * rate * 2;
    let rounded = (twice.abs() + divisor) / (2 * divisor) * twice.signum();
    Money {
        minor: rounded as i64,
        ..price
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vat_is_taken_out_of_a_price_that_includes_it() {
        let euros = |minor| Money::new(minor, Currency::Eur);
        assert_eq!(vat_included(euros(1200), 2000), euros(200));
        assert_eq!(vat_included(euros(3400), 550), euros(177));
        assert_eq!(vat_included(euros(3400), 210), euros(70));
        assert_eq!(vat_included(euros(-1200), 2000), euros(-200));
        assert_eq!(vat_included(euros(3400), 0), euros(0));
    }

    #[test]
    fn two_currencies_do_not_add_up() {
        let sum = Money::new(1, Currency::Eur).plus(Money::new(1, Currency::Chf));
        assert_eq!(sum, Err(MoneyError::TwoCurrencies));
        let sum = Money::new(i64::MAX, Currency::Eur).plus(Money::new(1, Currency::Eur));
        assert_eq!(sum, Err(MoneyError::TooLarge));
    }
}
