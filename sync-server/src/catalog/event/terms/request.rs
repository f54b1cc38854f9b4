//! Terms as the API says and takes them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Reservations, Terms, Until, WaitingList};
use crate::catalog::fields::FieldErrors;

/// As the columns allow.
const OFFER_MINUTES: std::ops::RangeInclusive<i64> = 10..=2_880;
const RESERVATION_MINUTES: std::ops::RangeInclusive<i64> = 0..=1_440;
const MOST_HOURS: i64 = 8_760;
const HIGHEST_FEE_MINOR: i64 = 1_000_000;

/// What an event's organizer allows before and after the sale. Hours are counted back from the opening of the doors:
/// 0 = until they open, `null` = never.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TermsRequest {
    /// Whether one may wait for places of a type that is sold out.
    pub waiting_list: bool,
    /// How long places are held for whoever is next in line, 10 to 2880.
    pub offer_minutes: i64,
    /// Until when buyers take their money back by themselves.
    #[serde(deserialize_with = "said")]
    pub refund_hours: Option<i64>,
    /// Kept of each ticket that is given back so, in cents.
    pub refund_fee_minor: i64,
    /// Until when a ticket may be given to somebody else.
    #[serde(deserialize_with = "said")]
    pub transfer_hours: Option<i64>,
    /// Until when the name on a ticket may be changed.
    #[serde(deserialize_with = "said")]
    pub rename_hours: Option<i64>,
    /// Until when a ticket may be put up for resale to the waiting list, at what was paid or less. Never when missing.
    #[serde(default)]
    pub resale_hours: Option<i64>,
    /// Whether one may reserve in the store and pay at the box office. Not when missing.
    #[serde(default)]
    pub reservations: bool,
    /// So many minutes before the event begins a reservation lapses, 0 to 1440. 30 when missing.
    #[serde(default = "usual_reservation_minutes")]
    pub reservation_minutes: i64,
}

fn usual_reservation_minutes() -> i64 {
    Terms::default().reservation_minutes.into()
}

/// `null` is an answer of its own: what was left out by mistake must not forbid anything.
fn said<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    Option::deserialize(deserializer)
}

impl TermsRequest {
    /// All wrong fields at once.
    pub fn parse(&self) -> Result<Terms, FieldErrors> {
        let mut errors = FieldErrors::default();
        let offer_minutes = errors.within("offer_minutes", self.offer_minutes, OFFER_MINUTES);
        let reservation_minutes = errors.within(
            "reservation_minutes",
            self.reservation_minutes,
            RESERVATION_MINUTES,
        );
        let fee = errors.within(
            "refund_fee_minor",
            self.refund_fee_minor,
            0..=HIGHEST_FEE_MINOR,
        );
        let mut until = |field, hours: Option<i64>| match hours {
            None => Until::Never,
            Some(hours) => {
                let hours = errors.within(field, hours, 0..=MOST_HOURS);
                Until::HoursBeforeDoors(u32::try_from(hours).unwrap_or_default())
            }
        };
        let terms = Terms {
            waiting_list: if self.waiting_list {
                WaitingList::Open
            } else {
                WaitingList::Closed
            },
            offer_minutes: u32::try_from(offer_minutes).unwrap_or_default(),
            reservations: if self.reservations {
                Reservations::Open
            } else {
                Reservations::Closed
            },
            reservation_minutes: u32::try_from(reservation_minutes).unwrap_or_default(),
            refunds: until("refund_hours", self.refund_hours),
            refund_fee_minor: fee,
            transfers: until("transfer_hours", self.transfer_hours),
            renames: until("rename_hours", self.rename_hours),
            resales: until("resale_hours", self.resale_hours),
        };
        errors.finish(Some(terms))
    }
}

impl From<Terms> for TermsRequest {
    fn from(terms: Terms) -> Self {
        let hours = |until: Until| until.hours().map(i64::from);
        Self {
            waiting_list: terms.waiting_list == WaitingList::Open,
            offer_minutes: terms.offer_minutes.into(),
            refund_hours: hours(terms.refunds),
            refund_fee_minor: terms.refund_fee_minor,
            transfer_hours: hours(terms.transfers),
            rename_hours: hours(terms.renames),
            resale_hours: hours(terms.resales),
            reservations: terms.reservations == Reservations::Open,
            reservation_minutes: terms.reservation_minutes.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_say_themselves_and_what_no_column_takes_is_told() {
        let usual = TermsRequest::from(Terms::default());
        assert_eq!(usual.parse(), Ok(Terms::default()));
        let wrong = TermsRequest {
            offer_minutes: 9,
            refund_hours: Some(-1),
            refund_fee_minor: 1_000_001,
            rename_hours: Some(8_761),
            reservation_minutes: 1_441,
            ..usual
        };
        let told: Vec<String> = wrong.parse().unwrap_err().0.into_keys().collect();
        let fields = [
            "offer_minutes",
            "refund_fee_minor",
            "refund_hours",
            "rename_hours",
            "reservation_minutes",
        ];
        assert_eq!(told, fields);
    }
}
