//! Root-signed objects that a device still has and this server has no more, after a restore: devices that were enrolled or
//! revoked, keys that were made or revoked, rights of entry that were granted. Their own signature proves them, so no session is needed: the device that brings
//! them may be one that this server has forgotten.
//!
//! Taking back only adds: a device or key that is not known here, a revocation that is later than the one known here. So old
//! lists do no harm, and the order in which they come makes no difference.

use std::collections::BTreeSet;

use ed25519_dalek::VerifyingKey;
use shared::clock::UnixMillis;
use shared::ids::{DeviceId, EventId, OrganizerId};
use shared::lease::LeaseList;
use shared::roster::signed::{DeviceList, KeySet, OpenSignedError, SignedKind, SignedObject};
use shared::roster::{DeviceRow, KeyRow};
use shared::wire::latest::ErrorCode;
use sqlx::PgConnection;
use sqlx::types::Json;
use uuid::Uuid;

use super::rules::LoadRulesError;
use super::signed::{self, PublishSignedError};
use super::{devices, folding, rights, rows, stock};
use crate::app::App;
use crate::database::transaction;
use crate::web::ApiError;

/// Nothing was taken back.
#[derive(Debug, thiserror::Error)]
pub(super) enum TakeBackError {
    /// No such organizer here, or not signed by it.
    #[error("this object is not signed by an organizer of this server")]
    NotOurs,
    /// Signed, and no list.
    #[error("reading an organizer's signed list")]
    Body(#[source] OpenSignedError),
    /// Reading or writing.
    #[error("taking an organizer's signed list back")]
    Database(#[from] sqlx::Error),
    /// Publishing what came of it.
    #[error("publishing what was taken back")]
    Publish(#[from] PublishSignedError),
    /// Folding again.
    #[error("reading an event's rules to fold again")]
    Rules(#[from] LoadRulesError),
}

impl From<TakeBackError> for ApiError {
    fn from(error: TakeBackError) -> Self {
        match error {
            TakeBackError::NotOurs => Self::new(ErrorCode::ProofFailed, error.to_string()),
            TakeBackError::Body(_) => Self::new(ErrorCode::MalformedBody, error.to_string()),
            TakeBackError::Database(source) => source.into(),
            TakeBackError::Publish(source) => source.into(),
            TakeBackError::Rules(source) => source.into(),
        }
    }
}

/// Takes back what this server lacks of the object.
pub(super) async fn take_back(app: &App, object: &SignedObject) -> Result<(), TakeBackError> {
    let root = sqlx::query_scalar!(
        "select root_key_public from organizers where id = $1",
        object.organizer.0
    )
    .fetch_optional(&app.pool)
    .await?
    .and_then(|key| VerifyingKey::from_bytes(&rows::key_bytes(&key)).ok())
    .ok_or(TakeBackError::NotOurs)?;
    object.verify(&root).map_err(|_| TakeBackError::NotOurs)?;
    match object.kind {
        SignedKind::DeviceList => {
            let list: DeviceList = object.open(&root).map_err(TakeBackError::Body)?;
            take_devices(app, object, &list.devices).await
        }
        SignedKind::KeySet => {
            let set: KeySet = object.open(&root).map_err(TakeBackError::Body)?;
            take_keys(app, object, &set.keys).await
        }
        SignedKind::Leases => {
            let list: LeaseList = object.open(&root).map_err(TakeBackError::Body)?;
            take_leases(app, object, &list).await
        }
    }
}

async fn take_devices(
    app: &App,
    object: &SignedObject,
    listed: &[DeviceRow],
) -> Result<(), TakeBackError> {
    let (organizer, now_ms) = (object.organizer, app.now_ms());
    let mut conn = app.pool.acquire().await?;
    let known = rows::device_rows(&mut conn, organizer).await?;
    if lacking(&known, listed).is_empty() && !is_newer(&mut conn, object).await? {
        return Ok(());
    }
    drop(conn);
    let mut tx = transaction::begin(&app.pool).await?;
    let mut events = BTreeSet::new();
    for row in listed {
        events.extend(devices::events_of(&mut tx, organizer, row.id).await?);
    }
    events.extend(with_feed(&mut tx, organizer, listed).await?);
    for &event in &events {
        transaction::begin_change(&mut tx, organizer, event).await?;
    }
    let known = rows::device_rows(&mut tx, organizer).await?;
    let taken = lacking(&known, listed);
    for row in &taken {
        put_device(&mut tx, organizer, row, &events, now_ms).await?;
    }
    publish_above(&mut tx, app, object).await?;
    for &event in &events {
        let rules = app
            .door
            .rules
            .load(&mut tx, &app.vault, organizer, event)
            .await?;
        for row in &taken {
            let mut tickets = devices::tickets_of(&mut tx, organizer, event, row.id).await?;
            tickets.extend(stock::retrace_of(&mut tx, &rules, row.id, now_ms).await?);
            folding::refold(&mut tx, &rules, &tickets, now_ms).await?;
            rights::retrace_moved_by(&mut tx, &rules, row.id).await?;
        }
    }
    tx.commit().await?;
    tracing::warn!(%organizer, devices = taken.len(), "devices and revocations were taken back from a device's list");
    app.door.sessions.forget();
    for event in events {
        app.door.watch.changed(event);
    }
    Ok(())
}

/// Devices that are not known here, and those that were revoked later than is known here.
fn lacking<'a>(known: &[DeviceRow], listed: &'a [DeviceRow]) -> Vec<&'a DeviceRow> {
    let revoked_ms = |row: &DeviceRow| row.revocation.as_ref().map(|revocation| revocation.at_ms);
    listed
        .iter()
        .filter(|row| {
            let here = known.iter().find(|known| known.id == row.id);
            here.is_none_or(|here| revoked_ms(here) < revoked_ms(row))
        })
        .collect()
}

/// The listed devices' events that this server has.
async fn with_feed(
    conn: &mut PgConnection,
    organizer: OrganizerId,
    listed: &[DeviceRow],
) -> Result<Vec<EventId>, sqlx::Error> {
    let events = listed.iter().flat_map(|row| row.events.iter().copied());
    known_events(conn, organizer, events.collect()).await
}

/// Those of the events that this server has.
async fn known_events(
    conn: &mut PgConnection,
    organizer: OrganizerId,
    events: BTreeSet<EventId>,
) -> Result<Vec<EventId>, sqlx::Error> {
    let events: Vec<Uuid> = events.into_iter().map(|event| event.0).collect();
    let found = sqlx::query_scalar!(
        "select event_id from feeds where organizer_id = $1 and event_id = any($2)",
        organizer.0,
        &events
    )
    .fetch_all(conn)
    .await?;
    Ok(found.into_iter().map(EventId).collect())
}

async fn put_device(
    conn: &mut PgConnection,
    organizer: OrganizerId,
    row: &DeviceRow,
    events: &BTreeSet<EventId>,
    now_ms: UnixMillis,
) -> Result<(), sqlx::Error> {
    let revocation = row.revocation.as_ref().map(Json);
    sqlx::query!(
        "insert into devices as d (organizer_id, id, name, public_key, rights, state, revocation, enrolled_ms)
         values ($1, $2, $3, $4, $5, case when $6::jsonb is null then 'active' else 'revoked' end, $6, $7)
         on conflict (organizer_id, id) do update
         set state = case when d.state = 'lost' then d.state else excluded.state end, revocation = excluded.revocation
         where d.sealed_private is null",
        organizer.0,
        row.id.0,
        row.name,
        &row.public,
        rows::rights_bits(row.rights),
        revocation as _,
        now_ms
    )
    .execute(&mut *conn)
    .await?;
    let events: Vec<Uuid> = row
        .events
        .iter()
        .filter(|event| events.contains(event))
        .map(|event| event.0)
        .collect();
    sqlx::query!(
        "insert into device_events (organizer_id, event_id, device_id)
         select $1, e, $2 from unnest($3::uuid[]) as e on conflict do nothing",
        organizer.0,
        row.id.0,
        &events
    )
    .execute(conn)
    .await
    .map(drop)
}

async fn take_keys(
    app: &App,
    object: &SignedObject,
    listed: &[KeyRow],
) -> Result<(), TakeBackError> {
    let organizer = object.organizer;
    let ids: Vec<i32> = listed.iter().map(|key| key.id.0.cast_signed()).collect();
    let publics: Vec<Vec<u8>> = listed.iter().map(|key| key.public.to_vec()).collect();
    let events: Vec<Uuid> = listed.iter().map(|key| key.event.0).collect();
    let lessees: Vec<Option<Uuid>> = listed
        .iter()
        .map(|key| key.lessee.map(|DeviceId(id)| id))
        .collect();
    let revoked: Vec<bool> = listed.iter().map(|key| key.revoked).collect();
    let mut tx = transaction::begin(&app.pool).await?;
    // Its private half is gone: it verifies what it signed and signs no more.
    let taken = sqlx::query!(
        "insert into signing_keys as k (organizer_id, event_id, id, public, sealed_private, sealed_rotating, leased, lessee,
                                        revoked_ms, created_ms)
         select $1, w.event, w.id, w.public, '', '', w.lessee is not null, w.lessee, case when w.revoked then $7::bigint end, $7
         from unnest($2::integer[], $3::bytea[], $4::uuid[], $5::uuid[], $6::boolean[])
              as w (id, public, event, lessee, revoked)
         join events e on e.organizer_id = $1 and e.id = w.event
         on conflict (id) do update set revoked_ms = excluded.revoked_ms
         where k.organizer_id = $1 and k.public = excluded.public and k.revoked_ms is null and excluded.revoked_ms is not null",
        organizer.0,
        &ids,
        &publics,
        &events,
        &lessees as &[Option<Uuid>],
        &revoked,
        app.now_ms()
    )
    .execute(&mut *tx)
    .await?;
    if taken.rows_affected() == 0 && !is_newer(&mut tx, object).await? {
        return Ok(());
    }
    publish_above(&mut tx, app, object).await?;
    tx.commit().await?;
    tracing::warn!(%organizer, keys = taken.rows_affected(), "ticket keys were taken back from a device's list");
    Ok(())
}

/// Than the one that is published here: whoever holds it would take no other before that is published again.
async fn is_newer(conn: &mut PgConnection, object: &SignedObject) -> Result<bool, sqlx::Error> {
    let published = sqlx::query_scalar!(
        "select version from signed_objects where organizer_id = $1 and kind = $2",
        object.organizer.0,
        object.kind.as_str()
    )
    .fetch_optional(conn)
    .await?;
    Ok(published.is_none_or(|version| version.cast_unsigned() < object.version))
}

/// Grants that were made since the backup: the greater term counts.
async fn take_leases(
    app: &App,
    object: &SignedObject,
    list: &LeaseList,
) -> Result<(), TakeBackError> {
    let (organizer, now_ms) = (object.organizer, app.now_ms());
    let mut tx = transaction::begin(&app.pool).await?;
    if !is_newer(&mut tx, object).await? {
        return Ok(());
    }
    let leased = list.leases.iter().map(|lease| lease.event);
    let written_off = list.write_offs.iter().map(|write_off| write_off.event);
    let named = leased.chain(written_off).collect();
    let events: BTreeSet<EventId> = known_events(&mut tx, organizer, named)
        .await?
        .into_iter()
        .collect();
    for &event in &events {
        transaction::begin_change(&mut tx, organizer, event).await?;
    }
    let taken = rights::take_back(&mut tx, organizer, list, &events, now_ms).await?;
    for (&event, tickets) in &taken {
        let rules = app
            .door
            .rules
            .load(&mut tx, &app.vault, organizer, event)
            .await?;
        rights::retrace(&mut tx, &rules, tickets).await?;
    }
    let lent = stock::restore(&mut tx, organizer, list, &events, now_ms).await?;
    for (&event, tickets) in &lent {
        let rules = app
            .door
            .rules
            .load(&mut tx, &app.vault, organizer, event)
            .await?;
        stock::retrace(&mut tx, &rules, tickets, now_ms).await?;
    }
    publish_above(&mut tx, app, object).await?;
    tx.commit().await?;
    tracing::warn!(%organizer, strict = taken.len(), sold_at_tills = lent.len(), "leases of events were taken back from a device's list");
    for event in events {
        app.door.watch.changed(event);
    }
    Ok(())
}

/// Publishes the present rows with a version above the object's, so that whoever holds it takes the new one.
async fn publish_above(
    conn: &mut PgConnection,
    app: &App,
    object: &SignedObject,
) -> Result<(), TakeBackError> {
    let (organizer, kind) = (object.organizer, object.kind);
    sqlx::query!(
        "insert into signed_objects as s (organizer_id, kind, version, issued_ms, body, signature) values ($1, $2, $3, $4, $5, $6)
         on conflict (organizer_id, kind) do update set version = greatest(s.version, excluded.version)",
        organizer.0,
        kind.as_str(),
        i64::try_from(object.version).unwrap_or(i64::MAX - 1),
        object.issued_ms,
        object.body,
        &object.signature
    )
    .execute(&mut *conn)
    .await?;
    signed::publish(conn, &app.vault, organizer, kind, app.now_ms()).await?;
    Ok(())
}
