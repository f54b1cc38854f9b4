//! An entry or exit without a device: the server decides and writes it in its own journal. A venue may scan all its
//! guests by the API, so it costs two statements: all that is read, and all that is written.

mod pass;
mod read;
mod turnstile;

use shared::admission::{Decision, Direction, Means};
use shared::ids::{EventId, FactName, GateNo, OrganizerId, TicketId};
use sqlx::Postgres;
use sqlx::pool::PoolConnection;

use super::own_journal::AppendOwnError;
use super::rules::LoadRulesError;
use crate::app::App;
use crate::web::ApiError;

pub use read::Seen;
pub use turnstile::Turnstiles;

/// What an authorised user scans.
#[derive(Clone, Copy, Debug)]
pub struct OnlineScan {
    /// Whose event.
    pub organizer: OrganizerId,
    /// Which.
    pub event: EventId,
    /// The ticket.
    pub ticket: TicketId,
    /// In, out, or only a question.
    pub direction: Direction,
    /// Where; 0 = at no gate.
    pub gate: GateNo,
    /// Whether its signed code was shown and verified, or only its id.
    pub means: Means,
}

/// What came of it.
#[derive(Clone, Debug)]
pub struct OnlineVerdict {
    /// Green, red or amber.
    pub decision: Decision,
    /// What was written; nothing for a question, nor for amber.
    pub fact: Option<FactName>,
}

/// Nothing was decided.
#[derive(Debug, thiserror::Error)]
pub enum OnlineScanError {
    /// No such ticket of the event.
    #[error("there is no such ticket of this event")]
    NoTicket,
    /// Reading or writing.
    #[error("scanning a ticket online")]
    Database(#[from] sqlx::Error),
    /// The rules can't be had.
    #[error("reading an event's rules")]
    Rules(#[from] LoadRulesError),
    /// Writing the fact.
    #[error("writing an online entry")]
    Append(#[from] AppendOwnError),
    /// The scans that it waited together with failed.
    #[error("the scans that were to be written together failed")]
    Interrupted,
}

impl From<OnlineScanError> for ApiError {
    fn from(error: OnlineScanError) -> Self {
        match error {
            OnlineScanError::NoTicket => Self::not_found("ticket"),
            OnlineScanError::Database(source) => source.into(),
            OnlineScanError::Rules(source) => source.into(),
            OnlineScanError::Append(source) => source.into(),
            OnlineScanError::Interrupted => Self::unavailable(1),
        }
    }
}

/// A ticket that was looked at, and the connection on which it was.
#[derive(Debug)]
pub struct Looked {
    conn: PoolConnection<Postgres>,
    /// What is known of it.
    pub seen: Seen,
}

/// Looks at a ticket, whosever it is.
pub async fn look(app: &App, ticket: TicketId) -> Result<Looked, OnlineScanError> {
    let mut conn = app.pool.acquire().await?;
    let seen = read::look(&mut conn, &[ticket.to_i64()])
        .await?
        .ok_or(OnlineScanError::NoTicket)?;
    Ok(Looked { conn, seen })
}

/// Decides on a ticket that was looked at and writes what happened, durably, before it answers.
pub async fn scan(
    app: &App,
    looked: Looked,
    scan: OnlineScan,
) -> Result<OnlineVerdict, OnlineScanError> {
    turnstile::through(app, looked.conn, looked.seen, scan).await
}
