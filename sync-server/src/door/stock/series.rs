//! Numbers of tickets: unbroken for each event and till, told apart by the till's letters.

use shared::clock::UnixMillis;
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

/// The first letters from the `from`th on that no till has.
fn next_letters(given: &[String], from: usize) -> String {
    let mut nth = given.len().max(from);
    while given.contains(&letters(nth)) {
        nth += 1;
    }
    letters(nth)
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
        r#"select series as "series!" from devices where organizer_id = $1 and series is not null"#,
        organizer.0
    )
    .fetch_all(&mut *conn)
    .await?;
    let from = sqlx::query_scalar!(
        "select letters_from from organizers where id = $1",
        organizer.0
    )
    .fetch_one(&mut *conn)
    .await?;
    let letters = next_letters(&given, usize::try_from(from).unwrap_or(0));
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

/// A till's journal names its letters. They were given by what a restore lost: the till keeps them, and its numbers go on behind
/// a gap where they may have been given out.
pub(in crate::door) async fn take_back_letters(
    conn: &mut PgConnection,
    (organizer, till): (OrganizerId, DeviceId),
    letters: &str,
    now_ms: UnixMillis,
) -> Result<(), sqlx::Error> {
    let taken = sqlx::query!(
        "update devices d set series = $3 from organizers o
         where o.id = $1 and o.letters_from > 0 and d.organizer_id = $1 and d.id = $2 and d.series is null
           and not exists (select from devices other where other.organizer_id = $1 and other.series = $3)",
        organizer.0,
        till.0,
        letters
    )
    .execute(&mut *conn)
    .await?;
    if taken.rows_affected() == 0 {
        return Ok(());
    }
    sqlx::query!(
        "with wide as (
             select g.event_id, max(g.last_no - g.first_no) as more from series_gaps g
             join device_events d on d.organizer_id = g.organizer_id and d.event_id = g.event_id and d.device_id = $2
             join events e on e.organizer_id = g.organizer_id and e.id = g.event_id and e.ends_ms > $4
             where g.organizer_id = $1 group by g.event_id
         ), moved as (
             insert into series (organizer_id, event_id, channel, last) select $1, event_id, $3, more + 1 from wide
             on conflict do nothing returning event_id, last
         )
         insert into series_gaps (organizer_id, event_id, channel, first_no, last_no, at_ms)
         select $1, event_id, $3, 1, last, $4 from moved",
        organizer.0,
        till.0,
        letters,
        now_ms
    )
    .execute(conn)
    .await
    .map(drop)
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
    fn letters_that_a_restore_may_have_lost_are_given_to_no_other_till() {
        let given = ["A".to_owned(), "C".to_owned()];
        assert_eq!(next_letters(&given[..1], 0), "B");
        assert_eq!(next_letters(&given, 0), "D", "C was taken back by its till");
        assert_eq!(next_letters(&given, 24), "AB");
    }

    #[test]
    fn every_till_has_letters_of_its_own_and_none_has_the_stores() {
        let named = [0, 22, 23, 24, 23 + 23 * 23 - 1].map(letters);
        assert_eq!(named, ["A", "Z", "AA", "AB", "ZZ"]);
        let all: BTreeSet<String> = (0..2_000).map(letters).collect();
        assert_eq!(all.len(), 2_000);
        assert!(all.iter().all(|letters| !letters.contains('W')));
    }
}
