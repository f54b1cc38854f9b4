//! Why no database could be opened.

use sqlx::migrate::MigrateError;

use super::managed::StartPostgresError;

/// A variant for each step that can fail.
#[derive(Debug, thiserror::Error)]
pub enum OpenDatabaseError {
    /// The text of `DATABASE_URL` is not an address. The address is not repeated: it holds a password.
    #[error(
        "DATABASE_URL is not an address of PostgreSQL: it looks like postgres://USER:PASSWORD@HOST:PORT/DATABASE"
    )]
    Url(#[source] sqlx::Error),
    /// The managed PostgreSQL did not start.
    #[error(transparent)]
    Start(#[from] StartPostgresError),
    /// No connection.
    #[error(
        "connecting to the database: is PostgreSQL running, and are user, password and database right?"
    )]
    Connect(#[source] sqlx::Error),
    /// The product's database could not be made in a new cluster.
    #[error("making the product's database in the cluster")]
    CreateDatabase(#[source] sqlx::Error),
    /// The database was used by a newer program.
    #[error(
        "the database has schema step {version}, which this program does not know: a newer version has used it; start that version or a newer one"
    )]
    NewerSchema {
        /// The step that is not known.
        version: i64,
    },
    /// A schema step failed; the database is as it was before that step.
    #[error("bringing the database's schema up to date")]
    Migrate(#[source] MigrateError),
}
