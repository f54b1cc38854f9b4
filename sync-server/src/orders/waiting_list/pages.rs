//! The line's pages: asking for a place, confirming it by the mail's link, seeing how far it is, leaving.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::get;
use serde::Deserialize;
use shared::ids::{EventId, TypeNo};
use shared::language::Language;

use super::form::LineForm;
use super::join::{JoinForm, Joined, confirm, join, typed};
use super::leave::leave;
use super::standing::{Standing, Stands, standing};
use super::{Place, token};
use crate::accounts::MaybeIdentity;
use crate::app::App;
use crate::catalog::event::page::{EventPage, RenderedPage, page_of};
use crate::messages::when::date_and_time;
use crate::web::page::html;
use crate::web::store::{Link, StoreLanguage, StorePage, Texts, private};
use crate::web::{ApiError, Form, Path, Query};

pub(crate) fn router() -> Router<App> {
    let mut router = Router::new();
    for language in Language::ALL {
        router = router
            .route(
                &format!("/{language}/events/{{event}}/waiting"),
                get(to_event).post(ask),
            )
            .route(&format!("/{language}/waiting/asked"), get(asked))
            .route(
                &format!("/{language}/waiting/place"),
                get(show).post(confirm_place),
            )
            .route(
                &format!("/{language}/waiting/leave"),
                get(ask_to_leave).post(leave_line),
            );
    }
    router
}

/// A page with a sentence, and what can be done about it.
#[derive(Template)]
#[template(path = "store/line.html")]
struct LineHtml {
    page: StorePage,
    sentence: String,
    event: Option<String>,
    /// Form of the main button, and its words.
    press: Option<Link>,
    next: Option<Link>,
    /// The way out of the line.
    leave: Option<Link>,
}

#[derive(Template)]
#[template(path = "store/line_wrong.html")]
struct WrongHtml {
    page: StorePage,
    problem: String,
    event: String,
    form: LineForm,
}

/// A page that was loaded anew after it was sent.
async fn to_event(StoreLanguage(language): StoreLanguage, Path(event): Path<EventId>) -> Response {
    Redirect::to(&format!("/{language}/events/{event}")).into_response()
}

async fn ask(
    State(app): State<App>,
    StoreLanguage(language): StoreLanguage,
    MaybeIdentity(identity): MaybeIdentity,
    Path(event): Path<EventId>,
    Form(form): Form<JoinForm>,
) -> Result<Response, ApiError> {
    let rendered = page_of(&app, event).await?;
    let event = &rendered.page;
    if !event.status.is_public() {
        return Err(ApiError::not_found("event"));
    }
    let t = Texts::of(language);
    let path = format!("/events/{}/waiting", event.id);
    let now_ms = app.now_ms();
    let title = t.get("line-title");
    let page = StorePage::public(&app, language, identity.as_deref(), title, path).unlisted();
    let (status, problem, wrong) = match typed(&form, event, now_ms) {
        Ok(wish) => match join(&app, event, &wish, language).await? {
            Joined::Asked => {
                let path = format!("/{language}/waiting/asked");
                return Ok(Redirect::to(&path).into_response());
            }
            Joined::Full => {
                let problem = t.get("line-full").into_owned();
                (StatusCode::CONFLICT, problem, Vec::new())
            }
        },
        Err(wrong) => {
            let count = u32::try_from(wrong.len()).unwrap_or(u32::MAX);
            let problem = t.count("line-errors", count);
            (StatusCode::BAD_REQUEST, problem, wrong)
        }
    };
    let Some(form) = LineForm::typed(event, &page, now_ms, &form, &wrong) else {
        // There are places again, or nothing is sold any more: the event's page says which.
        let path = format!("/{language}/events/{}", event.id);
        return Ok(Redirect::to(&path).into_response());
    };
    let page = html(&WrongHtml {
        page,
        problem,
        event: said(event, language),
        form,
    })?;
    Ok((status, page).into_response())
}

fn said(event: &EventPage, language: Language) -> String {
    let when = date_and_time(event.starts_ms, &event.time_zone, language);
    format!("{}, {when}", event.title)
}

async fn asked(
    State(app): State<App>,
    StoreLanguage(language): StoreLanguage,
    MaybeIdentity(identity): MaybeIdentity,
) -> Result<Response, ApiError> {
    let t = Texts::of(language);
    let title = t.get("line-asked-title");
    let path = "/waiting/asked";
    let page = StorePage::private(&app, language, identity.as_deref(), title, path);
    Ok(private(html(&LineHtml {
        page,
        sentence: t.get("line-asked-text").into_owned(),
        event: None,
        press: None,
        next: Some(Link {
            path: format!("/{language}/"),
            label: t.get("back-home").into_owned(),
        }),
        leave: None,
    })?))
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct TokenQuery {
    #[serde(default)]
    token: String,
}

/// A place in the line, opened by the link of a mail.
struct Opened {
    language: Language,
    token: String,
    stands: Stands,
    event: Arc<RenderedPage>,
}

impl Opened {
    async fn new(
        app: &App,
        language: Language,
        query: TokenQuery,
    ) -> Result<(Self, Place), ApiError> {
        let not_found = || ApiError::not_found("link");
        let place = token::place(app, &query.token).ok_or_else(not_found)?;
        let stands = standing(app, place).await?.ok_or_else(not_found)?;
        let opened = Self {
            language,
            token: query.token,
            event: page_of(app, stands.event).await?,
            stands,
        };
        Ok((opened, place))
    }

    fn path(&self, word: &str) -> String {
        format!("/{}/waiting/{word}?token={}", self.language, self.token)
    }

    /// `Nuit électrique, dimanche 22 novembre 2026 à 21 h, 2 places, Fosse`.
    fn what(&self) -> String {
        let t = Texts::of(self.language);
        let event = &self.event.page;
        let row = event.type_of(TypeNo(self.stands.type_no));
        let places = t.count("places-count", self.stands.places);
        let places = row.map_or_else(|| places.clone(), |row| format!("{places}, {}", row.name));
        format!("{}, {places}", said(event, self.language))
    }

    fn page(&self, app: &App, title: &str, word: &str) -> StorePage {
        let title = Texts::of(self.language).get(title);
        let path = format!("/waiting/{word}");
        StorePage::private(app, self.language, None, title, path)
            .keeping(format!("?token={}", self.token))
    }

    fn to_event(&self) -> Link {
        let t = Texts::of(self.language);
        Link {
            path: format!("/{}/events/{}", self.language, self.event.page.id),
            label: t.get("queue-back").into_owned(),
        }
    }
}

/// Opening a link changes nothing: programs that look at mails open them all.
async fn show(
    State(app): State<App>,
    StoreLanguage(language): StoreLanguage,
    Query(query): Query<TokenQuery>,
) -> Result<Response, ApiError> {
    let (opened, _) = Opened::new(&app, language, query).await?;
    let t = Texts::of(language);
    let link = |path: String, key: &str| {
        Some(Link {
            path,
            label: t.get(key).into_owned(),
        })
    };
    let leave = || link(opened.path("leave"), "line-leave");
    let back = || Some(opened.to_event());
    let zone = &opened.event.page.time_zone;
    let text = |key: &str| t.get(key).into_owned();
    let (title, sentence, press, next, leave) = match &opened.stands.standing {
        Standing::Asked => (
            "line-confirm-title",
            text("line-confirm-text"),
            link(opened.path("place"), "line-confirm"),
            None,
            leave(),
        ),
        Standing::Waiting(ahead) => (
            "line-in-title",
            t.count("line-in-text", *ahead),
            None,
            back(),
            leave(),
        ),
        Standing::Offered(order, secret, until_ms) => {
            let secret = secret.to_text();
            let pay = format!("/{language}/orders/{order}/checkout?secret={secret}");
            let until = date_and_time(*until_ms, zone, language);
            let sentence = t.named("line-offer-text", "until", until);
            (
                "line-offer-title",
                sentence,
                None,
                link(pay, "line-take"),
                leave(),
            )
        }
        Standing::Taken => (
            "line-taken-title",
            text("line-taken-text"),
            None,
            back(),
            None,
        ),
        Standing::Missed => (
            "line-missed-title",
            text("line-missed-text"),
            None,
            back(),
            None,
        ),
        Standing::Left => (
            "line-left-title",
            text("line-left-text"),
            None,
            back(),
            None,
        ),
    };
    Ok(private(html(&LineHtml {
        page: opened.page(&app, title, "place"),
        sentence,
        event: Some(opened.what()),
        press,
        next,
        leave,
    })?))
}

async fn confirm_place(
    State(app): State<App>,
    StoreLanguage(language): StoreLanguage,
    Query(query): Query<TokenQuery>,
) -> Result<Response, ApiError> {
    let (opened, place) = Opened::new(&app, language, query).await?;
    confirm(&app, place).await?;
    Ok(private(Redirect::to(&opened.path("place")).into_response()))
}

async fn ask_to_leave(
    State(app): State<App>,
    StoreLanguage(language): StoreLanguage,
    Query(query): Query<TokenQuery>,
) -> Result<Response, ApiError> {
    let (opened, _) = Opened::new(&app, language, query).await?;
    let t = Texts::of(language);
    let is_over = match opened.stands.standing {
        Standing::Asked | Standing::Waiting(_) | Standing::Offered(..) => false,
        Standing::Taken | Standing::Missed | Standing::Left => true,
    };
    if is_over {
        return Ok(private(Redirect::to(&opened.path("place")).into_response()));
    }
    Ok(private(html(&LineHtml {
        page: opened.page(&app, "line-leave-title", "leave"),
        sentence: t.get("line-leave-text").into_owned(),
        event: Some(opened.what()),
        press: Some(Link {
            path: opened.path("leave"),
            label: t.get("line-leave").into_owned(),
        }),
        next: None,
        leave: None,
    })?))
}

/// What the button sends, or a mail program's own (RFC 8058).
async fn leave_line(
    State(app): State<App>,
    StoreLanguage(language): StoreLanguage,
    Query(query): Query<TokenQuery>,
) -> Result<Response, ApiError> {
    let (opened, place) = Opened::new(&app, language, query).await?;
    leave(&app, place).await?;
    app.event_pages.forget(opened.stands.event).await;
    Ok(private(Redirect::to(&opened.path("place")).into_response()))
}
