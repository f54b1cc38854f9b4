//! One way in for whatever a provider says of a payment. Exactly once, whatever is repeated and in whichever order:
//! order and payment change together or not at all, under the order's row lock.

use shared::ids::{OrderId, PaymentId};
use shared::money::Money;
use sqlx::{Acquire as _, PgConnection};

use super::provider::{Notification, Outcome};
use crate::app::App;
use crate::database::flush::{Joint, seen_on_disk};
use crate::database::transaction::{Attempts, begin};
use crate::orders::present::{Order, select_orders};
use crate::orders::promo::uses;
use crate::orders::stock;
use crate::orders::{OrderState, UnreadableRow};
use crate::tickets::issuer;
use crate::web::ApiError;

/// What a notification changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settlement {
    /// The order is paid by it, now.
    Paid,
    /// Nothing: it was told before, or something newer was.
    Repeated,
    /// The payment is declined, now.
    Declined,
    /// The money came and there is no place for it any more, or it was paid already: it goes back.
    Returned,
}

/// A notification was not settled; told again, it will be.
#[derive(Debug, thiserror::Error)]
pub enum SettleError {
    /// We never began it.
    #[error("settling payment {0}, which this server never began")]
    UnknownPayment(PaymentId),
    /// PostgreSQL.
    #[error("settling a payment")]
    Database(#[from] sqlx::Error),
}

/// What became of a notification, for who sees to it that it gets on the disk.
#[derive(Debug)]
pub(super) struct Settled<'a> {
    pub(super) outcome: Settlement,
    /// Of an order that was paid now.
    waits: Option<Joint<'a>>,
}

impl Settled<'_> {
    fn on_disk(outcome: Settlement) -> Self {
        Self {
            outcome,
            waits: None,
        }
    }

    /// Returns when it is on the disk.
    pub(super) async fn durable(self) -> Result<Settlement, sqlx::Error> {
        if let Some(joint) = self.waits {
            joint.durable().await?;
        }
        Ok(self.outcome)
    }
}

/// Settles what the provider says. When it returns, the outcome is on the disk, and money that has no place is on its way
/// back, or waits for the sweep of [`super::give_back`].
pub async fn settle(app: &App, notification: &Notification) -> Result<Settlement, SettleError> {
    let settlement = write_down(app, notification).await?;
    if settlement == Settlement::Returned {
        super::give_back::give_back(app, notification.payment).await?;
    }
    Ok(settlement)
}

/// The same without giving anything back: for who has to answer quickly.
pub async fn write_down(app: &App, notification: &Notification) -> Result<Settlement, SettleError> {
    let settled = settle_with(app, notification, || app.flush.join()).await?;
    Ok(settled.durable().await?)
}

/// The same as [`settle`] for a buyer who waits for the tickets: a paid order need not be on the disk yet. Its tickets are
/// published by a commit that takes it along, or not at all.
pub(super) async fn settle_ahead<'a>(
    app: &'a App,
    notification: &Notification,
) -> Result<Settled<'a>, SettleError> {
    let settled = settle_with(app, notification, || app.flush.defer()).await?;
    if settled.outcome == Settlement::Returned {
        super::give_back::give_back(app, notification.payment).await?;
    }
    Ok(settled)
}

async fn settle_with<'a>(
    app: &'a App,
    notification: &Notification,
    joining: impl Fn() -> Joint<'a>,
) -> Result<Settled<'a>, SettleError> {
    let mut attempts = Attempts::default();
    loop {
        match settle_once(app, notification, joining()).await {
            Err(SettleError::Database(error)) if attempts.again(&error) => {}
            outcome => return outcome,
        }
    }
}

async fn settle_once<'a>(
    app: &App,
    notification: &Notification,
    joint: Joint<'a>,
) -> Result<Settled<'a>, SettleError> {
    let amount = match notification.outcome {
        Outcome::Succeeded(amount) => amount,
        Outcome::Declined => return Ok(Settled::on_disk(decline(app, notification).await?)),
    };
    let now_ms = app.now_ms();
    let paid = {
        let mut connection = app.pool.acquire().await?;
        let from = OrderState::Held;
        pay_order(
            &mut connection,
            notification,
            amount,
            from,
            now_ms,
            joint.later(),
        )
        .await?
    };
    if let Some(paid) = paid {
        issuer::wake(app, paid);
        return Ok(Settled {
            outcome: Settlement::Paid,
            waits: Some(joint),
        });
    }
    drop(joint);
    let mut tx = begin(&app.pool).await?;
    let verdict = judge(&mut tx, notification, amount).await?;
    let settlement = match verdict {
        Verdict::Repeated => {
            // Whoever told it before may still be waiting for the disk.
            seen_on_disk(&mut tx).await?;
            tx.commit().await?;
            return Ok(Settled::on_disk(Settlement::Repeated));
        }
        Verdict::TakeAgain => match take_again(&mut tx, notification, amount, now_ms).await? {
            Some(paid) => {
                tx.commit().await?;
                issuer::wake(app, paid);
                return Ok(Settled::on_disk(Settlement::Paid));
            }
            None => Settlement::Returned,
        },
        Verdict::Return => Settlement::Returned,
    };
    mark_returned(&mut tx, notification, amount, now_ms).await?;
    tx.commit().await?;
    Ok(Settled::on_disk(settlement))
}

/// Order `from` -> paid, payment -> succeeded, held places -> sold, and what the ledger says of it; nothing if any of that
/// does not fit. The places of an order that had expired are the caller's matter. Outside of a transaction it is one by
/// itself, which commits before it is on the disk if it may do so `later`.
///
/// The order as it is now.
async fn pay_order(
    connection: &mut PgConnection,
    notification: &Notification,
    amount: Money,
    from: OrderState,
    now_ms: i64,
    later: bool,
) -> Result<Option<Order>, sqlx::Error> {
    let row = select_orders!(
        of r#"with paid as (
               update orders o set state = 'paid', paid_ms = $5
               from payments p
               where p.id = $1 and p.order_id = $2 and p.amount_minor = $3 and p.currency = $4
                   -- Whoever had an old price on a page of the provider's pays nothing here.
                   and p.amount_minor = o.total_minor
                   and p.state in ('pending', 'declined')
                   and o.id = p.order_id and o.state = $6
               returning o.*
           ), settled as (
               update payments p set state = 'succeeded', settled_ms = $5, reference = $7
               from paid where p.id = $1
           ), booked as (
               insert into ledger (organizer_id, event_id, at_ms, order_id, payment_id, kind, amount_minor, currency)
               select paid.organizer_id, paid.event_id, $5, paid.id, $1, entry.kind, entry.amount, paid.currency
               from paid cross join lateral (values
                   ('sale', paid.total_minor - paid.donation_minor),
                   -- All of it is the organizer's.
                   ('donation', paid.donation_minor),
                   ('platform_fee',
                       -platform_fee(paid.total_minor - paid.donation_minor, paid.commission_basis_points))
               ) entry (kind, amount)
               where entry.amount <> 0
           ), places as (
               select paid.organizer_id, paid.event_id, l.type_no, sum(l.quantity)::int as quantity
               from paid
               join order_lines l
                   on l.organizer_id = paid.organizer_id and l.event_id = paid.event_id and l.order_id = paid.id
               where $6 = 'held'
               group by 1, 2, 3
           ), counters as (
               select p.* from places p join stock s using (organizer_id, event_id, type_no)
               order by type_no for update of s
           ), sold as (
               update stock s set held = held - c.quantity, sold = sold + c.quantity from counters c
               where s.organizer_id = c.organizer_id and s.event_id = c.event_id and s.type_no = c.type_no
           )"#,
        r#"paid o where not $8 or set_config('synchronous_commit', 'off', true) is not null"#,
        notification.payment.0,
        notification.order.0,
        amount.minor,
        amount.currency.code(),
        now_ms,
        from.as_str(),
        notification.reference,
        later,
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(Order::try_from).transpose()?)
}

enum Verdict {
    Repeated,
    TakeAgain,
    Return,
}

/// Why the order was not simply held and its payment open.
async fn judge(
    connection: &mut PgConnection,
    notification: &Notification,
    amount: Money,
) -> Result<Verdict, SettleError> {
    let unknown = || SettleError::UnknownPayment(notification.payment);
    let order = order_locked(connection, notification.order)
        .await?
        .ok_or_else(unknown)?;
    let payment = sqlx::query!(
        "select state, amount_minor, currency from payments where id = $1 and order_id = $2",
        notification.payment.0,
        notification.order.0
    )
    .fetch_optional(connection)
    .await?
    .ok_or_else(unknown)?;
    match payment.state.as_str() {
        "pending" | "declined" => {}
        "succeeded" | "returned" => return Ok(Verdict::Repeated),
        other => {
            let row = UnreadableRow::new("a payment's state", other);
            return Err(SettleError::Database(row.into()));
        }
    }
    let as_asked =
        payment.amount_minor == amount.minor && payment.currency == amount.currency.code();
    Ok(match order {
        OrderState::Expired if as_asked => Verdict::TakeAgain,
        OrderState::Held
        | OrderState::Paid
        | OrderState::Cancelled
        | OrderState::Expired
        | OrderState::Refunded => Verdict::Return,
    })
}

async fn order_locked(
    connection: &mut PgConnection,
    order: OrderId,
) -> Result<Option<OrderState>, sqlx::Error> {
    let state = sqlx::query_scalar!("select state from orders where id = $1 for update", order.0)
        .fetch_optional(connection)
        .await?;
    Ok(state.map(|text| text.parse()).transpose()?)
}

/// The hold had expired: its places again, all of them, or none.
async fn take_again(
    connection: &mut PgConnection,
    notification: &Notification,
    amount: Money,
    now_ms: i64,
) -> Result<Option<Order>, sqlx::Error> {
    let mut savepoint = connection.begin().await?;
    let from = OrderState::Expired;
    let paid = pay_order(&mut savepoint, notification, amount, from, now_ms, false).await?;
    let Some(paid) = paid else {
        return Ok(None);
    };
    if !uses::take_again(&mut savepoint, notification.order).await? {
        savepoint.rollback().await?;
        return Ok(None);
    }
    let (organizer, event) = (paid.organizer, paid.event);
    match stock::sell(&mut savepoint, organizer, event, &paid.places()).await? {
        Ok(()) => {
            savepoint.commit().await?;
            Ok(Some(paid))
        }
        Err(_) => {
            savepoint.rollback().await?;
            Ok(None)
        }
    }
}

/// With the amount that came, which is what goes back.
async fn mark_returned(
    connection: &mut PgConnection,
    notification: &Notification,
    amount: Money,
    now_ms: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update payments set state = 'returned', settled_ms = $2, reference = $3, amount_minor = $4, currency = $5
         where id = $1",
        notification.payment.0,
        now_ms,
        notification.reference,
        amount.minor,
        amount.currency.code(),
    )
    .execute(connection)
    .await
    .map(drop)
}

async fn decline(app: &App, notification: &Notification) -> Result<Settlement, SettleError> {
    let declined = sqlx::query!(
        "update payments set state = 'declined', settled_ms = $3, reference = $4
         where id = $1 and order_id = $2 and state = 'pending'",
        notification.payment.0,
        notification.order.0,
        app.now_ms(),
        notification.reference,
    )
    .execute(&app.pool)
    .await?;
    if declined.rows_affected() == 1 {
        return Ok(Settlement::Declined);
    }
    let known = sqlx::query_scalar!(
        r#"select exists (select from payments where id = $1 and order_id = $2) as "known!""#,
        notification.payment.0,
        notification.order.0
    )
    .fetch_one(&app.pool)
    .await?;
    if known {
        Ok(Settlement::Repeated)
    } else {
        Err(SettleError::UnknownPayment(notification.payment))
    }
}

impl From<SettleError> for ApiError {
    fn from(error: SettleError) -> Self {
        match error {
            SettleError::UnknownPayment(_) => Self::not_found("payment"),
            SettleError::Database(error) => error.into(),
        }
    }
}
