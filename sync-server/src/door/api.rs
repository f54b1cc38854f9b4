//! `/api/v1/devices`, `…/attendance`: what organizers do and see.

use axum::extract::State;
use axum::http::StatusCode;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};
use shared::clock::UnixMillis;
use shared::ids::{DeviceId, EventId, GateNo, OfferId, OrganizerId};
use shared::roster::{Revocation, Rights};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::attendance::{Attendance, attendance};
use super::devices::{self, DeviceView, Parting, Until};
use super::offers::{self, NewOffer, Offer, OfferState};
use super::search_right::{self, SearchRight};
use super::{alerts, money, restore_api, rights, stock, supervisors, sync_api};
use crate::accounts::{Identity, Right, roles};
use crate::app::App;
use crate::database::transaction;
use crate::web::openapi::ErrorEnvelope;
use crate::web::{ApiError, Json, Path, Query};

/// All routes of this capability below `/api/v1`.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_devices))
        .routes(routes!(list_organizer_devices))
        .routes(routes!(create_offer))
        .routes(routes!(show_offer))
        .routes(routes!(confirm_offer))
        .routes(routes!(reject_offer))
        .routes(routes!(revoke_device))
        .routes(routes!(declare_lost))
        .routes(routes!(grant_search))
        .routes(routes!(withdraw_search))
        .routes(routes!(show_attendance))
        .merge(restore_api::router())
        .merge(rights::api::router())
        .merge(stock::api::router())
        .merge(money::api::router())
        .merge(money::voucher_api::router())
        .merge(alerts::api::router())
        .merge(supervisors::api::router())
        .merge(sync_api::router().into())
}

/// What a device may do.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
struct RightsBody {
    /// Entries and exits.
    scan: bool,
    /// Find by name or short code.
    search: bool,
    /// Sell.
    sell: bool,
    /// Overrides and annotations.
    supervise: bool,
}

impl From<RightsBody> for Rights {
    fn from(body: RightsBody) -> Self {
        Self {
            scan: body.scan,
            search: body.search,
            sell: body.sell,
            supervise: body.supervise,
        }
    }
}

impl From<Rights> for RightsBody {
    fn from(rights: Rights) -> Self {
        Self {
            scan: rights.scan,
            search: rights.search,
            sell: rights.sell,
            supervise: rights.supervise,
        }
    }
}

/// An offer of enrolment to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OfferBody {
    /// Needed by whoever works for several organizers.
    #[schema(value_type = Option<uuid::Uuid>)]
    organizer_id: Option<OrganizerId>,
    device_name: String,
    rights: RightsBody,
    #[schema(value_type = Vec<uuid::Uuid>)]
    events: Vec<EventId>,
    /// 0 = no gate.
    #[serde(default = "no_gate")]
    #[schema(value_type = u16)]
    gate: GateNo,
}

fn no_gate() -> GateNo {
    GateNo(0)
}

/// An offer, with the code that is shown once.
#[derive(Debug, Serialize, ToSchema)]
struct OfferMade {
    #[schema(value_type = uuid::Uuid)]
    id: OfferId,
    /// 16 characters in groups of four.
    code: String,
    /// What a device's camera reads.
    qr_text: String,
    expires_ms: UnixMillis,
}

/// An offer as it stands.
#[derive(Debug, Serialize, ToSchema)]
struct OfferBodyOut {
    #[schema(value_type = uuid::Uuid)]
    id: OfferId,
    state: OfferState,
    /// Six digits to compare with the device's screen, in state `proved`.
    digits: Option<String>,
    device_name: String,
    /// What the device calls itself.
    claimed_name: String,
    rights: RightsBody,
    #[schema(value_type = Vec<uuid::Uuid>)]
    events: Vec<EventId>,
    #[schema(value_type = u16)]
    gate: GateNo,
    #[schema(value_type = Option<uuid::Uuid>)]
    device_id: Option<DeviceId>,
    expires_ms: UnixMillis,
}

impl From<Offer> for OfferBodyOut {
    fn from(offer: Offer) -> Self {
        Self {
            id: offer.id,
            state: offer.state,
            digits: offer.digits,
            device_name: offer.device_name,
            claimed_name: offer.claimed_name,
            rights: offer.rights.into(),
            events: offer.events,
            gate: offer.gate,
            device_id: offer.device,
            expires_ms: offer.expires_ms,
        }
    }
}

/// The one organizer that is meant: named, or the only one where this identity has the right.
pub(super) fn meant_organizer(
    identity: &Identity,
    named: Option<OrganizerId>,
    right: Right,
) -> Result<OrganizerId, ApiError> {
    if let Some(organizer) = named {
        return roles::require(identity, organizer, right).map(|()| organizer);
    }
    let mut may = identity
        .memberships
        .iter()
        .filter(|(_, role)| role.may(right));
    match (may.next(), may.next()) {
        (Some((organizer, _)), None) => Ok(*organizer),
        (Some(_), Some(_)) => Err(ApiError::invalid([(
            "organizer_id",
            "say which: you work for several",
        )])),
        (None, _) => Err(ApiError::forbidden()),
    }
}

/// Offer a device to be enrolled; the code is shown once.
#[utoipa::path(post, path = "/devices/offers", tag = "devices", security(("token" = [])), request_body = OfferBody, responses(
    (status = 201, body = OfferMade),
    (status = 400, description = "`invalid_request`", body = ErrorEnvelope),
    (status = 403, description = "`forbidden`", body = ErrorEnvelope),
))]
async fn create_offer(
    State(app): State<App>,
    identity: Identity,
    Json(body): Json<OfferBody>,
) -> Result<(StatusCode, Json<OfferMade>), ApiError> {
    let organizer = meant_organizer(&identity, body.organizer_id, Right::ManageDevices)?;
    let new = NewOffer {
        organizer,
        created_by: identity.account,
        device_name: checked_name(&body.device_name)?,
        rights: body.rights.into(),
        events: body.events,
        gate: body.gate,
    };
    let made = offers::create(&app, new).await?;
    let answer = OfferMade {
        id: made.id,
        code: made.code.shown(),
        qr_text: offers::qr_text(&app.config.public_url, &made.code),
        expires_ms: made.expires_ms,
    };
    Ok((StatusCode::CREATED, Json(answer)))
}

/// 1 to 100 characters.
pub(super) fn checked_name(name: &str) -> Result<String, ApiError> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 100 {
        return Err(ApiError::invalid([("device_name", "1 to 100 characters")]));
    }
    Ok(name.to_owned())
}

/// The offer, if this identity may see it.
pub(super) async fn own_offer(
    app: &App,
    identity: &Identity,
    offer: OfferId,
) -> Result<Offer, ApiError> {
    let offer = offers::offer_by_id(app, offer).await?;
    if identity.may(offer.organizer, Right::ManageDevices) {
        Ok(offer)
    } else {
        Err(ApiError::not_found("offer"))
    }
}

/// How an offer stands, and the six digits to compare.
#[utoipa::path(get, path = "/devices/offers/{offer}", tag = "devices", security(("token" = [])), params(("offer" = uuid::Uuid, Path)), responses(
    (status = 200, body = OfferBodyOut),
    (status = 404, description = "`not_found`", body = ErrorEnvelope),
))]
async fn show_offer(
    State(app): State<App>,
    identity: Identity,
    Path(offer): Path<OfferId>,
) -> Result<Json<OfferBodyOut>, ApiError> {
    own_offer(&app, &identity, offer)
        .await
        .map(|offer| Json(offer.into()))
}

/// A device that was enrolled.
#[derive(Debug, Serialize, ToSchema)]
struct Enrolled {
    #[schema(value_type = uuid::Uuid)]
    device_id: DeviceId,
}

/// The digits are the same: let the device in.
#[utoipa::path(post, path = "/devices/offers/{offer}/confirm", tag = "devices", security(("token" = [])), params(("offer" = uuid::Uuid, Path)), responses(
    (status = 200, body = Enrolled),
    (status = 409, description = "`offer_closed`", body = ErrorEnvelope),
))]
async fn confirm_offer(
    State(app): State<App>,
    identity: Identity,
    Path(offer): Path<OfferId>,
) -> Result<Json<Enrolled>, ApiError> {
    own_offer(&app, &identity, offer).await?;
    let device_id = offers::confirm(&app, offer).await?;
    Ok(Json(Enrolled { device_id }))
}

/// The digits differ: turn the device away.
#[utoipa::path(post, path = "/devices/offers/{offer}/reject", tag = "devices", security(("token" = [])), params(("offer" = uuid::Uuid, Path)), responses(
    (status = 204),
    (status = 409, description = "`offer_closed`", body = ErrorEnvelope),
))]
async fn reject_offer(
    State(app): State<App>,
    identity: Identity,
    Path(offer): Path<OfferId>,
) -> Result<StatusCode, ApiError> {
    own_offer(&app, &identity, offer).await?;
    offers::reject(&app, offer).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A device.
#[derive(Debug, Serialize, ToSchema)]
struct DeviceBody {
    #[schema(value_type = uuid::Uuid)]
    id: DeviceId,
    name: String,
    rights: RightsBody,
    #[schema(value_type = Vec<uuid::Uuid>)]
    events: Vec<EventId>,
    /// `active`, `revoked` or `lost`.
    state: String,
    enrolled_ms: UnixMillis,
    last_seen_ms: Option<UnixMillis>,
    /// Facts that the server holds of it.
    facts: i64,
    /// What its facts, and the archives of its till, are checked with: 32 bytes in base64.
    public_key: String,
    /// Up to where its facts count, once revoked.
    revocation: Option<RevocationBody>,
}

/// Up to where a revoked device's facts count.
#[derive(Debug, Serialize, ToSchema)]
struct RevocationBody {
    at_ms: UnixMillis,
    points: Vec<PointBody>,
}

/// The last fact of a journal that counts.
#[derive(Debug, Serialize, ToSchema)]
struct PointBody {
    #[schema(value_type = uuid::Uuid)]
    journal: shared::ids::JournalId,
    seq: u64,
}

impl From<Revocation> for RevocationBody {
    fn from(revocation: Revocation) -> Self {
        let points = revocation.points.into_iter();
        Self {
            at_ms: revocation.at_ms,
            points: points
                .map(|(journal, seq, _)| PointBody { journal, seq })
                .collect(),
        }
    }
}

impl From<DeviceView> for DeviceBody {
    fn from(view: DeviceView) -> Self {
        Self {
            id: view.id,
            name: view.name,
            rights: view.rights.into(),
            events: view.events,
            state: view.state,
            enrolled_ms: view.enrolled_ms,
            last_seen_ms: view.last_seen_ms,
            facts: view.facts,
            public_key: STANDARD.encode(view.public_key),
            revocation: view.revocation.map(RevocationBody::from),
        }
    }
}

#[derive(Debug, Deserialize)]
struct OfOrganizer {
    organizer: Option<OrganizerId>,
}

/// The devices of one's organizer.
#[utoipa::path(get, path = "/devices", tag = "devices", security(("token" = [])), params(("organizer_id" = Option<uuid::Uuid>, Query)), responses(
    (status = 200, body = Vec<DeviceBody>),
))]
async fn list_devices(
    State(app): State<App>,
    identity: Identity,
    Query(query): Query<OfOrganizer>,
) -> Result<Json<Vec<DeviceBody>>, ApiError> {
    let organizer = meant_organizer(&identity, query.organizer, Right::ReadFigures)?;
    device_bodies(&app, organizer).await
}

/// The devices of an organizer.
#[utoipa::path(get, path = "/organizers/{organizer}/devices", tag = "devices", security(("token" = [])), params(("organizer" = uuid::Uuid, Path)), responses(
    (status = 200, body = Vec<DeviceBody>),
    (status = 403, description = "`forbidden`", body = ErrorEnvelope),
))]
async fn list_organizer_devices(
    State(app): State<App>,
    identity: Identity,
    Path(organizer): Path<OrganizerId>,
) -> Result<Json<Vec<DeviceBody>>, ApiError> {
    roles::require(&identity, organizer, Right::ReadFigures)?;
    device_bodies(&app, organizer).await
}

async fn device_bodies(
    app: &App,
    organizer: OrganizerId,
) -> Result<Json<Vec<DeviceBody>>, ApiError> {
    let mut conn = app.pool.acquire().await?;
    let views = devices::devices_of(&mut conn, organizer).await?;
    Ok(Json(views.into_iter().map(DeviceBody::from).collect()))
}

/// Up to where the device's facts count.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RevokeBody {
    /// Facts that the server received from then on don't count; absent = all that it holds now count.
    since_ms: Option<UnixMillis>,
}

/// Revoke a device up to a point of its journals.
#[utoipa::path(post, path = "/devices/{device}/revoke", tag = "devices", security(("token" = [])), params(("device" = uuid::Uuid, Path)), request_body = RevokeBody, responses(
    (status = 200, body = RevocationBody),
    (status = 403, description = "`forbidden`", body = ErrorEnvelope),
))]
async fn revoke_device(
    State(app): State<App>,
    identity: Identity,
    Path(device): Path<DeviceId>,
    Json(body): Json<RevokeBody>,
) -> Result<Json<RevocationBody>, ApiError> {
    part(&app, &identity, device, Parting::Revoked, body).await
}

/// As revoke; the device is gone.
#[utoipa::path(post, path = "/devices/{device}/declare-lost", tag = "devices", security(("token" = [])), params(("device" = uuid::Uuid, Path)), request_body = RevokeBody, responses(
    (status = 200, body = RevocationBody),
    (status = 403, description = "`forbidden`", body = ErrorEnvelope),
))]
async fn declare_lost(
    State(app): State<App>,
    identity: Identity,
    Path(device): Path<DeviceId>,
    Json(body): Json<RevokeBody>,
) -> Result<Json<RevocationBody>, ApiError> {
    part(&app, &identity, device, Parting::Lost, body).await
}

async fn part(
    app: &App,
    identity: &Identity,
    device: DeviceId,
    parting: Parting,
    body: RevokeBody,
) -> Result<Json<RevocationBody>, ApiError> {
    let organizer = own_device(app, identity, device).await?;
    let until = body.since_ms.map_or(Until::LastHeld, Until::ReceivedBefore);
    let revocation = devices::revoke(app, organizer, device, parting, until).await?;
    Ok(Json(revocation.into()))
}

/// Let a device find tickets by name and admit by hand: it is told names from its next session on.
#[utoipa::path(post, path = "/devices/{device}/grant-search", tag = "devices", security(("token" = [])), params(("device" = uuid::Uuid, Path)), responses(
    (status = 204),
    (status = 404, description = "`not_found`", body = ErrorEnvelope),
))]
async fn grant_search(
    State(app): State<App>,
    identity: Identity,
    Path(device): Path<DeviceId>,
) -> Result<StatusCode, ApiError> {
    set_search(&app, &identity, device, SearchRight::Granted).await
}

/// Take the right to search away: the device wipes the names that it has. Whom it admitted by hand stays inside.
#[utoipa::path(post, path = "/devices/{device}/withdraw-search", tag = "devices", security(("token" = [])), params(("device" = uuid::Uuid, Path)), responses(
    (status = 204),
    (status = 404, description = "`not_found`", body = ErrorEnvelope),
))]
async fn withdraw_search(
    State(app): State<App>,
    identity: Identity,
    Path(device): Path<DeviceId>,
) -> Result<StatusCode, ApiError> {
    set_search(&app, &identity, device, SearchRight::Withdrawn).await
}

async fn set_search(
    app: &App,
    identity: &Identity,
    device: DeviceId,
    to: SearchRight,
) -> Result<StatusCode, ApiError> {
    let organizer = own_device(app, identity, device).await?;
    search_right::change(app, organizer, device, to).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Whose device it is, if this identity may part with it.
pub(super) async fn own_device(
    app: &App,
    identity: &Identity,
    device: DeviceId,
) -> Result<OrganizerId, ApiError> {
    let mut conn = app.pool.acquire().await?;
    devices::organizer_of(&mut conn, device)
        .await?
        .filter(|organizer| identity.may(*organizer, Right::ManageDevices))
        .ok_or_else(|| ApiError::not_found("device"))
}

/// Whose event it is, if this identity has the right there.
pub(super) async fn own_event(
    app: &App,
    identity: &Identity,
    event: EventId,
    right: Right,
) -> Result<OrganizerId, ApiError> {
    let organizer = sqlx::query_scalar!(
        "select organizer_id from feeds where event_id = $1",
        event.0
    )
    .fetch_optional(&app.pool)
    .await?;
    organizer
        .map(OrganizerId)
        .filter(|organizer| identity.may(*organizer, right))
        .ok_or_else(|| ApiError::not_found("event"))
}

/// Who is in, and who was turned away.
#[utoipa::path(get, path = "/events/{event}/attendance", tag = "attendance", security(("token" = [])), params(("event" = uuid::Uuid, Path)), responses(
    (status = 200, body = Attendance),
    (status = 403, description = "`forbidden`", body = ErrorEnvelope),
))]
async fn show_attendance(
    State(app): State<App>,
    identity: Identity,
    Path(event): Path<EventId>,
) -> Result<Json<Attendance>, ApiError> {
    let organizer = own_event(&app, &identity, event, Right::ReadFigures).await?;
    let mut tx = transaction::begin_snapshot(&app.pool).await?;
    let counted = attendance(&mut tx, organizer, event).await?;
    tx.commit().await?;
    Ok(Json(counted))
}
