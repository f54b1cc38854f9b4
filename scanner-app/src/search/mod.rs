//! By hand: finding a ticket by name, order code or short code.
//!
//! Names lie sealed in the replica. The first search opens them, off the replica's thread, into memory that is wiped when it
//! is dropped; later ones add what came since. What is found is opened once more to be shown.

mod fold;
mod hit;
mod index;
mod memory;
mod query;

pub use hit::{Hit, HitTicket};
pub use index::{Index, MOST_HITS, SearchError, Standing};
