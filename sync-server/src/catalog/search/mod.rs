//! The public search: what is on, filtered and in order, page by page.

mod asked;
mod found;
mod place;
mod read;

pub use asked::{Search, SearchQuery, Sort};
pub use found::{EventList, EventSummary};
pub use read::{events_of, find};

/// Of a page at most.
const MOST: i64 = 100;
