//! What a search shows.

use serde::Serialize;
use shared::ids::{OrderId, TicketId};

use crate::door::TicketStanding;

/// An order that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Hit {
    /// Which.
    pub order: OrderId,
    /// What its buyer has in the mail: `TH-4K7M2Q9XWA`.
    pub code: String,
    /// Who bought; may be empty.
    pub buyer: String,
    /// The organizer's note for the door; may be empty.
    pub note: String,
    /// All tickets of the order.
    pub tickets: Vec<HitTicket>,
}

/// A ticket of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HitTicket {
    /// Which: what [`crate::door::Door::admit_by_hand`] takes.
    pub ticket: TicketId,
    /// As printed under its code: `ABCDE-FGHJK`.
    pub short_code: String,
    /// Whose name is on it; may be empty.
    pub holder: String,
    /// "Plein tarif"; `None`: its row isn't here yet.
    pub type_name: Option<String>,
    /// What has become of it, by what is known here.
    pub standing: TicketStanding,
    /// What was typed is in this ticket's name or code; else in the buyer's name or the order's code.
    pub is_meant: bool,
}
