//! Somebody came by a provider's log-in and is nobody here yet: an account is made, or joined by its own log-in.

use askama::Template;
use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;
use shared::ids::UserId;
use shared::language::Language;
use uuid::Uuid;

use super::account::Done;
use super::oidc::{KNOWN, KNOWN_COOKIE, cookie};
use super::{Problem, answer, encode, next_path, on_with};
use crate::accounts::entrance::{Steps, parse_name};
use crate::accounts::identity::cookie_named;
use crate::accounts::oidc::{self, Known};
use crate::accounts::session::SessionKind;
use crate::accounts::{Identity, MaybeIdentity, PageIdentity, entrance, profile};
use crate::app::App;
use crate::web::page::html;
use crate::web::store::{StoreLanguage, StorePage, Texts, private};
use crate::web::{ApiError, Form};

#[derive(Template)]
#[template(path = "store/joined.html")]
struct JoinedPage {
    page: StorePage,
    problem: Option<String>,
    lead: String,
    face: Face,
}

enum Face {
    /// The account of the address, or any other: it is logged in.
    Join { button: String },
    /// A new one.
    Make { name: String, email: String },
    /// Log in first; then this page again.
    LogIn { next: String },
    /// The provider names no address: an account is made as usual, and joined after it.
    Register { next: String },
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct JoinForm {
    name: String,
}

/// Who came, and where the log-in was to lead.
fn came(app: &App, headers: &HeaderMap) -> Option<(Known, String)> {
    let cookie = cookie_named(headers, KNOWN_COOKIE)?;
    oidc::unseal(app, KNOWN, cookie)
}

/// The cookie is for this page; without it there is nothing to do here.
fn elsewhere(language: Language, identity: Option<&Identity>) -> Response {
    let page = if identity.is_some() {
        "account"
    } else {
        "login"
    };
    private(Redirect::to(&format!("/{language}/{page}")).into_response())
}

pub(super) async fn show(
    State(app): State<App>,
    StoreLanguage(language): StoreLanguage,
    MaybeIdentity(identity): MaybeIdentity,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let identity = identity.as_deref();
    match came(&app, &headers) {
        Some((known, _)) => joined_page(&app, language, identity, &known, None).await,
        None => Ok(elsewhere(language, identity)),
    }
}

async fn joined_page(
    app: &App,
    language: Language,
    identity: Option<&Identity>,
    known: &Known,
    problem: Option<Problem>,
) -> Result<Response, ApiError> {
    let t = Texts::of(language);
    let provider = app.accounts.providers.name_of(&known.issuer).to_owned();
    let email = known.email.clone().unwrap_or_default();
    let here = encode(&format!("/{language}/login/joined"));
    let (lead, face) = if let Some(identity) = identity {
        let own = profile::profile(app, identity.account).await?.email;
        let lead = t.with("joined-join", &[("provider", &provider), ("account", &own)]);
        let button = t.named("joined-join-button", "provider", provider.as_str());
        (lead, Face::Join { button })
    } else if email.is_empty() {
        let lead = t.named("joined-no-email", "provider", provider.as_str());
        (lead, Face::Register { next: here })
    } else if profile::has_account(app, &email).await? {
        let lead = t.with(
            "joined-log-in",
            &[("provider", &provider), ("email", &email)],
        );
        (lead, Face::LogIn { next: here })
    } else {
        let name = known.name.clone().unwrap_or_default();
        let lead = t.with("joined-make", &[("provider", &provider), ("email", &email)]);
        (lead, Face::Make { name, email })
    };
    let title = t.named("joined-title", "provider", provider.as_str());
    let page = StorePage::private(app, language, identity, title, "/login/joined");
    let page = html(&JoinedPage {
        page,
        problem: problem.as_ref().map(|problem| problem.sentence.clone()),
        lead,
        face,
    })?;
    Ok(answer(page, problem.as_ref()))
}

/// Joins the account that is logged in; makes one where nobody is.
pub(super) async fn join(
    State(app): State<App>,
    StoreLanguage(language): StoreLanguage,
    MaybeIdentity(identity): MaybeIdentity,
    headers: HeaderMap,
    Form(form): Form<JoinForm>,
) -> Result<Response, ApiError> {
    let (t, identity) = (Texts::of(language), identity.as_deref());
    let Some((known, next)) = came(&app, &headers) else {
        return Ok(elsewhere(language, identity));
    };
    let problem = match identity {
        Some(identity) if oidc::join(&app, identity.account, &known).await? => {
            return forgetting(Done::Joined.on(language));
        }
        Some(_) => Problem::new(StatusCode::CONFLICT, t.get("problem-oidc-joined")),
        None => match make(&app, language, &known, &form.name).await? {
            Ok(account) => {
                let session = entrance::begin_session(
                    &app,
                    (account, Steps::One),
                    SessionKind::Browser,
                    &headers,
                )
                .await?;
                return forgetting(on_with(&session, &next_path(&next, language))?);
            }
            Err(problem) => problem,
        },
    };
    joined_page(&app, language, identity, &known, Some(problem)).await
}

async fn make(
    app: &App,
    language: Language,
    known: &Known,
    name: &str,
) -> Result<Result<UserId, Problem>, ApiError> {
    let t = Texts::of(language);
    let Ok(name) = parse_name(name) else {
        let sentence = t.get("error-account-name");
        return Ok(Err(Problem::new(StatusCode::BAD_REQUEST, sentence)));
    };
    let Some(email) = &known.email else {
        // The page offers no such button.
        return Err(ApiError::not_found("page"));
    };
    let made = oidc::make_account(app, known, (&name, email), language).await?;
    let known_address = || Problem::new(StatusCode::CONFLICT, t.get("problem-known-address"));
    Ok(made.ok_or_else(known_address))
}

/// It is done: the browser forgets who came.
fn forgetting(mut response: Response) -> Result<Response, ApiError> {
    let gone = cookie(KNOWN_COOKIE, None, "Lax")?;
    response.headers_mut().append(SET_COOKIE, gone);
    Ok(response)
}

#[derive(Deserialize)]
pub(super) struct PartForm {
    joined: Uuid,
}

pub(super) async fn part(
    State(app): State<App>,
    StoreLanguage(language): StoreLanguage,
    PageIdentity(identity): PageIdentity,
    Form(form): Form<PartForm>,
) -> Result<Response, ApiError> {
    oidc::remove(&app, identity.account, form.joined).await?;
    Ok(Done::Parted.on(language))
}
