//! `sync-server verify-journals EVENT`: is everything that the database says of an event what its facts say? Each journal
//! byte by byte, each ticket's state and labels against a fold from scratch (M2), each number of the series.
//!
//! Reads one snapshot and writes nothing: the doors go on meanwhile.

mod journals;
mod tickets;

use std::fmt;

use serde::Serialize;
use shared::ids::{EventId, OrganizerId};
use sqlx::{PgConnection, PgPool};

use super::located;
use super::rules::{EventRules, LoadRulesError, RulesCache};
use crate::database::transaction::begin_snapshot;
use crate::vault::Vault;

/// Facts or tickets that are looked at together.
const PART: i64 = 1_000;

/// What was looked at, and the first thing that is wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Verified {
    /// No problem was found.
    pub sound: bool,
    /// Journals, the server's own among them.
    pub journals: u64,
    /// Facts whose bytes, signature, chain and columns are right.
    pub facts: u64,
    /// Of these, those that came from a newer program and wait to be read: counted by nobody until then.
    pub unread: u64,
    /// Tickets whose state and labels are those of a fold from scratch.
    pub tickets: u64,
    /// Envelopes in quarantine: kept, and counted by nobody.
    pub parked: u64,
    /// The first problem.
    pub problem: Option<Problem>,
}

/// Where it is wrong, and how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// `signature`, `chain`, `head`, `column`, `state`, `labels`, `series`...
    pub code: &'static str,
    /// Of which journal, ticket or series.
    pub of: String,
    /// At which place of a journal, or which number of a series.
    pub at: Option<u64>,
    /// For a person.
    pub detail: String,
}

impl fmt::Display for Verified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.problem {
            None => f.write_str("sound")?,
            Some(problem) => {
                write!(f, "NOT SOUND: {} of {}", problem.code, problem.of)?;
                if let Some(at) = problem.at {
                    write!(f, " at {at}")?;
                }
                write!(f, ": {}", problem.detail)?;
            }
        }
        write!(
            f,
            "; {} journals, {} facts ({} unread), {} tickets looked at, {} envelopes parked",
            self.journals, self.facts, self.unread, self.tickets, self.parked
        )
    }
}

/// It could not be looked at.
#[derive(Debug, thiserror::Error)]
pub enum VerifyJournalsError {
    /// No such event.
    #[error("there is no event {0} in this database")]
    NoEvent(EventId),
    /// Reading.
    #[error("reading journals")]
    Database(#[from] sqlx::Error),
    /// The rules can't be had.
    #[error("reading an event's rules")]
    Rules(#[from] LoadRulesError),
}

/// Looks through one event.
pub async fn verify_journals(
    pool: &PgPool,
    vault: &Vault,
    event: EventId,
) -> Result<Verified, VerifyJournalsError> {
    let mut tx = begin_snapshot(pool).await?;
    let organizer = sqlx::query_scalar!(
        "select organizer_id from feeds where event_id = $1",
        event.0
    )
    .fetch_optional(&mut *tx)
    .await?
    .map(OrganizerId)
    .ok_or(VerifyJournalsError::NoEvent(event))?;
    let rules = RulesCache::default()
        .load(&mut tx, vault, organizer, event)
        .await?;
    let mut seen = Verified::default();
    seen.problem = look(&mut tx, &rules, &mut seen).await?;
    seen.sound = seen.problem.is_none();
    tx.commit().await?;
    Ok(seen)
}

async fn look(
    conn: &mut PgConnection,
    rules: &EventRules,
    seen: &mut Verified,
) -> Result<Option<Problem>, VerifyJournalsError> {
    let keys = located::device_keys(conn, rules.organizer).await?;
    for journal in journals::all(conn, rules).await? {
        if let Some(problem) = journals::look_at(conn, rules, &journal, &keys, seen).await? {
            return Ok(Some(problem));
        }
    }
    if let Some(problem) = tickets::without_fact(conn, rules).await? {
        return Ok(Some(problem));
    }
    if let Some(problem) = tickets::look_at_all(conn, rules, seen).await? {
        return Ok(Some(problem));
    }
    seen.parked = parked(conn, rules).await?;
    Ok(series(conn, rules).await?)
}

async fn parked(conn: &mut PgConnection, rules: &EventRules) -> Result<u64, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select count(*) as "parked!" from quarantined_envelopes where organizer_id = $1 and event_id = $2"#,
        rules.organizer.0,
        rules.event.id.0
    )
    .fetch_one(conn)
    .await
    .map(i64::cast_unsigned)
}

/// Each series is unbroken from 1 to its last number, but for the gaps that restores left.
async fn series(
    conn: &mut PgConnection,
    rules: &EventRules,
) -> Result<Option<Problem>, sqlx::Error> {
    let broken = sqlx::query!(
        r#"with given as (
               select channel, series_no as first_no, series_no as last_no from tickets
               where organizer_id = $1 and event_id = $2
               union all
               select channel, first_no, last_no from series_gaps where organizer_id = $1 and event_id = $2
           ), next as (
               select channel, first_no,
                      coalesce(lag(last_no) over (partition by channel order by first_no), 0) + 1 as due
               from given
               union all
               select s.channel, s.last + 1, coalesce((select max(last_no) from given g where g.channel = s.channel), 0) + 1
               from series s where s.organizer_id = $1 and s.event_id = $2
           )
           select channel as "channel!", due as "due!", first_no as "found!" from next where first_no <> due
           order by channel, due limit 1"#,
        rules.organizer.0,
        rules.event.id.0
    )
    .fetch_optional(conn)
    .await?;
    Ok(broken.map(|row| Problem {
        code: "series",
        of: row.channel,
        at: Some(row.due.cast_unsigned()),
        detail: format!("after {} comes {}", row.due - 1, row.found),
    }))
}
