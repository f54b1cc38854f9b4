//! `/api/v1/organizers/{id}/members`.

use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use shared::ids::{OrganizerId, UserId};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Identity;
use super::members::{self, Member, MemberRequest};
use super::roles::{self, Right};
use crate::app::App;
use crate::web::openapi::ErrorEnvelope;
use crate::web::{ApiError, Json, Path};

pub(crate) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_members, set_member))
        .routes(routes!(remove_member))
}

/// All members.
#[derive(Debug, Serialize, ToSchema)]
struct MemberList {
    members: Vec<Member>,
}

/// Who works for the organizer.
#[utoipa::path(get, path = "/organizers/{organizer}/members", tag = "members", security(("token" = [])),
    params(("organizer" = uuid::Uuid, Path)), responses(
    (status = 200, body = MemberList),
    (status = 403, body = ErrorEnvelope),
))]
async fn list_members(
    State(app): State<App>,
    identity: Identity,
    Path(organizer): Path<OrganizerId>,
) -> Result<Json<MemberList>, ApiError> {
    roles::require(&identity, organizer, Right::ManageMembers)?;
    let members = members::list(&app, organizer).await?;
    Ok(Json(MemberList { members }))
}

/// Add a member, or give one another role.
#[utoipa::path(post, path = "/organizers/{organizer}/members", tag = "members", security(("token" = [])),
    params(("organizer" = uuid::Uuid, Path)), request_body = MemberRequest, responses(
    (status = 200, body = Member),
    (status = 400, body = ErrorEnvelope),
    (status = 403, body = ErrorEnvelope),
    (status = 409, description = "`conflict`: the only owner", body = ErrorEnvelope),
))]
async fn set_member(
    State(app): State<App>,
    identity: Identity,
    Path(organizer): Path<OrganizerId>,
    Json(request): Json<MemberRequest>,
) -> Result<Json<Member>, ApiError> {
    roles::require(&identity, organizer, Right::ManageMembers)?;
    Ok(Json(members::set(&app, organizer, &request).await?))
}

/// End a membership.
#[utoipa::path(delete, path = "/organizers/{organizer}/members/{account}", tag = "members", security(("token" = [])),
    params(("organizer" = uuid::Uuid, Path), ("account" = uuid::Uuid, Path)), responses(
    (status = 204),
    (status = 403, body = ErrorEnvelope),
    (status = 404, body = ErrorEnvelope),
    (status = 409, description = "`conflict`: the only owner", body = ErrorEnvelope),
))]
async fn remove_member(
    State(app): State<App>,
    identity: Identity,
    Path((organizer, account)): Path<(OrganizerId, UserId)>,
) -> Result<StatusCode, ApiError> {
    roles::require(&identity, organizer, Right::ManageMembers)?;
    members::remove(&app, organizer, account).await?;
    Ok(StatusCode::NO_CONTENT)
}
