//! Under the event's lock, once the provider gave the money back: tickets, stock, ledger and mail.

use shared::clock::UnixMillis;
use shared::ids::{EventId, OrderId, OrganizerId, RefundId};
use sqlx::PgConnection;

use super::{RefundError, given};
use crate::app::App;
use crate::database::transaction::{begin, begin_change};
use crate::door::folding::refold_tickets;
use crate::door::{rights, stock as lent};
use crate::messages::outbox::{self, Mail};
use crate::orders::resale::tickets_ended;
use crate::orders::secret::{OrderSecret, link};
use crate::orders::stock::{self, Move};

struct Open {
    organizer: OrganizerId,
    event: EventId,
    order: OrderId,
    amount_minor: i64,
    ticket_ids: Vec<i64>,
    total_minor: i64,
    donation_minor: i64,
    refunded_before: i64,
    fee_minor: i64,
    mail: Mail,
}

impl Open {
    /// Of an order that cost nothing all money is back at any time: there it hangs on the tickets.
    fn is_last(&self) -> bool {
        self.refunded_before + self.amount_minor == self.total_minor
            && (self.total_minor > 0 || self.ticket_ids.is_empty())
    }

    /// Of so much that is back, what was the gift: places come first.
    fn of_gift(&self, back: i64) -> i64 {
        (back - (self.total_minor - self.donation_minor)).max(0)
    }
}

/// The provider gives the money back: tickets, stock, ledger and mail, all or nothing, once.
pub(super) async fn carry_out(app: &App, id: RefundId) -> Result<(), RefundError> {
    let now_ms = app.now_ms();
    let event = sqlx::query!(
        "select organizer_id, event_id from refunds where id = $1",
        id.0
    )
    .fetch_one(&app.pool)
    .await?;
    let mut tx = begin(&app.pool).await?;
    let (organizer, of) = (OrganizerId(event.organizer_id), EventId(event.event_id));
    begin_change(&mut tx, organizer, of).await?;
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
    if !ended.lent.is_empty() {
        lent::refunded(app, &mut tx, of, &ended.lent).await?;
    }
    refold_tickets(app, &mut tx, of, &ended.tickets).await?;
    rights::ended(app, &mut tx, of, &ended.tickets).await?;
    book(&mut tx, id, &open, now_ms).await?;
    let mut mails = given::end(app, &mut tx, id, of, &ended.tickets).await?;
    mails.push(open.mail);
    outbox::enqueue(&mut tx, &mails, now_ms).await?;
    tx.commit().await?;
    app.door.watch.changed(of.1);
    Ok(())
}

/// The refund with its order locked; `None` when another has carried it out.
async fn open_refund(
    app: &App,
    connection: &mut PgConnection,
    id: RefundId,
) -> Result<Option<Open>, RefundError> {
    let row = sqlx::query!(
        r#"select r.organizer_id, r.event_id, r.order_id, r.amount_minor, r.currency, r.fee_minor, r.ticket_ids, o.total_minor,
               o.donation_minor,
               o.code, o.email as "email!", o.name as "name!", o.language, o.secret_sealed
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
    let refunded_before = sqlx::query_scalar!(
        r#"select coalesce(sum(amount_minor), 0)::bigint as "refunded!" from refunds
           where organizer_id = $1 and event_id = $2 and order_id = $3 and state = 'succeeded'"#,
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
            "total_minor": row.total_minor,
        }),
    };
    Ok(Some(Open {
        organizer: OrganizerId(row.organizer_id),
        event: EventId(row.event_id),
        order,
        amount_minor: row.amount_minor,
        ticket_ids: row.ticket_ids,
        total_minor: row.total_minor,
        donation_minor: row.donation_minor,
        refunded_before,
        fee_minor: row.fee_minor,
        mail,
    }))
}

/// What a refund ends.
#[derive(Default)]
struct Ended {
    /// But for those of tickets that a till sold.
    places: stock::Places,
    tickets: Vec<i64>,
    /// Those that a till sold: its facts say where their places are.
    lent: Vec<i64>,
}

/// All money is back: order and tickets end. Where no tickets were issued yet, the places are those of its lines.
async fn end_order(connection: &mut PgConnection, open: &Open) -> Result<Ended, sqlx::Error> {
    let ended = sqlx::query!(
        r#"with ended as (
               update orders set state = 'refunded' where id = $3 returning issued_ms
           )
           select
               coalesce((select array_agg(id) from tickets
                   where organizer_id = $1 and event_id = $2 and status in (0, 4)
                     and (order_id = $3 or order_id in (select id from orders
                         where organizer_id = $1 and event_id = $2 and given_by = $3))), '{}') as "tickets!",
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
            ..Ended::default()
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
        r#"update tickets set status = 2
         where organizer_id = $1 and event_id = $2 and id = any($4) and status in (0, 4)
           and (order_id = $3 or order_id in (select id from orders
               where organizer_id = $1 and event_id = $2 and given_by = $3))
         returning id, type_no, exists (select from leased_tickets k
             where k.organizer_id = $1 and k.event_id = $2 and k.id = tickets.id) as "is_lent!""#,
        open.organizer.0,
        open.event.0,
        open.order.0,
        tickets
    )
    .fetch_all(&mut *connection)
    .await?;
    let ids: Vec<i64> = ended.iter().map(|ticket| ticket.id).collect();
    let away = tickets_ended(connection, (open.organizer, open.event), &ids).await?;
    let (lent, own): (Vec<_>, Vec<_>) = ended.iter().partition(|ticket| ticket.is_lent);
    let types: Vec<i32> = own
        .iter()
        .filter(|ticket| !away.contains(&ticket.id))
        .map(|ticket| ticket.type_no)
        .collect();
    Ok(Ended {
        places: stock::places(&types, &vec![1; types.len()]),
        tickets: ids,
        lent: lent.iter().map(|ticket| ticket.id).collect(),
    })
}

async fn book(
    connection: &mut PgConnection,
    id: RefundId,
    open: &Open,
    now_ms: UnixMillis,
) -> Result<(), sqlx::Error> {
    let gift_before = open.of_gift(open.refunded_before);
    let gift = open.of_gift(open.refunded_before + open.amount_minor) - gift_before;
    sqlx::query!(
        "with settled as (
             update refunds set state = 'succeeded', settled_ms = $5 where id = $4
             returning payment_id, currency
         )
         insert into ledger (organizer_id, event_id, at_ms, order_id, payment_id, refund_id, kind, amount_minor, currency)
         select $1, $2, $5, $3, settled.payment_id, $4, entry.kind, entry.amount, settled.currency
         from settled join payments p on p.id = settled.payment_id cross join lateral (values
             (case p.provider when 'till' then 'till_refund' else 'refund' end, -$6::bigint),
             ('donation_returned', -$8::bigint), ('platform_fee_returned', $7::bigint)) entry (kind, amount)
         where entry.amount <> 0",
        open.organizer.0,
        open.event.0,
        open.order.0,
        id.0,
        now_ms,
        open.amount_minor - gift,
        open.fee_minor,
        gift
    )
    .execute(connection)
    .await
    .map(drop)
}
