//! Who goes in: [`decide()`] answers at the door, once, from what is here; [`fold()`] says afterwards, from
//! the facts that have arrived, what it came to, the same everywhere.
//!
//! A decision is never revised. A fold is, with each fact that arrives late.

mod claimed;
mod decide;
pub mod fold;
pub mod pace;
mod presented;
pub mod reason;
mod rules;
#[cfg(test)]
mod scene;
pub mod sentence;
mod sold;
mod state;
mod window;

pub use claimed::{ClaimOutcome, after_claim};
pub use decide::{Admission, Decision, decide};
pub use fold::{FactLabel, FoldContext, Folded, fold, seen_for_new_fact};
pub use presented::{
    ClockTrust, Code, Direction, Door, EntryRight, Issued, Known, Means, Now, Presented,
    RosterState, Rotating, SignedBy, TicketCode,
};
pub use reason::{AskReason, OutsideWindow, Reason, RefuseReason};
pub use rules::{Rules, time_zone};
pub use sold::Sold;
pub use state::{Sighting, TicketState};
