//! An order: a hold with a time limit, then paid, then issued; or cancelled, expired, refunded.
//!
//! A hold takes no event lock: it locks its stock rows in ascending type number and nothing else. Whoever changes
//! several things locks them in this order: event (`begin_change`), order, stock.

pub mod access;
mod adopt;
mod afterwards;
pub mod api;
pub mod buyer;
pub mod cancel;
pub mod expire;
pub mod hold;
pub mod list;
pub mod note;
pub mod notices;
pub mod on_sale;
pub(crate) mod pages;
pub(crate) mod phone;
pub mod present;
pub mod promo;
pub mod reprice;
pub mod resale;
pub mod reservation;
pub mod rules;
pub mod secret;
pub mod stock;
pub mod waiting_list;
pub mod waiting_room;

use shared::wire::latest::ErrorCode;

use crate::web::ApiError;

/// Where an order stands.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum OrderState {
    /// Its places are kept until its time is up.
    Held,
    /// Paid; its tickets are issued at once, or were.
    Paid,
    /// Given up before it was paid.
    Cancelled,
    /// Its time was up.
    Expired,
    /// All its money was given back.
    Refunded,
}

impl OrderState {
    /// As in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Paid => "paid",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
            Self::Refunded => "refunded",
        }
    }
}

/// A value in the database that this program can't read.
#[derive(Debug, thiserror::Error)]
#[error(
    "reading {what} from the database: {value:?} is of a newer program, or was changed by hand"
)]
pub struct UnreadableRow {
    /// Which column.
    pub what: &'static str,
    /// What stands there.
    pub value: String,
}

impl UnreadableRow {
    /// For `what`, where `value` stands.
    pub fn new(what: &'static str, value: impl Into<String>) -> Self {
        Self {
            what,
            value: value.into(),
        }
    }
}

impl From<UnreadableRow> for ApiError {
    fn from(row: UnreadableRow) -> Self {
        Self::internal(row)
    }
}

impl From<UnreadableRow> for sqlx::Error {
    fn from(row: UnreadableRow) -> Self {
        Self::Decode(Box::new(row))
    }
}

impl std::str::FromStr for OrderState {
    type Err = UnreadableRow;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [
            Self::Held,
            Self::Paid,
            Self::Cancelled,
            Self::Expired,
            Self::Refunded,
        ]
        .into_iter()
        .find(|state| state.as_str() == text)
        .ok_or_else(|| UnreadableRow::new("an order's state", text))
    }
}

/// The same id came with other content.
pub(crate) fn other_content(what: &str) -> ApiError {
    ApiError::new(
        ErrorCode::IdempotencyMismatch,
        format!("This id was used for another {what}; make a new id for a new {what}."),
    )
}
