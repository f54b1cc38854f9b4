//! A buyer pays a held order.

use std::sync::Arc;
use std::time::Duration;

use shared::ids::{OrderId, PaymentId, Random};
use shared::money::{Currency, Money};
use shared::wire::latest::ErrorCode;
use uuid::Uuid;

use super::payout::Share;
use super::provider::{
    AskError, Notification, Onward, Outcome, PaymentRequest, Question, Standing, StartError,
    Started, Wanted,
};
use super::settle::{SettleError, Settled, Settlement, settle, settle_ahead};
use crate::app::App;
use crate::database::flush::seen_on_disk;
use crate::orders::access::Holder;
use crate::orders::present::{Order, order_by_id};
use crate::orders::secret::{OrderSecret, link};
use crate::orders::{OrderState, UnreadableRow};
use crate::vault::UnsealError;
use crate::web::ApiError;

/// The order is not paid by this.
#[derive(Debug, thiserror::Error)]
pub enum PayError {
    /// There is none, or it is not theirs.
    #[error("there is no such order for this holder")]
    NoOrder,
    /// Nobody has said who buys.
    #[error("the order has no buyer yet")]
    NoBuyer,
    /// Its time was up.
    #[error("the hold's time was up")]
    HoldExpired,
    /// It was given up, or its money went back.
    #[error("the order is {0:?}")]
    Closed(OrderState),
    /// The provider said no.
    #[error("the payment was declined")]
    Declined,
    /// The money came too late and goes back.
    #[error("the payment came too late and is given back")]
    Returned,
    /// The provider did not begin it.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The provider could not say what became of an earlier attempt.
    #[error(transparent)]
    Ask(#[from] AskError),
    /// The order's secret, for the page to which the buyer comes back.
    #[error("opening the secret of an order that is paid")]
    Secret(#[from] UnsealError),
    /// What the provider said could not be settled.
    #[error(transparent)]
    Settle(#[from] SettleError),
    /// PostgreSQL.
    #[error("paying an order")]
    Database(#[from] sqlx::Error),
}

/// How far paying came.
#[derive(Clone, Debug)]
pub struct Paying {
    /// Paid; or still held, where the provider takes its time.
    pub order: Order,
    /// Where the buyer goes on.
    pub onward: Option<Onward>,
}

/// Pays with what `method` stands for. An order that is paid already is answered as it is. Where the provider takes
/// its time, or sends the buyer to a page of its own, the order comes back still held. A buyer who comes again while such
/// a page is open is sent to the same page, so that nobody pays twice.
///
/// Waits up to `wait_issued` for the tickets.
pub async fn pay(
    app: &App,
    random: &mut impl Random,
    order: OrderId,
    holder: &Holder,
    method: &str,
    wait_issued: Duration,
) -> Result<Paying, PayError> {
    let issued = app.issuer.watch(order);
    let (tickets, settled, onward) = match go_on(app, order, holder, Some(method)).await? {
        GoOn::At(onward) => (OnItsWay::No, None, Some(onward)),
        GoOn::Wait => (OnItsWay::No, None, None),
        GoOn::Begin => match begin(app, random, order, holder, method).await? {
            Some(request) => match run(app, &request).await? {
                Ran::Onward(onward) => (OnItsWay::No, None, Some(onward)),
                Ran::Waiting => (OnItsWay::Yes, None, None),
                Ran::Paid(settled) => (OnItsWay::Yes, Some(settled), None),
            },
            None => (check_paid(app, order, holder).await?, None, None),
        },
    };
    // Ends early for what another server issues; then the tickets are simply not in this answer.
    if tickets == OnItsWay::Yes
        && !wait_issued.is_zero()
        && let Ok(Some(order)) = tokio::time::timeout(wait_issued, issued.done()).await
    {
        let order = Arc::unwrap_or_clone(order);
        return Ok(Paying { order, onward });
    }
    if let Some(settled) = settled {
        settled.durable().await?;
    }
    let order = order_by_id(&app.pool, order)
        .await?
        .ok_or(PayError::NoOrder)?;
    Ok(Paying { order, onward })
}

/// For a repeat of a request to pay: how far it came, without beginning anything.
pub async fn came_to(app: &App, order: OrderId, holder: &Holder) -> Result<Paying, PayError> {
    let onward = match go_on(app, order, holder, None).await? {
        GoOn::At(onward) => Some(onward),
        GoOn::Begin | GoOn::Wait => None,
    };
    let order = order_on_disk(app, order, holder).await?;
    Ok(Paying { order, onward })
}

/// What an earlier attempt at the provider leaves to do.
enum GoOn {
    Begin,
    At(Onward),
    Wait,
}

/// With another `method` than the one that is open, that one is ended first: a buyer who has the fields on one page and asks
/// for the provider's page pays on one of them.
async fn go_on(
    app: &App,
    order: OrderId,
    holder: &Holder,
    method: Option<&str>,
) -> Result<GoOn, PayError> {
    if !app.provider.tells_others() {
        return Ok(GoOn::Begin);
    }
    let open = sqlx::query!(
        r#"select p.id, p.checkout as "checkout!", p.created_ms
           from orders o
           join payments p on p.organizer_id = o.organizer_id and p.event_id = o.event_id and p.order_id = o.id
           where o.id = $1 and o.state = 'held' and o.expires_ms > $2 and (o.account_id = $3 or o.secret_hash = $4)
               and p.state = 'pending' and p.checkout is not null and p.provider = $5
           order by p.created_ms desc, p.id desc limit 1"#,
        order.0,
        app.now_ms(),
        holder.account.map(|account| account.0) as Option<Uuid>,
        holder.secret_hash().map(|hash| hash.to_vec()),
        app.provider.name(),
    )
    .fetch_optional(&app.pool)
    .await?;
    let Some(open) = open else {
        return Ok(GoOn::Begin);
    };
    let mut question = Question {
        payment: PaymentId(open.id),
        order,
        checkout: Some(open.checkout),
        begun_ms: open.created_ms,
        wanted: Wanted::Still,
    };
    let mut standing = app.provider.ask(&question).await?;
    if let (Standing::Open { onward: Some(open) }, Some(method)) = (&standing, method)
        && !leads_on(open, method)
    {
        question.wanted = Wanted::NoMore;
        standing = app.provider.ask(&question).await?;
    }
    Ok(match standing {
        Standing::Open {
            onward: Some(onward),
        } => GoOn::At(onward),
        Standing::Open { onward: None } => GoOn::Wait,
        Standing::Decided(notification) => {
            settle(app, &notification).await?;
            GoOn::Begin
        }
        Standing::NeverHeard => GoOn::Begin,
    })
}

/// Whether who wants to pay by `method` goes on with what is open.
fn leads_on(open: &Onward, method: &str) -> bool {
    match open {
        Onward::Page(_) => method != "element",
        Onward::Fields(_) => method == "element",
    }
}

/// Whether tickets are still to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum OnItsWay {
    Yes,
    No,
}

/// How far an attempt at the provider came.
#[derive(Debug)]
enum Ran<'a> {
    /// It is paid.
    Paid(Settled<'a>),
    /// The buyer goes on there.
    Onward(Onward),
    /// The provider takes its time.
    Waiting,
}

/// Writes down that a payment begins, before anybody outside hears of it. `None`: the order does not wait for one.
async fn begin(
    app: &App,
    random: &mut impl Random,
    order: OrderId,
    holder: &Holder,
    method: &str,
) -> Result<Option<PaymentRequest>, PayError> {
    let now_ms = app.now_ms();
    let payment = PaymentId::new(now_ms, random);
    let begun = sqlx::query!(
        r#"with begun as (
             insert into payments
                 (organizer_id, event_id, id, order_id, provider, state, amount_minor, currency, created_ms, destination,
                 fee_minor)
             select o.organizer_id, o.event_id, $2, o.id, case o.total_minor when 0 then 'none' else $3 end, 'pending',
                 o.total_minor, o.currency, $4, a.account,
                 case when a.account is not null then platform_fee(o.total_minor - o.donation_minor, o.commission_basis_points) end
             from orders o
             left join payout_accounts a
                 on a.organizer_id = o.organizer_id and a.provider = $3 and a.receives and o.total_minor > 0
             where o.id = $1 and o.state = 'held' and o.expires_ms > $4
                 and o.email is not null and (o.account_id = $5 or o.secret_hash = $6)
             returning order_id, amount_minor, currency, destination, fee_minor
         )
         select b.amount_minor, b.currency, b.destination, b.fee_minor, o.code, o.email as "email!", o.language, o.expires_ms, o.secret_sealed
         from begun b join orders o on o.id = b.order_id
         where $7 or set_config('synchronous_commit', 'off', true) is not null"#,
        order.0,
        payment.0,
        app.provider.name(),
        now_ms,
        holder.account.map(|account| account.0) as Option<Uuid>,
        holder.secret_hash().map(|hash| hash.to_vec()),
        app.provider.tells_others(),
    )
    .fetch_optional(&app.pool)
    .await?;
    let Some(row) = begun else {
        return Ok(None);
    };
    let currency = Currency::from_code(&row.currency).ok_or_else(|| {
        sqlx::Error::from(UnreadableRow::new("an order's currency", &row.currency))
    })?;
    let secret = OrderSecret::unseal(&app.vault, order, &row.secret_sealed)?;
    Ok(Some(PaymentRequest {
        payment,
        order,
        amount: Money::new(row.amount_minor, currency),
        method: method.to_owned(),
        code: row.code,
        email: row.email,
        language: row.language,
        held_until_ms: row.expires_ms,
        return_url: link(&app.config.public_url, order, &secret),
        share: row
            .destination
            .zip(row.fee_minor)
            .map(|(account, fee_minor)| Share { account, fee_minor }),
    }))
}

/// Has the provider take the money; what it decides at once is settled.
async fn run<'a>(app: &'a App, request: &PaymentRequest) -> Result<Ran<'a>, PayError> {
    let started = if request.amount.minor == 0 {
        Ok(Started::Decided(of_nothing(request)))
    } else {
        app.provider.start(request).await
    };
    let notification = match started {
        Ok(Started::Decided(notification)) => notification,
        Ok(Started::Waiting) => return Ok(Ran::Waiting),
        Ok(Started::Onward { checkout, onward }) => {
            note_checkout(app, request.payment, &checkout).await?;
            return Ok(Ran::Onward(onward));
        }
        Err(error @ (StartError::UnknownMethod | StartError::Refused)) => {
            let declined = Notification {
                outcome: Outcome::Declined,
                ..of_nothing(request)
            };
            settle(app, &declined).await?;
            return Err(error.into());
        }
        // Whether the provider heard of it is not known: the payment stays open for what it may still tell.
        Err(StartError::Unreachable) => return Err(StartError::Unreachable.into()),
    };
    let settled = settle_ahead(app, &notification).await?;
    match settled.outcome {
        Settlement::Paid | Settlement::Repeated => Ok(Ran::Paid(settled)),
        Settlement::Declined => Err(PayError::Declined),
        Settlement::Returned => Err(PayError::Returned),
    }
}

/// By this name the provider is asked later.
async fn note_checkout(app: &App, payment: PaymentId, checkout: &str) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update payments set checkout = $2 where id = $1",
        payment.0,
        checkout
    )
    .execute(&app.pool)
    .await
    .map(drop)
}

/// A free order goes the way of all, without a provider.
fn of_nothing(request: &PaymentRequest) -> Notification {
    Notification {
        payment: request.payment,
        order: request.order,
        reference: request.payment.to_string(),
        outcome: Outcome::Succeeded(request.amount),
    }
}

/// What it is now is answered to who asks: whoever paid it may still be waiting for the disk (A5).
async fn order_on_disk(app: &App, order: OrderId, holder: &Holder) -> Result<Order, PayError> {
    let mut connection = app.pool.acquire().await?;
    let order = order_by_id(&mut *connection, order)
        .await?
        .filter(|order| holder.holds(order))
        .ok_or(PayError::NoOrder)?;
    seen_on_disk(&mut connection).await?;
    Ok(order)
}

async fn check_paid(app: &App, order: OrderId, holder: &Holder) -> Result<OnItsWay, PayError> {
    let order = order_on_disk(app, order, holder).await?;
    match order.state {
        OrderState::Paid if order.issued_ms.is_none() => Ok(OnItsWay::Yes),
        OrderState::Paid => Ok(OnItsWay::No),
        OrderState::Held if order.buyer.is_none() && order.expires_ms > app.now_ms() => {
            Err(PayError::NoBuyer)
        }
        OrderState::Held | OrderState::Expired => Err(PayError::HoldExpired),
        OrderState::Cancelled | OrderState::Refunded => Err(PayError::Closed(order.state)),
    }
}

impl From<PayError> for ApiError {
    fn from(error: PayError) -> Self {
        match error {
            PayError::NoOrder => Self::not_found("order"),
            PayError::NoBuyer => Self::invalid([(
                "email",
                "not known yet: give name and address on the order's page; nothing was charged",
            )]),
            PayError::HoldExpired => Self::new(
                ErrorCode::HoldExpired,
                "The time for paying was up and the places went back on sale; nothing was charged. Order again.",
            ),
            PayError::Closed(_) => Self::new(
                ErrorCode::Conflict,
                "This order was cancelled or refunded; nothing was charged. Make a new order.",
            ),
            PayError::Declined => Self::new(
                ErrorCode::PaymentDeclined,
                "The payment was declined and nothing was charged; try another card while the places are held.",
            ),
            PayError::Returned => Self::new(
                ErrorCode::HoldExpired,
                "The payment came after the places had gone; all of the money is on its way back. Order again.",
            )
            .with_field("payment", "returned"),
            PayError::Start(StartError::UnknownMethod) => {
                Self::invalid([("method", "none that the payment provider knows; nothing was charged")])
            }
            PayError::Start(StartError::Unreachable) => Self::new(
                ErrorCode::Unavailable,
                "The payment provider can't be reached; look at the order in a moment before you try again.",
            )
            .retry_after(5),
            PayError::Start(StartError::Refused) => Self::new(
                ErrorCode::Unavailable,
                "Paying isn't possible right now and nothing was charged; the organizer's help has to look at it. Your places are kept until the hold ends.",
            )
            .retry_after(60),
            PayError::Ask(AskError) => Self::new(
                ErrorCode::Unavailable,
                "The payment provider can't be reached, so we don't know whether your last attempt paid; nothing new was begun. Try again in a moment.",
            )
            .retry_after(5),
            PayError::Secret(error) => error.into(),
            PayError::Settle(error) => error.into(),
            PayError::Database(error) => error.into(),
        }
    }
}
