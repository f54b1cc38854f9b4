//! `/api/v1/auth`: the account of whoever asks.

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use serde::Serialize;
use shared::ids::{OrganizerId, UserId};
use utoipa::ToSchema;

use super::{Identity, Role, session};
use crate::app::App;
use crate::web::{ApiError, Json};

pub(crate) fn router() -> Router<App> {
    Router::new()
        .route("/auth/logout", post(logout))
        .route("/auth/profile", get(show_profile))
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

/// Ends the session that the request shows.
async fn logout(State(app): State<App>, identity: Identity) -> Result<StatusCode, ApiError> {
    session::end(&app, &identity).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The account of whoever asks.
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
