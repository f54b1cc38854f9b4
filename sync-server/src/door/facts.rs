//! Up: facts of any devices' journals, carried by any device of the organizer. Invariants A2 to A7 of docs/SYNC.md.
//!
//! The server never refuses a well-formed fact for what it says: the guest is inside already. It stores it and folds.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use shared::clock::UnixMillis;
use shared::fact::{FactBody, FactPublicKey, Head};
use shared::ids::{DeviceId, EventId, JournalId, OrganizerId, TicketId};
use shared::wire::latest::{FactsAnswer, JournalAck};
use sqlx::PgConnection;
use uuid::Uuid;

use super::alerts;
use super::clock::{self, Suspect};
use super::folding;
use super::intake::{self, Offered, Placed, Refusal, Refused, Upload};
use super::own_journal::{AppendOwnError, append_own};
use super::rows;
use super::rules::LoadRulesError;
use super::sessions::DeviceSession;
use super::store::{self, FactRows, HeadRow, QuarantineRow};
use crate::app::App;
use crate::database::transaction;
use crate::edge::OsRandom;
use crate::web::ApiError;

/// The most envelopes in one upload.
pub const MAX_ENVELOPES: usize = 500;

/// An upload was not carried out; nothing of it was stored.
#[derive(Debug, thiserror::Error)]
pub enum UploadFactsError {
    /// More than [`MAX_ENVELOPES`].
    #[error("more than {MAX_ENVELOPES} facts at once; send half as many")]
    TooMany,
    /// Reading or writing.
    #[error("storing uploaded facts")]
    Database(#[from] sqlx::Error),
    /// The event's rules can't be had.
    #[error("reading an event's rules for uploaded facts")]
    Rules(#[source] LoadRulesError),
    /// The server's own words about them can't be written.
    #[error("annotating uploaded facts")]
    Annotate(#[source] AppendOwnError),
    /// Checking the signatures was interrupted.
    #[error("checking the signatures of uploaded facts")]
    Interrupted(#[from] tokio::task::JoinError),
}

impl From<LoadRulesError> for UploadFactsError {
    fn from(error: LoadRulesError) -> Self {
        match error {
            LoadRulesError::Database(source) => Self::Database(source),
            other @ (LoadRulesError::NoEvent(_) | LoadRulesError::Key(_)) => Self::Rules(other),
        }
    }
}

impl From<AppendOwnError> for UploadFactsError {
    fn from(error: AppendOwnError) -> Self {
        match error {
            AppendOwnError::Database(source) => Self::Database(source),
            other @ (AppendOwnError::Sign(_) | AppendOwnError::LastFact(_)) => {
                Self::Annotate(other)
            }
        }
    }
}

impl From<UploadFactsError> for ApiError {
    fn from(error: UploadFactsError) -> Self {
        match error {
            UploadFactsError::TooMany => {
                Self::new(shared::wire::latest::ErrorCode::TooLarge, error.to_string())
            }
            UploadFactsError::Database(source) => source.into(),
            other @ (UploadFactsError::Rules(_)
            | UploadFactsError::Annotate(_)
            | UploadFactsError::Interrupted(_)) => Self::internal(other),
        }
    }
}

/// A journal as the server has it.
#[derive(Clone, Copy, Debug)]
struct Known {
    event: EventId,
    head: Head,
}

/// Stores what can be stored and says of each journal how far it is safe.
pub async fn upload(
    app: &App,
    carrier: &DeviceSession,
    envelopes: Vec<Vec<u8>>,
) -> Result<FactsAnswer, UploadFactsError> {
    let organizer = carrier.organizer;
    if envelopes.len() > MAX_ENVELOPES {
        return Err(UploadFactsError::TooMany);
    }
    let named: BTreeSet<JournalId> = envelopes
        .iter()
        .filter_map(|bytes| shared::fact::envelope::Header::peek(bytes).ok())
        .map(|header| header.journal)
        .collect();
    let mut tx = transaction::begin(&app.pool).await?;
    let keys = device_keys(&mut tx, organizer).await?;
    // Curves are slow: not on the threads that serve everybody.
    let mut read = tokio::task::spawn_blocking(move || {
        let mut read = intake::read(envelopes);
        read.verify(&keys);
        read
    })
    .await?;
    let events = locate(&mut tx, organizer, &mut read).await?;
    let told = told_of_refused(&mut tx, carrier, &read, &events).await?;
    let changed: BTreeSet<EventId> = events.values().chain(&told).copied().collect();
    for &event in &changed {
        store::begin_change(&mut tx, organizer, event).await?;
    }
    let now_ms = app.now_ms();
    let (mut acks, refused) = store_upload(app, &mut tx, organizer, read, &events, now_ms).await?;
    keep_refused(&mut tx, carrier, &refused, (&events, &told), now_ms).await?;
    tx.commit().await?;
    for event in changed {
        app.door.watch.changed(event);
    }
    for journal in named {
        acks.entry(journal).or_insert_with(|| ack(journal, 0));
    }
    Ok(FactsAnswer {
        journals: acks.into_values().collect(),
        server_ms: now_ms,
    })
}

fn ack(journal: JournalId, acked_through: u64) -> JournalAck {
    JournalAck {
        journal,
        acked_through,
        forked_at: None,
        refused: Vec::new(),
    }
}

/// The keys of all the organizer's devices, revoked ones and the server's own among them.
pub(super) async fn device_keys(
    conn: &mut PgConnection,
    organizer: OrganizerId,
) -> Result<HashMap<DeviceId, FactPublicKey>, sqlx::Error> {
    let rows = sqlx::query!(
        "select id, public_key from devices where organizer_id = $1",
        organizer.0
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .filter_map(|row| {
            let key = FactPublicKey::from_bytes(&rows::key_bytes(&row.public_key)).ok()?;
            Some((DeviceId(row.id), key))
        })
        .collect())
}

/// The event of each journal: as it was opened, or as its opening in this upload says. Journals that have neither are
/// left out: a gap. What belongs to nobody here is refused.
async fn locate(
    conn: &mut PgConnection,
    organizer: OrganizerId,
    upload: &mut Upload,
) -> Result<BTreeMap<JournalId, EventId>, sqlx::Error> {
    let of_refused = upload.refused.iter().map(|refused| refused.journal);
    let ids: BTreeSet<JournalId> = upload.journals.keys().copied().chain(of_refused).collect();
    let ids: Vec<Uuid> = ids.into_iter().map(|journal| journal.0).collect();
    let known: HashMap<JournalId, (Uuid, EventId, DeviceId)> = sqlx::query!(
        "select id, organizer_id, event_id, device_id from journals where id = any($1)",
        &ids
    )
    .fetch_all(&mut *conn)
    .await?
    .into_iter()
    .map(|row| {
        let at = (
            row.organizer_id,
            EventId(row.event_id),
            DeviceId(row.device_id),
        );
        (JournalId(row.id), at)
    })
    .collect();
    let mut events = BTreeMap::new();
    for journal in ids.into_iter().map(JournalId) {
        match known.get(&journal) {
            Some((of, _, _)) if *of != organizer.0 => {
                upload.refuse_journal(journal, Refusal::ForeignAuthor);
            }
            Some((_, event, author)) => {
                upload.refuse_foreign(journal, *author);
                events.insert(journal, *event);
            }
            None => {
                if let Some(event) = opened_here(conn, organizer, upload, journal).await? {
                    events.insert(journal, event);
                }
            }
        }
    }
    Ok(events)
}

async fn opened_here(
    conn: &mut PgConnection,
    organizer: OrganizerId,
    upload: &mut Upload,
    journal: JournalId,
) -> Result<Option<EventId>, sqlx::Error> {
    let first = upload
        .journals
        .get(&journal)
        .and_then(|offered| offered.first());
    let Some(first) = first.filter(|first| first.header.seq == 1) else {
        return Ok(None);
    };
    let Some(event) = first.opens() else {
        upload.refuse_journal(journal, Refusal::UnknownPurpose);
        return Ok(None);
    };
    let author = first.header.device;
    let has_feed = sqlx::query_scalar!(
        r#"select exists (select from feeds where organizer_id = $1 and event_id = $2) as "there!""#,
        organizer.0,
        event.0
    )
    .fetch_one(conn)
    .await?;
    if !has_feed {
        upload.refuse_journal(journal, Refusal::UnknownEvent);
        return Ok(None);
    }
    upload.refuse_foreign(journal, author);
    Ok(Some(event))
}

async fn store_upload(
    app: &App,
    conn: &mut PgConnection,
    organizer: OrganizerId,
    mut upload: Upload,
    events: &BTreeMap<JournalId, EventId>,
    now_ms: UnixMillis,
) -> Result<(BTreeMap<JournalId, JournalAck>, Vec<Refused>), UploadFactsError> {
    let known = heads(conn, events).await?;
    let mut acks = BTreeMap::new();
    let mut by_event: BTreeMap<EventId, Vec<(JournalId, Placed, Head)>> = BTreeMap::new();
    for (&journal, &event) in events {
        let offered = upload.journals.remove(&journal).unwrap_or_default();
        let former = known.get(&journal).map_or(Head::EMPTY, |known| known.head);
        // Between `locate` and the event's lock another upload may have opened it for another event.
        if known
            .get(&journal)
            .is_some_and(|known| known.event != event)
        {
            acks.insert(journal, ack(journal, 0));
            continue;
        }
        let held = hashes(conn, organizer, event, journal, &offered).await?;
        let placed = intake::place(former, &held, offered);
        let mut said = ack(journal, placed.head.seq);
        said.forked_at = placed.forked_at;
        acks.insert(journal, said);
        by_event
            .entry(event)
            .or_default()
            .push((journal, placed, former));
    }
    for (event, journals) in by_event {
        store_event(app, conn, (organizer, event), journals, now_ms).await?;
    }
    for refused in &upload.refused {
        acks.entry(refused.journal)
            .or_insert_with(|| ack(refused.journal, 0))
            .refused
            .push((refused.seq, refused.why.code().to_owned()));
    }
    Ok((acks, upload.refused))
}

/// Under the events' locks.
async fn heads(
    conn: &mut PgConnection,
    events: &BTreeMap<JournalId, EventId>,
) -> Result<HashMap<JournalId, Known>, sqlx::Error> {
    let ids: Vec<Uuid> = events.keys().map(|journal| journal.0).collect();
    let rows = sqlx::query!(
        "select id, event_id, head_seq, head_hash from journals where id = any($1)",
        &ids
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let head = Head {
                seq: row.head_seq.cast_unsigned(),
                hash: rows::key_bytes(&row.head_hash),
            };
            let event = EventId(row.event_id);
            (JournalId(row.id), Known { event, head })
        })
        .collect())
}

async fn hashes(
    conn: &mut PgConnection,
    organizer: OrganizerId,
    event: EventId,
    journal: JournalId,
    offered: &[Offered],
) -> Result<HashMap<u64, [u8; 32]>, sqlx::Error> {
    let seqs: Vec<i64> = offered
        .iter()
        .map(|offered| offered.header.seq.cast_signed())
        .collect();
    let rows = sqlx::query!(
        "select seq, hash from facts where organizer_id = $1 and event_id = $2 and journal_id = $3 and seq = any($4)",
        organizer.0,
        event.0,
        journal.0,
        &seqs
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.seq.cast_unsigned(), rows::key_bytes(&row.hash)))
        .collect())
}

async fn store_event(
    app: &App,
    conn: &mut PgConnection,
    (organizer, event): (OrganizerId, EventId),
    journals: Vec<(JournalId, Placed, Head)>,
    now_ms: UnixMillis,
) -> Result<(), UploadFactsError> {
    let mut facts = FactRows::default();
    let mut heads = Vec::new();
    let mut forks = Vec::new();
    for (journal, placed, _) in &journals {
        for accepted in &placed.accepted {
            facts.push(
                &accepted.header,
                accepted.fact.as_ref(),
                accepted.bytes.clone(),
            );
        }
        if let Some(last) = placed.accepted.last() {
            heads.push(HeadRow {
                journal: journal.0,
                device: last.header.device,
                seq: placed.head.seq.cast_signed(),
                hash: placed.head.hash,
            });
        }
        forks.extend(placed.forked.iter().map(|other| QuarantineRow {
            event,
            journal: journal.0,
            seq: other.header.seq,
            device: other.header.device,
            why: "fork",
            envelope: other.bytes.clone(),
        }));
    }
    let parked = store::quarantine(conn, organizer, &forks, now_ms).await?;
    // Before the new facts are in: the journals' former ends.
    let suspects = clock::suspects(conn, (organizer, event), &journals, now_ms).await?;
    let found =
        alerts::in_journals(conn, (organizer, event), &journals, &parked, &suspects).await?;
    alerts::upsert(conn, (organizer, event), found.rows(), now_ms).await?;
    if facts.is_empty() {
        return Ok(());
    }
    let rules = app
        .door
        .rules
        .load(conn, &app.vault, organizer, event)
        .await?;
    store::upsert_heads(conn, organizer, event, &heads, now_ms).await?;
    facts.insert(conn, organizer, event, now_ms).await?;
    let annotations = suspects.iter().filter_map(Suspect::annotation).collect();
    append_own(conn, &rules, annotations, now_ms, &mut OsRandom).await?;
    let tickets: BTreeSet<TicketId> = journals
        .iter()
        .flat_map(|(_, placed, _)| &placed.accepted)
        .filter_map(|accepted| accepted.fact.as_ref())
        .flat_map(|fact| match &fact.body {
            FactBody::Issued { tickets } => tickets.clone(),
            FactBody::JournalOpened { .. }
            | FactBody::Entry { .. }
            | FactBody::Exit { .. }
            | FactBody::Refusal { .. }
            | FactBody::Refusals { .. }
            | FactBody::Void { .. }
            | FactBody::Override { .. }
            | FactBody::Annotation { .. }
            | FactBody::HandOver { .. }
            | FactBody::Release { .. }
            | FactBody::Opaque { .. } => fact.ticket().into_iter().collect(),
        })
        .collect();
    folding::refold(conn, &rules, &tickets, now_ms).await?;
    Ok(())
}

/// Who hears of facts that can never be taken and whose event can't be told: the events of the device that brought them.
async fn told_of_refused(
    conn: &mut PgConnection,
    carrier: &DeviceSession,
    upload: &Upload,
    events: &BTreeMap<JournalId, EventId>,
) -> Result<BTreeSet<EventId>, sqlx::Error> {
    let mut refused = upload.refused.iter();
    if refused.all(|refused| events.contains_key(&refused.journal)) {
        return Ok(BTreeSet::new());
    }
    let its: Vec<Uuid> = carrier.events.iter().map(|event| event.0).collect();
    let with_feed = sqlx::query_scalar!(
        "select event_id from feeds where organizer_id = $1 and event_id = any($2)",
        carrier.organizer.0,
        &its
    )
    .fetch_all(conn)
    .await?;
    Ok(with_feed.into_iter().map(EventId).collect())
}

/// Parks what can never be taken, and says so.
async fn keep_refused(
    conn: &mut PgConnection,
    carrier: &DeviceSession,
    refused: &[Refused],
    (events, told): (&BTreeMap<JournalId, EventId>, &BTreeSet<EventId>),
    now_ms: UnixMillis,
) -> Result<(), sqlx::Error> {
    let event_of = |refused: &Refused| events.get(&refused.journal).copied();
    let rows: Vec<QuarantineRow> = refused
        .iter()
        .map(|refused| QuarantineRow {
            event: event_of(refused).unwrap_or(EventId(Uuid::nil())),
            journal: refused.journal.0,
            seq: refused.seq,
            device: refused.device,
            why: refused.why.column(),
            envelope: refused.bytes.clone(),
        })
        .collect();
    let parked = store::quarantine(conn, carrier.organizer, &rows, now_ms).await?;
    let known = refused.iter().filter_map(event_of);
    let concerned: BTreeSet<EventId> = known.chain(told.iter().copied()).collect();
    for event in concerned {
        let here = refused.iter().filter(|refused| {
            event_of(refused).map_or(told.contains(&event), |known| known == event)
        });
        let rows = alerts::refused(carrier.device, here, &parked);
        alerts::upsert(conn, (carrier.organizer, event), rows, now_ms).await?;
    }
    Ok(())
}
