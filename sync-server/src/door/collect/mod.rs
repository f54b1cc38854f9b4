//! Orders of the store at a till: found by whoever stands at the counter, their tickets handed out on paper, and what was reserved
//! taken over to be paid there.

mod find;
mod hand_out;
mod take_over;

pub(super) use find::find;
pub(super) use hand_out::collect;
pub(super) use take_over::take_over;
pub(crate) use take_over::{AtTheTill, at_the_till};
