//! From what a client sends to what is written.

use serde::{Deserialize, Serialize};
use shared::clock::UnixMillis;
use shared::ids::{EventId, PromoId, TypeNo};
use shared::money::{Currency, Money};
use shared::price::{BasisPoints, Off, Reduction};
use utoipa::ToSchema;

use super::PromoCode;
use crate::catalog::fields::FieldErrors;
use crate::catalog::word::Word;

/// A million euros: a slip of the keyboard.
const HIGHEST_MINOR: i64 = 100_000_000;
const MOST_USES: i64 = 10_000_000;

/// A promo code as a client sends it, and as its organizer reads it. Amounts are minor units.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PromoRequest {
    /// Made by the client. In a `PUT` the address says it.
    #[schema(value_type = Uuid)]
    pub id: String,
    /// Of one event; missing = of all of the organizer's. It never changes.
    #[schema(value_type = Option<Uuid>)]
    pub event_id: Option<EventId>,
    /// 3 to 40 letters, digits, `-`, `_` and `.`; capitals or not is one.
    pub code: String,
    /// 1000 = 10 %. This or `amount_minor`.
    pub percent_basis_points: Option<i64>,
    /// Off the whole order. This or `percent_basis_points`.
    pub amount_minor: Option<i64>,
    /// Of `amount_minor` and `minimum_minor`: `EUR` (the default), `GBP`, `CHF`; with an event the event's.
    pub currency: Option<String>,
    /// Types of the event; empty = all.
    #[schema(value_type = Vec<u16>)]
    pub types: Vec<TypeNo>,
    /// Only for orders that cost so much before.
    pub minimum_minor: Option<i64>,
    /// Good from, unix milliseconds; missing = at once.
    pub from_ms: Option<i64>,
    /// Good until.
    pub until_ms: Option<i64>,
    /// Orders in all; missing = as many as come.
    pub most_uses: Option<i64>,
    /// Orders of one person, by account or e-mail address.
    pub most_per_person: Option<i64>,
    /// Only for people who never bought of this organizer.
    pub first_order: bool,
}

/// What an organizer says of a code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPromo {
    /// Its id.
    pub id: PromoId,
    /// Of one event, or of all.
    pub event: Option<EventId>,
    /// Its word.
    pub word: Word,
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
}

impl PromoRequest {
    /// Checks all fields. `id`: from the address of a `PUT`, else from the body.
    pub fn parse(&self, id: Option<PromoId>) -> Result<NewPromo, FieldErrors> {
        let mut errors = FieldErrors::default();
        let id = id.or_else(|| errors.id("id", &self.id, PromoId));
        let word = Word::typed(&self.code).ok_or("must have 3 to 40 letters, digits, - _ .");
        let word = errors.keep("code", word);
        let code = self.currency.as_deref().unwrap_or("EUR");
        let currency = Currency::from_code(code).ok_or("must be EUR, GBP or CHF");
        let currency = errors.keep("currency", currency);
        let off = currency.and_then(|currency| self.off(currency, &mut errors));
        if !self.types.is_empty() && self.event_id.is_none() {
            errors.add("types", "are of one event: say event_id, or leave them out");
        }
        if let (Some(from), Some(until)) = (self.from_ms, self.until_ms)
            && from >= until
        {
            errors.add("until_ms", "must be after from_ms");
        }
        let mut most = |field: &str, value: Option<i64>| {
            value.map(|most| errors.within(field, most, 1..=MOST_USES) as u32)
        };
        let most_uses = most("most_uses", self.most_uses);
        let most_per_person = most("most_per_person", self.most_per_person);
        let minimum = self.minimum_minor.unwrap_or(0);
        let minimum = errors.within("minimum_minor", minimum, 0..=HIGHEST_MINOR);
        let parts = id.zip(word).zip(off).zip(currency);
        errors.finish(parts.map(|(((id, word), off), currency)| NewPromo {
            id,
            event: self.event_id,
            word,
            reduction: Reduction {
                off,
                types: self.types.iter().copied().collect(),
                minimum: (minimum > 0).then(|| Money::new(minimum, currency)),
            },
            currency,
            from_ms: self.from_ms,
            until_ms: self.until_ms,
            most_uses,
            most_per_person,
            first_order: self.first_order,
        }))
    }

    fn off(&self, currency: Currency, errors: &mut FieldErrors) -> Option<Off> {
        match (self.percent_basis_points, self.amount_minor) {
            (Some(points), None) => {
                let points = errors.within("percent_basis_points", points, 1..=10_000);
                BasisPoints::new(points as u32).map(Off::Percent)
            }
            (None, Some(minor)) => {
                let minor = errors.within("amount_minor", minor, 1..=HIGHEST_MINOR);
                Some(Off::Amount(Money::new(minor, currency)))
            }
            (Some(_), Some(_)) => {
                errors.add(
                    "amount_minor",
                    "give this or percent_basis_points, not both",
                );
                None
            }
            (None, None) => {
                errors.add("percent_basis_points", "give this or amount_minor");
                None
            }
        }
    }
}

impl From<&PromoCode> for PromoRequest {
    fn from(code: &PromoCode) -> Self {
        let (percent, amount) = match code.reduction.off {
            Off::Percent(points) => (Some(points.get().into()), None),
            Off::Amount(amount) => (None, Some(amount.minor)),
        };
        Self {
            id: code.id.to_string(),
            event_id: code.event,
            code: code.code.clone(),
            percent_basis_points: percent,
            amount_minor: amount,
            currency: Some(code.currency.code().to_owned()),
            types: code.reduction.types.iter().copied().collect(),
            minimum_minor: code.reduction.minimum.map(|least| least.minor),
            from_ms: code.from_ms,
            until_ms: code.until_ms,
            most_uses: code.most_uses.map(i64::from),
            most_per_person: code.most_per_person.map(i64::from),
            first_order: code.first_order,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_wrong_fields_are_told_at_once() {
        let request = PromoRequest {
            code: "x".into(),
            types: vec![TypeNo(1)],
            minimum_minor: Some(-1),
            most_uses: Some(0),
            from_ms: Some(2),
            until_ms: Some(1),
            ..PromoRequest::default()
        };
        let errors = request.parse(None).unwrap_err().0;
        let wrong: Vec<&str> = errors.keys().map(String::as_str).collect();
        assert_eq!(
            wrong,
            [
                "code",
                "id",
                "minimum_minor",
                "most_uses",
                "percent_basis_points",
                "types",
                "until_ms"
            ]
        );
        let both = PromoRequest {
            percent_basis_points: Some(1_000),
            amount_minor: Some(500),
            ..request
        };
        assert!(both.parse(None).unwrap_err().0.contains_key("amount_minor"));
    }
}
