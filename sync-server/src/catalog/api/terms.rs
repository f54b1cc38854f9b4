use axum::extract::State;
use shared::ids::EventId;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{allowed, changed};
use crate::accounts::{Identity, Right};
use crate::app::App;
use crate::catalog::event::terms::{self, TermsRequest, terms_of};
use crate::web::{ApiError, Json, Path};

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(show_terms, replace_terms))
}

/// What an event allows of its tickets before and after the sale.
#[utoipa::path(get, path = "/events/{event}/terms", tag = "events", security(("token" = [])),
    params(("event" = uuid::Uuid, Path)), responses(
    (status = 200, body = TermsRequest),
    (status = 403, description = "`forbidden`"),
    (status = 404, description = "`not_found`"),
))]
async fn show_terms(
    State(app): State<App>,
    identity: Identity,
    Path(event): Path<EventId>,
) -> Result<Json<TermsRequest>, ApiError> {
    let organizer = allowed(&app, &identity, event, Right::ReadFigures).await?;
    let terms = terms_of(&app.pool, (organizer, event)).await?;
    Ok(Json(terms.into()))
}

/// Write the terms anew, all of them. What was begun under others before goes on.
#[utoipa::path(put, path = "/events/{event}/terms", tag = "events", security(("token" = [])),
    params(("event" = uuid::Uuid, Path)), request_body = TermsRequest, responses(
    (status = 200, body = TermsRequest),
    (status = 400, description = "`invalid_request`"),
    (status = 403, description = "`forbidden`"),
    (status = 404, description = "`not_found`"),
))]
async fn replace_terms(
    State(app): State<App>,
    identity: Identity,
    Path(event): Path<EventId>,
    Json(request): Json<TermsRequest>,
) -> Result<Json<TermsRequest>, ApiError> {
    let organizer = allowed(&app, &identity, event, Right::EditEvents).await?;
    let terms = request.parse()?;
    let mut connection = app.pool.acquire().await?;
    terms::write(&mut connection, (organizer, event), &terms).await?;
    drop(connection);
    changed(&app, event).await;
    Ok(Json(terms.into()))
}
