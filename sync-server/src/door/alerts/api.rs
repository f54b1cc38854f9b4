//! `/api/v1/alerts`, `/api/v1/events/{event}/alerts/…`, `/api/v1/annotations`: what people look at, and what they say of it.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::sse::{KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use shared::ids::{DeviceId, EventId, FactId, FactName};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::live::{self, Place};
use super::note::note;
use super::view::{self, AlertView, alerts_of_event};
use crate::accounts::{Identity, Right};
use crate::app::App;
use crate::door::annotations::{NewAnnotation, Says, annotate};
use crate::door::api::own_event;
use crate::web::openapi::ErrorEnvelope;
use crate::web::{ApiError, Json, Path, Query};

pub(in crate::door) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_alerts))
        .routes(routes!(live_alerts))
        .routes(routes!(show_alert))
        .routes(routes!(note_alert))
        .routes(routes!(create_annotation))
}

#[derive(Debug, Deserialize)]
struct OfEvent {
    event: EventId,
}

/// What people have to look at: open ones first, the latest first, at most 500.
#[utoipa::path(get, path = "/alerts", tag = "attendance", security(("token" = [])), params(("event" = uuid::Uuid, Query)), responses(
    (status = 200, body = Vec<AlertView>),
    (status = 403, description = "`forbidden`", body = ErrorEnvelope),
))]
async fn list_alerts(
    State(app): State<App>,
    identity: Identity,
    Query(OfEvent { event }): Query<OfEvent>,
) -> Result<Json<Vec<AlertView>>, ApiError> {
    let organizer = own_event(&app, &identity, event, Right::ReadFigures).await?;
    let mut conn = app.pool.acquire().await?;
    Ok(Json(alerts_of_event(&mut conn, organizer, event).await?))
}

/// Alerts as they happen: all that there are, then each that changes. Server-sent events of the name `alert`; with the header
/// `Last-Event-ID` from there on.
#[utoipa::path(get, path = "/events/{event}/alerts/live", tag = "attendance", security(("token" = [])), params(("event" = uuid::Uuid, Path)), responses(
    (status = 200, content_type = "text/event-stream", body = AlertView),
    (status = 400, description = "`invalid_cursor`", body = ErrorEnvelope),
    (status = 503, description = "`unavailable`: too many listen", body = ErrorEnvelope),
))]
async fn live_alerts(
    State(app): State<App>,
    identity: Identity,
    Path(event): Path<EventId>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let organizer = own_event(&app, &identity, event, Right::ReadFigures).await?;
    let heard = headers.get("last-event-id").and_then(|id| id.to_str().ok());
    let heard = heard.filter(|id| !id.is_empty());
    let place = heard.map(str::parse::<Place>).transpose()?;
    let seat = app.door.listeners.sit(organizer)?;
    let stream = live::stream(app, (organizer, event), place, seat);
    // Proxies and mobile networks cut what is silent for a minute.
    let answer = Sse::new(stream).keep_alive(KeepAlive::default());
    Ok(answer.into_response())
}

#[derive(Debug, Deserialize)]
struct Before {
    before: Option<i64>,
}

/// One alert with its history, the newest 200 changes, or those before the number `before`.
#[utoipa::path(get, path = "/events/{event}/alerts/{kind}/{subject}", tag = "attendance", security(("token" = [])), params(("event" = uuid::Uuid, Path), ("kind" = String, Path), ("subject" = String, Path), ("before" = Option<i64>, Query)), responses(
    (status = 200, body = AlertView),
    (status = 404, description = "`not_found`", body = ErrorEnvelope),
))]
async fn show_alert(
    State(app): State<App>,
    identity: Identity,
    Path((event, kind, subject)): Path<(EventId, String, String)>,
    Query(Before { before }): Query<Before>,
) -> Result<Json<AlertView>, ApiError> {
    let organizer = own_event(&app, &identity, event, Right::ReadFigures).await?;
    let mut conn = app.pool.acquire().await?;
    let found = view::alert(&mut conn, (organizer, event), (&kind, &subject), before).await?;
    found.map(Json).ok_or_else(|| ApiError::not_found("alert"))
}

/// An alert about a device or journal was dealt with. Alerts about tickets are settled by annotations.
#[utoipa::path(post, path = "/events/{event}/alerts/{kind}/{subject}/note", tag = "attendance", security(("token" = [])), params(("event" = uuid::Uuid, Path), ("kind" = String, Path), ("subject" = String, Path)), responses(
    (status = 200, body = AlertView),
    (status = 404, description = "`not_found`", body = ErrorEnvelope),
    (status = 409, description = "`conflict`: it is about a ticket", body = ErrorEnvelope),
))]
async fn note_alert(
    State(app): State<App>,
    identity: Identity,
    Path((event, kind, subject)): Path<(EventId, String, String)>,
) -> Result<Json<AlertView>, ApiError> {
    let organizer = own_event(&app, &identity, event, Right::Annotate).await?;
    note(
        &app,
        (organizer, event),
        (&kind, &subject),
        identity.account,
    )
    .await?;
    let mut conn = app.pool.acquire().await?;
    let found = view::alert(&mut conn, (organizer, event), (&kind, &subject), None).await?;
    found.map(Json).ok_or_else(|| ApiError::not_found("alert"))
}

/// What is said of a fact.
#[derive(Debug, Deserialize, ToSchema)]
struct AnnotationBody {
    #[schema(value_type = uuid::Uuid)]
    event: EventId,
    /// The fact's author.
    #[schema(value_type = uuid::Uuid)]
    device: DeviceId,
    /// The fact.
    #[schema(value_type = uuid::Uuid)]
    fact: FactId,
    #[serde(flatten)]
    says: Says,
}

/// An annotation that was written.
#[derive(Debug, Serialize, ToSchema)]
struct Annotated {
    /// The server as a device.
    #[schema(value_type = uuid::Uuid)]
    device: DeviceId,
    /// The annotation's own id.
    #[schema(value_type = uuid::Uuid)]
    fact: FactId,
}

/// Say something of a fact: a fact of the server's own.
#[utoipa::path(post, path = "/annotations", tag = "attendance", security(("token" = [])), request_body = AnnotationBody, responses(
    (status = 201, body = Annotated),
    (status = 403, description = "`forbidden`", body = ErrorEnvelope),
))]
async fn create_annotation(
    State(app): State<App>,
    identity: Identity,
    Json(body): Json<AnnotationBody>,
) -> Result<(StatusCode, Json<Annotated>), ApiError> {
    let organizer = own_event(&app, &identity, body.event, Right::Annotate).await?;
    let new = NewAnnotation {
        event: body.event,
        target: FactName {
            device: body.device,
            fact: body.fact,
        },
        says: body.says,
    };
    let FactName { device, fact } = annotate(&app, organizer, new).await?;
    Ok((StatusCode::CREATED, Json(Annotated { device, fact })))
}
