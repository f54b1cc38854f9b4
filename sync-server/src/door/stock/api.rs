//! `/api/v1/events/{event}/leases`: what tills may sell, for organizers.

use axum::extract::State;
use serde::Deserialize;
use shared::ids::{DeviceId, EventId, OrganizerId};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{acts, view};
use crate::accounts::{Identity, Right};
use crate::app::App;
use crate::door::api::own_event;
use crate::web::openapi::ErrorEnvelope;
use crate::web::{ApiError, Json, Path};

pub(in crate::door) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(show_leases))
        .routes(routes!(take_back_leases))
        .routes(routes!(write_off_places))
}

/// Which till.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OfTill {
    #[schema(value_type = uuid::Uuid)]
    device: DeviceId,
}

/// Who holds how many places to sell.
#[utoipa::path(get, path = "/events/{event}/leases", tag = "devices", security(("token" = [])), params(("event" = uuid::Uuid, Path)), responses(
    (status = 200, body = Vec<view::LeaseRow>),
    (status = 403, description = "`forbidden`", body = ErrorEnvelope),
))]
async fn show_leases(
    State(app): State<App>,
    identity: Identity,
    Path(event): Path<EventId>,
) -> Result<Json<Vec<view::LeaseRow>>, ApiError> {
    let organizer = own_event(&app, &identity, event, Right::ReadFigures).await?;
    rows(&app, (organizer, event)).await
}

/// Take a silent till's leases back: it may sell no more of them. Its places stay lent until it says what it did.
#[utoipa::path(post, path = "/events/{event}/leases/take-back", tag = "devices", security(("token" = [])), params(("event" = uuid::Uuid, Path)),
    request_body = OfTill, responses(
    (status = 200, body = Vec<view::LeaseRow>),
    (status = 403, description = "`forbidden`", body = ErrorEnvelope),
    (status = 409, description = "`conflict`: it holds nothing", body = ErrorEnvelope),
))]
async fn take_back_leases(
    State(app): State<App>,
    identity: Identity,
    Path(event): Path<EventId>,
    Json(of): Json<OfTill>,
) -> Result<Json<Vec<view::LeaseRow>>, ApiError> {
    let organizer = own_event(&app, &identity, event, Right::ManageDevices).await?;
    acts::take_back(&app, (organizer, event), of.device).await?;
    rows(&app, (organizer, event)).await
}

/// Sell a till's places again without waiting for its word. The only act that may oversell.
#[utoipa::path(post, path = "/events/{event}/leases/write-off", tag = "devices", security(("token" = [])), params(("event" = uuid::Uuid, Path)),
    request_body = acts::WriteOffRequest, responses(
    (status = 200, body = Vec<view::LeaseRow>),
    (status = 403, description = "`forbidden`", body = ErrorEnvelope),
    (status = 409, description = "`conflict`: more than it holds", body = ErrorEnvelope),
))]
async fn write_off_places(
    State(app): State<App>,
    identity: Identity,
    Path(event): Path<EventId>,
    Json(request): Json<acts::WriteOffRequest>,
) -> Result<Json<Vec<view::LeaseRow>>, ApiError> {
    let organizer = own_event(&app, &identity, event, Right::ManageDevices).await?;
    acts::write_off(&app, (organizer, event), request, identity.account).await?;
    rows(&app, (organizer, event)).await
}

async fn rows(
    app: &App,
    of: (OrganizerId, EventId),
) -> Result<Json<Vec<view::LeaseRow>>, ApiError> {
    let mut conn = app.pool.acquire().await?;
    Ok(Json(view::leases_of_event(&mut conn, of).await?))
}
