//! Who goes in: [`decide()`] answers at the door, once, from what is here.

mod decide;
mod presented;
pub mod reason;
mod rules;
#[cfg(test)]
mod scene;
mod state;
mod window;

pub use decide::{Admission, Decision, decide};
pub use presented::{
    ClockTrust, Code, Direction, Door, Issued, Known, Means, Now, Presented, RosterState, Rotating,
    SignedBy, TicketCode,
};
pub use reason::{AskReason, OutsideWindow, Reason, RefuseReason};
pub use rules::{Rules, time_zone};
pub use state::{Sighting, TicketState};
