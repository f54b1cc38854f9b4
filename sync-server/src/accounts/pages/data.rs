//! One's data: a copy of all, and the end of it.

use askama::Template;
use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, SET_COOKIE};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use shared::language::Language;

use super::enter::{Step, StepPage};
use super::{Problem, answer, in_words, set_cookie};
use crate::accounts::{Identity, PageIdentity, erase, export, profile};
use crate::app::App;
use crate::web::page::html;
use crate::web::store::{StoreLanguage, StorePage, Texts, private};
use crate::web::{ApiError, ClientAddress, Form, Json};

const SAVED_AS: HeaderValue = HeaderValue::from_static("attachment; filename=\"ticket-hub.json\"");

#[derive(Template)]
#[template(path = "store/erase.html")]
struct ErasePage {
    page: StorePage,
    problem: Option<String>,
    has_password: bool,
}

#[derive(Deserialize)]
pub(super) struct EraseForm {
    #[serde(default)]
    password: String,
}

pub(super) async fn export(
    State(app): State<App>,
    PageIdentity(identity): PageIdentity,
) -> Result<Response, ApiError> {
    let export = export::export(&app, &identity).await?;
    let saved = ([(CONTENT_DISPOSITION, SAVED_AS)], Json(export));
    Ok(private(saved.into_response()))
}

pub(super) async fn show_erase(
    State(app): State<App>,
    StoreLanguage(language): StoreLanguage,
    PageIdentity(identity): PageIdentity,
) -> Result<Response, ApiError> {
    erase_page(&app, language, &identity, None).await
}

async fn erase_page(
    app: &App,
    language: Language,
    identity: &Identity,
    problem: Option<Problem>,
) -> Result<Response, ApiError> {
    let title = Texts::of(language).get("erase-title");
    let known = profile::profile(app, identity.account).await?;
    let page = html(&ErasePage {
        page: StorePage::private(app, language, Some(identity), title, "/account/erase"),
        problem: problem.as_ref().map(|problem| problem.sentence.clone()),
        has_password: known.has_password,
    })?;
    Ok(answer(page, problem.as_ref()))
}

pub(super) async fn erase(
    State(app): State<App>,
    client: ClientAddress,
    StoreLanguage(language): StoreLanguage,
    PageIdentity(identity): PageIdentity,
    Form(form): Form<EraseForm>,
) -> Result<Response, ApiError> {
    let t = Texts::of(language);
    let confirmed = profile::confirm(&app, identity.account, form.password, client).await;
    let erased = match confirmed {
        Ok(()) => erase::erase(&app, identity.account).await,
        Err(error) => Err(error),
    };
    if let Err(error) = erased {
        let problem = Some(in_words(error, t)?);
        return erase_page(&app, language, &identity, problem).await;
    }
    let page = html(&StepPage {
        page: StorePage::private(&app, language, None, t.get("erased-title"), "/login"),
        problem: None,
        lead: t.get("erased-text").into_owned(),
        step: Step::Go {
            path: format!("/{language}/"),
            label: t.get("back-home").into_owned(),
        },
    })?;
    let gone = ([(SET_COOKIE, set_cookie("", 0)?)], page);
    Ok(private(gone.into_response()))
}
