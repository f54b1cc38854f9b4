//! `/api/v1/organizers/{id}/supervisors`.

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use shared::clock::UnixMillis;
use shared::ids::{OrganizerId, UserId};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Duties, SupervisorView, Who};
use crate::accounts::{Identity, Right, roles};
use crate::app::App;
use crate::web::openapi::ErrorEnvelope;
use crate::web::{ApiError, Json, Path};

pub(in crate::door) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_supervisors, add_supervisor))
        .routes(routes!(set_supervisor_pin, remove_supervisor))
}

/// Who may decide at doors.
#[derive(Debug, Serialize, ToSchema)]
struct SupervisorBody {
    /// As facts and alerts name the person.
    #[schema(value_type = uuid::Uuid)]
    person: UserId,
    name: String,
    /// Whether this is a member with a log-in.
    has_account: bool,
    pin_set_ms: UnixMillis,
    /// May let somebody in against a refusal, at doors.
    supervises: bool,
    /// May sell, at tills.
    sells: bool,
}

impl From<SupervisorView> for SupervisorBody {
    fn from(view: SupervisorView) -> Self {
        Self {
            person: view.person,
            name: view.name,
            has_account: view.has_account,
            pin_set_ms: view.pin_set_ms,
            supervises: view.duties.supervises,
            sells: view.duties.sells,
        }
    }
}

/// All of them.
#[derive(Debug, Serialize, ToSchema)]
struct SupervisorList {
    supervisors: Vec<SupervisorBody>,
}

/// Who shall decide at doors: a member, or somebody without a log-in by name.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewSupervisor {
    #[schema(value_type = Option<uuid::Uuid>)]
    account_id: Option<UserId>,
    name: Option<String>,
    /// 4 to 8 digits. Never shown again.
    pin: String,
    /// May let somebody in against a refusal; so it is when missing.
    #[serde(default = "yes")]
    supervises: bool,
    /// May sell at tills; so it is when missing.
    #[serde(default = "yes")]
    sells: bool,
}

fn yes() -> bool {
    true
}

/// Another PIN, or other duties.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewPin {
    /// 4 to 8 digits. Never shown again. Missing: it stays.
    pin: Option<String>,
    /// May let somebody in against a refusal; missing: as before.
    supervises: Option<bool>,
    /// May sell at tills; missing: as before.
    sells: Option<bool>,
}

/// Who may decide against the rules at the organizer's doors.
#[utoipa::path(get, path = "/organizers/{organizer}/supervisors", tag = "devices", security(("token" = [])),
    params(("organizer" = uuid::Uuid, Path)), responses(
    (status = 200, body = SupervisorList),
    (status = 403, description = "`forbidden`", body = ErrorEnvelope),
))]
async fn list_supervisors(
    State(app): State<App>,
    identity: Identity,
    Path(organizer): Path<OrganizerId>,
) -> Result<Json<SupervisorList>, ApiError> {
    roles::require(&identity, organizer, Right::ManageDevices)?;
    let mut conn = app.pool.acquire().await?;
    let views = super::list(&mut conn, organizer).await?;
    Ok(Json(SupervisorList {
        supervisors: views.into_iter().map(SupervisorBody::from).collect(),
    }))
}

/// Give a member, or somebody without a log-in, a PIN for doors. A member who has one gets another.
#[utoipa::path(post, path = "/organizers/{organizer}/supervisors", tag = "devices", security(("token" = [])),
    params(("organizer" = uuid::Uuid, Path)), request_body = NewSupervisor, responses(
    (status = 201, body = SupervisorBody),
    (status = 400, description = "`invalid_request`: no such member, no name, or a PIN that anybody tries first", body = ErrorEnvelope),
    (status = 403, description = "`forbidden`", body = ErrorEnvelope),
    (status = 409, description = "`conflict`: there are 100 already", body = ErrorEnvelope),
))]
async fn add_supervisor(
    State(app): State<App>,
    identity: Identity,
    Path(organizer): Path<OrganizerId>,
    Json(body): Json<NewSupervisor>,
) -> Result<(StatusCode, Json<SupervisorBody>), ApiError> {
    roles::require(&identity, organizer, Right::ManageDevices)?;
    let duties = Duties {
        supervises: body.supervises,
        sells: body.sells,
    };
    let who = match (body.account_id, body.name) {
        (Some(account), None) => Who::Member(account),
        (None, Some(name)) => Who::Named(name),
        (Some(_), Some(_)) | (None, None) => {
            return Err(ApiError::invalid([(
                "name",
                "give a member's `account_id`, or the `name` of somebody without a log-in",
            )]));
        }
    };
    let view = super::set(&app, organizer, who, &body.pin, duties).await?;
    Ok((StatusCode::CREATED, Json(view.into())))
}

/// Give a person on the list another PIN, or other duties.
#[utoipa::path(put, path = "/organizers/{organizer}/supervisors/{person}", tag = "devices", security(("token" = [])),
    params(("organizer" = uuid::Uuid, Path), ("person" = uuid::Uuid, Path)), request_body = NewPin, responses(
    (status = 200, body = SupervisorBody),
    (status = 400, description = "`invalid_request`: no duty, or a PIN that anybody tries first", body = ErrorEnvelope),
    (status = 403, description = "`forbidden`", body = ErrorEnvelope),
    (status = 404, description = "`not_found`", body = ErrorEnvelope),
))]
async fn set_supervisor_pin(
    State(app): State<App>,
    identity: Identity,
    Path((organizer, person)): Path<(OrganizerId, UserId)>,
    Json(body): Json<NewPin>,
) -> Result<Json<SupervisorBody>, ApiError> {
    roles::require(&identity, organizer, Right::ManageDevices)?;
    let mut conn = app.pool.acquire().await?;
    let views = super::list(&mut conn, organizer).await?;
    drop(conn);
    let known = views.into_iter().find(|view| view.person == person);
    let known = known.ok_or_else(|| ApiError::not_found("supervisor"))?;
    let duties = Duties {
        supervises: body.supervises.unwrap_or(known.duties.supervises),
        sells: body.sells.unwrap_or(known.duties.sells),
    };
    let view = match body.pin {
        Some(pin) => super::set(&app, organizer, Who::Listed(person), &pin, duties).await?,
        None if super::charge(&app, organizer, person, duties).await? => {
            SupervisorView { duties, ..known }
        }
        None => return Err(ApiError::not_found("supervisor")),
    };
    Ok(Json(view.into()))
}

/// Take somebody off the list.
#[utoipa::path(delete, path = "/organizers/{organizer}/supervisors/{person}", tag = "devices", security(("token" = [])),
    params(("organizer" = uuid::Uuid, Path), ("person" = uuid::Uuid, Path)), responses(
    (status = 204),
    (status = 403, description = "`forbidden`", body = ErrorEnvelope),
    (status = 404, description = "`not_found`", body = ErrorEnvelope),
))]
async fn remove_supervisor(
    State(app): State<App>,
    identity: Identity,
    Path((organizer, person)): Path<(OrganizerId, UserId)>,
) -> Result<StatusCode, ApiError> {
    roles::require(&identity, organizer, Right::ManageDevices)?;
    if super::remove(&app, organizer, person).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(ApiError::not_found("supervisor"))
    }
}
