//! Making an account.

use askama::Template;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;
use shared::language::Language;

use super::enter::{Field, NextQuery};
use super::oidc::{Button, buttons};
use super::{Problem, answer, in_words, local_path, next_path, next_query, on_with};
use crate::accounts::entrance::{AccountField, NewAccount};
use crate::accounts::session::SessionKind;
use crate::accounts::{MaybeIdentity, entrance};
use crate::app::App;
use crate::web::page::html;
use crate::web::store::{StoreLanguage, StorePage, Texts, private};
use crate::web::{ApiError, Form, Query};

#[derive(Template)]
#[template(path = "store/register.html")]
struct RegisterPage {
    page: StorePage,
    problem: Option<String>,
    typed: Typed,
    next: String,
    query: String,
    /// Of other log-ins.
    buttons: Vec<Button>,
}

#[derive(Default)]
struct Typed {
    name: Field,
    email: Field,
    is_wrong_password: bool,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct RegisterForm {
    name: String,
    email: String,
    password: String,
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
    register_page(&app, language, &query.next, Typed::default(), None)
}

fn register_page(
    app: &App,
    language: Language,
    next: &str,
    typed: Typed,
    problem: Option<Problem>,
) -> Result<Response, ApiError> {
    let title = Texts::of(language).get("register-title");
    let query = next_query(next);
    let page = StorePage::private(app, language, None, title, "/register").keeping(query.clone());
    let page = html(&RegisterPage {
        page,
        problem: problem.as_ref().map(|problem| problem.sentence.clone()),
        typed,
        next: local_path(next).unwrap_or_default().to_owned(),
        buttons: buttons(app, language, &query),
        query,
    })?;
    Ok(answer(page, problem.as_ref()))
}

pub(super) async fn register(
    State(app): State<App>,
    StoreLanguage(language): StoreLanguage,
    headers: HeaderMap,
    Form(form): Form<RegisterForm>,
) -> Result<Response, ApiError> {
    let t = Texts::of(language);
    let mut typed = Typed {
        name: Field::typed(&form.name),
        email: Field::typed(&form.email),
        is_wrong_password: false,
    };
    let new = match NewAccount::typed(&form.email, &form.name, form.password, language) {
        Ok(new) => new,
        Err(wrong) => {
            typed.name.is_wrong = wrong.contains(&AccountField::Name);
            typed.email.is_wrong = wrong.contains(&AccountField::Email);
            typed.is_wrong_password = wrong.contains(&AccountField::Password);
            let problem = Problem::wrong_fields(wrong.len(), t);
            return register_page(&app, language, &form.next, typed, Some(problem));
        }
    };
    match entrance::register(&app, new, SessionKind::Browser, &headers).await {
        Ok((_, session)) => on_with(&session, &next_path(&form.next, language)),
        Err(error) => {
            let problem = in_words(error, t)?;
            register_page(&app, language, &form.next, typed, Some(problem))
        }
    }
}
