//! Box offices: which till may sell which places, with tickets that were signed ahead. Invariants S1 and S2 of docs/SYNC.md.
//!
//! A place that is lent stands in `stock.leased`, so nobody else sells it, whatever the till does and however long it is cut
//! off. It moves on by the till's own facts: `issued` sells it, `release` gives it back, `hand_over` gives it to another till.
//! Neither the end of a lease nor taking it back from a silent till frees a place: the till may have sold it. Only an
//! organizer's write-off does, which is named and may oversell. A sold place is free again once its ticket was taken back, by
//! the till that sold it (`withdrawn`) or with its money.

mod acts;
pub(super) mod api;
mod ask;
mod grant;
mod keys;
mod list;
mod moves;
pub(super) mod paper;
pub(super) mod reserved;
pub(in crate::door) mod series;
mod terms;
mod traced;
mod view;

pub use acts::{ActError, WriteOffRequest, take_back, write_off};
pub use ask::{AskStockError, ask};
pub(super) use keys::revoke_keys;
pub(super) use list::{restore, sell_leases, write_offs};
pub(crate) use moves::refunded;
pub(super) use moves::{Sold, retrace, retrace_of, tickets_of};
pub(super) use traced::issued;
pub use view::{LeaseRow, leases_of_event};
