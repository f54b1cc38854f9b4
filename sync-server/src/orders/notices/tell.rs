//! From a notice to mails: a few orders in one transaction, with how far it came, so that each is told once.

use serde_json::json;
use shared::clock::UnixMillis;
use shared::ids::{EventId, OrderId, OrganizerId};
use sqlx::PgConnection;
use uuid::Uuid;

use super::remind::local;
use super::{Appointment, Kind};
use crate::app::App;
use crate::database::transaction::begin;
use crate::messages::outbox::{self, Mail};
use crate::orders::UnreadableRow;
use crate::orders::secret::{OrderSecret, link, paper_link};
use crate::vault::UnsealError;

const BATCH: i64 = 200;
/// Whoever has bought since needs no reminder.
const FRESH_MS: i64 = 12 * 3_600_000;

/// A notice waits.
#[derive(Debug, thiserror::Error)]
pub enum TellError {
    /// An order's secret, for the links in its mail.
    #[error("opening the secret of an order for a mail about its event")]
    Secret(#[from] UnsealError),
    /// PostgreSQL.
    #[error("telling what happened to an event")]
    Database(#[from] sqlx::Error),
}

/// Tells every notice that is due.
pub async fn sweep(app: &App) -> Result<(), TellError> {
    while !app.stopping.is_cancelled() && tell_some(app).await? {}
    Ok(())
}

/// A notice with its event as it is now.
struct Open {
    organizer: OrganizerId,
    event: EventId,
    id: i64,
    kind: Kind,
    before: serde_json::Value,
    created_ms: UnixMillis,
    told_to: Option<Uuid>,
    status: String,
    title: String,
    now: Appointment,
    ends_ms: UnixMillis,
}

impl Open {
    /// Whether it is still true.
    fn holds(&self, now_ms: UnixMillis) -> bool {
        let is_ahead = self.now.starts_ms > now_ms;
        match self.kind {
            Kind::Changed => {
                self.status == "published" && is_ahead && self.before != json!(self.now)
            }
            Kind::Cancelled => self.status == "cancelled" && self.ends_ms > now_ms,
            Kind::Reminder => {
                let day = |at_ms| local(at_ms, &self.now.time_zone).date();
                let was_for = self.before["starts_ms"].as_i64().map(day);
                self.status == "published" && is_ahead && was_for == Some(day(self.now.starts_ms))
            }
        }
    }

    /// Orders that were paid later know it already.
    fn paid_until_ms(&self) -> UnixMillis {
        match self.kind {
            Kind::Changed | Kind::Cancelled => self.created_ms,
            Kind::Reminder => self.created_ms - FRESH_MS,
        }
    }

    fn dedupe_key(&self, order: OrderId) -> String {
        match self.kind {
            Kind::Changed => format!("changed/{order}/{}", self.id),
            Kind::Cancelled => format!("cancelled/{order}"),
            Kind::Reminder => {
                let day = local(self.now.starts_ms, &self.now.time_zone).date();
                format!("reminder/{order}/{day}")
            }
        }
    }
}

/// The next few orders of one notice; whether there may be more to tell.
async fn tell_some(app: &App) -> Result<bool, TellError> {
    let now_ms = app.now_ms();
    let mut tx = begin(&app.pool).await?;
    let Some(open) = next(&mut tx, now_ms).await? else {
        return Ok(false);
    };
    let orders = if open.holds(now_ms) {
        orders(&mut tx, &open).await?
    } else {
        Vec::new()
    };
    let mails = orders
        .iter()
        .filter(|order| order.tickets > 0)
        .map(|order| mail(app, &open, order))
        .collect::<Result<Vec<_>, _>>()?;
    outbox::enqueue(&mut tx, &mails, now_ms).await?;
    outbox::enqueue_texts(&mut tx, &texts(app, &open, &orders)?, now_ms).await?;
    let is_done = (orders.len() as i64) < BATCH;
    sqlx::query!(
        "update notices set told_to = coalesce($4, told_to), done_ms = $5
         where organizer_id = $1 and event_id = $2 and id = $3",
        open.organizer.0,
        open.event.0,
        open.id,
        orders.last().map(|order| order.id) as Option<Uuid>,
        is_done.then_some(now_ms),
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(true)
}

async fn next(
    connection: &mut PgConnection,
    now_ms: UnixMillis,
) -> Result<Option<Open>, sqlx::Error> {
    let row = sqlx::query!(
        r#"select n.organizer_id, n.event_id, n.id, n.kind, n.before, n.created_ms, n.told_to,
               e.status, e.title, e.doors_ms, e.starts_ms, e.ends_ms, e.time_zone, v.name || ', ' || v.city as "place!"
           from notices n
           join events e on e.organizer_id = n.organizer_id and e.id = n.event_id
           join venues v on v.organizer_id = e.organizer_id and v.id = e.venue_id
           where n.done_ms is null and n.due_ms <= $1
           order by n.due_ms limit 1 for update of n skip locked"#,
        now_ms
    )
    .fetch_optional(connection)
    .await?;
    let Some(row) = row else {
        return Ok(None);
    };
    let kind = Kind::ALL.into_iter().find(|kind| kind.as_str() == row.kind);
    Ok(Some(Open {
        organizer: OrganizerId(row.organizer_id),
        event: EventId(row.event_id),
        id: row.id,
        kind: kind.ok_or_else(|| UnreadableRow::new("notices.kind", &row.kind))?,
        before: row.before,
        created_ms: row.created_ms,
        told_to: row.told_to,
        status: row.status,
        title: row.title,
        now: Appointment {
            doors_ms: row.doors_ms,
            starts_ms: row.starts_ms,
            time_zone: row.time_zone,
            place: row.place,
        },
        ends_ms: row.ends_ms,
    }))
}

/// Who has tickets.
struct Told {
    id: Uuid,
    code: String,
    email: String,
    name: String,
    language: String,
    secret_sealed: Vec<u8>,
    phone: Option<String>,
    /// Those that enter.
    tickets: i64,
}

async fn orders(connection: &mut PgConnection, open: &Open) -> Result<Vec<Told>, sqlx::Error> {
    sqlx::query_as!(
        Told,
        r#"select o.id, o.code, o.email as "email!", o.name as "name!", o.language, o.secret_sealed,
               (select p.phone from order_phones p
                where p.organizer_id = $1 and p.event_id = $2 and p.order_id = o.id) as phone,
               (select count(*) from tickets t
                where t.organizer_id = $1 and t.event_id = $2 and t.order_id = o.id and t.status = 0) as "tickets!"
           from orders o
           where o.organizer_id = $1 and o.event_id = $2 and o.state = 'paid' and o.issued_ms is not null
             and o.paid_ms <= $3 and ($4::uuid is null or o.id > $4)
           order by o.id limit $5"#,
        open.organizer.0,
        open.event.0,
        open.paid_until_ms(),
        open.told_to as Option<Uuid>,
        BATCH,
    )
    .fetch_all(connection)
    .await
}

/// The reminder, to who left a number.
fn texts(app: &App, open: &Open, orders: &[Told]) -> Result<Vec<Mail>, UnsealError> {
    if app.sms.is_none() || open.kind != Kind::Reminder {
        return Ok(Vec::new());
    }
    let told = orders.iter().filter(|order| order.tickets > 0);
    told.filter_map(|order| Some((order, order.phone.as_ref()?)))
        .map(|(order, phone)| {
            let id = OrderId(order.id);
            let secret = OrderSecret::unseal(&app.vault, id, &order.secret_sealed)?;
            Ok(Mail {
                dedupe_key: format!("sms-{}", open.dedupe_key(id)),
                recipient: phone.clone(),
                language: order.language.clone(),
                template: "sms_reminder".to_owned(),
                payload: json!({
                    "title": open.title,
                    "doors_ms": open.now.doors_ms,
                    "time_zone": open.now.time_zone,
                    "link": link(&app.config.public_url, id, &secret),
                }),
            })
        })
        .collect()
}

fn mail(app: &App, open: &Open, order: &Told) -> Result<Mail, UnsealError> {
    let id = OrderId(order.id);
    let secret = OrderSecret::unseal(&app.vault, id, &order.secret_sealed)?;
    let url = &app.config.public_url;
    let mut payload = json!({
        "order": id,
        "name": order.name,
        "order_code": order.code,
        "link": link(url, id, &secret),
        "paper": paper_link(url, id, &secret),
        "event_title": open.title,
        "tickets": order.tickets,
        "now": open.now,
    });
    if open.kind == Kind::Changed {
        payload["before"] = open.before.clone();
    }
    Ok(Mail {
        dedupe_key: open.dedupe_key(id),
        recipient: order.email.clone(),
        language: order.language.clone(),
        template: open.kind.as_str().to_owned(),
        payload,
    })
}
