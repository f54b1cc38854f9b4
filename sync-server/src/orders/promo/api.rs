//! `/organizers/{organizer}/promo-codes`: what organizers make.

use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use shared::clock::UnixMillis;
use shared::ids::{OrganizerId, PromoId};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::codes::{self, WritePromoError};
use super::{PromoCode, PromoRequest};
use crate::accounts::roles::require;
use crate::accounts::{Identity, Right};
use crate::app::App;
use crate::catalog::organizers::Made;
use crate::web::{ApiError, Json, Path};

/// All routes of promo codes, below `/api/v1`.
pub(crate) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_codes, create_code))
        .routes(routes!(change_code))
        .routes(routes!(end_code))
}

/// A code with its uses so far.
#[derive(Debug, Serialize, ToSchema)]
struct PromoView {
    #[serde(flatten)]
    details: PromoRequest,
    /// Orders that have it: held or paid, refunded ones too.
    taken: u32,
    /// When it was ended.
    ended_ms: Option<UnixMillis>,
}

#[derive(Debug, Serialize, ToSchema)]
struct PromoList {
    codes: Vec<PromoView>,
}

impl From<&PromoCode> for PromoView {
    fn from(code: &PromoCode) -> Self {
        Self {
            details: code.into(),
            taken: code.taken,
            ended_ms: code.ended_ms,
        }
    }
}

/// An organizer's promo codes, at most 500: those that are good first.
#[utoipa::path(get, path = "/organizers/{organizer}/promo-codes", tag = "promo codes", security(("token" = [])),
    params(("organizer" = uuid::Uuid, Path)), responses(
    (status = 200, body = PromoList),
    (status = 403, description = "`forbidden`"),
))]
async fn list_codes(
    State(app): State<App>,
    identity: Identity,
    Path(organizer): Path<OrganizerId>,
) -> Result<Json<PromoList>, ApiError> {
    require(&identity, organizer, Right::ReadFigures)?;
    let codes = codes::of_organizer(&app.pool, organizer, None).await?;
    Ok(Json(PromoList {
        codes: codes.iter().map(PromoView::from).collect(),
    }))
}

/// Make a promo code.
#[utoipa::path(post, path = "/organizers/{organizer}/promo-codes", tag = "promo codes", security(("token" = [])),
    params(("organizer" = uuid::Uuid, Path)), request_body = PromoRequest, responses(
    (status = 201, body = PromoView),
    (status = 200, description = "It was made before", body = PromoView),
    (status = 400, description = "`invalid_request`"),
    (status = 403, description = "`forbidden`"),
    (status = 409, description = "`already_exists`: another code with this word is good"),
))]
async fn create_code(
    State(app): State<App>,
    identity: Identity,
    Path(organizer): Path<OrganizerId>,
    Json(request): Json<PromoRequest>,
) -> Result<(StatusCode, Json<PromoView>), ApiError> {
    require(&identity, organizer, Right::EditEvents)?;
    let new = request.parse(None)?;
    let mut connection = app.pool.acquire().await?;
    let made = codes::create(&mut connection, organizer, &new, app.now_ms()).await?;
    drop(connection);
    let status = match made {
        Made::Now => StatusCode::CREATED,
        Made::Before => StatusCode::OK,
    };
    Ok((status, Json(view(&app, organizer, new.id).await?)))
}

/// Write a promo code anew. Orders that have it keep their price.
#[utoipa::path(put, path = "/organizers/{organizer}/promo-codes/{id}", tag = "promo codes", security(("token" = [])),
    params(("organizer" = uuid::Uuid, Path), ("id" = uuid::Uuid, Path)), request_body = PromoRequest, responses(
    (status = 200, body = PromoView),
    (status = 400, description = "`invalid_request`"),
    (status = 403, description = "`forbidden`"),
    (status = 404, description = "`not_found`"),
    (status = 409, description = "`conflict`: it was ended, or more orders have it than the limit; `already_exists`"),
))]
async fn change_code(
    State(app): State<App>,
    identity: Identity,
    Path((organizer, id)): Path<(OrganizerId, PromoId)>,
    Json(request): Json<PromoRequest>,
) -> Result<Json<PromoView>, ApiError> {
    require(&identity, organizer, Right::EditEvents)?;
    let new = request.parse(Some(id))?;
    let mut connection = app.pool.acquire().await?;
    codes::change(&mut connection, organizer, &new).await?;
    drop(connection);
    Ok(Json(view(&app, organizer, id).await?))
}

/// End a promo code for good. Orders that have it keep their price.
#[utoipa::path(post, path = "/organizers/{organizer}/promo-codes/{id}/end", tag = "promo codes", security(("token" = [])),
    params(("organizer" = uuid::Uuid, Path), ("id" = uuid::Uuid, Path)), responses(
    (status = 200, body = PromoView),
    (status = 403, description = "`forbidden`"),
    (status = 404, description = "`not_found`"),
))]
async fn end_code(
    State(app): State<App>,
    identity: Identity,
    Path((organizer, id)): Path<(OrganizerId, PromoId)>,
) -> Result<Json<PromoView>, ApiError> {
    require(&identity, organizer, Right::EditEvents)?;
    codes::end(&app.pool, (organizer, id), app.now_ms()).await?;
    Ok(Json(view(&app, organizer, id).await?))
}

async fn view(app: &App, organizer: OrganizerId, id: PromoId) -> Result<PromoView, ApiError> {
    let code = codes::by_id(&app.pool, organizer, id).await?;
    let code = code.ok_or(WritePromoError::NoSuchCode)?;
    Ok(PromoView::from(&code))
}
