//! `/office/supervisors`: who may decide at doors, who may sell at tills, and their PINs. Works without JavaScript.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use shared::ids::{OrganizerId, UserId};
use shared::language::Language;
use shared::supervisor::PinRefused;

use super::texts::{Texts, texts};
use super::{Duties, SetSupervisorError, SupervisorView, Who};
use crate::accounts::{self, Identity, PageIdentity};
use crate::app::App;
use crate::door::pages::managed;
use crate::office::page::{OfficePage, of_devices};
use crate::web::language::PageLanguage;
use crate::web::page::html;
use crate::web::{ApiError, Form, Path};

pub(in crate::door) fn router() -> Router<App> {
    Router::new()
        .route("/office/supervisors", get(show).post(add))
        .route("/office/supervisors/{person}", post(set_pin))
        .route("/office/supervisors/{person}/remove", post(remove))
}

#[derive(Template)]
#[template(path = "supervisors.html")]
struct SupervisorsPage {
    page: OfficePage,
    texts: Texts,
    problem: Option<&'static str>,
    supervisors: Vec<SupervisorView>,
    /// Members who are not on the list.
    members: Vec<(UserId, String)>,
}

async fn show(
    State(app): State<App>,
    PageIdentity(identity): PageIdentity,
    PageLanguage(language): PageLanguage,
) -> Result<Response, ApiError> {
    html(&page(&app, &identity, language, None).await?)
}

async fn page(
    app: &App,
    identity: &Identity,
    language: Language,
    problem: Option<&'static str>,
) -> Result<SupervisorsPage, ApiError> {
    let organizer = managed(identity)?;
    let texts = texts(language);
    let who = (identity, language);
    let page = of_devices(app, who, organizer, texts.title, "/office/supervisors").await?;
    let mut conn = app.pool.acquire().await?;
    let supervisors = super::list(&mut conn, organizer).await?;
    let members = accounts::member_names(&mut conn, organizer).await?;
    let is_listed = |account| supervisors.iter().any(|view| view.person == account);
    Ok(SupervisorsPage {
        page,
        members: members
            .into_iter()
            .filter(|(account, _)| !is_listed(*account))
            .collect(),
        texts,
        problem,
        supervisors,
    })
}

/// `who`: an account's id, or empty for somebody by name.
#[derive(Deserialize)]
struct NewSupervisor {
    #[serde(default)]
    who: String,
    #[serde(default)]
    name: String,
    pin: String,
    /// Sent where its box is ticked.
    supervises: Option<String>,
    sells: Option<String>,
}

async fn add(
    State(app): State<App>,
    PageIdentity(identity): PageIdentity,
    PageLanguage(language): PageLanguage,
    Form(form): Form<NewSupervisor>,
) -> Result<Response, ApiError> {
    let duties = Duties {
        supervises: form.supervises.is_some(),
        sells: form.sells.is_some(),
    };
    let who = if form.who.is_empty() {
        Who::Named(form.name)
    } else {
        Who::Member(
            form.who
                .parse()
                .map_err(|_| ApiError::not_found("member"))?,
        )
    };
    set(&app, &identity, language, who, (&form.pin, duties)).await
}

#[derive(Deserialize)]
struct NewPin {
    /// Empty: it stays.
    pin: String,
    supervises: Option<String>,
    sells: Option<String>,
}

async fn set_pin(
    State(app): State<App>,
    PageIdentity(identity): PageIdentity,
    PageLanguage(language): PageLanguage,
    Path(person): Path<UserId>,
    Form(form): Form<NewPin>,
) -> Result<Response, ApiError> {
    let duties = Duties {
        supervises: form.supervises.is_some(),
        sells: form.sells.is_some(),
    };
    if form.pin.is_empty() {
        let charged = super::charge(&app, managed(&identity)?, person, duties).await;
        return match charged {
            Ok(_) => Ok(to_list(language).into_response()),
            Err(error) => refused(&app, &identity, language, error).await,
        };
    }
    let who = Who::Listed(person);
    set(&app, &identity, language, who, (&form.pin, duties)).await
}

async fn set(
    app: &App,
    identity: &Identity,
    language: Language,
    who: Who,
    (pin, duties): (&str, Duties),
) -> Result<Response, ApiError> {
    let organizer: OrganizerId = managed(identity)?;
    match super::set(app, organizer, who, pin, duties).await {
        Ok(_) => Ok(to_list(language).into_response()),
        Err(error) => refused(app, identity, language, error).await,
    }
}

/// The page with what is wrong, if a person can put it right.
async fn refused(
    app: &App,
    identity: &Identity,
    language: Language,
    error: SetSupervisorError,
) -> Result<Response, ApiError> {
    let texts = texts(language);
    let problem = match error {
        SetSupervisorError::Pin(PinRefused::Malformed) => texts.not_a_pin,
        SetSupervisorError::Pin(PinRefused::TooEasy) => texts.too_easy,
        SetSupervisorError::Name => texts.no_name,
        SetSupervisorError::NoDuty => texts.no_duty,
        SetSupervisorError::TooMany => texts.too_many,
        error @ (SetSupervisorError::NoMember
        | SetSupervisorError::NotListed
        | SetSupervisorError::Hash(_)
        | SetSupervisorError::Database(_)) => return Err(error.into()),
    };
    let page = page(app, identity, language, Some(problem)).await?;
    Ok((StatusCode::BAD_REQUEST, html(&page)?).into_response())
}

async fn remove(
    State(app): State<App>,
    PageIdentity(identity): PageIdentity,
    PageLanguage(language): PageLanguage,
    Path(person): Path<UserId>,
) -> Result<Redirect, ApiError> {
    // Whoever is gone already is gone.
    super::remove(&app, managed(&identity)?, person).await?;
    Ok(to_list(language))
}

fn to_list(language: Language) -> Redirect {
    Redirect::to(&format!("/office/supervisors?lang={language}"))
}
