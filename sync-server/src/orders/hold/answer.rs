//! What is answered to who gets no places.

use shared::wire::latest::ErrorCode;

use super::HoldError;
use crate::orders::other_content;
use crate::orders::rules::NotHeld;
use crate::web::ApiError;

impl From<HoldError> for ApiError {
    fn from(error: HoldError) -> Self {
        match error {
            HoldError::Refused(refused) => refused.into(),
            HoldError::OtherContent => other_content("order"),
            HoldError::Secret(error) => Self::internal(error),
            HoldError::Database(error) => error.into(),
        }
    }
}

impl From<NotHeld> for ApiError {
    fn from(refused: NotHeld) -> Self {
        match refused {
            NotHeld::Fields(fields) => Self::invalid(fields),
            NotHeld::NoEvent => Self::not_found("event"),
            NotHeld::NotOnSale { what } => Self::new(
                ErrorCode::NotOnSale,
                format!("Not on sale now: {what}. Look at the event's page for the dates of sale."),
            ),
            NotHeld::OverLimit { type_no, most } => Self::new(
                ErrorCode::OverLimit,
                format!("An order may have at most {most} places of this type; take fewer."),
            )
            .with_field("type_no", type_no.to_string())
            .with_field("max_per_order", most.to_string()),
            NotHeld::UnderLimit { type_no, least } => Self::new(
                ErrorCode::OverLimit,
                format!("An order must have at least {least} places of this type; take more."),
            )
            .with_field("type_no", type_no.to_string())
            .with_field("min_per_order", least.to_string()),
            NotHeld::NeedsOther { type_no } => Self::new(
                ErrorCode::Conflict,
                "This type is sold only with a place of another type; add one.",
            )
            .with_field("type_no", type_no.to_string()),
            NotHeld::SoldOut { type_no } => Self::new(
                ErrorCode::SoldOut,
                "Not enough places of this type are left; take fewer or another type. Held places come back when they are not paid in time.",
            )
            .with_field("type_no", type_no.to_string()),
            NotHeld::Promo(refusal) => refusal.into(),
            NotHeld::Sum(_) => Self::invalid([("lines", "too much for one order")]),
        }
    }
}
