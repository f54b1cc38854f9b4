//! What follows an offer, soon after: a ticket that is good again, or its seller's money. Each step can be begun again.

use serde_json::json;
use shared::ids::{EventId, OrderId, OrganizerId, RefundId, TicketId};
use shared::language::Language;
use shared::money::{Currency, Money};
use uuid::Uuid;

use crate::app::App;
use crate::database::transaction::{Attempts, begin, begin_change};
use crate::door::folding::refold_tickets;
use crate::door::rights::{self, SettleRightsError};
use crate::door::rules::LoadRulesError;
use crate::messages::outbox::{self, Mail};
use crate::orders::UnreadableRow;
use crate::orders::secret::{OrderSecret, link};
use crate::payments::refund::{RefundError, RefundRequest, RefundState, refund};
use crate::payments::troubles::{Kind, Told, note};
use crate::vault::UnsealError;
use crate::web::store::Texts;

/// So many at once.
const BATCH: i64 = 100;

/// Something of a resale waits for the next time.
#[derive(Debug, thiserror::Error)]
pub enum ResaleSweepError {
    /// What doors are told of tickets that are good again.
    #[error("folding the tickets of a resale anew")]
    Rules(#[from] LoadRulesError),
    /// Doors keep their rights of entry.
    #[error("lending the rights of entry of tickets that were not resold")]
    Rights(#[from] SettleRightsError),
    /// The secret of the seller's order, for the link in the mail.
    #[error("opening the secret of a seller's order")]
    Secret(#[from] UnsealError),
    /// The seller's money.
    #[error("giving the money of a resold ticket back")]
    Refund(#[source] RefundError),
    /// PostgreSQL.
    #[error("going on with resales")]
    Database(#[from] sqlx::Error),
}

/// Unblocks what was not paid, writes down what was, and gives its money back.
pub async fn sweep(app: &App) -> Result<(), ResaleSweepError> {
    let events =
        sqlx::query!("select distinct organizer_id, event_id from resales where state = 'back'")
            .fetch_all(&app.pool)
            .await?;
    let mut failed = None;
    for event in events {
        let of = (OrganizerId(event.organizer_id), EventId(event.event_id));
        let mut attempts = Attempts::default();
        loop {
            match unblock(app, of).await {
                Err(ResaleSweepError::Database(error)) if attempts.again(&error) => {}
                Err(error) => break failed = failed.or(Some(error)),
                Ok(()) => break,
            }
        }
    }
    if let Err(error) = settle(app).await {
        failed = failed.or(Some(error));
    }
    if let Err(error) = give_back(app).await {
        failed = failed.or(Some(error));
    }
    failed.map_or(Ok(()), Err)
}

/// The tickets of an event that came back are good again, and up again unless their holders keep them.
async fn unblock(app: &App, of: (OrganizerId, EventId)) -> Result<(), ResaleSweepError> {
    let mut tx = begin(&app.pool).await?;
    begin_change(&mut tx, of.0, of.1).await?;
    let tickets = sqlx::query_scalar!(
        "update resales set state = case when stops then 'withdrawn' else 'open' end, offer_id = null
         where organizer_id = $1 and event_id = $2 and state = 'back' returning ticket_id",
        of.0.0,
        of.1.0,
    )
    .fetch_all(&mut *tx)
    .await?;
    sqlx::query!(
        "update tickets set status = 0 where organizer_id = $1 and event_id = $2 and id = any($3) and status = 4",
        of.0.0,
        of.1.0,
        &tickets,
    )
    .execute(&mut *tx)
    .await?;
    refold_tickets(app, &mut tx, of, &tickets).await?;
    // Its right of entry stands in the published list again, or is lent anew.
    rights::ended(app, &mut tx, of, &tickets).await?;
    rights::settle(app, &mut tx, of).await?;
    tx.commit().await?;
    app.door.watch.changed(of.1);
    Ok(())
}

/// Offers that were paid: the seller is told, and what goes back is fixed.
async fn settle(app: &App) -> Result<(), ResaleSweepError> {
    let mut tx = begin(&app.pool).await?;
    let sold = sqlx::query!(
        r#"with sold as (
               update resales r set state = 'sold',
                   back_minor = greatest(0, least(t.price_minor, l.unit_minor - l.discount_minor / l.quantity))
               from orders o, order_lines l, tickets t
               where r.state = 'offered' and o.id = r.offer_id and o.state in ('paid', 'refunded')
                   and l.organizer_id = r.organizer_id and l.event_id = r.event_id and l.order_id = o.id
                   and l.type_no = r.type_no
                   and t.organizer_id = r.organizer_id and t.event_id = r.event_id and t.id = r.ticket_id
               returning r.id, r.back_minor, t.order_id, t.channel || '-' || t.series_no as ticket, r.event_id
           )
           select sold.id, sold.back_minor as "back_minor!", sold.ticket as "ticket!", o.id as order_id, o.code,
               o.email as "email!", o.name as "name!", o.language, o.currency, o.secret_sealed, e.title
           from sold join orders o on o.id = sold.order_id
           join events e on e.organizer_id = o.organizer_id and e.id = o.event_id"#
    )
    .fetch_all(&mut *tx)
    .await?;
    if sold.is_empty() {
        return Ok(());
    }
    let mut mails = Vec::with_capacity(sold.len());
    for row in sold {
        let order = OrderId(row.order_id);
        let secret = OrderSecret::unseal(&app.vault, order, &row.secret_sealed)?;
        mails.push(Mail {
            dedupe_key: format!("resold/{}", row.id),
            recipient: row.email,
            language: row.language,
            template: "resold".to_owned(),
            payload: json!({
                "name": row.name,
                "ticket": row.ticket,
                "order_code": row.code,
                "link": link(&app.config.public_url, order, &secret),
                "event_title": row.title,
                "amount_minor": row.back_minor,
                "currency": row.currency,
            }),
        });
    }
    outbox::enqueue(&mut tx, &mails, app.now_ms()).await?;
    tx.commit().await?;
    Ok(())
}

struct Sold {
    id: Uuid,
    ticket_id: i64,
    refund_id: Uuid,
    back_minor: i64,
    order_id: Uuid,
    language: String,
}

/// The money of what was sold, each once: the refund's id is that of the resale.
async fn give_back(app: &App) -> Result<(), ResaleSweepError> {
    let sold = sqlx::query_as!(
        Sold,
        r#"select r.id, r.ticket_id, r.refund_id, r.back_minor as "back_minor!", t.order_id, o.language
           from resales r
           join tickets t on t.organizer_id = r.organizer_id and t.event_id = r.event_id and t.id = r.ticket_id
           join orders o on o.id = t.order_id
           where r.state = 'sold'
               -- One that is on its way already is `payments::refund`'s.
               and not exists (select from refunds f where f.id = r.refund_id and f.state = 'pending')
           order by r.id limit $1"#,
        BATCH
    )
    .fetch_all(&app.pool)
    .await?;
    let mut failed = None;
    for sold in sold {
        if app.stopping.is_cancelled() {
            break;
        }
        if let Err(error) = give_one_back(app, &sold).await {
            failed = failed.or(Some(error));
        }
    }
    failed.map_or(Ok(()), Err)
}

async fn give_one_back(app: &App, sold: &Sold) -> Result<(), ResaleSweepError> {
    let language: Language = sold.language.parse().unwrap_or_default();
    let t = Texts::of(language);
    let request = RefundRequest {
        id: RefundId(sold.refund_id),
        amount_minor: sold.back_minor,
        reason: t.get("resale-reason").into_owned(),
        tickets: vec![TicketId::from_i64(sold.ticket_id)],
    };
    match refund(app, OrderId(sold.order_id), &request)
        .await
        .map(|refund| refund.state)
    {
        // Carried out, the refund has written down that the resale is done; on its way, it is asked for again.
        Ok(RefundState::Succeeded | RefundState::Pending) => Ok(()),
        // Part of the order's money went another way: what is left of it.
        Err(RefundError::TooLarge { left }) => {
            sqlx::query!(
                "update resales set back_minor = $2 where id = $1 and state = 'sold'",
                sold.id,
                left
            )
            .execute(&app.pool)
            .await?;
            Ok(())
        }
        Ok(RefundState::Failed) | Err(RefundError::Refused) => {
            refused(app, sold).await?;
            ends_as(app, sold.id, "unpaid").await
        }
        // The ticket ended otherwise, with its money.
        Err(RefundError::Tickets | RefundError::NothingLeft | RefundError::NotPaid(_)) => {
            ends_as(app, sold.id, "ended").await
        }
        Err(
            error @ (RefundError::NoOrder
            | RefundError::Field(..)
            | RefundError::OtherContent
            | RefundError::Secret(_)
            | RefundError::Rules(_)
            | RefundError::Rights(_)
            | RefundError::Database(_)),
        ) => Err(ResaleSweepError::Refund(error)),
    }
}

/// The organizer has to give the money another way, and sees it beside the order.
async fn refused(app: &App, sold: &Sold) -> Result<(), ResaleSweepError> {
    let paid = sqlx::query!(
        r#"select provider, reference as "reference!", currency from payments
           where order_id = $1 and state = 'succeeded' and reference is not null"#,
        sold.order_id
    )
    .fetch_optional(&app.pool)
    .await?;
    let Some(paid) = paid else {
        return Ok(());
    };
    let currency = Currency::from_code(&paid.currency).ok_or_else(|| {
        sqlx::Error::from(UnreadableRow::new("a payment's currency", &paid.currency))
    })?;
    let told = Told {
        kind: Kind::RefundFailed,
        id: sold.refund_id.to_string(),
        reference: paid.reference,
        amount: Money::new(sold.back_minor, currency),
    };
    note(app, &paid.provider, &told).await?;
    Ok(())
}

async fn ends_as(app: &App, id: Uuid, state: &str) -> Result<(), ResaleSweepError> {
    sqlx::query!(
        "update resales set state = $2 where id = $1 and state = 'sold'",
        id,
        state
    )
    .execute(&app.pool)
    .await?;
    Ok(())
}
