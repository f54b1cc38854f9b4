//! `/api/v1/auth`: the account of whoever asks.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use shared::clock::UnixMillis;
use shared::ids::{OrganizerId, UserId};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::entrance::{self, NewAccount};
use super::links::{self, Purpose};
use super::password::Password;
use super::session::SessionKind;
use super::{Identity, Role, erase, session};
use crate::app::App;
use crate::web::openapi::ErrorEnvelope;
use crate::web::{ApiError, ClientAddress, Json};

pub(crate) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(register))
        .routes(routes!(login))
        .routes(routes!(logout))
        .routes(routes!(verify))
        .routes(routes!(reset))
        .routes(routes!(show_profile, erase_profile))
}

/// A new account.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RegisterRequest {
    email: String,
    /// At least 10 characters.
    password: String,
    name: String,
    /// `fr` (if nothing is said), `en`, `es`, `de` or `it`.
    language: Option<String>,
}

/// Who logs in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct LoginRequest {
    email: String,
    password: String,
    /// Where the account asks for a second step: what the app shows, or a code on paper.
    code: Option<String>,
}

/// A session for programs.
#[derive(Debug, Serialize, ToSchema)]
struct TokenAnswer {
    #[schema(value_type = uuid::Uuid)]
    account_id: UserId,
    /// For `Authorization: Bearer`.
    token: String,
    /// Unix milliseconds.
    expires_ms: UnixMillis,
}

/// The secret of a link that was sent by mail.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct VerifyRequest {
    token: String,
}

/// Either `email`, to have a link sent, or `token` and `password`, to use it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ResetRequest {
    email: Option<String>,
    token: Option<String>,
    password: Option<String>,
}

/// A person's own account.
#[derive(Debug, Serialize, ToSchema)]
struct Profile {
    #[schema(value_type = uuid::Uuid)]
    id: UserId,
    email: String,
    /// Whether the link sent to that address was followed.
    email_verified: bool,
    name: String,
    /// `fr`, `en`, `es`, `de` or `it`.
    language: String,
    is_platform_admin: bool,
    memberships: Vec<ProfileMembership>,
}

/// Whose events one works for.
#[derive(Debug, Serialize, ToSchema)]
struct ProfileMembership {
    #[schema(value_type = uuid::Uuid)]
    organizer_id: OrganizerId,
    role: Role,
}

/// Make an account and log in.
#[utoipa::path(post, path = "/auth/register", tag = "auth", request_body = RegisterRequest, responses(
    (status = 201, body = TokenAnswer),
    (status = 400, body = ErrorEnvelope),
    (status = 409, description = "`already_exists`", body = ErrorEnvelope),
))]
async fn register(
    State(app): State<App>,
    headers: HeaderMap,
    Json(request): Json<RegisterRequest>,
) -> Result<(StatusCode, Json<TokenAnswer>), ApiError> {
    let new = NewAccount::parse(
        &request.email,
        &request.name,
        request.password,
        request.language.as_deref(),
    )?;
    let (account_id, session) = entrance::register(&app, new, SessionKind::Api, &headers).await?;
    let answer = TokenAnswer {
        account_id,
        token: session.credential,
        expires_ms: session.expires_ms,
    };
    Ok((StatusCode::CREATED, Json(answer)))
}

/// Log in: a token for seven days.
#[utoipa::path(post, path = "/auth/login", tag = "auth", request_body = LoginRequest, responses(
    (status = 200, body = TokenAnswer),
    (status = 401, description = "`wrong_credentials`: the same for a wrong password and an unknown address; with the field `code` where that is missing or wrong", body = ErrorEnvelope),
    (status = 429, body = ErrorEnvelope),
))]
async fn login(
    State(app): State<App>,
    client: ClientAddress,
    headers: HeaderMap,
    Json(request): Json<LoginRequest>,
) -> Result<Json<TokenAnswer>, ApiError> {
    let account_id =
        entrance::check_password(&app, &request.email, request.password, client).await?;
    let steps = entrance::check_code(&app, account_id, request.code.as_deref()).await?;
    let who = (account_id, steps);
    let session = entrance::begin_session(&app, who, SessionKind::Api, &headers).await?;
    Ok(Json(TokenAnswer {
        account_id,
        token: session.credential,
        expires_ms: session.expires_ms,
    }))
}

/// End the session that the request shows.
#[utoipa::path(post, path = "/auth/logout", tag = "auth", security(("token" = [])), responses(
    (status = 204),
    (status = 401, body = ErrorEnvelope),
))]
async fn logout(State(app): State<App>, identity: Identity) -> Result<StatusCode, ApiError> {
    session::end(&app, &identity).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Confirm an e-mail address by the link sent to it.
#[utoipa::path(post, path = "/auth/verify", tag = "auth", request_body = VerifyRequest, responses(
    (status = 204),
    (status = 410, description = "`link_expired`", body = ErrorEnvelope),
))]
async fn verify(
    State(app): State<App>,
    Json(request): Json<VerifyRequest>,
) -> Result<StatusCode, ApiError> {
    links::verify(&app, &request.token).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Have a link for a new password sent, or choose the password by it.
#[utoipa::path(post, path = "/auth/reset", tag = "auth", request_body = ResetRequest, responses(
    (status = 202, description = "A mail is on its way if there is an account with that address."),
    (status = 204, description = "The password is changed; every session has ended."),
    (status = 400, body = ErrorEnvelope),
    (status = 410, description = "`link_expired`", body = ErrorEnvelope),
))]
async fn reset(
    State(app): State<App>,
    Json(request): Json<ResetRequest>,
) -> Result<StatusCode, ApiError> {
    match (request.email, request.token, request.password) {
        (Some(email), None, None) => {
            links::request_unseen(&app, email, Purpose::Reset);
            Ok(StatusCode::ACCEPTED)
        }
        (None, Some(token), Some(password)) => {
            let password = Password::chosen(password)
                .map_err(|problem| ApiError::invalid([("password", problem)]))?;
            links::reset(&app, &token, password).await?;
            Ok(StatusCode::NO_CONTENT)
        }
        _ => Err(ApiError::invalid([(
            "email",
            "send either `email` alone, or `token` and `password`",
        )])),
    }
}

/// The account of whoever asks.
#[utoipa::path(get, path = "/auth/profile", tag = "auth", security(("token" = [])), responses(
    (status = 200, body = Profile),
    (status = 401, body = ErrorEnvelope),
))]
async fn show_profile(
    State(app): State<App>,
    identity: Identity,
) -> Result<Json<Profile>, ApiError> {
    let row = sqlx::query!(
        "select email, name, email_verified_ms, language from accounts where id = $1",
        identity.account.0
    )
    .fetch_one(&app.pool)
    .await?;
    let memberships = identity.memberships.iter();
    Ok(Json(Profile {
        id: identity.account,
        email: row.email,
        email_verified: row.email_verified_ms.is_some(),
        name: row.name,
        language: row.language,
        is_platform_admin: identity.is_platform_admin,
        memberships: memberships
            .map(|&(organizer_id, role)| ProfileMembership { organizer_id, role })
            .collect(),
    }))
}

/// Erase the person; their orders are kept as the law asks.
#[utoipa::path(delete, path = "/auth/profile", tag = "auth", security(("token" = [])), responses(
    (status = 204),
    (status = 401, body = ErrorEnvelope),
    (status = 409, description = "`conflict`: the only owner of an organizer", body = ErrorEnvelope),
))]
async fn erase_profile(State(app): State<App>, identity: Identity) -> Result<StatusCode, ApiError> {
    erase::erase(&app, identity.account).await?;
    Ok(StatusCode::NO_CONTENT)
}
