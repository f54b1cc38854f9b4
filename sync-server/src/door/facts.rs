//! Up: facts of any devices' journals, carried by any device of the organizer. Invariants A2 to A7 of docs/SYNC.md.
//!
//! The server never refuses a well-formed fact for what it says: the guest is inside already. It stores it and folds.

use std::collections::{BTreeMap, BTreeSet};

use shared::clock::{Hlc, UnixMillis};
use shared::fact::Head;
use shared::ids::{EventId, JournalId, OrganizerId, TicketId};
use shared::wire::latest::{FactsAnswer, JournalAck};
use sqlx::PgConnection;

use super::clock::{self, Suspect};
use super::intake::{self, Placed, Refused, Upload};
use super::own_journal::{AppendOwnError, append_own};
use super::rights::{self, SettleRightsError};
use super::rules::LoadRulesError;
use super::sessions::DeviceSession;
use super::store::{self, FactRows, HeadRow, QuarantineRow};
use super::{alerts, folding, located, money, refused, stock, tills, unread};
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
    /// What doors gave back can't be granted again.
    #[error(transparent)]
    Settle(#[from] SettleRightsError),
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
            other @ AppendOwnError::Sign(_) => Self::Annotate(other),
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
            UploadFactsError::Settle(source) => source.into(),
            other @ (UploadFactsError::Rules(_)
            | UploadFactsError::Annotate(_)
            | UploadFactsError::Interrupted(_)) => Self::internal(other),
        }
    }
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
    let keys = located::device_keys(&mut *app.pool.acquire().await?, organizer).await?;
    // Curves are slow: not on the threads that serve everybody, and with no connection in hand.
    let mut read = tokio::task::spawn_blocking(move || {
        let mut read = intake::read(envelopes);
        read.verify(&keys);
        read
    })
    .await?;
    let (tills, events, told) = {
        let mut conn = app.pool.acquire().await?;
        let tills = tills::take_out(&mut conn, organizer, &mut read).await?;
        let events = located::locate(&mut conn, organizer, &mut read).await?;
        let told = refused::told_of(&mut conn, carrier, &read, &events).await?;
        (tills, events, told)
    };
    let is_of_tills = !tills.is_empty() || says_something_of_stock(&read);
    let changed: BTreeSet<EventId> = events.values().chain(&told).copied().collect();
    let turn = app.door.uploads.take(&changed).await;
    let mut tx = transaction::begin(&app.pool).await?;
    for &event in &changed {
        transaction::begin_change(&mut tx, organizer, event).await?;
    }
    let now_ms = app.now_ms();
    let (mut acks, refused) = store_upload(app, &mut tx, organizer, read, &events, now_ms).await?;
    for said in tills::store(&mut tx, organizer, tills, now_ms).await? {
        let refused = acks.remove(&said.journal).map(|ack| ack.refused);
        let refused = refused.unwrap_or_default();
        acks.insert(said.journal, JournalAck { refused, ..said });
    }
    refused::keep(&mut tx, carrier, &refused, (&events, &told), now_ms).await?;
    tx.commit().await?;
    for event in changed {
        app.door.watch.changed(event);
    }
    drop(turn);
    if is_of_tills {
        money::after_upload(app, organizer).await;
    }
    for journal in named {
        acks.entry(journal).or_insert_with(|| ack(journal, 0));
    }
    Ok(FactsAnswer {
        journals: acks.into_values().collect(),
        server_ms: now_ms,
    })
}

/// A ticket may be known to be a till's only by what its door journals say.
fn says_something_of_stock(upload: &Upload) -> bool {
    let facts = upload
        .journals
        .values()
        .flatten()
        .filter_map(|offered| offered.fact.as_ref());
    let mut tickets = facts.flat_map(|fact| stock::tickets_of(&fact.body));
    tickets.next().is_some()
}

fn ack(journal: JournalId, acked_through: u64) -> JournalAck {
    JournalAck {
        journal,
        acked_through,
        forked_at: None,
        aside_through: None,
        refused: Vec::new(),
    }
}

async fn store_upload(
    app: &App,
    conn: &mut PgConnection,
    organizer: OrganizerId,
    mut upload: Upload,
    events: &BTreeMap<JournalId, EventId>,
    now_ms: UnixMillis,
) -> Result<(BTreeMap<JournalId, JournalAck>, Vec<Refused>), UploadFactsError> {
    let known = located::heads(conn, events).await?;
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
        let held = located::hashes(conn, organizer, event, journal, &offered).await?;
        let aside = located::aside(conn, organizer, event, journal, (former, &offered)).await?;
        let placed = intake::place(former, &held, aside, offered);
        let mut said = ack(journal, placed.head.seq);
        said.forked_at = placed.forked_at;
        said.aside_through = placed.forked.last().map(|last| last.header.seq);
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
    let (mut moves, mut sold) = (rights::Moves::default(), stock::Sold::default());
    for (journal, placed, _) in &journals {
        for accepted in &placed.accepted {
            facts.push(
                &accepted.header,
                accepted.fact.as_ref(),
                accepted.bytes.clone(),
            );
            if let Some(fact) = &accepted.fact {
                moves.note(fact);
                sold.note(fact);
            }
        }
        if let Some(last) = placed.accepted.last() {
            heads.push(HeadRow {
                journal: journal.0,
                device: last.header.device,
                seq: placed.head.seq.cast_signed(),
                hash: placed.head.hash,
                hlc: Hlc::default(),
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
    let tickets = concerned(&journals);
    // What came need not be read again: it is in hand.
    let mut of_tickets = folding::facts_of(conn, &rules, &tickets).await?;
    store::upsert_heads(conn, organizer, event, &heads, now_ms).await?;
    facts.insert(conn, organizer, event, now_ms).await?;
    unread::note(conn, (organizer, event), &journals, now_ms).await?;
    let annotations = suspects.iter().filter_map(Suspect::annotation).collect();
    let said = append_own(conn, &rules, annotations, now_ms, &mut OsRandom).await?;
    let came = journals
        .iter()
        .flat_map(|(_, placed, _)| &placed.accepted)
        .filter_map(|accepted| Some((accepted.fact.as_ref()?, accepted.header.hash)));
    let said = said.iter().map(|said| (said.fact(), said.hash()));
    for (fact, hash) in came.chain(said) {
        if let Some(ticket) = fact.ticket() {
            let of_ticket = of_tickets.entry(ticket).or_default();
            of_ticket.push((fact.clone(), hash));
        }
    }
    // Before the fold, which asks what became of leased tickets.
    sold.carry_out(conn, &rules, now_ms).await?;
    folding::refold_from(conn, &rules, (&tickets, of_tickets), now_ms).await?;
    if !moves.is_empty() {
        moves.carry_out(conn, &rules).await?;
        rights::settle(app, conn, (organizer, event)).await?;
    }
    Ok(())
}

/// The tickets that what came says something of.
pub(super) fn concerned(journals: &[(JournalId, Placed, Head)]) -> BTreeSet<TicketId> {
    journals
        .iter()
        .flat_map(|(_, placed, _)| &placed.accepted)
        .filter_map(|accepted| accepted.fact.as_ref())
        .flat_map(|fact| {
            let of_sale = stock::tickets_of(&fact.body);
            fact.ticket().into_iter().chain(of_sale)
        })
        .collect()
}
