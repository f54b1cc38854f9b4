//! Turning the second step of the log-in on and off.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use shared::language::Language;
use shared::ticket::Qr;

use super::{Problem, answer, code_problem, in_words};
use crate::accounts::second_factor::{self, SecondFactor};
use crate::accounts::{Identity, PageIdentity, profile, second_asked};
use crate::app::App;
use crate::web::page::html;
use crate::web::store::{StoreLanguage, StorePage, Texts};
use crate::web::{ApiError, ClientAddress, Form};

#[derive(Template)]
#[template(path = "store/second.html")]
struct SecondPage {
    page: StorePage,
    problem: Option<String>,
    face: Face,
}

enum Face {
    /// Read the picture, type the code.
    Join {
        picture: String,
        secret: String,
        has_password: bool,
    },
    /// It is on.
    On { left: String },
    /// Codes for paper, shown once.
    Paper(Vec<String>),
}

#[derive(Deserialize)]
pub(super) struct OnForm {
    code: String,
    #[serde(default)]
    password: String,
}

#[derive(Deserialize)]
pub(super) struct CodeForm {
    code: String,
}

fn second_page(
    app: &App,
    language: Language,
    identity: &Identity,
    face: Face,
    problem: Option<Problem>,
) -> Result<Response, ApiError> {
    let title = Texts::of(language).get("second-title");
    let path = "/account/second";
    let page = html(&SecondPage {
        page: StorePage::private(app, language, Some(identity), title, path),
        problem: problem.as_ref().map(|problem| problem.sentence.clone()),
        face,
    })?;
    Ok(answer(page, problem.as_ref()))
}

async fn as_it_stands(
    app: &App,
    language: Language,
    identity: &Identity,
    problem: Option<Problem>,
) -> Result<Response, ApiError> {
    let account = identity.account;
    let known = profile::profile(app, account).await?;
    let face = match second_factor::standing(app, account, &known.email).await? {
        SecondFactor::On { recovery_left } => Face::On {
            left: Texts::of(language).count("second-left", recovery_left),
        },
        SecondFactor::Off(offered) => {
            let picture = Qr::text(&offered.address).map_err(ApiError::internal)?;
            Face::Join {
                picture: picture.svg(),
                secret: offered.secret,
                has_password: known.has_password,
            }
        }
    };
    second_page(app, language, identity, face, problem)
}

pub(super) async fn show(
    State(app): State<App>,
    StoreLanguage(language): StoreLanguage,
    PageIdentity(identity): PageIdentity,
) -> Result<Response, ApiError> {
    as_it_stands(&app, language, &identity, None).await
}

pub(super) async fn turn_on(
    State(app): State<App>,
    client: ClientAddress,
    StoreLanguage(language): StoreLanguage,
    PageIdentity(identity): PageIdentity,
    Form(form): Form<OnForm>,
) -> Result<Response, ApiError> {
    let (t, account) = (Texts::of(language), identity.account);
    // Who sits at an open session must not lock its owner out.
    if profile::profile(&app, account).await?.has_password
        && let Err(error) = profile::confirm(&app, account, form.password, client).await
    {
        let problem = Some(in_words(error, t)?);
        return as_it_stands(&app, language, &identity, problem).await;
    }
    let done = second_factor::turn_on(&app, account, &form.code).await;
    if done.is_ok() {
        second_asked::has_made_both(&app, &identity).await?;
    }
    paper(&app, language, &identity, done).await
}

pub(super) async fn new_paper(
    State(app): State<App>,
    StoreLanguage(language): StoreLanguage,
    PageIdentity(identity): PageIdentity,
    Form(form): Form<CodeForm>,
) -> Result<Response, ApiError> {
    let done = second_factor::new_recovery(&app, identity.account, &form.code).await;
    paper(&app, language, &identity, done).await
}

async fn paper(
    app: &App,
    language: Language,
    identity: &Identity,
    done: Result<Vec<String>, ApiError>,
) -> Result<Response, ApiError> {
    match done {
        Ok(codes) => second_page(app, language, identity, Face::Paper(codes), None),
        Err(error) => {
            let problem = Some(code_problem(error, Texts::of(language))?);
            as_it_stands(app, language, identity, problem).await
        }
    }
}

pub(super) async fn turn_off(
    State(app): State<App>,
    StoreLanguage(language): StoreLanguage,
    PageIdentity(identity): PageIdentity,
    Form(form): Form<CodeForm>,
) -> Result<Response, ApiError> {
    let done = second_factor::turn_off(&app, identity.account, &form.code).await;
    let problem = match done {
        Ok(()) => None,
        Err(error) => Some(code_problem(error, Texts::of(language))?),
    };
    as_it_stands(&app, language, &identity, problem).await
}
