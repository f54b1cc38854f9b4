//! `/api/v1/organizers` and `/api/v1/events`: what organizers write and everybody reads.

mod events;
mod gates;
mod organizers;
mod rates;
mod terms;
mod ticket_types;
mod windows;

use axum::http::StatusCode;
use shared::ids::{EventId, OrganizerId};
use utoipa_axum::router::OpenApiRouter;

use super::event::organizer_of;
use super::organizers::Made;
use crate::accounts::{Identity, Right, roles};
use crate::app::App;
use crate::web::ApiError;

pub(crate) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .merge(organizers::router())
        .merge(events::router())
        .merge(ticket_types::router())
        .merge(windows::router())
        .merge(gates::router())
        .merge(rates::router())
        .merge(terms::router())
}

/// 201 for what is new, 200 for what a repeat finds.
fn status_of(made: Made) -> StatusCode {
    match made {
        Made::Now => StatusCode::CREATED,
        Made::Before => StatusCode::OK,
    }
}

/// The organizer of an event, if `identity` has `right` there. To those who are no members the event may be a secret.
pub(crate) async fn allowed(
    app: &App,
    identity: &Identity,
    event: EventId,
    right: Right,
) -> Result<OrganizerId, ApiError> {
    let mut connection = app.pool.acquire().await?;
    let organizer = organizer_of(&mut connection, event).await?;
    let known = organizer
        .filter(|organizer| identity.is_platform_admin || identity.role(*organizer).is_some());
    let organizer = known.ok_or_else(|| ApiError::not_found("event"))?;
    roles::require(identity, organizer, right)?;
    Ok(organizer)
}

/// After each write of an event.
pub(crate) async fn changed(app: &App, event: EventId) {
    app.event_pages.forget(event).await;
    app.door.watch.changed(event);
}
