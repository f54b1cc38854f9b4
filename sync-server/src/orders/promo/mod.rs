//! Promo codes: words that take something off an order's price. What they take off is counted by [`shared::price`]; here
//! is who may use which, how often, and who makes them.
//!
//! A use is taken with the hold, in its transaction, and freed with it when it is given up or its time is up; what is paid
//! keeps it, also when the money goes back. Locks are taken in this order: order, code, stock.

pub(crate) mod api;
pub mod codes;
pub(crate) mod field;
mod request;
pub mod uses;
pub(crate) mod words;

pub use request::PromoRequest;

use std::collections::BTreeSet;

use shared::clock::UnixMillis;
use shared::ids::{EventId, PromoId, TypeNo};
use shared::money::{Currency, Money};
use shared::price::{BasisPoints, Off, PriceError, Reduction};
use shared::wire::latest::ErrorCode;

use super::UnreadableRow;
use crate::web::ApiError;

/// A code as its organizer wrote it, and how far it is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PromoCode {
    /// Its id.
    pub id: PromoId,
    /// Of one event; else of all of the organizer's.
    pub event: Option<EventId>,
    /// The word.
    pub code: String,
    /// What it takes off which orders.
    pub reduction: Reduction,
    /// Of its amounts.
    pub currency: Currency,
    /// Not before.
    pub from_ms: Option<UnixMillis>,
    /// No longer from then on.
    pub until_ms: Option<UnixMillis>,
    /// Orders in all.
    pub most_uses: Option<u32>,
    /// Orders of one person.
    pub most_per_person: Option<u32>,
    /// For people who never bought of this organizer.
    pub first_order: bool,
    /// Orders that have it.
    pub taken: u32,
    /// When its organizer ended it.
    pub ended_ms: Option<UnixMillis>,
}

/// Why a code takes nothing off an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No such word for this event.
    #[error("there is no such code for this event")]
    Unknown,
    /// Its time has not come.
    #[error("the code is good from {0} on")]
    NotYet(UnixMillis),
    /// Its time is over, or its organizer ended it.
    #[error("the code is over")]
    Over,
    /// As many orders have it as may.
    #[error("the code is used up")]
    UsedUp,
    /// It is for other types.
    #[error("the code is for none of the types that are asked for")]
    OtherTypes,
    /// It is for larger orders.
    #[error("the code is for orders from {0:?} on")]
    BelowMinimum(Money),
    /// The same person has used it as often as one may.
    #[error("this person has used the code before")]
    UsedBefore,
    /// It is for people who never bought of this organizer.
    #[error("this person has bought of the organizer before")]
    NotFirst,
}

impl Refusal {
    /// For programs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::NotYet(_) => "not_yet",
            Self::Over => "over",
            Self::UsedUp => "used_up",
            Self::OtherTypes => "other_types",
            Self::BelowMinimum(_) => "below_minimum",
            Self::UsedBefore => "used_before",
            Self::NotFirst => "not_first_order",
        }
    }

    /// What counting the price said of a code; else it is no matter of the code.
    pub fn of_price(error: PriceError) -> Result<Self, shared::money::MoneyError> {
        match error {
            // It is of another country's events: for this one it is no code.
            PriceError::OtherCurrency => Ok(Self::Unknown),
            PriceError::OtherTypes => Ok(Self::OtherTypes),
            PriceError::BelowMinimum { least } => Ok(Self::BelowMinimum(least)),
            PriceError::Sum(error) => Err(error),
        }
    }
}

impl PromoCode {
    /// Whether it can be used now, whoever it is.
    pub fn check(&self, now_ms: UnixMillis) -> Result<(), Refusal> {
        if self.ended_ms.is_some() || self.until_ms.is_some_and(|until| now_ms >= until) {
            return Err(Refusal::Over);
        }
        if let Some(from_ms) = self.from_ms.filter(|from| now_ms < *from) {
            return Err(Refusal::NotYet(from_ms));
        }
        if self.most_uses.is_some_and(|most| self.taken >= most) {
            return Err(Refusal::UsedUp);
        }
        Ok(())
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        let why = match refusal {
            Refusal::Unknown => "There is no such promo code for this event.",
            Refusal::NotYet(_) => "This promo code is not good yet.",
            Refusal::Over => "This promo code is over.",
            Refusal::UsedUp => "This promo code is used up.",
            Refusal::OtherTypes => "This promo code is for other ticket types.",
            Refusal::BelowMinimum(_) => "This promo code is for larger orders.",
            Refusal::UsedBefore => "This promo code was used before by the same person.",
            Refusal::NotFirst => "This promo code is for a first order.",
        };
        let error = Self::new(
            ErrorCode::Conflict,
            format!("{why} Nothing was changed; leave it out, or take another."),
        )
        .with_field("promo_code", refusal.as_str());
        match refusal {
            Refusal::NotYet(from_ms) => error.with_field("from_ms", from_ms.to_string()),
            Refusal::BelowMinimum(least) => {
                error.with_field("minimum_minor", least.minor.to_string())
            }
            Refusal::Unknown
            | Refusal::Over
            | Refusal::UsedUp
            | Refusal::OtherTypes
            | Refusal::UsedBefore
            | Refusal::NotFirst => error,
        }
    }
}

/// A row of the table.
struct PromoRow {
    id: uuid::Uuid,
    event_id: Option<uuid::Uuid>,
    code: String,
    percent_basis_points: Option<i32>,
    amount_minor: Option<i64>,
    currency: String,
    types: Vec<i32>,
    minimum_minor: i64,
    from_ms: Option<i64>,
    until_ms: Option<i64>,
    most_uses: Option<i32>,
    most_per_person: Option<i32>,
    first_order: bool,
    taken: i32,
    ended_ms: Option<i64>,
}

impl TryFrom<PromoRow> for PromoCode {
    type Error = UnreadableRow;

    fn try_from(row: PromoRow) -> Result<Self, UnreadableRow> {
        let currency = Currency::from_code(&row.currency)
            .ok_or_else(|| UnreadableRow::new("a promo code's currency", &row.currency))?;
        let percent = row.percent_basis_points.map(i32::cast_unsigned);
        let off = match (percent.and_then(BasisPoints::new), row.amount_minor) {
            (Some(points), None) => Off::Percent(points),
            (None, Some(amount)) => Off::Amount(Money::new(amount, currency)),
            (Some(_), Some(_)) | (None, None) => {
                return Err(UnreadableRow::new("what a promo code takes off", row.code));
            }
        };
        let types: BTreeSet<TypeNo> = row.types.iter().map(|no| TypeNo(*no as u16)).collect();
        let minimum = (row.minimum_minor > 0).then(|| Money::new(row.minimum_minor, currency));
        Ok(Self {
            id: PromoId(row.id),
            event: row.event_id.map(EventId),
            code: row.code,
            reduction: Reduction {
                off,
                types,
                minimum,
            },
            currency,
            from_ms: row.from_ms,
            until_ms: row.until_ms,
            most_uses: row.most_uses.map(i32::cast_unsigned),
            most_per_person: row.most_per_person.map(i32::cast_unsigned),
            first_order: row.first_order,
            taken: row.taken.cast_unsigned(),
            ended_ms: row.ended_ms,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_good_between_its_dates_and_while_uses_are_left() {
        let code = PromoCode {
            id: PromoId(uuid::Uuid::nil()),
            event: None,
            code: "NOEL10".into(),
            reduction: Reduction {
                off: Off::Percent(BasisPoints::new(1_000).unwrap()),
                types: [].into(),
                minimum: None,
            },
            currency: Currency::Eur,
            from_ms: Some(1_000),
            until_ms: Some(2_000),
            most_uses: Some(3),
            most_per_person: None,
            first_order: false,
            taken: 2,
            ended_ms: None,
        };
        let at = |now_ms| code.check(now_ms);
        assert_eq!(
            [at(999), at(1_000), at(1_999), at(2_000)],
            [
                Err(Refusal::NotYet(1_000)),
                Ok(()),
                Ok(()),
                Err(Refusal::Over)
            ]
        );
        let used_up = PromoCode {
            taken: 3,
            ..code.clone()
        };
        assert_eq!(used_up.check(1_500), Err(Refusal::UsedUp));
        let ended = PromoCode {
            ended_ms: Some(1_200),
            ..code
        };
        assert_eq!(ended.check(1_500), Err(Refusal::Over));
    }
}
