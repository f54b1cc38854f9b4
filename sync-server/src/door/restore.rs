//! After the database went back to a backup: what was done since is gone here, and lives on in devices, tickets and mails.
//!
//! Whoever restores runs `sync-server restored` once, before the server serves. Then nothing that was lost can be done a
//! second time: devices pull from the beginning and bring back all facts; the server's own journals go on in new ones, since
//! the old ones' next places are taken; no number and no place is given out again until somebody has counted.

use shared::clock::UnixMillis;
use shared::ids::{EventId, OrganizerId, Random, TypeNo, UserId};
use shared::wire::latest::ErrorCode;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::rights::{self, SettleRightsError};
use crate::app::App;
use crate::database::transaction;
use crate::web::ApiError;

/// Of key ids, which are unique over the platform: more than a day makes.
const KEY_GAP: i32 = 10_000;
/// Of tills' letters: more tills than are lent places for the first time in a day.
const LETTERS_GAP: i32 = 23;
/// Of series, beside all places of the event: places that were given back and sold again.
const SERIES_GAP: i64 = 1_000;

/// What a restore did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Restored {
    /// Events whose feed begins another life.
    pub feeds: u64,
    /// Series of events that are not over, which go on behind a gap.
    pub series: u64,
    /// Ticket types whose places are closed until `go_on`.
    pub types_closed: u64,
}

/// Makes everything begin anew that may not go on from the backup, in one transaction. Once more does no harm, and opens
/// another gap.
pub async fn restored(
    pool: &PgPool,
    now_ms: UnixMillis,
    random: &mut impl Random,
) -> Result<Restored, sqlx::Error> {
    let mut tx = transaction::begin(pool).await?;
    begin_another_life(&mut tx, random).await?;
    let feeds = begin_feeds_anew(&mut tx, random).await?;
    leave_letters(&mut tx).await?;
    let series = leave_gaps(&mut tx, now_ms).await?;
    let types_closed = close_places(&mut tx, now_ms).await?;
    tx.commit().await?;
    Ok(Restored {
        feeds,
        series,
        types_closed,
    })
}

/// It travels as a number in JSON and postcard alike.
fn positive(random: &mut impl Random) -> i64 {
    let mut bytes = [0; 8];
    random.fill(&mut bytes);
    i64::from_be_bytes(bytes) & i64::MAX
}

/// All sessions of devices end: the next one says that this is another life.
async fn begin_another_life(
    conn: &mut PgConnection,
    random: &mut impl Random,
) -> Result<(), sqlx::Error> {
    sqlx::query!("update database_life set life = $1", positive(random))
        .execute(&mut *conn)
        .await?;
    sqlx::query!("delete from device_sessions")
        .execute(conn)
        .await
        .map(drop)
}

async fn begin_feeds_anew(
    conn: &mut PgConnection,
    random: &mut impl Random,
) -> Result<u64, sqlx::Error> {
    let events = sqlx::query_scalar!("select event_id from feeds order by event_id for update")
        .fetch_all(&mut *conn)
        .await?;
    let epochs: Vec<i64> = events.iter().map(|_| positive(random)).collect();
    let done = sqlx::query!(
        "update feeds f set epoch = n.epoch, own_before = coalesce(f.own_journal, f.own_before), own_journal = null,
                rights_on_hold = true
         from unnest($1::uuid[], $2::bigint[]) as n (event, epoch) where f.event_id = n.event",
        &events,
        &epochs
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}

async fn leave_letters(conn: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update organizers o set letters_from = greatest(o.letters_from, n.given) + $1
         from (select organizer_id, count(series)::int as given from devices group by organizer_id) n
         where n.organizer_id = o.id",
        LETTERS_GAP
    )
    .execute(conn)
    .await
    .map(drop)
}

async fn leave_gaps(conn: &mut PgConnection, now_ms: UnixMillis) -> Result<u64, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select setval('signing_key_ids', (select last_value from signing_key_ids) + $1::bigint) as "next!""#,
        i64::from(KEY_GAP)
    )
    .fetch_one(&mut *conn)
    .await?;
    let done = sqlx::query!(
        "with wide as (
             select e.organizer_id, e.id as event_id, c.channel, coalesce(s.last, 0) as last,
                    $2 + coalesce((select sum(quota) from stock k where k.organizer_id = e.organizer_id
                                   and k.event_id = e.id), 0)::bigint as gap
             from events e
             -- The store, and every till that may have begun to sell for it.
             cross join lateral (
                 select 'W' as channel
                 union select channel from series k where k.organizer_id = e.organizer_id and k.event_id = e.id
                 union select d.series from devices d
                       join device_events m on m.organizer_id = d.organizer_id and m.device_id = d.id
                       where m.organizer_id = e.organizer_id and m.event_id = e.id and d.series is not null
             ) c
             left join series s on s.organizer_id = e.organizer_id and s.event_id = e.id and s.channel = c.channel
             where e.ends_ms > $1
         ), moved as (
             insert into series (organizer_id, event_id, channel, last)
             select organizer_id, event_id, channel, last + gap from wide
             on conflict (organizer_id, event_id, channel) do update set last = excluded.last
         )
         insert into series_gaps (organizer_id, event_id, channel, first_no, last_no, at_ms)
         select organizer_id, event_id, channel, last + 1, last + gap, $1 from wide",
        now_ms,
        SERIES_GAP
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}

/// What isn't sold may have been. A hold may have been paid, so all holds end.
async fn close_places(conn: &mut PgConnection, now_ms: UnixMillis) -> Result<u64, sqlx::Error> {
    sqlx::query!(
        "update orders o set state = 'expired' from events e
         where o.state = 'held' and e.organizer_id = o.organizer_id and e.id = o.event_id and e.ends_ms > $1",
        now_ms
    )
    .execute(&mut *conn)
    .await?;
    let done = sqlx::query!(
        "with closed as (
             update stock s set leased = s.quota + s.written_off - s.sold, held = 0
             from stock was join events e on e.organizer_id = was.organizer_id and e.id = was.event_id
             where s.organizer_id = was.organizer_id and s.event_id = was.event_id and s.type_no = was.type_no
               and e.ends_ms > $1 and was.sold + was.leased < was.quota + was.written_off
             returning s.organizer_id, s.event_id, s.type_no, was.quota + was.written_off - was.sold - was.leased as places
         )
         insert into restore_places (organizer_id, event_id, type_no, at_ms, places)
         select organizer_id, event_id, type_no, $1, places from closed
         on conflict (organizer_id, event_id, type_no) where ended_ms is null
         do update set places = restore_places.places + excluded.places",
        now_ms
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}

/// Sale does not go on.
#[derive(Debug, thiserror::Error)]
pub(super) enum GoOnError {
    /// No place of this event is closed.
    #[error(
        "no places of this event are closed after a restore, and no rights of entry are on hold"
    )]
    NothingClosed,
    /// More than were free.
    #[error("of ticket type {0} there were not so many places")]
    TooMany(TypeNo),
    /// What nobody holds can't be granted.
    #[error(transparent)]
    Settle(#[from] SettleRightsError),
    /// Reading or writing.
    #[error("opening places after a restore")]
    Database(#[from] sqlx::Error),
}

impl From<GoOnError> for ApiError {
    fn from(error: GoOnError) -> Self {
        match error {
            GoOnError::NothingClosed => Self::new(ErrorCode::Conflict, error.to_string()),
            GoOnError::TooMany(_) => Self::invalid([("sold_meanwhile", "more than were closed")]),
            GoOnError::Settle(source) => source.into(),
            GoOnError::Database(source) => source.into(),
        }
    }
}

/// How many places of a type were sold by what was lost.
#[derive(Clone, Copy, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SoldMeanwhile {
    /// Of which type.
    #[schema(value_type = u16)]
    pub(super) type_no: TypeNo,
    /// How many.
    pub(super) places: u32,
}

/// Opens the places again; those that were sold meanwhile stay sold. Rights of entry are granted again: by now the doors have
/// handed in what they moved.
pub(super) async fn go_on(
    app: &App,
    (organizer, event): (OrganizerId, EventId),
    sold: &[SoldMeanwhile],
    by: UserId,
) -> Result<(), GoOnError> {
    let now_ms = app.now_ms();
    let mut tx = transaction::begin(&app.pool).await?;
    transaction::begin_change(&mut tx, organizer, event).await?;
    let closed = sqlx::query!(
        "select type_no, places from restore_places
         where organizer_id = $1 and event_id = $2 and ended_ms is null order by type_no for update",
        organizer.0,
        event.0
    )
    .fetch_all(&mut *tx)
    .await?;
    let held = sqlx::query!(
        "update feeds set rights_on_hold = false from events e
         where feeds.organizer_id = $1 and event_id = $2 and rights_on_hold and e.organizer_id = $1 and e.id = $2 and e.strict",
        organizer.0,
        event.0
    )
    .execute(&mut *tx)
    .await?;
    if closed.is_empty() && held.rows_affected() == 0 {
        return Err(GoOnError::NothingClosed);
    }
    let of_type = |no: i32| {
        let sold = sold.iter().filter(|sold| i32::from(sold.type_no.0) == no);
        sold.map(|sold| i64::from(sold.places)).sum::<i64>()
    };
    for sold in sold {
        let closed = closed
            .iter()
            .find(|row| row.type_no == i32::from(sold.type_no.0));
        let places = closed.map_or(0, |row| i64::from(row.places));
        if of_type(sold.type_no.0.into()) > places {
            return Err(GoOnError::TooMany(sold.type_no));
        }
    }
    for row in &closed {
        // At most the places, see above.
        let sold = i32::try_from(of_type(row.type_no)).unwrap_or(row.places);
        open_type(
            &mut tx,
            (organizer.0, event.0),
            row.type_no,
            (row.places, sold),
            (now_ms, by),
        )
        .await?;
    }
    rights::settle(app, &mut tx, (organizer, event)).await?;
    tx.commit().await?;
    app.door.watch.changed(event);
    Ok(())
}

async fn open_type(
    conn: &mut PgConnection,
    (organizer, event): (Uuid, Uuid),
    type_no: i32,
    (places, sold): (i32, i32),
    (now_ms, by): (UnixMillis, UserId),
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "with opened as (
             update restore_places set sold_meanwhile = $4, ended_ms = $6, ended_by = $7
             where organizer_id = $1 and event_id = $2 and type_no = $3 and ended_ms is null
         )
         update stock set leased = leased - $5, sold = sold + $4
         where organizer_id = $1 and event_id = $2 and type_no = $3",
        organizer,
        event,
        type_no,
        sold,
        places,
        now_ms,
        by.0
    )
    .execute(conn)
    .await
    .map(drop)
}
