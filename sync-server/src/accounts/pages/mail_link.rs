//! Logging in by a link that comes by mail. Opening it does nothing, its button logs in: programs that look through mails
//! open links, too, and press no buttons.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Deserialize;
use shared::language::Language;

use super::enter::{Step, StepPage};
use super::second_step::enter;
use super::{Problem, answer, encode, in_words};
use crate::accounts::links::{self, Purpose};
use crate::accounts::{Identity, MaybeIdentity};
use crate::app::App;
use crate::web::page::html;
use crate::web::store::{StoreLanguage, StorePage, Texts};
use crate::web::{ApiError, Form, Query};

#[derive(Deserialize)]
pub(super) struct LinkQuery {
    token: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct LinkForm {
    email: Option<String>,
    token: Option<String>,
}

fn action(language: Language) -> String {
    format!("/{language}/login/link")
}

fn step_page(
    app: &App,
    language: Language,
    identity: Option<&Identity>,
    (lead, step): (String, Step),
    problem: Option<Problem>,
) -> Result<Response, ApiError> {
    let title = Texts::of(language).get("link-title");
    let page = StorePage::private(app, language, identity, title, "/login/link");
    let page = match &step {
        Step::Press { token, .. } => page.keeping(format!("?token={}", encode(token))),
        Step::Address { .. } | Step::Password { .. } | Step::Go { .. } | Step::Told => page,
    };
    let page = html(&StepPage {
        page,
        problem: problem.as_ref().map(|problem| problem.sentence.clone()),
        lead,
        step,
    })?;
    Ok(answer(page, problem.as_ref()))
}

/// An address to type: at first, and where a link is over.
fn ask(
    app: &App,
    language: Language,
    identity: Option<&Identity>,
    problem: Option<Problem>,
) -> Result<Response, ApiError> {
    let t = Texts::of(language);
    let step = Step::Address {
        action: action(language),
        button: t.get("link-ask-button").into_owned(),
    };
    let lead = t.get("link-ask").into_owned();
    step_page(app, language, identity, (lead, step), problem)
}

fn over(language: Language) -> Problem {
    let sentence = Texts::of(language).get("problem-link");
    Problem::new(StatusCode::GONE, sentence)
}

pub(super) async fn show(
    State(app): State<App>,
    StoreLanguage(language): StoreLanguage,
    MaybeIdentity(identity): MaybeIdentity,
    Query(query): Query<LinkQuery>,
) -> Result<Response, ApiError> {
    let t = Texts::of(language);
    let identity = identity.as_deref();
    let Some(token) = query.token else {
        return ask(&app, language, identity, None);
    };
    // Whose link it is stands on the page: nobody shall be led into another's account without seeing it.
    let Some(email) = links::mailbox_of(&app, &token, Purpose::LogIn).await? else {
        return ask(&app, language, identity, Some(over(language)));
    };
    let step = Step::Press {
        action: action(language),
        token,
        button: t.get("log-in").into_owned(),
    };
    let lead = t.named("link-lead", "email", email);
    step_page(&app, language, identity, (lead, step), None)
}

pub(super) async fn use_or_ask(
    State(app): State<App>,
    StoreLanguage(language): StoreLanguage,
    MaybeIdentity(identity): MaybeIdentity,
    headers: HeaderMap,
    Form(form): Form<LinkForm>,
) -> Result<Response, ApiError> {
    let identity = identity.as_deref();
    let Some(token) = form.token else {
        let email = form.email.unwrap_or_default();
        links::request_unseen(&app, email, Purpose::LogIn);
        let lead = Texts::of(language).get("link-asked").into_owned();
        return step_page(&app, language, identity, (lead, Step::Told), None);
    };
    match links::log_in(&app, &token).await {
        Ok(account) => enter(&app, language, account, &headers, "").await,
        Err(error) => {
            let problem = in_words(error, Texts::of(language))?;
            ask(&app, language, identity, Some(problem))
        }
    }
}
