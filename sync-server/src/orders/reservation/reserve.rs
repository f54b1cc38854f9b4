//! Reserving: a held order is kept longer, and its buyer is told until when.

use shared::clock::UnixMillis;
use shared::ids::OrderId;
use shared::language::Language;
use shared::wire::latest::ErrorCode;
use sqlx::{PgConnection, PgPool};

use super::mail;
use super::rules::{CameBy, NotReservable, Performance, kept_until};
use crate::app::App;
use crate::catalog::event::page::{EventPage, read};
use crate::catalog::event::terms::terms_of;
use crate::database::transaction::{Attempts, begin};
use crate::messages::outbox;
use crate::orders::OrderState;
use crate::orders::access::Holder;
use crate::orders::buyer::{Buyer, is_second_reservation};
use crate::orders::present::{Order, order_by_id};
use crate::orders::{resale, waiting_list};
use crate::vault::UnsealError;
use crate::web::ApiError;

/// The order was not reserved; it is held as before.
#[derive(Debug, thiserror::Error)]
pub enum ReserveError {
    /// There is none, or it is not theirs.
    #[error("there is no such order for this holder")]
    NoOrder,
    /// It is paid, given up, or its time was up.
    #[error("the order is not held any more")]
    NotHeld,
    /// Nobody has said who buys.
    #[error("the order has no buyer yet")]
    NoBuyer,
    /// A rule forbids it.
    #[error("the order can't be paid at the box office")]
    Refused(#[source] NotReservable),
    /// Their address has an open reservation for the event.
    #[error("there is a reservation for this address already")]
    HasOne,
    /// The order's secret, for the mail.
    #[error("opening the secret of an order that is reserved")]
    Secret(#[from] UnsealError),
    /// PostgreSQL.
    #[error("reserving an order")]
    Database(#[from] sqlx::Error),
}

/// Keeps a held order for payment at the box office; one that is reserved stays as it is. `named` is who reserves, as they have just
/// said it, and the language of the mails; without it that is whom the order has.
pub async fn reserve(
    app: &App,
    id: OrderId,
    holder: &Holder,
    named: Option<(&Buyer, Language)>,
) -> Result<Order, ReserveError> {
    let mut attempts = Attempts::default();
    loop {
        match reserve_once(app, id, holder, named).await {
            Err(ReserveError::Database(error)) if is_second_reservation(&error) => {
                break Err(ReserveError::HasOne);
            }
            Err(ReserveError::Database(error)) if attempts.again(&error) => {}
            outcome => break outcome,
        }
    }
}

async fn reserve_once(
    app: &App,
    id: OrderId,
    holder: &Holder,
    named: Option<(&Buyer, Language)>,
) -> Result<Order, ReserveError> {
    let mut tx = begin(&app.pool).await?;
    sqlx::query_scalar!("select id from orders where id = $1 for update", id.0)
        .fetch_optional(&mut *tx)
        .await?;
    let order = order_by_id(&mut *tx, id).await?;
    let mut order = order
        .filter(|order| holder.holds(order))
        .ok_or(ReserveError::NoOrder)?;
    let now_ms = app.now_ms();
    if order.state != OrderState::Held || order.expires_ms <= now_ms {
        return Err(ReserveError::NotHeld);
    }
    if order.reserved_ms.is_some() {
        return Ok(order);
    }
    let event = read(&mut tx, order.event).await?;
    let event = event.ok_or(ReserveError::NoOrder)?;
    let kept = kept(&mut tx, &order, &event).await?;
    order.expires_ms = kept.map_err(ReserveError::Refused)?;
    order.reserved_ms = Some(now_ms);
    if let Some((buyer, language)) = named {
        order.buyer = Some(buyer.clone());
        language.code().clone_into(&mut order.language);
    }
    let buyer = order.buyer.clone().ok_or(ReserveError::NoBuyer)?;
    sqlx::query!(
        "update orders set email = $2, name = $3, language = $4, reserved_ms = $5, expires_ms = $6 where id = $1",
        id.0,
        buyer.email,
        buyer.name,
        order.language,
        now_ms,
        order.expires_ms,
    )
    .execute(&mut *tx)
    .await?;
    let mail = mail::reserved(app, &event, &order, &buyer)?;
    outbox::enqueue(&mut tx, &[mail], now_ms).await?;
    tx.commit().await?;
    Ok(order)
}

/// Until when a held order would be kept, or why it would not.
pub(in crate::orders) async fn reservable(
    pool: &PgPool,
    order: &Order,
    event: &EventPage,
) -> Result<Result<UnixMillis, NotReservable>, sqlx::Error> {
    let mut connection = pool.acquire().await?;
    kept(&mut connection, order, event).await
}

async fn kept(
    connection: &mut PgConnection,
    order: &Order,
    event: &EventPage,
) -> Result<Result<UnixMillis, NotReservable>, sqlx::Error> {
    let terms = terms_of(&mut *connection, (order.organizer, order.event)).await?;
    let in_line = waiting_list::address_of(&mut *connection, order.id).await?;
    let came_by = if in_line.is_some() || resale::is_offered(connection, order.id).await? {
        CameBy::Line
    } else {
        CameBy::Itself
    };
    let of = Performance {
        status: event.status,
        starts_ms: event.starts_ms,
    };
    Ok(kept_until(order, came_by, &terms, of))
}

impl From<ReserveError> for ApiError {
    fn from(error: ReserveError) -> Self {
        match error {
            ReserveError::NoOrder => Self::not_found("order"),
            ReserveError::NotHeld => Self::new(
                ErrorCode::HoldExpired,
                "This order is not held any more, so it can't be reserved; hold places again.",
            ),
            ReserveError::NoBuyer => {
                Self::invalid([("email", "an order without a buyer can't be reserved")])
            }
            ReserveError::Refused(why) => Self::new(
                ErrorCode::Conflict,
                format!("Not reserved: {why}. The order is held as before and can be paid."),
            ),
            ReserveError::HasOne => Self::new(
                ErrorCode::Conflict,
                "There is a reservation for this e-mail address and event already; pay or cancel it, or pay this order online.",
            ),
            ReserveError::Secret(error) => Self::internal(error),
            ReserveError::Database(error) => error.into(),
        }
    }
}
