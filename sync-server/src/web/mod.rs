//! What every capability's handlers share: errors, extractors, limits, layout.

pub mod error;
pub mod extract;

pub use error::ApiError;
pub use extract::{Json, Path, Query};
