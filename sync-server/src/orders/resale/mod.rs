//! A ticket that its buyer offers to whoever waits for places, where the event lets them.
//!
//! Until somebody's turn comes nothing happens. Then, in one transaction, the ticket is blocked and its place becomes the
//! offer's, held as any other (S1). If the offer is paid, the ticket ends and its money goes back, once. If not, the place is
//! the ticket's again in the very transaction in which the offer ends: nobody comes between.

mod ask;
mod ended;
mod offered;
mod standing;
mod sweep;

pub(super) use ask::{Withdrawn, put_up, withdraw};
pub(super) use ended::offer_ended;
pub(crate) use ended::tickets_ended;
pub use offered::PutOutError;
pub(super) use offered::{for_sale, held_by, is_offered, put_out};
pub(crate) use standing::{Resale, ResaleState, resale_of, resales_of};
pub use sweep::{ResaleSweepError, sweep};
