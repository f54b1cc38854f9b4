//! `/tickets`: what holders see and show.

use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use shared::ids::TicketId;
use shared::ticket::{PixelsPerModule, Presented, Qr, QrError};
use shared::wire::latest::ErrorCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::paper;
use super::present::{Ticket, TicketPage, TicketView, ticket_by_id, tickets_page};
use super::scan::{ScanAnswer, ScanRequest, scan};
use crate::accounts::{Identity, MaybeIdentity, Right};
use crate::app::App;
use crate::orders::api::SecretQuery;
use crate::orders::list::PageQuery;
use crate::orders::secret::OrderSecret;
use crate::web::openapi::ErrorEnvelope;
use crate::web::{ApiError, Json, Path, Query};

/// All routes of tickets, below `/api/v1`.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_tickets))
        .routes(routes!(get_ticket))
        .routes(routes!(get_qr_svg))
        .routes(routes!(get_qr_png))
        .routes(routes!(scan_ticket))
        .merge(paper::router())
}

/// The tickets of whoever asks.
#[utoipa::path(get, path = "/tickets", tag = "tickets", security(("token" = [])), params(PageQuery), responses(
    (status = 200, body = TicketPage),
))]
async fn list_tickets(
    State(app): State<App>,
    Query(page): Query<PageQuery>,
    identity: Identity,
) -> Result<Json<TicketPage>, ApiError> {
    tickets_page(&app.pool, identity.account, &page)
        .await
        .map(Json)
}

/// One ticket; a guest shows its order's secret.
#[utoipa::path(get, path = "/tickets/{id}", tag = "tickets", security((), ("token" = [])), params(("id" = String, Path, description = "13 characters of Crockford's base 32"), SecretQuery), responses(
    (status = 200, body = TicketView),
    (status = 404, description = "`not_found`", body = ErrorEnvelope),
))]
async fn get_ticket(
    State(app): State<App>,
    Path(id): Path<TicketId>,
    Query(query): Query<SecretQuery>,
    identity: MaybeIdentity,
) -> Result<Json<TicketView>, ApiError> {
    let ticket = visible_ticket(&app, id, &identity, &query).await?;
    Ok(Json(ticket.view))
}

/// The ticket's code as SVG.
#[utoipa::path(get, path = "/tickets/{id}/qr.svg", tag = "tickets", security((), ("token" = [])), params(("id" = String, Path, description = "13 characters of Crockford's base 32"), SecretQuery), responses(
    (status = 200, content_type = "image/svg+xml"),
    (status = 409, description = "`conflict`: a rotating ticket has no picture", body = ErrorEnvelope),
))]
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

/// The ticket's code as PNG.
#[utoipa::path(get, path = "/tickets/{id}/qr.png", tag = "tickets", security((), ("token" = [])), params(("id" = String, Path, description = "13 characters of Crockford's base 32"), SecretQuery), responses(
    (status = 200, content_type = "image/png"),
    (status = 409, description = "`conflict`: a rotating ticket has no picture", body = ErrorEnvelope),
))]
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

/// Let someone in, online: a fact in the server's own journal.
#[utoipa::path(post, path = "/tickets/scan/{id}", tag = "tickets", security(("token" = [])), params(("id" = String, Path, description = "13 characters of Crockford's base 32")), request_body = ScanRequest, responses(
    (status = 200, body = ScanAnswer),
    (status = 403, description = "`forbidden`", body = ErrorEnvelope),
    (status = 409, description = "`entry_refused`; `fields.reason` says why", body = ErrorEnvelope),
))]
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
pub(super) async fn visible_ticket(
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
