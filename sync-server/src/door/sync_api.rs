//! `/api/v1/sync`: what devices say and hear.

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use serde::Deserialize;
use shared::ids::{EventId, FactId, OfferId, OrderId};
use shared::roster::signed::SignedAnswer;
use shared::wire::latest::{
    AddressesAnswer, AddressesReport, CertificateAnswer, CertificateRequest, ChangesQuery,
    ClaimAnswer, ClaimAsk, CollectAnswer, CollectAsk, ContactAnswer, ContactUpload, DeviceFacts,
    EnrolProof, EnrolProofAnswer, EnrolStart, EnrolStartAnswer, EnrolState, ErrorCode, FactsAnswer,
    FactsUpload, FoundOrders, OrderSearch, PROTOCOL, PromotionAnswer, PromotionAsk, SessionAnswer,
    SessionNonce, SessionRequest, StockAnswer, StockAsk, SummariesPage, SummariesQuery,
    SupervisorsAnswer, TakeOverAnswer, TakeOverAsk, VectorAnswer,
};
use shared::wire::v1::EnvelopeBytes;
use tower_http::compression::CompressionLayer;
use uuid::Uuid;

use super::feed::{self, Pull};
use super::money::contacts;
use super::sessions::{DeviceAuth, UploaderAuth};
use super::{
    addresses, certificates, claims, collect, enrolment, facts, promotion, sessions, signed, stock,
    summaries, supervisors, take_back, vector,
};
use crate::app::App;
use crate::database::transaction;
use crate::web::{ApiError, ClientAddress, Json, Path, Query, SYNC_BODY_LIMIT};

const PROTOCOL_HEADER: HeaderName = HeaderName::from_static("hub-protocol");
/// The oldest protocol that is still served. November 2026: the first.
const OLDEST_PROTOCOL: u32 = 1;

pub(super) fn router() -> Router<App> {
    let down = Router::new()
        .route("/sync/events/{event}/changes", get(changes))
        .route("/sync/events/{event}/order-summaries", get(order_summaries))
        .route("/sync/events/{event}/facts", get(facts_after))
        .route("/sync/signed", get(signed_objects))
        .route("/sync/supervisors", get(device_supervisors))
        .route("/sync/certificate", post(peer_certificate))
        .route("/sync/addresses", post(peer_addresses))
        .route("/sync/claims", post(claim_ticket))
        .route("/sync/leases", post(lend_places))
        .route("/sync/orders/find", post(find_orders))
        .route("/sync/orders/{order}/collect", post(collect_order))
        .route("/sync/orders/{order}/take-over", post(take_order_over))
        .route("/sync/promotions/{fact}", put(take_promotion))
        .route("/sync/promotions/{fact}/give-up", post(give_promotion_up))
        .layer(from_fn(old_protocol_upgrades));
    // A device that is too old for the feed hands in its facts all the same.
    let up = Router::new()
        .route("/sync/enrol", post(start_enrolment))
        .route("/sync/enrol/{offer}/proof", post(prove_enrolment))
        .route("/sync/enrol/{offer}", get(enrolment_state))
        .route("/sync/session", get(session_nonce).post(open_session))
        .route("/sync/signed", post(take_back_signed))
        .route(
            "/sync/facts",
            post(push_facts).layer(DefaultBodyLimit::max(SYNC_BODY_LIMIT)),
        )
        .route("/sync/contacts/{id}", put(keep_contact))
        .route("/sync/events/{event}/vector", post(event_vector));
    down.merge(up)
        .layer(CompressionLayer::new())
        .layer(from_fn(tell_protocol))
}

async fn old_protocol_upgrades(request: Request, next: Next) -> Result<Response, ApiError> {
    let spoken = request
        .headers()
        .get(PROTOCOL_HEADER)
        .and_then(|value| value.to_str().ok()?.parse::<u32>().ok());
    if spoken.is_some_and(|spoken| spoken < OLDEST_PROTOCOL) {
        return Err(ApiError::new(
            ErrorCode::UpgradeRequired,
            "This device's program is too old to fetch the list: update it. It goes on scanning, and what it saw is taken.",
        ));
    }
    Ok(next.run(request).await)
}

async fn tell_protocol(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    response
        .headers_mut()
        .insert(PROTOCOL_HEADER, HeaderValue::from(PROTOCOL));
    response
}

/// Begins an enrolment: the device names an offer and commits to a nonce.
async fn start_enrolment(
    State(app): State<App>,
    client: ClientAddress,
    Json(request): Json<EnrolStart>,
) -> Result<Json<EnrolStartAnswer>, ApiError> {
    app.door.enrolments.take(client.key(), app.now_ms())?;
    Ok(Json(enrolment::start(&app, &request).await?))
}

/// Both sides prove that they know the code, the device first.
async fn prove_enrolment(
    State(app): State<App>,
    client: ClientAddress,
    Path(offer): Path<OfferId>,
    Json(request): Json<EnrolProof>,
) -> Result<Json<EnrolProofAnswer>, ApiError> {
    app.door.enrolments.take(client.key(), app.now_ms())?;
    Ok(Json(enrolment::prove(&app, offer, &request).await?))
}

#[derive(Debug, Deserialize)]
struct Wait {
    #[serde(default)]
    wait: u32,
}

/// Whether the organizer has confirmed.
async fn enrolment_state(
    State(app): State<App>,
    Path(offer): Path<OfferId>,
    Query(Wait { wait }): Query<Wait>,
) -> Result<Json<EnrolState>, ApiError> {
    Ok(Json(enrolment::state(&app, offer, wait).await?))
}

/// A nonce, for one session within a minute.
async fn session_nonce(State(app): State<App>) -> Result<Json<SessionNonce>, ApiError> {
    Ok(Json(sessions::new_nonce(&app).await?))
}

/// A token for 15 minutes against a signature.
async fn open_session(
    State(app): State<App>,
    Json(request): Json<SessionRequest>,
) -> Result<Json<SessionAnswer>, ApiError> {
    Ok(Json(sessions::open(&app, &request).await?))
}

#[derive(Debug, Deserialize)]
struct Have {
    #[serde(default)]
    have: String,
}

/// The organizer's signed objects that are newer than the device's.
async fn signed_objects(
    State(app): State<App>,
    device: DeviceAuth,
    Query(Have { have }): Query<Have>,
) -> Result<Json<SignedAnswer>, ApiError> {
    let mut conn = app.pool.acquire().await?;
    let have = signed::parse_have(&have);
    let objects = signed::newer_objects(&mut conn, device.0.organizer, &have).await?;
    Ok(Json(SignedAnswer { objects }))
}

#[derive(Debug, Deserialize)]
struct HaveVersion {
    #[serde(default)]
    have: u64,
}

/// Who may decide at doors and sell at tills, with the hashes of their PINs: for devices that may do either.
async fn device_supervisors(
    State(app): State<App>,
    device: DeviceAuth,
    Query(HaveVersion { have }): Query<HaveVersion>,
) -> Result<Json<SupervisorsAnswer>, ApiError> {
    let rights = device.0.rights;
    if !rights.supervise && !rights.sell {
        return Err(ApiError::new(
            ErrorCode::Forbidden,
            "This device has no right to supervise or to sell; ask the organizer for it.",
        ));
    }
    let mut tx = transaction::begin_snapshot(&app.pool).await?;
    let answer = supervisors::for_device(&mut tx, device.0.organizer, rights, have).await?;
    tx.commit().await?;
    Ok(Json(answer))
}

/// A certificate for the key that the device shows its peers.
async fn peer_certificate(
    State(app): State<App>,
    device: DeviceAuth,
    Json(request): Json<CertificateRequest>,
) -> Result<Json<CertificateAnswer>, ApiError> {
    let session = &device.0;
    let (organizer, device) = (session.organizer, session.device);
    let answer = certificates::issue(&app, organizer, device, &request.public_key).await?;
    Ok(Json(answer))
}

/// Where the device may be reached in the venue's network, and where its siblings may.
async fn peer_addresses(
    State(app): State<App>,
    device: DeviceAuth,
    Json(report): Json<AddressesReport>,
) -> Result<Json<AddressesAnswer>, ApiError> {
    let session = &device.0;
    let (organizer, device) = (session.organizer, session.device);
    let siblings = addresses::report(&app, organizer, device, &report.addresses).await?;
    Ok(Json(AddressesAnswer { siblings }))
}

/// Signed objects that a restore lost here. They prove themselves: the device that brings them may be one that was lost, too.
async fn take_back_signed(
    State(app): State<App>,
    client: ClientAddress,
    Json(brought): Json<SignedAnswer>,
) -> Result<StatusCode, ApiError> {
    app.door.enrolments.take(client.key(), app.now_ms())?;
    for object in &brought.objects {
        take_back::take_back(&app, object).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// What changed of an event since a cursor: a binary page.
async fn changes(
    State(app): State<App>,
    device: DeviceAuth,
    Path(event): Path<EventId>,
    Query(query): Query<ChangesQuery>,
) -> Result<Response, ApiError> {
    device.for_event(event)?;
    let pull = Pull::parse(device.0.organizer, event, &query)?;
    let page = feed::pull(&app, &pull, query.wait).await?;
    let kind = HeaderValue::from_static("application/vnd.tickethub.page");
    Ok(([(CONTENT_TYPE, kind)], page.encode()).into_response())
}

/// Orders by name that changed since a cursor, for a device that may search.
async fn order_summaries(
    State(app): State<App>,
    device: DeviceAuth,
    Path(event): Path<EventId>,
    Query(query): Query<SummariesQuery>,
) -> Result<Json<SummariesPage>, ApiError> {
    device.for_event(event)?;
    device.for_search()?;
    let of = (device.0.organizer, event);
    let page = summaries::pull(&app.pool, of, &query, app.now_ms()).await?;
    Ok(Json(page))
}

/// Takes facts of any of the organizer's journals, whoever carries them.
async fn push_facts(
    State(app): State<App>,
    device: UploaderAuth,
    Json(upload): Json<FactsUpload>,
) -> Result<Json<FactsAnswer>, ApiError> {
    let envelopes = upload.envelopes.into_iter().map(|bytes| bytes.0).collect();
    let answer = facts::upload(&app, &device.0, envelopes).await?;
    Ok(Json(answer))
}

/// Keeps what a guest left at a till, sealed, beside the journal that names it.
async fn keep_contact(
    State(app): State<App>,
    device: UploaderAuth,
    Path(id): Path<Uuid>,
    Json(upload): Json<ContactUpload>,
) -> Result<Json<ContactAnswer>, ApiError> {
    Ok(Json(
        contacts::keep(&app, &device.0, id, &upload.sealed).await?,
    ))
}

/// The journals that the server holds of an event, and how far.
async fn event_vector(
    State(app): State<App>,
    device: UploaderAuth,
    Path(event): Path<EventId>,
) -> Result<Json<VectorAnswer>, ApiError> {
    let mut conn = app.pool.acquire().await?;
    let journals = vector::vector(&mut conn, device.0.organizer, event).await?;
    Ok(Json(VectorAnswer { journals }))
}

/// Whether the device may let a ticket in, as far as the server knows; before the light.
async fn claim_ticket(
    State(app): State<App>,
    device: DeviceAuth,
    Json(request): Json<ClaimAsk>,
) -> Result<Json<ClaimAnswer>, ApiError> {
    device.for_event(request.event)?;
    Ok(Json(claims::claim(&app, &device.0, &request).await?))
}

/// Places that a till may sell alone, with their tickets.
async fn lend_places(
    State(app): State<App>,
    device: DeviceAuth,
    Json(request): Json<StockAsk>,
) -> Result<Json<StockAnswer>, ApiError> {
    device.for_event(request.event)?;
    Ok(Json(stock::ask(&app, &device.0, &request).await?))
}

/// Orders of the store, for whoever stands at a till's counter.
async fn find_orders(
    State(app): State<App>,
    device: DeviceAuth,
    Json(search): Json<OrderSearch>,
) -> Result<Json<FoundOrders>, ApiError> {
    let found = collect::find(&app.pool, &device.0, &search, app.now_ms()).await?;
    Ok(Json(found))
}

/// Hands an order's tickets out on paper.
async fn collect_order(
    State(app): State<App>,
    device: DeviceAuth,
    Path(order): Path<OrderId>,
    Json(ask): Json<CollectAsk>,
) -> Result<Json<CollectAnswer>, ApiError> {
    Ok(Json(collect::collect(&app, &device.0, order, &ask).await?))
}

/// Lends the places of a reservation to the till that its buyer stands at.
async fn take_order_over(
    State(app): State<App>,
    device: DeviceAuth,
    Path(order): Path<OrderId>,
    Json(ask): Json<TakeOverAsk>,
) -> Result<Json<TakeOverAnswer>, ApiError> {
    let taken = collect::take_over(&app, &device.0, order, &ask).await?;
    Ok(Json(taken))
}

/// What places cost with a promo code, and a use of it for the till that asks.
async fn take_promotion(
    State(app): State<App>,
    device: DeviceAuth,
    Path(fact): Path<FactId>,
    Json(ask): Json<PromotionAsk>,
) -> Result<Json<PromotionAnswer>, ApiError> {
    device.for_event(ask.event)?;
    Ok(Json(promotion::take(&app, &device.0, fact, &ask).await?))
}

/// The till will not use it.
async fn give_promotion_up(
    State(app): State<App>,
    device: DeviceAuth,
    Path(fact): Path<FactId>,
) -> Result<StatusCode, ApiError> {
    promotion::give_up(&app, &device.0, fact).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Debug, Deserialize)]
struct After {
    #[serde(default)]
    after: String,
}

/// Facts of an event beyond what the device has, for repair.
async fn facts_after(
    State(app): State<App>,
    device: DeviceAuth,
    Path(event): Path<EventId>,
    Query(After { after }): Query<After>,
) -> Result<Json<DeviceFacts>, ApiError> {
    device.for_event(event)?;
    let mut conn = app.pool.acquire().await?;
    let after = vector::parse_after(&after);
    let found = vector::facts_after(&mut conn, device.0.organizer, event, &after).await?;
    Ok(Json(DeviceFacts {
        envelopes: found.into_iter().map(EnvelopeBytes).collect(),
    }))
}
