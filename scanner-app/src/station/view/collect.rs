//! Orders of the store at the counter. What is shown of them is kept nowhere.

use serde::{Deserialize, Serialize};
use shared::ids::OrderId;
use shared::money::Money;
use ts_rs::TS;

/// Looking for an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct CollectView {
    /// What was looked for; nothing: nobody looked yet.
    pub text: String,
    /// What was found, the newest first.
    pub found: Vec<OrderView>,
    /// There are more: the name is too common.
    pub more: bool,
    /// The one that is looked at.
    pub order: Option<OrderView>,
    /// So many tickets of it go to the printer.
    pub printing: Option<u32>,
}

/// An order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct OrderView {
    /// Which.
    #[ts(type = "string")]
    pub order: OrderId,
    /// `TH-4K7M2Q9XWA`.
    pub code: String,
    /// The buyer's name.
    pub buyer: String,
    /// The event.
    pub title: String,
    /// When it begins.
    pub when: String,
    /// How the order stands.
    pub state: OrderStanding,
    /// What of it lets somebody in, by type; of a reservation, its places.
    pub tickets: Vec<OrderTicketsView>,
    /// What it cost, or is to cost.
    #[ts(type = "Money")]
    pub total: Money,
    /// Its tickets were handed out before.
    pub collected: Option<CollectedView>,
    /// It is reserved until then, on the event's clock.
    pub reserved_until: Option<String>,
    /// A till took the reservation over.
    pub taken_over: Option<TakenOverView>,
}

/// How an order stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum OrderStanding {
    /// Its tickets may be printed.
    Paid,
    /// It waits to be paid online.
    Held,
    /// It waits to be paid at a till.
    Reserved,
    /// A till took it over.
    TakenOver,
    /// It was given back.
    Refunded,
    /// It was called off, or not paid in time.
    Over,
}

/// Some tickets of a type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct OrderTicketsView {
    /// The type's name.
    pub name: String,
    /// How many.
    pub places: u32,
}

/// Tickets were handed out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct CollectedView {
    /// The day, and the time on the venue's clock.
    pub at: String,
    /// At which till.
    pub till: String,
}

/// A reservation was taken over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct TakenOverView {
    /// The day, and the time on the venue's clock.
    pub at: String,
    /// By which till.
    pub till: String,
    /// That is this one.
    pub here: bool,
}

/// Looking for an order, and handing its tickets out.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, TS)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum CollectAct {
    /// Looks for a code, a name, an address, or what a ticket's code says.
    Find {
        /// What was typed or read.
        text: String,
    },
    /// Looks at an order that was found.
    Look {
        /// Which.
        #[ts(type = "string")]
        order: OrderId,
    },
    /// Prints its tickets.
    HandOut,
    /// Prints them once more, marked as a duplicate.
    Duplicate,
    /// Puts what was reserved into the cart, to be paid here.
    TakeOver,
    /// Back to the list, or to what else there is to do.
    Back,
}
