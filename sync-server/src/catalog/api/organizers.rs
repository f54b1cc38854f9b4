use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use shared::ids::OrganizerId;
use shared::wire::latest::ErrorCode;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::status_of;
use crate::accounts::{self, Identity, Right, roles};
use crate::app::App;
use crate::catalog::organizers::{self, Organizer, OrganizerRequest};
use crate::catalog::search::{self, EventList};
use crate::catalog::venues::{self, Venue, VenueRequest};
use crate::web::{ApiError, Json, Path, Query};

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_organizers, create_organizer))
        .routes(routes!(list_venues, create_venue))
        .routes(routes!(list_organizer_events))
}

#[derive(Debug, Serialize, ToSchema)]
struct OrganizerList {
    organizers: Vec<Organizer>,
}

#[derive(Debug, Serialize, ToSchema)]
struct VenueList {
    venues: Vec<Venue>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct FromCursor {
    /// From the page before.
    cursor: Option<String>,
}

/// The organizers you work for.
#[utoipa::path(get, path = "/organizers", tag = "organizers", security(("token" = [])), responses(
    (status = 200, body = OrganizerList),
    (status = 401, description = "`unauthenticated`"),
))]
async fn list_organizers(
    State(app): State<App>,
    identity: Identity,
) -> Result<Json<OrganizerList>, ApiError> {
    let mut connection = app.pool.acquire().await?;
    let organizers = organizers::organizers_of(&mut connection, identity.account).await?;
    Ok(Json(OrganizerList { organizers }))
}

/// Become an organizer, and its owner. Needs a verified address.
#[utoipa::path(post, path = "/organizers", tag = "organizers", security(("token" = [])),
    request_body = OrganizerRequest, responses(
    (status = 201, body = Organizer),
    (status = 200, description = "It was made before", body = Organizer),
    (status = 400, description = "`invalid_request`"),
    (status = 403, description = "`forbidden`: the e-mail address is not verified"),
    (status = 409, description = "`already_exists`: the id or the slug is another's"),
))]
async fn create_organizer(
    State(app): State<App>,
    identity: Identity,
    Json(request): Json<OrganizerRequest>,
) -> Result<(StatusCode, Json<Organizer>), ApiError> {
    if !identity.is_platform_admin && !accounts::is_verified(&app.pool, identity.account).await? {
        return Err(ApiError::new(
            ErrorCode::Forbidden,
            "Verify your e-mail address first: follow the link in the mail that was sent when you registered.",
        ));
    }
    let new = request.parse()?;
    let now_ms = app.now_ms();
    let made = organizers::create(&app.pool, &app.vault, identity.account, &new, now_ms).await?;
    // The owner's sessions must not go on without the new role.
    app.accounts.sessions.forget_account(identity.account);
    let mut connection = app.pool.acquire().await?;
    let mine = organizers::organizers_of(&mut connection, identity.account).await?;
    let present = mine.into_iter().find(|organizer| organizer.id == new.id);
    let present = present.ok_or_else(|| ApiError::not_found("organizer"))?;
    Ok((status_of(made), Json(present)))
}

/// An organizer's venues.
#[utoipa::path(get, path = "/organizers/{organizer}/venues", tag = "organizers", security(("token" = [])),
    params(("organizer" = uuid::Uuid, Path)), responses(
    (status = 200, body = VenueList),
    (status = 403, description = "`forbidden`"),
))]
async fn list_venues(
    State(app): State<App>,
    identity: Identity,
    Path(organizer): Path<OrganizerId>,
) -> Result<Json<VenueList>, ApiError> {
    roles::require(&identity, organizer, Right::ReadFigures)?;
    let mut connection = app.pool.acquire().await?;
    let venues = venues::venues_of(&mut connection, organizer).await?;
    Ok(Json(VenueList { venues }))
}

/// Add a venue.
#[utoipa::path(post, path = "/organizers/{organizer}/venues", tag = "organizers", security(("token" = [])),
    params(("organizer" = uuid::Uuid, Path)), request_body = VenueRequest, responses(
    (status = 201, body = Venue),
    (status = 200, description = "It was made before", body = Venue),
    (status = 400, description = "`invalid_request`"),
    (status = 403, description = "`forbidden`"),
    (status = 409, description = "`already_exists`: the id is another's"),
))]
async fn create_venue(
    State(app): State<App>,
    identity: Identity,
    Path(organizer): Path<OrganizerId>,
    Json(request): Json<VenueRequest>,
) -> Result<(StatusCode, Json<Venue>), ApiError> {
    roles::require(&identity, organizer, Right::EditEvents)?;
    let new = request.parse()?;
    let mut connection = app.pool.acquire().await?;
    let made = venues::create(&mut connection, organizer, &new, app.now_ms()).await?;
    let all = venues::venues_of(&mut connection, organizer).await?;
    let present = all.into_iter().find(|venue| venue.id == new.id);
    let present = present.ok_or_else(|| ApiError::not_found("venue"))?;
    Ok((status_of(made), Json(present)))
}

/// All events of an organizer, drafts included.
#[utoipa::path(get, path = "/organizers/{organizer}/events", tag = "organizers", security(("token" = [])),
    params(("organizer" = uuid::Uuid, Path), FromCursor), responses(
    (status = 200, body = EventList),
    (status = 400, description = "`invalid_cursor`"),
    (status = 403, description = "`forbidden`"),
))]
async fn list_organizer_events(
    State(app): State<App>,
    identity: Identity,
    Path(organizer): Path<OrganizerId>,
    Query(query): Query<FromCursor>,
) -> Result<Json<EventList>, ApiError> {
    roles::require(&identity, organizer, Right::ReadFigures)?;
    let mut connection = app.pool.acquire().await?;
    let cursor = query.cursor.as_deref();
    Ok(Json(
        search::events_of(&mut connection, organizer, cursor).await?,
    ))
}
