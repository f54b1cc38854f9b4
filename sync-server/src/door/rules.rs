//! An event's rules and the organizer's devices as decide and fold ask for them, kept in memory as long as nothing of
//! them changed.

use std::sync::Arc;

use moka::sync::Cache;
use shared::admission::Rules;
use shared::fact::FactSigningKey;
use shared::ids::{DeviceId, EventId, OrganizerId};
use shared::roster::{DeviceRow, EventRow, GateRow, KeyRow, TicketTypeRow, WindowRow};
use sqlx::PgConnection;

use super::authority;
use super::rows::{self, Numbered};
use crate::vault::{UnsealError, Vault};
use crate::web::ApiError;

/// As many events as are open at once on a busy evening; each takes some kilobytes.
const KEPT_EVENTS: u64 = 2_000;

/// What was laid down for one event, at one state of its feed and of the organizer's devices.
#[derive(Debug)]
pub struct EventRules {
    /// Whose.
    pub organizer: OrganizerId,
    /// The event.
    pub event: EventRow,
    /// Without deleted ones.
    pub types: Vec<TicketTypeRow>,
    /// Without deleted ones.
    pub windows: Vec<WindowRow>,
    /// Without deleted ones.
    pub gates: Vec<GateRow>,
    /// The event's ticket keys, revoked ones among them.
    pub keys: Vec<KeyRow>,
    /// All of the organizer's, the server's own among them.
    pub devices: Vec<DeviceRow>,
    /// The server as a device.
    pub server: DeviceId,
    /// Its key.
    pub server_key: FactSigningKey,
    stamp: Stamp,
}

/// What the rules hang on: the last change of kinds 1 to 4 in the feed, and the versions of the signed lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    pub(super) config_seq: i64,
    pub(super) devices_version: i64,
    pub(super) keys_version: i64,
}

/// The rules could not be had.
#[derive(Debug, thiserror::Error)]
pub enum LoadRulesError {
    /// No such event of this organizer, or it has no feed.
    #[error("there is no event {0} with a feed")]
    NoEvent(EventId),
    /// Reading.
    #[error("reading the rules of an event")]
    Database(#[from] sqlx::Error),
    /// The server's device key doesn't open.
    #[error("opening the key of the server as a device")]
    Key(#[from] UnsealError),
}

impl From<LoadRulesError> for ApiError {
    fn from(error: LoadRulesError) -> Self {
        match error {
            LoadRulesError::NoEvent(_) => Self::not_found("event"),
            LoadRulesError::Database(source) => source.into(),
            LoadRulesError::Key(source) => source.into(),
        }
    }
}

impl EventRules {
    /// As decide and fold take them.
    pub fn rules(&self) -> Rules<'_> {
        Rules::new(&self.event, &self.types, &self.windows, &self.gates)
    }
}

/// The rules of events, kept while they hold.
#[derive(Debug)]
pub struct RulesCache(Cache<EventId, Arc<EventRules>>);

impl Default for RulesCache {
    fn default() -> Self {
        Self(Cache::new(KEPT_EVENTS))
    }
}

impl RulesCache {
    /// The rules as they are for this transaction. Call it under `begin_change`, so that they don't change meanwhile.
    pub async fn load(
        &self,
        conn: &mut PgConnection,
        vault: &Vault,
        organizer: OrganizerId,
        event: EventId,
    ) -> Result<Arc<EventRules>, LoadRulesError> {
        let stamp = stamp(conn, organizer, event).await?;
        self.load_at(conn, vault, (organizer, event), stamp).await
    }

    /// The rules of that stamp, if they are at hand.
    pub(super) fn kept(&self, event: EventId, stamp: Stamp) -> Option<Arc<EventRules>> {
        self.0.get(&event).filter(|kept| kept.stamp == stamp)
    }

    /// The same for whoever has read the stamp already, under `begin_change`.
    pub(super) async fn load_at(
        &self,
        conn: &mut PgConnection,
        vault: &Vault,
        (organizer, event): (OrganizerId, EventId),
        stamp: Stamp,
    ) -> Result<Arc<EventRules>, LoadRulesError> {
        if let Some(kept) = self.kept(event, stamp) {
            return Ok(kept);
        }
        let loaded = Arc::new(read(conn, vault, organizer, event, stamp).await?);
        self.0.insert(event, Arc::clone(&loaded));
        Ok(loaded)
    }
}

/// The kinds are written out, so that PostgreSQL sees that `feed_entries_config` has them all.
async fn stamp(
    conn: &mut PgConnection,
    organizer: OrganizerId,
    event: EventId,
) -> Result<Stamp, sqlx::Error> {
    sqlx::query!(
        r#"select coalesce((select max(seq) from feed_entries
                            where organizer_id = $1 and event_id = $2 and kind between 1 and 4), 0) as "config_seq!",
                  coalesce((select version from signed_objects
                            where organizer_id = $1 and kind = 'device_list'), 0) as "devices_version!",
                  coalesce((select version from signed_objects
                            where organizer_id = $1 and kind = 'key_set'), 0) as "keys_version!""#,
        organizer.0,
        event.0
    )
    .fetch_one(conn)
    .await
    .map(|row| Stamp {
        config_seq: row.config_seq,
        devices_version: row.devices_version,
        keys_version: row.keys_version,
    })
}

async fn read(
    conn: &mut PgConnection,
    vault: &Vault,
    organizer: OrganizerId,
    event: EventId,
    stamp: Stamp,
) -> Result<EventRules, LoadRulesError> {
    let row = rows::event_row(conn, organizer, event)
        .await?
        .ok_or(LoadRulesError::NoEvent(event))?;
    let own = sqlx::query!(
        r#"select d.id, d.sealed_private as "sealed_private!"
           from organizers o join devices d on d.organizer_id = o.id and d.id = o.server_device_id where o.id = $1"#,
        organizer.0
    )
    .fetch_one(&mut *conn)
    .await?;
    let server = DeviceId(own.id);
    Ok(EventRules {
        organizer,
        event: row,
        types: present(rows::type_rows(conn, organizer, event).await?),
        windows: present(rows::window_rows(conn, organizer, event).await?),
        gates: present(rows::gate_rows(conn, organizer, event).await?),
        keys: rows::key_rows(conn, organizer)
            .await?
            .into_iter()
            .filter(|key| key.event == event)
            .collect(),
        devices: rows::device_rows(conn, organizer).await?,
        server,
        server_key: authority::open_device_key(vault, server, &own.sealed_private)?,
        stamp,
    })
}

fn present<T>(rows: std::collections::BTreeMap<i32, Numbered<T>>) -> Vec<T> {
    rows.into_values().filter_map(Numbered::present).collect()
}
