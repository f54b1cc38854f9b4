//! `/orders`: hold, pay, cancel, refund, list.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use shared::ids::{OrderId, OrganizerId};
use shared::wire::latest::ErrorCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::access::Holder;
use super::cancel::cancel;
use super::hold::{Held, Made, hold};
use super::list::{OrderPage, PageQuery, Whose, order_for, orders_page};
use super::note::{self, OrderNote};
use super::present::{Order, OrderView};
use super::reservation::reserve;
use super::rules::HoldRequest;
use super::secret::link;
use crate::accounts::roles::require;
use crate::accounts::{Identity, MaybeIdentity, Right};
use crate::app::App;
use crate::edge::OsRandom;
use crate::payments::Onward;
use crate::payments::pay::{came_to, pay};
use crate::payments::refund::{Refund, RefundRequest, refund};
use crate::payments::troubles;
use crate::web::idempotency::{self, Sent};
use crate::web::limits::Payer;
use crate::web::openapi::ErrorEnvelope;
use crate::web::{ApiError, ClientAddress, Json, Path, Query};

/// The longest that a client may wait for its tickets.
const LONGEST_WAIT_MS: u64 = 2_000;

/// All routes of orders, below `/api/v1`.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(post_order, list_orders))
        .routes(routes!(list_all_orders))
        .routes(routes!(get_order))
        .routes(routes!(pay_order))
        .routes(routes!(reserve_order))
        .routes(routes!(cancel_order))
        .routes(routes!(refund_order))
        .routes(routes!(get_note, put_note))
        .routes(routes!(list_organizer_orders))
}

/// The secret of an order's link.
#[derive(Clone, Debug, Default, serde::Deserialize, utoipa::IntoParams)]
pub struct SecretQuery {
    /// For guests.
    pub secret: Option<String>,
}

/// How to pay.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct PayRequest {
    /// Of Stripe: `checkout` for its own page, `element` for its fields on a page of yours (the answer's `client_secret` opens
    /// them), or a payment method's id, `pm_…`. Of the test provider: `accept`, `decline`, `delay:MS`, `repeat`, `reorder`, `hang`.
    pub method: String,
}

/// For whom, and how long to wait.
#[derive(Clone, Debug, Default, serde::Deserialize, utoipa::IntoParams)]
pub struct PayQuery {
    /// For guests.
    pub secret: Option<String>,
    /// Milliseconds to wait for the tickets; at most 2,000.
    pub wait_issued: Option<u64>,
}

pub(crate) fn holder(identity: &MaybeIdentity, secret: Option<String>) -> Holder {
    Holder {
        account: identity.0.as_ref().map(|identity| identity.account),
        secret,
    }
}

fn may(identity: Option<&Arc<Identity>>, order: &Order, right: Right) -> bool {
    identity.is_some_and(|identity| identity.may(order.organizer, right))
}

/// Hold places for a while; the same id and content again gives the same order.
#[utoipa::path(post, path = "/orders", tag = "orders", security((), ("token" = [])), request_body = HoldRequest, responses(
    (status = 201, body = OrderView),
    (status = 400, description = "`invalid_request`", body = ErrorEnvelope),
    (status = 409, description = "`sold_out`, `not_on_sale`, `over_limit`", body = ErrorEnvelope),
    (status = 422, description = "`idempotency_mismatch`: the id belongs to other content", body = ErrorEnvelope),
))]
async fn post_order(
    State(app): State<App>,
    identity: MaybeIdentity,
    address: ClientAddress,
    headers: HeaderMap,
    Json(request): Json<HoldRequest>,
) -> Result<(StatusCode, Json<OrderView>), ApiError> {
    let account = identity.0.map(|identity| identity.account);
    let scope = idempotency::scope(account, address);
    idempotency::claim(&app, &headers, &scope, request.id.0, &request).await?;
    let held = hold(&app, &mut OsRandom, account, &request).await?;
    let status = match held.made {
        Made::Now => StatusCode::CREATED,
        Made::Before => StatusCode::OK,
    };
    Ok((status, Json(held_view(&app, held))))
}

fn held_view(app: &App, held: Held) -> OrderView {
    let id = held.order.id;
    let opened = held.secret.as_ref();
    OrderView {
        secret: opened.map(super::secret::OrderSecret::to_text),
        link: opened.map(|secret| link(&app.config.public_url, id, secret)),
        ..OrderView::from(held.order)
    }
}

/// Pay a held order. With `redirect_url` in the answer the buyer goes on there and comes back to the order's page.
#[utoipa::path(post, path = "/orders/{id}/pay", tag = "orders", security((), ("token" = [])), params(("id" = uuid::Uuid, Path), PayQuery), request_body = PayRequest, responses(
    (status = 200, body = OrderView),
    (status = 402, description = "`payment_declined`", body = ErrorEnvelope),
    (status = 409, description = "`hold_expired`, `conflict`", body = ErrorEnvelope),
    (status = 429, description = "`too_many_requests`", body = ErrorEnvelope),
    (status = 503, description = "`unavailable`: the payment provider can't be reached; the order stays held", body = ErrorEnvelope),
))]
async fn pay_order(
    State(app): State<App>,
    Path(id): Path<OrderId>,
    Query(query): Query<PayQuery>,
    identity: MaybeIdentity,
    address: ClientAddress,
    headers: HeaderMap,
    Json(request): Json<PayRequest>,
) -> Result<Json<OrderView>, ApiError> {
    let holder = holder(&identity, query.secret);
    let wait_ms = query.wait_issued.unwrap_or(0);
    if wait_ms > LONGEST_WAIT_MS {
        return Err(ApiError::invalid([("wait_issued", "at most 2000")]));
    }
    let payer = holder.account.map_or(Payer::Order(id), Payer::Account);
    app.limits.payment(payer, app.now_ms())?;
    let scope = idempotency::scope(holder.account, address);
    let paying = match idempotency::claim(&app, &headers, &scope, id.0, &request).await? {
        Sent::First => {
            let wait = Duration::from_millis(wait_ms);
            pay(&app, &mut OsRandom, id, &holder, &request.method, wait).await?
        }
        Sent::Again => came_to(&app, id, &holder).await?,
    };
    let (redirect_url, client_secret) = match paying.onward {
        Some(Onward::Page(url)) => (Some(url), None),
        Some(Onward::Fields(secret)) => (None, Some(secret)),
        None => (None, None),
    };
    Ok(Json(OrderView {
        redirect_url,
        client_secret,
        ..OrderView::from(paying.order)
    }))
}

/// Keep a held order to be paid at the box office, where the event's terms allow it; its `expires_ms` says until when. It can
/// still be paid.
#[utoipa::path(post, path = "/orders/{id}/reserve", tag = "orders", security((), ("token" = [])), params(("id" = uuid::Uuid, Path), SecretQuery), responses(
    (status = 200, body = OrderView),
    (status = 404, description = "`not_found`", body = ErrorEnvelope),
    (status = 409, description = "`hold_expired`, or `conflict`: it can't be reserved, or this address has a reservation", body = ErrorEnvelope),
))]
async fn reserve_order(
    State(app): State<App>,
    Path(id): Path<OrderId>,
    Query(query): Query<SecretQuery>,
    identity: MaybeIdentity,
) -> Result<Json<OrderView>, ApiError> {
    let holder = holder(&identity, query.secret);
    let order = reserve(&app, id, &holder, None).await?;
    Ok(Json(order.into()))
}

/// Give a held order's places back.
#[utoipa::path(post, path = "/orders/{id}/cancel", tag = "orders", security((), ("token" = [])), params(("id" = uuid::Uuid, Path), SecretQuery), responses(
    (status = 200, body = OrderView),
    (status = 409, description = "`conflict`: it is paid; refund it", body = ErrorEnvelope),
))]
async fn cancel_order(
    State(app): State<App>,
    Path(id): Path<OrderId>,
    Query(query): Query<SecretQuery>,
    identity: MaybeIdentity,
) -> Result<Json<OrderView>, ApiError> {
    let holder = holder(&identity, query.secret);
    order_for(&app.pool, id, |order| {
        holder.holds(order) || may(identity.0.as_ref(), order, Right::RefundOrders)
    })
    .await?;
    Ok(Json(cancel(&app.pool, id).await?.into()))
}

/// Give money back, at most what was paid, or end tickets without any; they enter no more.
#[utoipa::path(post, path = "/orders/{id}/refunds", tag = "orders", security(("token" = [])), params(("id" = uuid::Uuid, Path)), request_body = RefundRequest, responses(
    (status = 201, body = Refund),
    (status = 400, description = "`invalid_request`", body = ErrorEnvelope),
    (status = 403, description = "`forbidden`", body = ErrorEnvelope),
    (status = 404, description = "`not_found`", body = ErrorEnvelope),
    (status = 409, description = "`refund_too_large`, `conflict`", body = ErrorEnvelope),
    (status = 422, description = "`idempotency_mismatch`: the id belongs to other content", body = ErrorEnvelope),
))]
async fn refund_order(
    State(app): State<App>,
    Path(id): Path<OrderId>,
    identity: Identity,
    address: ClientAddress,
    headers: HeaderMap,
    Json(request): Json<RefundRequest>,
) -> Result<(StatusCode, Json<Refund>), ApiError> {
    let own = identity.account;
    let order = order_for(&app.pool, id, |order| {
        identity.may(order.organizer, Right::ReadFigures) || order.account == Some(own)
    })
    .await?;
    require(&identity, order.organizer, Right::RefundOrders)?;
    let scope = idempotency::scope(Some(own), address);
    idempotency::claim(&app, &headers, &scope, request.id.0, &request).await?;
    let refund = refund(&app, id, &request).await?;
    Ok((StatusCode::CREATED, Json(refund)))
}

/// The organizer's note on an order, for who stands at the door.
#[utoipa::path(get, path = "/orders/{id}/note", tag = "orders", security(("token" = [])), params(("id" = uuid::Uuid, Path)), responses(
    (status = 200, body = OrderNote),
    (status = 404, description = "`not_found`", body = ErrorEnvelope),
))]
async fn get_note(
    State(app): State<App>,
    Path(id): Path<OrderId>,
    identity: Identity,
) -> Result<Json<OrderNote>, ApiError> {
    let order = order_for(&app.pool, id, |order| {
        identity.may(order.organizer, Right::ReadOrders)
    })
    .await?;
    let note = note::read(&app.pool, order.id).await?;
    Ok(Json(OrderNote { note }))
}

/// Write the note that a door reads beside an order's names; devices that may search have it some seconds later.
#[utoipa::path(put, path = "/orders/{id}/note", tag = "orders", security(("token" = [])), params(("id" = uuid::Uuid, Path)), request_body = OrderNote, responses(
    (status = 200, body = OrderNote),
    (status = 400, description = "`invalid_request`", body = ErrorEnvelope),
    (status = 404, description = "`not_found`", body = ErrorEnvelope),
))]
async fn put_note(
    State(app): State<App>,
    Path(id): Path<OrderId>,
    identity: Identity,
    Json(body): Json<OrderNote>,
) -> Result<Json<OrderNote>, ApiError> {
    let note = body.checked()?.to_owned();
    let order = order_for(&app.pool, id, |order| {
        identity.may(order.organizer, Right::ReadOrders)
    })
    .await?;
    note::write(&app, &order, &note).await?;
    Ok(Json(OrderNote { note }))
}

/// One order; a guest shows its secret.
#[utoipa::path(get, path = "/orders/{id}", tag = "orders", security((), ("token" = [])), params(("id" = uuid::Uuid, Path), SecretQuery), responses(
    (status = 200, body = OrderView),
    (status = 404, description = "`not_found`", body = ErrorEnvelope),
))]
async fn get_order(
    State(app): State<App>,
    Path(id): Path<OrderId>,
    Query(query): Query<SecretQuery>,
    identity: MaybeIdentity,
) -> Result<Json<OrderView>, ApiError> {
    let holder = holder(&identity, query.secret);
    let order = order_for(&app.pool, id, |order| {
        holder.holds(order) || may(identity.0.as_ref(), order, Right::ReadOrders)
    })
    .await?;
    let troubles = if may(identity.0.as_ref(), &order, Right::ReadOrders) {
        troubles::of_order(&app, id).await?
    } else {
        Vec::new()
    };
    Ok(Json(OrderView {
        troubles,
        ..OrderView::from(order)
    }))
}

/// The orders of whoever asks, the newest first.
#[utoipa::path(get, path = "/orders", tag = "orders", security(("token" = [])), params(PageQuery), responses(
    (status = 200, body = OrderPage),
))]
async fn list_orders(
    State(app): State<App>,
    Query(page): Query<PageQuery>,
    identity: Identity,
) -> Result<Json<OrderPage>, ApiError> {
    let whose = Whose::Account(identity.account);
    orders_page(&app.pool, &whose, &page).await.map(Json)
}

/// The orders of an organizer's events.
#[utoipa::path(get, path = "/organizers/{organizer}/orders", tag = "orders", security(("token" = [])), params(("organizer" = uuid::Uuid, Path), PageQuery), responses(
    (status = 200, body = OrderPage),
    (status = 403, description = "`forbidden`", body = ErrorEnvelope),
))]
async fn list_organizer_orders(
    State(app): State<App>,
    Path(organizer): Path<OrganizerId>,
    Query(page): Query<PageQuery>,
    identity: Identity,
) -> Result<Json<OrderPage>, ApiError> {
    require(&identity, organizer, Right::ReadOrders)?;
    let whose = Whose::Organizers(vec![organizer]);
    orders_page(&app.pool, &whose, &page).await.map(Json)
}

/// All orders that one may see: of one's organizers, or of the platform.
#[utoipa::path(get, path = "/orders/all", tag = "orders", security(("token" = [])), params(PageQuery), responses(
    (status = 200, body = OrderPage),
    (status = 403, description = "`forbidden`", body = ErrorEnvelope),
))]
async fn list_all_orders(
    State(app): State<App>,
    Query(page): Query<PageQuery>,
    identity: Identity,
) -> Result<Json<OrderPage>, ApiError> {
    let whose = if identity.is_platform_admin {
        Whose::Everybody
    } else {
        let readable = identity
            .memberships
            .iter()
            .filter(|(_, role)| role.may(Right::ReadOrders))
            .map(|(organizer, _)| *organizer);
        let organizers: Vec<_> = readable.collect();
        if organizers.is_empty() {
            return Err(ApiError::new(
                ErrorCode::Forbidden,
                "You sell for no organizer; your own orders are at GET /api/v1/orders.",
            ));
        }
        Whose::Organizers(organizers)
    };
    orders_page(&app.pool, &whose, &page).await.map(Json)
}
