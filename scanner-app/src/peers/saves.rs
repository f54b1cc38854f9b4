//! What peers bring, into the replica: a few facts in each transaction, so that a scan never waits for long.

use shared::clock::UnixMillis;
use shared::ids::DeviceId;
use shared::roster::signed::SignedObject;
use shared::sync::gossip::event::{SavedFacts, SavedSigned};

use crate::replica::heard::{Heard, hear};
use crate::replica::signed::{self, ApplySignedError};
use crate::replica::{Replica, ReplicaError};

/// Facts in one transaction: checking a signature takes about a tenth of a millisecond.
const CHUNK: usize = 50;

/// Keeps facts, each checked by itself (A6).
pub(super) async fn facts(
    replica: &Replica,
    from: DeviceId,
    envelopes: Vec<Vec<u8>>,
    now_ms: UnixMillis,
) -> Result<SavedFacts, ReplicaError> {
    let mut saved = SavedFacts::default();
    for chunk in envelopes.chunks(CHUNK) {
        let chunk = chunk.to_vec();
        let heard: Vec<Heard> = replica
            .write_async(move |tx| {
                let each = chunk.iter().map(|bytes| hear(tx, from, bytes, now_ms));
                each.collect::<Result<_, ReplicaError>>()
            })
            .await?;
        for heard in heard {
            match heard {
                Heard::Forked { journal, seq } => saved.forks.push((journal, seq)),
                Heard::Refused => saved.refused += 1,
                Heard::Stored | Heard::Known | Heard::Parked | Heard::Unplaced => {}
            }
        }
    }
    Ok(saved)
}

/// Verifies root-signed objects and keeps those that are newer, each by itself.
pub(super) async fn objects(
    replica: &Replica,
    objects: Vec<SignedObject>,
) -> Result<SavedSigned, ReplicaError> {
    let mut saved = SavedSigned::default();
    for object in objects {
        let applied = replica
            .write_async(move |tx| signed::apply(tx, &object))
            .await;
        match applied {
            Ok(_) => {}
            Err(ApplySignedError::Alarm { kind, version }) => saved.differ.push((kind, version)),
            Err(ApplySignedError::Replica(error)) => return Err(error),
            Err(
                ApplySignedError::NotEnrolled
                | ApplySignedError::OtherOrganizer(_)
                | ApplySignedError::RootKey
                | ApplySignedError::Open(_),
            ) => saved.refused += 1,
        }
    }
    Ok(saved)
}
