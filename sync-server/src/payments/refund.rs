//! Giving money of a paid order back: at most what was paid, whatever happens at once. All of it ends the order and its
//! tickets; a part may name tickets that end.
//!
//! First the refund is written down and its amount set aside on the order; then the provider is asked; then, under the
//! event's lock, tickets, stock, ledger and mail follow. A crash in between leaves a pending refund for [`sweep`].

use shared::clock::UnixMillis;
use shared::ids::{EventId, OrderId, OrganizerId, RefundId, TicketId};
use shared::money::{Currency, Money};
use shared::wire::latest::ErrorCode;
use sqlx::PgConnection;

use super::provider::{GiveBack, GiveBackError};
use crate::app::App;
use crate::database::transaction::{Attempts, begin};
use crate::door::folding::refold_tickets;
use crate::door::rules::LoadRulesError;
use crate::messages::outbox::{self, Mail};
use crate::orders::secret::{OrderSecret, link};
use crate::orders::stock::{self, Move};
use crate::orders::{OrderState, UnreadableRow, other_content};
use crate::vault::UnsealError;
use crate::web::ApiError;

/// Younger ones are in somebody's hands.
const LEFT_ALONE_MS: i64 = 30_000;
const BATCH: i64 = 100;
const MOST_REASON: usize = 500;

/// What is asked for.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct RefundRequest {
    /// Made by the client, unique for ever.
    #[schema(value_type = uuid::Uuid)]
    pub id: RefundId,
    /// Minor units of the order's currency. 0 moves no money: it ends the tickets that are named, or all of an order
    /// that cost nothing.
    pub amount_minor: i64,
    /// For the books and the buyer.
    pub reason: String,
    /// With a part of the money: tickets that end. All of the money ends all of them.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    pub tickets: Vec<TicketId>,
}

/// Where a refund stands.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum RefundState {
    /// The provider has not confirmed yet.
    Pending,
    /// The money is on its way, the tickets have ended.
    Succeeded,
    /// The provider refused; nothing has changed.
    Failed,
}

impl std::str::FromStr for RefundState {
    type Err = UnreadableRow;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "pending" => Ok(Self::Pending),
            "succeeded" => Ok(Self::Succeeded),
            "failed" => Ok(Self::Failed),
            other => Err(UnreadableRow::new("a refund's state", other)),
        }
    }
}

/// A refund.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct Refund {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    pub id: RefundId,
    /// Of which order.
    #[schema(value_type = uuid::Uuid)]
    pub order_id: OrderId,
    /// Minor units.
    pub amount_minor: i64,
    /// ISO 4217.
    #[schema(value_type = String)]
    pub currency: Currency,
    /// Why.
    pub reason: String,
    /// Where it stands.
    pub state: RefundState,
}

/// Nothing is given back.
#[derive(Debug, thiserror::Error)]
pub enum RefundError {
    /// There is no such order.
    #[error("there is no such order")]
    NoOrder,
    /// A field is wrong.
    #[error("{0} is wrong")]
    Field(&'static str, &'static str),
    /// No money came for it.
    #[error("the order is {0:?}, not paid")]
    NotPaid(OrderState),
    /// More than is left of what was paid.
    #[error("at most {left} is left of what was paid")]
    TooLarge {
        /// Minor units.
        left: i64,
    },
    /// All of the order was given back before.
    #[error("nothing of the order is left")]
    NothingLeft,
    /// A ticket that is not this order's, or has ended.
    #[error("a ticket is not this order's, or has ended")]
    Tickets,
    /// That id belongs to another refund.
    #[error("the id belongs to a refund with other content")]
    OtherContent,
    /// The provider does not give it back.
    #[error("the payment provider refuses")]
    Refused,
    /// The order's secret, for the link in the mail.
    #[error("opening the secret of a refunded order")]
    Secret(#[from] UnsealError),
    /// The rules by which entries with the ended tickets are folded anew.
    #[error("folding the ended tickets of a refund anew")]
    Rules(#[from] LoadRulesError),
    /// PostgreSQL.
    #[error("refunding an order")]
    Database(#[from] sqlx::Error),
}

/// Refunds. The same request again is answered with where the refund stands now.
pub async fn refund(
    app: &App,
    order: OrderId,
    request: &RefundRequest,
) -> Result<Refund, RefundError> {
    if request.amount_minor < 0 {
        return Err(RefundError::Field("amount_minor", "must not be negative"));
    }
    if request.reason.trim().is_empty() || request.reason.chars().count() > MOST_REASON {
        return Err(RefundError::Field("reason", "1 to 500 letters"));
    }
    let mut attempts = Attempts::default();
    loop {
        match set_aside(app, order, request).await {
            Err(RefundError::Database(error)) if attempts.again(&error) => {}
            outcome => break outcome?,
        }
    }
    finish(app, request.id).await
}

/// Asks again for every refund that a crash or an unreachable provider left pending.
pub async fn sweep(app: &App) -> Result<(), sqlx::Error> {
    let pending = sqlx::query_scalar!(
        "select id from refunds where state = 'pending' and created_ms <= $1 order by created_ms limit $2",
        app.now_ms() - LEFT_ALONE_MS,
        BATCH
    )
    .fetch_all(&app.pool)
    .await?;
    for refund in pending {
        if app.stopping.is_cancelled() {
            break;
        }
        if let Err(error) = finish(app, RefundId(refund)).await {
            let error = anyhow::Error::from(error);
            tracing::error!(refund.id = %refund, error = format!("{error:#}"), "a refund is not finished");
        }
    }
    Ok(())
}

/// Writes the refund down, and its amount as refunded on the order: from here on no other refund can have that money.
async fn set_aside(app: &App, order: OrderId, request: &RefundRequest) -> Result<(), RefundError> {
    let mut tx = begin(&app.pool).await?;
    let row = sqlx::query!(
        r#"select o.organizer_id, o.event_id, o.state, o.currency, o.total_minor,
               o.total_minor - o.refunded_minor as "left!",
               (select p.id from payments p
                where p.organizer_id = o.organizer_id and p.event_id = o.event_id and p.order_id = o.id
                    and p.state = 'succeeded') as payment_id
           from orders o where o.id = $1 for update of o"#,
        order.0
    )
    .fetch_optional(&mut *tx)
    .await?
    .ok_or(RefundError::NoOrder)?;
    if is_known(&mut tx, order, request).await? {
        return Ok(());
    }
    let state: OrderState = row.state.parse().map_err(sqlx::Error::from)?;
    let (OrderState::Paid | OrderState::Refunded, Some(payment)) = (state, row.payment_id) else {
        return Err(RefundError::NotPaid(state));
    };
    if request.amount_minor > row.left {
        return Err(RefundError::TooLarge { left: row.left });
    }
    if request.amount_minor == 0 {
        check_ends_something(request, state, row.total_minor)?;
    }
    let tickets: Vec<i64> = request
        .tickets
        .iter()
        .map(|ticket| ticket.to_i64())
        .collect();
    check_tickets(&mut tx, row.organizer_id, row.event_id, order, &tickets).await?;
    sqlx::query!(
        "with written as (
             insert into refunds (organizer_id, event_id, id, order_id, payment_id, amount_minor, currency, reason,
                 ticket_ids, state, created_ms)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'pending', $10)
         )
         update orders set refunded_minor = refunded_minor + $6 where id = $4",
        row.organizer_id,
        row.event_id,
        request.id.0,
        order.0,
        payment,
        request.amount_minor,
        row.currency,
        request.reason,
        &tickets,
        app.now_ms()
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(())
}

/// A refund of nothing that ends nothing is a mistake.
fn check_ends_something(
    request: &RefundRequest,
    state: OrderState,
    total_minor: i64,
) -> Result<(), RefundError> {
    if state == OrderState::Refunded {
        Err(RefundError::NothingLeft)
    } else if total_minor > 0 && request.tickets.is_empty() {
        Err(RefundError::Field(
            "amount_minor",
            "at least 1, or 0 with the tickets that end",
        ))
    } else {
        Ok(())
    }
}

async fn is_known(
    connection: &mut PgConnection,
    order: OrderId,
    request: &RefundRequest,
) -> Result<bool, RefundError> {
    let known = sqlx::query!(
        "select order_id, amount_minor, reason, ticket_ids from refunds where id = $1",
        request.id.0
    )
    .fetch_optional(connection)
    .await?;
    let Some(known) = known else {
        return Ok(false);
    };
    let tickets = request.tickets.iter().map(|ticket| ticket.to_i64());
    let same = known.order_id == order.0
        && known.amount_minor == request.amount_minor
        && known.reason == request.reason
        && known.ticket_ids.into_iter().eq(tickets);
    if same {
        Ok(true)
    } else {
        Err(RefundError::OtherContent)
    }
}

async fn check_tickets(
    connection: &mut PgConnection,
    organizer: uuid::Uuid,
    event: uuid::Uuid,
    order: OrderId,
    tickets: &[i64],
) -> Result<(), RefundError> {
    if tickets.is_empty() {
        return Ok(());
    }
    let good = sqlx::query_scalar!(
        r#"select count(*) as "count!" from tickets
           where organizer_id = $1 and event_id = $2 and order_id = $3 and id = any($4) and status in (0, 4)"#,
        organizer,
        event,
        order.0,
        tickets
    )
    .fetch_one(connection)
    .await?;
    if good == tickets.len() as i64 {
        Ok(())
    } else {
        Err(RefundError::Tickets)
    }
}

/// Asks the provider, and carries out what it says.
async fn finish(app: &App, id: RefundId) -> Result<Refund, RefundError> {
    let (refund, reference) = match refund_by_id(app, id).await? {
        Pending::Done(refund) => return Ok(refund),
        Pending::Open(refund, reference) => (refund, reference),
    };
    let request = GiveBack {
        key: id.0,
        reference,
        amount: Money::new(refund.amount_minor, refund.currency),
    };
    let given = if refund.amount_minor == 0 {
        Ok(())
    } else {
        app.provider.give_back(&request).await
    };
    match given {
        Err(error @ GiveBackError::Unreachable) => {
            tracing::warn!(refund.id = %id, %error, "a refund waits");
            return Ok(refund);
        }
        Err(GiveBackError::Refused) => {
            fail(app, id).await?;
            return Err(RefundError::Refused);
        }
        Ok(()) => {}
    }
    let mut attempts = Attempts::default();
    loop {
        match carry_out(app, id).await {
            Err(RefundError::Database(error)) if attempts.again(&error) => {}
            outcome => break outcome?,
        }
    }
    match refund_by_id(app, id).await? {
        Pending::Done(refund) | Pending::Open(refund, _) => Ok(refund),
    }
}

enum Pending {
    Done(Refund),
    Open(Refund, String),
}

async fn refund_by_id(app: &App, id: RefundId) -> Result<Pending, RefundError> {
    let row = sqlx::query!(
        r#"select r.order_id, r.amount_minor, r.currency, r.reason, r.state, p.reference as "reference!"
           from refunds r join payments p on p.id = r.payment_id where r.id = $1"#,
        id.0
    )
    .fetch_one(&app.pool)
    .await?;
    let currency = Currency::from_code(&row.currency)
        .ok_or_else(|| UnreadableRow::new("a refund's currency", &row.currency))
        .map_err(sqlx::Error::from)?;
    let refund = Refund {
        id,
        order_id: OrderId(row.order_id),
        amount_minor: row.amount_minor,
        currency,
        reason: row.reason,
        state: row.state.parse().map_err(sqlx::Error::from)?,
    };
    Ok(match refund.state {
        RefundState::Pending => Pending::Open(refund, row.reference),
        RefundState::Succeeded | RefundState::Failed => Pending::Done(refund),
    })
}

/// The provider refused: the amount can be refunded otherwise.
async fn fail(app: &App, id: RefundId) -> Result<(), sqlx::Error> {
    let mut tx = begin(&app.pool).await?;
    sqlx::query_scalar!(
        "select o.id from orders o join refunds r on r.order_id = o.id where r.id = $1 for update of o",
        id.0
    )
    .fetch_one(&mut *tx)
    .await?;
    sqlx::query!(
        "with failed as (
             update refunds set state = 'failed', settled_ms = $2 where id = $1 and state = 'pending'
             returning order_id, amount_minor
         )
         update orders o set refunded_minor = o.refunded_minor - failed.amount_minor
         from failed where o.id = failed.order_id",
        id.0,
        app.now_ms()
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await
}

struct Open {
    organizer: OrganizerId,
    event: EventId,
    order: OrderId,
    amount_minor: i64,
    ticket_ids: Vec<i64>,
    total_minor: i64,
    refunded_before: i64,
    fee: i64,
    mail: Mail,
}

impl Open {
    /// Of an order that cost nothing all money is back at any time: there it hangs on the tickets.
    fn is_last(&self) -> bool {
        self.refunded_before + self.amount_minor == self.total_minor
            && (self.total_minor > 0 || self.ticket_ids.is_empty())
    }
}

/// The provider gives the money back: tickets, stock, ledger and mail, all or nothing, once.
async fn carry_out(app: &App, id: RefundId) -> Result<(), RefundError> {
    let now_ms = app.now_ms();
    let event = sqlx::query!(
        "select organizer_id, event_id from refunds where id = $1",
        id.0
    )
    .fetch_one(&app.pool)
    .await?;
    let mut tx = begin(&app.pool).await?;
    sqlx::query_scalar!(
        "select begin_change($1, $2)",
        event.organizer_id,
        event.event_id
    )
    .fetch_one(&mut *tx)
    .await?;
    let Some(open) = open_refund(app, &mut tx, id).await? else {
        return Ok(());
    };
    let ended = if open.is_last() {
        end_order(&mut tx, &open).await?
    } else {
        end_tickets(&mut tx, &open, &open.ticket_ids).await?
    };
    let of = (open.organizer, open.event);
    stock::shift(&mut tx, of.0, of.1, &ended.places, Move::SoldToFree).await?;
    refold_tickets(app, &mut tx, of, &ended.tickets).await?;
    book(&mut tx, id, &open, now_ms).await?;
    outbox::enqueue(&mut tx, std::slice::from_ref(&open.mail), now_ms).await?;
    tx.commit().await?;
    app.door.watch.changed(open.event);
    Ok(())
}

/// The refund with its order locked; `None` when another has carried it out.
async fn open_refund(
    app: &App,
    connection: &mut PgConnection,
    id: RefundId,
) -> Result<Option<Open>, RefundError> {
    let row = sqlx::query!(
        r#"select r.organizer_id, r.event_id, r.order_id, r.amount_minor, r.currency, r.ticket_ids, o.total_minor,
               o.code, o.email, o.name, o.language, o.secret_sealed
           from refunds r join orders o on o.id = r.order_id
           where r.id = $1 and r.state = 'pending' for update"#,
        id.0
    )
    .fetch_optional(&mut *connection)
    .await?;
    let Some(row) = row else {
        return Ok(None);
    };
    // In a statement of its own: it has to see what was carried out while the lock was waited for.
    let sums = sqlx::query!(
        r#"select coalesce((select sum(amount_minor) from refunds
               where organizer_id = $1 and event_id = $2 and order_id = $3 and state = 'succeeded'), 0)::bigint as "refunded!",
           coalesce((select -sum(amount_minor) from ledger
               where organizer_id = $1 and event_id = $2 and order_id = $3 and kind = 'platform_fee'), 0)::bigint as "fee!""#,
        row.organizer_id,
        row.event_id,
        row.order_id
    )
    .fetch_one(connection)
    .await?;
    let order = OrderId(row.order_id);
    let secret = OrderSecret::unseal(&app.vault, order, &row.secret_sealed)?;
    let mail = Mail {
        dedupe_key: format!("refund/{id}"),
        recipient: row.email,
        language: row.language,
        template: "refund".to_owned(),
        payload: serde_json::json!({
            "name": row.name,
            "order_code": row.code,
            "link": link(&app.config.public_url, order, &secret),
            "amount_minor": row.amount_minor,
            "currency": row.currency,
        }),
    };
    Ok(Some(Open {
        organizer: OrganizerId(row.organizer_id),
        event: EventId(row.event_id),
        order,
        amount_minor: row.amount_minor,
        ticket_ids: row.ticket_ids,
        total_minor: row.total_minor,
        refunded_before: sums.refunded,
        fee: sums.fee,
        mail,
    }))
}

/// What a refund ends.
#[derive(Default)]
struct Ended {
    places: stock::Places,
    tickets: Vec<i64>,
}

/// All money is back: order and tickets end. Where no tickets were issued yet, the places are those of its lines.
async fn end_order(connection: &mut PgConnection, open: &Open) -> Result<Ended, sqlx::Error> {
    let ended = sqlx::query!(
        r#"with ended as (
               update orders set state = 'refunded' where id = $3 returning issued_ms
           )
           select
               coalesce((select array_agg(id) from tickets
                   where organizer_id = $1 and event_id = $2 and order_id = $3 and status in (0, 4)), '{}') as "tickets!",
               coalesce((select array_agg(type_no order by no) from order_lines
                   where organizer_id = $1 and event_id = $2 and order_id = $3), '{}') as "types!",
               coalesce((select array_agg(quantity::bigint order by no) from order_lines
                   where organizer_id = $1 and event_id = $2 and order_id = $3), '{}') as "quantities!",
               ended.issued_ms
           from ended"#,
        open.organizer.0,
        open.event.0,
        open.order.0
    )
    .fetch_one(&mut *connection)
    .await?;
    match ended.issued_ms {
        None => Ok(Ended {
            places: stock::places(&ended.types, &ended.quantities),
            tickets: Vec::new(),
        }),
        Some(_) => end_tickets(connection, open, &ended.tickets).await,
    }
}

async fn end_tickets(
    connection: &mut PgConnection,
    open: &Open,
    tickets: &[i64],
) -> Result<Ended, sqlx::Error> {
    if tickets.is_empty() {
        return Ok(Ended::default());
    }
    let ended = sqlx::query!(
        "update tickets set status = 2
         where organizer_id = $1 and event_id = $2 and order_id = $3 and id = any($4) and status in (0, 4)
         returning id, type_no",
        open.organizer.0,
        open.event.0,
        open.order.0,
        tickets
    )
    .fetch_all(connection)
    .await?;
    let types: Vec<i32> = ended.iter().map(|ticket| ticket.type_no).collect();
    Ok(Ended {
        places: stock::places(&types, &vec![1; types.len()]),
        tickets: ended.iter().map(|ticket| ticket.id).collect(),
    })
}

async fn book(
    connection: &mut PgConnection,
    id: RefundId,
    open: &Open,
    now_ms: UnixMillis,
) -> Result<(), sqlx::Error> {
    let returned = fee_returned(
        open.fee,
        open.total_minor,
        open.refunded_before,
        open.amount_minor,
    );
    sqlx::query!(
        "with settled as (
             update refunds set state = 'succeeded', settled_ms = $5 where id = $4
             returning payment_id, currency
         )
         insert into ledger (organizer_id, event_id, at_ms, order_id, payment_id, refund_id, kind, amount_minor, currency)
         select $1, $2, $5, $3, settled.payment_id, $4, entry.kind, entry.amount, settled.currency
         from settled cross join lateral (values ('refund', -$6::bigint), ('platform_fee_returned', $7::bigint))
             entry (kind, amount)
         where entry.amount <> 0",
        open.organizer.0,
        open.event.0,
        open.order.0,
        id.0,
        now_ms,
        open.amount_minor,
        returned
    )
    .execute(connection)
    .await
    .map(drop)
}

/// The platform's fee that goes back with `amount`: the fee follows what is left of the order, so that a fully refunded
/// order has none, in however many parts.
fn fee_returned(fee: i64, total: i64, refunded_before: i64, amount: i64) -> i64 {
    if total == 0 {
        return 0;
    }
    let fee_on = |left: i64| {
        let (fee, total, left) = (i128::from(fee), i128::from(total), i128::from(left));
        ((fee * left * 2 + total) / (2 * total)) as i64
    };
    let before = total - refunded_before;
    fee_on(before) - fee_on(before - amount)
}

impl From<RefundError> for ApiError {
    fn from(error: RefundError) -> Self {
        match error {
            RefundError::NoOrder => Self::not_found("order"),
            RefundError::Field(name, text) => Self::invalid([(name, text)]),
            RefundError::NotPaid(_) => Self::new(
                ErrorCode::Conflict,
                "No money came for this order, so there is nothing to give back; a held order is cancelled instead.",
            ),
            RefundError::TooLarge { left } => Self::new(
                ErrorCode::RefundTooLarge,
                "That is more than is left of what was paid; ask for less. Nothing was given back.",
            )
            .with_field("left_minor", left.to_string()),
            RefundError::NothingLeft => Self::new(
                ErrorCode::Conflict,
                "All of this order was given back before; nothing was changed.",
            ),
            RefundError::Tickets => Self::invalid([(
                "tickets",
                "only tickets of this order that have not ended, each once; nothing was given back",
            )]),
            RefundError::OtherContent => other_content("refund"),
            RefundError::Refused => Self::new(
                ErrorCode::Conflict,
                "The payment provider refuses to give this money back; nothing was changed. Give it back another way.",
            ),
            RefundError::Secret(error) => error.into(),
            RefundError::Rules(error) => error.into(),
            RefundError::Database(error) => error.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::fee_returned;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_fully_refunded_order_has_no_fee(fee in 0i64..50_000, parts in proptest::collection::vec(1i64..10_000, 1..8)) {
            let total: i64 = parts.iter().sum();
            let fee = fee.min(total);
            let mut before = 0;
            let mut returned = 0;
            for part in parts {
                let back = fee_returned(fee, total, before, part);
                prop_assert!(back >= 0);
                returned += back;
                before += part;
            }
            prop_assert_eq!(returned, fee);
        }
    }
}
