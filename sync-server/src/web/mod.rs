//! What every capability's handlers share: errors, extractors, limits, layout.

pub(crate) mod artwork;
pub mod assets;
pub mod client;
pub(crate) mod connections;
pub mod csrf;
pub mod error;
pub(crate) mod error_page;
pub mod extract;
pub(crate) mod frame;
pub mod headers;
pub mod health;
pub mod idempotency;
pub mod language;
pub mod limits;
pub(crate) mod metrics;
pub(crate) mod openapi;
pub(crate) mod packed;
pub mod page;
pub(crate) mod spliced;
pub(crate) mod store;
pub(crate) mod typed;

pub use client::ClientAddress;
pub use error::ApiError;
pub use extract::{Form, Json, Path, Query};

/// The largest body that is taken where nothing else is said, in bytes.
pub const BODY_LIMIT: usize = 1024 * 1024;
/// The largest upload of facts, in bytes: `.layer(DefaultBodyLimit::max(SYNC_BODY_LIMIT))` on its route.
pub const SYNC_BODY_LIMIT: usize = 4 * 1024 * 1024;
