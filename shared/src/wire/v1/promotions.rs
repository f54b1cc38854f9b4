//! A till uses a promo code of the store for places that it is about to sell.

use serde::{Deserialize, Serialize};

use crate::clock::UnixMillis;
use crate::ids::{EventId, PromoId};
use crate::till::promotion::{FullPrice, ReducedPrice};

/// `PUT /api/v1/sync/promotions/{fact}`: a use of a code, by the id of the fact that the till will write of it. Asked again with the
/// same, it is answered alike.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromotionAsk {
    /// Of which event the places are.
    pub event: EventId,
    /// As somebody typed it.
    pub code: String,
    /// ISO 4217, of all prices.
    pub currency: String,
    /// What the till sells at their price or at a group's, a line for each type and price.
    pub places: Vec<FullPrice>,
}

/// Its answer. Only [`Self::Reduced`] takes a use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum PromotionAnswer {
    /// So much the places cost with it.
    Reduced(Promotion),
    /// There is no such code for this event.
    NoSuchCode,
    /// Its time has not come.
    NotYet {
        /// From then on it is good.
        from_ms: UnixMillis,
    },
    /// Its time is over, or its organizer ended it.
    Over,
    /// As many have used it as may.
    UsedUp,
    /// It takes nothing off these places.
    OtherTypes,
    /// It is for larger orders.
    BelowMinimum {
        /// From this sum on, in minor units.
        minimum_minor: i64,
    },
    /// It asks who buys, and at a till nobody is known.
    NeedsPerson,
    /// An answer of a newer server.
    #[serde(other)]
    Unknown,
}

/// A use of a code that the till may make, once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promotion {
    /// Of which event the places are.
    pub event: EventId,
    /// Which code.
    pub promo: PromoId,
    /// Its word.
    pub code: String,
    /// 1,000 = 10 %; missing where it takes off an amount.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percent_basis_points: Option<u32>,
    /// No sale that is later, by the till's clock that never goes back, may use it.
    pub expires_ms: UnixMillis,
    /// What the places cost with it, in the order in which they were asked for.
    pub prices: Vec<ReducedPrice>,
}

impl Promotion {
    /// What it takes off, in minor units.
    pub fn off(&self) -> u64 {
        self.prices.iter().map(ReducedPrice::off).sum()
    }
}
