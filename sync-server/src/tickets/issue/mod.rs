//! Signing and publishing the tickets of paid orders: one transaction for many, under their event's lock.

mod batch;
pub(super) mod mail;
pub(super) mod terms;

use shared::ids::{EventId, OrderId, OrganizerId, Random, TypeNo};
use sqlx::PgConnection;

use self::batch::{Batch, MOST_ORDERS, do_not_wait};
use self::terms::Terms;
use super::keys::OpenKeyError;
use crate::app::App;
use crate::database::transaction::{Attempts, begin, begin_change};
use crate::door::rights::{self, SettleRightsError};
use crate::orders::present::{Order, select_orders};
use crate::vault::UnsealError;

/// Paid orders stay without tickets for now.
#[derive(Debug, thiserror::Error)]
pub enum IssueError {
    /// The event has no key that is not revoked.
    #[error("event {0} has no signing key: make one")]
    NoKey(EventId),
    /// An order has places of a type that the event never had.
    #[error("the event has no ticket type {0}")]
    NoType(TypeNo),
    /// The key doesn't open.
    #[error(transparent)]
    Key(#[from] OpenKeyError),
    /// An order's secret, for the link in its mail.
    #[error("opening the secret of order {0}")]
    Secret(OrderId, #[source] UnsealError),
    /// In strict mode each ticket's right of entry goes to a door with it.
    #[error(transparent)]
    Rights(SettleRightsError),
    /// PostgreSQL.
    #[error("issuing tickets")]
    Database(#[from] sqlx::Error),
}

impl From<SettleRightsError> for IssueError {
    fn from(error: SettleRightsError) -> Self {
        match error {
            SettleRightsError::Database(source) => Self::Database(source),
            other @ (SettleRightsError::Publish(_) | SettleRightsError::Rules(_)) => {
                Self::Rights(other)
            }
        }
    }
}

/// What a batch did.
#[derive(Debug, Default)]
pub struct Issued {
    /// With their tickets, which are published.
    pub orders: Vec<Order>,
    /// Whether there may be others.
    pub left: Left,
}

/// What waits behind a batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Left {
    /// Nothing that was paid when the batch began.
    #[default]
    Nothing,
    /// More: the batch was full.
    More,
}

/// Issues `paid`, or where that is nothing the orders of the event that wait longest.
pub async fn issue_batch(
    app: &App,
    random: &mut impl Random,
    of: (OrganizerId, EventId),
    paid: Vec<Order>,
) -> Result<Issued, IssueError> {
    let mut attempts = Attempts::default();
    match issue_handed(app, random, of, paid).await {
        Err(IssueError::Database(error)) if do_not_wait(&error) || attempts.again(&error) => {}
        Ok(None) => {}
        Ok(Some(issued)) => return Ok(issued),
        Err(error) => return Err(error),
    }
    loop {
        match issue_waiting(app, random, of).await {
            Err(IssueError::Database(error)) if attempts.again(&error) => {}
            outcome => return outcome,
        }
    }
}

/// By what is remembered of the event, in one statement. Nothing if that is not enough or no longer true, an error, see
/// [`do_not_wait`], if one of the orders does not wait: then all that wait are read.
async fn issue_handed(
    app: &App,
    random: &mut impl Random,
    of: (OrganizerId, EventId),
    paid: Vec<Order>,
) -> Result<Option<Issued>, IssueError> {
    let Some(terms) = app.issuer.terms.of(of.1) else {
        return Ok(None);
    };
    let enough = !terms.is_lending && paid.iter().all(|order| terms.cover(order));
    if paid.is_empty() || !enough {
        return Ok(None);
    }
    let mut connection = app.pool.acquire().await?;
    let issued = issue(app, random, &mut connection, of, &terms, paid).await;
    if !matches!(&issued, Ok(Some(all)) if all.left == Left::Nothing) {
        app.issuer.terms.forget(of.1);
    }
    issued
}

/// Without the event's lock first: the only statement that writes sees to it that nothing was written to the event since
/// its orders were read. If something was, the lock is waited for.
async fn issue_waiting(
    app: &App,
    random: &mut impl Random,
    of: (OrganizerId, EventId),
) -> Result<Issued, IssueError> {
    let mut connection = app.pool.acquire().await?;
    let issued = read_and_issue(app, random, &mut connection, of, EventLock::Free).await?;
    drop(connection);
    if let Some(issued) = issued {
        return Ok(issued);
    }
    let mut tx = begin(&app.pool).await?;
    begin_change(&mut tx, of.0, of.1).await?;
    let issued = read_and_issue(app, random, &mut tx, of, EventLock::Held).await?;
    tx.commit().await?;
    // Nobody overtakes who has the lock.
    Ok(issued.unwrap_or_default())
}

/// Whether nobody else writes to the event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum EventLock {
    Free,
    Held,
}

/// Nothing if the event was written to meanwhile, or if only who has its lock can issue: rights of entry go with the tickets.
async fn read_and_issue(
    app: &App,
    random: &mut impl Random,
    connection: &mut PgConnection,
    of: (OrganizerId, EventId),
    lock: EventLock,
) -> Result<Option<Issued>, IssueError> {
    // First: whatever changes after it is found out.
    let Some(terms) = terms::read(&mut *connection, of.0, of.1).await? else {
        return Ok(Some(Issued::default()));
    };
    let waiting = waiting_orders(&mut *connection, of).await?;
    if waiting.is_empty() {
        return Ok(Some(Issued::default()));
    }
    if terms.is_lending && lock == EventLock::Free {
        return Ok(None);
    }
    let issued = issue(app, random, connection, of, &terms, waiting).await?;
    if issued.is_some() && terms.is_lending {
        rights::settle(app, connection, of).await?;
    }
    Ok(issued)
}

/// The orders that wait longest. No order leaves `paid` but under the event's lock, so these rows need none of their own.
async fn waiting_orders(
    connection: &mut PgConnection,
    (organizer, event): (OrganizerId, EventId),
) -> Result<Vec<Order>, sqlx::Error> {
    let rows = select_orders!(
        "where o.organizer_id = $1 and o.event_id = $2 and o.state = 'paid' and o.issued_ms is null
         order by o.paid_ms, o.id limit $3",
        organizer.0,
        event.0,
        MOST_ORDERS as i64
    )
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(Order::try_from)
        .collect::<Result<_, _>>()?)
}

/// As many of the orders as one transaction may have. Nothing, if the event is no longer as by the terms.
async fn issue(
    app: &App,
    random: &mut impl Random,
    connection: &mut PgConnection,
    of: (OrganizerId, EventId),
    terms: &Terms,
    waiting: Vec<Order>,
) -> Result<Option<Issued>, IssueError> {
    let key = terms.key.ok_or(IssueError::NoKey(of.1))?;
    let keys = &app.issuer.keys;
    let private = keys.private(&mut *connection, &app.vault, key).await?;
    let mut batch = Batch::new(key, private, app.now_ms());
    let mut left = Left::Nothing;
    for order in waiting {
        if !batch.takes(&order) {
            left = Left::More;
            break;
        }
        batch.add(app, random, terms, order)?;
    }
    if batch.orders.len() == MOST_ORDERS {
        left = Left::More;
    }
    let Some(head) = batch.publish(connection, of, terms.head).await? else {
        return Ok(None);
    };
    let terms = Terms {
        head,
        ..terms.clone()
    };
    app.issuer.terms.remember(of.1, terms);
    let orders = batch.orders;
    Ok(Some(Issued { orders, left }))
}
