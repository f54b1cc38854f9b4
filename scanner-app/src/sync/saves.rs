//! The engine's saves. Each is one transaction of the replica, but for rosters: see `rosters`.

use shared::clock::UnixMillis;
use shared::ids::JournalId;
use shared::sync::effect::{AfterAck, JournalUpdate, Save, Table};
use shared::sync::event::{CallId, Event, Failure, FeedResume, Held, PushProgress, Resume};

use super::rosters;
use super::supervisors::uses_list;
use crate::door::{Author, WriteFactError, reopen_after_fork};
use crate::replica::roster::{self, ApplyPageError, Side};
use crate::replica::signed::{self, ApplySignedError};
use crate::replica::till::{self, TillJournal};
use crate::replica::{
    Replica, ReplicaError, WriteTx, carried, clock, events, facts, identity, journals, secrets,
    summaries, sync_state,
};

/// Something was not saved.
#[derive(Debug, thiserror::Error)]
pub(super) enum SaveError {
    /// A page.
    #[error("applying a page of the roster")]
    Page(#[from] ApplyPageError),
    /// The key set or the device list.
    #[error("keeping a signed object of the organizer")]
    Signed(#[from] ApplySignedError),
    /// Facts that go on in another journal.
    #[error("writing facts again in another journal")]
    Reopen(#[from] WriteFactError),
    /// The replica.
    #[error(transparent)]
    Replica(#[from] ReplicaError),
}

impl SaveError {
    /// What the engine makes of it.
    pub(super) fn failure(&self) -> Failure {
        match self {
            Self::Signed(
                ApplySignedError::Open(_)
                | ApplySignedError::OtherOrganizer(_)
                | ApplySignedError::Alarm { .. },
            ) => Failure::WrongServer,
            Self::Signed(
                ApplySignedError::NotEnrolled
                | ApplySignedError::RootKey
                | ApplySignedError::Replica(_),
            )
            | Self::Page(_)
            | Self::Reopen(_)
            | Self::Replica(_) => Failure::Storage,
        }
    }
}

/// What the engine must know to go on.
pub(super) fn resume(connection: &rusqlite::Connection) -> Result<Resume, ReplicaError> {
    let events = identity::load(connection)?
        .map(|identity| identity.events)
        .unwrap_or_default();
    let feeds = events
        .into_iter()
        .map(|event| {
            let cursor = roster::cursor(connection, event, Side::InUse)?;
            let held = match cursor {
                Some(cursor) if cursor.as_of_ms.is_some() => Held::Complete,
                Some(_) | None => Held::Incomplete,
            };
            Ok(FeedResume { event, held })
        })
        .collect::<Result<_, ReplicaError>>()?;
    let versions = signed::versions(connection)?;
    let signed_version = versions
        .iter()
        .map(|(_, version)| *version)
        .max()
        .unwrap_or(0);
    Ok(Resume {
        feeds,
        signed_version,
        clock: clock::load(connection)?,
    })
}

/// Saves; the event says that it is done.
pub(super) async fn carry_out(
    replica: &Replica,
    author: Author,
    call: CallId,
    save: Save,
    now_ms: UnixMillis,
) -> Result<Event, SaveError> {
    match save {
        Save::Page { event, page, table } => {
            let checksum = rosters::apply(replica, event, *page, side(table), now_ms).await?;
            return Ok(Event::PageApplied { call, checksum });
        }
        Save::BeginShadow { event } => rosters::begin_shadow(replica, event).await?,
        Save::SwapShadow { event } => rosters::swap_shadow(replica, event).await?,
        Save::Acks(updates) => {
            let progress = replica
                .write_async(move |tx| acks(tx, &author, updates, now_ms))
                .await?;
            return Ok(Event::AcksSaved { call, progress });
        }
        Save::Signed(objects) => {
            let each = move |tx: &WriteTx<'_>| {
                let mut objects = objects.iter();
                objects.try_for_each(|object| signed::apply(tx, object).map(drop))
            };
            replica.write_async(each).await?;
        }
        Save::Grant(grant) => {
            let update = move |tx: &WriteTx<'_>| {
                if !uses_list(grant.rights) {
                    secrets::erase_supervisors(tx)?;
                }
                identity::update_rights(tx, &grant.rights, &grant.events, grant.gate)?;
                if sync_state::enter_life(tx, grant.life)? {
                    offer_all_again(tx)?;
                }
                summaries::wipe_what_may_not_be_held(tx)
            };
            replica.write_async(update).await?;
            replica.sweep_names().await?;
        }
        Save::Measured { times, server_ms } => {
            let measured = move |tx: &WriteTx<'_>| {
                tx.update_time(|time| time.measured(times.sent_ms, times.received_ms, server_ms))
            };
            replica.write_async(measured).await?;
        }
        Save::EraseSecrets => {
            replica.write_async(secrets::erase).await?;
            replica.sweep_names().await?;
        }
    }
    Ok(Event::Saved { call })
}

/// Sending what the server holds changes nothing (A4).
fn offer_all_again(tx: &WriteTx<'_>) -> Result<(), ReplicaError> {
    for (_, event) in events::all(tx)? {
        journals::forget_acks(tx, event)?;
        carried::offer_again(tx, event)?;
    }
    till::forget_acks(tx)
}

fn side(table: Table) -> Side {
    match table {
        Table::InUse => Side::InUse,
        Table::Shadow => Side::Shadow,
    }
}

fn acks(
    tx: &WriteTx<'_>,
    author: &Author,
    updates: Vec<JournalUpdate>,
    now_ms: UnixMillis,
) -> Result<PushProgress, SaveError> {
    let mut progress = PushProgress::None;
    for update in updates {
        if let Some(own) = till::get(tx, update.journal)? {
            if acks_of_till(tx, &own, update)? {
                progress = PushProgress::Some;
            }
            continue;
        }
        if journals::get(tx, update.journal)?.is_none() {
            if acks_of_another(tx, update)? {
                progress = PushProgress::Some;
            }
            continue;
        }
        let before = acked(tx, update.journal)?;
        journals::record_ack(tx, update.journal, update.acked_through)?;
        if acked(tx, update.journal)? > before {
            progress = PushProgress::Some;
        }
        match update.then {
            AfterAck::GoOn => {}
            AfterAck::Reopen { without, .. } => {
                for (seq, why) in without {
                    facts::refused_by_server(tx, update.journal, seq, &why)?;
                }
                reopen_after_fork(tx, author, update.journal, now_ms)?;
                progress = PushProgress::Some;
            }
            AfterAck::Park { why } => {
                if facts::park_unsent(tx, update.journal, &why)? > 0 {
                    progress = PushProgress::Some;
                }
            }
        }
    }
    Ok(progress)
}

/// Of this device's till: `true` if less waits than before. A till's journal is never written again elsewhere: what the server
/// keeps aside of it is there, for the organizer to look at.
fn acks_of_till(
    tx: &WriteTx<'_>,
    own: &TillJournal,
    update: JournalUpdate,
) -> Result<bool, ReplicaError> {
    till::record_ack(tx, own.id, update.acked_through)?;
    match update.then {
        AfterAck::GoOn => Ok(update.acked_through > own.acked_through),
        AfterAck::Reopen { through, .. } => {
            till::forked(tx, own.id)?;
            till::record_ack(tx, own.id, through)?;
            Ok(true)
        }
        AfterAck::Park { why } => {
            till::park(tx, own.id, &why)?;
            Ok(true)
        }
    }
}

/// Of a journal that this device carries for another: `true` if less waits than before.
fn acks_of_another(tx: &WriteTx<'_>, update: JournalUpdate) -> Result<bool, SaveError> {
    let mut settled = carried::acked(tx, update.journal, update.acked_through)?;
    match update.then {
        AfterAck::GoOn => {}
        AfterAck::Reopen {
            without, through, ..
        } => {
            for (seq, why) in without {
                facts::refused_by_server(tx, update.journal, seq, &why)?;
            }
            // Its author goes on elsewhere; the facts stay here.
            settled += carried::acked(tx, update.journal, through)?;
        }
        AfterAck::Park { why } => settled += carried::park(tx, update.journal, &why)?,
    }
    Ok(settled > 0)
}

fn acked(tx: &WriteTx<'_>, journal: JournalId) -> Result<u64, ReplicaError> {
    Ok(journals::get(tx, journal)?.map_or(0, |journal| journal.acked_through))
}
