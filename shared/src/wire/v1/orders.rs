//! A till asks for orders of the store, hands their tickets out on paper, and takes over what is reserved to be paid at a till. Names
//! stay with the server: what is found is shown and forgotten.

use serde::{Deserialize, Serialize};

use super::base64_bytes;
use super::rights::{StockAnswer, StockPaper};
use crate::clock::UnixMillis;
use crate::ids::{EventId, FactId, OrderId, TicketId, TypeNo};
use crate::language::Language;
use crate::ticket::token::TOKEN_BYTES;

/// `POST /api/v1/sync/orders/find`: a body, so that no name stands in a log of addresses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderSearch {
    /// An order's code, what a ticket's QR code says, or the beginning of a name or of an e-mail address.
    pub text: String,
}

/// Its answer: the newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundOrders {
    /// At most 20.
    pub orders: Vec<FoundOrder>,
    /// There are more: type more of the name.
    pub more: bool,
}

/// An order, as whoever stands at the counter may see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundOrder {
    /// Which.
    pub order: OrderId,
    /// Of which event.
    pub event: EventId,
    /// `TH-4K7M2Q9XWA`.
    pub code: String,
    /// The buyer's name.
    pub buyer: String,
    /// How it stands.
    pub state: OrderState,
    /// What it cost.
    pub total_minor: i64,
    /// ISO 4217.
    pub currency: String,
    /// When it was begun.
    pub created_ms: UnixMillis,
    /// What of it lets somebody in; of a reservation, its places.
    pub tickets: Vec<FoundTickets>,
    /// When its tickets were handed out first, if they were.
    pub collected: Option<Collected>,
    /// It is held to be paid at a till, until then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reserved_until_ms: Option<UnixMillis>,
    /// A till took the reservation over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken_over: Option<TakenOver>,
}

/// How an order stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderState {
    /// Its places are held, and it is not paid yet.
    Held,
    /// Paid.
    Paid,
    /// All of it was given back.
    Refunded,
    /// Called off before it was paid.
    Cancelled,
    /// Not paid in time.
    Expired,
    /// A state of a newer server.
    #[serde(other)]
    Unknown,
}

impl OrderState {
    /// As it stands in the orders' table.
    pub fn from_column(word: &str) -> Self {
        match word {
            "held" => Self::Held,
            "paid" => Self::Paid,
            "refunded" => Self::Refunded,
            "cancelled" => Self::Cancelled,
            "expired" => Self::Expired,
            _ => Self::Unknown,
        }
    }
}

/// Some tickets of one type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundTickets {
    /// Which type.
    pub type_no: TypeNo,
    /// Its name.
    pub name: String,
    /// How many.
    pub places: u32,
}

/// Tickets were handed out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Collected {
    /// When.
    pub at_ms: UnixMillis,
    /// At which till.
    pub till: String,
}

/// `POST /api/v1/sync/orders/{order}/collect`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CollectAsk {
    /// The fact that the till will write: asked again with the same, it is answered alike.
    pub fact: FactId,
    /// They were handed out before, and are printed again as a duplicate.
    #[serde(default)]
    pub duplicate: bool,
}

/// Its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum CollectAnswer {
    /// These are to be printed.
    HandOut(HandOut),
    /// They were handed out before.
    Collected(Collected),
    /// It is not paid.
    NotPaid,
    /// Nothing of it lets anybody in.
    NothingLeft,
    /// Its codes change on the buyer's telephone: paper can't.
    Rotates,
    /// An answer of a newer server.
    #[serde(other)]
    Unknown,
}

/// Tickets to be printed, with what stands on them. Nobody's name is among it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandOut {
    /// Which order.
    pub order: OrderId,
    /// Its code.
    pub code: String,
    /// Of which event.
    pub event: EventId,
    /// The buyer's language, for the paper.
    pub language: Language,
    /// When it was paid.
    pub paid_ms: UnixMillis,
    /// What stands on paper beside what the roster says.
    pub paper: StockPaper,
    /// The tickets, by their numbers.
    pub tickets: Vec<HandOutTicket>,
}

/// A ticket to be printed. It is as good as cash.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandOutTicket {
    /// Which.
    pub ticket: TicketId,
    /// Its type.
    pub type_no: TypeNo,
    /// Its number, with the letters of its series: `W-12`.
    pub number: String,
    /// What it cost.
    pub price_minor: i64,
    /// 550 = 5.5 %.
    pub vat_basis_points: u32,
    /// The 80 bytes.
    #[serde(with = "base64_bytes")]
    pub token: [u8; TOKEN_BYTES],
}

impl std::fmt::Debug for HandOutTicket {
    /// Without the token: a log line must not be a ticket.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HandOutTicket")
            .field("ticket", &self.ticket)
            .field("number", &self.number)
            .finish_non_exhaustive()
    }
}

/// A reservation was taken over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakenOver {
    /// When.
    pub at_ms: UnixMillis,
    /// By which till.
    pub till: String,
    /// That is the one that asks.
    pub here: bool,
}

/// `POST /api/v1/sync/orders/{order}/take-over`: the guest stands at this till and pays here. Asked again by the same till it is
/// answered alike.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakeOverAsk {
    /// The signed objects that it has, as in `GET /api/v1/sync/signed?have=`.
    #[serde(default)]
    pub have: String,
}

/// Its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum TakeOverAnswer {
    /// These places are lent to the till.
    Lent(Box<ReservedPlaces>),
    /// Another till was first.
    TakenOver(TakenOver),
    /// It was paid online meanwhile.
    Paid,
    /// It is no reservation, was given up, or has lapsed.
    Over,
    /// An answer of a newer server.
    #[serde(other)]
    Unknown,
}

/// Places of a reservation that are lent to a till.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReservedPlaces {
    /// Of which event.
    pub event: EventId,
    /// By type and price, ascending.
    pub lines: Vec<ReservedLine>,
    /// All that the till may sell of the event, as after `POST sync/leases`.
    pub stock: StockAnswer,
}

/// Those of one type at one price.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReservedLine {
    /// Which type.
    pub type_no: TypeNo,
    /// The leased price of each: what it costs alone.
    pub price_minor: i64,
    /// 550 = 5.5 %.
    pub vat_basis_points: u32,
    /// The tickets, by their numbers; they may be sold by now.
    pub tickets: Vec<TicketId>,
}
