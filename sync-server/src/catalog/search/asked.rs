//! What is asked of the search.

use serde::{Deserialize, Serialize};
use shared::clock::UnixMillis;
use shared::ids::OrganizerId;
use utoipa::IntoParams;

use super::MOST;
use super::place::{Place, invalid_cursor, parse_cursor};
use crate::catalog::event::Category;
use crate::catalog::fields::FieldErrors;
use crate::web::ApiError;

/// Of a page, when nothing is said.
const LIMIT: i64 = 20;
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
    pub(super) words: Option<String>,
    pub(super) city: Option<String>,
    pub(super) from_ms: Option<UnixMillis>,
    pub(super) until_ms: Option<UnixMillis>,
    pub(super) category: Option<Category>,
    pub(super) organizer: Option<OrganizerId>,
    pub(super) sort: Sort,
    pub(super) after: Option<Place>,
    pub(super) limit: i64,
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

#[cfg(test)]
mod tests {
    use shared::wire::latest::ErrorCode;
    use uuid::Uuid;

    use super::super::place::cursor_text;
    use super::*;

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
