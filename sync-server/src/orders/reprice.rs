//! The promo code of an order that is held, and the gift with it, changed at the checkout. What its places cost stays what
//! it was when they were held, whatever the catalog says by now; nothing changes while money may be on its way for the
//! price that was shown.

use shared::ids::OrderId;
use shared::money::MoneyError;
use shared::price::{Asked, Priced, Tariff, price};
use sqlx::PgConnection;

use super::OrderState;
use super::present::{Order, order_by_id};
use super::promo::uses::{self, Person};
use super::promo::{PromoCode, Refusal};
use super::rules::HIGHEST_DONATION_MINOR;
use crate::app::App;
use crate::catalog::event::page::read;
use crate::database::transaction::{Attempts, begin};

/// The price stays.
#[derive(Debug, thiserror::Error)]
pub enum RepriceError {
    /// It is no longer held, or was reserved: paid, given up, or its time was up.
    #[error("the order is not held any more")]
    NotHeld,
    /// A payment of the price as it is was begun, and may still come.
    #[error("a payment of the order is under way")]
    PaymentBegun,
    /// The event asks for no gift, or it is none that one could make.
    #[error("no such gift can be made with the order")]
    NoDonation,
    /// The code takes nothing off.
    #[error("the promo code can't be used")]
    Refused(#[source] Refusal),
    /// A sum that no 64 bits hold.
    #[error("adding up the order")]
    Sum(#[from] MoneyError),
    /// PostgreSQL.
    #[error("changing the price of an order")]
    Database(#[from] sqlx::Error),
}

/// Gives a held order the code, or takes it away: all of it, or nothing.
pub async fn set_code(app: &App, order: OrderId, typed: Option<&str>) -> Result<(), RepriceError> {
    let mut attempts = Attempts::default();
    loop {
        match set_once(app, order, typed).await {
            Err(RepriceError::Database(error)) if attempts.again(&error) => {}
            outcome => break outcome,
        }
    }
}

/// Gives a held order a gift to the organizer, another one, or none.
pub async fn set_donation(app: &App, order: OrderId, minor: i64) -> Result<(), RepriceError> {
    let mut attempts = Attempts::default();
    loop {
        match donate_once(app, order, minor).await {
            Err(RepriceError::Database(error)) if attempts.again(&error) => {}
            outcome => break outcome,
        }
    }
}

async fn donate_once(app: &App, id: OrderId, minor: i64) -> Result<(), RepriceError> {
    let mut tx = begin(&app.pool).await?;
    let order = lock(&mut tx, id, app.now_ms()).await?;
    let event = read(&mut tx, order.event).await?;
    let is_asked = event.is_some_and(|event| event.asks_donation);
    if !(0..=HIGHEST_DONATION_MINOR).contains(&minor) || (minor > 0 && !is_asked) {
        return Err(RepriceError::NoDonation);
    }
    sqlx::query!(
        "update orders set total_minor = total_minor - donation_minor + $4, donation_minor = $4
         where organizer_id = $1 and event_id = $2 and id = $3",
        order.organizer.0,
        order.event.0,
        id.0,
        minor
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(())
}

async fn set_once(app: &App, id: OrderId, typed: Option<&str>) -> Result<(), RepriceError> {
    let mut tx = begin(&app.pool).await?;
    let order = lock(&mut tx, id, app.now_ms()).await?;
    if let Some(had) = &order.promo {
        uses::free(&mut tx, &[had.id.0], &[1]).await?;
    }
    let promo = match typed {
        Some(typed) => Some(take(app, &mut tx, &order, typed).await?),
        None => None,
    };
    let priced = priced(&order, promo.as_ref())?;
    write(&mut tx, &order, &priced, promo.as_ref()).await?;
    tx.commit().await?;
    Ok(())
}

/// The order, locked, if its price may change now.
async fn lock(
    connection: &mut PgConnection,
    id: OrderId,
    now_ms: i64,
) -> Result<Order, RepriceError> {
    sqlx::query_scalar!("select id from orders where id = $1 for update", id.0)
        .fetch_optional(&mut *connection)
        .await?
        .ok_or(RepriceError::NotHeld)?;
    let order = order_by_id(&mut *connection, id)
        .await?
        .filter(|order| order.state == OrderState::Held && order.expires_ms > now_ms)
        // Its buyer was told what is to be paid at the box office, which knows neither codes nor gifts.
        .filter(|order| order.reserved_ms.is_none())
        .ok_or(RepriceError::NotHeld)?;
    let begun = sqlx::query_scalar!(
        r#"select exists (select from payments
               where organizer_id = $1 and event_id = $2 and order_id = $3 and state = 'pending') as "begun!""#,
        order.organizer.0,
        order.event.0,
        id.0
    )
    .fetch_one(connection)
    .await?;
    if begun {
        return Err(RepriceError::PaymentBegun);
    }
    Ok(order)
}

async fn take(
    app: &App,
    connection: &mut PgConnection,
    order: &Order,
    typed: &str,
) -> Result<PromoCode, RepriceError> {
    let of = (order.organizer, order.event);
    let found = uses::usable(&mut *connection, of, typed, app.now_ms()).await?;
    let promo = found.map_err(RepriceError::Refused)?;
    let person = Person {
        account: order.account,
        email: order.buyer.as_ref().map(|buyer| buyer.email.as_str()),
    };
    let taken = uses::take(connection, promo.id, order.id, person).await?;
    taken.map_err(RepriceError::Refused)?;
    Ok(promo)
}

fn priced(order: &Order, promo: Option<&PromoCode>) -> Result<Priced, RepriceError> {
    let currency = order.total.currency;
    let asked = order.lines.iter().map(|line| Asked {
        type_no: line.type_no,
        quantity: line.quantity,
        tariff: Tariff::single(line.priced(currency).unit),
    });
    let asked: Vec<Asked> = asked.collect();
    price(currency, &asked, promo.map(|promo| &promo.reduction)).map_err(|error| {
        match Refusal::of_price(error) {
            Ok(refusal) => RepriceError::Refused(refusal),
            Err(error) => RepriceError::Sum(error),
        }
    })
}

async fn write(
    connection: &mut PgConnection,
    order: &Order,
    priced: &Priced,
    promo: Option<&PromoCode>,
) -> Result<(), sqlx::Error> {
    let discounts: Vec<i64> = priced
        .lines
        .iter()
        .map(|line| line.discount.minor)
        .collect();
    // The lines of an order have the numbers 1, 2, ... in their order.
    sqlx::query!(
        "with lines as (
             update order_lines l set discount_minor = d.minor
             from unnest($4::bigint[]) with ordinality as d (minor, no)
             where l.organizer_id = $1 and l.event_id = $2 and l.order_id = $3 and l.no = d.no
         )
         update orders set total_minor = $5, discount_minor = $6, promo_id = $7, promo_code = $8
         where organizer_id = $1 and event_id = $2 and id = $3",
        order.organizer.0,
        order.event.0,
        order.id.0,
        &discounts,
        priced.total.minor + order.donation.minor,
        priced.discount.minor,
        promo.map(|promo| promo.id.0),
        promo.map(|promo| promo.code.as_str())
    )
    .execute(connection)
    .await
    .map(drop)
}
