//! What an organizer says of a fact: a fact of its own, in the server's journal, so that every fold hears it.

use std::collections::BTreeSet;

use shared::clock::UnixMillis;
use shared::fact::FactBody;
use shared::fact::kind::Annotation;
use shared::ids::{EventId, FactName, OrganizerId, TicketId};

use super::folding;
use super::own_journal::{AppendOwnError, OwnFact, append_own};
use super::rules::LoadRulesError;
use crate::app::App;
use crate::database::transaction;
use crate::edge::OsRandom;
use crate::web::ApiError;

/// What is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case", tag = "says")]
pub enum Says {
    /// Seen and dealt with.
    Noted,
    /// A quarantined fact counts after all.
    Admitted,
    /// It happened then.
    AdjustedTime {
        /// Unix milliseconds.
        at_ms: UnixMillis,
    },
}

/// Of which fact.
#[derive(Clone, Copy, Debug)]
pub struct NewAnnotation {
    /// The event.
    pub event: EventId,
    /// The fact.
    pub target: FactName,
    /// What.
    pub says: Says,
}

/// The annotation was not written.
#[derive(Debug, thiserror::Error)]
pub enum AnnotateError {
    /// No such fact of a ticket.
    #[error("there is no such fact about a ticket of this event")]
    NoFact,
    /// Reading or writing.
    #[error("annotating a fact")]
    Database(#[from] sqlx::Error),
    /// The rules can't be had.
    #[error("reading an event's rules")]
    Rules(#[from] LoadRulesError),
    /// Writing it.
    #[error("writing an annotation")]
    Append(#[from] AppendOwnError),
}

impl From<AnnotateError> for ApiError {
    fn from(error: AnnotateError) -> Self {
        match error {
            AnnotateError::NoFact => Self::not_found("fact"),
            AnnotateError::Database(source) => source.into(),
            AnnotateError::Rules(source) => source.into(),
            AnnotateError::Append(source) => source.into(),
        }
    }
}

/// Writes it and folds the ticket again.
pub async fn annotate(
    app: &App,
    organizer: OrganizerId,
    new: NewAnnotation,
) -> Result<FactName, AnnotateError> {
    let now_ms = app.now_ms();
    let mut tx = transaction::begin(&app.pool).await?;
    let ticket = sqlx::query_scalar!(
        r#"select ticket_id as "ticket!" from facts
           where organizer_id = $1 and event_id = $2 and device_id = $3 and fact_id = $4 and ticket_id is not null limit 1"#,
        organizer.0,
        new.event.0,
        new.target.device.0,
        new.target.fact.0
    )
    .fetch_optional(&mut *tx)
    .await?
    .map(TicketId::from_i64)
    .ok_or(AnnotateError::NoFact)?;
    transaction::begin_change(&mut tx, organizer, new.event).await?;
    let rules = app
        .door
        .rules
        .load(&mut tx, &app.vault, organizer, new.event)
        .await?;
    let body = FactBody::Annotation {
        ticket,
        target: new.target,
        says: match new.says {
            Says::Noted => Annotation::Noted,
            Says::Admitted => Annotation::Admitted,
            Says::AdjustedTime { at_ms } => Annotation::AdjustedTime(at_ms),
        },
    };
    let fact = OwnFact {
        body,
        seen: Vec::new(),
    };
    let written = append_own(&mut tx, &rules, vec![fact], now_ms, &mut OsRandom).await?;
    folding::refold(&mut tx, &rules, &BTreeSet::from([ticket]), now_ms).await?;
    tx.commit().await?;
    app.door.watch.changed(new.event);
    written
        .last()
        .map(|envelope| envelope.fact().name())
        .ok_or(AnnotateError::NoFact)
}
