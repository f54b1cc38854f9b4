//! Who asks. As an extractor: [`Identity`] refuses strangers with 401, [`MaybeIdentity`] lets them be, [`PageIdentity`]
//! sends a browser to the log-in page.

use std::sync::Arc;

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::header::{AUTHORIZATION, COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};
use axum::response::{IntoResponse, Redirect, Response};
use shared::clock::UnixMillis;
use shared::ids::{OrganizerId, SessionId, UserId};
use shared::wire::latest::ErrorCode;

use super::pages;
use super::roles::{Right, Role};
use super::session::{self, SessionKind};
use crate::app::App;
use crate::web::language::PageLanguage;
use crate::web::store::language_of;
use crate::web::{ApiError, csrf};

/// `__Host-`: only over TLS (or to localhost), only for this host, not for its neighbours.
pub const SESSION_COOKIE: &str = "__Host-session";

/// Somebody with a living session.
#[derive(Clone, Debug)]
pub struct Identity {
    /// Who.
    pub account: UserId,
    /// By which log-in.
    pub session: SessionId,
    /// Browser or program.
    pub kind: SessionKind,
    /// Runs the platform: may all.
    pub is_platform_admin: bool,
    /// This log-in has made both steps.
    pub by_both_steps: bool,
    /// Some organizer asks for both: for that one this log-in is nobody until then.
    pub is_awaited: bool,
    /// The account's language: `fr`, `en`, `es`, `de` or `it`.
    pub language: String,
    /// For whom, and as what.
    pub memberships: Vec<(OrganizerId, Role)>,
    /// What a form of this session carries as `csrf`, or a script as `X-CSRF-Token`.
    pub csrf_token: String,
    /// When the session ends by itself.
    pub expires_ms: UnixMillis,
}

impl Identity {
    /// The role for an organizer.
    pub fn role(&self, organizer: OrganizerId) -> Option<Role> {
        let found = self.memberships.iter().find(|(id, _)| *id == organizer);
        found.map(|(_, role)| *role)
    }

    /// Whether it has a right for an organizer.
    pub fn may(&self, organizer: OrganizerId, right: Right) -> bool {
        self.is_platform_admin || self.role(organizer).is_some_and(|role| role.may(right))
    }
}

/// An identity where there is one. Credentials that are shown and no good are refused, not overlooked.
#[derive(Clone, Debug)]
pub struct MaybeIdentity(pub Option<Arc<Identity>>);

/// An identity of a page: strangers are sent to `/login` and come back from there.
#[derive(Clone, Debug)]
pub struct PageIdentity(pub Arc<Identity>);

impl FromRequestParts<App> for Identity {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        match identify(parts, app).await? {
            Some(identity) => Ok(Arc::unwrap_or_clone(identity)),
            None => Err(unauthenticated()),
        }
    }
}

impl OptionalFromRequestParts<App> for Identity {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Option<Self>, ApiError> {
        let found = identify(parts, app).await?;
        Ok(found.map(Arc::unwrap_or_clone))
    }
}

impl FromRequestParts<App> for MaybeIdentity {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        identify(parts, app).await.map(Self)
    }
}

impl FromRequestParts<App> for PageIdentity {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        match identify(parts, app).await {
            Ok(Some(identity)) if identity.is_awaited && is_office(parts.uri.path()) => {
                Err(to_second_step(parts).into_response())
            }
            Ok(Some(identity)) => Ok(Self(identity)),
            Ok(None) => Err(to_login(parts).into_response()),
            Err(error) if error.code() == ErrorCode::Unauthenticated => {
                Err(to_login(parts).into_response())
            }
            Err(error) => Err(error.into_response()),
        }
    }
}

/// A page of the back office, with its language or without.
fn is_office(path: &str) -> bool {
    let page = path.get(3..).unwrap_or_default();
    path.starts_with("/office") || page.starts_with("/office")
}

/// To where the second step is made or set up, and back.
fn to_second_step(parts: &Parts) -> Redirect {
    let PageLanguage(asked) = PageLanguage::of(parts.uri.query(), &parts.headers);
    let language = language_of(&parts.uri).unwrap_or(asked);
    let path = parts.uri.path_and_query();
    let path = path.filter(|_| parts.method == Method::GET);
    let next = path.map_or_else(|| format!("/{language}/office"), ToString::to_string);
    let next = pages::encode(&next);
    Redirect::to(&format!("/{language}/account/both?next={next}"))
}

fn to_login(parts: &Parts) -> Redirect {
    let language = language_of(&parts.uri);
    let login = language.map_or_else(|| "/login".to_owned(), |code| format!("/{code}/login"));
    // Back to a page only: what was to be sent is not sent by itself after a log-in.
    if parts.method != Method::GET {
        return Redirect::to(&login);
    }
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let next = pages::encode(path);
    Redirect::to(&format!("{login}?next={next}"))
}

fn unauthenticated() -> ApiError {
    ApiError::new(
        ErrorCode::Unauthenticated,
        "Log in first: POST /api/v1/auth/login gives a token for the Authorization header.",
    )
}

async fn identify(parts: &Parts, app: &App) -> Result<Option<Arc<Identity>>, ApiError> {
    if let Some(value) = parts.headers.get(AUTHORIZATION) {
        let token = value
            .to_str()
            .ok()
            .and_then(|text| text.strip_prefix("Bearer "));
        let token = token.ok_or_else(unauthenticated)?;
        return by_token(app, token.trim()).await.map(Some);
    }
    let Some(cookie) = session_cookie(&parts.headers) else {
        return Ok(None);
    };
    let Some(identity) = by_cookie(app, cookie).await? else {
        // A browser keeps the cookie of a session that has ended: it is a stranger, not an offender.
        return Ok(None);
    };
    if !parts.method.is_safe() {
        csrf::check(parts, &identity.csrf_token)?;
    }
    Ok(Some(identity))
}

async fn by_token(app: &App, token: &str) -> Result<Arc<Identity>, ApiError> {
    let (hash, now_ms) = (session::credential_hash(token), app.now_ms());
    if let Some(seen) = app.accounts.sessions.get(&hash, now_ms) {
        return Ok(seen);
    }
    let bearer = app.accounts.keys.check(token, now_ms);
    let bearer = bearer.ok_or_else(unauthenticated)?;
    let found = session::by_bearer(app, bearer).await?;
    let identity = Arc::new(found.ok_or_else(unauthenticated)?);
    app.accounts.sessions.put(hash, Arc::clone(&identity));
    Ok(identity)
}

async fn by_cookie(app: &App, cookie: &str) -> Result<Option<Arc<Identity>>, ApiError> {
    let hash = session::credential_hash(cookie);
    if let Some(seen) = app.accounts.sessions.get(&hash, app.now_ms()) {
        return Ok(Some(seen));
    }
    let Some(found) = session::by_cookie(app, &hash).await? else {
        return Ok(None);
    };
    let identity = Arc::new(found);
    app.accounts.sessions.put(hash, Arc::clone(&identity));
    Ok(Some(identity))
}

/// The value of our cookie.
pub(crate) fn session_cookie(headers: &HeaderMap) -> Option<&str> {
    cookie_named(headers, SESSION_COOKIE)
}

/// The value of a cookie.
pub(crate) fn cookie_named<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|text| text.split(';'))
        .find_map(|pair| {
            pair.trim()
                .strip_prefix(name)?
                .strip_prefix('=')
                .filter(|value| !value.is_empty())
        })
}
