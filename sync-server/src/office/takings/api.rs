//! `/api/v1/events/{event}/takings`: the statement, for programs.

use axum::extract::State;
use serde::Serialize;
use shared::ids::EventId;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::lent::Lent;
use super::statement::{Line, Moment, Statement, Sum};
use super::statement_of;
use crate::accounts::roles::require;
use crate::accounts::{Identity, Right};
use crate::app::App;
use crate::catalog::event::page::{currency_of, read};
use crate::web::openapi::ErrorEnvelope;
use crate::web::{ApiError, Json, Path};

pub(in crate::office) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(show_takings))
}

/// A kind of ticket. Amounts are in minor units and include VAT.
#[derive(Debug, Serialize, ToSchema)]
struct TakingsLine {
    /// The type's name.
    type_name: String,
    /// The letters of their numbers: `W` = online, others a till.
    channel: String,
    /// `presale`, or `doors` from their opening on.
    moment: &'static str,
    /// Of one.
    price_minor: i64,
    /// 550 = 5.5 %.
    vat_basis_points: u32,
    /// Their lowest number.
    first: i64,
    /// Their highest.
    last: i64,
    /// All that were ever given a number.
    issued: u32,
    /// Of these, those that were taken back.
    cancelled: u32,
    /// What the others come to.
    total_minor: i64,
}

impl From<Line> for TakingsLine {
    fn from(line: Line) -> Self {
        let issued = line.issued;
        Self {
            type_name: issued.type_name,
            channel: issued.channel,
            moment: match issued.moment {
                Moment::Presale => "presale",
                Moment::Doors => "doors",
            },
            price_minor: issued.price.minor,
            vat_basis_points: issued.vat_basis_points,
            first: issued.first,
            last: issued.last,
            issued: issued.count,
            cancelled: issued.cancelled,
            total_minor: line.total.minor,
        }
    }
}

/// How many tickets, and what they come to.
#[derive(Debug, Serialize, ToSchema)]
struct TakingsSum {
    tickets: u32,
    total_minor: i64,
}

impl From<Sum> for TakingsSum {
    fn from(sum: Sum) -> Self {
        Self {
            tickets: sum.tickets,
            total_minor: sum.total.minor,
        }
    }
}

/// The statement of takings of an event, from all channels.
#[derive(Debug, Serialize, ToSchema)]
struct Takings {
    /// ISO 4217.
    currency: &'static str,
    /// A line each for type, price, channel and side of the doors' opening.
    lines: Vec<TakingsLine>,
    /// Before the doors opened.
    presale: TakingsSum,
    /// From then on.
    doors: TakingsSum,
    /// All that were not taken back.
    valid: TakingsSum,
    /// All that were.
    cancelled: TakingsSum,
    /// Of the valid ones, those without charge.
    free: u32,
    /// What came and stayed, by the ledger.
    kept_minor: i64,
    /// By how much the tickets and the ledger differ: 0, or a payment is on its way.
    difference_minor: i64,
    /// Numbers that were given to tills, by till and type.
    lent: Vec<TakingsLent>,
}

/// What became of the numbers of one type that a till was given.
#[derive(Debug, Serialize, ToSchema)]
struct TakingsLent {
    /// The till's name.
    till: String,
    /// The type's name.
    type_name: String,
    /// The letters of their numbers.
    channel: String,
    first: i64,
    last: i64,
    given: i64,
    sold: i64,
    /// Given back unsold: nobody ever sells these numbers.
    returned: i64,
    /// First and last of each unbroken run of those.
    returned_numbers: Vec<(i64, i64)>,
    /// The till may sell them yet, or sold them and didn't say so.
    unsold: i64,
    /// Of those, places that were sold again without its word.
    written_off: i64,
}

impl From<Lent> for TakingsLent {
    fn from(lent: Lent) -> Self {
        Self {
            till: lent.till,
            type_name: lent.type_name,
            channel: lent.channel,
            first: lent.first,
            last: lent.last,
            given: lent.count,
            sold: lent.sold,
            returned: lent.returned,
            returned_numbers: lent.returned_numbers,
            unsold: lent.unsold,
            written_off: lent.written_off,
        }
    }
}

impl Takings {
    fn of(statement: Statement, lent: Vec<Lent>, currency: &'static str) -> Self {
        Self {
            currency,
            lines: statement.lines.into_iter().map(Into::into).collect(),
            presale: statement.presale.into(),
            doors: statement.doors.into(),
            valid: statement.valid.into(),
            cancelled: statement.cancelled.into(),
            free: statement.free,
            kept_minor: statement.takings.minor,
            difference_minor: statement.difference.minor,
            lent: lent.into_iter().map(Into::into).collect(),
        }
    }
}

/// What an event took: each kind of ticket with its numbers, presale and doors, and whether the ledger agrees.
#[utoipa::path(get, path = "/events/{event}/takings", tag = "orders", security(("token" = [])), params(("event" = uuid::Uuid, Path)), responses(
    (status = 200, body = Takings),
    (status = 403, description = "`forbidden`", body = ErrorEnvelope),
    (status = 404, description = "`not_found`", body = ErrorEnvelope),
))]
async fn show_takings(
    State(app): State<App>,
    identity: Identity,
    Path(event): Path<EventId>,
) -> Result<Json<Takings>, ApiError> {
    let mut connection = app.pool.acquire().await?;
    let page = read(&mut connection, event).await?;
    drop(connection);
    let page = page.ok_or_else(|| ApiError::not_found("event"))?;
    require(&identity, page.organizer.id, Right::ReadFigures)?;
    let currency = currency_of(&page.currency)?;
    let (statement, lent) = statement_of(&app, (page.organizer.id, event), currency).await?;
    Ok(Json(Takings::of(statement, lent, currency.code())))
}
