//! The way to a provider of log-ins and back.
//!
//! Two cookies, both sealed: one remembers the question while the browser is away, one who it is there until that is joined with
//! an account on the page [`super::joined`]. The provider's answer is a request from another site; nothing but the first cookie
//! makes it ours.

use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{AppendHeaders, IntoResponse as _, Redirect, Response};
use shared::language::Language;

use super::enter::NextQuery;
use super::login::login_page;
use super::second_step::enter;
use super::{Problem, local_path};
use crate::accounts::identity::cookie_named;
use crate::accounts::oidc::{self, Attempt, Back, BackError};
use crate::app::App;
use crate::config::{AnswerMode, OidcProvider};
use crate::web::language::PageLanguage;
use crate::web::store::{StoreLanguage, Texts, private};
use crate::web::{ApiError, Form, Path, Query};

const ATTEMPT_COOKIE: &str = "__Host-away";
const ATTEMPT: &str = "oidc/attempt";
/// Who came back and is nobody here yet.
pub(super) const KNOWN_COOKIE: &str = "__Host-joining";
pub(super) const KNOWN: &str = "oidc/known";
const LASTS_SECONDS: u32 = 15 * 60;

/// A button of a log-in page.
pub(super) struct Button {
    pub(super) name: String,
    pub(super) path: String,
}

/// Those of the providers that are set up.
pub(super) fn buttons(app: &App, language: Language, query: &str) -> Vec<Button> {
    let all = app.accounts.providers.all();
    all.map(|provider| Button {
        name: provider.name.clone(),
        path: format!("/{language}/login/with/{}{query}", provider.id),
    })
    .collect()
}

/// With `None` the browser forgets it.
pub(super) fn cookie(
    name: &str,
    value: Option<&str>,
    same_site: &str,
) -> Result<HeaderValue, ApiError> {
    let (value, age) = value.map_or(("", 0), |value| (value, LASTS_SECONDS));
    let text =
        format!("{name}={value}; Path=/; Secure; HttpOnly; SameSite={same_site}; Max-Age={age}");
    HeaderValue::from_str(&text).map_err(ApiError::internal)
}

/// A form that Apple has the browser send from its site comes with such cookies only.
fn same_site(provider: &OidcProvider) -> &'static str {
    match provider.answer {
        AnswerMode::Query => "Lax",
        AnswerMode::FormPost => "None",
    }
}

fn problem(error: &BackError, provider: &OidcProvider, t: Texts) -> Problem {
    let (status, key) = match error {
        BackError::Over => (StatusCode::GONE, "problem-step-over"),
        BackError::Declined(_) => (StatusCode::UNAUTHORIZED, "problem-oidc-declined"),
        BackError::Away(_) | BackError::Exchange(_) => {
            (StatusCode::BAD_GATEWAY, "problem-oidc-away")
        }
        BackError::Refused(_) => (StatusCode::UNAUTHORIZED, "problem-oidc-refused"),
    };
    match error {
        BackError::Over | BackError::Declined(_) => {}
        BackError::Away(_) | BackError::Exchange(_) | BackError::Refused(_) => {
            tracing::warn!(provider = provider.id, %error, "a log-in by a provider failed");
        }
    }
    Problem::new(status, t.named(key, "provider", provider.name.as_str()))
}

/// Off to a provider.
pub(super) async fn go(
    State(app): State<App>,
    StoreLanguage(language): StoreLanguage,
    Path(id): Path<String>,
    Query(query): Query<NextQuery>,
) -> Result<Response, ApiError> {
    let provider = app.accounts.providers.named(&id);
    let provider = provider.ok_or_else(|| ApiError::not_found("page"))?;
    let next = local_path(&query.next).unwrap_or_default().to_owned();
    match oidc::go(&app, &provider, language, next).await {
        Ok((url, attempt)) => {
            let sealed = oidc::seal(&app, ATTEMPT, &attempt)?;
            let cookie = cookie(ATTEMPT_COOKIE, Some(&sealed), same_site(&provider))?;
            Ok(private(
                ([(SET_COOKIE, cookie)], Redirect::to(&url)).into_response(),
            ))
        }
        Err(error) => {
            let problem = problem(&error.into(), &provider, Texts::of(language));
            login_page(&app, language, &query.next, "", Some(problem))
        }
    }
}

pub(super) async fn back_by_address(
    State(app): State<App>,
    PageLanguage(language): PageLanguage,
    Path(id): Path<String>,
    headers: HeaderMap,
    Query(back): Query<Back>,
) -> Result<Response, ApiError> {
    come_back(&app, language, &id, &headers, back).await
}

pub(super) async fn back_by_form(
    State(app): State<App>,
    PageLanguage(language): PageLanguage,
    Path(id): Path<String>,
    headers: HeaderMap,
    Form(back): Form<Back>,
) -> Result<Response, ApiError> {
    come_back(&app, language, &id, &headers, back).await
}

async fn come_back(
    app: &App,
    language: Language,
    id: &str,
    headers: &HeaderMap,
    back: Back,
) -> Result<Response, ApiError> {
    let provider = app.accounts.providers.named(id);
    let provider = provider.ok_or_else(|| ApiError::not_found("page"))?;
    let attempt: Option<Attempt> =
        cookie_named(headers, ATTEMPT_COOKIE).and_then(|cookie| oidc::unseal(app, ATTEMPT, cookie));
    let language = attempt
        .as_ref()
        .map_or(language, |attempt| attempt.language);
    let next = attempt
        .as_ref()
        .map_or_else(String::new, |attempt| attempt.next.clone());
    let known = match &attempt {
        Some(attempt) => oidc::come_back(app, &provider, attempt, back).await,
        None => Err(BackError::Over),
    };
    let mut response = match known {
        Ok(known) => match oidc::known_account(app, &known).await? {
            Some(account) => enter(app, language, account, headers, &next).await?,
            None => {
                let sealed = oidc::seal(app, KNOWN, &(known, next))?;
                let cookie = cookie(KNOWN_COOKIE, Some(&sealed), "Lax")?;
                let on = Redirect::to(&format!("/{language}/login/joined"));
                private((AppendHeaders([(SET_COOKIE, cookie)]), on).into_response())
            }
        },
        Err(error) => {
            let problem = problem(&error, &provider, Texts::of(language));
            login_page(app, language, &next, "", Some(problem))?
        }
    };
    // A question is asked once.
    let gone = cookie(ATTEMPT_COOKIE, None, same_site(&provider))?;
    response.headers_mut().append(SET_COOKIE, gone);
    Ok(response)
}
