//! The organizer's devices: who they are, what they may do, and up to where a lost one's facts count.

use std::collections::BTreeSet;

use shared::clock::UnixMillis;
use shared::ids::{DeviceId, EventId, JournalId, OrganizerId, TicketId};
use shared::roster::signed::SignedKind;
use shared::roster::{Revocation, Rights};
use shared::wire::latest::ErrorCode;
use sqlx::PgConnection;

use super::offers::Offer;
use super::rights::{self, SettleRightsError};
use super::rules::LoadRulesError;
use super::signed::{self, PublishSignedError};
use super::{folding, rows, stock};
use crate::app::App;
use crate::database::transaction;
use crate::web::ApiError;

/// Why a device is no longer the organizer's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parting {
    /// Given back, broken, of somebody who left.
    Revoked,
    /// Nobody knows where it is.
    Lost,
}

impl Parting {
    fn column(self) -> &'static str {
        match self {
            Self::Revoked => "revoked",
            Self::Lost => "lost",
        }
    }
}

/// Up to where its facts count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// All that the server holds now.
    LastHeld,
    /// What the server received before this time, unix milliseconds.
    ReceivedBefore(UnixMillis),
}

/// A device was not revoked.
#[derive(Debug, thiserror::Error)]
pub enum RevokeError {
    /// No such device, or the server's own.
    #[error("there is no such device")]
    NotFound,
    /// Reading or writing.
    #[error("revoking a device")]
    Database(#[from] sqlx::Error),
    /// Signing the device list.
    #[error("publishing the device list without a revoked device")]
    Publish(#[from] PublishSignedError),
    /// What a lost one held can't be granted to others.
    #[error(transparent)]
    Settle(#[from] SettleRightsError),
    /// The rules of one of its events can't be had.
    #[error("reading an event's rules to fold again")]
    Rules(#[from] LoadRulesError),
}

impl From<RevokeError> for ApiError {
    fn from(error: RevokeError) -> Self {
        match error {
            RevokeError::NotFound => Self::new(
                ErrorCode::NotFound,
                "There is no such device, or it is not yours.",
            ),
            RevokeError::Database(source) => source.into(),
            RevokeError::Publish(source) => source.into(),
            RevokeError::Settle(source) => source.into(),
            RevokeError::Rules(source) => source.into(),
        }
    }
}

/// A confirmed offer becomes a device.
pub(super) async fn enrol(
    conn: &mut PgConnection,
    offer: &Offer,
    now_ms: UnixMillis,
) -> Result<DeviceId, sqlx::Error> {
    let device = DeviceId::new(now_ms, &mut crate::edge::OsRandom);
    sqlx::query!(
        "insert into devices (organizer_id, id, name, public_key, rights, state, enrolled_ms)
         select organizer_id, $2, device_name, device_key, rights, 'active', $3 from device_offers where id = $1",
        offer.id.0,
        device.0,
        now_ms
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "insert into device_events (organizer_id, event_id, device_id, gate_no)
         select organizer_id, event_id, $2, gate_no from device_offers, unnest(event_ids) as event_id where id = $1",
        offer.id.0,
        device.0
    )
    .execute(conn)
    .await?;
    Ok(device)
}

/// A device as the back office shows it.
#[derive(Clone, Debug)]
pub struct DeviceView {
    /// Which.
    pub id: DeviceId,
    /// "Porte A, tablette 2".
    pub name: String,
    /// What it may do.
    pub rights: Rights,
    /// For which events.
    pub events: Vec<EventId>,
    /// `active`, `revoked` or `lost`.
    pub state: String,
    /// Up to where its facts count, once revoked.
    pub revocation: Option<Revocation>,
    /// When it came.
    pub enrolled_ms: UnixMillis,
    /// When it last opened a session.
    pub last_seen_ms: Option<UnixMillis>,
    /// Facts that the server holds of it.
    pub facts: i64,
    /// What its facts, and the archives of its till, are checked with: Ed25519, 32 bytes.
    pub public_key: Vec<u8>,
}

/// All devices of an organizer but the server's own, active ones first.
pub async fn devices_of(
    conn: &mut PgConnection,
    organizer: OrganizerId,
) -> Result<Vec<DeviceView>, sqlx::Error> {
    let devices = sqlx::query!(
        r#"select d.id, d.name, d.rights, d.search_withdrawn_ms, d.state, d.revocation as "revocation: sqlx::types::Json<Revocation>",
                  d.enrolled_ms, d.last_seen_ms, d.public_key,
                  coalesce((select array_agg(e.event_id order by e.event_id) from device_events e
                            where e.organizer_id = d.organizer_id and e.device_id = d.id), '{}') as "events!: Vec<uuid::Uuid>",
                  coalesce((select sum(j.head_seq) from journals j
                            where j.organizer_id = d.organizer_id and j.device_id = d.id), 0)::bigint as "facts!"
           from devices d where d.organizer_id = $1 and d.sealed_private is null
           order by d.state <> 'active', d.enrolled_ms desc, d.id"#,
        organizer.0
    )
    .fetch_all(conn)
    .await?;
    Ok(devices
        .into_iter()
        .map(|row| DeviceView {
            id: DeviceId(row.id),
            name: row.name,
            rights: rows::rights_now(row.rights, row.search_withdrawn_ms),
            events: row.events.into_iter().map(EventId).collect(),
            state: row.state,
            revocation: row.revocation.map(|revocation| revocation.0),
            enrolled_ms: row.enrolled_ms,
            last_seen_ms: row.last_seen_ms,
            facts: row.facts,
            public_key: row.public_key,
        })
        .collect())
}

/// Events that a device can be offered for: those not over, the next first.
pub async fn events_to_offer(
    conn: &mut PgConnection,
    organizer: OrganizerId,
) -> Result<Vec<(EventId, String)>, sqlx::Error> {
    let events = sqlx::query!(
        "select id, title from events where organizer_id = $1 and status in ('draft', 'published')
         order by starts_ms, id limit 200",
        organizer.0
    )
    .fetch_all(conn)
    .await?;
    Ok(events
        .into_iter()
        .map(|row| (EventId(row.id), row.title))
        .collect())
}

/// Whose device it is.
pub async fn organizer_of(
    conn: &mut PgConnection,
    device: DeviceId,
) -> Result<Option<OrganizerId>, sqlx::Error> {
    sqlx::query_scalar!(
        "select organizer_id from devices where id = $1 and sealed_private is null",
        device.0
    )
    .fetch_optional(conn)
    .await
    .map(|found| found.map(OrganizerId))
}

/// Revokes a device, or moves the point up to which its facts count; whatever lies beyond is quarantined at once, and what
/// came back before the point counts again. Rights of entry that a lost device held go to other doors; those of a revoked one
/// stay with it until it releases them or is declared lost.
pub async fn revoke(
    app: &App,
    organizer: OrganizerId,
    device: DeviceId,
    parting: Parting,
    until: Until,
) -> Result<Revocation, RevokeError> {
    let now_ms = app.now_ms();
    let mut tx = transaction::begin(&app.pool).await?;
    let events = events_of(&mut tx, organizer, device).await?;
    for &event in &events {
        transaction::begin_change(&mut tx, organizer, event).await?;
    }
    let revocation = Revocation {
        at_ms: now_ms,
        points: points(&mut tx, organizer, device, until).await?,
    };
    let changed = sqlx::query!(
        "update devices set state = $3, revocation = $4
         where organizer_id = $1 and id = $2 and sealed_private is null",
        organizer.0,
        device.0,
        parting.column(),
        sqlx::types::Json(&revocation) as _
    )
    .execute(&mut *tx)
    .await?;
    if changed.rows_affected() == 0 {
        return Err(RevokeError::NotFound);
    }
    signed::publish(
        &mut tx,
        &app.vault,
        organizer,
        SignedKind::DeviceList,
        now_ms,
    )
    .await?;
    stock::revoke_keys(app, &mut tx, organizer, device, now_ms).await?;
    for &event in &events {
        let rules = app
            .door
            .rules
            .load(&mut tx, &app.vault, organizer, event)
            .await?;
        let mut tickets = tickets_of(&mut tx, organizer, event, device).await?;
        tickets.extend(stock::retrace_of(&mut tx, &rules, device, now_ms).await?);
        folding::refold(&mut tx, &rules, &tickets, now_ms).await?;
        rights::retrace_moved_by(&mut tx, &rules, device).await?;
        rights::settle(app, &mut tx, (organizer, event)).await?;
    }
    tx.commit().await?;
    app.door.sessions.forget();
    for event in events {
        app.door.watch.changed(event);
    }
    Ok(revocation)
}

/// In ascending order, as locks are taken.
pub(super) async fn events_of(
    conn: &mut PgConnection,
    organizer: OrganizerId,
    device: DeviceId,
) -> Result<BTreeSet<EventId>, sqlx::Error> {
    let events = sqlx::query_scalar!(
        r#"select distinct event_id as "event!" from (
               select event_id from journals where organizer_id = $1 and device_id = $2
               union all
               select event_id from device_events where organizer_id = $1 and device_id = $2
           ) e"#,
        organizer.0,
        device.0
    )
    .fetch_all(conn)
    .await?;
    Ok(events.into_iter().map(EventId).collect())
}

async fn points(
    conn: &mut PgConnection,
    organizer: OrganizerId,
    device: DeviceId,
    until: Until,
) -> Result<Vec<(JournalId, u64, [u8; 32])>, sqlx::Error> {
    let before = match until {
        Until::LastHeld => i64::MAX,
        Until::ReceivedBefore(ms) => ms,
    };
    let rows = sqlx::query!(
        r#"select j.id, f.seq, f.hash
           from journals j
           cross join lateral (
               select seq, hash from facts f
               where f.organizer_id = j.organizer_id and f.event_id = j.event_id and f.journal_id = j.id
                 and f.received_ms < $3
               order by seq desc limit 1
           ) f
           where j.organizer_id = $1 and j.device_id = $2 order by j.id"#,
        organizer.0,
        device.0,
        before
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let hash = rows::key_bytes(&row.hash);
            (JournalId(row.id), row.seq.cast_unsigned(), hash)
        })
        .collect())
}

pub(super) async fn tickets_of(
    conn: &mut PgConnection,
    organizer: OrganizerId,
    event: EventId,
    device: DeviceId,
) -> Result<BTreeSet<TicketId>, sqlx::Error> {
    let tickets = sqlx::query_scalar!(
        r#"select distinct f.ticket_id as "ticket!"
           from journals j
           join facts f on f.organizer_id = j.organizer_id and f.event_id = j.event_id and f.journal_id = j.id
           where j.organizer_id = $1 and j.event_id = $2 and j.device_id = $3 and f.ticket_id is not null"#,
        organizer.0,
        event.0,
        device.0
    )
    .fetch_all(conn)
    .await?;
    Ok(tickets.into_iter().map(TicketId::from_i64).collect())
}
