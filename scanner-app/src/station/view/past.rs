//! Sales of this till: to print again, or to take back.

use serde::{Deserialize, Serialize};
use shared::ids::FactId;
use shared::money::Money;
use ts_rs::TS;

use super::till::{Means, TakenView};

/// Looking for a sale.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct PastView {
    /// What was looked for.
    pub text: String,
    /// What was found, the newest first.
    pub found: Vec<PastSaleView>,
    /// The one that is looked at.
    pub sale: Option<PastDetailView>,
}

/// A sale.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct PastSaleView {
    /// Which.
    #[ts(type = "string")]
    pub sale: FactId,
    /// Its receipt's number.
    pub receipt: u32,
    /// When, on the venue's clock.
    pub at: String,
    /// Who sold.
    pub clerk: String,
    /// How many places.
    pub places: u32,
    /// What was paid.
    #[ts(type = "Money")]
    pub total: Money,
    /// So many of its tickets were taken back.
    pub taken_back: u32,
}

/// A sale in detail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct PastDetailView {
    /// In short.
    pub sale: PastSaleView,
    /// How it was paid.
    pub taken: Vec<TakenView>,
    /// Its tickets.
    pub tickets: Vec<PastTicketView>,
    /// The means by which money may go back.
    pub back_by: Vec<Means>,
    /// What the marked tickets cost: what goes back.
    #[ts(type = "Money")]
    pub back: Money,
    /// It was sent to the printer again just now.
    pub reprinted: bool,
    /// A refund was written just now, with this receipt.
    pub refund_receipt: Option<u32>,
}

/// A ticket of a sale.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct PastTicketView {
    /// Its number in the series, with its letters.
    pub number: String,
    /// Its type.
    pub name: String,
    /// What it cost.
    #[ts(type = "Money")]
    pub price: Money,
    /// Why it can't be taken back, if it can't.
    pub kept: Option<KeptBecause>,
    /// It is marked to be taken back.
    pub marked: bool,
}

/// Why a ticket can't be taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum KeptBecause {
    /// It was.
    TakenBack,
    /// Somebody went in with it.
    Used,
}

/// Why tickets are taken back: the codes of a refund's fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RefundReason {
    /// The clerk's mistake.
    Mistake,
    /// The guest asked.
    Guest,
    /// The event is called off.
    EventCancelled,
    /// The event has another date or place.
    EventChanged,
    /// For other tickets.
    Exchange,
    /// Sold twice to the same guest.
    Duplicate,
    /// The tickets could not be printed or handed over.
    NotHandedOver,
}
