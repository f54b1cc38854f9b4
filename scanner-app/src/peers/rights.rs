//! Asking other devices for rights: a door for the right of entry of a ticket, a till for places to sell. They ask from their own
//! thread and wait there; the calls are made by the exchange, beside its own.

use std::collections::BTreeSet;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use shared::clock::UnixMillis;
use shared::ids::{DeviceId, EventId};
use shared::wire::latest::{PlacesAsk, RightAsk};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::dial::Dialer;
use super::saves;
use crate::door::{Holders, InHand};
use crate::replica::{Priority, Replica};
use crate::till::stock::lend::{LendPlacesError, keep};

/// An answer that comes too late for its scan serves the next one; then it isn't waited for any more.
const LONGEST: Duration = Duration::from_secs(5);

/// A question to another device.
#[derive(Debug)]
pub(super) struct RightCall {
    holder: DeviceId,
    event: EventId,
    ask: Ask,
}

#[derive(Debug)]
enum Ask {
    /// A door's.
    Right(RightAsk, SyncSender<()>),
    /// A till's. It is told how many places it has by the answer.
    Places(PlacesAsk, SyncSender<u32>),
}

/// Which devices answer at the moment.
pub(super) type Reachable = Arc<Mutex<BTreeSet<DeviceId>>>;

/// The door's end; clones ask the same exchange.
#[derive(Clone, Debug)]
pub struct RightLine {
    calls: UnboundedSender<RightCall>,
    reachable: Reachable,
    in_hand: InHand,
}

/// The exchange's end: [`super::Lan::with_rights`] takes it.
#[derive(Debug)]
pub struct RightCalls {
    pub(super) calls: UnboundedReceiver<RightCall>,
    pub(super) reachable: Reachable,
    pub(super) in_hand: InHand,
}

/// Both ends.
pub fn right_line() -> (RightLine, RightCalls) {
    let (sender, calls) = unbounded_channel();
    let (reachable, in_hand) = (Reachable::default(), InHand::default());
    let line = RightLine {
        calls: sender,
        reachable: Arc::clone(&reachable),
        in_hand: in_hand.clone(),
    };
    let calls = RightCalls {
        calls,
        reachable,
        in_hand,
    };
    (line, calls)
}

impl Holders for RightLine {
    fn can_reach(&self, holder: DeviceId) -> bool {
        let reachable = self
            .reachable
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        reachable.contains(&holder)
    }

    fn ask(&self, holder: DeviceId, event: EventId, ask: RightAsk, limit: Duration) {
        let (answered, waits) = sync_channel(1);
        let call = RightCall {
            holder,
            event,
            ask: Ask::Right(ask, answered),
        };
        if self.calls.send(call).is_ok() {
            // Whatever came of it is on the disk, or isn't: the next look says.
            let _ = waits.recv_timeout(limit);
        }
    }

    fn in_hand(&self) -> &InHand {
        &self.in_hand
    }
}

impl RightLine {
    /// Which devices answer at the moment.
    pub(crate) fn reachable(&self) -> BTreeSet<DeviceId> {
        let reachable = self.reachable.lock();
        reachable.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// No other device answers at the moment.
    pub(crate) fn is_alone(&self) -> bool {
        self.reachable().is_empty()
    }

    /// Asks another till for places, and returns when they are on this till's disk, or after `limit`: how many they are.
    /// What comes later is kept, too.
    pub(crate) fn ask_places(
        &self,
        lender: DeviceId,
        event: EventId,
        ask: PlacesAsk,
        limit: Duration,
    ) -> u32 {
        let (answered, waits) = sync_channel(1);
        let call = RightCall {
            holder: lender,
            event,
            ask: Ask::Places(ask, answered),
        };
        if self.calls.send(call).is_err() {
            return 0;
        }
        waits.recv_timeout(limit).unwrap_or(0)
    }
}

/// Makes one call and keeps what it brings, then wakes whoever waits.
pub(super) async fn make(call: RightCall, dialer: Dialer, replica: Replica, now_ms: UnixMillis) {
    let RightCall { holder, event, ask } = call;
    match ask {
        Ask::Right(ask, answered) => {
            right((holder, event), (ask, answered), dialer, replica, now_ms).await;
        }
        Ask::Places(ask, answered) => {
            let lent = places((holder, event), ask, dialer, replica, now_ms).await;
            // Whoever gave up waiting finds them on the disk.
            let _ = answered.try_send(lent);
        }
    }
}

async fn right(
    (holder, event): (DeviceId, EventId),
    (ask, answered): (RightAsk, SyncSender<()>),
    dialer: Dialer,
    replica: Replica,
    now_ms: UnixMillis,
) {
    let asked = dialer.ask_right(holder, event, &ask);
    let answer = match tokio::time::timeout(LONGEST, asked).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(error)) => {
            tracing::debug!(?error, %holder, "a right was not asked for");
            let _ = answered.try_send(());
            return;
        }
        Err(_) => return,
    };
    // A guest waits.
    let replica = replica.with_priority(Priority::Door);
    let kept = async {
        if let Some(leases) = answer.leases {
            saves::objects(&replica, vec![leases]).await?;
        }
        let envelopes = answer.facts.into_iter().map(|bytes| bytes.0).collect();
        saves::facts(&replica, holder, envelopes, now_ms).await
    };
    if let Err(error) = kept.await {
        tracing::error!(%error, "keeping the facts of a right failed");
    }
    let _ = answered.try_send(());
}

/// How many places came and are on the disk. First the facts: without the hand-over its tickets are nothing.
async fn places(
    (lender, event): (DeviceId, EventId),
    ask: PlacesAsk,
    dialer: Dialer,
    replica: Replica,
    now_ms: UnixMillis,
) -> u32 {
    let asked = dialer.ask_places(lender, event, &ask);
    let answer = match tokio::time::timeout(LONGEST, asked).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(error)) => {
            tracing::info!(?error, %lender, "no place was lent by another till");
            return 0;
        }
        Err(_) => return 0,
    };
    let Some(vault) = replica.vault().cloned() else {
        return 0;
    };
    // A guest waits.
    let replica = replica.with_priority(Priority::Door);
    let kept = async {
        if let Some(leases) = answer.leases.clone() {
            saves::objects(&replica, vec![leases]).await?;
        }
        let envelopes = answer.facts.iter().map(|bytes| bytes.0.clone()).collect();
        saves::facts(&replica, lender, envelopes, now_ms).await?;
        replica
            .write_async(move |tx| keep(tx, &vault, (event, ask.asked_for), &answer, now_ms))
            .await
    };
    kept.await.unwrap_or_else(|error: LendPlacesError| {
        tracing::error!(%error, "keeping places that another till lent failed");
        0
    })
}
