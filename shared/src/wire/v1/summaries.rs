//! Orders by name, page by page: the feed's second segment.

use serde::{Deserialize, Serialize};

use crate::clock::UnixMillis;
use crate::roster::summary::OrderSummary;

/// `GET /api/v1/sync/events/{event}/order-summaries?cursor=&limit=`
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SummariesQuery {
    /// Opaque, and another one than the roster's; absent = from the beginning.
    pub cursor: Option<String>,
    /// Orders a page, 1..=2,000.
    pub limit: Option<u32>,
}

/// Its answer. JSON: beside names the overhead of a text is small, and compressed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SummariesPage {
    /// Which life of the event's feed.
    pub epoch: u64,
    /// Where the next page begins.
    pub cursor: String,
    /// More is there now.
    pub has_more: bool,
    /// The server's clock.
    pub server_ms: UnixMillis,
    /// Orders that changed, each as it is now.
    pub orders: Vec<OrderSummary>,
}
