use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use shared::ids::{EventId, OrganizerId, WindowNo};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{allowed, changed, status_of};
use crate::accounts::{Identity, Right};
use crate::app::App;
use crate::catalog::windows::{self, WindowRequest};
use crate::web::{ApiError, Json, Path};

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_windows, create_window))
        .routes(routes!(replace_window, delete_window))
}

#[derive(Debug, Serialize, ToSchema)]
struct WindowList {
    windows: Vec<WindowRequest>,
}

async fn list(app: &App, of: (OrganizerId, EventId)) -> Result<WindowList, ApiError> {
    let mut connection = app.pool.acquire().await?;
    let windows = windows::windows_of(&mut connection, of).await?;
    Ok(WindowList { windows })
}

/// An event's entry windows.
#[utoipa::path(get, path = "/events/{event}/windows", tag = "events", security(("token" = [])),
    params(("event" = uuid::Uuid, Path)), responses(
    (status = 200, body = WindowList),
    (status = 404, description = "`not_found`"),
))]
async fn list_windows(
    State(app): State<App>,
    identity: Identity,
    Path(event): Path<EventId>,
) -> Result<Json<WindowList>, ApiError> {
    let organizer = allowed(&app, &identity, event, Right::ReadFigures).await?;
    Ok(Json(list(&app, (organizer, event)).await?))
}

/// Add a window.
#[utoipa::path(post, path = "/events/{event}/windows", tag = "events", security(("token" = [])),
    params(("event" = uuid::Uuid, Path)), request_body = WindowRequest, responses(
    (status = 201, body = WindowList),
    (status = 200, description = "It was made before", body = WindowList),
    (status = 400, description = "`invalid_request`"),
    (status = 403, description = "`forbidden`"),
    (status = 404, description = "`not_found`"),
    (status = 409, description = "`already_exists`: the number was used before"),
))]
async fn create_window(
    State(app): State<App>,
    identity: Identity,
    Path(event): Path<EventId>,
    Json(request): Json<WindowRequest>,
) -> Result<(StatusCode, Json<WindowList>), ApiError> {
    let organizer = allowed(&app, &identity, event, Right::EditEvents).await?;
    let new = request.parse(None)?;
    let made = windows::create(&app.pool, (organizer, event), &new).await?;
    changed(&app, event).await;
    Ok((status_of(made), Json(list(&app, (organizer, event)).await?)))
}

/// Write a window anew.
#[utoipa::path(put, path = "/events/{event}/windows/{no}", tag = "events", security(("token" = [])),
    params(("event" = uuid::Uuid, Path), ("no" = u16, Path)), request_body = WindowRequest, responses(
    (status = 200, body = WindowList),
    (status = 400, description = "`invalid_request`"),
    (status = 403, description = "`forbidden`"),
    (status = 404, description = "`not_found`"),
))]
async fn replace_window(
    State(app): State<App>,
    identity: Identity,
    Path((event, no)): Path<(EventId, WindowNo)>,
    Json(request): Json<WindowRequest>,
) -> Result<Json<WindowList>, ApiError> {
    let organizer = allowed(&app, &identity, event, Right::EditEvents).await?;
    let new = request.parse(Some(no))?;
    windows::replace(&app.pool, (organizer, event), &new).await?;
    changed(&app, event).await;
    Ok(Json(list(&app, (organizer, event)).await?))
}

/// Delete a window that no ticket admits in.
#[utoipa::path(delete, path = "/events/{event}/windows/{no}", tag = "events", security(("token" = [])),
    params(("event" = uuid::Uuid, Path), ("no" = u16, Path)), responses(
    (status = 204),
    (status = 403, description = "`forbidden`"),
    (status = 404, description = "`not_found`"),
    (status = 409, description = "`conflict`: in use"),
))]
async fn delete_window(
    State(app): State<App>,
    identity: Identity,
    Path((event, no)): Path<(EventId, WindowNo)>,
) -> Result<StatusCode, ApiError> {
    let organizer = allowed(&app, &identity, event, Right::EditEvents).await?;
    windows::delete(&app.pool, (organizer, event), no).await?;
    changed(&app, event).await;
    Ok(StatusCode::NO_CONTENT)
}
