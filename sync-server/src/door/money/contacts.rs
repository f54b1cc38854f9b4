//! What guests left at tills: the journal names it, and beside the journal it comes up sealed, in whichever order. When both are
//! here, and the sale is orders, the orders have a buyer, whom their tickets are sent to. The sealed bytes go then.

use serde_json::{Value, json};
use shared::clock::UnixMillis;
use shared::ids::{DeviceId, EventId, FactId, JournalId, OrderId, OrganizerId};
use shared::till::acts::Left;
use shared::till::contact::{self, Bound, Contact, ContactOpener, MAX_SEALED};
use shared::wire::latest::{ContactAnswer, ErrorCode};
use sqlx::PgConnection;
use uuid::Uuid;

use super::journal::Till;
use super::{MOST, MakeError};
use crate::app::App;
use crate::database::transaction;
use crate::door::alerts::{self, AlertRow, Noticed, Subject, Telling};
use crate::door::sessions::DeviceSession;
use crate::messages::outbox;
use crate::tickets::resend;
use crate::vault::Vault;
use crate::web::ApiError;

/// What nobody could use by then is personal data for nothing.
const KEPT_MS: i64 = 30 * 24 * 3_600_000;
/// Named by one alert.
const MOST_NAMED: i64 = 20;

/// What opens the contacts of an organizer's tills. It follows from the master key, so a server that was put back from a backup
/// opens what was sealed since.
pub(in crate::door) fn opener(vault: &Vault, organizer: OrganizerId) -> ContactOpener {
    ContactOpener::from_secret(vault.derive(&format!("till_contacts/{organizer}")))
}

/// The device brought nothing that could be kept.
#[derive(Debug, thiserror::Error)]
pub enum KeepContactError {
    /// More bytes than any has.
    #[error("a sealed contact has 1 to {MAX_SEALED} bytes")]
    Size,
    /// PostgreSQL.
    #[error("keeping what a guest left at a till")]
    Database(#[from] sqlx::Error),
}

impl From<KeepContactError> for ApiError {
    fn from(error: KeepContactError) -> Self {
        match error {
            KeepContactError::Size => Self::new(ErrorCode::InvalidRequest, error.to_string()),
            KeepContactError::Database(source) => source.into(),
        }
    }
}

/// Keeps what a till brought, and uses it if the journal named it already. The same again is answered alike.
pub(in crate::door) async fn keep(
    app: &App,
    session: &DeviceSession,
    id: Uuid,
    sealed: &[u8],
) -> Result<ContactAnswer, KeepContactError> {
    if sealed.is_empty() || sealed.len() > MAX_SEALED {
        return Err(KeepContactError::Size);
    }
    let (organizer, device) = (session.organizer, session.device);
    sqlx::query!(
        "insert into till_contacts (organizer_id, device_id, id, sealed, received_ms) values ($1, $2, $3, $4, $5)
         on conflict (organizer_id, device_id, id) do update
         set sealed = excluded.sealed, received_ms = excluded.received_ms, state = 'waiting'
         where till_contacts.state in ('waiting', 'refused')",
        organizer.0,
        device.0,
        id,
        sealed,
        app.now_ms()
    )
    .execute(&app.pool)
    .await?;
    let state = sqlx::query_scalar!(
        "select state from till_contacts where organizer_id = $1 and device_id = $2 and id = $3",
        organizer.0,
        device.0,
        id
    )
    .fetch_one(&app.pool)
    .await?;
    if let Err(error) = settle_all(app, Some(organizer)).await {
        // It is kept; the sweep goes on with it.
        tracing::warn!(%organizer, error = format!("{:#}", anyhow::Error::from(error)), "what a guest left at a till waits");
    }
    Ok(match state.as_str() {
        "erased" => ContactAnswer::Erased,
        _ => ContactAnswer::Kept,
    })
}

/// Writes down what a stretch of a journal names. A second fact of the same id says nothing.
pub(super) async fn name(
    conn: &mut PgConnection,
    till: &Till,
    left: &[Left],
) -> Result<(), sqlx::Error> {
    for left in left {
        sqlx::query!(
            "insert into till_contacts (organizer_id, device_id, id, journal_id, seq, sale_id, hash)
             values ($1, $2, $3, $4, $5, $6, $7)
             on conflict (organizer_id, device_id, id) do update
             set journal_id = excluded.journal_id, seq = excluded.seq, sale_id = excluded.sale_id, hash = excluded.hash
             where till_contacts.sale_id is null",
            till.organizer.0,
            till.device.0,
            Uuid::from_bytes(left.blob),
            till.journal.0,
            left.seq.cast_signed(),
            left.sale.0,
            &left.hash[..]
        )
        .execute(&mut *conn)
        .await?;
    }
    Ok(())
}

/// Erases what nobody could use for 30 days.
pub(super) async fn erase_old(app: &App) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update till_contacts set sealed = null, state = 'erased' where sealed is not null and received_ms < $1",
        app.now_ms() - KEPT_MS
    )
    .execute(&app.pool)
    .await
    .map(drop)
}

/// One that both sides are here of.
#[derive(Clone, Copy)]
struct Waiting {
    organizer: OrganizerId,
    device: DeviceId,
    id: Uuid,
    sale: FactId,
}

/// Uses what waits and can be used: the sale is orders, and all tickets in them are on doors' lists.
pub(super) async fn settle_all(app: &App, of: Option<OrganizerId>) -> Result<(), MakeError> {
    let waiting = sqlx::query!(
        r#"select c.organizer_id, c.device_id, c.id, c.sale_id as "sale_id!" from till_contacts c
           where c.state = 'waiting' and c.sale_id is not null and c.sealed is not null
             and ($1::uuid is null or c.organizer_id = $1)
             and exists (select from till_orders o
                         where o.organizer_id = c.organizer_id and o.device_id = c.device_id and o.sale_id = c.sale_id)
             and not exists (select from till_orders o
                             join till_sale_tickets s on s.organizer_id = o.organizer_id and s.event_id = o.event_id
                                  and s.order_id = o.order_id
                             where o.organizer_id = c.organizer_id and o.device_id = c.device_id and o.sale_id = c.sale_id
                               and s.waiting)
           order by c.organizer_id, c.device_id, c.id limit $2"#,
        of.map(|organizer| organizer.0),
        MOST
    )
    .fetch_all(&app.pool)
    .await?;
    // One that can't be used keeps no other from it.
    let mut failed = None;
    for row in waiting {
        let one = Waiting {
            organizer: OrganizerId(row.organizer_id),
            device: DeviceId(row.device_id),
            id: row.id,
            sale: FactId(row.sale_id),
        };
        if let Err(error) = settle(app, one).await {
            failed = Some(error);
        }
    }
    failed.map_or(Ok(()), Err)
}

async fn settle(app: &App, one: Waiting) -> Result<(), MakeError> {
    let Waiting {
        organizer,
        device,
        id,
        sale,
    } = one;
    let mut tx = transaction::begin(&app.pool).await?;
    let orders = sqlx::query!(
        "select event_id, order_id from till_orders where organizer_id = $1 and device_id = $2 and sale_id = $3
         order by event_id",
        organizer.0,
        device.0,
        sale.0
    )
    .fetch_all(&mut *tx)
    .await?;
    for row in &orders {
        transaction::begin_change(&mut tx, organizer, EventId(row.event_id)).await?;
    }
    let row = sqlx::query!(
        r#"select journal_id as "journal_id!", hash as "hash!", sealed as "sealed!" from till_contacts
           where organizer_id = $1 and device_id = $2 and id = $3 and state = 'waiting' and sale_id = $4 and sealed is not null
           for update"#,
        organizer.0,
        device.0,
        id,
        sale.0
    )
    .fetch_optional(&mut *tx)
    .await?;
    let (Some(row), Some(first)) = (row, orders.first()) else {
        // Somebody else used it meanwhile.
        return Ok(());
    };
    let bound = Bound {
        organizer,
        sale,
        blob: *id.as_bytes(),
    };
    let is_named = contact::hash(&row.sealed)[..] == row.hash[..];
    let opened = is_named.then(|| opener(&app.vault, organizer).open(&bound, &row.sealed));
    let state = match opened {
        Some(Ok(contact)) => {
            let orders = orders.iter().map(|row| OrderId(row.order_id));
            let of_sale = orders.collect::<Vec<_>>();
            buy(app, &mut tx, one, &of_sale, &contact).await?;
            "opened"
        }
        Some(Err(_)) | None => "refused",
    };
    sqlx::query!(
        "update till_contacts set state = $4, sealed = null where organizer_id = $1 and device_id = $2 and id = $3",
        organizer.0,
        device.0,
        id,
        state
    )
    .execute(&mut *tx)
    .await?;
    let of = (organizer, EventId(first.event_id));
    tell(
        &mut tx,
        of,
        (device, JournalId(row.journal_id)),
        app.now_ms(),
    )
    .await?;
    tx.commit().await?;
    for row in orders {
        app.door.watch.changed(EventId(row.event_id));
    }
    Ok(())
}

/// The orders of a sale have a buyer from now on, and each has its mail.
async fn buy(
    app: &App,
    conn: &mut PgConnection,
    one: Waiting,
    orders: &[OrderId],
    contact: &Contact,
) -> Result<(), MakeError> {
    // Lists and mails call whoever gave no name by the address.
    let name = match contact.name() {
        "" => contact.email(),
        name => name,
    };
    let ids: Vec<Uuid> = orders.iter().map(|order| order.0).collect();
    sqlx::query!(
        "update orders set name = $3, email = $4, language = $5 where organizer_id = $1 and id = any($2)",
        one.organizer.0,
        &ids,
        name,
        contact.email(),
        contact.language().code()
    )
    .execute(&mut *conn)
    .await?;
    for &order in orders {
        let key = format!("tickets/{order}/{}", one.id);
        if let Some(mail) = resend::of_order(app, conn, order, key).await? {
            outbox::enqueue(conn, &[mail], app.now_ms()).await?;
        }
    }
    Ok(())
}

/// Tells of what did not fit its fact in a journal, in an event that the transaction has called `begin_change` of.
async fn tell(
    conn: &mut PgConnection,
    (organizer, event): (OrganizerId, EventId),
    (device, journal): (DeviceId, JournalId),
    now_ms: UnixMillis,
) -> Result<(), sqlx::Error> {
    let rows = sqlx::query!(
        r#"select c.seq as "seq!", c.sale_id as "sale_id!", o.receipt from till_contacts c
           join till_orders o on o.organizer_id = c.organizer_id and o.device_id = c.device_id and o.sale_id = c.sale_id
           where c.organizer_id = $1 and c.journal_id = $2 and c.state = 'refused' and o.event_id = $3
           order by c.seq limit $4"#,
        organizer.0,
        journal.0,
        event.0,
        MOST_NAMED
    )
    .fetch_all(&mut *conn)
    .await?;
    let facts: Vec<Value> = rows
        .into_iter()
        .map(|row| json!({ "device": device, "seq": row.seq, "sale": row.sale_id, "receipt": row.receipt }))
        .collect();
    let row = AlertRow {
        kind: Noticed::ContactRefused.code(),
        subject: Subject::Journal(journal),
        telling: if facts.is_empty() {
            Telling::Over
        } else {
            Telling::Whole {
                detail: json!({ "device": device, "facts": facts }),
                resolved: false,
            }
        },
    };
    alerts::upsert(conn, (organizer, event), vec![row], now_ms).await
}
