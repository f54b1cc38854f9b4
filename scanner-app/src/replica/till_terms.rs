//! What the organizer tells its tills, as the server said it last.

use rusqlite::{Connection, OptionalExtension as _};
use shared::wire::latest::TillTerms;

use super::events::{json, parse};
use super::{ReplicaError, WriteTx};

pub(crate) fn put(tx: &WriteTx<'_>, terms: &TillTerms) -> Result<(), ReplicaError> {
    tx.execute(
        "insert or replace into till_terms (only_row, terms) values (1, ?1)",
        [json(terms)],
    )?;
    Ok(())
}

/// `None` before the server was asked for places.
pub fn load(connection: &Connection) -> Result<Option<TillTerms>, ReplicaError> {
    let terms: Option<String> = connection
        .query_row("select terms from till_terms", [], |row| row.get(0))
        .optional()?;
    terms.map(|terms| parse("till_terms", &terms)).transpose()
}
