//! Orders of the store at a till: found by whoever stands at the counter, and their tickets handed out on paper.

mod find;
mod hand_out;

pub(super) use find::find;
pub(super) use hand_out::collect;
