//! The waiting room as a visitor sees it: how many are before, about how long, and the button when it is time.
//!
//! The place is in the page's address, and in a cookie so that a second window of the same browser finds it.

use askama::Template;
use axum::extract::State;
use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse as _, Redirect, Response};
use shared::ids::{EventId, OrderId};
use shared::language::Language;

use crate::accounts::MaybeIdentity;
use crate::app::App;
use crate::catalog::event::page::page_of;
use crate::catalog::pages::event::why_closed;
use crate::catalog::pages::wish::Wish;
use crate::orders::waiting_room::{Place, Turn};
use crate::web::page::html;
use crate::web::store::{Link, StoreLanguage, StorePage, Texts, private, reloading};
use crate::web::{ApiError, Path, Query};

const COOKIE_NAME: &str = "__Host-place";
/// So many orders one place may stand for, one after the other: a visitor may change his mind.
const ORDERS: u8 = 3;
/// Seconds after which the page asks again.
const SOONEST: u32 = 2;
const LATEST: u32 = 15;

/// A place as it was shown.
pub(super) struct Ticket {
    place: Place,
    sealed: String,
}

impl Ticket {
    /// The orders that it stands for.
    pub(super) fn orders(&self) -> impl Iterator<Item = OrderId> {
        (0..ORDERS).map(|attempt| self.place.order(&self.sealed, attempt))
    }
}

/// Whether somebody may book now.
pub(super) enum Admission {
    /// Yes; with the place that was shown, if one was.
    Admitted(Option<Ticket>),
    /// Not yet, with this place.
    Waits(String),
}

/// Whoever shows a place for the event has that one; everybody else gets one at the end of the line.
pub(super) async fn admission(app: &App, event: EventId, shown: Option<&str>) -> Admission {
    let now_ms = app.now_ms();
    let opened = shown.and_then(|sealed| {
        let place = Place::open(&app.vault, sealed, event, now_ms)?;
        let sealed = sealed.to_owned();
        Some(Ticket { place, sealed })
    });
    let Some(ticket) = opened else {
        let (place, turn) = app.waiting_room.join(event, now_ms).await;
        return match turn {
            Turn::Now => Admission::Admitted(None),
            Turn::Later { .. } => Admission::Waits(place.seal(&app.vault)),
        };
    };
    match app.waiting_room.turn(&ticket.place, now_ms).await {
        Turn::Now => Admission::Admitted(Some(ticket)),
        Turn::Later { .. } => Admission::Waits(ticket.sealed),
    }
}

/// What the form says, else what the browser has kept.
pub(super) fn shown_place<'a>(form: &'a str, headers: &'a HeaderMap) -> Option<&'a str> {
    if !form.is_empty() {
        return Some(form);
    }
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|text| text.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(COOKIE_NAME)?.strip_prefix('='))
}

/// Into the waiting room.
pub(super) fn to(language: Language, event: EventId, wish: &Wish, place: &str) -> Response {
    let query = wish.to_query();
    let path = format!("/{language}/events/{event}/queue?{query}&place={place}");
    let on = private(Redirect::to(&path).into_response());
    with_cookie(on, place, 6 * 3_600)
}

/// The place was used.
pub(super) fn left(response: Response) -> Response {
    with_cookie(response, "", 0)
}

fn with_cookie(mut response: Response, value: &str, seconds: u32) -> Response {
    let text =
        format!("{COOKIE_NAME}={value}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={seconds}");
    if let Ok(cookie) = HeaderValue::from_str(&text) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}

#[derive(Template)]
#[template(path = "store/queue.html")]
struct QueuePage {
    page: StorePage,
    sentence: String,
    ahead: Option<Ahead>,
    event: String,
    /// Of the form that books.
    booking: Option<Booking>,
    back: Link,
}

/// Whoever waits is told how long.
struct Ahead {
    people: String,
    time: String,
}

struct Booking {
    action: String,
    place: String,
    /// What was wanted, field by field.
    wish: Vec<(String, String)>,
}

pub(super) async fn show(
    State(app): State<App>,
    StoreLanguage(language): StoreLanguage,
    MaybeIdentity(identity): MaybeIdentity,
    Path(event): Path<EventId>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response, ApiError> {
    let (t, now_ms) = (Texts::of(language), app.now_ms());
    let event_path = format!("/{language}/events/{event}");
    let rendered = page_of(&app, event).await?;
    let shown = pairs.iter().find(|(name, _)| name == "place");
    let shown = shown.map_or("", |(_, place)| place.as_str());
    let place = Place::open(&app.vault, shown, event, now_ms);
    let (Some(place), true) = (place, rendered.page.status.is_public()) else {
        return Ok(private(Redirect::to(&event_path).into_response()));
    };
    let wish = Wish::of(&pairs);
    let closed = why_closed(&rendered.page, &wish, now_ms);
    let turn = app.waiting_room.turn(&place, now_ms).await;
    let (title, sentence, again) = match (closed, turn) {
        (Some(why), _) => ("queue-closed-title", why, Some(LATEST)),
        (None, Turn::Now) => ("queue-turn-title", "queue-turn-text", None),
        (None, Turn::Later { seconds, .. }) => {
            let again = (seconds / 3).clamp(SOONEST, LATEST);
            ("queue-title", "queue-text", Some(again))
        }
    };
    let ahead = match turn {
        Turn::Later { ahead, seconds } if closed.is_none() => Some(Ahead {
            people: t.count("queue-ahead", u32::try_from(ahead).unwrap_or(u32::MAX)),
            time: in_words(t, seconds),
        }),
        Turn::Later { .. } | Turn::Now => None,
    };
    let booking = (closed.is_none() && turn == Turn::Now).then(|| Booking {
        action: event_path.clone(),
        place: shown.to_owned(),
        wish: wish.fields(),
    });
    let path = format!("/events/{event}/queue");
    let keeping = format!("?{}&place={shown}", wish.to_query());
    let page = StorePage::private(&app, language, identity.as_deref(), t.get(title), path);
    let shown = html(&QueuePage {
        page: page.keeping(keeping),
        sentence: t.get(sentence).into_owned(),
        ahead,
        event: format!(
            "{}, {} · {}",
            rendered.page.title,
            rendered.page.venue.name,
            t.count("places-count", wish.places.unwrap_or_default())
        ),
        booking,
        back: Link {
            path: event_path,
            label: t.get("queue-back").into_owned(),
        },
    })?;
    let response = private(shown.into_response());
    Ok(match again {
        Some(seconds) => reloading(response, seconds),
        None => response,
    })
}

/// Rounded up: nobody minds being early.
fn in_words(t: Texts, seconds: u32) -> String {
    if seconds < 60 {
        return t.get("queue-soon").into_owned();
    }
    t.count("queue-minutes", seconds.div_ceil(60))
}
