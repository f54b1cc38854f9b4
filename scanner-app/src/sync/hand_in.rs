//! The last question of a device that signed off, before its journals are destroyed: does the server still hold all that
//! it acknowledged?

use shared::ids::EventId;

use super::driver::Driver;
use super::transport::{SyncTransport, TransportError};
use crate::replica::{ReplicaError, events, sign_off};

/// It is not known what the server holds.
#[derive(Debug, thiserror::Error)]
pub enum HandInError {
    /// No answer, or a refusal.
    #[error("asking the server what it holds of this door's journals")]
    Transport(#[from] TransportError),
    /// The replica.
    #[error(transparent)]
    Replica(#[from] ReplicaError),
}

impl HandInError {
    /// For programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Transport(error) => error.code(),
            Self::Replica(error) => error.code(),
        }
    }
}

/// What the server said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// It has everything that it acknowledged.
    All,
    /// It was put back from a backup meanwhile: what it lost is offered again.
    Less,
}

impl<T: SyncTransport + 'static> Driver<T> {
    /// Asks, for each event that this device knows.
    pub async fn server_holds(&mut self) -> Result<Holds, HandInError> {
        let known = self.replica().read_async(events::all).await?;
        let mut holds = Holds::All;
        for (_, event) in known {
            if self.lost_of(event).await? {
                holds = Holds::Less;
            }
        }
        if holds == Holds::Less {
            self.fact_appended();
        }
        Ok(holds)
    }

    async fn lost_of(&self, event: EventId) -> Result<bool, HandInError> {
        let caller = self.caller();
        let token = caller.token();
        let answer = caller.transport().vector(&token, event).await?.value;
        let compared = self
            .replica()
            .write_async(move |tx| sign_off::compare_held(tx, event, &answer.journals));
        Ok(compared.await?)
    }
}
