//! `/api/v1/events/{event}/go-on`: selling again after a restore.

use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use shared::ids::EventId;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::api::own_event;
use super::restore::{SoldMeanwhile, go_on};
use crate::accounts::{Identity, Right};
use crate::app::App;
use crate::web::openapi::ErrorEnvelope;
use crate::web::{ApiError, Json, Path};

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(go_on_selling))
}

/// What is known of what a restore lost.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct GoOnBody {
    /// Places that were sold between the backup and the restore, by type; types that aren't named: none.
    #[serde(default)]
    sold_meanwhile: Vec<SoldMeanwhile>,
}

/// Sell again after a restore: says how many places were sold by what was lost.
#[utoipa::path(post, path = "/events/{event}/go-on", tag = "devices", security(("token" = [])), params(("event" = uuid::Uuid, Path)), request_body = GoOnBody, responses(
    (status = 204),
    (status = 400, description = "`invalid_request`: more than there were", body = ErrorEnvelope),
    (status = 409, description = "`conflict`: nothing is closed", body = ErrorEnvelope),
))]
async fn go_on_selling(
    State(app): State<App>,
    identity: Identity,
    Path(event): Path<EventId>,
    Json(body): Json<GoOnBody>,
) -> Result<StatusCode, ApiError> {
    let organizer = own_event(&app, &identity, event, Right::EditEvents).await?;
    go_on(
        &app,
        (organizer, event),
        &body.sold_meanwhile,
        identity.account,
    )
    .await?;
    Ok(StatusCode::NO_CONTENT)
}
