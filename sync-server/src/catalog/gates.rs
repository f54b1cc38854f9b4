//! Gates: the doors of an event, and which ticket types each lets in.

use serde::{Deserialize, Serialize};
use shared::ids::{EventId, GateNo, OrganizerId, TypeNo};
use shared::wire::latest::ErrorCode;
use sqlx::{PgConnection, PgPool};
use utoipa::ToSchema;

use super::fields::FieldErrors;
use super::organizers::Made;
use super::transaction::{self, LockEventError, lock_event};
use crate::web::ApiError;

/// A gate, as sent and as read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct GateRequest {
    /// Chosen by the client, 1 to 65535, unique in the event for ever. In a `PUT` the address says it.
    pub no: Option<i64>,
    /// "Porte A".
    pub name: String,
    /// Numbers of the ticket types that may use it; empty = all.
    pub types: Vec<u16>,
    /// Refuse tickets whose home gate is another; else the door asks.
    pub strict_home: bool,
}

/// What an organizer says of a gate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gate {
    /// Its number.
    pub no: GateNo,
    /// Its name.
    pub name: String,
    /// Whom it lets in; empty = all.
    pub types: Vec<TypeNo>,
    /// What it does with tickets of another home gate.
    pub home: HomeGate,
}

/// What a gate does with a ticket whose home gate is another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HomeGate {
    /// Refuses it.
    Strict,
    /// Asks the supervisor.
    Lenient,
}

/// A gate was not written.
#[derive(Debug, thiserror::Error)]
pub enum WriteGateError {
    /// None of that organizer.
    #[error("the organizer has no such event")]
    NoSuchEvent,
    /// No such gate, or a deleted one.
    #[error("the event has no such gate")]
    NoSuchGate,
    /// A number is used once, also by a deleted gate: tickets carry it.
    #[error("the number was used by a gate that was deleted")]
    NumberUsed,
    /// A type that isn't there.
    #[error("the event has no ticket type {0}")]
    NoSuchType(TypeNo),
    /// It is printed on tickets.
    #[error("the gate is the home of ticket types")]
    InUse,
    /// The database failed.
    #[error("writing a gate")]
    Database(#[from] sqlx::Error),
}

impl From<LockEventError> for WriteGateError {
    fn from(error: LockEventError) -> Self {
        match error {
            LockEventError::NoSuchEvent => Self::NoSuchEvent,
            LockEventError::Database(source) => Self::Database(source),
        }
    }
}

impl From<WriteGateError> for ApiError {
    fn from(error: WriteGateError) -> Self {
        match error {
            WriteGateError::NoSuchEvent => Self::not_found("event"),
            WriteGateError::NoSuchGate => Self::not_found("gate"),
            WriteGateError::NumberUsed => Self::new(
                ErrorCode::AlreadyExists,
                "This number was used by a gate that was deleted; choose another.",
            ),
            WriteGateError::NoSuchType(no) => Self::invalid([(
                "types",
                format!("the event has no ticket type {no}; create it first"),
            )]),
            WriteGateError::InUse => Self::new(
                ErrorCode::Conflict,
                "Tickets have this gate as their home; give their types another first.",
            ),
            WriteGateError::Database(source) => source.into(),
        }
    }
}

impl GateRequest {
    /// Checks all fields. `no`: from the address of a `PUT`, else from the body.
    pub fn parse(&self, no: Option<GateNo>) -> Result<Gate, FieldErrors> {
        let mut errors = FieldErrors::default();
        let no = match no {
            Some(no) => Some(no),
            None => errors
                .required("no", self.no)
                .map(|no| GateNo(errors.within("no", no, 1..=65_535) as u16)),
        };
        let name = errors.text("name", &self.name, 1..=100);
        let mut types: Vec<TypeNo> = self.types.iter().copied().map(TypeNo).collect();
        types.sort_unstable();
        types.dedup();
        let home = if self.strict_home {
            HomeGate::Strict
        } else {
            HomeGate::Lenient
        };
        errors.finish(no.map(|no| Gate {
            no,
            name,
            types,
            home,
        }))
    }
}

/// Makes a gate. A repeat changes nothing.
pub async fn create(
    pool: &PgPool,
    (organizer, event): (OrganizerId, EventId),
    new: &Gate,
) -> Result<Made, WriteGateError> {
    let mut tx = transaction::begin(pool).await?;
    lock(&mut tx, (organizer, event), new).await?;
    let there = sqlx::query_scalar!(
        "select deleted from gates where organizer_id = $1 and event_id = $2 and no = $3",
        organizer.0,
        event.0,
        i32::from(new.no.0)
    )
    .fetch_optional(&mut *tx)
    .await?;
    match there {
        Some(true) => return Err(WriteGateError::NumberUsed),
        Some(false) => return Ok(Made::Before),
        None => {}
    }
    sqlx::query!(
        "insert into gates (organizer_id, event_id, no, name, types, strict_home) values ($1, $2, $3, $4, $5, $6)",
        organizer.0,
        event.0,
        i32::from(new.no.0),
        new.name,
        &numbers(new),
        new.home == HomeGate::Strict
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(Made::Now)
}

/// Writes a gate anew.
pub async fn replace(
    pool: &PgPool,
    (organizer, event): (OrganizerId, EventId),
    new: &Gate,
) -> Result<(), WriteGateError> {
    let mut tx = transaction::begin(pool).await?;
    lock(&mut tx, (organizer, event), new).await?;
    let written = sqlx::query!(
        "update gates set name = $4, types = $5, strict_home = $6
         where organizer_id = $1 and event_id = $2 and no = $3 and not deleted",
        organizer.0,
        event.0,
        i32::from(new.no.0),
        new.name,
        &numbers(new),
        new.home == HomeGate::Strict
    )
    .execute(&mut *tx)
    .await?;
    if written.rows_affected() == 0 {
        return Err(WriteGateError::NoSuchGate);
    }
    tx.commit().await?;
    Ok(())
}

/// Marks a gate deleted, unless it is the home of a type on sale.
pub async fn delete(
    pool: &PgPool,
    (organizer, event): (OrganizerId, EventId),
    no: GateNo,
) -> Result<(), WriteGateError> {
    let mut tx = transaction::begin(pool).await?;
    lock_event(&mut tx, (organizer, event)).await?;
    let used = sqlx::query_scalar!(
        r#"select exists (select from ticket_types
             where organizer_id = $1 and event_id = $2 and home_gate = $3 and not deleted) as "used!""#,
        organizer.0,
        event.0,
        i32::from(no.0)
    )
    .fetch_one(&mut *tx)
    .await?;
    if used {
        return Err(WriteGateError::InUse);
    }
    let deleted = sqlx::query!(
        "update gates set deleted = true where organizer_id = $1 and event_id = $2 and no = $3 and not deleted",
        organizer.0,
        event.0,
        i32::from(no.0)
    )
    .execute(&mut *tx)
    .await?;
    if deleted.rows_affected() == 0 {
        return Err(WriteGateError::NoSuchGate);
    }
    tx.commit().await?;
    Ok(())
}

/// Takes the event's lock and finds the types that the gate names.
async fn lock(
    conn: &mut PgConnection,
    (organizer, event): (OrganizerId, EventId),
    new: &Gate,
) -> Result<(), WriteGateError> {
    lock_event(conn, (organizer, event)).await?;
    let known = sqlx::query_scalar!(
        "select no from ticket_types where organizer_id = $1 and event_id = $2 and not deleted",
        organizer.0,
        event.0
    )
    .fetch_all(conn)
    .await?;
    let missing = new
        .types
        .iter()
        .find(|no| !known.contains(&i32::from(no.0)));
    missing.map_or(Ok(()), |no| Err(WriteGateError::NoSuchType(*no)))
}

fn numbers(gate: &Gate) -> Vec<i32> {
    gate.types.iter().map(|no| i32::from(no.0)).collect()
}

/// A number that no gate of the event has or had.
pub async fn free_number(
    conn: &mut PgConnection,
    (organizer, event): (OrganizerId, EventId),
) -> Result<GateNo, sqlx::Error> {
    let last = sqlx::query_scalar!(
        r#"select coalesce(max(no), 0) as "last!" from gates where organizer_id = $1 and event_id = $2"#,
        organizer.0,
        event.0
    )
    .fetch_one(conn)
    .await?;
    Ok(GateNo(u16::try_from(last + 1).unwrap_or(u16::MAX)))
}

/// An event's gates, without those deleted.
pub async fn gates_of(
    conn: &mut PgConnection,
    (organizer, event): (OrganizerId, EventId),
) -> Result<Vec<GateRequest>, sqlx::Error> {
    let rows = sqlx::query!(
        "select no, name, types, strict_home
         from gates where organizer_id = $1 and event_id = $2 and not deleted order by no",
        organizer.0,
        event.0
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| GateRequest {
            no: Some(row.no.into()),
            name: row.name,
            types: row
                .types
                .into_iter()
                .filter_map(|no| u16::try_from(no).ok())
                .collect(),
            strict_home: row.strict_home,
        })
        .collect())
}
