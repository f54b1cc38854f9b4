//! Logging in and out.

use askama::Template;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;
use shared::language::Language;

use super::enter::NextQuery;
use super::oidc::{Button, buttons};
use super::passkeys::login_host;
use super::second_step::enter;
use super::{Problem, answer, in_words, local_path, next_path, next_query, set_cookie};
use crate::accounts::{MaybeIdentity, entrance, session};
use crate::app::App;
use crate::web::page::html;
use crate::web::store::{StoreLanguage, StorePage, Texts, private};
use crate::web::{ApiError, ClientAddress, Form, Query};

#[derive(Template)]
#[template(path = "store/login.html")]
struct LoginPage {
    page: StorePage,
    problem: Option<String>,
    email: String,
    next: String,
    /// From the `?` on, for the other ways in.
    query: String,
    /// Where a passkey can be asked for.
    passkey_host: Option<String>,
    /// Of other log-ins.
    buttons: Vec<Button>,
}

#[derive(Deserialize)]
pub(super) struct LoginForm {
    email: String,
    password: String,
    #[serde(default)]
    next: String,
}

pub(super) async fn show(
    State(app): State<App>,
    StoreLanguage(language): StoreLanguage,
    MaybeIdentity(identity): MaybeIdentity,
    Query(query): Query<NextQuery>,
) -> Result<Response, ApiError> {
    if identity.is_some() {
        let next = next_path(&query.next, language);
        return Ok(private(Redirect::to(&next).into_response()));
    }
    login_page(&app, language, &query.next, "", None)
}

pub(super) fn login_page(
    app: &App,
    language: Language,
    next: &str,
    email: &str,
    problem: Option<Problem>,
) -> Result<Response, ApiError> {
    let title = Texts::of(language).get("login-title");
    let query = next_query(next);
    let page = StorePage::private(app, language, None, title, "/login").keeping(query.clone());
    let page = html(&LoginPage {
        page,
        problem: problem.as_ref().map(|problem| problem.sentence.clone()),
        email: email.to_owned(),
        next: local_path(next).unwrap_or_default().to_owned(),
        buttons: buttons(app, language, &query),
        query,
        passkey_host: login_host(app),
    })?;
    Ok(answer(page, problem.as_ref()))
}

pub(super) async fn login(
    State(app): State<App>,
    client: ClientAddress,
    StoreLanguage(language): StoreLanguage,
    headers: HeaderMap,
    Form(form): Form<LoginForm>,
) -> Result<Response, ApiError> {
    match entrance::check_password(&app, &form.email, form.password, client).await {
        Ok(account) => enter(&app, language, account, &headers, &form.next).await,
        Err(error) => {
            let problem = in_words(error, Texts::of(language))?;
            login_page(&app, language, &form.next, &form.email, Some(problem))
        }
    }
}

pub(super) async fn logout(
    State(app): State<App>,
    MaybeIdentity(identity): MaybeIdentity,
) -> Result<Response, ApiError> {
    if let Some(identity) = identity {
        session::end(&app, &identity).await?;
    }
    let cookie = set_cookie("", 0)?;
    Ok(([(SET_COOKIE, cookie)], Redirect::to("/")).into_response())
}
