//! Becoming one of an organizer's devices. Nothing is kept before the organizer has confirmed.

use std::time::Duration;

use shared::clock::Clock;
use shared::fact::FactSigningKey;
use shared::ids::Random;
use shared::sync::enrolment::{EnrolmentCode, Transcript, commitment};
use shared::wire::latest::{EnrolAnswer, EnrolProof, EnrolStart, EnrolState};

use super::transport::{SyncTransport, TransportError};
use crate::edge::random_bytes;
use crate::replica::Replica;
use crate::replica::identity::{EnrolReplicaError, Identity};

/// How long the organizer may take to compare six digits.
pub const WAIT_FOR_ORGANIZER: Duration = Duration::from_mins(5);
/// One request of the wait.
const WAIT_S: u32 = 20;

/// The device was not enrolled. Nothing was kept.
#[derive(Debug, thiserror::Error)]
pub enum EnrolError {
    /// No answer, or a refusal.
    #[error("enrolling this device")]
    Transport(#[from] TransportError),
    /// The server could not prove that it knows the code.
    #[error(
        "the server there doesn't know this code: it is not the organizer's server. Nothing was kept; check the address with the organizer"
    )]
    Impostor,
    /// The organizer said no, or the 15 minutes are over.
    #[error(
        "the organizer refused this device, or the code's 15 minutes are over; ask for a new code"
    )]
    Rejected,
    /// Nobody compared the digits.
    #[error("nobody confirmed this device within 5 minutes; ask the organizer for a new code")]
    NotConfirmed,
    /// The replica could not keep it.
    #[error("keeping what the organizer's server said")]
    Keep(#[from] EnrolReplicaError),
}

impl EnrolError {
    /// For programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Transport(error) => error.code(),
            Self::Impostor => "impostor_server",
            Self::Rejected => "enrolment_rejected",
            Self::NotConfirmed => "not_confirmed",
            Self::Keep(EnrolReplicaError::KeysElsewhere) => "keys_elsewhere",
            Self::Keep(EnrolReplicaError::AlreadyEnrolled) => "already_enrolled",
            Self::Keep(EnrolReplicaError::Replica(error)) => error.code(),
        }
    }
}

/// What is known once both sides have proved that they know the code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proved {
    /// The six digits to compare.
    pub digits: String,
}

/// Enrols the device of `replica` with `code`. `show` is called when there are digits to compare.
pub async fn enrol(
    transport: &impl SyncTransport,
    replica: &Replica,
    random: &mut (impl Random + Send),
    code: &EnrolmentCode,
    device_name: &str,
    clock: &dyn Clock,
    show: impl FnOnce(&Proved) + Send,
) -> Result<Identity, EnrolError> {
    let key = FactSigningKey::generate(random);
    let device_nonce: [u8; 32] = random_bytes();
    let start = EnrolStart {
        offer: code.name().to_owned(),
        device_key: *key.public().as_bytes(),
        commitment: commitment(&device_nonce),
        device_name: device_name.to_owned(),
    };
    let started = transport.enrol(&start).await?.value;
    let said = Transcript {
        offer: start.offer,
        root_key: started.root_key,
        device_key: start.device_key,
        commitment: start.commitment,
        device_nonce,
        server_nonce: started.server_nonce,
    };
    let proof = EnrolProof {
        device_nonce,
        proof: said.device_proof(code.secret()),
    };
    let answer = transport.prove(started.offer_id, &proof).await?.value;
    if !said.server_proof_holds(code.secret(), &answer.proof) {
        return Err(EnrolError::Impostor);
    }
    show(&Proved {
        digits: said.digits(code.secret()),
    });
    let until_ms = clock.now_ms() + WAIT_FOR_ORGANIZER.as_millis() as i64;
    let confirmed = loop {
        match transport.enrol_state(started.offer_id, WAIT_S).await?.value {
            EnrolState::Confirmed(answer) => break *answer,
            EnrolState::Rejected => return Err(EnrolError::Rejected),
            EnrolState::Waiting if clock.now_ms() >= until_ms => {
                return Err(EnrolError::NotConfirmed);
            }
            EnrolState::Waiting => {}
        }
    };
    let identity = identity_of(confirmed, transport.server_name(), started.root_key);
    replica.enrol(identity.clone(), &key)?;
    Ok(identity)
}

fn identity_of(answer: EnrolAnswer, server: &str, root_key: [u8; 32]) -> Identity {
    Identity {
        device: answer.device,
        organizer: answer.organizer,
        organizer_name: answer.organizer_name,
        name: answer.name,
        rights: answer.rights,
        events: answer.events,
        gate: answer.gate,
        server: server.to_owned(),
        root_key,
    }
}
