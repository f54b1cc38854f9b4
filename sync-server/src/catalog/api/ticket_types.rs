use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use shared::ids::{EventId, OrganizerId, TypeNo};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{allowed, changed, status_of};
use crate::accounts::{Identity, Right};
use crate::app::App;
use crate::catalog::ticket_types::{self, TicketTypeRequest, TicketTypeWithStock};
use crate::web::{ApiError, Json, Path};

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_types, create_type))
        .routes(routes!(replace_type, delete_type))
}

#[derive(Debug, Serialize, ToSchema)]
struct TicketTypeList {
    types: Vec<TicketTypeWithStock>,
}

async fn list(app: &App, of: (OrganizerId, EventId)) -> Result<TicketTypeList, ApiError> {
    let mut connection = app.pool.acquire().await?;
    let types = ticket_types::types_of(&mut connection, of).await?;
    Ok(TicketTypeList { types })
}

/// What is sold for an event, with its counters.
#[utoipa::path(get, path = "/events/{event}/types", tag = "events", security(("token" = [])),
    params(("event" = uuid::Uuid, Path)), responses(
    (status = 200, body = TicketTypeList),
    (status = 404, description = "`not_found`"),
))]
async fn list_types(
    State(app): State<App>,
    identity: Identity,
    Path(event): Path<EventId>,
) -> Result<Json<TicketTypeList>, ApiError> {
    let organizer = allowed(&app, &identity, event, Right::ReadFigures).await?;
    Ok(Json(list(&app, (organizer, event)).await?))
}

/// Add a ticket type.
#[utoipa::path(post, path = "/events/{event}/types", tag = "events", security(("token" = [])),
    params(("event" = uuid::Uuid, Path)), request_body = TicketTypeRequest, responses(
    (status = 201, body = TicketTypeList),
    (status = 200, description = "It was made before", body = TicketTypeList),
    (status = 400, description = "`invalid_request`"),
    (status = 403, description = "`forbidden`"),
    (status = 404, description = "`not_found`"),
    (status = 409, description = "`already_exists`: the number was used before"),
))]
async fn create_type(
    State(app): State<App>,
    identity: Identity,
    Path(event): Path<EventId>,
    Json(request): Json<TicketTypeRequest>,
) -> Result<(StatusCode, Json<TicketTypeList>), ApiError> {
    let organizer = allowed(&app, &identity, event, Right::EditEvents).await?;
    let new = request.parse(None)?;
    let made = ticket_types::create(&app.pool, (organizer, event), &new).await?;
    changed(&app, event).await;
    Ok((status_of(made), Json(list(&app, (organizer, event)).await?)))
}

/// Write a ticket type anew.
#[utoipa::path(put, path = "/events/{event}/types/{no}", tag = "events", security(("token" = [])),
    params(("event" = uuid::Uuid, Path), ("no" = u16, Path)), request_body = TicketTypeRequest, responses(
    (status = 200, body = TicketTypeList),
    (status = 400, description = "`invalid_request`"),
    (status = 403, description = "`forbidden`"),
    (status = 404, description = "`not_found`"),
    (status = 409, description = "`conflict`: the quota is below what is held, sold and lent"),
))]
async fn replace_type(
    State(app): State<App>,
    identity: Identity,
    Path((event, no)): Path<(EventId, TypeNo)>,
    Json(request): Json<TicketTypeRequest>,
) -> Result<Json<TicketTypeList>, ApiError> {
    let organizer = allowed(&app, &identity, event, Right::EditEvents).await?;
    let new = request.parse(Some(no))?;
    ticket_types::replace(&app.pool, (organizer, event), &new).await?;
    changed(&app, event).await;
    Ok(Json(list(&app, (organizer, event)).await?))
}

/// Take a ticket type off sale for good; tickets that were sold stay good.
#[utoipa::path(delete, path = "/events/{event}/types/{no}", tag = "events", security(("token" = [])),
    params(("event" = uuid::Uuid, Path), ("no" = u16, Path)), responses(
    (status = 204),
    (status = 403, description = "`forbidden`"),
    (status = 404, description = "`not_found`"),
    (status = 409, description = "`conflict`: in use"),
))]
async fn delete_type(
    State(app): State<App>,
    identity: Identity,
    Path((event, no)): Path<(EventId, TypeNo)>,
) -> Result<StatusCode, ApiError> {
    let organizer = allowed(&app, &identity, event, Right::EditEvents).await?;
    ticket_types::delete(&app.pool, (organizer, event), no).await?;
    changed(&app, event).await;
    Ok(StatusCode::NO_CONTENT)
}
