//! `GET /orders/{id}/tickets.pdf`: an order's tickets on paper, made when they are asked for.

use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use shared::clock::UnixMillis;
use shared::ids::{OrderId, TicketId};
use shared::money::Money;
use shared::roster::TicketStatus;
use shared::ticket::{Flags, Presented, ShortCode, Token};
use shared::wire::latest::ErrorCode;
use sqlx::PgConnection;
use sqlx::types::Json;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::pdf::{
    self, MakePdfError, Paper, PaperCode, PaperEvent, PaperPlace, PaperSale, PaperTicket,
    PaperWindow,
};
use crate::accounts::{MaybeIdentity, Right};
use crate::app::App;
use crate::catalog::event::{MODES, value_of};
use crate::messages::host;
use crate::orders::UnreadableRow;
use crate::orders::access::Holder;
use crate::orders::api::SecretQuery;
use crate::orders::list::order_for;
use crate::orders::present::Order;
use crate::web::openapi::ErrorEnvelope;
use crate::web::{ApiError, Path, Query};

/// The series of what is sold online.
const ONLINE: &str = "W";

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(get_tickets_pdf))
}

/// The order's tickets on paper, in its language; those that enter no more are left out.
#[utoipa::path(get, path = "/orders/{id}/tickets.pdf", tag = "orders", security((), ("token" = [])), params(("id" = uuid::Uuid, Path), SecretQuery), responses(
    (status = 200, content_type = "application/pdf"),
    (status = 404, description = "`not_found`", body = ErrorEnvelope),
    (status = 409, description = "`conflict`: it has no ticket that enters", body = ErrorEnvelope),
))]
async fn get_tickets_pdf(
    State(app): State<App>,
    Path(id): Path<OrderId>,
    Query(query): Query<SecretQuery>,
    identity: MaybeIdentity,
) -> Result<Response, ApiError> {
    let holder = Holder {
        account: identity.0.as_ref().map(|identity| identity.account),
        secret: query.secret,
    };
    let order = order_for(&app.pool, id, |order| {
        let reads =
            |identity: &crate::accounts::Identity| identity.may(order.organizer, Right::ReadOrders);
        holder.holds(order) || identity.0.as_deref().is_some_and(reads)
    })
    .await?;
    let code = order.code.clone();
    let (paper, _) = paper(&app, &order).await?.ok_or_else(no_ticket)?;
    let made = tokio::task::spawn_blocking(move || pdf::make(&paper)).await;
    let bytes = made.map_err(ApiError::internal)??;
    let headers = [
        (CONTENT_TYPE, "application/pdf".to_owned()),
        (CACHE_CONTROL, "private, no-store".to_owned()),
        (
            CONTENT_DISPOSITION,
            format!("attachment; filename=\"{code}.pdf\""),
        ),
    ];
    Ok((headers, bytes).into_response())
}

impl From<MakePdfError> for ApiError {
    fn from(error: MakePdfError) -> Self {
        Self::internal(error)
    }
}

fn no_ticket() -> ApiError {
    ApiError::new(
        ErrorCode::Conflict,
        "This order has no ticket that opens the door: pay it first, or see whether it was refunded.",
    )
}

/// With the ids of its tickets; none if no ticket of the order enters.
pub(super) async fn paper(
    app: &App,
    order: &Order,
) -> Result<Option<(Paper, Vec<TicketId>)>, sqlx::Error> {
    let now_ms = app.now_ms();
    let mut connection = app.pool.acquire().await?;
    let tickets = tickets(&mut connection, order, &app.config.public_url).await?;
    let (ids, tickets): (Vec<_>, Vec<_>) = tickets.into_iter().unzip();
    let Some(first) = tickets.first() else {
        return Ok(None);
    };
    let place = if first.series.starts_with(ONLINE) {
        PaperPlace::Online(host(&app.config.public_url).to_owned())
    } else {
        PaperPlace::BoxOffice
    };
    let paper = Paper {
        language: order.language.parse().unwrap_or_default(),
        event: event(&mut connection, order).await?,
        sale: PaperSale {
            order_code: order.code.clone(),
            at_ms: order.paid_ms.unwrap_or(order.created_ms),
            place,
        },
        tickets,
        made_ms: now_ms,
    };
    Ok(Some((paper, ids)))
}

async fn event(connection: &mut PgConnection, order: &Order) -> Result<PaperEvent, sqlx::Error> {
    let row = sqlx::query!(
        "select e.title, e.mode, e.doors_ms, e.starts_ms, e.time_zone, v.name as venue, v.address, v.postal_code, v.city,
             g.legal_name, g.licence
         from events e
         join venues v on v.organizer_id = e.organizer_id and v.id = e.venue_id
         join organizers g on g.id = e.organizer_id
         where e.organizer_id = $1 and e.id = $2",
        order.organizer.0,
        order.event.0
    )
    .fetch_one(connection)
    .await?;
    Ok(PaperEvent {
        title: row.title,
        mode: value_of("events.mode", &row.mode, &MODES)?,
        doors_ms: row.doors_ms,
        starts_ms: row.starts_ms,
        time_zone: row.time_zone,
        venue: row.venue,
        address: row.address,
        city: format!("{} {}", row.postal_code, row.city),
        organizer: row.legal_name,
        licence: row.licence,
    })
}

/// Those that enter, by their numbers.
async fn tickets(
    connection: &mut PgConnection,
    order: &Order,
    public_url: &str,
) -> Result<Vec<(TicketId, PaperTicket)>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select t.id, t.token, t.channel, t.series_no, t.holder_name, t.price_minor, t.vat_basis_points,
               tt.name as type_name, g.name as "gate?", w.name as "window?",
               w.intervals as "intervals?: Json<Vec<(UnixMillis, UnixMillis)>>"
           from tickets t
           join ticket_types tt on tt.organizer_id = $1 and tt.event_id = $2 and tt.no = t.type_no
           left join gates g on g.organizer_id = $1 and g.event_id = $2 and g.no = t.home_gate
           left join windows w on w.organizer_id = $1 and w.event_id = $2 and w.no = t.window_no
           where t.organizer_id = $1 and t.event_id = $2 and t.order_id = $3 and t.status = $4
           order by t.channel, t.series_no"#,
        order.organizer.0,
        order.event.0,
        order.id.0,
        TicketStatus::Valid as i16
    )
    .fetch_all(connection)
    .await?;
    let tickets = rows.into_iter().map(|row| {
        let id = TicketId::from_i64(row.id);
        let token = row.token.as_slice().try_into().ok();
        let token = token
            .and_then(|bytes| Token::from_bytes(bytes).ok())
            .ok_or_else(|| UnreadableRow::new("the token of a ticket", id.to_string()))?;
        let code = if token.claimed().flags.contains(Flags::ROTATING) {
            PaperCode::Rotating(format!("{public_url}/orders/{}", order.id))
        } else {
            PaperCode::Fixed(Presented::plain(token))
        };
        let intervals = row.intervals.map(|Json(intervals)| intervals);
        let ticket = PaperTicket {
            series: format!("{}-{}", row.channel, row.series_no),
            type_name: row.type_name,
            price: Money::new(row.price_minor, order.total.currency),
            vat_basis_points: row.vat_basis_points.cast_unsigned(),
            holder_name: row.holder_name,
            short_code: ShortCode::of(id).to_string(),
            gate: row.gate,
            window: row.window.map(|name| PaperWindow {
                name,
                intervals: intervals.unwrap_or_default(),
            }),
            code,
        };
        Ok((id, ticket))
    });
    tickets.collect()
}
