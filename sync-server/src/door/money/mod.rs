//! What the journals of tills come to: a sale is an order for each of its events, with its payments and tickets, and a refund gives
//! money and places back. The facts themselves are stored before, whatever they say.
//!
//! Exactly once: each journal has a mark up to which that was done, which moves in the transaction that did it. What a crash
//! leaves behind the mark, the next upload or the sweep does. Stock is moved by the facts of door journals (`super::stock`), never
//! by a sale, so whichever comes first, it ends the same.

pub(super) mod api;
mod closing;
pub(in crate::door) mod contacts;
mod fork;
mod found;
mod journal;
mod publish;
mod refund;
mod sale;
mod sums;
mod unmade;
pub mod view;
pub(super) mod voucher_api;
pub(crate) mod vouchers;

pub(crate) use sale::PROVIDER;

use shared::ids::{DeviceId, EventId, JournalId, OrganizerId};

use super::rights::SettleRightsError;
use super::rules::LoadRulesError;
use crate::app::App;
use crate::database::transaction::{self, Attempts};
use crate::tickets::keys::OpenKeyError;
use crate::tickets::resend::ResendError;

/// Journals, or events, in one sweep.
const MOST: i64 = 100;

/// What came of a till waits; it will be made later.
#[derive(Debug, thiserror::Error)]
pub enum MakeError {
    /// PostgreSQL.
    #[error("making orders of what a till sold")]
    Database(#[from] sqlx::Error),
    /// An event's rules.
    #[error("reading an event's rules for what a till sold")]
    Rules(#[from] LoadRulesError),
    /// In strict mode each ticket's right of entry goes to a door with it.
    #[error(transparent)]
    Rights(#[from] SettleRightsError),
    /// The key that signed a lent ticket.
    #[error(transparent)]
    Key(#[from] OpenKeyError),
    /// The mail with the tickets of whoever left an address.
    #[error(transparent)]
    Mail(#[from] ResendError),
}

/// After an upload of a till's facts was stored: makes what they come to. What can't be made now is left to [`sweep`].
pub(super) async fn after_upload(app: &App, organizer: OrganizerId) {
    if let Err(error) = make_all(app, Some(organizer)).await {
        tracing::warn!(%organizer, error = format!("{:#}", anyhow::Error::from(error)), "what a till sold waits");
    }
}

/// Makes what a crash, or a lock that was held too long, left.
pub async fn sweep(app: &App) -> Result<(), MakeError> {
    contacts::erase_old(app).await?;
    make_all(app, None).await
}

async fn make_all(app: &App, of: Option<OrganizerId>) -> Result<(), MakeError> {
    let behind = sqlx::query!(
        "select organizer_id, id from till_journals
         where made_through < head_seq and ($1::uuid is null or organizer_id = $1)
         order by organizer_id, opened_ms, id limit $2",
        of.map(|organizer| organizer.0),
        MOST
    )
    .fetch_all(&app.pool)
    .await?;
    // One that can't be made keeps no other from it.
    let mut failed = None;
    for row in behind {
        let (organizer, journal) = (OrganizerId(row.organizer_id), JournalId(row.id));
        if let Err(error) = make(app, organizer, journal).await {
            failed = Some(error);
        }
    }
    for (organizer, journal) in uncompared(app, of).await? {
        if let Err(error) = closing::compare(app, organizer, journal).await {
            failed = Some(error);
        }
    }
    for (organizer, journal, device) in untold_forks(app, of).await? {
        if let Err(error) = fork::tell(app, organizer, journal, device).await {
            failed = Some(error);
        }
    }
    let waiting = sqlx::query!(
        "select distinct s.organizer_id, s.event_id from till_sale_tickets s
         join till_orders o on o.organizer_id = s.organizer_id and o.event_id = s.event_id and o.order_id = s.order_id
         join leased_tickets k on k.organizer_id = s.organizer_id and k.event_id = s.event_id and k.id = s.ticket_id
         where s.waiting and k.holder_id = o.device_id and k.state <> 'returned' and ($1::uuid is null or s.organizer_id = $1)
           and not exists (select from tickets t where t.id = s.ticket_id)
         limit $2",
        of.map(|organizer| organizer.0),
        MOST
    )
    .fetch_all(&app.pool)
    .await?;
    for row in waiting {
        let of = (OrganizerId(row.organizer_id), EventId(row.event_id));
        if let Err(error) = publish_waiting(app, of).await {
            failed = Some(error);
        }
    }
    if let Err(error) = contacts::settle_all(app, of).await {
        failed = Some(error);
    }
    failed.map_or(Ok(()), Err)
}

/// Journals with closings, or without, that nobody looked at.
async fn uncompared(
    app: &App,
    of: Option<OrganizerId>,
) -> Result<Vec<(OrganizerId, JournalId)>, sqlx::Error> {
    let rows = sqlx::query!(
        "select organizer_id, id from till_journals
         where compared_through < made_through and ($1::uuid is null or organizer_id = $1)
         order by organizer_id, opened_ms, id limit $2",
        of.map(|organizer| organizer.0),
        MOST
    )
    .fetch_all(&app.pool)
    .await?;
    let journals = rows.into_iter();
    Ok(journals
        .map(|row| (OrganizerId(row.organizer_id), JournalId(row.id)))
        .collect())
}

async fn untold_forks(
    app: &App,
    of: Option<OrganizerId>,
) -> Result<Vec<(OrganizerId, JournalId, DeviceId)>, sqlx::Error> {
    let rows = sqlx::query!(
        "select organizer_id, id, device_id from till_journals
         where forked_ms is not null and fork_told_ms is null and ($1::uuid is null or organizer_id = $1)
         order by organizer_id, id limit $2",
        of.map(|organizer| organizer.0),
        MOST
    )
    .fetch_all(&app.pool)
    .await?;
    let journals = rows.into_iter();
    Ok(journals
        .map(|row| {
            let (organizer, journal) = (OrganizerId(row.organizer_id), JournalId(row.id));
            (organizer, journal, DeviceId(row.device_id))
        })
        .collect())
}

async fn make(app: &App, organizer: OrganizerId, journal: JournalId) -> Result<(), MakeError> {
    let mut attempts = Attempts::default();
    loop {
        match journal::make_stretch(app, organizer, journal).await {
            Ok(journal::Left::Nothing) => return Ok(()),
            Ok(journal::Left::More) => attempts = Attempts::default(),
            Err(MakeError::Database(error)) if attempts.again(&error) => {}
            Err(error) => return Err(error),
        }
    }
}

/// Tickets that were known to be another's, or nobody's, when their sale came.
async fn publish_waiting(
    app: &App,
    (organizer, event): (OrganizerId, EventId),
) -> Result<(), MakeError> {
    let mut tx = transaction::begin(&app.pool).await?;
    transaction::begin_change(&mut tx, organizer, event).await?;
    publish::publish(app, &mut tx, (organizer, event), &[]).await?;
    tx.commit().await?;
    app.door.watch.changed(event);
    Ok(())
}
