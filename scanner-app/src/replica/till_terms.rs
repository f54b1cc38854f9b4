//! What the organizer tells its tills, as the server said it last.

use rusqlite::{Connection, OptionalExtension as _};
use shared::wire::latest::{TillTerms, VoucherKind};

use super::events::{json, parse};
use super::{ReplicaError, WriteTx};

pub(crate) fn put(tx: &WriteTx<'_>, terms: &TillTerms) -> Result<(), ReplicaError> {
    tx.execute(
        "insert into till_terms (only_row, terms) values (1, ?1) on conflict (only_row) do update set terms = excluded.terms",
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

/// Kinds of vouchers, those that are taken no more too.
pub fn vouchers(connection: &Connection) -> Result<Vec<VoucherKind>, ReplicaError> {
    Ok(load(connection)?.map_or_else(Vec::new, |terms| terms.vouchers))
}

/// What a kind of vouchers is called.
pub fn voucher_name(vouchers: &[VoucherKind], number: u16) -> Option<String> {
    let found = vouchers.iter().find(|kind| kind.number == number);
    found.map(|kind| kind.name.clone())
}

/// What the journal knows of, see [`note`].
pub(crate) fn noted(connection: &Connection) -> Result<Option<Vec<u8>>, ReplicaError> {
    let noted = connection.query_row("select noted from till_terms", [], |row| row.get(0));
    Ok(noted.optional()?.flatten())
}

/// The journal knows of this now.
pub(crate) fn note(tx: &WriteTx<'_>, what: &[u8]) -> Result<(), ReplicaError> {
    tx.execute("update till_terms set noted = ?1", [what])?;
    Ok(())
}
