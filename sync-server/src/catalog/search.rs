//! The public search: what is on, filtered and in order, page by page.
//!
//! A cursor holds the last row's place in the order, not a count: rows that come or go meanwhile shift nothing.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use shared::clock::UnixMillis;
use shared::ids::{EventId, OrganizerId};
use shared::money::Money;
use shared::wire::latest::ErrorCode;
use sqlx::PgConnection;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::event::Category;
use super::event::page::{Price, category_of, currency_of};
use super::fields::FieldErrors;
use crate::artwork;
use crate::web::ApiError;

/// Of a page, when nothing is said.
const LIMIT: i64 = 20;
/// Of a page at most.
const MOST: i64 = 100;

/// What is asked, as it stands in the address.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct SearchQuery {
    /// Words of the title or description, a part of the title, the venue or the city; whatever the accents.
    pub q: Option<String>,
    /// City, whatever the accents.
    pub city: Option<String>,
    /// A day (`2026-12-24`, Paris time) or unix milliseconds: events that end after it.
    pub from: Option<String>,
    /// A day (included) or unix milliseconds: events that start before its end.
    pub to: Option<String>,
    /// `concert`, `theatre`, `sport`, `expo`, `club`, `musique`, `humour`.
    pub category: Option<String>,
    /// Of one organizer.
    pub organizer: Option<String>,
    /// `starts` (the default), `title`, `newest`.
    pub sort: Option<String>,
    /// From the page before.
    pub cursor: Option<String>,
    /// 1 to 100; 20 when missing.
    pub limit: Option<i64>,
}

/// The order of what is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Sort {
    /// The next first.
    Starts,
    /// By title, whatever the accents.
    Title,
    /// The latest added first.
    Newest,
}

const SORTS: [(&str, Sort); 3] = [
    ("starts", Sort::Starts),
    ("title", Sort::Title),
    ("newest", Sort::Newest),
];

/// A search that can be carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Search {
    words: Option<String>,
    city: Option<String>,
    from_ms: Option<UnixMillis>,
    until_ms: Option<UnixMillis>,
    category: Option<Category>,
    organizer: Option<OrganizerId>,
    sort: Sort,
    after: Option<Place>,
    limit: i64,
}

/// A row's place in an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Place {
    Starts(UnixMillis, Uuid),
    Title(String, Uuid),
    Newest(UnixMillis, Uuid),
}

impl Place {
    fn sort(&self) -> Sort {
        match self {
            Self::Starts(..) => Sort::Starts,
            Self::Title(..) => Sort::Title,
            Self::Newest(..) => Sort::Newest,
        }
    }
}

/// A page of what was found.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EventList {
    /// In the order that was asked.
    pub events: Vec<EventSummary>,
    /// For the next page; missing on the last.
    pub cursor: Option<String>,
}

/// An event in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct EventSummary {
    /// Its id.
    #[schema(value_type = Uuid)]
    pub id: EventId,
    /// Whose.
    #[schema(value_type = Uuid)]
    pub organizer_id: OrganizerId,
    /// Its title.
    pub title: String,
    /// Its kind.
    pub category: String,
    /// A picture's address.
    pub image_url: Option<String>,
    /// The address, on this server, of the picture that is drawn for it where it has none of its own.
    pub artwork_url: String,
    /// The venue's name.
    pub venue: String,
    /// The venue's city.
    pub city: String,
    /// IANA.
    pub time_zone: String,
    /// Doors open.
    pub doors_ms: UnixMillis,
    /// It begins.
    pub starts_ms: UnixMillis,
    /// It ends.
    pub ends_ms: UnixMillis,
    /// `real`, or `test`.
    pub mode: String,
    /// `draft`, `published`, `cancelled`, `archived`.
    pub status: String,
    /// The lowest price; missing while nothing is sold.
    pub price_from: Option<Price>,
}

struct Row {
    id: Uuid,
    organizer_id: Uuid,
    title: String,
    sorted_title: String,
    category: String,
    image_url: Option<String>,
    venue: String,
    city: String,
    time_zone: String,
    doors_ms: i64,
    starts_ms: i64,
    ends_ms: i64,
    created_ms: i64,
    mode: String,
    status: String,
    currency: String,
    price_from: Option<i64>,
}

impl SearchQuery {
    /// Checks all parameters.
    pub fn parse(&self) -> Result<Search, ApiError> {
        let mut errors = FieldErrors::default();
        let words = errors.optional_text("q", self.q.as_deref(), 200);
        let city = errors.optional_text("city", self.city.as_deref(), 100);
        let from_ms = day(&mut errors, "from", self.from.as_deref(), Edge::Begin);
        let until_ms = day(&mut errors, "to", self.to.as_deref(), Edge::End);
        let category = self.category.as_deref();
        let category = category.and_then(|word| errors.word("category", word, &Category::WORDS));
        let organizer = self.organizer.as_deref();
        let organizer = organizer.and_then(|id| errors.id("organizer", id, OrganizerId));
        let sort = self.sort.as_deref().unwrap_or("starts");
        let sort = errors.word("sort", sort, &SORTS);
        let limit = errors.within("limit", self.limit.unwrap_or(LIMIT), 1..=MOST);
        let sort = errors.finish(sort)?;
        let after = self.cursor.as_deref().map(parse_cursor).transpose()?;
        if after.as_ref().is_some_and(|after| after.sort() != sort) {
            return Err(invalid_cursor());
        }
        Ok(Search {
            words,
            city,
            from_ms,
            until_ms,
            category,
            organizer,
            sort,
            after,
            limit,
        })
    }
}

/// Which end of a day.
#[derive(Clone, Copy)]
enum Edge {
    Begin,
    End,
}

fn day(
    errors: &mut FieldErrors,
    field: &str,
    value: Option<&str>,
    edge: Edge,
) -> Option<UnixMillis> {
    let text = value.map(str::trim).filter(|text| !text.is_empty())?;
    if let Ok(ms) = text.parse::<i64>() {
        return Some(ms);
    }
    let begin = text.parse::<jiff::civil::Date>().and_then(|date| {
        let date = match edge {
            Edge::Begin => date,
            Edge::End => date.tomorrow()?,
        };
        date.in_tz("Europe/Paris")
    });
    let wrong = "must be a day such as 2026-12-24, or unix milliseconds";
    let begin = errors.keep(field, begin.map_err(|_| wrong))?;
    Some(begin.timestamp().as_millisecond())
}

/// The first byte is the cursor's own version.
const CURSOR_VERSION: u8 = 1;

fn cursor_text(place: &Place) -> Result<String, postcard::Error> {
    let mut bytes = vec![CURSOR_VERSION];
    bytes.extend(postcard::to_allocvec(place)?);
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

fn parse_cursor(text: &str) -> Result<Place, ApiError> {
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| invalid_cursor())?;
    match bytes.split_first() {
        Some((&CURSOR_VERSION, place)) => match postcard::take_from_bytes::<Place>(place) {
            Ok((place, [])) if !matches!(&place, Place::Title(title, _) if title.contains('\0')) => {
                Ok(place)
            }
            Ok(_) | Err(_) => Err(invalid_cursor()),
        },
        Some(_) | None => Err(invalid_cursor()),
    }
}

fn invalid_cursor() -> ApiError {
    ApiError::new(
        ErrorCode::InvalidCursor,
        "This cursor is not of this list in this order; begin without a cursor.",
    )
}

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

fn summary(row: Row) -> Result<EventSummary, sqlx::Error> {
    let currency = currency_of(&row.currency)?;
    let id = EventId(row.id);
    Ok(EventSummary {
        id,
        organizer_id: OrganizerId(row.organizer_id),
        title: row.title,
        artwork_url: artwork::address(id, category_of(&row.category)?),
        category: row.category,
        image_url: row.image_url,
        venue: row.venue,
        city: row.city,
        time_zone: row.time_zone,
        doors_ms: row.doors_ms,
        starts_ms: row.starts_ms,
        ends_ms: row.ends_ms,
        mode: row.mode,
        status: row.status,
        price_from: row
            .price_from
            .map(|minor| Money::new(minor, currency).into()),
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
                   where t.organizer_id = e.organizer_id and t.event_id = e.id and not t.deleted) as price_from
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
                   where t.organizer_id = e.organizer_id and t.event_id = e.id and not t.deleted) as price_from
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
                   where t.organizer_id = e.organizer_id and t.event_id = e.id and not t.deleted) as price_from
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
                   where t.organizer_id = e.organizer_id and t.event_id = e.id and not t.deleted) as price_from
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_survives_its_text_and_nonsense_is_refused() {
        for place in [
            Place::Starts(1_795_374_000_000, Uuid::from_u128(7)),
            Place::Title("théâtre".into(), Uuid::from_u128(8)),
            Place::Newest(-1, Uuid::from_u128(9)),
        ] {
            let text = cursor_text(&place).unwrap();
            assert_eq!(parse_cursor(&text).unwrap(), place);
            for cut in 0..text.len() {
                assert!(parse_cursor(&text[..cut]).is_err(), "{}", &text[..cut]);
            }
            assert!(parse_cursor(&format!("{text}AA")).is_err());
        }
        let null = cursor_text(&Place::Title("\0".into(), Uuid::nil())).unwrap();
        assert!(
            parse_cursor(&null).is_err(),
            "PostgreSQL's texts hold no NUL"
        );
        assert_eq!(
            parse_cursor("é").unwrap_err().code(),
            ErrorCode::InvalidCursor
        );
    }

    #[test]
    fn a_cursor_of_another_order_is_refused() {
        let query = SearchQuery {
            sort: Some("title".into()),
            cursor: Some(cursor_text(&Place::Starts(0, Uuid::nil())).unwrap()),
            ..SearchQuery::default()
        };
        assert_eq!(query.parse().unwrap_err().code(), ErrorCode::InvalidCursor);
    }

    #[test]
    fn days_are_paris_days_and_the_last_one_counts() {
        let query = SearchQuery {
            from: Some("2026-12-24".into()),
            to: Some("2026-12-24".into()),
            ..SearchQuery::default()
        };
        let search = query.parse().unwrap();
        assert_eq!(search.from_ms, Some(1_798_066_800_000));
        assert_eq!(search.until_ms, Some(1_798_066_800_000 + 86_400_000));
    }

    #[test]
    fn every_wrong_parameter_is_named() {
        let query = SearchQuery {
            from: Some("tomorrow".into()),
            category: Some("ballet".into()),
            organizer: Some("x".into()),
            sort: Some("price".into()),
            limit: Some(101),
            ..SearchQuery::default()
        };
        assert_eq!(query.parse().unwrap_err().code(), ErrorCode::InvalidRequest);
    }
}
