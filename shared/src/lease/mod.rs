//! Rights that one device holds alone, so that it can act alone: to let a ticket in (strict mode), to
//! sell a ticket that was signed ahead (stock). One machine for both.
//!
//! The server grants rights in a root-signed [`LeaseList`]; devices hand them to each other, or give
//! them up, by facts of the holder. [`trace`] says from the list and the set of facts who holds a right:
//! grants begin a *term*, within which each hand-over is one numbered step by the holder of the step
//! before. No clock takes part, nothing lapses, and the order of arrival makes no difference.
//!
//! The server moves a right only after its holder released it, or after an organizer declared the
//! holder lost, which voids the guarantee for what it held.

mod held;
pub mod lend;
mod list;
mod request;
mod share;
pub mod stock;
#[cfg(test)]
mod tests;
mod trace;

pub use held::{Held, OwnJournals, held, named_by_grant};
pub use list::{Cause, Lease, LeaseList, Right, WriteOff};
pub use request::{NotNow, Reply, Request, Use, answer};
pub use share::{DoorShare, next_door, share_out};
pub use trace::{Place, Trace, trace};
