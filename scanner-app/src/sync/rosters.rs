//! Saving rosters in steps: between two of them whoever scans has the replica (L3). The driver waits for all of them, so
//! that nobody else changes a roster meanwhile.

use shared::clock::UnixMillis;
use shared::ids::EventId;
use shared::sync::checksum::Checksum;
use shared::wire::latest::Page;

use super::saves::SaveError;
use crate::replica::roster::{self, Side};
use crate::replica::slices::slices;
use crate::replica::tickets::Sum;
use crate::replica::{Replica, ReplicaError, Rest, carried, journals};

/// Applies a page. The checksum of the roster as it is then, if the server told its own.
pub(super) async fn apply(
    replica: &Replica,
    event: EventId,
    page: Page,
    side: Side,
    now_ms: UnixMillis,
) -> Result<Option<Checksum>, SaveError> {
    let is_summed = page.checksum.is_some();
    for (page, part) in slices(page) {
        replica
            .write_async(move |tx| roster::apply_part(tx, event, (&page, part), side, now_ms))
            .await?;
    }
    if !is_summed {
        return Ok(None);
    }
    let mut sum = Sum::default();
    loop {
        let (so_far, rest) = replica
            .read_async(move |tx| {
                let mut sum = sum;
                let rest = roster::add_rows(tx, event, side, &mut sum)?;
                Ok::<_, ReplicaError>((sum, rest))
            })
            .await?;
        sum = so_far;
        if rest == Rest::Nothing {
            return Ok(Some(sum.so_far));
        }
    }
}

/// Drops whatever an earlier reset left in the shadow.
pub(super) async fn begin_shadow(replica: &Replica, event: EventId) -> Result<(), ReplicaError> {
    loop {
        let rest = replica
            .write_async(move |tx| roster::clear_shadow(tx, event))
            .await?;
        if rest == Rest::Nothing {
            return Ok(());
        }
    }
}

/// Puts the shadow in the place of the roster in use, and offers all facts of the event again. What was in use before is
/// dropped afterwards; what a crash leaves of it, the next reset drops.
pub(super) async fn swap_shadow(replica: &Replica, event: EventId) -> Result<(), SaveError> {
    replica
        .write_async(move |tx| {
            roster::finish_reset(tx, event)?;
            journals::forget_acks(tx, event)?;
            carried::offer_again(tx, event)
        })
        .await?;
    if let Err(error) = begin_shadow(replica, event).await {
        tracing::warn!(%error, "the former roster could not be dropped yet");
    }
    Ok(())
}
