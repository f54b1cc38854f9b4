use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use shared::ids::{EventId, GateNo, OrganizerId};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{allowed, changed, status_of};
use crate::accounts::{Identity, Right};
use crate::app::App;
use crate::catalog::gates::{self, GateRequest};
use crate::web::{ApiError, Json, Path};

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_gates, create_gate))
        .routes(routes!(replace_gate, delete_gate))
}

#[derive(Debug, Serialize, ToSchema)]
struct GateList {
    gates: Vec<GateRequest>,
}

async fn list(app: &App, of: (OrganizerId, EventId)) -> Result<GateList, ApiError> {
    let mut connection = app.pool.acquire().await?;
    let gates = gates::gates_of(&mut connection, of).await?;
    Ok(GateList { gates })
}

/// An event's gates.
#[utoipa::path(get, path = "/events/{event}/gates", tag = "events", security(("token" = [])),
    params(("event" = uuid::Uuid, Path)), responses(
    (status = 200, body = GateList),
    (status = 404, description = "`not_found`"),
))]
async fn list_gates(
    State(app): State<App>,
    identity: Identity,
    Path(event): Path<EventId>,
) -> Result<Json<GateList>, ApiError> {
    let organizer = allowed(&app, &identity, event, Right::ReadFigures).await?;
    Ok(Json(list(&app, (organizer, event)).await?))
}

/// Add a gate.
#[utoipa::path(post, path = "/events/{event}/gates", tag = "events", security(("token" = [])),
    params(("event" = uuid::Uuid, Path)), request_body = GateRequest, responses(
    (status = 201, body = GateList),
    (status = 200, description = "It was made before", body = GateList),
    (status = 400, description = "`invalid_request`"),
    (status = 403, description = "`forbidden`"),
    (status = 404, description = "`not_found`"),
    (status = 409, description = "`already_exists`: the number was used before"),
))]
async fn create_gate(
    State(app): State<App>,
    identity: Identity,
    Path(event): Path<EventId>,
    Json(request): Json<GateRequest>,
) -> Result<(StatusCode, Json<GateList>), ApiError> {
    let organizer = allowed(&app, &identity, event, Right::EditEvents).await?;
    let new = request.parse(None)?;
    let made = gates::create(&app.pool, (organizer, event), &new).await?;
    changed(&app, event).await;
    Ok((status_of(made), Json(list(&app, (organizer, event)).await?)))
}

/// Write a gate anew.
#[utoipa::path(put, path = "/events/{event}/gates/{no}", tag = "events", security(("token" = [])),
    params(("event" = uuid::Uuid, Path), ("no" = u16, Path)), request_body = GateRequest, responses(
    (status = 200, body = GateList),
    (status = 400, description = "`invalid_request`"),
    (status = 403, description = "`forbidden`"),
    (status = 404, description = "`not_found`"),
))]
async fn replace_gate(
    State(app): State<App>,
    identity: Identity,
    Path((event, no)): Path<(EventId, GateNo)>,
    Json(request): Json<GateRequest>,
) -> Result<Json<GateList>, ApiError> {
    let organizer = allowed(&app, &identity, event, Right::EditEvents).await?;
    let new = request.parse(Some(no))?;
    gates::replace(&app.pool, (organizer, event), &new).await?;
    changed(&app, event).await;
    Ok(Json(list(&app, (organizer, event)).await?))
}

/// Delete a gate that no ticket type has as its home.
#[utoipa::path(delete, path = "/events/{event}/gates/{no}", tag = "events", security(("token" = [])),
    params(("event" = uuid::Uuid, Path), ("no" = u16, Path)), responses(
    (status = 204),
    (status = 403, description = "`forbidden`"),
    (status = 404, description = "`not_found`"),
    (status = 409, description = "`conflict`: in use"),
))]
async fn delete_gate(
    State(app): State<App>,
    identity: Identity,
    Path((event, no)): Path<(EventId, GateNo)>,
) -> Result<StatusCode, ApiError> {
    let organizer = allowed(&app, &identity, event, Right::EditEvents).await?;
    gates::delete(&app.pool, (organizer, event), no).await?;
    changed(&app, event).await;
    Ok(StatusCode::NO_CONTENT)
}
