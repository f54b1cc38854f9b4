//! Enrolment: the device's side. Both prove that they know the code; the device goes first.
//!
//! Whoever guesses names of offers learns only which are open at this moment, and is slowed down by address. A name that
//! there is none of, one that was used and one whose time is over answer alike.

use std::time::Duration;

use shared::ids::{DeviceId, EventId, GateNo, OfferId, OrganizerId};
use shared::sync::enrolment::{MAX_STARTS, MAX_WRONG_PROOFS, Transcript};
use shared::wire::latest::{
    EnrolAnswer, EnrolProof, EnrolProofAnswer, EnrolStart, EnrolStartAnswer, EnrolState, ErrorCode,
};
use tokio::time::{Instant, timeout_at};

use super::offers::secret_purpose;
use super::rows;
use crate::app::App;
use crate::database::transaction;
use crate::edge::random_bytes;
use crate::vault::UnsealError;
use crate::web::ApiError;

/// Of a waiting device and of its name on the organizer's screen.
const MAX_WAIT: Duration = Duration::from_secs(30);
/// An answer given by another process is noticed so late.
const LOOK_EVERY: Duration = Duration::from_millis(500);
const MAX_NAME: usize = 100;

/// A device was not let a step further.
#[derive(Debug, thiserror::Error)]
pub enum EnrolError {
    /// Used, rejected, over, or never there.
    #[error("this code was used already, or its 15 minutes are over; ask for a new one")]
    Closed,
    /// The proof does not hold.
    #[error("the code is not right; type it again")]
    ProofFailed,
    /// The device's key is none.
    #[error("the device's key is no Ed25519 key")]
    Key,
    /// Reading or writing.
    #[error("reading or writing an offer of enrolment")]
    Database(#[from] sqlx::Error),
    /// The secret doesn't open.
    #[error("opening an offer's secret")]
    Secret(#[from] UnsealError),
}

impl From<EnrolError> for ApiError {
    fn from(error: EnrolError) -> Self {
        match error {
            EnrolError::Closed => Self::new(ErrorCode::OfferClosed, error.to_string()),
            EnrolError::ProofFailed => Self::new(ErrorCode::ProofFailed, error.to_string()),
            EnrolError::Key => Self::invalid([("device_key", "not an Ed25519 key")]),
            EnrolError::Database(source) => source.into(),
            EnrolError::Secret(source) => source.into(),
        }
    }
}

/// A device names an offer and commits to its nonce. A later start takes the place of an earlier one.
pub async fn start(app: &App, request: &EnrolStart) -> Result<EnrolStartAnswer, EnrolError> {
    shared::fact::FactPublicKey::from_bytes(&request.device_key).map_err(|_| EnrolError::Key)?;
    let server_nonce = random_bytes::<32>();
    let claimed_name: String = request.device_name.chars().take(MAX_NAME).collect();
    let started = sqlx::query!(
        "update device_offers f
         set state = case when f.starts >= $6 then 'expired' else 'started' end,
             starts = f.starts + 1, device_key = $3, commitment = $4, server_nonce = $5, claimed_name = $7
         from organizers o
         where f.name = $1 and f.state in ('open', 'started') and f.expires_ms > $2 and o.id = f.organizer_id
         returning f.id, f.state, o.root_key_public",
        request.offer,
        app.now_ms(),
        &request.device_key,
        &request.commitment,
        &server_nonce,
        MAX_STARTS.cast_signed(),
        claimed_name
    )
    .fetch_optional(&app.pool)
    .await?
    .filter(|row| row.state == "started")
    .ok_or(EnrolError::Closed)?;
    Ok(EnrolStartAnswer {
        offer_id: OfferId(started.id),
        root_key: rows::key_bytes(&started.root_key_public),
        server_nonce,
    })
}

/// The device opens its commitment and proves that it knows the secret; the answer proves the same of the server.
pub async fn prove(
    app: &App,
    offer: OfferId,
    request: &EnrolProof,
) -> Result<EnrolProofAnswer, EnrolError> {
    let mut tx = transaction::begin(&app.pool).await?;
    let row = sqlx::query!(
        r#"select f.name, f.sealed_secret, f.device_key as "device_key!", f.commitment as "commitment!",
                  f.server_nonce as "server_nonce!", o.root_key_public
           from device_offers f join organizers o on o.id = f.organizer_id
           where f.id = $1 and f.state = 'started' and f.expires_ms > $2 for no key update of f"#,
        offer.0,
        app.now_ms()
    )
    .fetch_optional(&mut *tx)
    .await?
    .ok_or(EnrolError::Closed)?;
    let secret = app
        .vault
        .unseal(&secret_purpose(offer), &row.sealed_secret)?;
    let secret = String::from_utf8(secret).map_err(|_| UnsealError)?;
    let said = Transcript {
        offer: row.name,
        root_key: rows::key_bytes(&row.root_key_public),
        device_key: rows::key_bytes(&row.device_key),
        commitment: rows::key_bytes(&row.commitment),
        device_nonce: request.device_nonce,
        server_nonce: rows::key_bytes(&row.server_nonce),
    };
    if !said.device_proof_holds(&secret, &request.proof) {
        sqlx::query!(
            "update device_offers
             set wrong_proofs = wrong_proofs + 1, state = case when wrong_proofs + 1 >= $2 then 'expired' else state end
             where id = $1",
            offer.0,
            MAX_WRONG_PROOFS.cast_signed()
        )
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        return Err(EnrolError::ProofFailed);
    }
    sqlx::query!(
        "update device_offers set state = 'proved', device_nonce = $2, digits = $3 where id = $1",
        offer.0,
        &request.device_nonce,
        said.digits(&secret)
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    app.door.offers_changed();
    Ok(EnrolProofAnswer {
        proof: said.server_proof(&secret),
    })
}

/// Whether the organizer has compared the digits; waits for it for `wait` seconds at most.
pub async fn state(app: &App, offer: OfferId, wait: u32) -> Result<EnrolState, EnrolError> {
    let until = Instant::now() + Duration::from_secs(wait.into()).min(MAX_WAIT);
    let mut changes = app.door.offer_changes();
    loop {
        let state = read_state(app, offer).await?;
        match state {
            EnrolState::Waiting if Instant::now() < until && !app.stopping.is_cancelled() => {
                let next_look = (Instant::now() + LOOK_EVERY).min(until);
                // Changed or not, the database is asked again.
                let _ = timeout_at(next_look, changes.changed()).await;
            }
            EnrolState::Waiting | EnrolState::Rejected | EnrolState::Confirmed(_) => {
                return Ok(state);
            }
        }
    }
}

async fn read_state(app: &App, offer: OfferId) -> Result<EnrolState, EnrolError> {
    let row = sqlx::query!(
        r#"select f.state, f.expires_ms, f.organizer_id, o.name as organizer_name, f.device_name, f.rights,
                  f.event_ids, f.gate_no, f.device_id
           from device_offers f join organizers o on o.id = f.organizer_id where f.id = $1"#,
        offer.0
    )
    .fetch_optional(&app.pool)
    .await?;
    let Some(row) = row else {
        return Ok(EnrolState::Rejected);
    };
    Ok(match (row.state.as_str(), row.device_id) {
        ("confirmed", Some(device)) => EnrolState::Confirmed(Box::new(EnrolAnswer {
            device: DeviceId(device),
            organizer: OrganizerId(row.organizer_id),
            organizer_name: row.organizer_name,
            name: row.device_name,
            rights: rows::rights(row.rights),
            events: row.event_ids.into_iter().map(EventId).collect(),
            gate: GateNo(u16::try_from(row.gate_no).unwrap_or(0)),
        })),
        ("open" | "started" | "proved", _) if row.expires_ms > app.now_ms() => EnrolState::Waiting,
        _ => EnrolState::Rejected,
    })
}
