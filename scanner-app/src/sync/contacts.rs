//! Brings what guests left at this till to the server: beside the engine, once the journal that names it is there.

use std::sync::Arc;
use std::time::{Duration, Instant};

use shared::wire::latest::{ContactUpload, ErrorCode};

use super::requests::Caller;
use super::transport::{SyncTransport, TransportError};
use crate::replica::{ReplicaError, contacts};

/// Something was left, and its sale is on its way.
const SOON: Duration = Duration::from_millis(500);
const AGAIN: Duration = Duration::from_secs(15);
/// Nothing is here, and whatever comes is told.
const AT_REST: Duration = Duration::from_hours(1);
/// Read at once.
const BATCH: usize = 50;

/// When to send.
#[derive(Debug)]
pub(super) struct ContactSends {
    next_at: Instant,
    was_tried: bool,
}

impl Default for ContactSends {
    fn default() -> Self {
        Self {
            next_at: Instant::now(),
            was_tried: false,
        }
    }
}

impl ContactSends {
    pub(super) fn next_at(&self) -> Instant {
        self.next_at
    }

    /// What is here was sent, or could not be: a round that comes to an end does not wait for it.
    pub(super) fn is_settled(&self) -> bool {
        self.was_tried
    }

    /// Facts of this device came on the disk.
    pub(super) fn soon(&mut self) {
        self.next_at = self.next_at.min(Instant::now() + SOON);
        self.was_tried = false;
    }

    pub(super) fn came(&mut self, sent: Sent) {
        self.was_tried = true;
        let pause = match sent {
            Sent::All => AT_REST,
            Sent::NotAll => AGAIN,
        };
        self.next_at = Instant::now() + pause;
    }
}

/// What came of sending.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sent {
    /// Nothing is left here.
    All,
    /// It will be tried again.
    NotAll,
}

#[derive(Debug, thiserror::Error)]
enum SendError {
    #[error(transparent)]
    Transport(#[from] TransportError),
    #[error(transparent)]
    Replica(#[from] ReplicaError),
}

/// Sends all that is here, the oldest first, and forgets what the server has.
pub(super) async fn send<T: SyncTransport>(caller: Arc<Caller<T>>) -> Sent {
    match send_all(&caller).await {
        Ok(()) => Sent::All,
        Err(SendError::Transport(error)) => {
            tracing::debug!(%error, "what guests left will be sent again");
            Sent::NotAll
        }
        Err(SendError::Replica(error)) => {
            tracing::error!(%error, "what guests left can't be read");
            Sent::NotAll
        }
    }
}

async fn send_all<T: SyncTransport>(caller: &Caller<T>) -> Result<(), SendError> {
    let now_ms = caller.clock().now_ms();
    loop {
        let unsent = caller
            .replica()
            .read_async(|tx| contacts::unsent(tx, BATCH));
        let unsent = unsent.await?;
        if unsent.is_empty() {
            return Ok(());
        }
        caller
            .replica()
            .write_async(move |tx| contacts::expire(tx, now_ms))
            .await?;
        for kept in unsent {
            let id = kept.id;
            let upload = ContactUpload {
                sealed: kept.sealed,
            };
            match caller.transport().contact(&caller.token(), id, &upload).await {
                Ok(_)
                // It can never be taken: it is no use to anybody.
                | Err(TransportError::Refused {
                    code: ErrorCode::InvalidRequest,
                    ..
                }) => {}
                Err(error) => return Err(error.into()),
            }
            let forgotten = caller
                .replica()
                .write_async(move |tx| contacts::sent(tx, id));
            forgotten.await?;
        }
    }
}
