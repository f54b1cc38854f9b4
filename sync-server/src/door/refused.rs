//! Envelopes that can never be taken: parked, and told to whoever looks at the events of the device that brought them.

use std::collections::{BTreeMap, BTreeSet};

use shared::clock::UnixMillis;
use shared::ids::{EventId, JournalId};
use sqlx::PgConnection;
use uuid::Uuid;

use super::alerts;
use super::intake::{Refused, Upload};
use super::sessions::DeviceSession;
use super::store::{self, QuarantineRow};

/// Who hears of facts that can never be taken and whose event can't be told: the events of the device that brought them.
pub(super) async fn told_of(
    conn: &mut PgConnection,
    carrier: &DeviceSession,
    upload: &Upload,
    events: &BTreeMap<JournalId, EventId>,
) -> Result<BTreeSet<EventId>, sqlx::Error> {
    let mut refused = upload.refused.iter();
    if refused.all(|refused| events.contains_key(&refused.journal)) {
        return Ok(BTreeSet::new());
    }
    let its: Vec<Uuid> = carrier.events.iter().map(|event| event.0).collect();
    let with_feed = sqlx::query_scalar!(
        "select event_id from feeds where organizer_id = $1 and event_id = any($2)",
        carrier.organizer.0,
        &its
    )
    .fetch_all(conn)
    .await?;
    Ok(with_feed.into_iter().map(EventId).collect())
}

/// Parks what can never be taken, and says so.
pub(super) async fn keep(
    conn: &mut PgConnection,
    carrier: &DeviceSession,
    refused: &[Refused],
    (events, told): (&BTreeMap<JournalId, EventId>, &BTreeSet<EventId>),
    now_ms: UnixMillis,
) -> Result<(), sqlx::Error> {
    let event_of = |refused: &Refused| events.get(&refused.journal).copied();
    let rows: Vec<QuarantineRow> = refused
        .iter()
        .map(|refused| QuarantineRow {
            event: event_of(refused).unwrap_or(EventId(Uuid::nil())),
            journal: refused.journal.0,
            seq: refused.seq,
            device: refused.device,
            why: refused.why.column(),
            envelope: refused.bytes.clone(),
        })
        .collect();
    let parked = store::quarantine(conn, carrier.organizer, &rows, now_ms).await?;
    let known = refused.iter().filter_map(event_of);
    let concerned: BTreeSet<EventId> = known.chain(told.iter().copied()).collect();
    for event in concerned {
        let here = refused.iter().filter(|refused| {
            event_of(refused).map_or(told.contains(&event), |known| known == event)
        });
        let rows = alerts::refused(carrier.device, here, &parked);
        alerts::upsert(conn, (carrier.organizer, event), rows, now_ms).await?;
    }
    Ok(())
}
