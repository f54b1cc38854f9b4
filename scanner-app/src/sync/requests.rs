//! The engine's requests, as calls to the server.

use std::sync::{Arc, Mutex, PoisonError};

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use shared::clock::Clock;
use shared::fact::FactSigningKey;
use shared::roster::signed::{SignedAnswer, SignedObject, forgets};
use shared::sync::effect::{Parked, Request, Table};
use shared::sync::event::{CallId, Event, Failure, Grant, Times};
use shared::sync::session::SessionClaim;
use shared::wire::latest::{ChangesQuery, EnvelopeBytes, ErrorCode, FactsUpload, SessionRequest};

use super::carry::{CarryError, next_facts};
use super::driver::Came;
use super::supervisors::{self, PullSupervisorsError};
use super::transport::{Answered, SyncTransport, TransportError};
use crate::door::Author;
use crate::edge::random_bytes;
use crate::replica::identity::Identity;
use crate::replica::roster::{self, Side};
use crate::replica::{Replica, ReplicaError, signed};

/// Who asks, and by what session.
pub(super) struct Caller<T> {
    transport: T,
    replica: Replica,
    identity: Identity,
    key: FactSigningKey,
    clock: Arc<dyn Clock>,
    /// Facts of other devices are handed in once they have waited for so long.
    carry_after_ms: i64,
    /// Kept in memory only.
    token: Mutex<String>,
}

#[derive(Debug)]
enum NotDone {
    Transport(TransportError),
    WrongServer,
    Replica(ReplicaError),
}

impl From<TransportError> for NotDone {
    fn from(error: TransportError) -> Self {
        Self::Transport(error)
    }
}

impl From<ReplicaError> for NotDone {
    fn from(error: ReplicaError) -> Self {
        Self::Replica(error)
    }
}

impl From<CarryError> for NotDone {
    fn from(error: CarryError) -> Self {
        match error {
            CarryError::Transport(error) => Self::Transport(error),
            CarryError::Replica(error) => Self::Replica(error),
        }
    }
}

impl From<PullSupervisorsError> for NotDone {
    fn from(error: PullSupervisorsError) -> Self {
        match error {
            PullSupervisorsError::Transport(error) => Self::Transport(error),
            PullSupervisorsError::Replica(error) => Self::Replica(error),
        }
    }
}

impl<T> Caller<T> {
    pub(super) fn new(
        transport: T,
        replica: Replica,
        identity: Identity,
        key: FactSigningKey,
        clock: Arc<dyn Clock>,
        carry_after_ms: i64,
    ) -> Self {
        Self {
            transport,
            replica,
            identity,
            key,
            clock,
            carry_after_ms,
            token: Mutex::default(),
        }
    }

    pub(super) fn author(&self) -> Author {
        Author {
            device: self.identity.device,
            key: FactSigningKey::from_seed(&self.key.seed()),
        }
    }

    pub(super) fn transport(&self) -> &T {
        &self.transport
    }

    pub(super) fn replica(&self) -> &Replica {
        &self.replica
    }

    pub(super) fn carry_after_ms(&self) -> i64 {
        self.carry_after_ms
    }

    pub(super) fn clock(&self) -> &dyn Clock {
        self.clock.as_ref()
    }

    pub(super) fn token(&self) -> String {
        self.token
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

/// Makes the call; the event tells what came of it.
pub(super) async fn carry_out<T: SyncTransport>(
    caller: Arc<Caller<T>>,
    call: CallId,
    request: Request,
) -> Came {
    let outcome = match request {
        Request::OpenSession => open_session(&caller, call).await,
        Request::Pull {
            event,
            table,
            limit,
            wait_s,
            signed_version,
        } => {
            let side = match table {
                Table::InUse => Side::InUse,
                Table::Shadow => Side::Shadow,
            };
            let query = ChangesQuery {
                cursor: None,
                limit: Some(limit),
                wait: (wait_s > 0).then_some(wait_s),
                signed: Some(signed_version),
            };
            pull(&caller, call, event, side, query).await
        }
        Request::PullSigned => pull_signed(&caller, call).await,
        Request::Push { limit, parked } => push(&caller, call, limit, parked).await,
    };
    outcome.unwrap_or_else(|not_done| failed(call, not_done))
}

fn came(event: Event) -> Came {
    Came {
        event,
        failure: None,
    }
}

fn failed(call: CallId, not_done: NotDone) -> Came {
    let (failure, error) = match not_done {
        NotDone::Transport(TransportError::Refused {
            code,
            detail,
            retry_after_ms,
        }) => (
            Failure::Refused {
                code,
                retry_after_ms,
            },
            Some(TransportError::Refused {
                code,
                detail,
                retry_after_ms,
            }),
        ),
        NotDone::Transport(error) => (Failure::Network, Some(error)),
        NotDone::WrongServer => (Failure::WrongServer, Some(TransportError::NotTheServer)),
        NotDone::Replica(error) => {
            tracing::error!(error = %error, "reading what to send failed");
            (Failure::Storage, None)
        }
    };
    Came {
        event: Event::Failed { call, failure },
        failure: error,
    }
}

fn times<T>(answered: &Answered<T>) -> Times {
    Times {
        sent_ms: answered.sent_ms,
        received_ms: answered.received_ms,
    }
}

/// A server that doesn't know this device may have been put back from a backup of before the enrolment: the organizer's
/// signed list tells it again.
async fn open_session<T: SyncTransport>(caller: &Caller<T>, call: CallId) -> Result<Came, NotDone> {
    match ask_for_session(caller, call).await {
        Err(NotDone::Transport(TransportError::Refused {
            code: ErrorCode::Unauthenticated,
            ..
        })) => {
            if let Err(error) = bring_signed(caller).await {
                tracing::debug!(?error, "the server knows nothing of this organizer's lists");
            }
            ask_for_session(caller, call).await
        }
        outcome => outcome,
    }
}

/// What the organizer signed and is here.
async fn bring_signed<T: SyncTransport>(caller: &Caller<T>) -> Result<(), NotDone> {
    let objects = caller.replica.read_async(signed::all).await?;
    if !objects.is_empty() {
        caller
            .transport
            .bring_signed(&SignedAnswer { objects })
            .await?;
    }
    Ok(())
}

/// Nothing of the answer is used unless the organizer's root key signed the same bytes.
async fn ask_for_session<T: SyncTransport>(
    caller: &Caller<T>,
    call: CallId,
) -> Result<Came, NotDone> {
    let asked = caller.transport.session_nonce().await?;
    let (nonce, tls_key) = (asked.value.nonce, asked.tls_key);
    let claim = SessionClaim {
        device: caller.identity.device,
        server_name: caller.transport.server_name().to_owned(),
        server_nonce: nonce,
        device_nonce: random_bytes(),
        tls_key,
    };
    let key = SigningKey::from_bytes(&caller.key.seed());
    let request = SessionRequest {
        device: claim.device,
        server_nonce: nonce,
        device_nonce: claim.device_nonce,
        tls_key: claim.tls_key,
        signature: key.sign(&claim.device_bytes()).to_bytes(),
    };
    let answered = caller.transport.open_session(&request).await?;
    if answered.tls_key != claim.tls_key {
        return Err(NotDone::WrongServer);
    }
    let answer = answered.value;
    let root =
        VerifyingKey::from_bytes(&caller.identity.root_key).map_err(|_| NotDone::WrongServer)?;
    root.verify_strict(
        &claim.server_bytes(),
        &Signature::from_bytes(&answer.signature),
    )
    .map_err(|_| NotDone::WrongServer)?;
    *caller.token.lock().unwrap_or_else(PoisonError::into_inner) = answer.token;
    let grant = Grant {
        rights: answer.rights,
        events: answer.events,
        gate: answer.gate,
        life: answer.life,
    };
    Ok(came(Event::SessionOpened { call, grant }))
}

async fn pull<T: SyncTransport>(
    caller: &Caller<T>,
    call: CallId,
    event: shared::ids::EventId,
    side: Side,
    query: ChangesQuery,
) -> Result<Came, NotDone> {
    let cursor = caller
        .replica
        .read_async(move |connection| roster::cursor(connection, event, side))
        .await?;
    let query = ChangesQuery {
        cursor: cursor.map(|cursor| cursor.cursor),
        ..query
    };
    let answered = caller
        .transport
        .changes(&caller.token(), event, &query)
        .await;
    if let Err(TransportError::Refused {
        code: ErrorCode::ResetRequired,
        ..
    }) = &answered
        && bring_signed(caller).await.is_err()
    {
        // Another device brings them too, and the next reset asks again.
        tracing::warn!("the server was put back and did not take the organizer's signed lists");
    }
    let answered = answered?;
    let times = times(&answered);
    Ok(came(Event::PageReceived {
        call,
        page: Box::new(answered.value),
        times,
    }))
}

async fn pull_signed<T: SyncTransport>(caller: &Caller<T>, call: CallId) -> Result<Came, NotDone> {
    let held = caller.replica.read_async(signed::all).await?;
    let mut newer = newer_signed(caller, &held).await?;
    let forgotten = newer.iter().any(|later| {
        let former = held.iter().find(|held| held.kind == later.kind);
        former.is_some_and(|former| forgets(former, later))
    });
    if forgotten {
        bring_signed(caller).await?;
        newer = newer_signed(caller, &held).await?;
    }
    supervisors::pull(caller).await?;
    Ok(came(Event::SignedReceived {
        call,
        objects: newer,
    }))
}

async fn newer_signed<T: SyncTransport>(
    caller: &Caller<T>,
    held: &[SignedObject],
) -> Result<Vec<SignedObject>, NotDone> {
    let have: Vec<String> = held
        .iter()
        .map(|object| format!("{}:{}", object.kind.as_str(), object.version))
        .collect();
    let answered = caller
        .transport
        .signed(&caller.token(), &have.join(","))
        .await?;
    Ok(answered.value.objects)
}

async fn push<T: SyncTransport>(
    caller: &Caller<T>,
    call: CallId,
    limit: u32,
    parked: Parked,
) -> Result<Came, NotDone> {
    let unsent = next_facts(caller, limit as usize, parked).await?;
    if unsent.is_empty() {
        return Ok(came(Event::NothingToPush { call }));
    }
    let upload = FactsUpload {
        envelopes: unsent.into_iter().map(EnvelopeBytes).collect(),
    };
    let answered = caller.transport.push(&caller.token(), &upload).await?;
    let times = times(&answered);
    Ok(came(Event::PushAnswered {
        call,
        answer: answered.value,
        times,
    }))
}
