//! The start page: the next evening large, the others by date, and a search that is a form.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use serde::Deserialize;
use shared::language::Language;

use super::{money, price_in_words};
use crate::accounts::MaybeIdentity;
use crate::accounts::pages::encode;
use crate::app::App;
use crate::catalog::event::Category;
use crate::catalog::search::{self, EventList, EventSummary, SearchQuery};
use crate::database::transaction;
use crate::messages::when::{ShortDate, amount, short_date};
use crate::web::artwork::picture;
use crate::web::page::html;
use crate::web::store::{StoreLanguage, StorePage, Texts};
use crate::web::{ApiError, Query};

#[derive(Template)]
#[template(path = "store/home.html")]
struct HomeHtml {
    page: StorePage,
    lead: Option<Line>,
    lead_button: String,
    shelf: String,
    chips: Vec<Chip>,
    asked: Shown,
    categories: Vec<Kind>,
    problem: Option<String>,
    events: Vec<Line>,
    none: String,
    is_filtered: bool,
    more: Option<String>,
}

struct Line {
    path: String,
    picture: String,
    title: String,
    venue: String,
    city: String,
    weekday: &'static str,
    day: i8,
    month: &'static str,
    time: String,
    price: String,
}

struct Chip {
    path: String,
    label: String,
    is_current: bool,
}

struct Kind {
    word: &'static str,
    label: String,
    is_current: bool,
}

/// What the fields of the search show.
#[derive(Default)]
struct Shown {
    q: String,
    city: String,
    from: String,
}

/// As the form sends it: a field that is left empty is not asked.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct HomeQuery {
    q: Option<String>,
    city: Option<String>,
    from: Option<String>,
    to: Option<String>,
    category: Option<String>,
    cursor: Option<String>,
}

impl HomeQuery {
    fn cleaned(self) -> Self {
        let filled = |field: Option<String>| field.filter(|text| !text.trim().is_empty());
        Self {
            q: filled(self.q),
            city: filled(self.city),
            from: filled(self.from),
            to: filled(self.to),
            category: filled(self.category),
            cursor: filled(self.cursor),
        }
    }

    fn is_filtered(&self) -> bool {
        [&self.q, &self.city, &self.from, &self.to, &self.category]
            .iter()
            .any(|field| field.is_some())
    }

    /// What is past is no longer on, whatever day is asked for.
    fn search(&self, today: Date, now_ms: i64) -> SearchQuery {
        let from = match self.from.as_deref().map(str::parse::<Date>) {
            Some(Ok(day)) if day > today => self.from.clone(),
            Some(Ok(_)) | None => Some(now_ms.to_string()),
            Some(Err(_)) => self.from.clone(),
        };
        SearchQuery {
            q: self.q.clone(),
            city: self.city.clone(),
            from,
            to: self.to.clone(),
            category: self.category.clone(),
            cursor: self.cursor.clone(),
            ..SearchQuery::default()
        }
    }

    fn with_cursor(&self, cursor: &str) -> String {
        let fields = [
            ("q", self.q.as_deref()),
            ("city", self.city.as_deref()),
            ("from", self.from.as_deref()),
            ("to", self.to.as_deref()),
            ("category", self.category.as_deref()),
            ("cursor", Some(cursor)),
        ];
        let pairs = fields
            .into_iter()
            .filter_map(|(name, value)| Some(format!("{name}={}", encode(value?))));
        pairs.collect::<Vec<_>>().join("&")
    }
}

pub(super) async fn show(
    State(app): State<App>,
    StoreLanguage(language): StoreLanguage,
    MaybeIdentity(identity): MaybeIdentity,
    Query(query): Query<HomeQuery>,
) -> Result<Response, ApiError> {
    let (t, now_ms) = (Texts::of(language), app.now_ms());
    let today = paris_day(now_ms);
    let query = query.cleaned();
    let (query, search, problem) = match query.search(today, now_ms).parse() {
        Ok(search) => (query, search, None),
        Err(_) => {
            let all = HomeQuery::default();
            let search = all.search(today, now_ms).parse()?;
            (all, search, Some(t.get("search-wrong").into_owned()))
        }
    };
    let mut tx = transaction::begin_planned(&app.pool).await?;
    let EventList { events, cursor } = search::find(&mut tx, &search).await?;
    tx.commit().await?;
    let is_first = !query.is_filtered() && query.cursor.is_none() && problem.is_none();
    let mut events = events.into_iter();
    let lead = if is_first { events.next() } else { None };
    let page = StorePage::public(
        &app,
        language,
        identity.as_deref(),
        t.get("home-title"),
        "/",
    )
    .described(t.get("home-description").into_owned());
    html(&HomeHtml {
        page: if is_first { page } else { page.unlisted() },
        lead_button: lead
            .as_ref()
            .map_or_else(String::new, |event| lead_button(event, t, language)),
        lead: lead.as_ref().map(|event| line(event, t, language)),
        shelf: t
            .get(if query.is_filtered() {
                "home-found"
            } else {
                "home-next"
            })
            .into_owned(),
        chips: chips(&query, today, t, language),
        categories: kinds(query.category.as_deref(), t),
        none: t
            .get(if query.is_filtered() {
                "home-none-found"
            } else {
                "home-none"
            })
            .into_owned(),
        is_filtered: query.is_filtered() || query.cursor.is_some(),
        problem,
        events: events.map(|event| line(&event, t, language)).collect(),
        more: cursor.map(|cursor| format!("/{language}/?{}", query.with_cursor(&cursor))),
        asked: Shown {
            q: query.q.unwrap_or_default(),
            city: query.city.unwrap_or_default(),
            from: query.from.unwrap_or_default(),
        },
    })
}

/// The search counts days in Paris.
fn paris_day(now_ms: i64) -> Date {
    let zone = TimeZone::get("Europe/Paris").unwrap_or(TimeZone::UTC);
    let now = Timestamp::from_millisecond(now_ms).unwrap_or_default();
    now.to_zoned(zone).date()
}

fn chips(query: &HomeQuery, today: Date, t: Texts, language: Language) -> Vec<Chip> {
    let saturday = (0..7)
        .filter_map(|days| today.checked_add(days.days()).ok())
        .find(|day| matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday))
        .unwrap_or(today);
    let sunday = if saturday.weekday() == Weekday::Sunday {
        saturday
    } else {
        saturday.tomorrow().unwrap_or(saturday)
    };
    let week = today.checked_add(6.days()).unwrap_or(today);
    let chip = |key, span: Option<(Date, Date)>| {
        let (from, to) = span
            .map(|(from, to)| (from.to_string(), to.to_string()))
            .unzip();
        let is_current = query.from == from && query.to == to && query.q.is_none();
        let asked = HomeQuery {
            from,
            to,
            category: query.category.clone(),
            ..HomeQuery::default()
        };
        let pairs = asked.with_cursor("");
        let pairs = pairs.trim_end_matches("cursor=").trim_end_matches('&');
        Chip {
            path: if pairs.is_empty() {
                format!("/{language}/")
            } else {
                format!("/{language}/?{pairs}")
            },
            label: t.get(key).into_owned(),
            is_current,
        }
    };
    vec![
        chip("when-any", None),
        chip("when-tonight", Some((today, today))),
        chip("when-weekend", Some((saturday, sunday))),
        chip("when-week", Some((today, week))),
    ]
}

fn kinds(asked: Option<&str>, t: Texts) -> Vec<Kind> {
    let kind = |(word, _)| Kind {
        word,
        label: t.get(&format!("category-{word}")).into_owned(),
        is_current: asked == Some(word),
    };
    Category::WORDS.map(kind).into()
}

fn line(event: &EventSummary, t: Texts, language: Language) -> Line {
    let ShortDate {
        weekday,
        day,
        month,
        time,
    } = short_date(event.starts_ms, &event.time_zone, language);
    let price = event.price_from.map(|price| {
        if price.minor == 0 {
            price_in_words(price, t, language)
        } else {
            t.named("from-price", "price", amount(money(price), language))
        }
    });
    Line {
        path: format!("/{language}/events/{}", event.id),
        picture: picture(event.image_url.as_deref(), &event.artwork_url),
        title: event.title.clone(),
        venue: event.venue.clone(),
        city: event.city.clone(),
        weekday,
        day,
        month,
        time,
        price: price.unwrap_or_default(),
    }
}

fn lead_button(event: &EventSummary, t: Texts, language: Language) -> String {
    match event.price_from {
        None => t.get("see-event").into_owned(),
        Some(price) if price.minor == 0 => t.get("book-free").into_owned(),
        Some(price) => t.named("book-from", "price", amount(money(price), language)),
    }
}
