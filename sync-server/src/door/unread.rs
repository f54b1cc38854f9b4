//! Facts of a kind or version that the program did not know when they came: kept and relayed as they are, named to the
//! organizer, and read by the first program that knows them. From then on they count as if they had been read at once.

use std::collections::{BTreeSet, HashSet};

use shared::clock::UnixMillis;
use shared::fact::body::KNOWN_KINDS;
use shared::fact::envelope::VERSION;
use shared::fact::{Envelope, FactBody, Head};
use shared::ids::{DeviceId, EventId, JournalId, OrganizerId};
use sqlx::PgConnection;
use uuid::Uuid;

use super::clock::{self, Suspect};
use super::facts::concerned;
use super::intake::{Offered, Placed};
use super::own_journal::{AppendOwnError, append_own};
use super::rights::{self, SettleRightsError};
use super::rules::LoadRulesError;
use super::store::FactRows;
use super::{alerts, folding, stock};
use crate::app::App;
use crate::database::transaction;
use crate::edge::OsRandom;

/// Facts that are read together: others may write to the event in between.
const PART: i64 = 500;
/// Stands for the kind of a fact that breaks the rules of its version: no program will know it.
const NO_KIND: i32 = 0;

/// What waited was not read.
#[derive(Debug, thiserror::Error)]
pub enum ReadAgainError {
    /// Reading or writing.
    #[error("reading facts that came from a newer program")]
    Database(#[from] sqlx::Error),
    /// The event's rules can't be had.
    #[error("reading an event's rules for facts that came from a newer program")]
    Rules(#[from] LoadRulesError),
    /// The server's own words about them can't be written.
    #[error("annotating facts that came from a newer program")]
    Annotate(#[from] AppendOwnError),
    /// What doors gave back can't be granted again.
    #[error(transparent)]
    Settle(#[from] SettleRightsError),
}

/// Takes note of those among facts that were just stored which this program can't read, and tells of them.
pub(super) async fn note(
    conn: &mut PgConnection,
    (organizer, event): (OrganizerId, EventId),
    journals: &[(JournalId, Placed, Head)],
    now_ms: UnixMillis,
) -> Result<(), sqlx::Error> {
    let accepted = journals.iter().flat_map(|(_, placed, _)| &placed.accepted);
    let unread: Vec<&Offered> = accepted.filter(|offered| offered.is_unread()).collect();
    if unread.is_empty() {
        return Ok(());
    }
    let of: Vec<Uuid> = unread
        .iter()
        .map(|unread| unread.header.journal.0)
        .collect();
    let seqs: Vec<i64> = unread
        .iter()
        .map(|unread| unread.header.seq.cast_signed())
        .collect();
    let devices: Vec<Uuid> = unread.iter().map(|unread| unread.header.device.0).collect();
    let versions: Vec<i16> = unread
        .iter()
        .map(|unread| unread.header.version.into())
        .collect();
    let kind = |unread: &&Offered| Some(i32::from(unread.fact.as_ref()?.body.kind()));
    let kinds: Vec<Option<i32>> = unread.iter().map(kind).collect();
    sqlx::query!(
        "insert into unread_facts (organizer_id, event_id, journal_id, seq, device_id, version, kind)
         select $1, $2, j, s, d, v, k
         from unnest($3::uuid[], $4::bigint[], $5::uuid[], $6::smallint[], $7::integer[]) as n (j, s, d, v, k)",
        organizer.0,
        event.0,
        &of,
        &seqs,
        &devices,
        &versions,
        &kinds as &[Option<i32>]
    )
    .execute(&mut *conn)
    .await?;
    let authors = unread.iter().map(|unread| unread.header.device).collect();
    tell(conn, (organizer, event), authors, now_ms).await
}

/// Says of each author what is unread now.
async fn tell(
    conn: &mut PgConnection,
    of: (OrganizerId, EventId),
    authors: BTreeSet<DeviceId>,
    now_ms: UnixMillis,
) -> Result<(), sqlx::Error> {
    let mut rows = Vec::with_capacity(authors.len());
    for author in authors {
        rows.push(alerts::unread_of(conn, of, author).await?);
    }
    alerts::upsert(conn, of, rows, now_ms).await
}

/// Reads what this program knows of all that waits. A job does so at the start and from time to time: while a fleet of
/// servers is updated one after the other, the old ones still take facts that they don't know. What fails at one event is
/// told, and the others are read all the same.
pub async fn read_again(app: &App) -> Result<(), ReadAgainError> {
    let known = KNOWN_KINDS.map(i32::from);
    let waiting = sqlx::query!(
        "select distinct organizer_id, event_id from unread_facts where version <= $1 and (kind is null or kind = any($2))",
        i16::from(VERSION),
        &known[..]
    )
    .fetch_all(&app.pool)
    .await?;
    let mut outcome = Ok(());
    for row in waiting {
        let of = (OrganizerId(row.organizer_id), EventId(row.event_id));
        if let Err(error) = read_event(app, of).await {
            tracing::warn!(event = %of.1, %error, "facts from a newer program could not be read");
            outcome = Err(error);
        }
    }
    outcome
}

async fn read_event(app: &App, of: (OrganizerId, EventId)) -> Result<(), ReadAgainError> {
    let mut all = 0;
    loop {
        let read = read_part(app, of).await?;
        if read == 0 {
            break;
        }
        all += read;
    }
    tracing::info!(event = %of.1, facts = all, "facts from a newer program were read after an update");
    Ok(())
}

/// Reads some, in a transaction, and says how many were looked at.
async fn read_part(
    app: &App,
    (organizer, event): (OrganizerId, EventId),
) -> Result<usize, ReadAgainError> {
    let _turn = app.door.uploads.take(&BTreeSet::from([event])).await;
    let mut tx = transaction::begin(&app.pool).await?;
    transaction::begin_change(&mut tx, organizer, event).await?;
    let now_ms = app.now_ms();
    let waiting = waiting(&mut tx, (organizer, event)).await?;
    let looked_at = waiting.len();
    if looked_at == 0 {
        return Ok(0);
    }
    let authors = waiting.iter().map(|waiting| waiting.device).collect();
    let (read, still) = read(waiting);
    keep_waiting(&mut tx, (organizer, event), &still).await?;
    count(app, &mut tx, (organizer, event), runs(read), now_ms).await?;
    tell(&mut tx, (organizer, event), authors, now_ms).await?;
    tx.commit().await?;
    app.door.watch.changed(event);
    Ok(looked_at)
}

/// A fact that waits to be read.
struct Waiting {
    journal: JournalId,
    seq: i64,
    device: DeviceId,
    envelope: Vec<u8>,
    received_ms: UnixMillis,
}

async fn waiting(
    conn: &mut PgConnection,
    (organizer, event): (OrganizerId, EventId),
) -> Result<Vec<Waiting>, sqlx::Error> {
    let known = KNOWN_KINDS.map(i32::from);
    let rows = sqlx::query!(
        "select f.journal_id, f.seq, f.device_id, f.envelope, f.received_ms
         from unread_facts u
         join facts f on f.organizer_id = u.organizer_id and f.event_id = u.event_id
                     and f.journal_id = u.journal_id and f.seq = u.seq
         where u.organizer_id = $1 and u.event_id = $2 and u.version <= $3 and (u.kind is null or u.kind = any($4))
         order by u.journal_id, u.seq limit $5",
        organizer.0,
        event.0,
        i16::from(VERSION),
        &known[..],
        PART
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Waiting {
            journal: JournalId(row.journal_id),
            seq: row.seq,
            device: DeviceId(row.device_id),
            envelope: row.envelope,
            received_ms: row.received_ms,
        })
        .collect())
}

/// One that waits on, with the number by which it will be found again.
struct Still {
    journal: JournalId,
    seq: i64,
    kind: i32,
}

/// Signatures, which hold for every version, were checked when they came.
fn read(waiting: Vec<Waiting>) -> (Vec<(Offered, UnixMillis)>, Vec<Still>) {
    let (mut read, mut still) = (Vec::new(), Vec::new());
    for one in waiting {
        let kind = match Envelope::decode(&one.envelope) {
            Ok(envelope) => match envelope.fact().body {
                FactBody::Opaque { kind, .. } => kind.into(),
                FactBody::JournalOpened { .. }
                | FactBody::Entry { .. }
                | FactBody::Exit { .. }
                | FactBody::Refusal { .. }
                | FactBody::Refusals { .. }
                | FactBody::Void { .. }
                | FactBody::Override { .. }
                | FactBody::Annotation { .. }
                | FactBody::Issued { .. }
                | FactBody::HandOver { .. }
                | FactBody::Release { .. }
                | FactBody::Withdrawn { .. }
                | FactBody::Till(_) => {
                    let offered = Offered {
                        header: envelope.header(),
                        fact: Some(envelope.fact().clone()),
                        bytes: one.envelope,
                    };
                    read.push((offered, one.received_ms));
                    continue;
                }
            },
            Err(_) => NO_KIND,
        };
        still.push(Still {
            journal: one.journal,
            seq: one.seq,
            kind,
        });
    }
    (read, still)
}

async fn keep_waiting(
    conn: &mut PgConnection,
    (organizer, event): (OrganizerId, EventId),
    still: &[Still],
) -> Result<(), sqlx::Error> {
    let of: Vec<Uuid> = still.iter().map(|still| still.journal.0).collect();
    let seqs: Vec<i64> = still.iter().map(|still| still.seq).collect();
    let kinds: Vec<i32> = still.iter().map(|still| still.kind).collect();
    sqlx::query!(
        "update unread_facts u set kind = k
         from unnest($3::uuid[], $4::bigint[], $5::integer[]) as n (j, s, k)
         where organizer_id = $1 and event_id = $2 and journal_id = j and seq = s",
        organizer.0,
        event.0,
        &of,
        &seqs,
        &kinds
    )
    .execute(conn)
    .await
    .map(drop)
}

/// Facts one after the other in a journal that came together: as an upload would have had them.
type Run = ((JournalId, Placed, Head), UnixMillis);

fn runs(read: Vec<(Offered, UnixMillis)>) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for (offered, received_ms) in read {
        let header = offered.header;
        let goes_on = runs.last_mut().filter(|((journal, placed, _), at_ms)| {
            *journal == header.journal
                && *at_ms == received_ms
                && placed.head.follow(&header).is_ok()
        });
        if let Some(((_, placed, _), _)) = goes_on {
            placed.head = Head::from(&header);
            placed.accepted.push(offered);
            continue;
        }
        let former = Head {
            seq: header.seq - 1,
            hash: header.prev_hash,
        };
        let placed = Placed {
            accepted: vec![offered],
            head: Head::from(&header),
            forked: Vec::new(),
            forked_at: None,
        };
        runs.push(((header.journal, placed, former), received_ms));
    }
    runs
}

/// What an upload does with facts that it can read.
async fn count(
    app: &App,
    conn: &mut PgConnection,
    (organizer, event): (OrganizerId, EventId),
    runs: Vec<Run>,
    now_ms: UnixMillis,
) -> Result<(), ReadAgainError> {
    if runs.is_empty() {
        return Ok(());
    }
    let mut suspects = Vec::new();
    for (run, received_ms) in &runs {
        let of_run = clock::suspects(
            conn,
            (organizer, event),
            std::slice::from_ref(run),
            *received_ms,
        );
        suspects.extend(of_run.await?);
    }
    let journals: Vec<_> = runs.into_iter().map(|(run, _)| run).collect();
    let parked = HashSet::new();
    let found =
        alerts::in_journals(conn, (organizer, event), &journals, &parked, &suspects).await?;
    alerts::upsert(conn, (organizer, event), found.rows(), now_ms).await?;
    let mut rows = FactRows::default();
    let (mut moves, mut sold) = (rights::Moves::default(), stock::Sold::default());
    for offered in journals.iter().flat_map(|(_, placed, _)| &placed.accepted) {
        rows.push(
            &offered.header,
            offered.fact.as_ref(),
            offered.bytes.clone(),
        );
        if let Some(fact) = &offered.fact {
            moves.note(fact);
            sold.note(fact);
        }
    }
    rows.read_at_last(conn, organizer, event).await?;
    let rules = app
        .door
        .rules
        .load(conn, &app.vault, organizer, event)
        .await?;
    let annotations = suspects.iter().filter_map(Suspect::annotation).collect();
    append_own(conn, &rules, annotations, now_ms, &mut OsRandom).await?;
    sold.carry_out(conn, &rules, now_ms).await?;
    folding::refold(conn, &rules, &concerned(&journals), now_ms).await?;
    if !moves.is_empty() {
        moves.carry_out(conn, &rules).await?;
        rights::settle(app, conn, (organizer, event)).await?;
    }
    Ok(())
}
