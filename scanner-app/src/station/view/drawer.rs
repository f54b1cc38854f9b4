//! The till's drawer: counts, money without a sale, and what a shift took.

use serde::{Deserialize, Serialize};
use shared::money::Money;
use ts_rs::TS;

use super::till::{Means, PiecesView};

/// Counting notes and coins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct CountView {
    /// All values, the largest first.
    pub pieces: Vec<PiecesView>,
    /// The sum.
    #[ts(type = "Money")]
    pub total: Money,
}

/// Money into the drawer, or out of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct CashMoveView {
    /// Into it; else out of it.
    pub into: bool,
    /// How much.
    #[ts(type = "Money")]
    pub amount: Money,
    /// Why.
    pub reason: CashReason,
}

/// Why money goes without a sale: the codes of its fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CashReason {
    /// Change was brought.
    Change,
    /// Taken to the safe or the bank.
    Banked,
    /// Something was bought for the house.
    Purchase,
    /// From or to another till.
    OtherTill,
    /// An error is put right.
    Correction,
}

impl CashReason {
    /// In the order of their keys, from F1.
    pub const ALL: [Self; 5] = [
        Self::Change,
        Self::Banked,
        Self::Purchase,
        Self::OtherTill,
        Self::Correction,
    ];
}

/// What was taken in a shift: sums of its facts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct FiguresView {
    /// Of which day, worded.
    pub day: String,
    /// How many sales.
    pub sales: u32,
    /// By means.
    pub means: Vec<MeansFigureView>,
    /// How many refunds.
    pub refunds: u32,
    /// What went back.
    #[ts(type = "Money")]
    pub refunded: Money,
    /// Sold less given back, VAT included.
    #[ts(type = "Money")]
    pub revenue: Money,
    /// By VAT rate.
    pub rates: Vec<RateFigureView>,
    /// Tickets sold, free ones included.
    pub tickets: u32,
    /// Without charge.
    pub free: u32,
    /// Their numbers, as ranges in words: "A-301 à A-586".
    pub numbers: Vec<String>,
    /// In the drawer when the shift began.
    #[ts(type = "Money")]
    pub float: Money,
    /// Put into it without a sale.
    #[ts(type = "Money")]
    pub moved_in: Money,
    /// Taken out of it without a sale.
    #[ts(type = "Money")]
    pub moved_out: Money,
}

/// By one means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct MeansFigureView {
    /// Which.
    pub means: Means,
    /// The voucher's kind in words.
    pub name: Option<String>,
    /// How many payments.
    pub payments: u32,
    /// Their sum.
    #[ts(type = "Money")]
    pub sum: Money,
}

/// At one VAT rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
pub struct RateFigureView {
    /// 550 = 5.5 %.
    pub basis_points: u16,
    /// Without VAT.
    #[ts(type = "Money")]
    pub base: Money,
    /// The VAT.
    #[ts(type = "Money")]
    pub vat: Money,
}

/// What was counted, beside what should be there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct ClosedView {
    /// What was taken.
    pub figures: FiguresView,
    /// The count.
    pub count: CountView,
    /// What should be in the drawer.
    #[ts(type = "Money")]
    pub expected: Money,
    /// Counted less expected.
    #[ts(type = "Money")]
    pub difference: Money,
    /// Facts that the server has not acknowledged.
    pub unsent: u32,
    /// The Z's number, once the shift is closed.
    pub z: Option<u32>,
}
