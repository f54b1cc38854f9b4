//! `/api/v1/organizers/{organizer}/vouchers`: what tills take in place of money.

use axum::extract::State;
use serde::Deserialize;
use shared::ids::OrganizerId;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::vouchers::{self, VoucherRow};
use crate::accounts::roles::require;
use crate::accounts::{Identity, Right};
use crate::app::App;
use crate::web::openapi::ErrorEnvelope;
use crate::web::{ApiError, Json, Path};

pub(in crate::door) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_vouchers, add_voucher))
        .routes(routes!(change_voucher))
}

/// The vouchers that an organizer's tills take, and those that they took.
#[utoipa::path(get, path = "/organizers/{organizer}/vouchers", tag = "devices", security(("token" = [])), params(("organizer" = uuid::Uuid, Path)), responses(
    (status = 200, body = Vec<VoucherRow>),
    (status = 403, description = "`forbidden`", body = ErrorEnvelope),
))]
async fn list_vouchers(
    State(app): State<App>,
    identity: Identity,
    Path(organizer): Path<OrganizerId>,
) -> Result<Json<Vec<VoucherRow>>, ApiError> {
    require(&identity, organizer, Right::ReadFigures)?;
    let mut conn = app.pool.acquire().await?;
    Ok(Json(vouchers::list(&mut conn, organizer).await?))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewVoucher {
    /// 1 to 40 letters. It never changes, so that old closings keep it.
    name: String,
}

/// Add a kind of vouchers under the next number.
#[utoipa::path(post, path = "/organizers/{organizer}/vouchers", tag = "devices", security(("token" = [])), params(("organizer" = uuid::Uuid, Path)),
    request_body = NewVoucher, responses(
    (status = 200, body = VoucherRow),
    (status = 400, description = "`invalid_request`", body = ErrorEnvelope),
    (status = 403, description = "`forbidden`", body = ErrorEnvelope),
    (status = 409, description = "`already_exists`, `conflict`: the list is full", body = ErrorEnvelope),
))]
async fn add_voucher(
    State(app): State<App>,
    identity: Identity,
    Path(organizer): Path<OrganizerId>,
    Json(new): Json<NewVoucher>,
) -> Result<Json<VoucherRow>, ApiError> {
    require(&identity, organizer, Right::ManageDevices)?;
    Ok(Json(vouchers::add(&app, organizer, &new.name).await?))
}

#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct VoucherChange {
    /// Whether tills take it.
    taken: bool,
}

/// Turn a kind of vouchers on or off. Its number and name stay.
#[utoipa::path(put, path = "/organizers/{organizer}/vouchers/{number}", tag = "devices", security(("token" = [])), params(("organizer" = uuid::Uuid, Path), ("number" = u16, Path)),
    request_body = VoucherChange, responses(
    (status = 200, body = Vec<VoucherRow>),
    (status = 403, description = "`forbidden`", body = ErrorEnvelope),
    (status = 404, description = "`not_found`", body = ErrorEnvelope),
))]
async fn change_voucher(
    State(app): State<App>,
    identity: Identity,
    Path((organizer, number)): Path<(OrganizerId, u16)>,
    Json(change): Json<VoucherChange>,
) -> Result<Json<Vec<VoucherRow>>, ApiError> {
    require(&identity, organizer, Right::ManageDevices)?;
    if !vouchers::take(&app, organizer, number, change.taken).await? {
        return Err(ApiError::not_found("voucher"));
    }
    let mut conn = app.pool.acquire().await?;
    Ok(Json(vouchers::list(&mut conn, organizer).await?))
}
