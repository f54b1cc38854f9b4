//! A stretch of a till's journal, in one transaction with the mark that it was made.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use shared::clock::UnixMillis;
use shared::fact::till::{ClerkId, TillFact};
use shared::fact::{Envelope, FactBody};
use shared::ids::{DeviceId, EventId, JournalId, OrganizerId};
use shared::money::Currency;
use shared::till::acts::{self, Act, Acts, What};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{MakeError, contacts, publish, refund, sale, unmade};
use crate::app::App;
use crate::database::transaction;
use crate::door::promotion;

/// Facts in one transaction, so that events are locked for some tens of milliseconds.
const MOST_FACTS: i64 = 200;

/// Whether there may be more behind a stretch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Left {
    Nothing,
    More,
}

/// Whose journal it is.
pub(super) struct Till {
    pub(super) organizer: OrganizerId,
    pub(super) journal: JournalId,
    pub(super) device: DeviceId,
    /// As people call it.
    pub(super) name: String,
    pub(super) currency: Currency,
    pub(super) now_ms: UnixMillis,
}

/// What a stretch did, by event.
#[derive(Debug, Default)]
pub(super) struct Done {
    pub(super) sold: BTreeSet<EventId>,
    /// Tickets whose money was given back.
    pub(super) refunded: BTreeMap<EventId, Vec<i64>>,
    /// Something could not be made.
    pub(super) is_short: bool,
}

/// Makes the next stretch of what waits.
pub(super) async fn make_stretch(
    app: &App,
    organizer: OrganizerId,
    journal: JournalId,
) -> Result<Left, MakeError> {
    let mut conn = app.pool.acquire().await?;
    let Some((till, after, head)) = till(&mut conn, app, organizer, journal).await? else {
        return Ok(Left::Nothing);
    };
    let read = stretch(&mut conn, &till, after).await?;
    if read.through == after {
        return Ok(Left::Nothing);
    }
    let events = events(&mut conn, &till, &read.acts).await?;
    drop(conn);
    let mut tx = transaction::begin(&app.pool).await?;
    for &event in events.keys() {
        transaction::begin_change(&mut tx, organizer, event).await?;
    }
    let made_through = sqlx::query_scalar!(
        "select made_through from till_journals where organizer_id = $1 and id = $2 for update",
        organizer.0,
        journal.0
    )
    .fetch_one(&mut *tx)
    .await?;
    if made_through.cast_unsigned() != after {
        // Somebody else made it meanwhile.
        return Ok(Left::More);
    }
    let mut done = Done::default();
    for act in &read.acts {
        match &act.what {
            What::Sold {
                lines,
                paid,
                promotion,
            } => {
                let used = match promotion {
                    Some(promotion) => {
                        promotion::used(&mut tx, (organizer, till.device), promotion).await?
                    }
                    None => None,
                };
                let sold = sale::Sold {
                    lines,
                    paid,
                    used: used.as_ref(),
                };
                sale::make(app, &mut tx, &till, act, sold, &events, &mut done).await?;
            }
            What::TakenBack {
                reason,
                tickets,
                back,
            } => {
                refund::make(&mut tx, &till, act, (*reason, tickets, back), &mut done).await?;
            }
        }
    }
    contacts::name(&mut tx, &till, &read.left).await?;
    promotion::lapse(&mut tx, (organizer, till.device), read.passed_ms).await?;
    let changed: BTreeSet<EventId> = done
        .sold
        .iter()
        .chain(done.refunded.keys())
        .copied()
        .collect();
    for &event in &changed {
        let none = Vec::new();
        let refunded = done.refunded.get(&event).unwrap_or(&none);
        publish::publish(app, &mut tx, (organizer, event), refunded).await?;
    }
    let told_in = changed.first().or_else(|| events.keys().next()).copied();
    if let (true, Some(event)) = (done.is_short, told_in) {
        unmade::tell(&mut tx, &till, event).await?;
    }
    sqlx::query!(
        "update till_journals set made_through = $3 where organizer_id = $1 and id = $2",
        organizer.0,
        journal.0,
        read.through.cast_signed()
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    for event in events.into_keys() {
        app.door.watch.changed(event);
    }
    Ok(if read.through < head {
        Left::More
    } else {
        Left::Nothing
    })
}

/// The till, the place up to which all was made, and the journal's end; nothing if nothing waits or its opening can't be read.
async fn till(
    conn: &mut PgConnection,
    app: &App,
    organizer: OrganizerId,
    journal: JournalId,
) -> Result<Option<(Till, u64, u64)>, sqlx::Error> {
    let row = sqlx::query!(
        r#"select j.device_id, j.made_through, j.head_seq, d.name, f.envelope as opening
           from till_journals j
           join devices d on d.organizer_id = j.organizer_id and d.id = j.device_id
           join till_facts f on f.organizer_id = j.organizer_id and f.journal_id = j.id and f.seq = 1
           where j.organizer_id = $1 and j.id = $2 and j.made_through < j.head_seq"#,
        organizer.0,
        journal.0
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.and_then(|row| {
        let opening = Envelope::decode(&row.opening).ok()?;
        let FactBody::Till(TillFact::JournalOpened(opening)) = &opening.fact().body else {
            return None;
        };
        let till = Till {
            organizer,
            journal,
            device: DeviceId(row.device_id),
            name: row.name,
            currency: opening.currency,
            now_ms: app.now_ms(),
        };
        let places = (
            row.made_through.cast_unsigned(),
            row.head_seq.cast_unsigned(),
        );
        Some((till, places.0, places.1))
    }))
}

/// What follows a place. A sale with more payments than a stretch holds makes it longer.
async fn stretch(conn: &mut PgConnection, till: &Till, after: u64) -> Result<Acts, sqlx::Error> {
    let clerk = clerk_at(conn, till, after).await?;
    let mut most = MOST_FACTS;
    loop {
        let rows = sqlx::query!(
            "select seq, envelope from till_facts
             where organizer_id = $1 and journal_id = $2 and seq > $3 order by seq limit $4",
            till.organizer.0,
            till.journal.0,
            after.cast_signed(),
            most
        )
        .fetch_all(&mut *conn)
        .await?;
        let is_all = (rows.len() as i64) < most;
        let facts = rows.into_iter().map(|row| {
            let fact = Envelope::decode(&row.envelope).ok();
            (
                row.seq.cast_unsigned(),
                fact.map(|fact| fact.fact().clone()),
            )
        });
        let read = acts::read(after, clerk, facts);
        if read.through > after || is_all {
            return Ok(read);
        }
        most *= 4;
    }
}

/// Who had the till at a place.
pub(super) async fn clerk_at(
    conn: &mut PgConnection,
    till: &Till,
    place: u64,
) -> Result<Option<ClerkId>, sqlx::Error> {
    let envelope = sqlx::query_scalar!(
        "select envelope from till_facts
         where organizer_id = $1 and journal_id = $2 and seq <= $3 and kind in (20, 21) order by seq desc limit 1",
        till.organizer.0,
        till.journal.0,
        place.cast_signed()
    )
    .fetch_optional(conn)
    .await?;
    let envelope = envelope.and_then(|bytes| Envelope::decode(&bytes).ok());
    Ok(envelope.and_then(|envelope| match &envelope.fact().body {
        FactBody::Till(TillFact::ShiftOpened { clerk, .. } | TillFact::ClerkChanged { clerk }) => {
            Some(*clerk)
        }
        _other => None,
    }))
}

/// The organizer's events that these acts are about, with their currencies; the last one that was lent to the till if they are
/// about none, so that there is a place to tell of it.
async fn events(
    conn: &mut PgConnection,
    till: &Till,
    acts: &[Act],
) -> Result<BTreeMap<EventId, String>, sqlx::Error> {
    let (mut named, mut sales) = (BTreeSet::new(), Vec::new());
    for act in acts {
        match &act.what {
            What::Sold { lines, .. } => named.extend(lines.iter().map(|line| line.event.0)),
            What::TakenBack { .. } => sales.push(act.sale.0),
        }
    }
    let named: Vec<Uuid> = named.into_iter().collect();
    let rows = sqlx::query!(
        "select e.id, e.currency from events e join feeds f on f.organizer_id = e.organizer_id and f.event_id = e.id
         where e.organizer_id = $1
           and (e.id = any($2) or e.id in (select event_id from till_orders
                                           where organizer_id = $1 and device_id = $3 and sale_id = any($4)))",
        till.organizer.0,
        &named,
        till.device.0,
        &sales
    )
    .fetch_all(&mut *conn)
    .await?;
    let events: HashMap<EventId, String> = rows
        .into_iter()
        .map(|row| (EventId(row.id), row.currency))
        .collect();
    if !events.is_empty() || acts.is_empty() {
        return Ok(events.into_iter().collect());
    }
    let last = sqlx::query!(
        "select e.id, e.currency from leases l join events e on e.organizer_id = l.organizer_id and e.id = l.event_id
         where l.organizer_id = $1 and l.device_id = $2 order by l.created_ms desc, l.id desc limit 1",
        till.organizer.0,
        till.device.0
    )
    .fetch_optional(conn)
    .await?;
    let last = last.map(|row| (EventId(row.id), row.currency));
    Ok(last.into_iter().collect())
}
