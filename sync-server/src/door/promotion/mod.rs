//! Promo codes of the store at a till. A use is taken when the till asks, so that a limit of N is never N + 1, whoever is cut off
//! meanwhile. It is the till's until its journal says that it was used, until the till gives it up, or until that journal, as it is
//! held here, has passed the time at which the till may use it no more, without having done so.

mod give_up;
mod settle;
mod take;

pub(super) use give_up::give_up;
pub(super) use settle::{Used, lapse, used};
pub(super) use take::take;

use shared::wire::latest::ErrorCode;

use crate::orders::other_content;
use crate::web::ApiError;

/// A till gets no answer.
#[derive(Debug, thiserror::Error)]
pub(in crate::door) enum PromotionError {
    /// The device has no right to sell.
    #[error("this device has no right to sell")]
    NotATill,
    /// None, too many, or at a price that no ticket has.
    #[error("these are no places that a till sells in one sale")]
    Places,
    /// Not the event's.
    #[error("the event is in another currency")]
    OtherCurrency,
    /// That id belongs to another question.
    #[error("the id was used to ask something else")]
    OtherContent,
    /// The use was given up, or its time is over.
    #[error("this use of the code is over")]
    Ended,
    /// Adding up.
    #[error("adding up what a code takes off")]
    Sum(#[from] shared::money::MoneyError),
    /// Reading or writing.
    #[error("taking a use of a promo code for a till")]
    Database(#[from] sqlx::Error),
}

impl From<PromotionError> for ApiError {
    fn from(error: PromotionError) -> Self {
        match error {
            PromotionError::NotATill => Self::new(
                ErrorCode::Forbidden,
                "This device may not sell, so it uses no promo codes. An organizer can enrol it with the right to sell, on the Devices page.",
            ),
            PromotionError::Places => Self::invalid([(
                "places",
                "1 to 40 lines, of 400 places at most together, each at 0 to 1000000",
            )]),
            PromotionError::OtherCurrency => {
                Self::invalid([("currency", "must be that of the event")])
            }
            PromotionError::OtherContent => other_content("promotion"),
            PromotionError::Ended => Self::new(
                ErrorCode::Conflict,
                "This use of the code was given up, or is over. Ask again under a new id.",
            ),
            PromotionError::Sum(source) => Self::internal(source),
            PromotionError::Database(source) => source.into(),
        }
    }
}
