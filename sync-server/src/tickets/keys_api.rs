//! `/events/{event}/keys`: which keys sign an event's tickets, a new one, the end of one.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use shared::ids::{EventId, KeyId};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::keys::{self, KeyView};
use super::rotation;
use crate::accounts::{Identity, Right};
use crate::app::App;
use crate::catalog::api::allowed;
use crate::web::idempotency::{self, Sent};
use crate::web::openapi::ErrorEnvelope;
use crate::web::{ApiError, ClientAddress, Json, Path};

/// All routes of keys, below `/api/v1`.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_keys))
        .routes(routes!(rotate_key))
        .routes(routes!(revoke_key))
}

/// An event's keys.
#[derive(Clone, Debug, serde::Serialize, utoipa::ToSchema)]
struct KeyList {
    /// The oldest first.
    keys: Vec<KeyView>,
}

async fn list(app: &App, event: EventId) -> Result<Json<KeyList>, ApiError> {
    let keys = keys::keys_of_event(&app.pool, event).await?;
    Ok(Json(KeyList { keys }))
}

/// The keys that sign an event's tickets.
#[utoipa::path(get, path = "/events/{event}/keys", tag = "tickets", security(("token" = [])), params(("event" = uuid::Uuid, Path)), responses(
    (status = 200, body = KeyList),
    (status = 403, description = "`forbidden`", body = ErrorEnvelope),
    (status = 404, description = "`not_found`", body = ErrorEnvelope),
))]
async fn list_keys(
    State(app): State<App>,
    identity: Identity,
    Path(event): Path<EventId>,
) -> Result<Json<KeyList>, ApiError> {
    allowed(&app, &identity, event, Right::EditEvents).await?;
    list(&app, event).await
}

/// Sign with a new key from now on; what older ones signed stays good.
#[utoipa::path(post, path = "/events/{event}/keys/rotate", tag = "tickets", security(("token" = [])), params(("event" = uuid::Uuid, Path)), responses(
    (status = 201, description = "The new key is published, and signs", body = KeyList),
    (status = 200, description = "The same `Idempotency-Key` came before: the keys as they are", body = KeyList),
    (status = 403, description = "`forbidden`", body = ErrorEnvelope),
    (status = 404, description = "`not_found`", body = ErrorEnvelope),
    (status = 422, description = "`idempotency_mismatch`", body = ErrorEnvelope),
))]
async fn rotate_key(
    State(app): State<App>,
    identity: Identity,
    address: ClientAddress,
    headers: HeaderMap,
    Path(event): Path<EventId>,
) -> Result<(StatusCode, Json<KeyList>), ApiError> {
    let organizer = allowed(&app, &identity, event, Right::EditEvents).await?;
    let scope = idempotency::scope(Some(identity.account), address);
    let status = match idempotency::claim(&app, &headers, &scope, event.0, &"rotate_key").await? {
        Sent::First => {
            rotation::rotate(&app, organizer, event).await?;
            StatusCode::CREATED
        }
        Sent::Again => StatusCode::OK,
    };
    Ok((status, list(&app, event).await?))
}

/// End a key that is no longer to be trusted: no ticket that it signed enters any more.
#[utoipa::path(post, path = "/events/{event}/keys/{key}/revoke", tag = "tickets", security(("token" = [])), params(("event" = uuid::Uuid, Path), ("key" = u32, Path)), responses(
    (status = 200, description = "It is revoked. If no other was left to sign, there is a new one", body = KeyList),
    (status = 403, description = "`forbidden`", body = ErrorEnvelope),
    (status = 404, description = "`not_found`", body = ErrorEnvelope),
))]
async fn revoke_key(
    State(app): State<App>,
    identity: Identity,
    Path((event, key)): Path<(EventId, KeyId)>,
) -> Result<Json<KeyList>, ApiError> {
    let organizer = allowed(&app, &identity, event, Right::EditEvents).await?;
    rotation::revoke(&app, organizer, event, key).await?;
    list(&app, event).await
}
