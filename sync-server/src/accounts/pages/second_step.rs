//! After the password, or the link of a mail: the code, where the account asks for one.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;
use shared::ids::UserId;
use shared::language::Language;
use shared::wire::latest::ErrorCode;

use super::login::login_page;
use super::{Problem, answer, code_problem, local_path, next_path, on_with};
use crate::accounts::entrance::{self, Entered};
use crate::app::App;
use crate::web::page::html;
use crate::web::store::{StoreLanguage, StorePage, Texts, private};
use crate::web::{ApiError, Form};

#[derive(Template)]
#[template(path = "store/second-step.html")]
struct SecondStepPage {
    page: StorePage,
    problem: Option<String>,
    token: String,
    next: String,
}

#[derive(Deserialize)]
pub(super) struct CodeForm {
    token: String,
    code: String,
    #[serde(default)]
    next: String,
}

/// On with a session, or to the code.
pub(super) async fn enter(
    app: &App,
    language: Language,
    account: UserId,
    headers: &HeaderMap,
    next: &str,
) -> Result<Response, ApiError> {
    match entrance::enter(app, account, headers).await? {
        Entered::In(session) => on_with(&session, &next_path(next, language)),
        Entered::NeedsCode(token) => code_page(app, language, token, next, None),
    }
}

fn code_page(
    app: &App,
    language: Language,
    token: String,
    next: &str,
    problem: Option<Problem>,
) -> Result<Response, ApiError> {
    let title = Texts::of(language).get("second-title");
    let page = html(&SecondStepPage {
        page: StorePage::private(app, language, None, title, "/login"),
        problem: problem.as_ref().map(|problem| problem.sentence.clone()),
        token,
        next: local_path(next).unwrap_or_default().to_owned(),
    })?;
    Ok(answer(page, problem.as_ref()))
}

/// The page comes by a form; its address alone leads back to the first step.
pub(super) async fn show(StoreLanguage(language): StoreLanguage) -> Response {
    private(Redirect::to(&format!("/{language}/login")).into_response())
}

pub(super) async fn check(
    State(app): State<App>,
    StoreLanguage(language): StoreLanguage,
    headers: HeaderMap,
    Form(form): Form<CodeForm>,
) -> Result<Response, ApiError> {
    match entrance::enter_by_code(&app, &form.token, &form.code, &headers).await {
        Ok(session) => on_with(&session, &next_path(&form.next, language)),
        // Too long after the first step: that is made anew.
        Err(error) if error.code() == ErrorCode::LinkExpired => {
            let sentence = Texts::of(language).get("problem-step-over");
            let problem = Some(Problem::new(StatusCode::GONE, sentence));
            login_page(&app, language, &form.next, "", problem)
        }
        Err(error) => {
            let problem = code_problem(error, Texts::of(language))?;
            code_page(&app, language, form.token, &form.next, Some(problem))
        }
    }
}
