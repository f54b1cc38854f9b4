//! `/api/v1/organizers/{organizer}/tills`: what tills took, and whether their closings agree.

use axum::extract::State;
use serde::Deserialize;
use shared::clock::UnixMillis;
use shared::ids::{DeviceId, EventId, OrganizerId};
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::view::{self, ClosingRow, Part, Revenue, TillRow};
use crate::accounts::roles::require;
use crate::accounts::{Identity, Right};
use crate::app::App;
use crate::web::openapi::ErrorEnvelope;
use crate::web::{ApiError, Json, Path, Query};

pub(in crate::door) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_tills))
        .routes(routes!(list_closings))
        .routes(routes!(show_revenue))
}

/// An organizer's tills.
#[utoipa::path(get, path = "/organizers/{organizer}/tills", tag = "devices", security(("token" = [])), params(("organizer" = uuid::Uuid, Path)), responses(
    (status = 200, body = Vec<TillRow>),
    (status = 403, description = "`forbidden`", body = ErrorEnvelope),
))]
async fn list_tills(
    State(app): State<App>,
    identity: Identity,
    Path(organizer): Path<OrganizerId>,
) -> Result<Json<Vec<TillRow>>, ApiError> {
    require(&identity, organizer, Right::ReadFigures)?;
    let mut conn = app.pool.acquire().await?;
    Ok(Json(view::tills_of(&mut conn, organizer).await?))
}

/// Which closings.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct OfTill {
    /// Of one till alone.
    #[param(value_type = Option<uuid::Uuid>)]
    device: Option<DeviceId>,
    /// That ended before then, unix milliseconds.
    before_ms: Option<UnixMillis>,
}

/// The Zs and the closings of days, months and years of an organizer's tills, the newest first; at most 200.
#[utoipa::path(get, path = "/organizers/{organizer}/tills/closings", tag = "devices", security(("token" = [])), params(("organizer" = uuid::Uuid, Path), OfTill), responses(
    (status = 200, body = Vec<ClosingRow>),
    (status = 403, description = "`forbidden`", body = ErrorEnvelope),
))]
async fn list_closings(
    State(app): State<App>,
    identity: Identity,
    Path(organizer): Path<OrganizerId>,
    Query(of): Query<OfTill>,
) -> Result<Json<Vec<ClosingRow>>, ApiError> {
    require(&identity, organizer, Right::ReadFigures)?;
    let mut conn = app.pool.acquire().await?;
    let closings = view::closings_of(&mut conn, organizer, of.device, of.before_ms).await?;
    Ok(Json(closings))
}

/// Which part of the revenue.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct OfPart {
    /// Of one event alone.
    #[param(value_type = Option<uuid::Uuid>)]
    event: Option<EventId>,
    /// From then on, unix milliseconds.
    from_ms: Option<UnixMillis>,
    /// Before then, unix milliseconds.
    until_ms: Option<UnixMillis>,
}

/// What the tills of an organizer took: by till, clerk and means, and by till, clerk, event and type.
#[utoipa::path(get, path = "/organizers/{organizer}/tills/revenue", tag = "devices", security(("token" = [])), params(("organizer" = uuid::Uuid, Path), OfPart), responses(
    (status = 200, body = Revenue),
    (status = 403, description = "`forbidden`", body = ErrorEnvelope),
))]
async fn show_revenue(
    State(app): State<App>,
    identity: Identity,
    Path(organizer): Path<OrganizerId>,
    Query(of): Query<OfPart>,
) -> Result<Json<Revenue>, ApiError> {
    require(&identity, organizer, Right::ReadFigures)?;
    let part = Part {
        event: of.event,
        from_ms: of.from_ms,
        until_ms: of.until_ms,
    };
    let mut conn = app.pool.acquire().await?;
    Ok(Json(view::revenue_of(&mut conn, organizer, part).await?))
}
