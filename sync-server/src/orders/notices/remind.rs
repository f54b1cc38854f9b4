//! The day before, at ten in the morning where the event is.

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _, Zoned};
use shared::clock::UnixMillis;
use shared::ids::{EventId, OrganizerId};

use super::{Kind, write};
use crate::app::App;

const HOUR_MS: i64 = 3_600_000;
/// Whoever is not yet on the way then is told too late.
const TOO_LATE_MS: i64 = 2 * HOUR_MS;
/// From ten in the morning to the end of the next day, and an hour for a change of clocks.
const LONGEST_AHEAD_MS: i64 = 39 * HOUR_MS;
const BATCH: i64 = 200;

/// Writes the notice of each event whose reminder is due; it is told once for each day on which the event was to start.
pub async fn sweep(app: &App) -> Result<(), sqlx::Error> {
    let now_ms = app.now_ms();
    let events = sqlx::query!(
        "select e.organizer_id, e.id, e.starts_ms, e.time_zone from events e
         where e.status = 'published' and e.starts_ms > $1 and e.starts_ms < $2
           and not exists (select from notices n
               where n.organizer_id = e.organizer_id and n.event_id = e.id and n.kind = 'reminder'
                 and n.before ->> 'starts_ms' = e.starts_ms::text)
         order by e.starts_ms limit $3",
        now_ms + TOO_LATE_MS,
        now_ms + LONGEST_AHEAD_MS,
        BATCH,
    )
    .fetch_all(&app.pool)
    .await?;
    let mut connection = app.pool.acquire().await?;
    for event in events {
        let starts = local(event.starts_ms, &event.time_zone);
        if now_ms < due_ms(&starts) {
            continue;
        }
        let of = (OrganizerId(event.organizer_id), EventId(event.id));
        let cause = format!("reminder/{}/{}", of.1, starts.date());
        let for_start = serde_json::json!({ "starts_ms": event.starts_ms });
        write(
            &mut connection,
            of,
            Kind::Reminder,
            &cause,
            for_start,
            (now_ms, now_ms),
        )
        .await?;
    }
    Ok(())
}

pub(super) fn local(at_ms: UnixMillis, time_zone: &str) -> Zoned {
    let zone = TimeZone::get(time_zone).unwrap_or(TimeZone::UTC);
    Timestamp::from_millisecond(at_ms)
        .unwrap_or_default()
        .to_zoned(zone)
}

/// Ten in the morning of the day before.
fn due_ms(starts: &Zoned) -> UnixMillis {
    let day_before = starts.date().saturating_sub(1.day());
    let ten = day_before.at(10, 0, 0, 0);
    match ten.to_zoned(starts.time_zone().clone()) {
        Ok(ten) => ten.timestamp().as_millisecond(),
        // Before the first day of the calendar.
        Err(_) => starts.timestamp().as_millisecond(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn due(starts: &str) -> String {
        let starts: Zoned = starts.parse().unwrap();
        let due = Timestamp::from_millisecond(due_ms(&starts)).unwrap();
        due.to_zoned(starts.time_zone().clone()).to_string()
    }

    #[test]
    fn it_is_ten_in_the_morning_of_the_day_before_where_the_event_is() {
        assert_eq!(
            due("2026-11-28T20:30:00+01:00[Europe/Paris]"),
            "2026-11-27T10:00:00+01:00[Europe/Paris]"
        );
        assert_eq!(
            due("2026-11-28T00:30:00-04:00[America/Martinique]"),
            "2026-11-27T10:00:00-04:00[America/Martinique]"
        );
    }

    #[test]
    fn the_change_of_the_clocks_moves_it_with_them() {
        assert_eq!(
            due("2026-10-25T20:00:00+01:00[Europe/Paris]"),
            "2026-10-24T10:00:00+02:00[Europe/Paris]"
        );
    }
}
