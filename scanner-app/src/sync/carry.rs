//! Handing in what was heard of other devices. After a night without internet each of fifty devices holds the facts of
//! all the others: so the server is asked first what it has, and only the rest is sent.

use shared::fact::Head;
use shared::sync::effect::Parked;

use super::requests::Caller;
use super::transport::{SyncTransport, TransportError};
use crate::replica::{ReplicaError, carried, facts};

/// Fewer are sent without asking.
const ASK_FROM: usize = 20;

/// What to send, or why not.
#[derive(Debug)]
pub(super) enum CarryError {
    Transport(TransportError),
    Replica(ReplicaError),
}

impl From<TransportError> for CarryError {
    fn from(error: TransportError) -> Self {
        Self::Transport(error)
    }
}

impl From<ReplicaError> for CarryError {
    fn from(error: ReplicaError) -> Self {
        Self::Replica(error)
    }
}

/// The next facts to send, at most `limit`: own ones first, then what is carried and the server lacks.
pub(super) async fn next_facts<T: SyncTransport>(
    caller: &Caller<T>,
    limit: usize,
    parked: Parked,
) -> Result<Vec<Vec<u8>>, CarryError> {
    let own = caller
        .replica()
        .write_async(move |tx| {
            match parked {
                Parked::LeaveOut => {}
                Parked::TryAgain => facts::offer_refused_again(tx)?,
            }
            facts::unsent(tx, limit)
        })
        .await?;
    if !own.is_empty() {
        return Ok(own);
    }
    let waiting = waiting(caller, limit).await?;
    if waiting.len() < ASK_FROM {
        return Ok(waiting);
    }
    put_down_what_is_there(caller).await?;
    Ok(self::waiting(caller, limit).await?)
}

async fn waiting<T>(caller: &Caller<T>, limit: usize) -> Result<Vec<Vec<u8>>, ReplicaError> {
    let (grace_ms, now_ms) = (caller.carry_after_ms(), caller.clock().now_ms());
    caller
        .replica()
        .read_async(move |tx| carried::waiting(tx, limit, grace_ms, now_ms))
        .await
}

async fn put_down_what_is_there<T: SyncTransport>(caller: &Caller<T>) -> Result<(), CarryError> {
    for event in caller.replica().read_async(carried::events).await? {
        let token = caller.token();
        let answer = caller.transport().vector(&token, event).await?.value;
        caller
            .replica()
            .write_async(move |tx| {
                answer.journals.into_iter().try_for_each(|theirs| {
                    let head = Head {
                        seq: theirs.seq,
                        hash: theirs.hash,
                    };
                    carried::held_by_server(tx, theirs.journal, head)
                })
            })
            .await?;
    }
    Ok(())
}
