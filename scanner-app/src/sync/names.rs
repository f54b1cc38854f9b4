//! Pulling names: a page of an event's orders, sealed before it is written. Which event and when is `shared::sync::summaries`.

use std::sync::Arc;

use shared::clock::UnixMillis;
use shared::ids::EventId;
use shared::sync::summaries::Pulled;
use shared::wire::latest::{ErrorCode, SummariesPage, SummariesQuery};

use super::requests::Caller;
use super::transport::{SyncTransport, TransportError};
use crate::replica::summaries::{self, Held, Kept, Names, NamesError, Progress};
use crate::replica::{Replica, ReplicaError};

/// Orders in one page: some 200 kB before compression, so that what doors decide by has the line soon again.
const PAGE: u32 = 2_000;
/// Rows in one transaction: a guest at the door waits for a millisecond or two of it.
const SLICE: usize = 200;

/// Asks for the next page of an event's names and keeps it.
pub(super) async fn pull<T: SyncTransport>(caller: Arc<Caller<T>>, event: EventId) -> Pulled {
    next_page(&caller, event).await.unwrap_or_else(|error| {
        tracing::error!(%error, "keeping names failed");
        Pulled::Failed {
            retry_after_ms: None,
        }
    })
}

/// Wipes the names of events that ended 7 days ago.
pub(super) async fn wipe_expired(
    replica: &Replica,
    wall_ms: UnixMillis,
) -> Result<(), ReplicaError> {
    let now_ms = replica.time().now(wall_ms).now_ms;
    replica
        .write_async(move |tx| summaries::wipe_expired(tx, now_ms))
        .await?;
    replica.sweep_names().await
}

async fn next_page<T: SyncTransport>(
    caller: &Caller<T>,
    event: EventId,
) -> Result<Pulled, NamesError> {
    let replica = caller.replica();
    let now_ms = replica.time().now(caller.clock().now_ms()).now_ms;
    let is_over = replica
        .read_async(move |connection| summaries::are_over(connection, event, now_ms))
        .await?;
    if is_over {
        return Ok(Pulled::Page { has_more: false });
    }
    let Some((held, names)) = replica.begin_names(event).await? else {
        return Ok(Pulled::NotAllowed);
    };
    let query = SummariesQuery {
        cursor: held.cursor.clone(),
        limit: Some(PAGE),
    };
    let token = caller.token();
    let asked = caller.transport().summaries(&token, event, &query);
    match asked.await {
        Ok(answered) => keep(replica, event, &held, &names, answered.value).await,
        Err(error) => refused(replica, event, &error).await,
    }
}

async fn keep(
    replica: &Replica,
    event: EventId,
    held: &Held,
    names: &Names,
    page: SummariesPage,
) -> Result<Pulled, NamesError> {
    let leads_nowhere = page.has_more && held.cursor.as_ref() == Some(&page.cursor);
    if leads_nowhere || held.epoch.is_some_and(|epoch| epoch != page.epoch) {
        return begin_anew(replica, event).await;
    }
    if page.orders.is_empty() && held.caught_up && !page.has_more {
        return Ok(Pulled::Page { has_more: false });
    }
    let (life, has_more) = (held.life, page.has_more);
    let progress = Progress {
        epoch: page.epoch,
        cursor: page.cursor,
        has_more,
    };
    let sealed: Vec<_> = page.orders.iter().map(|row| names.seal(row)).collect();
    let mut slices: Vec<_> = sealed.chunks(SLICE).map(<[_]>::to_vec).collect();
    let last = slices.pop().unwrap_or_default();
    let earlier = slices.into_iter().map(|rows| (rows, None));
    for (rows, progress) in earlier.chain([(last, Some(progress))]) {
        let kept = replica
            .write_async(move |tx| summaries::put(tx, event, life, &rows, progress.as_ref()))
            .await?;
        if kept == Kept::Wiped {
            replica.sweep_names().await?;
            return Ok(Pulled::BeganAnew);
        }
    }
    Ok(Pulled::Page { has_more })
}

async fn refused(
    replica: &Replica,
    event: EventId,
    error: &TransportError,
) -> Result<Pulled, NamesError> {
    let (code, retry_after_ms) = match error {
        TransportError::Refused {
            code,
            retry_after_ms,
            ..
        } => (Some(*code), *retry_after_ms),
        TransportError::Unreachable(_)
        | TransportError::TimedOut
        | TransportError::NotTheServer
        | TransportError::Damaged(_)
        | TransportError::TooLarge => (None, None),
    };
    match code {
        Some(ErrorCode::SearchNotAllowed) => {
            replica.write_async(summaries::end).await?;
            replica.sweep_names().await?;
            Ok(Pulled::NotAllowed)
        }
        Some(ErrorCode::ResetRequired | ErrorCode::InvalidCursor) => {
            begin_anew(replica, event).await
        }
        // Of a revocation, a lost session and a server that is not there the engine hears by itself.
        Some(_) | None => {
            tracing::debug!(%error, "names will be asked for again");
            Ok(Pulled::Failed { retry_after_ms })
        }
    }
}

/// The server's feed is another one than ours: what is here of it says nothing any more.
async fn begin_anew(replica: &Replica, event: EventId) -> Result<Pulled, NamesError> {
    replica
        .write_async(move |tx| summaries::wipe(tx, event))
        .await?;
    replica.sweep_names().await?;
    Ok(Pulled::BeganAnew)
}
