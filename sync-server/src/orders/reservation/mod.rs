//! Reservations: an order whose buyer pays at the box office. It stays held, and until it lapses it can be paid online as any. A
//! till that takes it over (`door::collect`) ends the hold and is lent its places. What ends it otherwise ends any hold.

mod follow;
mod hand_over;
mod lapse;
mod mail;
mod reserve;
mod rules;

pub(crate) use follow::{called_off, moved};
pub(crate) use hand_over::{Handed, HeldPlaces, hand_over};
pub use lapse::sweep;
pub(super) use reserve::reservable;
pub use reserve::{ReserveError, reserve};
pub use rules::NotReservable;
