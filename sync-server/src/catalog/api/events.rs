use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;
use shared::ids::EventId;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{allowed, changed, status_of};
use crate::accounts::{Identity, MaybeIdentity, Right, roles};
use crate::app::App;
use crate::catalog::event::page::{EventPage, RenderedPage, page_of};
use crate::catalog::event::{self, EventRequest, EventStatus, Removal};
use crate::catalog::search::{self, EventList, SearchQuery};
use crate::database::transaction;
use crate::web::{ApiError, Json, Path, Query};

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_events, create_event))
        .routes(routes!(show_event, replace_event, remove_event))
}

/// What is on.
#[utoipa::path(get, path = "/events", tag = "events", params(SearchQuery), responses(
    (status = 200, body = EventList),
    (status = 400, description = "`invalid_request`, `invalid_cursor`"),
))]
async fn list_events(
    State(app): State<App>,
    Query(query): Query<SearchQuery>,
) -> Result<Json<EventList>, ApiError> {
    let search = query.parse()?;
    let mut tx = transaction::begin_planned(&app.pool).await?;
    let found = search::find(&mut tx, &search).await?;
    tx.commit().await?;
    Ok(Json(found))
}

/// Of one event.
#[derive(Clone, Debug, Default, serde::Deserialize, utoipa::IntoParams)]
struct EventQuery {
    /// Shows, before all others, the types that it opens.
    access_code: Option<String>,
}

/// An event in full, with the places left (at most a second old). Answers `If-None-Match`.
#[utoipa::path(get, path = "/events/{event}", tag = "events", params(("event" = uuid::Uuid, Path), EventQuery), responses(
    (status = 200, body = EventPage),
    (status = 304, description = "Unchanged since the `ETag` you sent"),
    (status = 404, description = "`not_found`: none, or a draft of others"),
))]
async fn show_event(
    State(app): State<App>,
    MaybeIdentity(identity): MaybeIdentity,
    Path(event): Path<EventId>,
    Query(query): Query<EventQuery>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let page = page_of(&app, event).await?;
    let public = page.status.is_public();
    let member = identity.is_some_and(|who| who.may(page.organizer, Right::ReadFigures));
    if !public && !member {
        return Err(ApiError::not_found("event"));
    }
    let typed = query.access_code.unwrap_or_default();
    if page.page.opened_by(&typed).next().is_none() {
        return Ok(answer(&page, headers.get(IF_NONE_MATCH)));
    }
    let opened = EventPage {
        types: page.page.shown_to(&typed).cloned().collect(),
        ..page.page.clone()
    };
    let kept = [(CACHE_CONTROL, HeaderValue::from_static("private, no-store"))];
    Ok((kept, Json(opened)).into_response())
}

fn answer(page: &RenderedPage, seen: Option<&HeaderValue>) -> Response {
    let caching = if page.status.is_public() {
        HeaderValue::from_static("public, max-age=1")
    } else {
        HeaderValue::from_static("private, no-store")
    };
    let headers = [(CACHE_CONTROL, caching), (ETAG, page.etag.clone())];
    let unchanged = seen
        .and_then(|seen| seen.to_str().ok())
        .is_some_and(|seen| seen.split(',').any(|tag| page.etag == tag.trim()));
    if unchanged {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    let json = (CONTENT_TYPE, HeaderValue::from_static("application/json"));
    (headers, [json], page.body.clone()).into_response()
}

/// Create an event, as a draft or on sale at once.
#[utoipa::path(post, path = "/events", tag = "events", security(("token" = [])), request_body = EventRequest, responses(
    (status = 201, body = EventPage),
    (status = 200, description = "It was made before", body = EventPage),
    (status = 400, description = "`invalid_request`"),
    (status = 403, description = "`forbidden`"),
    (status = 409, description = "`already_exists`: the id is another's"),
))]
async fn create_event(
    State(app): State<App>,
    identity: Identity,
    Json(request): Json<EventRequest>,
) -> Result<Response, ApiError> {
    let new = request.parse_new()?;
    roles::require(&identity, new.organizer, Right::EditEvents)?;
    let made = event::create(&app.pool, &app.vault, &new, app.now_ms()).await?;
    changed(&app, new.id).await;
    let page = page_of(&app, new.id).await?;
    Ok((status_of(made), answer(&page, None)).into_response())
}

/// Write an event anew: publish it, move it, call it off.
#[utoipa::path(put, path = "/events/{event}", tag = "events", security(("token" = [])),
    params(("event" = uuid::Uuid, Path)), request_body = EventRequest, responses(
    (status = 200, body = EventPage),
    (status = 400, description = "`invalid_request`"),
    (status = 403, description = "`forbidden`"),
    (status = 404, description = "`not_found`"),
    (status = 409, description = "`conflict`: not from its status, or not with its orders"),
))]
async fn replace_event(
    State(app): State<App>,
    identity: Identity,
    Path(event): Path<EventId>,
    Json(request): Json<EventRequest>,
) -> Result<Response, ApiError> {
    let organizer = allowed(&app, &identity, event, Right::EditEvents).await?;
    let (details, status) = request.parse_change()?;
    let now_ms = app.now_ms();
    event::replace(
        &app.pool,
        &app.vault,
        (organizer, event),
        &details,
        status,
        now_ms,
    )
    .await?;
    changed(&app, event).await;
    Ok(answer(&*page_of(&app, event).await?, None))
}

#[derive(Debug, Serialize, ToSchema)]
struct Removed {
    /// `archived` for a draft without orders, else `cancelled`.
    status: EventStatus,
}

/// Throw a draft without orders away, or cancel the event.
#[utoipa::path(delete, path = "/events/{event}", tag = "events", security(("token" = [])),
    params(("event" = uuid::Uuid, Path)), responses(
    (status = 200, body = Removed),
    (status = 403, description = "`forbidden`"),
    (status = 404, description = "`not_found`"),
))]
async fn remove_event(
    State(app): State<App>,
    identity: Identity,
    Path(event): Path<EventId>,
) -> Result<Json<Removed>, ApiError> {
    let organizer = allowed(&app, &identity, event, Right::EditEvents).await?;
    let removal = event::remove(&app.pool, (organizer, event), app.now_ms()).await?;
    changed(&app, event).await;
    Ok(Json(Removed {
        status: match removal {
            Removal::ThrownAway => EventStatus::Archived,
            Removal::Cancelled => EventStatus::Cancelled,
        },
    }))
}
