//! What is to be printed of a till's journal.

use rusqlite::{Connection, params};
use serde::Serialize;
use shared::clock::UnixMillis;
use shared::ids::FactId;

use super::{ReplicaError, WriteTx};

/// What a print job prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PrintWhat {
    /// The tickets of a sale.
    Tickets,
    /// Its receipt, or that of a refund.
    Receipt,
    /// A Z.
    Report,
}

impl PrintWhat {
    fn code(self) -> &'static str {
        match self {
            Self::Tickets => "tickets",
            Self::Receipt => "receipt",
            Self::Report => "report",
        }
    }
}

/// Whether it is the first print.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PrintCopy {
    /// What was sold.
    Original,
    /// It says DUPLICATA.
    Duplicate,
}

/// A print job as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PrintJob {
    /// Its number.
    pub no: i64,
    /// Of which sale, refund, reprint or closing.
    pub fact: FactId,
    /// `tickets`, `receipt` or `report`.
    pub what: String,
    /// Marked as a duplicate.
    pub duplicate: bool,
    /// `waiting` until a printer takes it.
    pub state: String,
}

/// Something is to be printed, once this is committed.
pub(crate) fn add(
    tx: &WriteTx<'_>,
    fact: FactId,
    what: PrintWhat,
    copy: PrintCopy,
    now_ms: UnixMillis,
) -> Result<(), ReplicaError> {
    tx.execute(
        "insert into print_job (fact, what, duplicate, changed_ms) values (?1, ?2, ?3, ?4)",
        params![
            fact.as_bytes(),
            what.code(),
            copy == PrintCopy::Duplicate,
            now_ms
        ],
    )?;
    Ok(())
}

/// The print jobs of a fact, or all of them, in the order in which they were made.
pub fn of(connection: &Connection, fact: Option<FactId>) -> Result<Vec<PrintJob>, ReplicaError> {
    let mut statement = connection.prepare(
        "select no, fact, what, duplicate, state from print_job where ?1 is null or fact = ?1 order by no",
    )?;
    let rows = statement.query_map([fact.map(|fact| *fact.as_bytes())], |row| {
        Ok(PrintJob {
            no: row.get(0)?,
            fact: FactId::from_bytes(row.get(1)?),
            what: row.get(2)?,
            duplicate: row.get(3)?,
            state: row.get(4)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
