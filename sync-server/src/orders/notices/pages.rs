//! `/fr/reminders/stop`: a link in a mail, which asks; and what its button or a mail program's own sends (RFC 8058).

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;
use shared::language::Language;

use super::stop;
use crate::app::App;
use crate::web::page::html;
use crate::web::store::{Link, StoreLanguage, StorePage, Texts, private};
use crate::web::{ApiError, Query};

pub(crate) fn router() -> Router<App> {
    Language::ALL
        .into_iter()
        .fold(Router::new(), |router, language| {
            let path = format!("/{language}/reminders/stop");
            router.route(&path, get(ask).post(stop_reminders))
        })
}

#[derive(Deserialize)]
struct TokenQuery {
    #[serde(default)]
    token: String,
}

#[derive(Template)]
#[template(path = "store/stop.html")]
struct StopHtml {
    page: StorePage,
    sentence: String,
    /// Where the button sends to; none when it is done.
    action: Option<String>,
    next: Link,
}

/// Opening a link changes nothing: programs that look at mails open them all.
async fn ask(
    State(app): State<App>,
    StoreLanguage(language): StoreLanguage,
    Query(query): Query<TokenQuery>,
) -> Result<Response, ApiError> {
    let address = address(&app, &query)?;
    let sentence = Texts::of(language).named("stop-text", "address", address);
    shown(&app, language, &query, sentence, Then::Ask)
}

async fn stop_reminders(
    State(app): State<App>,
    StoreLanguage(language): StoreLanguage,
    Query(query): Query<TokenQuery>,
) -> Result<Response, ApiError> {
    let address = address(&app, &query)?;
    stop::stop(&app, &address).await?;
    let sentence = Texts::of(language).named("stop-done", "address", address);
    shown(&app, language, &query, sentence, Then::Done)
}

fn address(app: &App, query: &TokenQuery) -> Result<String, ApiError> {
    stop::address(app, &query.token).ok_or_else(|| ApiError::not_found("link"))
}

/// What stands below the sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Then {
    Ask,
    Done,
}

fn shown(
    app: &App,
    language: Language,
    query: &TokenQuery,
    sentence: String,
    then: Then,
) -> Result<Response, ApiError> {
    let t = Texts::of(language);
    let asked = format!("?token={}", query.token);
    let action = match then {
        Then::Ask => Some(format!("/{language}/reminders/stop{asked}")),
        Then::Done => None,
    };
    let page = StorePage::private(app, language, None, t.get("stop-title"), "/reminders/stop")
        .keeping(asked);
    Ok(private(html(&StopHtml {
        page,
        sentence,
        action,
        next: Link {
            path: format!("/{language}/"),
            label: t.get("back-home").into_owned(),
        },
    })?))
}
