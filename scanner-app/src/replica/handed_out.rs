//! Tickets of the store's orders while they are printed here. They are as good as cash, so they are sealed, and gone once the paper is out.

use rusqlite::{Connection, OptionalExtension as _, params};
use shared::ids::FactId;
use shared::wire::latest::HandOut;

use super::{ReplicaError, WriteTx};
use crate::vault::Vault;

fn purpose(fact: FactId) -> String {
    format!("handed_out/{fact}")
}

fn unreadable() -> ReplicaError {
    ReplicaError::Row {
        table: "handed_out",
    }
}

/// Keeps them until they are printed.
pub(crate) fn put(
    tx: &WriteTx<'_>,
    vault: &Vault,
    fact: FactId,
    tickets: &HandOut,
) -> Result<(), ReplicaError> {
    let text = serde_json::to_vec(tickets).map_err(|_| unreadable())?;
    let sealed = vault.seal(&purpose(fact), &text);
    tx.execute(
        "insert or replace into handed_out (fact, sealed) values (?1, ?2)",
        params![fact.as_bytes(), sealed],
    )?;
    Ok(())
}

/// Those of a fact, while they are here.
pub(crate) fn get(
    connection: &Connection,
    vault: &Vault,
    fact: FactId,
) -> Result<Option<HandOut>, ReplicaError> {
    let sealed: Option<Vec<u8>> = connection
        .prepare_cached("select sealed from handed_out where fact = ?1")?
        .query_row([fact.as_bytes()], |row| row.get(0))
        .optional()?;
    let Some(sealed) = sealed else {
        return Ok(None);
    };
    let text = vault
        .unseal(&purpose(fact), &sealed)
        .map_err(|_| unreadable())?;
    serde_json::from_slice(&text)
        .map(Some)
        .map_err(|_| unreadable())
}

/// Their paper is out, or nobody waits for it.
pub(crate) fn forget(tx: &WriteTx<'_>, fact: FactId) -> Result<(), ReplicaError> {
    let is_here: bool = tx
        .prepare_cached("select exists (select 1 from handed_out where fact = ?1)")?
        .query_row([fact.as_bytes()], |row| row.get(0))?;
    if !is_here {
        return Ok(());
    }
    tx.overwriting(|| {
        tx.execute("delete from handed_out where fact = ?1", [fact.as_bytes()])?;
        Ok(())
    })
}

/// All of them: nobody prints here any more.
pub(super) fn erase(tx: &WriteTx<'_>) -> Result<(), ReplicaError> {
    tx.execute("delete from handed_out", [])?;
    Ok(())
}
