//! A ticket that was found by name or short code, without its code in hand: the same decision as for a scan, by its row.

use std::time::Instant;

use shared::clock::UnixMillis;
use shared::ids::TicketId;

use super::judge::Shown;
use super::{Door, ScanError, Verdict};

impl Door {
    /// Decides on a ticket that somebody looked up, in the direction in which this door stands, and writes what has to be
    /// written; the fact says that it was by hand. Returns when it is on the disk (A1). An error means that nobody was admitted.
    pub fn admit_by_hand(
        &self,
        ticket: TicketId,
        now_ms: UnixMillis,
    ) -> Result<Verdict, ScanError> {
        self.decide(Shown::ByHand(ticket), None, now_ms, Instant::now())
    }
}
