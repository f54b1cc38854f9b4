//! What every handler can reach, and the router put together from the capabilities.

use std::ops::Deref;
use std::sync::Arc;

use shared::clock::{Clock, UnixMillis};
use sqlx::PgPool;

use crate::config::Config;
use crate::vault::Vault;

/// Cheap to clone; one a process.
#[derive(Clone)]
pub struct App(Arc<AppParts>);

/// The parts; each capability that keeps something in memory adds its own.
pub struct AppParts {
    /// PostgreSQL.
    pub pool: PgPool,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Settings.
    pub config: Config,
    /// Sealed values.
    pub vault: Vault,
}

impl App {
    /// Puts the parts together.
    pub fn new(parts: AppParts) -> Self {
        Self(Arc::new(parts))
    }
}

impl AppParts {
    /// Unix milliseconds.
    pub fn now_ms(&self) -> UnixMillis {
        self.clock.now_ms()
    }
}

impl Deref for App {
    type Target = AppParts;
    fn deref(&self) -> &AppParts {
        &self.0
    }
}
