//! `/api/v1/events/{event}/open-doors`, `…/rights`: strict mode.

use axum::extract::State;
use shared::ids::{EventId, OrganizerId, TicketId};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::open;
use super::view::{self, RightView, RightsView};
use crate::accounts::{Identity, Right};
use crate::app::App;
use crate::database::transaction;
use crate::door::api::own_event;
use crate::web::openapi::ErrorEnvelope;
use crate::web::{ApiError, Json, Path};

pub(in crate::door) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(open_doors))
        .routes(routes!(show_rights))
        .routes(routes!(show_right))
}

/// Open the doors of an event in strict mode: each ticket's right of entry goes to one door.
#[utoipa::path(post, path = "/events/{event}/open-doors", tag = "devices", security(("token" = [])), params(("event" = uuid::Uuid, Path)), responses(
    (status = 200, body = RightsView),
    (status = 403, description = "`forbidden`", body = ErrorEnvelope),
    (status = 409, description = "`conflict`: not strict, not published, no doors, or a restore is not over", body = ErrorEnvelope),
))]
async fn open_doors(
    State(app): State<App>,
    identity: Identity,
    Path(event): Path<EventId>,
) -> Result<Json<RightsView>, ApiError> {
    let organizer = own_event(&app, &identity, event, Right::ManageDevices).await?;
    open::open_doors(&app, (organizer, event)).await?;
    view(&app, (organizer, event)).await
}

/// Who holds how many tickets' right of entry.
#[utoipa::path(get, path = "/events/{event}/rights", tag = "devices", security(("token" = [])), params(("event" = uuid::Uuid, Path)), responses(
    (status = 200, body = RightsView),
    (status = 403, description = "`forbidden`", body = ErrorEnvelope),
))]
async fn show_rights(
    State(app): State<App>,
    identity: Identity,
    Path(event): Path<EventId>,
) -> Result<Json<RightsView>, ApiError> {
    let organizer = own_event(&app, &identity, event, Right::ReadFigures).await?;
    view(&app, (organizer, event)).await
}

async fn view(app: &App, of: (OrganizerId, EventId)) -> Result<Json<RightsView>, ApiError> {
    let mut tx = transaction::begin_snapshot(&app.pool).await?;
    let view = view::rights(&mut tx, of).await?;
    view.map(Json).ok_or_else(|| ApiError::not_found("event"))
}

/// Who holds the right of entry of one ticket.
#[utoipa::path(get, path = "/events/{event}/rights/{ticket}", tag = "devices", security(("token" = [])), params(("event" = uuid::Uuid, Path), ("ticket" = String, Path)), responses(
    (status = 200, body = RightView),
    (status = 403, description = "`forbidden`", body = ErrorEnvelope),
    (status = 404, description = "`not_found`: granted to nobody", body = ErrorEnvelope),
))]
async fn show_right(
    State(app): State<App>,
    identity: Identity,
    Path((event, ticket)): Path<(EventId, TicketId)>,
) -> Result<Json<RightView>, ApiError> {
    let organizer = own_event(&app, &identity, event, Right::ReadFigures).await?;
    let mut conn = app.pool.acquire().await?;
    let right = view::right(&mut conn, (organizer, event), ticket).await?;
    right.map(Json).ok_or_else(|| ApiError::not_found("right"))
}
