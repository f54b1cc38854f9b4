//! Uses of the store's promo codes that this till may make: by the id of the fact that it writes then.

use rusqlite::{Connection, OptionalExtension as _, params};
use shared::ids::FactId;
use shared::wire::latest::Promotion;

use super::{ReplicaError, WriteTx};

fn unreadable() -> ReplicaError {
    ReplicaError::Row { table: "promotion" }
}

/// Keeps one until it is made or given up.
pub(crate) fn put(
    tx: &WriteTx<'_>,
    fact: FactId,
    promotion: &Promotion,
) -> Result<(), ReplicaError> {
    let answer = serde_json::to_string(promotion).map_err(|_| unreadable())?;
    tx.execute(
        "insert or replace into promotion (fact, answer) values (?1, ?2)",
        params![fact.as_bytes(), answer],
    )?;
    Ok(())
}

/// One that may be made.
pub(crate) fn get(
    connection: &Connection,
    fact: FactId,
) -> Result<Option<Promotion>, ReplicaError> {
    let answer: Option<String> = connection
        .prepare_cached("select answer from promotion where fact = ?1 and given_up = 0")?
        .query_row([fact.as_bytes()], |row| row.get(0))
        .optional()?
        .flatten();
    let answer = answer.map(|text| serde_json::from_str(&text).map_err(|_| unreadable()));
    answer.transpose()
}

/// All that may be made.
pub(crate) fn kept(connection: &Connection) -> Result<Vec<(FactId, Promotion)>, ReplicaError> {
    let mut kept = Vec::new();
    for fact in facts(connection, "select fact from promotion where given_up = 0")? {
        kept.extend(get(connection, fact)?.map(|promotion| (fact, promotion)));
    }
    Ok(kept)
}

/// Those that the server is to be told of.
pub(crate) fn given_up(connection: &Connection) -> Result<Vec<FactId>, ReplicaError> {
    facts(connection, "select fact from promotion where given_up = 1")
}

fn facts(connection: &Connection, sql: &str) -> Result<Vec<FactId>, ReplicaError> {
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([], |row| row.get(0).map(FactId::from_bytes))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// It will not be made, whether the server's answer came or not.
pub(crate) fn give_up(tx: &WriteTx<'_>, fact: FactId) -> Result<(), ReplicaError> {
    tx.execute(
        "insert into promotion (fact, given_up) values (?1, 1) on conflict (fact) do update set given_up = 1",
        [fact.as_bytes()],
    )?;
    Ok(())
}

/// It was made, or the server knows that it won't be.
pub(crate) fn forget(tx: &WriteTx<'_>, fact: FactId) -> Result<(), ReplicaError> {
    tx.execute("delete from promotion where fact = ?1", [fact.as_bytes()])?;
    Ok(())
}
