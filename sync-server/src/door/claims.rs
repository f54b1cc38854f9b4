//! Claims: a door that reaches the server asks, before the light, whether another is letting the same ticket in. Advisory
//! and never part of the fold: what counts is the entry that follows.
//!
//! The first insert wins. With no facts of the ticket, the usual case, it is one statement.

use shared::admission::{FoldContext, Issued, fold};
use shared::clock::UnixMillis;
use shared::ids::{DeviceId, FactName, GateNo, TypeNo};
use shared::sync::claim::{LAPSES_MS, MAX_OPEN, by_facts};
use shared::wire::latest::{ClaimAnswer, ClaimAsk, ErrorCode};
use sqlx::{PgConnection, PgPool};

use super::folding;
use super::rows;
use super::rules::LoadRulesError;
use super::sessions::DeviceSession;
use crate::app::App;
use crate::web::ApiError;

/// A claim lapses after so long, unless its entry arrives.
const LAPSES_AFTER_MS: i64 = LAPSES_MS as i64;
/// Claims of a device whose entries have not arrived.
const MOST_OPEN: i64 = MAX_OPEN as i64;

/// No answer: the door goes by what it knows itself.
#[derive(Debug, thiserror::Error)]
pub enum ClaimError {
    /// The device may not let anybody in.
    #[error("this device has no right to let people in")]
    NoRight,
    /// Five claims of it wait for their entries.
    #[error("{MOST_OPEN} claims of this device are open; hand in their entries first")]
    TooManyOpen,
    /// Reading or writing.
    #[error("claiming a ticket")]
    Database(#[from] sqlx::Error),
    /// The rules can't be had.
    #[error("reading an event's rules for a claim")]
    Rules(#[from] LoadRulesError),
}

impl From<ClaimError> for ApiError {
    fn from(error: ClaimError) -> Self {
        match error {
            ClaimError::NoRight => Self::new(ErrorCode::Forbidden, error.to_string()),
            ClaimError::TooManyOpen => {
                Self::new(ErrorCode::TooManyRequests, error.to_string()).retry_after(1)
            }
            ClaimError::Database(source) => source.into(),
            ClaimError::Rules(source) => source.into(),
        }
    }
}

/// Whether the device may let the ticket in, as far as is known here.
pub async fn claim(
    app: &App,
    device: &DeviceSession,
    request: &ClaimAsk,
) -> Result<ClaimAnswer, ClaimError> {
    if !device.rights.scan {
        return Err(ClaimError::NoRight);
    }
    let now_ms = app.now_ms();
    let mut conn = app.pool.acquire().await?;
    let mut asked = ask(&mut conn, device, request, Facts::MustBeNone, now_ms).await?;
    if let Asked::HasFacts(envelopes) = &asked {
        if let Some(answer) = by_fold(app, &mut conn, device, request, envelopes).await? {
            return Ok(answer);
        }
        asked = ask(&mut conn, device, request, Facts::WereJudged, now_ms).await?;
    }
    match asked {
        Asked::Held { by, fact, .. } if (by, fact) == (device.device, request.fact.0) => {
            Ok(ClaimAnswer::Granted)
        }
        Asked::Held { gate, .. } => Ok(ClaimAnswer::Claimed { gate }),
        Asked::Full => Err(ClaimError::TooManyOpen),
        // Written since: the next claim is judged by them.
        Asked::HasFacts(_) => Ok(ClaimAnswer::Granted),
    }
}

/// Whether the ticket's facts were looked at already.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Facts {
    MustBeNone,
    WereJudged,
}

/// What the claims' table says.
enum Asked {
    /// The ticket has facts, nothing was claimed.
    HasFacts(Vec<Vec<u8>>),
    /// The device has too many open.
    Full,
    /// Who holds the claim now.
    Held {
        by: DeviceId,
        fact: uuid::Uuid,
        gate: GateNo,
    },
}

/// Claims it if nobody does. A conflict updates the row with itself, because only then the statement sees who was first:
/// its snapshot is older.
async fn ask(
    conn: &mut PgConnection,
    device: &DeviceSession,
    request: &ClaimAsk,
    facts: Facts,
    now_ms: UnixMillis,
) -> Result<Asked, sqlx::Error> {
    let row = sqlx::query!(
        r#"with told as (
               select array_agg(envelope) as envelopes from facts
               where $8 and organizer_id = $1 and event_id = $2 and ticket_id = $3
           ), open as (
               select open_claims($1, $4, $2, $3, $5, $7) as claims
           ), claimed as (
               insert into claims as c (organizer_id, event_id, ticket_id, device_id, fact_id, gate_no, lapses_ms)
               select $1, $2, $3, $4, $5, $6, $7 + $9 from told, open where envelopes is null and claims < $10
               on conflict (organizer_id, event_id, ticket_id) do update
               set (device_id, fact_id, gate_no, lapses_ms) = (
                   select case when over then excluded.device_id else c.device_id end,
                          case when over then excluded.fact_id else c.fact_id end,
                          case when over then excluded.gate_no else c.gate_no end,
                          case when over then excluded.lapses_ms else c.lapses_ms end
                   from (select c.lapses_ms <= $7 or exists (
                             select from facts f where f.organizer_id = $1 and f.event_id = $2
                             and f.device_id = c.device_id and f.fact_id = c.fact_id) as over) o
               )
               returning device_id, fact_id, gate_no
           )
           select told.envelopes as "envelopes: Vec<Vec<u8>>", c.device_id as "device_id?", c.fact_id as "fact_id?",
                  c.gate_no as "gate_no?"
           from told left join claimed c on true"#,
        device.organizer.0,
        request.event.0,
        request.ticket.to_i64(),
        device.device.0,
        request.fact.0,
        i32::from(request.gate.0),
        now_ms,
        facts == Facts::MustBeNone,
        LAPSES_AFTER_MS,
        MOST_OPEN
    )
    .fetch_one(conn)
    .await?;
    Ok(match (row.envelopes, row.device_id, row.fact_id) {
        (Some(envelopes), _, _) => Asked::HasFacts(envelopes),
        (None, Some(by), Some(fact)) => Asked::Held {
            by: DeviceId(by),
            fact,
            gate: GateNo(
                row.gate_no
                    .and_then(|no| u16::try_from(no).ok())
                    .unwrap_or(0),
            ),
        },
        (None, _, _) => Asked::Full,
    })
}

/// What the fold of what is known here answers by itself.
async fn by_fold(
    app: &App,
    conn: &mut PgConnection,
    device: &DeviceSession,
    request: &ClaimAsk,
    envelopes: &[Vec<u8>],
) -> Result<Option<ClaimAnswer>, ClaimError> {
    let (organizer, event) = (device.organizer, request.event);
    let loaded = app
        .door
        .rules
        .load(conn, &app.vault, organizer, event)
        .await?;
    let ids = [request.ticket.to_i64()];
    let row = rows::ticket_rows(conn, organizer, event, &ids).await?.pop();
    let facts: Vec<_> = envelopes
        .iter()
        .filter_map(|bytes| folding::read(bytes))
        .collect();
    let rules = loaded.rules();
    let folded = fold(
        &facts,
        &FoldContext {
            rules: &rules,
            devices: &loaded.devices,
            server: loaded.server,
            ticket: request.ticket,
            row,
            issued: Issued::Unseen,
        },
    );
    let type_no = row.map_or(TypeNo(0), |row| row.type_no);
    let claimed = FactName {
        device: device.device,
        fact: request.fact,
    };
    let now_ms = app.now_ms();
    Ok(by_facts(&rules, type_no, &folded.state, claimed, now_ms))
}

/// Throws away what lapsed; a job does so from time to time.
pub async fn sweep(pool: &PgPool, now_ms: UnixMillis) -> Result<(), sqlx::Error> {
    sqlx::query!("delete from claims where lapses_ms <= $1", now_ms)
        .execute(pool)
        .await
        .map(drop)
}
