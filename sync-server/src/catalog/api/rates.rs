use axum::extract::State;
use serde::{Deserialize, Serialize};
use shared::ids::{EventId, OrganizerId};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::allowed;
use crate::accounts::{Identity, Right};
use crate::app::App;
use crate::catalog::rates::{self, RateRow};
use crate::web::{ApiError, Json, Path};

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list_rates, replace_rates))
}

/// An event's reduced rates.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RateList {
    rates: Vec<RateRow>,
}

async fn list(app: &App, of: (OrganizerId, EventId)) -> Result<RateList, ApiError> {
    let mut connection = app.pool.acquire().await?;
    let rates = rates::rates_of(&mut connection, of).await?;
    Ok(RateList {
        rates: rates.into_iter().map(Into::into).collect(),
    })
}

/// What places cost at tills for a reason, beside the price and the group's price of their types.
#[utoipa::path(get, path = "/events/{event}/rates", tag = "events", security(("token" = [])),
    params(("event" = uuid::Uuid, Path)), responses(
    (status = 200, body = RateList),
    (status = 403, description = "`forbidden`"),
    (status = 404, description = "`not_found`"),
))]
async fn list_rates(
    State(app): State<App>,
    identity: Identity,
    Path(event): Path<EventId>,
) -> Result<Json<RateList>, ApiError> {
    let organizer = allowed(&app, &identity, event, Right::ReadFigures).await?;
    Ok(Json(list(&app, (organizer, event)).await?))
}

/// Write the reduced rates anew, all of them. Tills hear of it at their next contact.
#[utoipa::path(put, path = "/events/{event}/rates", tag = "events", security(("token" = [])),
    params(("event" = uuid::Uuid, Path)), request_body = RateList, responses(
    (status = 200, body = RateList),
    (status = 400, description = "`invalid_request`"),
    (status = 403, description = "`forbidden`"),
    (status = 404, description = "`not_found`"),
))]
async fn replace_rates(
    State(app): State<App>,
    identity: Identity,
    Path(event): Path<EventId>,
    Json(request): Json<RateList>,
) -> Result<Json<RateList>, ApiError> {
    let organizer = allowed(&app, &identity, event, Right::EditEvents).await?;
    let rates = rates::parse(&request.rates)?;
    rates::replace(&app, (organizer, event), &rates).await?;
    Ok(Json(list(&app, (organizer, event)).await?))
}
