//! The printers that this till is set up with.

use rusqlite::{Connection, OptionalExtension as _, params};

use super::{ReplicaError, WriteTx};

/// Address and language of a printer, as they were set up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrinterRow {
    /// As `print::printer::PrinterAddress` is written.
    pub address: String,
    /// As `print::printer::Speaks` is written.
    pub speaks: String,
}

/// Of `tickets` or `papers`.
pub fn get(connection: &Connection, prints: &str) -> Result<Option<PrinterRow>, ReplicaError> {
    Ok(connection
        .prepare_cached("select address, speaks from printer where prints = ?1")?
        .query_row([prints], |row| {
            Ok(PrinterRow {
                address: row.get(0)?,
                speaks: row.get(1)?,
            })
        })
        .optional()?)
}

/// `None` = it has none any more.
pub(crate) fn put(
    tx: &WriteTx<'_>,
    prints: &str,
    printer: Option<&PrinterRow>,
) -> Result<(), ReplicaError> {
    match printer {
        Some(printer) => tx.execute(
            "insert or replace into printer (prints, address, speaks) values (?1, ?2, ?3)",
            params![prints, printer.address, printer.speaks],
        )?,
        None => tx.execute("delete from printer where prints = ?1", [prints])?,
    };
    Ok(())
}
