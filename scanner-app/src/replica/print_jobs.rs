//! What is to be printed of a till's journal, and how far each job came.

use rusqlite::{Connection, OptionalExtension as _, Row, params};
use serde::Serialize;
use shared::clock::UnixMillis;
use shared::ids::FactId;
use shared::language::Language;

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

    fn read(code: &str) -> Option<Self> {
        [Self::Tickets, Self::Receipt, Self::Report]
            .into_iter()
            .find(|what| what.code() == code)
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
    /// What.
    pub what: PrintWhat,
    /// Marked as a duplicate.
    pub duplicate: bool,
    /// Of its words.
    pub language: Language,
    /// As `print::job::JobState` names it: `waiting` until a printer takes it.
    pub state: String,
    /// Of a failed one: why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trouble: Option<String>,
    /// Of a failed one: something of it may be on paper.
    pub began: bool,
    /// Another job prints the same in its place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replaced_by: Option<i64>,
}

/// Something is to be printed, once this is committed; its number.
pub(crate) fn add(
    tx: &WriteTx<'_>,
    fact: FactId,
    (what, copy): (PrintWhat, PrintCopy),
    language: Language,
    now_ms: UnixMillis,
) -> Result<i64, ReplicaError> {
    tx.execute(
        "insert into print_job (fact, what, duplicate, language, changed_ms) values (?1, ?2, ?3, ?4, ?5)",
        params![
            fact.as_bytes(),
            what.code(),
            copy == PrintCopy::Duplicate,
            language.code(),
            now_ms
        ],
    )?;
    Ok(tx.last_insert_rowid())
}

const COLUMNS: &str = "no, fact, what, duplicate, language, state, trouble, began, replaced_by";

fn read(row: &Row<'_>) -> rusqlite::Result<Option<PrintJob>> {
    let (what, language): (String, String) = (row.get(2)?, row.get(4)?);
    let (no, fact) = (row.get(0)?, FactId::from_bytes(row.get(1)?));
    let Some((what, language)) = PrintWhat::read(&what).zip(language.parse().ok()) else {
        return Ok(None);
    };
    Ok(Some(PrintJob {
        no,
        fact,
        what,
        duplicate: row.get(3)?,
        language,
        state: row.get(5)?,
        trouble: row.get(6)?,
        began: row.get(7)?,
        replaced_by: row.get(8)?,
    }))
}

fn unreadable() -> ReplicaError {
    ReplicaError::Row { table: "print_job" }
}

/// The print jobs of a fact, or all of them, in the order in which they were made.
pub fn of(connection: &Connection, fact: Option<FactId>) -> Result<Vec<PrintJob>, ReplicaError> {
    let sql = format!("select {COLUMNS} from print_job where ?1 is null or fact = ?1 order by no");
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map([fact.map(|fact| *fact.as_bytes())], read)?;
    rows.map(|row| row?.ok_or_else(unreadable)).collect()
}

/// Those that nobody has on paper for certain, in the order in which they were made.
pub fn unfinished(connection: &Connection) -> Result<Vec<PrintJob>, ReplicaError> {
    let sql = format!(
        "select {COLUMNS} from print_job
         where state not in ('printed', 'handed_over', 'left') and replaced_by is null order by no"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map([], read)?;
    rows.map(|row| row?.ok_or_else(unreadable)).collect()
}

/// A job.
pub fn get(connection: &Connection, no: i64) -> Result<Option<PrintJob>, ReplicaError> {
    let sql = format!("select {COLUMNS} from print_job where no = ?1");
    let mut statement = connection.prepare_cached(&sql)?;
    let row = statement.query_row([no], read).optional()?;
    row.map(|row| row.ok_or_else(unreadable)).transpose()
}

/// How it stands from now on.
pub(crate) fn put_state(
    tx: &WriteTx<'_>,
    no: i64,
    (state, trouble, began): (&str, Option<&str>, bool),
    now_ms: UnixMillis,
) -> Result<(), ReplicaError> {
    tx.execute(
        "update print_job set state = ?2, trouble = ?3, began = ?4, changed_ms = ?5,
             holder = case when ?2 in ('printed', 'handed_over', 'left') then null else holder end
         where no = ?1",
        params![no, state, trouble, began, now_ms],
    )?;
    Ok(())
}

/// Keeps, sealed, who the tickets of a job are for.
pub(crate) fn put_holder(tx: &WriteTx<'_>, no: i64, sealed: &[u8]) -> Result<(), ReplicaError> {
    tx.execute(
        "update print_job set holder = ?2 where no = ?1",
        params![no, sealed],
    )?;
    Ok(())
}

/// Who the tickets of a job are for, sealed; nothing once they are on paper.
pub(crate) fn holder(connection: &Connection, no: i64) -> Result<Option<Vec<u8>>, ReplicaError> {
    let sql = "select holder from print_job where no = ?1";
    let found = connection
        .prepare_cached(sql)?
        .query_row([no], |row| row.get(0));
    Ok(found.optional()?.flatten())
}

/// The same is printed by another job.
pub(crate) fn replace(tx: &WriteTx<'_>, no: i64, by: i64) -> Result<(), ReplicaError> {
    tx.execute(
        "update print_job set replaced_by = ?2, holder = null where no = ?1",
        [no, by],
    )?;
    Ok(())
}
