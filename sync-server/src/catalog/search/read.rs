//! The rows of a page, in each of the orders.

use shared::ids::OrganizerId;
use sqlx::PgConnection;

use super::MOST;
use super::asked::{Search, Sort};
use super::found::{EventList, Row, summary};
use super::place::{Place, cursor_text, invalid_cursor, parse_cursor};
use crate::catalog::event::Category;
use crate::web::ApiError;

/// One page.
pub async fn find(conn: &mut PgConnection, search: &Search) -> Result<EventList, ApiError> {
    // One more than asked: whether there is a next page.
    let mut rows = match search.sort {
        Sort::Starts => by_start(conn, search).await?,
        Sort::Title => by_title(conn, search).await?,
        Sort::Newest => by_age(conn, search).await?,
    };
    let more = rows.len() as i64 > search.limit;
    rows.truncate(search.limit as usize);
    let last = rows.last().filter(|_| more).map(|row| match search.sort {
        Sort::Starts => Place::Starts(row.starts_ms, row.id),
        Sort::Title => Place::Title(row.sorted_title.clone(), row.id),
        Sort::Newest => Place::Newest(row.created_ms, row.id),
    });
    let cursor = last.as_ref().map(cursor_text).transpose();
    Ok(EventList {
        events: rows.into_iter().map(summary).collect::<Result<_, _>>()?,
        cursor: cursor.map_err(ApiError::internal)?,
    })
}

async fn by_start(conn: &mut PgConnection, search: &Search) -> Result<Vec<Row>, sqlx::Error> {
    let (ms, id) = match &search.after {
        Some(Place::Starts(ms, id)) => (Some(*ms), Some(*id)),
        Some(Place::Title(..) | Place::Newest(..)) | None => (None, None),
    };
    sqlx::query_as!(
        Row,
        r#"select e.id as "id!", e.organizer_id as "organizer_id!", e.title as "title!",
                  plain_text(e.title) as "sorted_title!", e.category as "category!", e.image_url, v.name as venue, v.city,
                  e.time_zone as "time_zone!", e.doors_ms as "doors_ms!", e.starts_ms as "starts_ms!",
                  e.ends_ms as "ends_ms!", e.created_ms as "created_ms!", e.mode as "mode!", e.status as "status!",
                  e.currency as "currency!",
                  (select min(t.price_minor) from ticket_types t
                   where t.organizer_id = e.organizer_id and t.event_id = e.id and not t.deleted
                    and t.access_code is null and not t.needs_other) as price_from
           from public_events($1, $2, $3, $4, $5, $6) e
           join venues v on v.organizer_id = e.organizer_id and v.id = e.venue_id
           where $7::bigint is null or (e.starts_ms, e.id) > ($7, $8::uuid)
           order by e.starts_ms, e.id limit $9"#,
        search.words,
        search.city,
        search.from_ms,
        search.until_ms,
        search.category.map(Category::as_str),
        search.organizer.map(|id| id.0),
        ms,
        id,
        search.limit + 1
    )
    .fetch_all(conn)
    .await
}

async fn by_title(conn: &mut PgConnection, search: &Search) -> Result<Vec<Row>, sqlx::Error> {
    let (title, id) = match &search.after {
        Some(Place::Title(title, id)) => (Some(title.as_str()), Some(*id)),
        Some(Place::Starts(..) | Place::Newest(..)) | None => (None, None),
    };
    sqlx::query_as!(
        Row,
        r#"select e.id as "id!", e.organizer_id as "organizer_id!", e.title as "title!",
                  plain_text(e.title) as "sorted_title!", e.category as "category!", e.image_url, v.name as venue, v.city,
                  e.time_zone as "time_zone!", e.doors_ms as "doors_ms!", e.starts_ms as "starts_ms!",
                  e.ends_ms as "ends_ms!", e.created_ms as "created_ms!", e.mode as "mode!", e.status as "status!",
                  e.currency as "currency!",
                  (select min(t.price_minor) from ticket_types t
                   where t.organizer_id = e.organizer_id and t.event_id = e.id and not t.deleted
                    and t.access_code is null and not t.needs_other) as price_from
           from public_events($1, $2, $3, $4, $5, $6) e
           join venues v on v.organizer_id = e.organizer_id and v.id = e.venue_id
           where $7::text is null or (plain_text(e.title) collate "C", e.id) > ($7, $8::uuid)
           order by plain_text(e.title) collate "C", e.id limit $9"#,
        search.words,
        search.city,
        search.from_ms,
        search.until_ms,
        search.category.map(Category::as_str),
        search.organizer.map(|id| id.0),
        title,
        id,
        search.limit + 1
    )
    .fetch_all(conn)
    .await
}

async fn by_age(conn: &mut PgConnection, search: &Search) -> Result<Vec<Row>, sqlx::Error> {
    let (ms, id) = match &search.after {
        Some(Place::Newest(ms, id)) => (Some(*ms), Some(*id)),
        Some(Place::Title(..) | Place::Starts(..)) | None => (None, None),
    };
    sqlx::query_as!(
        Row,
        r#"select e.id as "id!", e.organizer_id as "organizer_id!", e.title as "title!",
                  plain_text(e.title) as "sorted_title!", e.category as "category!", e.image_url, v.name as venue, v.city,
                  e.time_zone as "time_zone!", e.doors_ms as "doors_ms!", e.starts_ms as "starts_ms!",
                  e.ends_ms as "ends_ms!", e.created_ms as "created_ms!", e.mode as "mode!", e.status as "status!",
                  e.currency as "currency!",
                  (select min(t.price_minor) from ticket_types t
                   where t.organizer_id = e.organizer_id and t.event_id = e.id and not t.deleted
                    and t.access_code is null and not t.needs_other) as price_from
           from public_events($1, $2, $3, $4, $5, $6) e
           join venues v on v.organizer_id = e.organizer_id and v.id = e.venue_id
           where $7::bigint is null or (e.created_ms, e.id) < ($7, $8::uuid)
           order by e.created_ms desc, e.id desc limit $9"#,
        search.words,
        search.city,
        search.from_ms,
        search.until_ms,
        search.category.map(Category::as_str),
        search.organizer.map(|id| id.0),
        ms,
        id,
        search.limit + 1
    )
    .fetch_all(conn)
    .await
}

/// All of an organizer's events, drafts included, the latest added first; at most 100 a page.
pub async fn events_of(
    conn: &mut PgConnection,
    organizer: OrganizerId,
    cursor: Option<&str>,
) -> Result<EventList, ApiError> {
    let (ms, id) = match cursor.map(parse_cursor).transpose()? {
        Some(Place::Newest(ms, id)) => (Some(ms), Some(id)),
        Some(Place::Title(..) | Place::Starts(..)) => return Err(invalid_cursor()),
        None => (None, None),
    };
    let mut rows = sqlx::query_as!(
        Row,
        r#"select e.id, e.organizer_id, e.title, plain_text(e.title) as "sorted_title!", e.category, e.image_url,
                  v.name as venue, v.city, e.time_zone, e.doors_ms, e.starts_ms, e.ends_ms, e.created_ms, e.mode, e.status,
                  e.currency,
                  (select min(t.price_minor) from ticket_types t
                   where t.organizer_id = e.organizer_id and t.event_id = e.id and not t.deleted
                    and t.access_code is null and not t.needs_other) as price_from
           from events e join venues v on v.organizer_id = e.organizer_id and v.id = e.venue_id
           where e.organizer_id = $1 and ($2::bigint is null or (e.created_ms, e.id) < ($2, $3::uuid))
           order by e.created_ms desc, e.id desc limit $4"#,
        organizer.0,
        ms,
        id,
        MOST + 1
    )
    .fetch_all(conn)
    .await?;
    let more = rows.len() as i64 > MOST;
    rows.truncate(MOST as usize);
    let last = rows.last().filter(|_| more);
    let cursor = last.map(|row| cursor_text(&Place::Newest(row.created_ms, row.id)));
    Ok(EventList {
        events: rows.into_iter().map(summary).collect::<Result<_, _>>()?,
        cursor: cursor.transpose().map_err(ApiError::internal)?,
    })
}
