//! Places that this till asked another till for, until the answer is on the disk.

use rusqlite::{OptionalExtension as _, params};
use shared::ids::{DeviceId, FactId, TypeNo};

use super::events::EventNo;
use super::{ReplicaError, WriteTx};

/// A question to another till.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PlaceAsk {
    pub(crate) asked_for: FactId,
    pub(crate) places: u32,
}

/// The question to put to that till: the one that it may have answered already, else this new one.
pub(crate) fn begin(
    tx: &WriteTx<'_>,
    (event, type_no): (EventNo, TypeNo),
    lender: DeviceId,
    new: PlaceAsk,
) -> Result<PlaceAsk, ReplicaError> {
    let of = params![event.0, type_no.0, lender.as_bytes()];
    let open = tx
        .query_row(
            "select asked_for, places from place_ask where event = ?1 and type_no = ?2 and lender = ?3",
            of,
            |row| {
                Ok(PlaceAsk {
                    asked_for: FactId::from_bytes(row.get(0)?),
                    places: row.get(1)?,
                })
            },
        )
        .optional()?;
    if let Some(open) = open {
        return Ok(open);
    }
    tx.execute(
        "insert into place_ask (asked_for, event, type_no, lender, places) values (?4, ?1, ?2, ?3, ?5)",
        params![
            event.0,
            type_no.0,
            lender.as_bytes(),
            new.asked_for.as_bytes(),
            new.places
        ],
    )?;
    Ok(new)
}

/// Its answer is on the disk.
pub(crate) fn end(tx: &WriteTx<'_>, asked_for: FactId) -> Result<(), ReplicaError> {
    tx.execute(
        "delete from place_ask where asked_for = ?1",
        [asked_for.as_bytes()],
    )?;
    Ok(())
}
