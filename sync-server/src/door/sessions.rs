//! Sessions of devices: a nonce, a signature, a token for 15 minutes.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ed25519_dalek::{Signature, Signer as _, VerifyingKey};
use moka::sync::Cache;
use sha2::{Digest as _, Sha256};
use shared::clock::UnixMillis;
use shared::ids::{DeviceId, EventId, GateNo, OrganizerId};
use shared::roster::Rights;
use shared::sync::session::SessionClaim;
use shared::wire::latest::{ErrorCode, SessionAnswer, SessionNonce, SessionRequest};

use super::{authority, rows};
use crate::app::App;
use crate::edge::random_bytes;
use crate::vault::UnsealError;
use crate::web::ApiError;

/// A nonce is good for so long, once.
const NONCE_MS: i64 = 60_000;
/// A token is good for so long.
const TOKEN_MS: i64 = 15 * 60_000;
/// A revocation is noticed at most so late by a process that has seen the device.
const SEEN_FOR: Duration = Duration::from_secs(5);
const SEEN_DEVICES: u64 = 20_000;

/// A device with a living session.
#[derive(Clone, Debug)]
pub struct DeviceSession {
    /// Whose device.
    pub organizer: OrganizerId,
    /// Which.
    pub device: DeviceId,
    /// What it may do.
    pub rights: Rights,
    /// For which events.
    pub events: Vec<EventId>,
    /// Whether it was revoked or declared lost.
    pub standing: Standing,
    expires_ms: UnixMillis,
}

/// Whether a device is still one of the organizer's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is.
    Active,
    /// It may only hand in its facts.
    Revoked,
}

/// What was seen of sessions in the last seconds.
#[derive(Debug)]
pub struct SeenSessions(Cache<[u8; 32], Arc<DeviceSession>>);

impl Default for SeenSessions {
    fn default() -> Self {
        let cache = Cache::builder()
            .max_capacity(SEEN_DEVICES)
            .time_to_live(SEEN_FOR);
        Self(cache.build())
    }
}

impl SeenSessions {
    /// After a change of devices in this process: it is noticed at once here.
    pub fn forget(&self) {
        self.0.invalidate_all();
    }
}

/// No session.
#[derive(Debug, thiserror::Error)]
pub enum OpenSessionError {
    /// The nonce was used, is too old, or was never given.
    #[error("the nonce was used or is older than a minute; ask for another")]
    Nonce,
    /// No such device, or not its signature.
    #[error("this device is not known here, or the signature is not its own; enrol it again")]
    Refused,
    /// Reading or writing.
    #[error("opening a session of a device")]
    Database(#[from] sqlx::Error),
    /// The root key doesn't open.
    #[error("opening the root key to answer a device")]
    RootKey(#[from] UnsealError),
}

impl From<OpenSessionError> for ApiError {
    fn from(error: OpenSessionError) -> Self {
        match error {
            OpenSessionError::Nonce | OpenSessionError::Refused => {
                Self::new(ErrorCode::Unauthenticated, error.to_string())
            }
            OpenSessionError::Database(source) => source.into(),
            OpenSessionError::RootKey(source) => source.into(),
        }
    }
}

/// A nonce for one session; those that ran out are swept.
pub async fn new_nonce(app: &App) -> Result<SessionNonce, sqlx::Error> {
    let nonce = random_bytes::<32>();
    let now_ms = app.now_ms();
    sqlx::query!(
        "with swept as (delete from device_session_nonces where expires_ms <= $2)
         insert into device_session_nonces (nonce, expires_ms) values ($1, $3)",
        &nonce,
        now_ms,
        now_ms + NONCE_MS
    )
    .execute(&app.pool)
    .await?;
    Ok(SessionNonce { nonce })
}

/// Checks the device's signature and answers with the root key's. A revoked device gets a session, too: it is told so
/// wherever it asks for anything, and may hand in its facts.
pub async fn open(app: &App, request: &SessionRequest) -> Result<SessionAnswer, OpenSessionError> {
    let now_ms = app.now_ms();
    let fresh = sqlx::query!(
        "delete from device_session_nonces where nonce = $1 returning expires_ms",
        &request.server_nonce
    )
    .fetch_optional(&app.pool)
    .await?
    .is_some_and(|row| row.expires_ms > now_ms);
    if !fresh {
        return Err(OpenSessionError::Nonce);
    }
    let row = sqlx::query!(
        r#"select d.organizer_id, d.public_key, d.rights, d.search_withdrawn_ms, o.root_key_sealed,
                  (select life from database_life) as "life!",
                  coalesce((select array_agg(e.event_id) from device_events e
                            where e.organizer_id = d.organizer_id and e.device_id = d.id), '{}') as "events!: Vec<uuid::Uuid>",
                  coalesce((select max(e.gate_no) from device_events e
                            where e.organizer_id = d.organizer_id and e.device_id = d.id), 0) as "gate!"
           from devices d join organizers o on o.id = d.organizer_id
           where d.id = $1 and d.sealed_private is null"#,
        request.device.0
    )
    .fetch_optional(&app.pool)
    .await?
    .ok_or(OpenSessionError::Refused)?;
    let organizer = OrganizerId(row.organizer_id);
    let claim = SessionClaim {
        device: request.device,
        server_name: app.config.public_url.clone(),
        server_nonce: request.server_nonce,
        device_nonce: request.device_nonce,
        tls_key: request.tls_key,
    };
    VerifyingKey::from_bytes(&rows::key_bytes(&row.public_key))
        .and_then(|key| {
            let signature = Signature::from_bytes(&request.signature);
            key.verify_strict(&claim.device_bytes(), &signature)
        })
        .map_err(|_| OpenSessionError::Refused)?;
    let root = authority::open_root_key(&app.vault, organizer, &row.root_key_sealed)?;
    let token = URL_SAFE_NO_PAD.encode(random_bytes::<32>());
    keep(app, organizer, request.device, &token, now_ms).await?;
    Ok(SessionAnswer {
        token,
        signature: root.sign(&claim.server_bytes()).to_bytes(),
        rights: rows::rights_now(row.rights, row.search_withdrawn_ms),
        events: row.events.into_iter().map(EventId).collect(),
        gate: GateNo(u16::try_from(row.gate).unwrap_or(0)),
        life: row.life.cast_unsigned(),
    })
}

async fn keep(
    app: &App,
    organizer: OrganizerId,
    device: DeviceId,
    token: &str,
    now_ms: UnixMillis,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "with swept as (delete from device_sessions where expires_ms <= $4),
              seen as (update devices set last_seen_ms = $4 where organizer_id = $2 and id = $3)
         insert into device_sessions (token_hash, organizer_id, device_id, expires_ms) values ($1, $2, $3, $5)",
        &token_hash(token),
        organizer.0,
        device.0,
        now_ms,
        now_ms + TOKEN_MS
    )
    .execute(&app.pool)
    .await
    .map(drop)
}

fn token_hash(token: &str) -> [u8; 32] {
    Sha256::digest(token).into()
}

/// The session of a token, if it lives.
async fn session(app: &App, token: &str) -> Result<Option<Arc<DeviceSession>>, sqlx::Error> {
    let hash = token_hash(token);
    let lives = |session: &Arc<DeviceSession>| session.expires_ms > app.now_ms();
    if let Some(seen) = app.door.sessions.0.get(&hash) {
        return Ok(Some(seen).filter(lives));
    }
    let row = sqlx::query!(
        r#"select s.organizer_id, s.device_id, s.expires_ms, d.state, d.rights, d.search_withdrawn_ms,
                  coalesce((select array_agg(e.event_id) from device_events e
                            where e.organizer_id = d.organizer_id and e.device_id = d.id), '{}') as "events!: Vec<uuid::Uuid>"
           from device_sessions s join devices d on d.organizer_id = s.organizer_id and d.id = s.device_id
           where s.token_hash = $1"#,
        &hash
    )
    .fetch_optional(&app.pool)
    .await?;
    let session = row.map(|row| {
        Arc::new(DeviceSession {
            organizer: OrganizerId(row.organizer_id),
            device: DeviceId(row.device_id),
            rights: rows::rights_now(row.rights, row.search_withdrawn_ms),
            events: row.events.into_iter().map(EventId).collect(),
            standing: match row.state.as_str() {
                "active" => Standing::Active,
                _ => Standing::Revoked,
            },
            expires_ms: row.expires_ms,
        })
    });
    if let Some(session) = &session {
        app.door.sessions.0.insert(hash, Arc::clone(session));
    }
    Ok(session.filter(lives))
}

/// A device with a session, active: what everything but the upload of facts asks for.
#[derive(Clone, Debug)]
pub struct DeviceAuth(pub Arc<DeviceSession>);

/// A device with a session, maybe revoked: what the upload of facts asks for.
#[derive(Clone, Debug)]
pub struct UploaderAuth(pub Arc<DeviceSession>);

impl DeviceAuth {
    /// Passes if the device is enrolled for the event.
    pub fn for_event(&self, event: EventId) -> Result<(), ApiError> {
        if self.0.events.contains(&event) {
            Ok(())
        } else {
            Err(ApiError::not_found("event"))
        }
    }

    /// Passes if the device may be told names.
    pub fn for_search(&self) -> Result<(), ApiError> {
        if self.0.rights.search {
            Ok(())
        } else {
            Err(ApiError::new(
                ErrorCode::SearchNotAllowed,
                "This device may not search, so it is told no names. An organizer can allow it on the Devices page.",
            ))
        }
    }
}

impl FromRequestParts<App> for UploaderAuth {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let refused = || {
            ApiError::new(
                ErrorCode::Unauthenticated,
                "The session is over or was never there: open one by POST /api/v1/sync/session.",
            )
        };
        let token = parts
            .headers
            .get(AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|text| text.strip_prefix("Device "))
            .ok_or_else(refused)?;
        let session = session(app, token.trim()).await?;
        session.map(Self).ok_or_else(refused)
    }
}

impl FromRequestParts<App> for DeviceAuth {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let UploaderAuth(session) = UploaderAuth::from_request_parts(parts, app).await?;
        match session.standing {
            Standing::Active => Ok(Self(session)),
            Standing::Revoked => Err(ApiError::new(
                ErrorCode::DeviceRevoked,
                "This device was revoked. It may still hand in what it saw; enrol it again to let people in.",
            )),
        }
    }
}
