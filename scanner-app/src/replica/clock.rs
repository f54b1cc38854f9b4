//! What the device knows of the time, across restarts.

use rusqlite::{Connection, OptionalExtension as _, params};
use shared::clock::offset::Offset;
use shared::clock::{Hlc, SavedClock};

use super::ReplicaError;

/// The last saved; the default on a new device.
pub fn load(connection: &Connection) -> Result<SavedClock, ReplicaError> {
    let saved = connection
        .query_row(
            "select hlc, offset_ms, error_ms, passed_ms from clock",
            [],
            |row| {
                let offset_ms: Option<i64> = row.get(1)?;
                let error_ms: Option<u32> = row.get(2)?;
                Ok(SavedClock {
                    hlc: Hlc::from_raw(row.get::<_, i64>(0)?.cast_unsigned()),
                    offset: offset_ms.zip(error_ms).map(|(offset_ms, error_ms)| Offset {
                        offset_ms,
                        error_ms,
                    }),
                    passed_ms: row.get(3)?,
                })
            },
        )
        .optional()?;
    Ok(saved.unwrap_or_default())
}

pub(super) fn save(connection: &Connection, saved: &SavedClock) -> Result<(), ReplicaError> {
    connection
        .prepare_cached(
            "insert into clock (only_row, hlc, offset_ms, error_ms, passed_ms) values (1, ?1, ?2, ?3, ?4)
             on conflict do update set hlc = excluded.hlc, offset_ms = excluded.offset_ms,
                error_ms = excluded.error_ms, passed_ms = excluded.passed_ms",
        )?
        .execute(params![
            saved.hlc.raw().cast_signed(),
            saved.offset.map(|offset| offset.offset_ms),
            saved.offset.map(|offset| offset.error_ms),
            saved.passed_ms,
        ])?;
    Ok(())
}
