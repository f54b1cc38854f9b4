//! Numbers that were given to tills: sold, given back unsold, still there, written off. Each one has its place on the statement.

use shared::ids::{EventId, OrganizerId};
use sqlx::PgConnection;

/// The numbers of one type that a till was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Lent {
    pub(super) type_name: String,
    pub(super) till: String,
    /// The letters of their numbers.
    pub(super) channel: String,
    pub(super) first: i64,
    pub(super) last: i64,
    pub(super) count: i64,
    pub(super) sold: i64,
    /// Given back: nobody ever sells these numbers.
    pub(super) returned: i64,
    pub(super) returned_numbers: Vec<(i64, i64)>,
    /// The till may have sold them and not said so.
    pub(super) unsold: i64,
    /// Of those, places that were sold again without its word.
    pub(super) written_off: i64,
}

impl Lent {
    /// `A-7, A-12 to A-20`, as numbers alone: the letters stand beside them.
    pub(super) fn returned_text(&self) -> String {
        let range = |(first, last): &(i64, i64)| {
            if first == last {
                format!("{}-{first}", self.channel)
            } else {
                format!("{0}-{first}\u{a0}–\u{a0}{0}-{last}", self.channel)
            }
        };
        let ranges: Vec<String> = self.returned_numbers.iter().map(range).collect();
        ranges.join(", ")
    }
}

/// Numbers in ascending order, as first and last of each unbroken run.
fn runs(numbers: &[i64]) -> Vec<(i64, i64)> {
    let mut runs: Vec<(i64, i64)> = Vec::new();
    for &number in numbers {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == number => *last = number,
            Some(_) | None => runs.push((number, number)),
        }
    }
    runs
}

/// All numbers that tills were given of an event, by type and till.
pub(super) async fn lent(
    conn: &mut PgConnection,
    (organizer, event): (OrganizerId, EventId),
) -> Result<Vec<Lent>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select y.name, k.channel, coalesce(d.name, '') as "till!", min(k.series_no) as "first!", max(k.series_no) as "last!",
                  count(*) as "count!", count(*) filter (where k.state = 'sold') as "sold!",
                  count(*) filter (where k.state = 'unsold') as "unsold!",
                  coalesce(array_agg(k.series_no order by k.series_no) filter (where k.state = 'returned'), '{}') as "returned!",
                  coalesce((select sum(w.places - w.settled) from lease_write_offs w
                            where w.organizer_id = $1 and w.event_id = $2 and w.device_id = d.id and w.type_no = k.type_no),
                           0)::bigint as "written_off!"
           from leased_tickets k
           join ticket_types y on y.organizer_id = $1 and y.event_id = $2 and y.no = k.type_no
           left join devices d on d.organizer_id = $1 and d.series = k.channel
           where k.organizer_id = $1 and k.event_id = $2 and k.series_no is not null
           group by y.position, y.no, y.name, k.type_no, k.channel, d.id, d.name
           order by k.channel, y.position, y.no"#,
        organizer.0,
        event.0
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Lent {
            type_name: row.name,
            till: row.till,
            channel: row.channel,
            first: row.first,
            last: row.last,
            count: row.count,
            sold: row.sold,
            returned: row.returned.len() as i64,
            returned_numbers: runs(&row.returned),
            unsold: row.unsold,
            written_off: row.written_off,
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_follow_each_other_are_one_run() {
        assert_eq!(runs(&[]), []);
        assert_eq!(runs(&[4]), [(4, 4)]);
        assert_eq!(runs(&[1, 2, 3, 7, 9, 10]), [(1, 3), (7, 7), (9, 10)]);
    }
}
