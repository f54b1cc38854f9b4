//! Numbers of tickets: unbroken for each event and till, told apart by the till's letters.

use shared::ids::{DeviceId, EventId, OrganizerId};
use sqlx::PgConnection;

/// Without I and O, which look like digits, and W, which is the store's.
const LETTERS: &[u8; 23] = b"ABCDEFGHJKLMNPQRSTUVXYZ";

/// The letters of the organizer's `nth` till, from 0: A to Z, then AA, AB...
fn letters(nth: usize) -> String {
    let mut letters = Vec::new();
    let mut rest = nth + 1;
    while rest > 0 {
        rest -= 1;
        letters.push(char::from(LETTERS[rest % LETTERS.len()]));
        rest /= LETTERS.len();
    }
    letters.iter().rev().collect()
}

/// The till's letters; given at the first call, for ever. The caller holds the organizer's row.
pub(super) async fn letters_of(
    conn: &mut PgConnection,
    organizer: OrganizerId,
    till: DeviceId,
) -> Result<String, sqlx::Error> {
    let known = known_letters(conn, organizer, till).await?;
    if let Some(letters) = known {
        return Ok(letters);
    }
    let given = sqlx::query_scalar!(
        r#"select count(*) as "given!" from devices where organizer_id = $1 and series is not null"#,
        organizer.0
    )
    .fetch_one(&mut *conn)
    .await?;
    let letters = letters(usize::try_from(given).unwrap_or(0));
    sqlx::query!(
        "update devices set series = $3 where organizer_id = $1 and id = $2",
        organizer.0,
        till.0,
        letters
    )
    .execute(conn)
    .await?;
    Ok(letters)
}

/// The till's letters, if it has some.
pub(super) async fn known_letters(
    conn: &mut PgConnection,
    organizer: OrganizerId,
    till: DeviceId,
) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar!(
        "select series from devices where organizer_id = $1 and id = $2",
        organizer.0,
        till.0
    )
    .fetch_optional(conn)
    .await
    .map(Option::flatten)
}

/// Takes the next `count` numbers; the last one before them.
pub(super) async fn take_numbers(
    conn: &mut PgConnection,
    (organizer, event): (OrganizerId, EventId),
    letters: &str,
    count: u32,
) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        r#"insert into series (organizer_id, event_id, channel, last) values ($1, $2, $3, $4)
           on conflict (organizer_id, event_id, channel) do update set last = series.last + excluded.last
           returning last - $4 as "before!""#,
        organizer.0,
        event.0,
        letters,
        i64::from(count)
    )
    .fetch_one(conn)
    .await
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_till_has_letters_of_its_own_and_none_has_the_stores() {
        let named = [0, 22, 23, 24, 23 + 23 * 23 - 1].map(letters);
        assert_eq!(named, ["A", "Z", "AA", "AB", "ZZ"]);
        let all: BTreeSet<String> = (0..2_000).map(letters).collect();
        assert_eq!(all.len(), 2_000);
        assert!(all.iter().all(|letters| !letters.contains('W')));
    }
}
