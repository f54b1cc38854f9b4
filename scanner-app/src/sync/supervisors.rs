//! The list of clerks and supervisors, for a device that may sell or supervise: asked for whenever the organizer's signed objects are, since
//! the server tells of news of both by one number.

use shared::roster::Rights;
use shared::wire::latest::ErrorCode;

use super::requests::Caller;
use super::transport::{SyncTransport, TransportError};
use crate::replica::{ReplicaError, identity, secrets, sign_off, supervisors};

/// The list is as it was.
#[derive(Debug)]
pub(super) enum PullSupervisorsError {
    Transport(TransportError),
    Replica(ReplicaError),
}

impl From<TransportError> for PullSupervisorsError {
    fn from(error: TransportError) -> Self {
        Self::Transport(error)
    }
}

impl From<ReplicaError> for PullSupervisorsError {
    fn from(error: ReplicaError) -> Self {
        Self::Replica(error)
    }
}

/// Whether a device with these rights has a use for the list.
pub(crate) fn uses_list(rights: Rights) -> bool {
    rights.supervise || rights.sell
}

/// Fetches the list if it changed, and keeps it sealed.
pub(super) async fn pull<T: SyncTransport>(caller: &Caller<T>) -> Result<(), PullSupervisorsError> {
    let (uses, have) = caller
        .replica()
        .read_async(|tx| {
            let identity = identity::load(tx)?;
            let may = identity.is_some_and(|identity| uses_list(identity.rights));
            Ok::<_, ReplicaError>((may, supervisors::version(tx)?))
        })
        .await?;
    // Where the keys stayed on another machine nothing could be sealed.
    let Some(vault) = caller.replica().vault().cloned().filter(|_| uses) else {
        return Ok(());
    };
    let answer = match caller.transport().supervisors(&caller.token(), have).await {
        Ok(answered) => answered.value,
        Err(TransportError::Refused {
            code: ErrorCode::Forbidden,
            ..
        }) => {
            // The right was taken away since the session opened.
            let erased = caller.replica().write_async(secrets::erase_supervisors);
            return Ok(erased.await?);
        }
        Err(error) => return Err(error.into()),
    };
    let Some(people) = answer.supervisors else {
        return Ok(());
    };
    let kept = caller.replica().write_async(move |tx| {
        // It may have signed off, or lost the right, while the answer was under way.
        let identity = identity::load(tx)?;
        let may = identity.is_some_and(|identity| uses_list(identity.rights));
        if may && sign_off::since_ms(tx)?.is_none() {
            supervisors::put(tx, &vault, answer.version, &people)?;
        }
        Ok::<_, ReplicaError>(())
    });
    Ok(kept.await?)
}
