//! `/tickets`: what holders see and show.

use axum::Router;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use shared::ids::TicketId;
use shared::ticket::{PixelsPerModule, Presented, Qr, QrError};
use shared::wire::latest::ErrorCode;

use super::present::{Ticket, TicketPage, TicketView, ticket_by_id, tickets_page};
use super::scan::{ScanAnswer, ScanRequest, scan};
use crate::accounts::{Identity, MaybeIdentity, Right};
use crate::app::App;
use crate::orders::api::SecretQuery;
use crate::orders::list::PageQuery;
use crate::orders::secret::OrderSecret;
use crate::web::{ApiError, Json, Path, Query};

/// All routes of tickets, below `/api/v1`.
pub fn router() -> Router<App> {
    Router::new()
        .route("/tickets", get(list_tickets))
        .route("/tickets/{id}", get(get_ticket))
        .route("/tickets/{id}/qr.svg", get(get_qr_svg))
        .route("/tickets/{id}/qr.png", get(get_qr_png))
        .route("/tickets/scan/{id}", post(scan_ticket))
}

async fn list_tickets(
    State(app): State<App>,
    Query(page): Query<PageQuery>,
    identity: Identity,
) -> Result<Json<TicketPage>, ApiError> {
    tickets_page(&app.pool, identity.account, &page)
        .await
        .map(Json)
}

async fn get_ticket(
    State(app): State<App>,
    Path(id): Path<TicketId>,
    Query(query): Query<SecretQuery>,
    identity: MaybeIdentity,
) -> Result<Json<TicketView>, ApiError> {
    let ticket = visible_ticket(&app, id, &identity, &query).await?;
    Ok(Json(ticket.view))
}

async fn get_qr_svg(
    State(app): State<App>,
    Path(id): Path<TicketId>,
    Query(query): Query<SecretQuery>,
    identity: MaybeIdentity,
) -> Result<Response, ApiError> {
    let ticket = visible_ticket(&app, id, &identity, &query).await?;
    Ok(picture(
        "image/svg+xml",
        qr(&app, &ticket)?.svg().into_bytes(),
    ))
}

async fn get_qr_png(
    State(app): State<App>,
    Path(id): Path<TicketId>,
    Query(query): Query<SecretQuery>,
    identity: MaybeIdentity,
) -> Result<Response, ApiError> {
    let ticket = visible_ticket(&app, id, &identity, &query).await?;
    let pixels = PixelsPerModule::SCREEN;
    Ok(picture("image/png", qr(&app, &ticket)?.png(pixels)))
}

async fn scan_ticket(
    State(app): State<App>,
    Path(id): Path<TicketId>,
    identity: Identity,
    Json(request): Json<ScanRequest>,
) -> Result<Json<ScanAnswer>, ApiError> {
    scan(&app, &identity, id, &request).await.map(Json)
}

/// Whoever holds a picture enters with it: no cache keeps one.
fn picture(kind: &'static str, bytes: Vec<u8>) -> Response {
    let headers = [(CONTENT_TYPE, kind), (CACHE_CONTROL, "private, no-store")];
    (headers, bytes).into_response()
}

fn qr(app: &App, ticket: &Ticket) -> Result<Qr, ApiError> {
    Qr::ticket(&Presented::plain(ticket.token)).map_err(|error| match error {
        QrError::Rotating => ApiError::new(
            ErrorCode::Conflict,
            format!(
                "The code of this ticket changes every 15 seconds, so that there is no picture of it: open it at {}/orders/{} and show the screen.",
                app.config.public_url, ticket.view.order_id
            ),
        ),
        error @ QrError::TooLong(_) => ApiError::internal(error),
    })
}

/// The ticket, if it is theirs by account or by the order's secret, or if they may read the organizer's orders.
async fn visible_ticket(
    app: &App,
    id: TicketId,
    identity: &MaybeIdentity,
    query: &SecretQuery,
) -> Result<Ticket, ApiError> {
    let sees = |ticket: &Ticket| {
        let by_account = identity.0.as_ref().is_some_and(|identity| {
            ticket.account == Some(identity.account)
                || identity.may(ticket.organizer, Right::ReadOrders)
        });
        let by_secret = query.secret.as_deref().is_some_and(|secret| {
            OrderSecret::hash_of(secret).as_slice() == ticket.order_secret_hash
        });
        by_account || by_secret
    };
    ticket_by_id(&app.pool, id)
        .await?
        .filter(sees)
        .ok_or_else(|| ApiError::not_found("ticket"))
}
