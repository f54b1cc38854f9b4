//! Log-ins. A browser holds an opaque cookie, a program a signed token; both stand for a row here, and each request
//! asks whether that row still lives.
//!
//! Of a cookie only the SHA-256 is stored. What was asked is remembered for 5 s, and forgotten at log-out.

use std::sync::Arc;
use std::time::Duration;

use axum::http::HeaderMap;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};
use shared::clock::UnixMillis;
use shared::ids::{OrganizerId, SessionId, UserId};
use sqlx::PgConnection;

use super::api_key::TokenBearer;
use super::client_name::client_name;
use super::identity::Identity;
use super::roles::Role;
use crate::app::App;
use crate::edge::{OsRandom, random_bytes};
use crate::web::ApiError;

/// A log-in lasts a week.
pub const SESSION_MS: i64 = 7 * 24 * 3600 * 1000;
/// How long a log-out on another server may stay unnoticed here.
const REMEMBERED: Duration = Duration::from_secs(5);
/// Some 300 bytes each.
const MOST_REMEMBERED: u64 = 100_000;

/// What the two kinds of clients show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionKind {
    /// A cookie; changes need the anti-forgery token.
    Browser,
    /// A bearer token.
    Api,
}

impl SessionKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Browser => "browser",
            Self::Api => "api",
        }
    }

    /// The schema knows these two.
    pub(crate) fn from_text(text: &str) -> Self {
        match text {
            "browser" => Self::Browser,
            _ => Self::Api,
        }
    }
}

/// SHA-256 of what the client showed.
pub(crate) type CredentialHash = [u8; 32];

pub(crate) fn credential_hash(credential: &str) -> CredentialHash {
    Sha256::digest(credential).into()
}

/// Sessions asked for lately.
#[derive(Debug)]
pub(crate) struct SessionCache(moka::sync::Cache<CredentialHash, Arc<Identity>>);

impl SessionCache {
    pub(crate) fn new() -> Self {
        let cache = moka::sync::Cache::builder()
            .max_capacity(MOST_REMEMBERED)
            .time_to_live(REMEMBERED)
            .support_invalidation_closures()
            .build();
        Self(cache)
    }

    pub(crate) fn get(&self, hash: &CredentialHash, now_ms: UnixMillis) -> Option<Arc<Identity>> {
        self.0.get(hash).filter(|seen| now_ms < seen.expires_ms)
    }

    pub(crate) fn put(&self, hash: CredentialHash, identity: Arc<Identity>) {
        self.0.insert(hash, identity);
    }

    /// At a log-out, a new password, a changed role: every session of the account is asked for anew.
    pub(crate) fn forget_account(&self, account: UserId) {
        self.0
            .invalidate_entries_if(move |_, seen| seen.account == account)
            .expect("the cache was built to support it");
    }
}

/// A session that was just begun.
#[derive(Debug)]
pub struct NewSession {
    /// Its id.
    pub id: SessionId,
    /// What the client shows from now on: a cookie's value or a bearer token.
    pub credential: String,
    /// When it ends by itself.
    pub expires_ms: UnixMillis,
}

/// Begins a session for `account`.
pub async fn begin(
    app: &App,
    connection: &mut PgConnection,
    account: UserId,
    kind: SessionKind,
) -> Result<NewSession, ApiError> {
    let now_ms = app.now_ms();
    let expires_ms = now_ms + SESSION_MS;
    let id = SessionId::new(now_ms, &mut OsRandom);
    let (credential, token_hash) = match kind {
        SessionKind::Browser => {
            let cookie = URL_SAFE_NO_PAD.encode(random_bytes::<32>());
            let hash = credential_hash(&cookie);
            (cookie, Some(hash))
        }
        SessionKind::Api => {
            let bearer = TokenBearer {
                account,
                session: id,
            };
            let token = app.accounts.keys.sign(bearer, now_ms, expires_ms);
            (token.map_err(ApiError::internal)?, None)
        }
    };
    let csrf_secret = random_bytes::<32>();
    sqlx::query!(
        "insert into sessions (id, account_id, kind, token_hash, csrf_secret, created_ms, expires_ms)
         values ($1, $2, $3, $4, $5, $6, $7)",
        id.0,
        account.0,
        kind.as_str(),
        token_hash.as_ref().map(<[u8; 32]>::as_slice),
        csrf_secret.as_slice(),
        now_ms,
        expires_ms,
    )
    .execute(connection)
    .await?;
    Ok(NewSession {
        id,
        credential,
        expires_ms,
    })
}

/// Which program the session was begun with, for the list in which its owner knows it again.
pub(crate) async fn note_client(
    connection: &mut PgConnection,
    session: SessionId,
    headers: &HeaderMap,
) -> Result<(), sqlx::Error> {
    let Some(client) = client_name(headers) else {
        return Ok(());
    };
    sqlx::query!(
        "update sessions set client = $2 where id = $1",
        session.0,
        client
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Ends a session. Ending it again changes nothing.
pub async fn end(app: &App, identity: &Identity) -> Result<(), ApiError> {
    sqlx::query!(
        "update sessions set ended_ms = $2 where id = $1 and ended_ms is null",
        identity.session.0,
        app.now_ms(),
    )
    .execute(&app.pool)
    .await?;
    app.accounts.sessions.forget_account(identity.account);
    Ok(())
}

/// Ends every session of an account: after a new password or an erasure. The caller forgets them once it has committed.
pub(crate) async fn end_all(
    connection: &mut PgConnection,
    account: UserId,
    now_ms: UnixMillis,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update sessions set ended_ms = $2 where account_id = $1 and ended_ms is null",
        account.0,
        now_ms,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Ends every session of an account but one. The caller forgets them, as of [`end_all`].
pub(crate) async fn end_others(
    connection: &mut PgConnection,
    account: UserId,
    kept: SessionId,
    now_ms: UnixMillis,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update sessions set ended_ms = $3 where account_id = $1 and id <> $2 and ended_ms is null",
        account.0,
        kept.0,
        now_ms,
    )
    .execute(connection)
    .await
    .map(drop)
}

struct SessionRow {
    id: uuid::Uuid,
    account_id: uuid::Uuid,
    csrf_secret: Vec<u8>,
    expires_ms: i64,
    language: String,
    is_platform_admin: bool,
    by_both_steps: bool,
    is_awaited: bool,
    organizers: Vec<uuid::Uuid>,
    roles: Vec<String>,
}

impl SessionRow {
    fn into_identity(self, kind: SessionKind) -> Identity {
        let memberships = self.organizers.into_iter().zip(&self.roles);
        Identity {
            account: UserId(self.account_id),
            session: SessionId(self.id),
            kind,
            is_platform_admin: self.is_platform_admin,
            by_both_steps: self.by_both_steps,
            is_awaited: self.is_awaited,
            language: self.language,
            memberships: memberships
                .filter_map(|(id, role)| Some((OrganizerId(id), Role::from_text(role)?)))
                .collect(),
            csrf_token: URL_SAFE_NO_PAD.encode(self.csrf_secret),
            expires_ms: self.expires_ms,
        }
    }
}

/// The living session behind a cookie.
pub(crate) async fn by_cookie(
    app: &App,
    hash: &CredentialHash,
) -> Result<Option<Identity>, sqlx::Error> {
    let row = sqlx::query_as!(
        SessionRow,
        r#"select s.id, s.account_id, s.csrf_secret, s.expires_ms, a.language, a.is_platform_admin,
             s.by_both_steps,
             array(select m.organizer_id from memberships m where m.account_id = a.id
               and (s.by_both_steps or m.organizer_id not in (select organizer_id from second_step_rules))
               order by m.organizer_id) as "organizers!",
             array(select m.role from memberships m where m.account_id = a.id
               and (s.by_both_steps or m.organizer_id not in (select organizer_id from second_step_rules))
               order by m.organizer_id) as "roles!",
             not s.by_both_steps and exists (select from memberships m join second_step_rules r using (organizer_id)
               where m.account_id = a.id) as "is_awaited!"
           from sessions s join accounts a on a.id = s.account_id
           where s.token_hash = $1 and s.kind = 'browser' and s.ended_ms is null and s.expires_ms > $2 and a.erased_ms is null"#,
        hash.as_slice(),
        app.now_ms(),
    )
    .fetch_optional(&app.pool)
    .await?;
    Ok(row.map(|row| row.into_identity(SessionKind::Browser)))
}

/// The living session that a token names.
pub(crate) async fn by_bearer(
    app: &App,
    bearer: TokenBearer,
) -> Result<Option<Identity>, sqlx::Error> {
    let row = sqlx::query_as!(
        SessionRow,
        r#"select s.id, s.account_id, s.csrf_secret, s.expires_ms, a.language, a.is_platform_admin,
             s.by_both_steps,
             array(select m.organizer_id from memberships m where m.account_id = a.id
               and (s.by_both_steps or m.organizer_id not in (select organizer_id from second_step_rules))
               order by m.organizer_id) as "organizers!",
             array(select m.role from memberships m where m.account_id = a.id
               and (s.by_both_steps or m.organizer_id not in (select organizer_id from second_step_rules))
               order by m.organizer_id) as "roles!",
             not s.by_both_steps and exists (select from memberships m join second_step_rules r using (organizer_id)
               where m.account_id = a.id) as "is_awaited!"
           from sessions s join accounts a on a.id = s.account_id
           where s.id = $1 and s.account_id = $2 and s.kind = 'api' and s.ended_ms is null and s.expires_ms > $3
             and a.erased_ms is null"#,
        bearer.session.0,
        bearer.account.0,
        app.now_ms(),
    )
    .fetch_optional(&app.pool)
    .await?;
    Ok(row.map(|row| row.into_identity(SessionKind::Api)))
}
