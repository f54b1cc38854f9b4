//! Orders by name: the feed's second segment, only for devices that may search. The one place where a device is told who
//! somebody is; facts and the roster itself carry ids alone.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::ids::{OrderId, TicketId};

/// Names are served, and kept on devices, for so long after their event's end: 7 days.
pub const SUMMARIES_KEPT_MS: i64 = 7 * 24 * 60 * 60 * 1_000;

/// An order whose tickets were issued, as a person at the door finds it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderSummary {
    /// The order.
    pub order: OrderId,
    /// What its buyer has in the mail.
    pub code: String,
    /// Who bought; may be empty.
    pub buyer: String,
    /// The organizer's note for the door; may be empty.
    #[serde(default)]
    pub note: String,
    /// Its tickets, in the order of their numbers. What has become of them says the roster.
    pub tickets: Vec<HeldTicket>,
}

/// A ticket, and whose name is on it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldTicket {
    /// Which.
    pub ticket: TicketId,
    /// As the buyer said; may be empty.
    #[serde(default)]
    pub holder: String,
}

/// Names stay out of logs.
impl fmt::Debug for OrderSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OrderSummary")
            .field("order", &self.order)
            .field("tickets", &self.tickets)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for HeldTicket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HeldTicket")
            .field("ticket", &self.ticket)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_code_or_note_gets_into_a_log() {
        let summary = OrderSummary {
            order: OrderId::from_bytes([1; 16]),
            code: "TH-4K7M2Q9XWA".into(),
            buyer: "Marie Dupont".into(),
            note: "fauteuil".into(),
            tickets: vec![HeldTicket {
                ticket: TicketId(7),
                holder: "Jean Dupont".into(),
            }],
        };
        let shown = format!("{summary:?}");
        for secret in ["Dupont", "4K7M2", "fauteuil"] {
            assert!(!shown.contains(secret), "{shown}");
        }
        assert!(shown.contains("0000000000007"), "{shown}");
    }
}
